"""Figures of an evaluation: against baselines, by label, curves, reliability, thresholds.

All take plain columns or tables as ``evaluation.json`` holds them and return Plotly figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from arxivtag.figures.theme import ACCENT, MUTED, PALETTE, count_axis, new_figure, plain

Columns = Mapping[str, Sequence[Any]]
_SAID = {"false_positive_rate": "false positives"}
_SYMBOLS = ("circle", "diamond-open", "square-open", "triangle-up-open")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
# Opaque on light and dark pages alike, so that one ink is readable on every cell (6:1 and more).
_CELLS = [[0.0, "#fbe9e6"], [1.0, "#e58e85"]]
_CELL_INK = "#1d2126"
# Measured from the figure's edge: of one row, a share of its height would lie on the axis.
_LEGEND_LINE = 19  # pixels
_UNDER_ALL = {"orientation": "h", "x": 0, "yref": "container", "y": 0, "yanchor": "bottom"}
_BOTTOM_LEGEND = {"orientation": "h", "x": 0, "y": -0.22, "xanchor": "left", "yanchor": "top"}


@dataclass(frozen=True)
class Series:
    """One row of dots, a model or a baseline: a value (or None) and an interval per metric."""

    name: str
    values: Sequence[float | None]
    intervals: Sequence[tuple[float, float] | None] | None = None


def comparison_figure(
    metric_names: Sequence[str],
    series: Sequence[Series],
    ceiling: tuple[str, float, float] | None = None,
    title: str = "Model against baselines",
) -> go.Figure:
    """Return dots, one row per metric: the model (first, with intervals) against baselines.

    ``ceiling`` is a band in the row of one metric: its name, from, to.
    """
    # On a phone the legend has a line for each: room is kept, or it would lie on the axis.
    below = 52 + _LEGEND_LINE * (len(series) + (ceiling is not None))
    figure = new_figure(
        title,
        height=40 + 44 * len(metric_names) + below,
        margin={"l": 8, "r": 16, "t": 40, "b": below},
        legend=_UNDER_ALL,
    )
    if ceiling is not None:
        _add_ceiling(figure, *ceiling)
    # Baselines first, so that the model lies on top of them; the legend starts with the model.
    for number, item in reversed(list(enumerate(series))):
        bounds = item.intervals or [None] * len(item.values)
        figure.add_scatter(
            x=list(item.values),
            y=list(metric_names),
            name=plain(item.name),
            mode="markers",
            marker={
                "symbol": _SYMBOLS[number % len(_SYMBOLS)],
                "size": 11 if number == 0 else 10,
                "color": ACCENT if number == 0 else PALETTE[(number - 1) % len(PALETTE)],
                "line": {"width": 2},
            },
            error_x=_interval_bars(item.values, bounds) | {"visible": item.intervals is not None},
            customdata=[f"<br>95 % interval {b[0]:.3f} to {b[1]:.3f}" if b else "" for b in bounds],
            hovertemplate="<b>%{y}</b><br>%{x:.3f}%{customdata}<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(legend_traceorder="reversed")
    figure.update_xaxes(title_text="Value (0 to 1, more is better)", range=[-0.02, 1.02])
    figure.update_yaxes(autorange="reversed", showgrid=True, ticks="", title_text="")
    return figure


def _interval_bars(
    values: Sequence[float | None], bounds: Sequence[tuple[float, float] | None]
) -> dict[str, object]:
    pairs = list(zip(values, bounds, strict=True))
    return {
        "type": "data",
        "symmetric": False,
        "array": [b[1] - v if b and v is not None else 0 for v, b in pairs],
        "arrayminus": [v - b[0] if b and v is not None else 0 for v, b in pairs],
        "thickness": 1.5,
        "width": 4,
    }


def _add_ceiling(figure: go.Figure, name: str, low: float, high: float) -> None:
    figure.add_scatter(
        x=[low, high],
        y=[name, name],
        mode="lines",
        name=f"what the labels allow in {name}",
        line={"color": "rgba(0,158,115,0.3)", "width": 22},
        hovertemplate="the labels themselves allow<br>"
        f"{low:.2f} to {high:.2f} in {name}<extra></extra>",
    )


def precision_recall_figure(
    curves: Mapping[str, Columns], decisions: Mapping[str, tuple[float, float]]
) -> go.Figure:
    """Return precision over recall of each curve, and a dot where the thresholds in use lie.

    Args:
        curves: Columns ``threshold``, ``precision``, ``recall`` by label.
        decisions: ``(recall, precision)`` at the thresholds in use, by label.
    """
    figure = _curves_figure("Precision and recall", "Recall", "Precision")
    for number, (name, columns) in enumerate(curves.items()):
        _add_curve(figure, number, name, columns, "recall", "precision")
        if name in decisions:
            recall, precision = decisions[name]
            figure.add_scatter(
                x=[recall],
                y=[precision],
                mode="markers",
                showlegend=False,
                name=plain(name),
                marker={"size": 11, "color": _color(number), "line": {"width": 2, "color": MUTED}},
                hovertemplate="at the threshold in use<br>recall %{x:.3f}<br>"
                "precision %{y:.3f}<extra>%{fullData.name}</extra>",
            )
    return figure


def roc_figure(curves: Mapping[str, Columns]) -> go.Figure:
    """Return the true positive rate over the false positive rate, with the line of chance.

    ``curves`` has columns ``threshold``, ``recall``, ``false_positive_rate`` by label.
    """
    figure = _curves_figure("ROC", "False positive rate", "True positive rate")
    _add_diagonal(figure, "chance")
    for number, (name, columns) in enumerate(curves.items()):
        origin = {"threshold": 1.0, "recall": 0.0, "false_positive_rate": 0.0}
        from_origin = {key: [first, *columns[key]] for key, first in origin.items()}
        _add_curve(figure, number, name, from_origin, "false_positive_rate", "recall")
    return figure


def reliability_figure(bins: Mapping[str, Columns], title: str) -> go.Figure:
    """Return how often labels came true over the probability they were given.

    Args:
        bins: Columns ``n``, ``mean_probability`` and ``share_true`` by name ("before
            calibration", "after calibration"); None marks an empty bin.
        title: What the bins hold.
    """
    figure = new_figure(title, height=380, legend=_BOTTOM_LEGEND)
    _add_diagonal(figure, "as it should be")
    for number, (name, columns) in enumerate(bins.items()):
        drawn = ("n", "mean_probability", "share_true")
        table = pd.DataFrame({key: columns[key] for key in drawn}).dropna()
        figure.add_scatter(
            x=table["mean_probability"],
            y=table["share_true"],
            customdata=table[["n"]],
            mode="lines+markers",
            name=plain(name),
            line={"color": PALETTE[number], "dash": _DASHES[1 - number] if number < 2 else "dot"},
            marker={"symbol": ("circle-open", "circle")[number % 2], "size": 8},
            hovertemplate="given %{x:.1%}<br>came true %{y:.1%}<br>%{customdata[0]:,} cases"
            "<extra>%{fullData.name}</extra>",
        )
    figure.update_xaxes(title_text="Probability given", tickformat=".0%", range=[-0.02, 1.06])
    figure.update_yaxes(title_text="Share that came true", tickformat=".0%", range=[-0.02, 1.06])
    return figure


def threshold_figure(grid: Columns, at: float | None = None) -> go.Figure:
    """Return precision, recall and F1 over one threshold for all labels; a line marks ``at``.

    ``grid`` has columns ``threshold``, ``precision``, ``recall``, ``f1``, ``macro_f1``.
    """
    figure = new_figure("One threshold for all labels", height=320, legend=_BOTTOM_LEGEND)
    names = {
        "precision": "precision (micro)",
        "recall": "recall (micro)",
        "f1": "F1 (micro)",
        "macro_f1": "F1 (macro)",
    }
    for number, (key, name) in enumerate(names.items()):
        figure.add_scatter(
            x=grid["threshold"],
            y=grid[key],
            mode="lines",
            name=name,
            line={"color": PALETTE[number], "dash": _DASHES[number]},
            hovertemplate="threshold %{x:.2f}<br>%{y:.3f}<extra>%{fullData.name}</extra>",
        )
    if at is not None:
        figure.add_vline(x=at, line={"color": ACCENT, "width": 2})
    figure.update_xaxes(title_text="Threshold (probability)", range=[0, 1])
    figure.update_yaxes(title_text="Value", range=[0, 1.02])
    return figure


def confusion_figure(confusions: pd.DataFrame, max_labels: int = 12) -> go.Figure:
    """Return a heatmap of the labels most often missed over the labels given in their place.

    ``confusions`` has columns ``missed``, ``given``, ``n_papers``.
    """
    rows = _most_involved(confusions, "missed", max_labels)
    columns = _most_involved(confusions, "given", max_labels)
    table = confusions.pivot_table(
        index="missed", columns="given", values="n_papers", aggfunc="sum"
    ).reindex(index=rows, columns=columns)
    figure = new_figure(
        "Missed, and given instead",
        height=150 + 26 * len(rows),
        margin={"l": 8, "r": 8, "t": 40, "b": 8},
    )
    figure.add_heatmap(
        z=table.to_numpy(dtype=float),
        x=[plain(name) for name in columns],
        y=[plain(name) for name in rows],
        colorscale=_CELLS,
        showscale=False,
        xgap=1,
        ygap=1,
        hoverongaps=False,
        hovertemplate="<b>%{y}</b> missed, <b>%{x}</b> given: %{z:.0f} papers<extra></extra>",
    )
    drawn = confusions[confusions["missed"].isin(rows) & confusions["given"].isin(columns)]
    figure.add_scatter(
        x=[plain(str(name)) for name in drawn["given"]],
        y=[plain(str(name)) for name in drawn["missed"]],
        text=[f"{n:,}" for n in drawn["n_papers"]],
        mode="text",
        textfont={"color": _CELL_INK},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.update_xaxes(
        title_text="Given, but wrong", type="category", showgrid=False, tickangle=-45
    )
    figure.update_yaxes(
        title_text="True, but missed", type="category", showgrid=False, autorange="reversed"
    )
    return figure


def label_scatter_figure(labels: pd.DataFrame) -> go.Figure:
    """Return each label's F1 over how many papers it was learnt from.

    ``labels`` has columns ``label``, ``name``, ``train_support``, ``support`` and ``f1``.
    """
    table = labels.dropna(subset=["f1"])
    figure = new_figure("F1 of each label", height=360, showlegend=False)
    figure.add_scatter(
        x=table["train_support"].clip(lower=1),
        y=table["f1"],
        mode="markers",
        marker={"color": PALETTE[0], "size": 9, "opacity": 0.65},
        customdata=[
            [plain(str(label)), plain(str(name)), n]
            for label, name, n in zip(table["label"], table["name"], table["support"], strict=True)
        ],
        hovertemplate="<b>%{customdata[0]}</b> %{customdata[1]}<br>F1 %{y:.2f} on "
        "%{customdata[2]:,} test papers<br>learnt from %{x:,} papers<extra></extra>",
    )
    figure.update_xaxes(**count_axis("Training papers with the label", log=True))
    counts = table["train_support"].clip(lower=1)
    if counts.max() < 100 * counts.min():  # perhaps no power of ten among them
        marks = [n * 10**power for power in range(7) for n in (1, 2, 5)]
        figure.update_xaxes(tickvals=marks, ticktext=[f"{mark:,}" for mark in marks])
    figure.update_yaxes(title_text="F1 on test papers", range=[-0.03, 1.03])
    return figure


def _curves_figure(title: str, x_title: str, y_title: str) -> go.Figure:
    figure = new_figure(title, height=400, legend=_BOTTOM_LEGEND)
    figure.update_xaxes(title_text=x_title, range=[-0.02, 1.02])
    figure.update_yaxes(title_text=y_title, range=[-0.02, 1.05])
    return figure


def _add_diagonal(figure: go.Figure, name: str) -> None:
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        name=name,
        hoverinfo="skip",
        line={"color": MUTED, "width": 1, "dash": "dot"},
    )


def _add_curve(figure: go.Figure, number: int, name: str, columns: Columns, x: str, y: str) -> None:
    figure.add_scatter(
        x=columns[x],
        y=columns[y],
        customdata=[[threshold] for threshold in columns["threshold"]],
        mode="lines+markers" if len(columns[x]) < 8 else "lines",
        name=plain(name),
        line={"color": _color(number), "dash": _DASHES[number % len(_DASHES)]},
        hovertemplate=f"{_SAID.get(x, x)} %{{x:.3f}}<br>{_SAID.get(y, y)} %{{y:.3f}}<br>"
        "threshold %{customdata[0]:.3f}<extra>%{fullData.name}</extra>",
    )


def _color(number: int) -> str:
    return PALETTE[number % len(PALETTE)]


def _most_involved(confusions: pd.DataFrame, column: str, limit: int) -> list[str]:
    sums = confusions.groupby(column, sort=False)["n_papers"].sum()
    return [str(name) for name in sums.sort_values(ascending=False, kind="stable").index[:limit]]
