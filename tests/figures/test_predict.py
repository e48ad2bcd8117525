"""Bars of what words add to a label's logit."""

from __future__ import annotations

import pandas as pd

from arxivtag.figures.predict import contributions_figure
from arxivtag.figures.theme import LOWERED_COLOR, RAISED_COLOR

TABLE = pd.DataFrame(
    {
        "term": ["graph", "neural network", "<b>x</b>", "the"],
        "delta_logit": [0.4, 1.5, -0.9, 0.01],
        "probability_without": [0.6, 0.3, 0.9, 0.7],
    }
)


def test_strongest_terms_are_drawn_largest_on_top() -> None:
    figure = contributions_figure(TABLE, max_bars=3)
    (bars,) = figure.data
    # Plotly draws the first category at the bottom.
    assert list(bars.y) == ["&lt;b&gt;x&lt;/b&gt;", "graph", "neural network"]
    assert list(bars.x) == [-0.9, 0.4, 1.5]


def test_for_and_against_differ_in_colour_and_pattern() -> None:
    (bars,) = contributions_figure(TABLE, max_bars=3).data
    assert list(bars.marker.color) == [LOWERED_COLOR, RAISED_COLOR, RAISED_COLOR]
    assert list(bars.marker.pattern.shape) == ["/", "", ""]


def test_no_contributions_draw_an_empty_figure() -> None:
    (bars,) = contributions_figure(TABLE.head(0)).data
    assert len(bars.x) == 0
