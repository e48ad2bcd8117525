"""Lengths of abstracts as tables: describe, histogram, by label, and what a maximum covers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from arxivtag.corpus.arrays import Ints
from arxivtag.corpus.labels import LabelIndex
from arxivtag.exploring.labels import most_frequent
from arxivtag.papers.taxonomy import label_name

PERCENTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
MAX_BINS = 60
_NICE_STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000, 20_000)


def describe_lengths(lengths: Ints) -> pd.DataFrame:
    """Return pandas' own ``describe()`` with more percentiles: ``figure``, ``words``."""
    described = pd.Series(lengths, dtype="int64").describe(percentiles=list(PERCENTILES))
    return described.rename_axis("figure").rename("words").reset_index()


def length_histogram(lengths: Ints) -> pd.DataFrame:
    """Return one line per bin: ``from_words``, ``to_words`` (both inside), ``papers``.

    All bins have the same whole width, so that none holds more possible lengths than another.
    """
    if not len(lengths):
        return pd.DataFrame({"from_words": [], "to_words": [], "papers": []}).astype(int)
    lowest, highest = int(lengths.min()), int(lengths.max())
    span = highest - lowest + 1
    width = next((step for step in _NICE_STEPS if span / step <= MAX_BINS), -(-span // MAX_BINS))
    first = lowest // width * width
    counts = np.bincount((lengths - first) // width)
    starts = first + width * np.arange(len(counts))
    return pd.DataFrame(
        {"from_words": starts, "to_words": starts + width - 1, "papers": counts.astype(np.int64)}
    )


def length_by_label(index: LabelIndex, lengths: Ints, *, n_labels: int = 20) -> pd.DataFrame:
    """Return one line per label of the most frequent ones, and one for all papers.

    Columns: ``label``, ``name``, ``papers``, ``mean``, ``p5``, ``p25``, ``p50``, ``p75``, ``p95``.
    """
    papers = index.papers
    lines = [_length_line("all papers", "", lengths)] if len(lengths) else []
    for code in most_frequent(index, n_labels):
        label = index.label_names[code]
        lines.append(_length_line(label, label_name(label), lengths[papers[index.codes == code]]))
    columns = ["label", "name", "papers", "mean", "p5", "p25", "p50", "p75", "p95"]
    return pd.DataFrame(lines, columns=columns)


def _length_line(label: str, name: str, lengths: Ints) -> tuple[object, ...]:
    quantiles = np.quantile(lengths, [0.05, 0.25, 0.5, 0.75, 0.95])
    return (label, name, len(lengths), float(lengths.mean()), *map(float, quantiles))


def length_coverage(lengths: Ints) -> pd.DataFrame:
    """Return what each maximum length covers: ``max_words``, ``papers``, ``share``.

    One line per distinct length; ``share`` is the share of abstracts no longer than that.
    """
    values, counts = np.unique(lengths, return_counts=True)
    papers = np.cumsum(counts)
    share = papers / max(len(lengths), 1)
    return pd.DataFrame({"max_words": values, "papers": papers, "share": share})


def covered_share(lengths: Ints, max_words: int) -> float:
    """Return the share of abstracts that have at most ``max_words`` words (0 if there are none)."""
    return float(np.mean(lengths <= max_words)) if len(lengths) else 0.0


def words_kept_share(lengths: Ints, max_words: int) -> float:
    """Return the share of all words that stay when abstracts are cut after ``max_words`` words."""
    total = int(lengths.sum())
    return float(np.minimum(lengths, max_words).sum() / total) if total else 0.0
