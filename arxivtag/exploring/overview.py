"""The figures of the Keras example's own exploration, in one table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arxivtag.corpus.cleaning import Cleaned
from arxivtag.corpus.store import Corpus


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


def overview(corpus: Corpus, cleaned: Cleaned) -> Overview:
    """Return the figures for a corpus and what cleaning kept of it."""
    report, rows = cleaned.report, cleaned.rows
    sizes, lengths = corpus.labels.sizes[rows], corpus.n_words[rows]
    return Overview(
        n_rows=corpus.n_papers,
        n_duplicate_titles=report.n_duplicate_titles,
        n_after_dedup=report.n_after_dedup,
        n_labels=report.n_labels,
        n_label_combinations=report.n_label_combinations,
        n_rare_combinations=report.n_rare_combinations,
        n_kept=report.n_after,
        mean_labels=float(sizes.mean()) if len(rows) else np.nan,
        mean_words=float(lengths.mean()) if len(rows) else np.nan,
        median_words=float(np.median(lengths)) if len(rows) else np.nan,
    )
