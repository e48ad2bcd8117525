"""Describes a data set in the figures that the Keras example prints on its way to training."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd

from arxivtag.corpus.arrays import Ints
from arxivtag.corpus.cleaning import clean_rows
from arxivtag.corpus.store import Corpus
from arxivtag.exploring.labels import label_frequency
from arxivtag.settings import CleaningConfig


def describe(corpus: Corpus, config: CleaningConfig | None = None) -> dict[str, Any]:
    """Return the corpus, before cleaning, in figures, as plain values that JSON can hold.

    Lengths and label counts are of the papers kept under ``config``, or the example's rules.
    Words are counted as the example does, between single spaces; ``std`` is the
    sample's (n - 1) and quartiles are interpolated linearly, as in pandas.

    Returns:
        ``n_rows``, ``n_duplicate_titles``, ``n_after_dedup``,
        ``n_label_combinations``, ``n_rare_combinations``, ``n_kept``, ``n_labels``,
        ``length_words`` (count, mean, std, min, 25%, 50%, 75%, max),
        ``label_counts`` (most frequent first), and beside the contract ``source``,
        ``synthetic``, ``n_skipped``, ``notes``, ``labels_read`` (``words``, ``separator``,
        ``n_labels``, ``examples`` of cells as ``written`` and their ``labels``: all before
        cleaning), ``dates_read`` (``columns``, ``n_papers``, ``n_dated``, ``first``, ``last``)
        and ``cleaning`` (the full report).
    """
    cleaned = clean_rows(corpus, config)
    report, read = cleaned.report, corpus.report.read
    frequency = label_frequency(cleaned.labels.of(cleaned.kept))
    return {
        "source": corpus.source,
        "synthetic": corpus.report.synthetic,
        "n_rows": read.n_rows_read,
        "n_skipped": read.n_rows_skipped,
        "notes": list(read.notes),
        "n_duplicate_titles": report.n_duplicate_titles,
        "n_after_dedup": report.n_after_dedup,
        "n_label_combinations": report.n_label_combinations,
        "n_rare_combinations": report.n_rare_combinations,
        "n_kept": report.n_after,
        "n_labels": len(frequency),
        "length_words": describe_words(corpus.n_words[cleaned.kept]),
        "label_counts": dict(zip(frequency["label"], frequency["papers"].tolist(), strict=True)),
        "labels_read": dataclasses.asdict(corpus.report.labels_read),
        "dates_read": dataclasses.asdict(corpus.report.dates_read),
        "cleaning": dataclasses.asdict(report),
    }


def describe_words(lengths: Ints) -> dict[str, float | int | None]:
    """Return count, mean, std, min, quartiles and max of the abstracts' words."""
    figures: dict[str, float | int | None] = {}
    for name, value in pd.Series(lengths, dtype="int64").describe().items():
        whole = name in ("count", "min", "max") and not np.isnan(value)
        number = int(value) if whole else float(value)
        figures[str(name)] = None if np.isnan(value) else number
    return figures
