"""Figures of rankings: of each paper's labels, and of all papers by one label's score.

Equal scores share their ranks, so that no figure depends on the order of label names.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.counts import BoolArray, FloatArray

_BLOCK = 16_384  # pairs of paper and label compared at once, to bound memory


class PaperRankings:
    """Where the true labels of each paper stand among all its labels, (n_samples, n_labels).

    Its methods return one value per paper, (n_samples,). A paper without true labels has NaN,
    save in :meth:`precision_at`.

    Tied labels hold ranks ``n_above + 1 .. n_at_or_above`` together, so that a true label's
    expected gain is the mean gain over those ranks.
    """

    def __init__(self, y_true: BoolArray, y_score: FloatArray) -> None:
        self._rows, columns = np.nonzero(y_true)
        # Of each true label: how many labels of its paper rank above it, how many at or above it,
        # and how many of the latter are true.
        counts = np.zeros((3, len(columns)), dtype=np.int64)
        self._n_above, self._n_at_or_above, self._n_true_at_or_above = counts
        for start in range(0, len(columns), _BLOCK):
            part = slice(start, start + _BLOCK)
            rows = self._rows[part]
            scores, own = y_score[rows], y_score[rows, columns[part]][:, None]
            at_or_above = scores >= own  # (block, n_labels)
            counts[0, part] = (scores > own).sum(axis=1)
            counts[1, part] = at_or_above.sum(axis=1)
            counts[2, part] = (at_or_above & y_true[rows]).sum(axis=1)
        self._n_true: NDArray[np.int64] = np.count_nonzero(y_true, axis=1)
        self._ranks = np.arange(1, y_true.shape[1] + 1)
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


class Areas(NamedTuple):
    """What a ranking is worth in all; NaN where undefined."""

    average_precision: float
    roc_auc: float


class RankedCounts:
    """How many pairs, and how many true ones, score as high as some score or higher.

    Memory holds the sorted scores; nearly all that is asked changes at scores of true pairs alone,
    which are few.

    Attributes:
        n: How many pairs there are.
        scores: The distinct scores of true pairs, from the highest down, (n_steps,).
        true_positives: The true pairs at or above each.
        n_predicted: All pairs at or above each.
    """

    def __init__(self, y_true: BoolArray, y_score: FloatArray) -> None:
        """Rank pairs of truths and scores, arrays of one shape."""
        self._all = np.array(y_score).reshape(-1)
        self._all.sort()
        distinct, n_pairs = np.unique(y_score[y_true], return_counts=True)
        self.n, self.scores = self._all.size, distinct[::-1]
        self.true_positives: NDArray[np.int64] = np.cumsum(n_pairs[::-1])
        self.n_predicted: NDArray[np.int64] = self.n - np.searchsorted(self._all, self.scores)

    @property
    def n_true(self) -> int:
        """How many true pairs there are."""
        return int(self.true_positives[-1]) if len(self.true_positives) else 0

    def at(self, scores: FloatArray) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the true pairs, and all pairs, at or above each of some scores."""
        steps = np.searchsorted(-self.scores, -scores, side="right")
        hits = np.append(0, self.true_positives)[steps]
        return hits, self.n - np.searchsorted(self._all, scores)

    def below(self, score: np.floating[Any]) -> np.floating[Any] | None:
        """Return the next lower score; None below the lowest."""
        at = int(np.searchsorted(self._all, score))
        return self._all[at - 1] if at else None

    def spread(self, shares: FloatArray) -> FloatArray:
        """Return distinct scores from the highest to the lowest that there is.

        Between them are those at which recall, and those at which the false positive rate, first
        reaches each of some ``shares``, 0 to 1.
        """
        by_recall = np.searchsorted(self.true_positives / self.n_true, shares[shares > 0])
        misses = self.n_predicted - self.true_positives
        n_false = self.n - self.n_true
        # The false pair that reaches a share; where scores are equal, false pairs come first.
        wanted = np.ceil(shares * n_false * (1 - 1e-12)).astype(np.int64)
        n_true_before = np.append(0, self.true_positives)[np.searchsorted(misses, wanted)]
        places = np.append((wanted - 1 + n_true_before).clip(0, self.n - 1), [0, self.n - 1])
        kept = np.append(self._all[self.n - 1 - places], self.scores[by_recall])
        return np.unique(kept)[::-1]

    def areas(self) -> Areas:
        """Return average precision as scikit-learn defines it, NaN without positives, and ROC AUC.

        The latter is the share of pairs of a true and a false one that are ranked rightly, ties
        half; NaN unless both classes occur.
        """
        if not self.n_true:
            return Areas(float("nan"), float("nan"))
        steps, n_false = np.diff(self.true_positives, prepend=0), self.n - self.n_true
        average_precision = float(steps / self.n_true @ (self.true_positives / self.n_predicted))
        if not n_false:
            return Areas(average_precision, float("nan"))
        above = self.n - np.searchsorted(self._all, self.scores, side="right")
        misses = self.n_predicted - self.true_positives + above - (self.true_positives - steps)
        return Areas(average_precision, float(1 - (steps @ misses) / (2 * self.n_true * n_false)))


@dataclass(frozen=True, eq=False)
class Scores:
    """True labels and scores, (n_samples, n_labels) each, ranked when they are first asked for."""

    y_true: BoolArray
    y_score: FloatArray

    @cached_property
    def pooled(self) -> Areas:
        """All pairs of paper and label in one ranking."""
        return RankedCounts(self.y_true, self.y_score).areas()

    @cached_property
    def by_label(self) -> tuple[Areas, ...]:
        """One ranking of the papers for each label that occurs."""
        occurring = np.flatnonzero(self.y_true.any(axis=0))
        ranked = (RankedCounts(self.y_true[:, j], self.y_score[:, j]) for j in occurring)
        return tuple(one.areas() for one in ranked)
