"""Weights in a quarter of the space: what training gives, a bundle holds and tagging reads.

Thresholds, calibration and all figures of a run come from the rounded network, so that they are
those of the model that tags.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.network import Branch, DenseLayer, Network
from arxivtag.learning.word_order import WordBranch

# Rows rounded at once: a copy of a whole first layer in float32 would be the largest array of all.
_BLOCK_ROWS = 4096


def rounded(network: Network) -> Network:
    """Return the network with weights of 8 bits, in arrays of its own; see :func:`to_int8`.

    What is rounded already stays as it is.
    """
    branches = tuple(Branch(tuple(map(_rounded, branch.layers))) for branch in network.branches)
    words = tuple(map(_rounded_embedding, network.word_branches))
    return Network(branches, network.output_activation, words)


def to_int8(kernel: NDArray[Any]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return a kernel as whole numbers with one scale for each row: ``numbers * scale[:, None]``.

    No weight moves by more than half a step of its row, of which there are 254.

    Args:
        kernel: ``(n_in, n_out)`` float.

    Returns:
        Numbers from -127 to 127 of the same shape, and scales ``(n_in,)``.
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
