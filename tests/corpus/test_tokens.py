"""Counts over tokens on disk, read in small parts, against counts made in Python."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import numpy as np
import pytest

from arxivtag.corpus import tokens
from arxivtag.corpus.tokens import TermKind
from tests.exploring.papers import tokens_of

N_PAPERS = 200
KINDS: tuple[TermKind, ...] = ("words", "bigrams")


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Words of papers, some without any, that take many parts and rounds."""
    monkeypatch.setattr(tokens, "_TOKENS_PER_ROUND", 700)
    monkeypatch.setattr(tokens, "_TOKENS_AT_ONCE", 300)
    monkeypatch.setattr(tokens, "_TOKENS_IN_CACHE", 100)
    chance = random.Random(7)
    words = [f"word{number}" for number in range(60)]
    return [chance.choices(words, k=chance.choice([0, 1, 2, 20, 40])) for _ in range(N_PAPERS)]


def terms_of(words: list[str], kind: TermKind) -> list[str]:
    return words if kind == "words" else [f"{a} {b}" for a, b in itertools.pairwise(words)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.8])
def test_counts_of_selected_papers(texts: list[list[str]], kind: TermKind, share: float) -> None:
    index = tokens_of([" ".join(words) for words in texts])
    rows = np.random.default_rng(0).random(N_PAPERS) < share
    chosen = [terms_of(words, kind) for words, kept in zip(texts, rows, strict=True) if kept]
    codes = np.arange(index.n_terms(kind))
    names = index.terms(kind, codes)
    occurrences = Counter(itertools.chain(*chosen))
    papers = Counter(itertools.chain(*map(set, chosen)))
    assert index.counts(kind, rows).tolist() == [occurrences[name] for name in names]
    assert index.paper_counts(kind, rows, codes[:50]).tolist() == [
        papers[name] for name in names[:50]
    ]
    assert index.n_occurrences(kind, rows) == occurrences.total()
    both = index.counts(kind, rows) + index.counts(kind, ~rows)
    assert both.tolist() == index.counts(kind, np.ones(N_PAPERS, dtype=bool)).tolist()
    assert both.tolist() == index.files[kind].counts.tolist()
    first_seen = dict.fromkeys(itertools.chain(*(texts[row] for row in np.flatnonzero(rows))))
    read = list(itertools.chain(*(texts[row] for row in np.flatnonzero(rows))))
    assert index.first_places(rows).tolist() == [read.index(word) for word in first_seen]


def test_counts_are_kept_while_there_is_room(
    texts: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tokens_of([" ".join(words) for words in texts])
    views = [np.arange(N_PAPERS) % 7 == number for number in range(3)]
    counts = [index.counts("words", rows) for rows in views]
    assert [
        index.counts("words", rows) is kept for rows, kept in zip(views, counts, strict=True)
    ] == [True] * 3
    monkeypatch.setattr(tokens, "_MOST_KEPT", 2 * counts[0].nbytes)
    assert index.counts("words", views[0]) is counts[0]  # the one asked for last
    assert index.counts("words", views[1]) is not counts[1]


def test_terms_are_numbered_by_their_first_appearance(texts: list[list[str]]) -> None:
    index = tokens_of([" ".join(words) for words in texts])
    for kind in KINDS:
        read = itertools.chain(*(terms_of(words, kind) for words in texts))
        assert index.terms(kind, np.arange(index.n_terms(kind))) == list(dict.fromkeys(read))
