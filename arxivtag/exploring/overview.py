"""The figures of the Keras example's own exploration, in one table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arxivtag.exploring.labels import LabelIndex
from arxivtag.exploring.lengths import Lengths
from arxivtag.papers.cleaning import CleaningReport


@dataclass(frozen=True)
class Overview:
    """What the example counts; means and the median are of the papers kept, NaN if none are.

    Attributes:
        n_rows: Rows as read.
        n_duplicate_titles: Rows that cleaning removed because an earlier one has their title.
        n_after_dedup: Rows left before those of rare combinations are dropped.
        n_labels: Distinct labels of the papers kept.
        n_label_combinations: Distinct lists of labels, as written, after deduplication.
        n_rare_combinations: Those of a single paper.
        n_kept: Papers kept by cleaning.
        mean_labels: Labels per paper.
        mean_words: Words per abstract.
        median_words: Words of the abstract in the middle.
    """

    n_rows: int
    n_duplicate_titles: int
    n_after_dedup: int
    n_labels: int
    n_label_combinations: int
    n_rare_combinations: int
    n_kept: int
    mean_labels: float
    mean_words: float
    median_words: float


def overview(
    index: LabelIndex, lengths: Lengths, kept: npt.NDArray[np.int64], report: CleaningReport
) -> Overview:
    """Return the figures for a corpus and what cleaning kept of it.

    Args:
        index: The labels of all rows.
        lengths: (n_rows,) words of each abstract.
        kept: (n_kept,) the rows that cleaning kept.
        report: What cleaning did.
    """
    return Overview(
        n_rows=len(index),
        n_duplicate_titles=report.n_duplicate_titles,
        n_after_dedup=report.n_after_dedup,
        n_labels=report.n_labels,
        n_label_combinations=report.n_label_combinations,
        n_rare_combinations=report.n_rare_combinations,
        n_kept=report.n_after,
        mean_labels=float(index.sizes[kept].mean()) if len(kept) else np.nan,
        mean_words=float(lengths[kept].mean()) if len(kept) else np.nan,
        median_words=float(np.median(lengths[kept])) if len(kept) else np.nan,
    )
