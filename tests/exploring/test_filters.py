"""Which papers a filter lets through."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.exploring.filters import MAX_QUERY_CHARS, PaperFilter, matching, select
from arxivtag.exploring.labels import index_labels
from arxivtag.exploring.lengths import length_words
from tests.exploring.papers import papers_of

PAPERS = papers_of(
    ("Neural nets", "We train a deep\nneural   network.", ("cs.LG", "stat.ML")),
    ("$O(n)$ <b>sorting</b>", "a b c d e f", ("cs.DS",)),
    ("Нейронные СЕТИ", "Größe.", ("cs.LG",)),
)
INDEX = index_labels(PAPERS["labels"].tolist())
LENGTHS = length_words(PAPERS["abstract"])


def chosen(**options: object) -> list[int]:
    return np.flatnonzero(select(PAPERS, INDEX, LENGTHS, PaperFilter(**options))).tolist()


def test_the_default_lets_all_through() -> None:
    assert PaperFilter().is_open
    assert chosen() == [0, 1, 2]


def test_labels_are_all_needed() -> None:
    assert chosen(labels=("cs.LG",)) == [0, 2]
    assert chosen(labels=("cs.LG", "stat.ML")) == [0]
    assert chosen(labels=("cs.LG", "cs.DS")) == []


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("DEEP neural network", [0]),
        ("$o(n)$", [1]),
        ("<b>", [1]),
        (".*", []),
        ("сети", [2]),
        ("GRÖSSE", []),
        ("größe", [2]),
        ("(", [1]),
        ("\\", []),
    ],
)
def test_text_is_found_as_typed_in_any_case_and_across_lines(text: str, rows: list[int]) -> None:
    assert np.flatnonzero(matching(PAPERS, text)).tolist() == rows


def finds_across(character: str) -> bool:
    papers = papers_of(("A", f"deep{character}network", ("cs.LG",)))
    return bool(matching(papers, "deep network")[0])


@pytest.mark.parametrize(
    "space", ["\u00a0", "\u2009", "\u2028", "\u3000", "\x1f", "\x85", "\v", "\n", " \u00a0\n"]
)
def test_white_space_beyond_ascii(space: str) -> None:
    assert finds_across(space)


@given(st.characters(exclude_categories=["Cs"]))
def test_white_space_is_what_python_takes_for_it(character: str) -> None:
    assert finds_across(character) == character.isspace()


def test_white_space_alone_is_no_filter() -> None:
    assert chosen(text="  ") == [0, 1, 2]


def test_a_very_long_query_is_cut() -> None:
    assert chosen(text="x" * 10 * MAX_QUERY_CHARS) == []


def test_lengths_are_inclusive() -> None:
    assert LENGTHS.tolist() == [7, 6, 1]
    assert chosen(min_words=6) == [0, 1]
    assert chosen(min_words=6, max_words=6) == [1]
    assert chosen(max_words=0) == []
