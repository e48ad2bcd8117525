"""Papers that occur more than once: exact titles, exact abstracts, near-duplicates, and diffs."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from arxivtag.corpus.arrays import Ints
from arxivtag.corpus.store import Corpus
from arxivtag.corpus.texts import titles_at

DuplicateKind = Literal["titles", "abstracts", "near"]
# Comparing takes time that grows with the product of the lengths.
MAX_DIFF_WORDS = 1_000


@dataclass(frozen=True)
class DuplicateGroups:
    """Groups of papers that count as the same.

    Attributes:
        members: (n_papers,) the number of each paper's group, -1 for papers in none.
        table: One line per group, the largest first: ``group``, ``papers``, ``title`` (of the
            first), ``distinct_titles``, ``distinct_abstracts``, ``distinct_combinations``.
    """

    kind: DuplicateKind
    members: Ints
    table: pd.DataFrame

    def __len__(self) -> int:
        return len(self.table)

    @property
    def n_surplus(self) -> int:
        """How many papers would go if each group kept only its first."""
        return int(np.count_nonzero(self.members >= 0)) - len(self)

    def rows(self, group: int) -> Ints:
        """Return the positions of a group's papers, in order of the data set."""
        return np.flatnonzero(self.members == group)


@dataclass(frozen=True)
class Piece:
    """A stretch of text, and whether the other text lacks it."""

    text: str
    differs: bool


def duplicate_groups(
    corpus: Corpus, kind: DuplicateKind, *, similarity: float = 0.8
) -> DuplicateGroups:
    """Return the groups of papers with the same title, abstract, or nearly the same abstract.

    Near-duplicates are sought among the distinct abstracts: each of their groups holds at
    least two different ones, so that it shows what equality does not.

    For them ``similarity`` is the least Jaccard similarity of word shingles, 0.5 or more.

    Raises:
        StorageError: If the corpus cannot be read.
    """
    titles, abstracts = corpus.first_of_title, corpus.first_of_abstract
    if kind == "near":
        same = corpus.near_pairs.components(corpus.n_papers, similarity)[abstracts]
        is_first = abstracts == np.arange(corpus.n_papers)
        n_distinct = np.bincount(same[is_first], minlength=corpus.n_papers)
        alone = np.flatnonzero((n_distinct < 2)[same])  # or equal to one another
        same[alone] = corpus.n_papers + alone
    else:
        same = (titles if kind == "titles" else abstracts).astype(np.int64)
    members = _number_groups(same)
    rows = np.flatnonzero(members >= 0)
    frame = pd.DataFrame(
        {
            "group": members[rows],
            "row": rows,
            "title": titles[rows],
            "abstract": abstracts[rows],
            "combination": corpus.labels.combinations[rows],
        }
    )
    table = frame.groupby("group", as_index=False).agg(
        papers=("row", "size"),
        title=("row", "first"),
        distinct_titles=("title", "nunique"),
        distinct_abstracts=("abstract", "nunique"),
        distinct_combinations=("combination", "nunique"),
    )
    table["title"] = pd.Series(titles_at(corpus, table["title"].to_numpy()), dtype=object)
    return DuplicateGroups(kind, members, table)


def _number_groups(same: Ints) -> Ints:
    """Return (n,) 0, 1, ... for groups of two or more, largest first, ties by first paper."""
    codes = pd.factorize(same)[0]  # in order of their first papers
    sizes = np.bincount(codes)
    shared = np.flatnonzero(sizes > 1)
    order = shared[np.argsort(-sizes[shared], kind="stable")]
    numbers = np.full(len(sizes), -1, dtype=np.int64)
    numbers[order] = np.arange(len(order))
    return numbers[codes]


def mark_differences(a: str, b: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return both texts as pieces, word by word, with what the other lacks marked.

    The pieces of a text join to the text itself. After :data:`MAX_DIFF_WORDS` words the rest
    is one piece, marked unless both rests are equal.
    """
    words_a, words_b = _words(a), _words(b)
    head_a, head_b = words_a[:MAX_DIFF_WORDS], words_b[:MAX_DIFF_WORDS]
    rest_a, rest_b = "".join(words_a[MAX_DIFF_WORDS:]), "".join(words_b[MAX_DIFF_WORDS:])
    bare_a, bare_b = [word.rstrip() for word in head_a], [word.rstrip() for word in head_b]
    matcher = difflib.SequenceMatcher(None, bare_a, bare_b, autojunk=False)
    pieces_a: list[Piece] = []
    pieces_b: list[Piece] = []
    for tag, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        _append(pieces_a, head_a[a_from:a_to], tag != "equal")
        _append(pieces_b, head_b[b_from:b_to], tag != "equal")
    _append(pieces_a, [rest_a], rest_a != rest_b)
    _append(pieces_b, [rest_b], rest_a != rest_b)
    return tuple(pieces_a), tuple(pieces_b)


def _words(text: str) -> list[str]:
    """Return words with the white space behind them; leading white space is a word of its own."""
    return re.findall(r"\S+\s*|^\s+", text)


def _append(pieces: list[Piece], words: Sequence[str], differs: bool) -> None:
    text = "".join(words)
    if text:
        pieces.append(Piece(text, differs))
