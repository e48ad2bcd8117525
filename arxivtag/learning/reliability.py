"""Whether probabilities mean what they say: bins of probabilities against what came true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.counts import BoolArray, FloatArray

N_BINS = 15


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
    probability = np.asarray(y_prob, dtype=np.float64).ravel()
    edges = np.arange(1, n_bins) / n_bins
    where = np.searchsorted(edges, probability, side="left")
    n = np.bincount(where, minlength=n_bins)
    truth = np.asarray(y_true, dtype=np.float64).ravel()
    with np.errstate(invalid="ignore"):
        return ReliabilityBins(
            n=n,
            mean_probability=np.bincount(where, probability, n_bins) / n,
            share_true=np.bincount(where, truth, n_bins) / n,
        )


def top_label_pairs(y_true: BoolArray, y_prob: FloatArray) -> tuple[BoolArray, FloatArray]:
    """Return whether each paper's most probable label is true, and its probability."""
    if not y_prob.size:
        return np.zeros(0, dtype=bool), np.zeros(0)
    first = y_prob.argmax(axis=1)
    rows = np.arange(len(y_prob))
    return y_true[rows, first], y_prob[rows, first]
