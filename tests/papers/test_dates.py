"""When a paper appeared, by id or date."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.papers.dates import (
    UNKNOWN,
    date_of,
    date_text,
    understood_dates,
    years_of,
)


@pytest.mark.parametrize(
    ("created", "paper_id", "date"),
    [
        ("2019-05-02", None, "2019-05-02"),
        ("2019-05-02T10:00:00Z", "", "2019-05-02"),
        ("2019-05-02 00:00:00", "", "2019-05-02"),
        ("2019/5/2", "", "2019-05-02"),
        ("20190502", "", "2019-05-02"),
        ("02.05.2019", "", "2019-05-02"),
        ("5/23/2019", "", "2019-05-23"),
        ("23/05/2019", "", "2019-05-23"),
        ("05/06/2019", "", "2019"),  # May or June: nobody can tell
        ("Mon, 2 Apr 2007 19:18:42 GMT", "", "2007-04-02"),
        ("Apr 2007", "", "2007-04"),
        ("April 2nd, 2007", "", "2007-04-02"),
        ("2007 Apr 2", "", "2007-04-02"),
        ("12-MAY-2020", "", "2020-05-12"),
        ("2019", "", "2019"),
        ("2019.0", "", "2019"),
        ("2019-13-01", "", "2019"),
        ("2019-05-99", "", "2019-05"),
        ("2026-07", "x", "2026-07"),
        ("2019-05-02", "1811.00001", "2018-11"),  # the date is of a later version
        ("2018-11-30", "1811.00001", "2018-11-30"),
        ("", "2607.01234v2", "2026-07"),
        (None, "arXiv:0704.0001", "2007-04"),
        ("2025-01-01", "http://arxiv.org/abs/2404.15269v3", "2024-04"),
        (None, "https://arxiv.org/abs/math.GT/0104099", "2001-04"),
        (None, "math/0309136", "2003-09"),
        (None, "hep-th/9108001v1", "1991-08"),
        (None, "cond-mat/9912345", "1999-12"),
    ],
)
def test_dates(created: str | None, paper_id: str | None, date: str) -> None:
    assert date_text(date_of(created, paper_id)) == date


@pytest.mark.parametrize(
    "text", ["", "yesterday", "0019", "3019", "1620000000", "201905", "may be", "12345", "²019"]
)
def test_what_is_no_date_is_unknown(text: str) -> None:
    assert date_of(text) == UNKNOWN


@pytest.mark.parametrize(
    "paper_id",
    [
        "2699.01234",
        "9912.12345",
        "0601.1234",
        "math/0809136",
        "1234",
        "math/03091",
        "2607.123",
        "abc/0013001",
    ],
)
def test_what_is_no_id_is_unknown(paper_id: str) -> None:
    assert date_of(None, paper_id) == UNKNOWN


@given(
    st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 1, 1)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%d %B %Y", "%b %d, %Y", "%c"]),
)
def test_a_day_is_found_however_it_is_written(day: datetime.date, form: str) -> None:
    assert date_of(day.strftime(form)) == int(day.strftime("%Y%m%d"))


@given(st.none() | st.text(max_size=30), st.none() | st.text(max_size=30))
def test_any_text_gives_a_date_or_none(created: str | None, paper_id: str | None) -> None:
    date = date_of(created, paper_id)
    assert date == UNKNOWN or (date // 100 % 100 <= 12 and date % 100 <= 31)


def test_years() -> None:
    dates = np.array([UNKNOWN, 20190000, 20190500, 20191231], np.int32)
    assert years_of(dates).tolist() == [-1, 2019, 2019, 2019]


def test_what_was_understood_is_said() -> None:
    said = understood_dates(["id", "year"], [20190000, UNKNOWN, 20200512]).sentence
    assert said == (
        "Dates are read from 'id' and 'year': 2 of 3 papers have one, 2019 to 2020-05-12."
    )
    assert "no column" in understood_dates([], [UNKNOWN]).sentence
    assert "none could be read" in understood_dates(["date"], [UNKNOWN]).sentence
