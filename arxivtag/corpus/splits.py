"""Divides the papers that cleaning kept of a corpus into train, val and test, as row numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arxivtag.corpus.cleaning import Cleaned, near_groups
from arxivtag.corpus.store import Corpus
from arxivtag.papers.splits import SameTexts, SplitReport, divide
from arxivtag.settings import CleaningConfig, SplitConfig


@dataclass(frozen=True, eq=False)
class SplitRows:
    """Papers divided in three.

    Attributes:
        rows: (n_kept,) the rows of the corpus that were divided, in order.
        sides: (n_kept,) each one's side: 0 (train), 1 (val) or 2 (test).
        report: How they were divided, and whether anything leaks.
    """

    rows: npt.NDArray[np.int64]
    sides: npt.NDArray[np.int8]
    report: SplitReport

    def of(self, side: int) -> npt.NDArray[np.int64]:
        """Return the rows of one side, in order."""
        chosen: npt.NDArray[np.int64] = self.rows[self.sides == side]
        return chosen


def split_rows(
    corpus: Corpus, cleaned: Cleaned, config: SplitConfig | None = None, random_seed: int = 42
) -> SplitRows:
    """Divide what cleaning kept, by :func:`arxivtag.papers.splits.divide`.

    Raises:
        DataError: If there are too few papers, or all are near-duplicates of one another.
    """
    rows = cleaned.rows
    same = SameTexts(
        _numbered(corpus.first_of_title[rows]),
        _numbered(corpus.first_of_abstract[rows]),
        _numbered(near_groups(corpus, CleaningConfig().near_duplicate_similarity, cleaned.kept)),
    )
    sides, report = divide(cleaned.labels.lists(rows), same, config or SplitConfig(), random_seed)
    return SplitRows(rows, sides, report)


def _numbered(groups: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """Return the groups under numbers from 0."""
    return np.asarray(np.unique(groups, return_inverse=True)[1], dtype=np.int64)
