"""The papers of the pretrained model: which areas they have, and which are held out.

Held out for the figures, and never trained on before these are known:

- ``tomorrow``: all papers of the newest two months;
- ``recent`` and ``old``: random papers of 2020 and later, and of before;
- ``balanced``: up to 15 random papers of each primary area;
- ``val``: random papers of both times and up to 7 of each primary area, which set the
  calibration and the thresholds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from arxivtag.corpus.arrays import Ints, Rows, mask_of
from arxivtag.corpus.labels import LabelIndex, with_current_names
from arxivtag.corpus.store import Corpus
from arxivtag.papers.schema import TITLE
from arxivtag.papers.taxonomy import known_labels

# Retired archives that were divided: no area of today stands for their papers.
DIVIDED = frozenset({"astro-ph", "cond-mat", "q-bio"})
NEW_FROM = 202001
# So many of each kind that the calibration is about as right for either time.
N_VAL_RECENT, N_VAL_OLD, N_VAL_BALANCED = 6_500, 5_000, 7
N_RANDOM, N_BALANCED = 4_000, 15


@dataclass(frozen=True, eq=False)
class Papers:
    """A corpus with the areas of today.

    Attributes:
        corpus: The papers' texts.
        label_names: The areas, most frequent first.
        y_true: ``(n_papers, n_labels)`` bool.
        primary: ``(n_papers,)`` the column of each paper's first label; -1 where no area of today
            stands for it.
        months: ``(n_papers,)`` year times 100 plus month; 0 where it is not known.
    """

    corpus: Corpus
    label_names: tuple[str, ...]
    y_true: NDArray[np.bool_]
    primary: Ints
    months: Ints


@dataclass(frozen=True, eq=False)
class Division:
    """Rows of the papers to learn from, of those that decide, and of the held-out sets."""

    train: Ints
    val: Ints
    sets: dict[str, Ints]


def read_papers(corpus: Corpus) -> Papers:
    """Return the papers of a corpus with one name for each area."""
    labels = with_current_names(corpus.labels)
    names = tuple(name for name in labels.label_names if name not in DIVIDED)
    y_true, columns = truth(labels, names)
    primary = columns[labels.codes[labels.indptr[:-1]]]
    return Papers(corpus, names, y_true, primary, _months(corpus))


def truth(labels: LabelIndex, label_names: tuple[str, ...]) -> tuple[NDArray[np.bool_], Ints]:
    """Return papers' labels as a matrix, and the column of each name of the index, or -1."""
    place = {name: column for column, name in enumerate(label_names)}
    known = (known_labels((name,), place)[0] for name in labels.label_names)
    columns = np.array([place.get(name, -1) for name in known], dtype=np.int64)
    of_each = columns[labels.codes]
    y_true = np.zeros((len(labels), len(label_names)), dtype=np.bool_)
    y_true[labels.papers[of_each >= 0], of_each[of_each >= 0]] = True
    return y_true, columns


def plain_titles(corpus: Corpus) -> list[str]:
    """Return all titles in lower case without punctuation, to find a paper in another corpus."""
    titles = pq.read_table(corpus.papers_path, columns=[TITLE]).column(0).to_pylist()
    return [" ".join(re.findall(r"\w+", title.lower())) for title in titles]


def divide(papers: Papers, left_out: Ints, random_seed: int) -> Division:
    """Divide the papers; those in ``left_out`` and those without an area are in no part."""
    months = papers.months
    draw = _Draw(papers.primary, mask_of(left_out, len(months)), random_seed)
    is_new = months >= NEW_FROM
    sets = {"tomorrow": draw.all_of(_newest_months(months))}
    sets["balanced"] = draw.balanced(N_BALANCED)
    sets["recent"], sets["old"] = draw.random(is_new, N_RANDOM), draw.random(~is_new, N_RANDOM)
    val = [
        draw.balanced(N_VAL_BALANCED),
        draw.random(is_new, N_VAL_RECENT),
        draw.random(~is_new, N_VAL_OLD),
    ]
    return Division(np.flatnonzero(draw.free), np.sort(np.concatenate(val)), sets)


class _Draw:
    """Takes papers out of those that are still free."""

    def __init__(self, primary: Ints, left_out: Rows, random_seed: int) -> None:
        self.free = (primary >= 0) & ~left_out
        self._primary = primary
        self._random = np.random.default_rng(random_seed)

    def all_of(self, rows: Rows) -> Ints:
        """Take all of these papers that are free."""
        return self._take(np.flatnonzero(rows & self.free))

    def random(self, rows: Rows, n_papers: int) -> Ints:
        """Take so many of these papers, but at most a twentieth of them."""
        order = self._random.permutation(np.flatnonzero(rows & self.free))
        return self._take(order[: min(n_papers, len(order) // 20)])

    def balanced(self, n_papers: int) -> Ints:
        """Take so many papers of each primary area, but at most a twentieth of its papers."""
        order = self._random.permutation(np.flatnonzero(self.free))
        areas = (order[self._primary[order] == area] for area in np.unique(self._primary[order]))
        return self._take(
            np.concatenate([rows[: min(n_papers, len(rows) // 20)] for rows in areas])
        )

    def _take(self, rows: Ints) -> Ints:
        self.free[rows] = False
        return np.sort(rows)


def _newest_months(months: Ints) -> Rows:
    newest = np.unique(months[months > 0])[-2:]
    return np.isin(months, newest)


def _months(corpus: Corpus) -> Ints:
    """Return each paper's month as year times 100 plus month; 0 where it is not known."""
    months = np.asarray(corpus.dates, dtype=np.int64) // 100
    return np.where(months % 100 > 0, np.maximum(months, 0), 0)
