"""Groups of duplicates, and differences word by word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.corpus.store import Corpus
from arxivtag.exploring.duplicates import (
    MAX_DIFF_WORDS,
    duplicate_groups,
    mark_differences,
)
from tests.exploring.papers import corpus_of

LONG = " ".join(f"word{i}" for i in range(60))
PAPERS = (
    ("A", "same text", ("x", "y")),
    ("B", LONG, ("x",)),
    ("A", "other text", ("y", "x")),
    ("C", LONG, ("y",)),
    ("D", LONG + " tail", ("y",)),
    ("A", "same text", ("z",)),
    ("", "no title", ("z",)),
    ("", "nor here", ("z",)),
)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return corpus_of(*PAPERS)


def test_titles(corpus: Corpus) -> None:
    groups = duplicate_groups(corpus, "titles")
    assert groups.members.tolist() == [0, -1, 0, -1, -1, 0, -1, -1]
    assert groups.n_surplus == 2
    assert groups.table.iloc[0].to_dict() == {
        "group": 0,
        "papers": 3,
        "title": "A",
        "distinct_titles": 1,
        "distinct_abstracts": 2,
        "distinct_combinations": 2,  # {x, y} in either order, and {z}
    }
    assert groups.rows(0).tolist() == [0, 2, 5]


def test_abstracts_largest_group_first_then_the_earliest(corpus: Corpus) -> None:
    groups = duplicate_groups(corpus, "abstracts")
    assert groups.members.tolist() == [0, 1, -1, 1, -1, 0, -1, -1]
    assert groups.table["papers"].tolist() == [2, 2]


def test_near_duplicates_are_groups_of_different_abstracts(corpus: Corpus) -> None:
    groups = duplicate_groups(corpus, "near")
    # B, C and D: "same text" twice is no near-duplicate, since equality finds it.
    assert groups.members.tolist() == [-1, 0, -1, 0, 0, -1, -1, -1]
    assert groups.table["distinct_abstracts"].tolist() == [2]


@pytest.mark.parametrize("kind", ["titles", "abstracts", "near"])
def test_no_duplicates(kind: str) -> None:
    groups = duplicate_groups(corpus_of(("A", "one two three four", ("x",))), kind)
    assert (len(groups), groups.n_surplus) == (0, 0)
    assert groups.table.empty


def differing(text: str, other: str) -> list[str]:
    return [piece.text.strip() for piece in mark_differences(text, other)[0] if piece.differs]


def test_differences_are_whole_words() -> None:
    assert differing("we train a deep network", "we train the deep net") == ["a", "network"]
    assert differing("we train the deep net", "we train a deep network") == ["the", "net"]
    assert differing("one two", "one two three") == []


def test_line_breaks_are_no_difference() -> None:
    assert differing("one\ntwo", "one two") == []


@given(st.text(alphabet="ab <\n", max_size=40), st.text(alphabet="ab <\n", max_size=40))
def test_pieces_join_to_the_texts(a: str, b: str) -> None:
    pieces_a, pieces_b = mark_differences(a, b)
    assert "".join(piece.text for piece in pieces_a) == a
    assert "".join(piece.text for piece in pieces_b) == b
    if a.split() == b.split():
        assert not any(piece.differs for piece in (*pieces_a, *pieces_b) if piece.text.strip())


def test_very_long_texts_are_compared_up_to_a_limit() -> None:
    head = " ".join(["same"] * MAX_DIFF_WORDS)
    pieces, _ = mark_differences(head + " left", head + " right")
    assert [piece.text for piece in pieces if piece.differs] == ["left"]
    pieces, _ = mark_differences(head + " both", head + " both")
    assert not any(piece.differs for piece in pieces)


def test_members_and_table_agree(corpus: Corpus) -> None:
    groups = duplicate_groups(corpus, "titles")
    sizes = np.bincount(groups.members[groups.members >= 0])
    assert sizes.tolist() == groups.table["papers"].tolist()


def test_papers_without_an_abstract_are_near_duplicates_of_nothing() -> None:
    text = "one two three four five six seven eight nine ten"
    corpus = corpus_of(
        ("A", "", ("x",)), ("B", text, ("x",)), ("C", "", ("x",)), ("D", text + " more", ("x",))
    )
    groups = duplicate_groups(corpus, "near")
    assert groups.members.tolist() == [-1, 0, -1, 0]
