"""Precision, recall and F1 from counts, and their averages over labels. A share of nothing is 0."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.floating[Any]]
IntArray = NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class Counts:
    """How many labels are true, how many were given, and how many of these rightly.

    Arrays of one shape, such as one count per label.
    """

    true_positives: FloatArray | IntArray
    n_true: FloatArray | IntArray
    n_predicted: FloatArray | IntArray

    @classmethod
    def along(cls, axis: int, y_true: BoolArray, y_pred: BoolArray) -> Counts:
        """Count over papers (axis 0: one count per label) or labels (axis 1: per paper)."""
        counted = ((y_true & y_pred), y_true, y_pred)
        return cls(*(np.count_nonzero(mask, axis=axis) for mask in counted))


Ratio = Callable[[Counts], NDArray[np.float64]]


def precision(counts: Counts) -> NDArray[np.float64]:
    """Return TP / (TP + FP)."""
    return _ratio(counts.true_positives, counts.n_predicted)


def recall(counts: Counts) -> NDArray[np.float64]:
    """Return TP / (TP + FN)."""
    return _ratio(counts.true_positives, counts.n_true)


def f1(counts: Counts) -> NDArray[np.float64]:
    """Return 2 TP / (2 TP + FP + FN)."""
    return _ratio(2 * counts.true_positives, counts.n_true + counts.n_predicted)


def micro(ratio: Ratio, counts: Counts) -> NDArray[np.float64]:
    """Return the ratio of all labels' counts together."""
    counted = (counts.true_positives, counts.n_true, counts.n_predicted)
    return ratio(Counts(*(count.sum(axis=-1) for count in counted)))


def macro(ratio: Ratio, counts: Counts) -> NDArray[np.float64]:
    """Return the mean of the ratio over labels that occur; NaN if none does."""
    occurs = np.asarray(counts.n_true) > 0
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(occurs, ratio(counts), 0).sum(-1) / occurs.sum(-1))


def weighted(ratio: Ratio, counts: Counts) -> NDArray[np.float64]:
    """Return the mean of the ratio over labels, each as often as it occurs; NaN if none does."""
    with np.errstate(invalid="ignore"):
        return np.asarray((ratio(counts) * counts.n_true).sum(-1) / counts.n_true.sum(-1))


def _ratio(above: FloatArray | IntArray, below: FloatArray | IntArray) -> NDArray[np.float64]:
    above, below = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
