"""How many papers arXiv gets each month."""

from __future__ import annotations

import pandas as pd

from arxivtag.figures.arxiv import (
    LEAST_RATE,
    area_lengths_figure,
    area_words_figure,
    area_years_figure,
    submissions_figure,
)


def test_months_are_drawn_in_order() -> None:
    months = pd.to_datetime(["2020-01-01", "2020-02-01"])
    (line,) = submissions_figure(pd.DataFrame({"month": months, "papers": [10, 12]})).data
    assert (line.x, line.y) == (("2020-01-01", "2020-02-01"), (10, 12))


def test_words_go_from_before_to_now() -> None:
    words = pd.DataFrame(
        {"word": ["llm", "grammar"], "rises": [True, False], "rate": [3.0, 0.1],
         "rate_before": [0.0, 2.0]}
    )  # fmt: skip
    figure = area_words_figure(words, "Words", "2026")
    _, rose, _, fell, before = figure.data
    assert (rose.x, rose.y, fell.x, fell.y) == ((3.0,), (0,), (0.1,), (1,))
    assert before.x == (LEAST_RATE, 2.0)
    assert rose.customdata[0][0] == "llm"


def test_lengths_and_years() -> None:
    lengths = pd.DataFrame({"period": ["2025 to 2026"], "p10": [80], "p50": [150], "p90": [220]})
    high, low, median = area_lengths_figure(lengths).data
    assert (high.y, low.y, median.y) == ((220,), (80,), (150,))
    (bars,) = area_years_figure(pd.DataFrame({"year": [2026], "papers": [7]})).data
    assert (bars.x, bars.y) == ((2026,), (7,))
