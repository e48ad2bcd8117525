"""What cleaning and splitting did, as tables: the funnel, the splits, their label balance."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from arxivtag.corpus.arrays import Ints, Rows, mask_of
from arxivtag.corpus.cleaning import CleaningReport
from arxivtag.corpus.labels import LabelIndex
from arxivtag.corpus.store import Corpus
from arxivtag.corpus.texts import batches
from arxivtag.exploring.labels import label_table
from arxivtag.papers.schema import ABSTRACT, LABELS, TITLE

SPLIT_NAMES = ("train", "val", "test")


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

    Args:
        splits: The rows of ``train``, ``val`` and ``test``.

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
