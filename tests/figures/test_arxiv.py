"""arXiv's papers on a map, and how many come each month."""

from __future__ import annotations

import base64

import numpy as np
import pandas as pd

from arxivtag.figures.arxiv import arxiv_map_figure, submissions_figure
from arxivtag.papers import facts
from arxivtag.ui.browser.live_chart import plain_figure

MAX_BYTES = 1_500_000
PAPERS = pd.DataFrame(
    {
        "id": ["2607.00001", "2607.00002", "math/0309136"],
        "labels": ["cs.CV cs.LG", "math.AG", "math.DG"],
        "year": [2026, 2026, 2003],
        "x": np.array([0, 300, 30_000], np.int16),
        "y": np.array([5, 6, 7], np.int16),
        "group": ["b", "a", "a"],
    }
)
REGIONS = pd.DataFrame({"name": ["Computer <b>Vision</b>"], "x": [10], "y": [20]})


def test_points_travel_as_typed_arrays_with_their_ids() -> None:
    first, second = plain_figure(arxiv_map_figure(PAPERS, REGIONS), "map")["data"]
    assert (first["name"], first["type"]) == ("a", "scattergl")
    assert first["customdata"] == ["2607.00002", "math/0309136"]
    assert first["x"]["dtype"] == "i2"
    assert np.frombuffer(base64.b64decode(first["x"]["bdata"]), "<i2").tolist() == [300, 30_000]
    assert second["text"] == ["cs.CV cs.LG 2026"]


def test_names_of_regions_are_no_html_of_their_own() -> None:
    (name,) = arxiv_map_figure(PAPERS, REGIONS).layout.annotations
    assert name.text == "Computer<br>&lt;b&gt;Vision&lt;/b&gt;"


def test_the_bundled_map_is_small_enough_to_send() -> None:
    arxiv = facts.load_map()
    figure = arxiv_map_figure(arxiv.papers, arxiv.regions)
    assert len(figure.to_json()) < MAX_BYTES
    assert sum(len(trace.customdata) for trace in figure.data) == len(arxiv.papers)


def test_months_are_drawn_in_order() -> None:
    months = pd.to_datetime(["2020-01-01", "2020-02-01"])
    (line,) = submissions_figure(pd.DataFrame({"month": months, "papers": [10, 12]})).data
    assert (line.x, line.y) == (("2020-01-01", "2020-02-01"), (10, 12))
