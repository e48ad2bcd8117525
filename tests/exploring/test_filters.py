"""Which papers a filter lets through."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.corpus.store import Corpus
from arxivtag.corpus.texts import MAX_QUERY_CHARS, matching, search_pattern
from arxivtag.exploring.filters import PaperFilter, select_rows
from tests.exploring.papers import corpus_of

PAPERS = (
    ("Neural nets", "We train a deep\nneural   network.", ("cs.LG", "stat.ML")),
    ("$O(n)$ <b>sorting</b>", "a b c d e f", ("cs.DS",)),
    ("Нейронные СЕТИ", "Größe.", ("cs.LG",)),
)
Chosen = Callable[..., list[int]]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return corpus_of(*PAPERS)


@pytest.fixture(scope="module")
def chosen(corpus: Corpus) -> Chosen:
    return lambda **options: np.flatnonzero(select_rows(corpus, PaperFilter(**options))).tolist()


def test_the_default_lets_all_through(chosen: Chosen) -> None:
    assert PaperFilter().is_open
    assert chosen() == [0, 1, 2]


def test_labels_are_all_needed(chosen: Chosen) -> None:
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
def test_text_is_found_as_typed_in_any_case_and_across_lines(
    corpus: Corpus, text: str, rows: list[int]
) -> None:
    assert np.flatnonzero(matching(corpus, text)).tolist() == rows


def finds_across(character: str) -> bool:
    """Ask DuckDB as a search does, but of a text in no file."""
    query = "SELECT regexp_matches(?, ?, 'i')"
    found = duckdb.execute(query, [f"deep{character}network", search_pattern("deep network")])
    return bool(found.fetchall()[0][0])


@pytest.mark.parametrize(
    "space", ["\u00a0", "\u2009", "\u2028", "\u3000", "\x1f", "\x85", "\v", "\n", " \u00a0\n"]
)
def test_white_space_beyond_ascii(space: str) -> None:
    assert finds_across(space)


@given(st.characters(exclude_categories=["Cs"]))
def test_white_space_is_what_python_takes_for_it(character: str) -> None:
    assert finds_across(character) == character.isspace()


def test_white_space_alone_is_no_filter(chosen: Chosen) -> None:
    assert chosen(text="  ") == [0, 1, 2]


def test_a_very_long_query_is_cut(chosen: Chosen) -> None:
    assert chosen(text="x" * 10 * MAX_QUERY_CHARS) == []


def test_lengths_are_inclusive(corpus: Corpus, chosen: Chosen) -> None:
    assert corpus.n_words.tolist() == [7, 6, 1]
    assert chosen(min_words=6) == [0, 1]
    assert chosen(min_words=6, max_words=6) == [1]
    assert chosen(max_words=0) == []


def test_years_are_inclusive_and_papers_without_a_date_are_of_none() -> None:
    dated = corpus_of(*PAPERS, PAPERS[1], dates=["2019-12-31", "2020", "May 2021", ""])

    def rows(**years: int) -> list[int]:
        return np.flatnonzero(select_rows(dated, PaperFilter(**years))).tolist()

    assert rows(first_year=2019, last_year=2020) == [0, 1]
    assert rows(first_year=2020) == [1, 2]
    assert rows(last_year=2019) == [0]
    assert rows(first_year=-5) == [0, 1, 2]
    assert rows() == [0, 1, 2, 3]
