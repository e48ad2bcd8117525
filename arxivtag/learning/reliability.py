"""Whether probabilities mean what they say: bins of probabilities against what came true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.counts import BoolArray, FloatArray

N_BINS = 15
_BLOCK = 16_384  # papers handled at once, to bound memory


@dataclass(frozen=True)
class ReliabilityBins:
    """Probabilities against what came true, in equal-width bins from 0 to 1, (n_bins,) each.

    Empty bins, where ``n`` is 0, have NaN.
    """

    n: NDArray[np.int64]
    mean_probability: FloatArray
    share_true: FloatArray

    @property
    def expected_calibration_error(self) -> float:
        """Gap between probability and truth, mean over pairs; NaN without pairs."""
        if not self.n.sum():
            return float("nan")
        gaps = np.abs(self.mean_probability - self.share_true)
        return float(np.nansum(self.n * gaps) / self.n.sum())


def reliability_bins(
    y_true: BoolArray, y_prob: FloatArray, n_bins: int = N_BINS
) -> ReliabilityBins:
    """Return the reliability of probabilities in arrays of one shape, all pairs together.

    Bin i holds probabilities in (i / n_bins, (i + 1) / n_bins], and 0 belongs to the first.
    """
    edges = np.arange(1, n_bins) / n_bins
    n, total, n_true = np.zeros(n_bins, np.int64), np.zeros(n_bins), np.zeros(n_bins)
    for start in range(0, len(y_prob), _BLOCK):
        probability = np.asarray(y_prob[start : start + _BLOCK], dtype=np.float64).ravel()
        truth = np.asarray(y_true[start : start + _BLOCK], dtype=np.float64).ravel()
        where = np.searchsorted(edges, probability, side="left")
        n += np.bincount(where, minlength=n_bins)
        total += np.bincount(where, probability, n_bins)
        n_true += np.bincount(where, truth, n_bins)
    with np.errstate(invalid="ignore"):
        return ReliabilityBins(n=n, mean_probability=total / n, share_true=n_true / n)


def top_label_pairs(y_true: BoolArray, y_prob: FloatArray) -> tuple[BoolArray, FloatArray]:
    """Return whether each paper's most probable label is true, and its probability."""
    if not y_prob.size:
        return np.zeros(0, dtype=bool), np.zeros(0)
    first = y_prob.argmax(axis=1)
    rows = np.arange(len(y_prob))
    return y_true[rows, first], y_prob[rows, first]
