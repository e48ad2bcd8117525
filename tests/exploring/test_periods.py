"""Labels and terms over time are shares of each period's papers."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.corpus import texts
from arxivtag.exploring.periods import (
    Period,
    kinds_of_period,
    newest_words,
    periods_of,
    shares_by_period,
)
from arxivtag.papers.dates import UNKNOWN
from tests.exploring.papers import corpus_of, tokens_of

DATES = np.array([20190102, 20191200, 20200101, 20200000, UNKNOWN], np.int32)


def test_periods() -> None:
    assert periods_of(DATES, "year").tolist() == [20190000, 20190000, 20200000, 20200000, -1]
    assert periods_of(DATES, "month").tolist() == [20190100, 20191200, 20200100, -1, -1]


def test_shares_are_of_the_periods_papers() -> None:
    holders = {
        "a": np.array([True, True, False, True, False]),
        "b": np.array([True, False, True, False, True]),
    }
    assert shares_by_period(DATES, holders, "year").to_dict("list") == {
        "name": ["a", "a", "b", "b"],
        "period": ["2019", "2020", "2019", "2020"],
        "papers": [2, 1, 1, 1],
        "of_papers": [2, 2, 2, 2],
        "share": [1.0, 0.5, 0.5, 0.5],
    }
    by_month = shares_by_period(DATES, holders, "month")
    assert by_month["period"].tolist() == ["2019-01", "2019-12", "2020-01"] * 2
    assert by_month["papers"].tolist() == [1, 1, 0, 1, 0, 1]
    assert shares_by_period(np.full(5, UNKNOWN, np.int32), holders, "year").empty


@given(st.data())
def test_shares_are_those_of_pandas(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 30))
    years = data.draw(st.lists(st.sampled_from([-1, 2001, 2002]), min_size=n, max_size=n))
    held = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    dates = np.array([UNKNOWN if year < 0 else 10_000 * year + 503 for year in years], np.int32)
    expected = pd.Series(held)[dates > 0].groupby(dates[dates > 0] // 10_000).mean()
    table = shares_by_period(dates, {"x": held}, "year")
    assert dict(zip(table["period"].astype(int), table["share"], strict=True)) == pytest.approx(
        expected.to_dict()
    )


@pytest.mark.parametrize(
    ("dates", "kinds"),
    [
        ([UNKNOWN], ()),
        ([20190000], ()),
        ([20190100, 20190200], ("month",)),
        ([20190000, 20200000], ("year",)),
        ([20190100, 20200100], ("month", "year")),
        ([20190100, 20200100, 20210100], ("year", "month")),
    ],
)
def test_months_are_offered_first_within_two_years(
    dates: list[int], kinds: tuple[Period, ...]
) -> None:
    assert kinds_of_period(np.array(dates, np.int32)) == kinds


def test_the_newest_words_are_found() -> None:
    old, new = "old steam engines run", "new agents reason well"
    tokens = tokens_of([old] * 30 + [new] * 10 + [new])
    dates = np.array([20190101] * 30 + [20200101] * 10 + [UNKNOWN], np.int32)
    found = newest_words(tokens, dates, 3)
    assert len(found) == 3
    assert set(found) <= set(new.split())


PAPERS = (
    ("On GANs", "A gan of organ pipes", ("a",)),
    ("Steam\tengine", "the STEAM\n engines of old", ("a",)),
    ("Größe", "Über größe; neural-network (GAN)", ("a",)),
)
_CORPUS = corpus_of(*PAPERS)


def test_terms_are_whole_words_in_title_or_abstract() -> None:
    terms = ["gan", "organ", "steam engine", "steam engines", "größe", "network", ".*", " ", "Über"]
    found = {term: np.flatnonzero(rows).tolist() for term, rows in
             texts.holding(_CORPUS, terms).items()}  # fmt: skip
    assert found == {
        "gan": [0, 2], "organ": [0], "steam engine": [1], "steam engines": [1], "größe": [2],
        "network": [2], ".*": [], "Über": [2],
    }  # fmt: skip
    assert texts.holding(_CORPUS, []) == {}


def test_what_is_typed_as_a_term_is_never_a_query() -> None:
    for term in ("') OR 1=1 --", "?", "term_0", "\\", "(", "a') AS x, ('"):
        assert not texts.holding(_CORPUS, [term, "gan"])[term].any()


@given(st.lists(st.sampled_from(["gan", "organ", "old", "pipes", "Steam"]), max_size=3))
def test_terms_are_found_as_a_simple_search_would(terms: list[str]) -> None:
    for term, rows in texts.holding(_CORPUS, terms).items():
        expected = [
            bool(re.search(rf"(?<!\w){term}(?!\w)", f"{title}\n{abstract}", re.IGNORECASE))
            for title, abstract, _ in PAPERS
        ]
        assert rows.tolist() == expected
