"""From a Keras model in training to a plain network."""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np

from arxivtag.learning.engine.model import BranchModel, SparseDense
from arxivtag.learning.engine.word_order import view_word_branch
from arxivtag.learning.network import Branch, DenseLayer, Network
from arxivtag.learning.rounding import rounded
from arxivtag.learning.word_order import WordBranch


def to_network(model: BranchModel) -> Network:
    """Return the model's weights, rounded, as a :class:`Network` of its own arrays."""
    return rounded(view_network(model))


def view_network(model: BranchModel) -> Network:
    """Return a network that shares memory with the model: use it before the next step."""
    made = []
    for stem, head, loss in zip(model.stems, model.heads, model.branch_losses, strict=False):
        # The mean of branches is the sum of branches whose last layers are divided.
        share = loss.logit_scale / len(model.branch_losses)
        dense = [stem, *(item for item in head if hasattr(item, "kernel"))]
        shares = [1.0] * (len(dense) - 1) + [share]
        made.append(Branch(tuple(map(_dense_layer, dense, shares))))
    return Network(tuple(made), model.output_activation, tuple(_word_branches(model)))


def _word_branches(model: BranchModel) -> Iterator[WordBranch]:
    n_branches = len(model.branch_losses)
    losses = model.branch_losses[len(model.stems) :]
    for network, shape, loss in zip(model.word_networks, model.word_shapes, losses, strict=True):
        yield view_word_branch(network, shape, loss.logit_scale / n_branches)


def _dense_layer(layer: keras.layers.Layer, share: float) -> DenseLayer:
    kernel, bias = np.asarray(layer.kernel.value), np.asarray(layer.bias.value)
    if isinstance(layer, SparseDense):
        kernel = kernel[: layer.n_features]
    if share == 1.0:
        return DenseLayer(kernel, bias)
    # As a scale of rows, since a first kernel is too large for a second one beside it.
    scale = np.full(len(kernel), share, np.float32)
    return DenseLayer(kernel, bias * np.float32(share), scale)
