"""Groups of papers on a map, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from arxivtag.corpus.labels import index_labels
from arxivtag.corpus.splits import SplitReport, SplitRows
from arxivtag.exploring.map_groups import by_label, by_sameness, by_split, by_year
from tests.exploring.papers import corpus_of

LONG = "we study the moduli of stable sheaves on smooth surfaces and count their curves again {}"


def test_by_first_label_with_the_others_together() -> None:
    labels = [("a", "b"), ("a",), ("b",), *[(name,) for name in "cdefgh"], ()]
    grouping = by_label(index_labels(labels), np.arange(len(labels)))
    assert grouping.names == ("a", "b", "c", "d", "e", "f", "other")
    assert grouping.codes.tolist() == [0, 0, 1, 2, 3, 4, 5, 6, 6, 6]
    # A label that no paper on the map has first is no group.
    assert by_label(index_labels(labels), np.array([2, 9])).names == ("b", "other")


def test_by_sameness() -> None:
    corpus = corpus_of(
        ("Same", LONG.format("once"), ("x",)),
        ("Same", "another text altogether", ("x",)),
        ("Near", LONG.format("twice"), ("x",)),
        ("Alone", "nothing of the kind", ("x",)),
    )
    assert by_sameness(corpus, np.arange(4)).codes.tolist() == [0, 0, 1, 2]


def test_by_year_in_spans_of_about_as_many_papers() -> None:
    years = [1999, *range(2001, 2013), -1]
    grouping = by_year(np.array(years, np.int32))
    assert grouping is not None
    assert grouping.names == (
        "1999 to 2001", "2002 to 2003", "2004 to 2005", "2006 to 2007", "2008 to 2009",
        "2010 to 2012", "no date",
    )  # fmt: skip
    for year, code in zip(years[:-1], grouping.codes, strict=False):
        first, _, last = grouping.names[code].partition(" to ")
        assert int(first) <= year <= int(last)
    assert grouping.codes[-1] == 6


@pytest.mark.parametrize("years", [[], [-1, -1], [2020, 2020]])
def test_one_year_makes_no_groups(years: list[int]) -> None:
    assert by_year(np.array(years, np.int32)) is None


def test_by_split() -> None:
    report = SplitReport(1, 1, 1, "", "", 0, 0, 0, 0, 0, 0)
    splits = SplitRows(np.array([0, 2, 3]), np.array([0, 2, 1], np.int8), report)
    assert by_split(splits, 4, np.array([0, 1, 2])).codes.tolist() == [0, 3, 2]
