"""A network without Keras: its shape from settings, its weights as plain arrays, what it gives.

Every preset reduces to a *sum of branches*: each branch is a stack of dense
layers that reads the TF-IDF row, or a network that reads the paper's words in order
(:mod:`arxivtag.learning.word_order`), and the logits are the sum of what the branches
put out (wide and deep: a linear path beside hidden layers). Training converts
its Keras model to this form; tagging, evaluation and export need nothing else.

Weights are rounded to 8 bits, a quarter of the space: training gives them so, a bundle holds
them, tagging reads them. Thresholds, calibration and all figures of a run come from the rounded
network, so that they are those of the model that tags.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.calibration import sigmoid
from arxivtag.learning.features import SparseRows
from arxivtag.learning.word_order import SIZE, WordBranch, WordShape, word_logits
from arxivtag.settings import ModelConfig

FloatArray = NDArray[np.float32]
OutputActivation = Literal["sigmoid", "softmax", "any_sigmoid"]

# The least -log(1 - p) of any label: p stays apart from 0, by which it divides.
LEAST_LOSS = 1e-6
# Below this many rows, gathering the rows of the kernel beats importing scipy.
_FEW_ROWS = 16
# Rows multiplied or rounded at once: bounds the memory of the weights that they use and of hidden
# activations. A copy of a whole first layer in float32 would be the largest array of all.
_BLOCK_ROWS = 1024


@dataclass(frozen=True)
class DenseLayer:
    """One dense layer: ``output = input @ weights + bias``.

    Args:
        kernel: ``(n_in, n_out)``, whole numbers (int8) or floats; it may lie on disk, mapped.
        bias: ``(n_out,)``, float32 or float16.
        scale: ``(n_in,)`` float32, by which each row of the kernel is multiplied to give the
            weights; None where the kernel holds the weights themselves.
    """

    kernel: NDArray[Any]
    bias: NDArray[Any]
    scale: FloatArray | None = None

    def weights(self, rows: NDArray[np.integer] | slice = slice(None)) -> FloatArray:
        """Return the weights ``(n_rows, n_out)`` float32 of these rows; no others are read."""
        kernel = self.kernel[rows].astype(np.float32, copy=False)
        return kernel if self.scale is None else kernel * self.scale[rows, None]


@dataclass(frozen=True)
class Branch:
    """Dense layers in a row, with ReLU between them and none after the last.

    One layer is a linear path from the n-grams to the labels.
    """

    layers: tuple[DenseLayer, ...]


@dataclass(frozen=True)
class Network:
    """A sum of branches: ``logits = sum(branch(x) for branch in branches)``.

    Args:
        branches: Those that read n-grams; their first kernels are ``(n_features, n_hidden)`` and
            their last ones ``(n_hidden, n_labels)``.
        output_activation: What turns logits into probabilities.
        word_branches: Those that read words in order. There is at least one branch.
    """

    branches: tuple[Branch, ...]
    output_activation: OutputActivation
    word_branches: tuple[WordBranch, ...] = ()

    @property
    def n_labels(self) -> int:
        """The number of labels that the network scores."""
        if self.word_branches:
            return self.word_branches[0].shape.n_labels
        return int(self.branches[0].layers[-1].kernel.shape[1])


def logits(network: Network, rows: SparseRows) -> FloatArray:
    """Return the network's logits for ``n`` TF-IDF rows: ``(n, n_labels)`` float32.

    Raises:
        ValueError: If the numbers of features differ, or there are no words for a network that
            reads them.
    """
    result = np.zeros((len(rows), network.n_labels), np.float32)
    for word_branch in network.word_branches:
        if rows.words is None:
            raise ValueError("rows should hold words in order. Received: n-grams alone.")
        result += word_logits(word_branch, rows.words)
    for branch in network.branches:
        n_features = len(branch.layers[0].kernel)
        if rows.n_features != n_features:
            raise ValueError(
                f"rows should have {n_features} features. Received: {rows.n_features}."
            )
        for start in range(0, len(rows), _BLOCK_ROWS):
            block = slice(start, start + _BLOCK_ROWS)
            result[block] += _branch_logits(branch, rows, block)
    return result


def probabilities(network: Network, rows: SparseRows) -> FloatArray:
    """Return ``y_prob`` for TF-IDF rows: ``(n, n_labels)`` float32, uncalibrated."""
    return activate(logits(network, rows), network.output_activation)


def activate(values: FloatArray, output_activation: OutputActivation) -> FloatArray:
    """Turn logits ``(n, n_labels)`` into probabilities, without overflow.

    Softmax divides one unit of probability among a paper's labels; a paper with
    several labels shares it, so its values are lower than with the sigmoid. ``any_sigmoid``
    knows that a paper has at least one label: ``p / (1 - product of (1 - p))`` over its labels,
    for sigmoids ``p``, is their probability given that one of them is right (Bayes).
    """
    if output_activation == "softmax":
        powers = np.exp(values - values.max(axis=1, keepdims=True, initial=-np.inf))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
    y_prob = sigmoid(values)
    if output_activation == "any_sigmoid":
        y_prob = np.minimum(y_prob / probability_of_any(values), 1.0)
    return np.asarray(y_prob, np.float32)


def probability_of_any(values: FloatArray) -> FloatArray:
    """Return ``1 - product of (1 - sigmoid)`` over the labels, never 0: ``(n, 1)``."""
    losses = np.logaddexp(0, values).sum(axis=1, keepdims=True)
    return np.asarray(-np.expm1(-np.maximum(losses, LEAST_LOSS)), np.float32)


def _branch_logits(branch: Branch, rows: SparseRows, block: slice) -> FloatArray:
    values = _sparse_product(rows, block, branch.layers[0])
    for layer in branch.layers[1:]:
        np.maximum(values, 0.0, out=values)
        values = values @ layer.weights()
        values += layer.bias
    return values


def _sparse_product(rows: SparseRows, block: slice, layer: DenseLayer) -> FloatArray:
    """Multiply CSR rows by a dense layer; only rows of the kernel that occur are read."""
    bounds = rows.indptr[block.start : min(block.stop, len(rows)) + 1]
    n_rows = len(bounds) - 1
    indices = rows.indices[bounds[0] : bounds[-1]]
    data = rows.data[bounds[0] : bounds[-1]]
    kernel = layer.kernel
    if layer.scale is not None:
        data = data * layer.scale[indices]
    result = np.empty((n_rows, kernel.shape[1]), np.float32)
    if n_rows <= _FEW_ROWS:
        for row, (start, stop) in enumerate(
            zip(bounds - bounds[0], bounds[1:] - bounds[0], strict=False)
        ):
            terms = kernel[indices[start:stop]].astype(np.float32, copy=False)
            result[row] = data[start:stop] @ terms
    else:
        # Here and not at the top: one abstract should not wait for this import.
        from scipy.sparse import csr_matrix

        if kernel.dtype != np.float32:
            indices, used = _renumbered(indices, len(kernel))
            kernel = kernel[used].astype(np.float32)
        matrix = csr_matrix((data, indices, bounds - bounds[0]), shape=(n_rows, len(kernel)))
        result = np.asarray(matrix @ kernel)
    result += layer.bias
    return result


def _renumbered(
    indices: NDArray[np.int32], n_rows: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the indices counted among the rows that occur, and these rows, rising."""
    occurs = np.zeros(n_rows, np.bool_)
    occurs[indices] = True
    number = np.cumsum(occurs, dtype=np.int32) - 1
    return number[indices], np.flatnonzero(occurs)


def rounded(network: Network) -> Network:
    """Return the network with weights of 8 bits, in arrays of its own; see :func:`to_int8`.

    What is rounded already stays as it is.
    """
    branches = tuple(Branch(tuple(map(_rounded, branch.layers))) for branch in network.branches)
    words = tuple(map(_rounded_embedding, network.word_branches))
    return Network(branches, network.output_activation, words)


def to_int8(kernel: NDArray[Any]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return a kernel as whole numbers with one scale for each row: ``numbers * scale[:, None]``.

    No weight moves by more than half a step of its row, of which there are 254. The numbers,
    ``(n_in, n_out)``, are from -127 to 127.
    """
    numbers = np.empty(kernel.shape, np.int8)
    scale = np.empty(len(kernel), np.float32)
    for start in range(0, len(kernel), _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        scale[block] = np.abs(kernel[block]).max(axis=1) / 127
        steps = kernel[block] / np.where(scale[block] > 0, scale[block], 1)[:, None]
        numbers[block] = np.clip(np.rint(steps), -127, 127)
    return numbers, scale


def _rounded_embedding(branch: WordBranch) -> WordBranch:
    """Return the branch with its words' vectors rounded; its other weights are few."""
    if branch.embedding.dtype == np.int8:
        return branch
    numbers, scale = to_int8(branch.embedding)
    weights = {name: np.array(weight) for name, weight in branch.weights.items()}
    return WordBranch(branch.shape, numbers, scale, weights)


def _rounded(layer: DenseLayer) -> DenseLayer:
    if layer.kernel.dtype == np.int8:
        return layer
    numbers, scale = to_int8(layer.kernel)
    if layer.scale is not None:
        scale *= layer.scale
    return DenseLayer(numbers, layer.bias.astype(np.float32), scale)


@dataclass(frozen=True)
class LayerSummary:
    """One row of a model's summary: the layer's name, its output's shape, its parameters."""

    name: str
    output_shape: tuple[int | None, ...]
    n_parameters: int


def model_summary(
    config: ModelConfig, n_features: int, n_labels: int, words: tuple[int, int] = (0, 0)
) -> tuple[LayerSummary, ...]:
    """Return the layers that :mod:`arxivtag.learning.engine.building` makes, without Keras.

    ``words`` are the number of words that have a vector, and of those that are read of a paper.
    """
    rows = []
    for branch, units in branches(config, n_labels):
        n_in = n_features
        for number, n_out in enumerate(units, start=1):
            rows.append(LayerSummary(f"{branch}_{number}", (None, n_out), (n_in + 1) * n_out))
            n_in = n_out
    if config.word_order != "none":
        n_words, length = words
        shape = WordShape(config.word_order, config.word_units, n_words, length, n_labels)
        n_encoder = sum(map(math.prod, shape.encoder_shapes().values()))
        n_encoded = shape.shapes()["labels_kernel"][0]
        rows += [
            LayerSummary("word vectors", (None, length, SIZE), (n_words + 1) * SIZE),
            LayerSummary(shape.kind, (None, length, n_encoded), n_encoder),
            LayerSummary("labels", (None, n_labels), (n_encoded + 1) * n_labels),
        ]
    return tuple(rows)


def branches(config: ModelConfig, n_labels: int) -> list[tuple[str, tuple[int, ...]]]:
    """Return the name of each branch that reads n-grams, and the outputs of its layers."""
    if not config.reads_ngrams:
        return []
    if not config.hidden_units:
        return [("linear", (n_labels,))]
    names = ["dense"] if config.towers == 1 else [f"tower_{i + 1}" for i in range(config.towers)]
    with_hidden = [(name, (*config.hidden_units, n_labels)) for name in names]
    return [*with_hidden, ("linear", (n_labels,))] if config.linear_path else with_hidden
