"""Figures of a training: loss and binary accuracy, train and val side by side, run against run.

All take tables (one row per batch or per epoch) and return Plotly figures. The x axis
counts epochs: a batch of the second epoch lies between 1 and 2, and what is known
after epoch k lies at k.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from arxivtag.figures.theme import (
    ACCENT,
    MUTED,
    PALETTE,
    TRAIN_COLOR,
    VAL_COLOR,
    new_figure,
    plain,
)

Records = Sequence[Mapping[str, Any]]
# The names of many runs take many lines: measured from the edge, they stay clear of the axis.
_UNDER_ALL = {"yref": "container", "y": 0, "yanchor": "bottom"}
MAX_POINTS = 900
MAX_MARKED = 40
METRIC_TITLES = {
    "loss": "Loss",
    "binary_accuracy": "Binary accuracy",
    "micro_f1": "Micro-F1",
    "precision_at_1": "Precision at 1",
}


def thinned(records: Records, max_points: int = MAX_POINTS) -> Records:
    """Return at most ``max_points`` records: all of the newest third, evenly thinned before it."""
    if len(records) <= max_points:
        return records
    n_newest = max_points // 3
    older, newest = records[:-n_newest], records[-n_newest:]
    n_kept = max_points - n_newest
    return [older[i * len(older) // n_kept] for i in range(n_kept)] + list(newest)


def _points(records: Records, column: str) -> tuple[list[float], list[float]]:
    """Return epochs and values of the records that have ``column``."""
    kept = [(record["epoch"], record[column]) for record in records if column in record]
    return [float(f"{x:.5g}") for x, _ in kept], [float(f"{y:.5g}") for _, y in kept]


def _add_line(
    figure: go.Figure,
    points: tuple[Sequence[float | None], Sequence[float | None]],
    name: str,
    line: Mapping[str, object],
    **options: object,
) -> None:
    """Draw a line over epochs; its points are marked unless many of them would only hide it."""
    x, y = points
    options.setdefault("mode", "lines+markers" if len(x) <= MAX_MARKED else "lines")
    figure.add_scatter(x=x, y=y, name=name, line=line, **options)


def training_figure(
    batches: Records,
    epochs: Records,
    metric: str,
    *,
    n_epochs: int | None = None,
    best_epoch: int | None = None,
    baseline: float | None = None,
) -> go.Figure:
    """Return one metric while training: batches and epochs of train, epochs of val.

    Args:
        batches: Records with ``epoch`` (a fraction) and ``metric``.
        epochs: Records with ``epoch`` (a whole number), ``metric`` and ``val_<metric>``.
        metric: ``loss`` or ``binary_accuracy``.
        n_epochs: Planned epochs: the x axis reaches there from the start.
        baseline: A level to beat, drawn as a dotted line (binary accuracy of no label at all).
    """
    hover = f"%{{y:{_number(metric)}}}<extra>%{{fullData.name}}, epoch %{{x:.2f}}</extra>"
    figure = new_figure(height=250)
    _add_line(
        figure, _points(thinned(batches), metric), "train, batch by batch",
        {"color": TRAIN_COLOR, "width": 1},
        mode="lines", opacity=0.85, hovertemplate=hover,
    )  # fmt: skip
    train = _points(epochs, metric)
    _add_line(figure, train, "train", {"color": TRAIN_COLOR}, hovertemplate=hover)
    _add_line(
        figure, _points(epochs, f"val_{metric}"), "val", {"color": VAL_COLOR, "dash": "dash"},
        marker={"symbol": "diamond", "size": 7}, hovertemplate=hover,
    )  # fmt: skip
    if baseline is not None:
        _add_level(figure, baseline, n_epochs or 1)
    _add_best_line(figure, best_epoch)
    _set_epoch_axis(figure, n_epochs)
    _set_metric_axis(figure, metric)
    if metric == "binary_accuracy" or not batches:
        figure.update_yaxes(range=[0, 1])
    return figure


def _number(metric: str) -> str:
    return ".2%" if metric == "binary_accuracy" else ".4f"


def _set_metric_axis(figure: go.Figure, metric: str) -> None:
    number = ".0%" if metric == "binary_accuracy" else ""
    figure.update_yaxes(title_text=METRIC_TITLES[metric], tickformat=number, rangemode="tozero")


def _add_level(
    figure: go.Figure, level: float, last_epoch: float, *, showlegend: bool = True
) -> None:
    """Draw the binary accuracy that predicting no label at all reaches."""
    _add_line(
        figure, ([0, last_epoch], [level, level]), "no label at all",
        {"color": MUTED, "dash": "dot", "width": 1.5},
        mode="lines", hovertemplate="%{y:.2%}<extra>predicting no label at all</extra>",
        showlegend=showlegend,
    )  # fmt: skip


def _add_best_line(figure: go.Figure, best_epoch: int | None) -> None:
    """Draw a line at the best epoch, if known; its name stands in the legend, clear of the data."""
    if best_epoch is None:
        return
    line = {"color": ACCENT, "width": 1, "dash": "dot"}
    figure.add_vline(x=best_epoch, line=line)
    _add_line(figure, ([None], [None]), f"best: epoch {best_epoch}", line, mode="lines")


def _set_epoch_axis(figure: go.Figure, n_epochs: int | None) -> None:
    planned = [0, 1.02 * n_epochs] if n_epochs else None
    figure.update_xaxes(title_text="epoch", range=planned, rangemode="tozero")


def _mark_whole_epochs(figure: go.Figure, last: float) -> None:
    """Mark no parts of epochs on the axis where all points lie at whole ones."""
    steps = (n * 10**power for power in range(5) for n in (1, 2, 5))
    # Beyond them, as a damaged history may ask for, Plotly's own marks are whole too.
    figure.update_xaxes(dtick=next((step for step in steps if last <= 8 * step), None))


def validation_figure(
    epochs: Records, *, n_epochs: int | None = None, best_epoch: int | None = None
) -> go.Figure:
    """Return micro-F1 and precision at 1 on the validation papers, epoch by epoch."""
    figure = new_figure(height=240)
    hover = "%{y:.3f}<extra>%{fullData.name}, epoch %{x}</extra>"
    for column, name, color, symbol in (
        ("val_precision_at_1", "precision at 1", PALETTE[2], "circle"),
        ("val_micro_f1", "micro-F1", PALETTE[3], "square"),
    ):
        _add_line(
            figure, _points(epochs, column), name, {"color": color},
            marker={"symbol": symbol}, hovertemplate=hover,
        )  # fmt: skip
    _add_best_line(figure, best_epoch)
    _set_epoch_axis(figure, n_epochs)
    _mark_whole_epochs(figure, n_epochs or max((epoch["epoch"] for epoch in epochs), default=1))
    figure.update_yaxes(title_text="on validation papers", range=[0, 1])
    return figure


def comparison_figure(
    runs: Mapping[str, Records], metric: str, levels: Mapping[str, float | None] | None = None
) -> go.Figure:
    """Return one metric of several runs overlaid: train dotted, val solid, one colour per run.

    Args:
        runs: Epoch records by the run's name as shown.
        metric: ``loss``, ``binary_accuracy``, ``micro_f1`` or ``precision_at_1`` (the last two
            are known for validation papers only).
        levels: Levels to beat by the run's name (binary accuracy of no label at all); runs on
            the same papers share one line.
    """
    figure = new_figure(height=360, legend=_UNDER_ALL)
    # A name inside the template itself could hold "%{...}".
    hover = f"%{{y:{_number(metric)}}}<extra>%{{fullData.name}}, epoch %{{x}}</extra>"
    for place, (name, epochs) in enumerate(runs.items()):
        color = PALETTE[place % len(PALETTE)]
        for column, part, dash, width in (
            (f"val_{metric}", "val", "solid", 2),
            (metric, "train", "dot", 1.5),
        ):
            points = _points(epochs, column)
            if points[0]:
                _add_line(
                    figure, points, f"{plain(name)}, {part}",
                    {"color": color, "dash": dash, "width": width},
                    legendgroup=str(place), marker={"size": 5}, hovertemplate=hover,
                )  # fmt: skip
    last = max((float(epoch["epoch"]) for epochs in runs.values() for epoch in epochs), default=1.0)
    known = {level for level in (levels or {}).values() if level is not None}
    for place, level in enumerate(sorted(known)):
        _add_level(figure, level, last, showlegend=place == 0)
    _set_epoch_axis(figure, None)
    _mark_whole_epochs(figure, last)
    _set_metric_axis(figure, metric)
    return figure
