"""From a Keras model in training to a plain network."""

from __future__ import annotations

import keras
import numpy as np

from arxivtag.learning.engine.model import BranchModel
from arxivtag.learning.network import Branch, DenseLayer, Network


def to_network(model: BranchModel) -> Network:
    """Return the model's weights as a :class:`Network` of its own arrays."""
    return _network(model, copy=True)


def view_network(model: BranchModel) -> Network:
    """Return a network that shares memory with the model: use it before the next step."""
    return _network(model, copy=False)


def _network(model: BranchModel, copy: bool) -> Network:
    made = []
    for stem, head, loss in zip(model.stems, model.heads, model.branch_losses, strict=True):
        # The mean of branches is the sum of branches whose last layers are divided.
        share = loss.logit_scale / len(model.stems)
        dense = [stem, *(item for item in head if hasattr(item, "kernel"))]
        shares = [1.0] * (len(dense) - 1) + [share]
        made.append(Branch(tuple(map(_dense_layer, dense, shares, [copy] * len(dense)))))
    return Network(tuple(made), model.output_activation)


def _dense_layer(layer: keras.layers.Layer, share: float, copy: bool) -> DenseLayer:
    kernel, bias = np.asarray(layer.kernel.value), np.asarray(layer.bias.value)
    if share != 1.0:
        return DenseLayer(kernel * np.float32(share), bias * np.float32(share))
    return DenseLayer(kernel.copy(), bias.copy()) if copy else DenseLayer(kernel, bias)
