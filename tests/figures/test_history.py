"""Figures of a training: what is drawn, from what."""

from __future__ import annotations

import pytest

from arxivtag.figures.history import (
    MAX_POINTS,
    comparison_figure,
    thinned,
    training_figure,
    validation_figure,
)

TICKS = [{"epoch": n / 4, "loss": 2.0 - n / 10, "binary_accuracy": 0.5} for n in range(1, 9)]
EPOCHS = [
    {
        "epoch": n, "loss": 1.0 / n, "val_loss": 1.2 / n, "binary_accuracy": 0.97,
        "val_binary_accuracy": 0.98, "val_micro_f1": 0.6, "val_precision_at_1": 0.8,
    }
    for n in (1, 2)
]  # fmt: skip


def by_name(figure: object) -> dict[str, object]:
    return {trace.name: trace for trace in figure.data}  # type: ignore[attr-defined]


def test_training_figure_holds_ticks_epochs_and_validation() -> None:
    figure = training_figure(TICKS, EPOCHS, "loss", n_epochs=6, best_epoch=2)
    traces = by_name(figure)
    assert list(traces["train, batch by batch"].x) == [n / 4 for n in range(1, 9)]
    assert list(traces["train"].y) == [1.0, 0.5]
    assert list(traces["val"].y) == [1.2, 0.6]
    assert figure.layout.xaxis.range[1] >= 6
    assert "no label at all" not in traces
    assert [shape.x0 for shape in figure.layout.shapes] == [2]
    assert "best: epoch 2" in traces


def test_binary_accuracy_shows_the_level_of_no_label_at_all() -> None:
    figure = training_figure(TICKS, EPOCHS, "binary_accuracy", n_epochs=6, baseline=0.978)
    assert list(by_name(figure)["no label at all"].y) == [0.978, 0.978]


def test_figures_of_nothing_are_empty_and_valid() -> None:
    assert all(len(trace.x) == 0 for trace in training_figure([], [], "loss").data)
    assert all(len(trace.x) == 0 for trace in validation_figure([]).data)
    assert not comparison_figure({"a": []}, "loss").data


def test_records_without_the_value_are_left_out() -> None:
    figure = training_figure([{"epoch": 1}], [{"epoch": 1, "val_loss": 0.5}], "loss")
    traces = by_name(figure)
    assert len(traces["train, batch by batch"].x) == 0
    assert len(traces["train"].x) == 0
    assert list(traces["val"].y) == [0.5]


@pytest.mark.parametrize("n", [0, 5, MAX_POINTS, MAX_POINTS + 1, 20_000])
def test_thinning_bounds_the_points_and_keeps_the_ends(n: int) -> None:
    records = [{"epoch": place} for place in range(n)]
    kept = thinned(records)
    assert len(kept) == min(n, MAX_POINTS)
    if n:
        assert kept[0] == records[0]
        assert kept[-1] == records[-1]
    places = [record["epoch"] for record in kept]
    assert places == sorted(set(places))


def test_comparison_has_one_colour_a_run_and_shows_names_as_typed() -> None:
    figure = comparison_figure({"<b>a</b>": EPOCHS, "b": EPOCHS}, "loss")
    assert [trace.name for trace in figure.data] == [
        "&lt;b&gt;a&lt;/b&gt;, val", "&lt;b&gt;a&lt;/b&gt;, train", "b, val", "b, train",
    ]  # fmt: skip
    colours = [trace.line.color for trace in figure.data]
    assert colours[0] == colours[1] != colours[2] == colours[3]


def test_comparison_keeps_its_legend_clear_of_the_buttons_at_the_top() -> None:
    legend = comparison_figure({"a": EPOCHS}, "loss").layout.legend
    assert (legend.y, legend.yref, legend.yanchor) == (0, "container", "bottom")


@pytest.mark.parametrize(("n_epochs", "step"), [(1, 1), (4, 1), (8, 1), (12, 2), (40, 5)])
def test_points_of_whole_epochs_have_an_axis_of_whole_epochs(n_epochs: int, step: int) -> None:
    epochs = [EPOCHS[0] | {"epoch": n + 1} for n in range(n_epochs)]
    assert validation_figure(EPOCHS, n_epochs=n_epochs).layout.xaxis.dtick == step
    assert validation_figure(epochs).layout.xaxis.dtick == step
    assert comparison_figure({"a": epochs}, "loss").layout.xaxis.dtick == step


@pytest.mark.parametrize("n_epochs", [400_001, 2**53, 1e300])
def test_more_epochs_than_anybody_trains_can_be_drawn(n_epochs: float) -> None:
    figure = validation_figure([EPOCHS[0] | {"epoch": n_epochs}])
    assert figure.layout.xaxis.dtick is None
    assert figure.to_json()


def test_comparison_of_validation_figures_has_no_train_line() -> None:
    figure = comparison_figure({"a": EPOCHS}, "micro_f1")
    assert [trace.name for trace in figure.data] == ["a, val"]


def test_comparison_draws_each_level_of_no_label_once() -> None:
    runs = {"a": EPOCHS, "b": EPOCHS, "c": EPOCHS}
    levels = {"a": 0.978, "b": 0.978, "c": None}
    figure = comparison_figure(runs, "binary_accuracy", levels)
    drawn = [trace for trace in figure.data if trace.name == "no label at all"]
    assert [list(trace.y) for trace in drawn] == [[0.978, 0.978]]
    assert list(drawn[0].x) == [0, 2]
    two = comparison_figure(runs, "binary_accuracy", {"a": 0.978, "b": 0.94, "c": None})
    named = [trace.showlegend for trace in two.data if trace.name == "no label at all"]
    assert named == [True, False]
