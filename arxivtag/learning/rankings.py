"""Figures of rankings: of each paper's labels, and of all papers by one label's score.

Equal scores share their ranks, so that no figure depends on the order of label names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.counts import BoolArray, FloatArray, IntArray

_BLOCK = 16_384  # pairs of paper and label compared at once, to bound memory


class PaperRankings:
    """Where the true labels of each paper stand among all its labels, (n_samples, n_labels).

    Its methods return one value per paper, (n_samples,). A paper without true labels has NaN,
    save in :meth:`precision_at`.

    Tied labels hold ranks ``n_above + 1 .. n_at_or_above`` together, so that a true label's
    expected gain is the mean gain over those ranks.
    """

    def __init__(self, y_true: BoolArray, y_score: FloatArray) -> None:
        n_labels = y_true.shape[1]
        self._rows, columns = np.nonzero(y_true)
        ranks = _ranks(y_true, y_score, self._rows, columns)
        self._n_above, self._n_at_or_above, self._n_true_at_or_above = ranks
        self._n_true: NDArray[np.int64] = np.count_nonzero(y_true, axis=1)
        self._ranks = np.arange(1, n_labels + 1)
        self._defined: NDArray[np.float64] = np.where(self._n_true > 0, 1.0, np.nan)

    def precision_at(self, k: int) -> NDArray[np.float64]:
        """Return the true labels among the first ``k``, divided by ``k``."""
        return self._hits_at(k) / k

    def recall_at(self, k: int) -> NDArray[np.float64]:
        """Return the share of the true labels that is among the first ``k``."""
        return self._hits_at(k) / self._n_true * self._defined

    def ndcg_at(self, k: int) -> NDArray[np.float64]:
        """Return the discounted cumulative gain of the first ``k``, divided by the largest."""
        discounts = np.where(self._ranks <= k, 1 / np.log2(self._ranks + 1), 0.0)
        ideal: FloatArray = np.append(0.0, np.cumsum(discounts))[self._n_true]
        return self._expected(discounts) / ideal * self._defined

    def average_precision(self) -> NDArray[np.float64]:
        """Return the mean over true labels of the share of true ones at or above them."""
        pure = self._sums(self._n_true_at_or_above / self._n_at_or_above)
        return pure / self._n_true * self._defined

    def coverage(self) -> NDArray[np.float64]:
        """Return the rank of the lowest true label."""
        lowest = np.zeros(len(self._n_true))
        np.maximum.at(lowest, self._rows, self._n_at_or_above)
        return lowest * self._defined

    def _hits_at(self, k: int) -> NDArray[np.float64]:
        return self._expected((self._ranks <= k).astype(np.float64))

    def _expected(self, gains: FloatArray) -> NDArray[np.float64]:
        """Return each paper's sum over true labels of the gain that their ranks expect."""
        cumulated = np.append(0.0, np.cumsum(gains))  # (n_labels + 1,)
        gained = cumulated[self._n_at_or_above] - cumulated[self._n_above]
        return self._sums(gained / (self._n_at_or_above - self._n_above))

    def _sums(self, values: FloatArray) -> NDArray[np.float64]:
        return np.bincount(self._rows, values, len(self._n_true)).astype(np.float64)


def _ranks(
    y_true: BoolArray, y_score: FloatArray, rows: IntArray, columns: IntArray
) -> NDArray[np.int64]:
    """Return three counts for each given pair of paper and label, (3, n_pairs).

    How many labels of its paper rank above it, how many at or above it, and how many of the
    latter are true.
    """
    ranks = np.zeros((3, len(rows)), dtype=np.int64)
    for start in range(0, len(rows), _BLOCK):
        part = slice(start, start + _BLOCK)
        row_scores = y_score[rows[part]]  # (block, n_labels)
        own = y_score[rows[part], columns[part]][:, None]
        at_or_above = row_scores >= own
        ranks[0, part] = (row_scores > own).sum(axis=1)
        ranks[1, part] = at_or_above.sum(axis=1)
        ranks[2, part] = (at_or_above & y_true[rows[part]]).sum(axis=1)
    return ranks


@dataclass(frozen=True)
class RankedCounts:
    """Counts at or above each distinct score, from the highest score down, (n,) each."""

    scores: FloatArray
    true_positives: NDArray[np.int64]
    n_predicted: NDArray[np.int64]

    def average_precision(self) -> float:
        """Return the average precision as scikit-learn defines it; NaN without positives."""
        if not len(self.scores) or not self.true_positives[-1]:
            return float("nan")
        precision = self.true_positives / self.n_predicted
        recall_steps = np.diff(self.true_positives, prepend=0) / self.true_positives[-1]
        return float(recall_steps @ precision)

    def roc_auc(self) -> float:
        """Return the area under the ROC curve; NaN unless both classes occur."""
        if not len(self.scores):
            return float("nan")
        hits = np.append(0, self.true_positives)
        misses = np.append(0, self.n_predicted - self.true_positives)
        if not hits[-1] or not misses[-1]:
            return float("nan")
        return float(np.trapezoid(hits / hits[-1], misses / misses[-1]))


def ranked_counts(y_true: BoolArray, y_score: FloatArray) -> RankedCounts:
    """Return the counts behind precision-recall and ROC curves of ``(n,)`` truths and scores."""
    order = np.argsort(-y_score, kind="stable")
    scores = np.asarray(y_score)[order]
    last_of_tie = np.flatnonzero(np.append(scores[1:] != scores[:-1], True)[: len(scores)])
    cumulated = np.cumsum(np.asarray(y_true)[order], dtype=np.int64)
    return RankedCounts(scores[last_of_tie], cumulated[last_of_tie], last_of_tie + 1)


@dataclass(frozen=True, eq=False)
class Scores:
    """True labels and scores, (n_samples, n_labels) each, ranked when they are first asked for."""

    y_true: BoolArray
    y_score: FloatArray

    @cached_property
    def pooled(self) -> RankedCounts:
        """All pairs of paper and label in one ranking."""
        return ranked_counts(self.y_true.ravel(), self.y_score.ravel())

    @cached_property
    def by_label(self) -> tuple[RankedCounts, ...]:
        """One ranking of the papers for each label that occurs."""
        occurring = np.flatnonzero(self.y_true.any(axis=0))
        return tuple(ranked_counts(self.y_true[:, j], self.y_score[:, j]) for j in occurring)


def mean_of_defined(values: Sequence[float]) -> float:
    """Return the mean of the values that are numbers; NaN without any."""
    finite = [value for value in values if np.isfinite(value)]
    return float(np.mean(finite)) if finite else float("nan")
