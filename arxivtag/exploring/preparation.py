"""What cleaning and splitting did, in tables and in the figures that the Keras example prints."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from arxivtag.corpus.arrays import Ints, Rows, mask_of
from arxivtag.corpus.cleaning import CleaningReport, clean_rows
from arxivtag.corpus.labels import LabelIndex
from arxivtag.corpus.store import Corpus
from arxivtag.corpus.texts import batches
from arxivtag.exploring.labels import label_frequency, label_table
from arxivtag.papers.schema import ABSTRACT, LABELS, TITLE
from arxivtag.settings import CleaningConfig

SPLIT_NAMES = ("train", "val", "test")


def describe(corpus: Corpus, config: CleaningConfig | None = None) -> dict[str, Any]:
    """Return the corpus, before cleaning, in figures, as plain values that JSON can hold.

    Lengths and label counts are of the papers kept under ``config``, or the example's rules.
    Words are counted as the example does, between single spaces; ``std`` is the
    sample's (n - 1) and quartiles are interpolated linearly, as in pandas.

    ``label_counts`` begins with the most frequent; ``labels_read`` and ``dates_read`` are of all
    papers, before cleaning.
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


def cleaning_funnel(report: CleaningReport) -> pd.DataFrame:
    """Return one line per step: ``step``, ``papers`` (left after it), ``removed``, ``reason``.

    The first line is of the rows before any step.
    """
    lines: list[tuple[str, int, int, str]] = [("rows read", report.n_before, 0, "")]
    lines += [(step.rule, step.n_after, step.n_removed, step.reason) for step in report.steps]
    return pd.DataFrame(lines, columns=["step", "papers", "removed", "reason"])


def split_sizes(index: LabelIndex, splits: Mapping[str, Ints]) -> pd.DataFrame:
    """Return one line per split: ``split``, ``papers``, ``share``, ``labels``, ``mean_labels``.

    ``labels`` is the number of distinct labels in it; ``splits`` are rows by the split's name.
    """
    total = sum(len(rows) for rows in splits.values())
    lines = []
    for name, rows in splits.items():
        part = index.of(mask_of(rows, len(index)))
        mean = float(part.sizes.mean()) if len(rows) else 0.0
        n_labels = int(np.count_nonzero(part.counts))
        lines.append((name, len(rows), len(rows) / max(total, 1), n_labels, mean))
    return pd.DataFrame(lines, columns=["split", "papers", "share", "labels", "mean_labels"])


def label_balance(index: LabelIndex, splits: Mapping[str, Ints]) -> pd.DataFrame:
    """Return one line per label: how many papers of each split carry it, and what share.

    Returns:
        ``label``, ``name``, ``papers``, then ``train``, ``val``, ``test`` (papers) and
        ``train_share``, ``val_share``, ``test_share``; most frequent label first.
    """
    counts = {name: index.of(mask_of(splits[name], len(index))).counts for name in SPLIT_NAMES}
    shares = {f"{name}_share": counts[name] / max(len(splits[name]), 1) for name in SPLIT_NAMES}
    return label_table(index, papers=np.sum(list(counts.values()), axis=0), **counts, **shares)


def papers_tables(corpus: Corpus, rows: Rows) -> Iterator[pd.DataFrame]:
    """Yield the selected papers in parts, as tables to save that the store reads again.

    The labels become a JSON list in one cell, since a label may hold spaces and commas.
    """
    for part in batches(corpus, rows, [TITLE, ABSTRACT, LABELS]):
        papers = part.to_pandas()
        lists = (json.dumps(list(labels), ensure_ascii=False) for labels in papers[LABELS])
        yield papers.assign(**{LABELS: list(lists)})
