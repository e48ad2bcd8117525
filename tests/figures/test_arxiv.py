"""How many papers arXiv gets each month."""

from __future__ import annotations

import pandas as pd

from arxivtag.figures.arxiv import submissions_figure


def test_months_are_drawn_in_order() -> None:
    months = pd.to_datetime(["2020-01-01", "2020-02-01"])
    (line,) = submissions_figure(pd.DataFrame({"month": months, "papers": [10, 12]})).data
    assert (line.x, line.y) == (("2020-01-01", "2020-02-01"), (10, 12))
