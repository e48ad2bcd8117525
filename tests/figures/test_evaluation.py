"""Figures of an evaluation: each number drawn is the number given, axes are named."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import pytest

from arxivtag.figures import evaluation as figures
from arxivtag.figures.evaluation import Series

CURVE = {
    "threshold": [0.9, 0.5, 0.1],
    "precision": [1.0, 0.8, 0.4],
    "recall": [0.2, 0.6, 1.0],
    "false_positive_rate": [0.0, 0.1, 1.0],
}
BINS = {"n": [5, 0, 7], "mean_probability": [0.1, None, 0.9], "share_true": [0.2, None, 0.8]}
GRID = {
    "threshold": [0.1, 0.5],
    "precision": [0.4, 0.9],
    "recall": [0.9, 0.3],
    "f1": [0.55, 0.45],
    "macro_f1": [0.2, 0.1],
}
CONFUSIONS = pd.DataFrame(
    {"missed": ["a", "a", "b"], "given": ["b", "c", "c"], "n_papers": [7, 2, 4]}
)
LABELS = pd.DataFrame(
    {
        "label": ["a", "<b>x</b>", "c"],
        "name": ["A", "B", "C"],
        "train_support": [100, 0, 5],
        "support": [10, 2, 0],
        "f1": [0.8, 0.1, None],
    }
)
MODEL = Series("this model", [0.7, None], [(0.6, 0.8), None])
OTHER = Series("no label", [0.0, 0.1])


def all_figures() -> dict[str, go.Figure]:
    return {
        "comparison": figures.comparison_figure(["F1", "LRAP"], [MODEL, OTHER]),
        "precision_recall": figures.precision_recall_figure({"a": CURVE}, {"a": (0.6, 0.8)}),
        "roc": figures.roc_figure({"a": CURVE}),
        "reliability": figures.reliability_figure({"before": BINS, "after": BINS}, "Pairs"),
        "threshold": figures.threshold_figure(GRID, 0.5),
        "confusion": figures.confusion_figure(CONFUSIONS),
        "label_scatter": figures.label_scatter_figure(LABELS),
    }


def traces(figure: go.Figure) -> dict[str, go.Scatter]:
    return {trace.name: trace for trace in figure.data}


@pytest.mark.parametrize("name", list(all_figures()))
def test_every_figure_has_a_title_and_named_axes(name: str) -> None:
    figure = all_figures()[name]
    assert figure.layout.title.text
    assert figure.layout.xaxis.title.text
    if name != "comparison":  # its rows are named one by one
        assert figure.layout.yaxis.title.text
    figure.to_json()


def test_comparison_draws_the_model_with_its_interval_on_top() -> None:
    figure = all_figures()["comparison"]
    assert figure.data[-1].name == "this model"
    model, other = traces(figure)["this model"], traces(figure)["no label"]
    assert list(model.x) == [0.7, None]
    assert model.error_x.array[0] == pytest.approx(0.1)
    assert model.error_x.arrayminus[0] == pytest.approx(0.1)
    assert model.customdata[0] == "<br>95 % interval 0.600 to 0.800"
    assert not other.error_x.visible
    assert model.marker.symbol != other.marker.symbol  # told apart without colour


def test_a_baseline_level_with_the_model_is_seen_around_it() -> None:
    level = Series("linear", MODEL.values)
    drawn = traces(figures.comparison_figure(["F1", "LRAP"], [MODEL, level]))
    ring = drawn["linear"].marker
    assert ring.symbol.endswith("-open")
    assert ring.size >= 1.5 * drawn["this model"].marker.size
    assert drawn["linear"].cliponaxis is False  # nor cut off at 0


def test_curves_are_the_points_given() -> None:
    figure = all_figures()["precision_recall"]
    line, dot = figure.data
    assert list(line.x) == CURVE["recall"]
    assert list(line.y) == CURVE["precision"]
    assert (dot.x[0], dot.y[0]) == (0.6, 0.8)
    roc = traces(all_figures()["roc"])["a"]
    assert list(roc.x) == [0.0, *CURVE["false_positive_rate"]]
    assert list(roc.y) == [0.0, *CURVE["recall"]]


def test_reliability_leaves_empty_bins_out() -> None:
    after = traces(all_figures()["reliability"])["after"]
    assert list(after.x) == [0.1, 0.9]
    assert list(after.y) == [0.2, 0.8]
    assert [n for (n,) in after.customdata] == [5, 7]


def test_threshold_in_use_is_marked() -> None:
    figure = all_figures()["threshold"]
    assert figure.layout.shapes[0].x0 == 0.5
    assert list(traces(figure)["recall (micro)"].y) == [0.9, 0.3]
    assert not figures.threshold_figure(GRID).layout.shapes


def test_confusions_are_rows_missed_and_columns_given() -> None:
    heatmap, numbers = all_figures()["confusion"].data
    cells = {
        (missed, given): heatmap.z[row][column]
        for row, missed in enumerate(heatmap.y)
        for column, given in enumerate(heatmap.x)
    }
    assert cells[("a", "b")] == 7
    assert cells[("b", "c")] == 4
    assert list(numbers.text) == ["7", "2", "4"]
    few = figures.confusion_figure(CONFUSIONS, max_labels=1)
    assert (list(few.data[0].y), list(few.data[0].x)) == (["a"], ["b"])


def test_labels_without_f1_are_left_out_and_names_are_text() -> None:
    (points,) = all_figures()["label_scatter"].data
    assert list(points.y) == [0.8, 0.1]
    assert list(points.x) == [100, 1]  # a log axis has no 0
    assert points.customdata[1][0] == "&lt;b&gt;x&lt;/b&gt;"
    axis = all_figures()["label_scatter"].layout.xaxis
    assert (axis.type, axis.dtick, axis.tickvals) == ("log", 1, None)  # powers of ten alone
    few = figures.label_scatter_figure(LABELS.assign(train_support=[2, 6, 4]))
    assert few.layout.xaxis.ticktext[:4] == ("1", "2", "5", "10")
