"""Lines over time, and the papers that they are shares of."""

from __future__ import annotations

import math

import pandas as pd

from arxivtag.figures.exploring import LEAST_PAPERS, shares_by_period_figure


def table_of(totals: list[int]) -> pd.DataFrame:
    periods = [f"2019-{month:02d}" for month in range(1, len(totals) + 1)]
    return pd.DataFrame(
        {"name": "a <b>", "period": periods, "papers": [1] * len(totals), "of_papers": totals,
         "share": [1 / n for n in totals]}
    )  # fmt: skip


def test_lines_leave_out_periods_of_few_papers_and_bars_show_them() -> None:
    line, bars = shares_by_period_figure(table_of([20, LEAST_PAPERS - 1, 40]), "T", "month").data
    assert line.name == "a &lt;b&gt;"
    assert line.x == ("2019-01", "2019-02", "2019-03")
    assert math.isnan(line.y[1])
    assert (line.y[0], line.y[2]) == (0.05, 0.025)
    assert tuple(bars.y) == (20, LEAST_PAPERS - 1, 40)


def test_where_all_are_few_all_are_shown() -> None:
    line, _ = shares_by_period_figure(table_of([2, 4]), "T", "month").data
    assert tuple(line.y) == (0.5, 0.25)


def test_years_are_numbers() -> None:
    table = table_of([20]).assign(period="2019")
    assert shares_by_period_figure(table, "T", "year").data[0].x == (2019,)
