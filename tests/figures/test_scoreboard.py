"""Figures of a scoreboard: each number drawn is the number given, the ceiling is a band."""

from __future__ import annotations

import pandas as pd
import pytest

from arxivtag.figures.evaluation import (
    Series,
    agreement_figure,
    comparison_figure,
    learning_curve_figure,
    scoreboard_figure,
)

MODELS = pd.DataFrame(
    {
        "name": ["tuned", "<b>linear</b>"],
        "n_train": [1000, 500],
        "mean": [0.7, 0.6],
        "low": [0.68, 0.6],
        "high": [0.71, 0.6],
        "n_seeds": [3, 1],
    }
)


def test_models_stand_in_their_order_with_their_seeds() -> None:
    figure = scoreboard_figure(MODELS, (0.8, 0.9))
    dots = figure.data[-1]
    assert list(dots.x) == [0.7, 0.6]
    assert list(dots.error_x.array) == pytest.approx([0.01, 0])
    assert list(dots.error_x.arrayminus) == pytest.approx([0.02, 0])
    assert list(figure.layout.yaxis.ticktext) == ["tuned", "&lt;b&gt;linear&lt;/b&gt;"]
    assert list(dots.text)[1] == "&lt;b&gt;linear&lt;/b&gt;"


def test_ticks_have_as_many_decimals_as_tell_them_apart() -> None:
    close = MODELS.assign(mean=[0.799, 0.789])
    assert scoreboard_figure(close, None).layout.xaxis.tickformat is None  # Plotly counts them
    assert learning_curve_figure({"tuned": close}).layout.yaxis.tickformat is None


def test_the_ceiling_is_a_band_with_a_name() -> None:
    for figure, ends in (
        (scoreboard_figure(MODELS, (0.8, 0.9)), ("x0", "x1")),
        (learning_curve_figure({"tuned": MODELS}, (0.8, 0.9)), ("y0", "y1")),
    ):
        (band,) = figure.layout.shapes
        assert [band[end] for end in ends] == [0.8, 0.9]
        assert "0.80 to 0.90" in figure.data[0].name
    assert not scoreboard_figure(MODELS, None).layout.shapes


def test_a_curve_has_a_line_for_each_model() -> None:
    figure = learning_curve_figure({"tuned": MODELS.iloc[::-1], "linear": MODELS.iloc[:1]})
    assert [line.name for line in figure.data] == ["tuned", "linear"]
    assert list(figure.data[0].x) == [500, 1000]
    assert list(figure.layout.xaxis.tickvals) == [500, 1000]


def test_pairs_without_papers_are_not_drawn() -> None:
    empty = {"from": 0.6, "to": 0.7, "n_pairs": 0, "agreement": None, "low": None, "high": None}
    full = {"from": 0.5, "to": 0.6, "n_pairs": 9, "agreement": 0.8, "low": 0.7, "high": 0.85}
    figure = agreement_figure({"near": [full, empty], "neighbours": [empty]})
    assert list(figure.data[0].x) == pytest.approx([0.55])
    assert list(figure.data[0].error_y.arrayminus) == pytest.approx([0.1])
    assert len(figure.data[1].x) == 0


def test_the_ceiling_lies_beneath_the_dots_of_its_metric() -> None:
    series = [Series("this model", [0.7, 0.4])]
    figure = comparison_figure(["Micro-F1", "Macro-F1"], series, ("Micro-F1", 0.8, 0.9))
    band, dots = figure.data
    assert (list(band.x), list(band.y)) == ([0.8, 0.9], ["Micro-F1", "Micro-F1"])
    assert list(dots.x) == [0.7, 0.4]
    assert len(comparison_figure(["Micro-F1", "Macro-F1"], series).data) == 1
