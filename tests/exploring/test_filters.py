"""Which papers a filter lets through."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.callbacks import StoppedError
from arxivtag.corpus.store import Corpus
from arxivtag.corpus.texts import MAX_QUERY_CHARS, holding, matching, search_pattern
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
    """Ask the engine as a search does, but of a text in no file."""
    return matches(f"deep{character}network", search_pattern("deep network"))


def matches(text: str, pattern: str) -> bool:
    found = pc.match_substring_regex(pa.scalar(text), pattern, ignore_case=True)
    return bool(found.as_py())


def any_matches(papers: list[tuple[str, str]], pattern: str) -> list[bool]:
    """Whether a title or an abstract of each paper does."""
    titles, abstracts = (
        pc.match_substring_regex(pa.array(fields), pattern, ignore_case=True)
        for fields in zip(*papers, strict=True)
    )
    found: list[bool] = pc.or_(titles, abstracts).to_pylist()
    return found


@pytest.mark.parametrize(
    "space", ["\u00a0", "\u2009", "\u2028", "\u3000", "\x1f", "\x85", "\v", "\n", " \u00a0\n"]
)
def test_white_space_beyond_ascii(space: str) -> None:
    assert finds_across(space)


@given(st.characters(exclude_categories=["Cs"]))
def test_white_space_is_what_python_takes_for_it(character: str) -> None:
    assert finds_across(character) == character.isspace()


# Letters of more than two cases, and of one that is longer than the other.
SIGNS = "aAkKsSiI\u212a\u017f\u0130\u0131\u00b5\u03bc\u03c3\u03c2\u03a3\u00df\u1e9e.$-2 \n\u00a0"


def made_texts(seed: int, signs: str) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choices(signs, k=chance.randrange(40))) for _ in range(200)]


def made_corpus(signs: str) -> tuple[Corpus, list[tuple[str, str]]]:
    """Return papers, and their titles and abstracts as they are kept, in parts of 64."""
    titles, abstracts = made_texts(1, signs), made_texts(2, signs)
    corpus = corpus_of(*zip(titles, abstracts, [("x",)] * 200, strict=True))
    table = pq.read_table(corpus.papers_path)
    pq.write_table(table, corpus.papers_path, row_group_size=64)
    kept = zip(table["title"].to_pylist(), table["abstract"].to_pylist(), strict=True)
    return corpus, list(kept)


ANY_SIGNS, ASCII = made_corpus(SIGNS), made_corpus("aAbBsSkK.- \n\t")


@given(st.text(SIGNS, min_size=1, max_size=5).filter(str.strip))
def test_the_answer_is_that_of_the_whole_pattern(text: str) -> None:
    corpus, papers = ANY_SIGNS
    pattern = search_pattern(text)
    assert matching(corpus, text).tolist() == any_matches(papers, pattern)
    words = rf"(?:^|[^\pL\pN]){pattern}(?:[^\pL\pN]|$)"
    assert holding(corpus, [text])[text].tolist() == any_matches(papers, words)


@given(st.text("aAbBsSkK.- \n", min_size=1, max_size=6).filter(str.strip))
def test_in_ascii_it_is_lower_case_and_single_spaces(text: str) -> None:
    corpus, papers = ASCII
    sought = " ".join(text.lower().split())
    assert matching(corpus, text).tolist() == [
        any(sought in " ".join(field.lower().split()) for field in paper) for paper in papers
    ]


def test_a_search_tells_how_far_it_is_and_can_be_stopped() -> None:
    corpus, _ = ANY_SIGNS
    told: list[float | None] = []
    matching(corpus, "a", lambda stage, fraction: told.append(fraction))
    assert told == [0, 0.25, 0.5, 0.75]
    with pytest.raises(StoppedError):
        matching(corpus, "a", should_stop=lambda: True)


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

    def rows(**years: tuple[int, int]) -> list[int]:
        return np.flatnonzero(select_rows(dated, PaperFilter(**years))).tolist()

    assert rows(years=(2019, 2020)) == [0, 1]
    assert rows(years=(2020, 9999)) == [1, 2]
    assert rows(years=(0, 2019)) == [0]
    assert rows(years=(-5, 9999)) == [0, 1, 2]
    assert rows() == [0, 1, 2, 3]
