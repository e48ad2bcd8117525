"""Labels of a corpus as tables: frequencies, combinations, labels per paper, co-occurrence.

Every table is a count over a :class:`~arxivtag.corpus.labels.LabelIndex`, whose method ``of``
selects papers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from arxivtag.corpus.arrays import Ints
from arxivtag.corpus.labels import LabelIndex
from arxivtag.errors import counted
from arxivtag.papers.taxonomy import label_name

CoOccurrenceMeasure = Literal["count", "lift", "npmi"]


def label_frequency(index: LabelIndex) -> pd.DataFrame:
    """Return one line per label that occurs: ``label``, ``name``, ``papers``, ``share``.

    Most frequent first, ties by label.
    """
    return label_table(index, papers=index.counts, share=index.counts / max(len(index), 1))


def label_table(index: LabelIndex, **columns: npt.NDArray[np.number]) -> pd.DataFrame:
    """Return ``label``, ``name`` and (n_labels,) ``columns`` of labels with ``papers``.

    Most frequent first, ties by label.
    """
    names = [label_name(label) for label in index.label_names]
    frame = pd.DataFrame({"label": list(index.label_names), "name": names, **columns})
    frame = frame[frame["papers"] > 0]
    return frame.sort_values(["papers", "label"], ascending=[False, True], ignore_index=True)


def combination_frequency(index: LabelIndex) -> pd.DataFrame:
    """Return one line per label combination: ``combination``, ``labels``, ``papers``, ``share``.

    ``combination`` is the sorted labels joined by `` + ``; ``labels`` is their number.
    """
    counts = np.bincount(index.combinations, minlength=len(index.combination_names))
    present = np.flatnonzero(counts)
    frame = pd.DataFrame(
        {
            "combination": [" + ".join(index.combination_names[i]) for i in present],
            "labels": [len(index.combination_names[i]) for i in present],
            "papers": counts[present],
            "share": counts[present] / max(len(index), 1),
        }
    )
    return frame.sort_values(["papers", "combination"], ascending=[False, True], ignore_index=True)


def labels_per_paper(index: LabelIndex) -> pd.DataFrame:
    """Return one line per number of labels: ``labels``, ``papers``, ``share``; no gaps between."""
    counts = np.bincount(index.sizes)
    first = int(index.sizes.min(initial=len(counts)))
    return pd.DataFrame(
        {
            "labels": np.arange(first, len(counts)),
            "papers": counts[first:],
            "share": counts[first:] / max(len(index), 1),
        }
    )


def co_occurrence(
    index: LabelIndex, *, n_labels: int = 20, measure: CoOccurrenceMeasure = "count"
) -> pd.DataFrame:
    """Return how often the most frequent labels stand on the same paper, as a square table.

    Args:
        measure: ``count``: papers that carry both; on the diagonal, papers that carry the label.
            ``lift``: p(a, b) / (p(a) p(b)); 1 is chance.
            ``npmi``: log lift / -log p(a, b), from -1 (never together) through 0 (chance)
            to 1 (only together); Bouma 2009. A pair that never meets is -1, and a pair that
            stands on every paper 1.

    Returns:
        A DataFrame with labels as index and columns; NaN on the diagonal of lift and npmi.
    """
    codes = most_frequent(index, n_labels)
    names = [index.label_names[code] for code in codes]
    together = _pair_counts(index, codes)
    values = _association(together, len(index), measure)
    return pd.DataFrame(values, index=names, columns=names)


def most_frequent(index: LabelIndex, n_labels: int) -> Ints:
    """Return the positions of the ``n_labels`` labels on most papers, most first, ties by label.

    They are the first of :func:`label_frequency`, also of papers that a filter selects.
    """
    counts = index.counts
    order = np.lexsort((np.array(index.label_names, dtype=str), -counts))[:n_labels]
    return order[counts[order] > 0]


def _pair_counts(index: LabelIndex, wanted: Ints) -> npt.NDArray[np.float64]:
    """Return (k, k) counts of papers that carry both labels, for the k ``wanted`` codes."""
    place = np.full(len(index.label_names), -1, dtype=np.int64)
    place[wanted] = np.arange(len(wanted))
    places = place[index.codes]
    kept = places >= 0
    carries = np.zeros((len(index), len(wanted)), dtype=np.float32)
    carries[index.papers[kept], places[kept]] = 1
    return (carries.T @ carries).astype(np.float64)


def _association(
    together: npt.NDArray[np.float64], n_papers: int, measure: CoOccurrenceMeasure
) -> npt.NDArray[np.float64]:
    if measure == "count" or not len(together):
        return together
    share = together / n_papers
    alone = np.diag(share)
    with np.errstate(divide="ignore", invalid="ignore"):
        lift = share / np.outer(alone, alone)
        npmi = np.log(lift) / -np.log(share)
    npmi[share == 0] = -1.0
    npmi[share == 1] = 1.0
    values = lift if measure == "lift" else npmi
    np.fill_diagonal(values, np.nan)
    return values


def label_pairs(index: LabelIndex, *, n_labels: int = 20) -> pd.DataFrame:
    """Return one line per pair of labels that meet: both, ``papers``, ``lift``, ``npmi``.

    The same figures as :func:`co_occurrence`, as a list that can be sorted and downloaded.
    """
    codes = most_frequent(index, n_labels)
    counts = _pair_counts(index, codes)
    first, second = np.nonzero(np.triu(counts, k=1))
    names = np.array(index.label_names, dtype=object)[codes]
    frame = pd.DataFrame(
        {
            "label_a": names[first],
            "label_b": names[second],
            "papers": counts[first, second].astype(np.int64),
            "lift": _association(counts, len(index), "lift")[first, second],
            "npmi": _association(counts, len(index), "npmi")[first, second],
        }
    )
    return frame.sort_values(
        ["papers", "label_a", "label_b"], ascending=[False, True, True], ignore_index=True
    )


def imbalance_text(frequency: pd.DataFrame) -> str:
    """Return how unevenly labels are used, of a :func:`label_frequency`, in sentences."""
    if frequency.empty:
        return "No paper carries a label."
    counts, top = frequency["papers"].to_numpy(), frequency.iloc[0]
    if len(counts) == 1:
        return f"There is one label alone, {top['label']}: there is nothing to tell apart."
    covered = np.cumsum(counts) / counts.sum()
    n_for_half = int(np.searchsorted(covered, 0.5 - 1e-12) + 1)
    half = (
        "That label alone makes"
        if n_for_half == 1
        else f"The {n_for_half} most frequent labels make"
    )
    ratio = counts[0] / np.median(counts)
    times = f"{ratio:,.0f}" if ratio >= 9.95 else f"{ratio:.1f}"
    more = "" if times == "1.0" else f"{times} times "
    text = (
        f"{top['label']} is on {100 * top['share']:.0f} % of the papers, {more}as many as the "
        f"label in the middle of the ranking. {half} up half of all occurrences of the "
        f"{len(counts):,} labels."
    )
    n_rare = int(np.count_nonzero(counts < 10))
    if n_rare:
        rare = counted(n_rare, "label is", "labels are")
        text += f" {rare} on fewer than 10 papers, too few to learn well."
    return text


def multi_hot(labels: Sequence[str], label_names: Sequence[str]) -> npt.NDArray[np.int8]:
    """Return (n_labels,) with 1 where the paper carries the label of that position, else 0.

    Labels that are not in ``label_names`` are left out: there is no ``[UNK]`` position,
    which in the Keras example becomes an output class of its own.
    """
    carried = set(labels)
    return np.array([label in carried for label in label_names], dtype=np.int8)
