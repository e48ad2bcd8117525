"""The month in which a paper appeared, by id or date."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.papers.months import UNKNOWN, month_of, month_text


@pytest.mark.parametrize(
    ("created", "paper_id", "month"),
    [
        ("2019-05-02", None, "2019-05"),
        ("2019-05-02T10:00:00Z", "", "2019-05"),
        ("2026-07", "x", "2026-07"),
        ("2019-05-02", "1811.00001", "2018-11"),  # the date is of a later version
        ("", "2607.01234v2", "2026-07"),
        (None, "arXiv:0704.0001", "2007-04"),
        ("2025-01-01", "http://arxiv.org/abs/2404.15269v3", "2024-04"),
        (None, "https://arxiv.org/abs/math.GT/0104099", "2001-04"),
        (None, "math/0309136", "2003-09"),
        (None, "hep-th/9108001v1", "1991-08"),
        (None, "math.GT/0104099", "2001-04"),
        (None, "cond-mat/9912345", "1999-12"),
    ],
)
def test_months(created: str | None, paper_id: str | None, month: str) -> None:
    assert month_text(month_of(created, paper_id)) == month


@pytest.mark.parametrize("text", ["", "yesterday", "2019", "2019-13-01", "20190502", "02.05.2019"])
def test_what_is_no_date_is_unknown(text: str) -> None:
    assert month_of(text) == UNKNOWN


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
    assert month_of(None, paper_id) == UNKNOWN


@given(st.none() | st.text(max_size=30), st.none() | st.text(max_size=30))
def test_any_text_gives_a_month_or_none(created: str | None, paper_id: str | None) -> None:
    month = month_of(created, paper_id)
    assert month == UNKNOWN or 1 <= month % 12 + 1 <= 12
