"""One linear support vector machine for each label, all fitted at once.

The machine of a label is the smallest

    |w|^2 / 2 + cost * sum over papers of max(0, 1 - sign * (w . row)) ** 2

with sign 1 where a paper has the label and -1 where not, rows with a column of ones for the bias:
what scikit-learn's ``LinearSVC`` fits. That takes one label after another, and most of its time
goes by fetching the same rows again for each of them. Here one product of all rows serves all
labels: conjugate gradients (Polak and Ribiere 1969), scaled by the diagonal of the second
derivative, with the best step along each line. No chance is in it.

scipy is imported inside functions.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.counts import BoolArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]
# Steps end when each gradient's length is this share of its first one's, or after the most of them:
# on the real data 15 give what LinearSVC's tolerance of 0.1 gives, to 0.3 % (docs/training.md).
_TOLERANCE, _MOST_STEPS = 0.005, 15
_STEPS_ALONG_LINE = 3
_NEAR_ZERO = np.float32(1e-30)  # instead of 0, by which nothing can be divided


def fit(
    rows: csr_matrix,
    y_true: BoolArray,
    cost: float,
    should_stop: Callable[[], bool] = lambda: False,
) -> Floats | None:
    """Return the machines' weights, ``(n_features + 1, n_labels)``, biases last; None if stopped.

    Args:
        rows: ``(n_samples, n_features)`` float32.
        y_true: ``(n_samples, n_labels)``.
        cost: What an error weighs against the length of the weights.
        should_stop: Asked before each step.
    """
    with_ones = with_bias(rows)
    by_feature = with_ones.T.tocsr()
    squares = np.asarray(with_ones.power(2).sum(axis=0), np.float32).reshape(-1, 1)
    twice = np.float32(2 * cost)
    scale = np.reciprocal(1 + twice * squares)
    descend = partial(_descend, with_ones, by_feature, scale, twice, should_stop)
    n_threads = min(os.cpu_count() or 1, y_true.shape[1]) or 1
    with ThreadPoolExecutor(n_threads) as pool:
        fitted = list(pool.map(descend, np.array_split(y_true, n_threads, axis=1)))
    return None if should_stop() else np.hstack(fitted)


def with_bias(rows: csr_matrix) -> csr_matrix:
    """Return the rows with a column of ones behind the others."""
    from scipy.sparse import csr_matrix, hstack

    return hstack([rows, csr_matrix(np.ones((rows.shape[0], 1), np.float32))], format="csr")


def _descend(
    rows: csr_matrix,
    by_feature: csr_matrix,
    scale: Floats,
    twice: np.float32,
    should_stop: Callable[[], bool],
    y_true: BoolArray,
) -> Floats:
    """Return the weights of some labels; ``twice`` is two times the cost of an error."""
    signs = np.where(y_true, np.float32(1), np.float32(-1))
    weights = np.zeros((rows.shape[1], signs.shape[1]), np.float32)
    weights[-1] = signs.mean(axis=0)  # the best that a bias alone can do
    gaps = 1 - signs * weights[-1]
    direction, before, length_before, first = np.zeros_like(weights), weights, 1.0, None
    for _ in range(_MOST_STEPS):
        gradient = weights - twice * (by_feature @ (signs * np.maximum(gaps, 0)))
        scaled = scale * gradient
        length = np.einsum("ij,ij->j", scaled, gradient)
        first = length if first is None else first
        moving = length > _TOLERANCE**2 * first  # others stay, so that no label depends on others
        if should_stop() or not moving.any():
            break
        kept = (length - np.einsum("ij,ij->j", scaled, before)) / length_before
        direction = np.maximum(kept, 0) * direction - scaled
        before, length_before = gradient, np.maximum(length, _NEAR_ZERO)
        along = signs * (rows @ direction)
        step = np.where(moving, _step(weights, direction, gaps, along, twice), np.float32(0))
        weights = weights + step * direction
        gaps -= step * along
    return weights


def _step(
    weights: Floats, direction: Floats, gaps: Floats, along: Floats, twice: np.float32
) -> Floats:
    """Return how far to go for the smallest value on each label's line, by Newton's method."""
    slope = np.einsum("ij,ij->j", weights, direction)
    curvature = np.einsum("ij,ij->j", direction, direction) + _NEAR_ZERO
    step: Floats = np.zeros_like(slope)
    for _ in range(_STEPS_ALONG_LINE):
        rest = gaps - step * along
        missed = np.where(rest > 0, along, 0)
        here = slope + step * curvature - twice * np.einsum("ij,ij->j", missed, rest)
        step = step - here / (curvature + twice * np.einsum("ij,ij->j", missed, missed))
    return step
