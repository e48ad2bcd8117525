"""Figures of an evaluation, by label, against baselines, and of the scoreboard of many models.

All take plain columns or tables as ``evaluation.json`` holds them and return Plotly figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from arxivtag.figures.theme import (
    ACCENT,
    MUTED,
    PALETTE,
    add_points,
    count_axis,
    error_bars,
    names_axis,
    new_figure,
    plain,
)

Columns = Mapping[str, Sequence[Any]]
Band = tuple[float, float]
CEILING_NAME = "what the labels allow"
_BAND_COLOR = "rgba(0,158,115,0.16)"
_SAID = {"false_positive_rate": "false positives"}
_SYMBOLS = ("circle", "diamond-open", "square-open", "triangle-up-open")
_FULL_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross")
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
        name, low, high = ceiling
        add_points(
            figure,
            [low, high],
            [name, name],
            f"the labels themselves allow<br>{low:.2f} to {high:.2f} in {name}<extra></extra>",
            name=f"what the labels allow in {name}",
            line={"color": "rgba(0,158,115,0.3)", "width": 22},
        )
    # Baselines first, so that the model lies on top of them, and so large that one of the same
    # value is seen around it; the legend starts with the model.
    for number, item in reversed(list(enumerate(series))):
        bounds = item.intervals or [None] * len(item.values)
        add_points(
            figure,
            list(item.values),
            list(metric_names),
            "<b>%{y}</b><br>%{x:.3f}%{customdata}",
            name=plain(item.name),
            mode="markers",
            cliponaxis=False,  # a mark at 0 is whole on a phone too
            marker={
                "symbol": _SYMBOLS[number % len(_SYMBOLS)],
                "size": 9 if number == 0 else 15,
                "color": ACCENT if number == 0 else _color(number - 1),
                "line": {"width": 2},
            },
            error_x=error_bars(item.values, bounds) | {"visible": item.intervals is not None},
            customdata=[f"<br>95 % interval {b[0]:.3f} to {b[1]:.3f}" if b else "" for b in bounds],
        )
    figure.update_layout(legend_traceorder="reversed")
    figure.update_xaxes(title_text="Value (0 to 1, more is better)", range=[-0.02, 1.02])
    figure.update_yaxes(autorange="reversed", showgrid=True, ticks="", title_text="")
    return figure


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
            add_points(
                figure,
                [recall],
                [precision],
                "at the threshold in use<br>recall %{x:.3f}<br>precision %{y:.3f}",
                name=plain(name),
                showlegend=False,
                mode="markers",
                marker={"size": 11, "color": _color(number), "line": {"width": 2, "color": MUTED}},
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
    """
    figure = new_figure(title, height=380, legend=_BOTTOM_LEGEND)
    _add_diagonal(figure, "as it should be")
    for number, (name, columns) in enumerate(bins.items()):
        drawn = ("n", "mean_probability", "share_true")
        table = pd.DataFrame({key: columns[key] for key in drawn}).dropna()
        add_points(
            figure,
            table["mean_probability"],
            table["share_true"],
            "given %{x:.1%}<br>came true %{y:.1%}<br>%{customdata[0]:,} cases",
            name=plain(name),
            customdata=table[["n"]],
            mode="lines+markers",
            line={"color": PALETTE[number], "dash": _DASHES[1 - number] if number < 2 else "dot"},
            marker={"symbol": ("circle-open", "circle")[number % 2], "size": 8},
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
        line = {"color": PALETTE[number], "dash": _DASHES[number]}
        hover = "threshold %{x:.2f}<br>%{y:.3f}"
        add_points(figure, grid["threshold"], grid[key], hover, name=name, line=line)
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
    add_points(
        figure,
        [plain(str(name)) for name in drawn["given"]],
        [plain(str(name)) for name in drawn["missed"]],
        text=[f"{n:,}" for n in drawn["n_papers"]],
        mode="text",
        textfont={"color": _CELL_INK},
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
    add_points(
        figure,
        table["train_support"].clip(lower=1),
        table["f1"],
        "<b>%{customdata[0]}</b> %{customdata[1]}<br>F1 %{y:.2f} on "
        "%{customdata[2]:,} test papers<br>learnt from %{x:,} papers",
        mode="markers",
        marker={"color": PALETTE[0], "size": 9, "opacity": 0.65},
        customdata=[
            [plain(str(label)), plain(str(name)), n]
            for label, name, n in zip(table["label"], table["name"], table["support"], strict=True)
        ],
    )
    figure.update_xaxes(**count_axis("Training papers with the label", log=True))
    counts = table["train_support"].clip(lower=1)
    if counts.max() < 100 * counts.min():  # perhaps no power of ten among them
        marks = [n * 10**power for power in range(7) for n in (1, 2, 5)]
        figure.update_xaxes(tickvals=marks, ticktext=[f"{mark:,}" for mark in marks])
    figure.update_yaxes(title_text="F1 on test papers", range=[-0.03, 1.03])
    return figure


def scoreboard_figure(models: pd.DataFrame, ceiling: Band | None) -> go.Figure:
    """Return one row of dots per model: each seed, and their mean.

    ``models`` has columns ``name``, ``mean``, ``low``, ``high`` (micro-F1 and its extremes over
    seeds) and ``n_seeds``; ``ceiling`` is drawn as a band.
    """
    rows_px = 30 * max(len(models), 3)
    legend = _BOTTOM_LEGEND | {"y": -60 / rows_px}  # below the title of the axis, however few rows
    figure = new_figure("Micro-F1 on test papers", height=140 + rows_px, legend=legend)
    if ceiling is not None:
        _add_ceiling_band(figure, ceiling, "vertical")
    places = list(range(len(models)))
    add_points(
        figure,
        models["mean"],
        places,
        "<b>%{text}</b><br>%{x:.3f}, seeds: %{customdata[0]}<br>"
        "from %{customdata[1]:.3f} to %{customdata[2]:.3f}",
        mode="markers",
        marker={"size": 11, "color": [ACCENT, *[PALETTE[0]] * (len(models) - 1)]},
        error_x=_bars(models, "mean") | {"color": MUTED},
        customdata=models[["n_seeds", "low", "high"]],
        text=models["name"].map(plain),
    )
    figure.update_xaxes(title_text="Micro-F1 (line: lowest to highest seed)")
    figure.update_yaxes(**names_axis(list(models["name"])), showgrid=True)
    return figure


def learning_curve_figure(
    curves: Mapping[str, pd.DataFrame], ceiling: Band | None = None
) -> go.Figure:
    """Return micro-F1 over the number of training papers, a line for each model.

    Tables have columns ``n_train``, ``mean``, ``low`` and ``high``, fewest papers first.
    """
    figure = new_figure("Learning curve", height=360, legend=_BOTTOM_LEGEND)
    if ceiling is not None:
        _add_ceiling_band(figure, ceiling, "horizontal")
    for number, (name, table) in enumerate(curves.items()):
        add_points(
            figure,
            table["n_train"],
            table["mean"],
            "%{x:,.0f} training papers<br>micro-F1 %{y:.3f}",
            name=plain(name),
            mode="lines+markers",
            line={"color": PALETTE[number % len(PALETTE)]},
            marker={"size": 9, "symbol": _FULL_SYMBOLS[number % len(_FULL_SYMBOLS)]},
            error_y=_bars(table, "mean"),
        )
    counts = sorted({round(n) for table in curves.values() for n in table["n_train"]})
    figure.update_xaxes(
        title_text="Training papers (log scale)",
        type="log",
        tickvals=counts,
        ticktext=[f"{n:,}" for n in counts],
    )
    figure.update_yaxes(title_text="Micro-F1 on the same test papers")
    return figure


def agreement_figure(tables: Mapping[str, Sequence[Mapping[str, float | None]]]) -> go.Figure:
    """Return how far labels of two papers agree over how alike their texts are.

    Rows have ``from``, ``to``, ``n_pairs``, ``agreement``, ``low`` and ``high``, None where there
    are no pairs.
    """
    figure = new_figure(
        "Do two papers of like texts have like labels?", height=340, legend=_BOTTOM_LEGEND
    )
    for number, (name, rows) in enumerate(tables.items()):
        table = pd.DataFrame(list(rows))
        table = table[table["n_pairs"] > 0]
        add_points(
            figure,
            (table["from"] + table["to"]) / 2,
            table["agreement"],
            "similarity %{customdata[0]:.1f} to %{customdata[1]:.1f}<br>"
            "agreement %{y:.2f}<br>%{customdata[2]:,} pairs",
            name=plain(name),
            mode="lines+markers",
            line={"color": PALETTE[number], "dash": ("solid", "dash")[number % 2]},
            marker={"size": 9, "symbol": _FULL_SYMBOLS[number]},
            error_y=_bars(table, "agreement"),
            customdata=table[["from", "to", "n_pairs"]],
        )
    figure.update_xaxes(title_text="Similarity of the two texts", range=[-0.02, 1.02])
    figure.update_yaxes(title_text="Agreement of their labels (F1)", range=[0, 1.04])
    return figure


def _curves_figure(title: str, x_title: str, y_title: str) -> go.Figure:
    figure = new_figure(title, height=400, legend=_BOTTOM_LEGEND)
    figure.update_xaxes(title_text=x_title, range=[-0.02, 1.02])
    figure.update_yaxes(title_text=y_title, range=[-0.02, 1.05])
    return figure


def _add_diagonal(figure: go.Figure, name: str) -> None:
    line = {"color": MUTED, "width": 1, "dash": "dot"}
    add_points(figure, [0, 1], [0, 1], name=name, line=line)


def _add_curve(figure: go.Figure, number: int, name: str, columns: Columns, x: str, y: str) -> None:
    add_points(
        figure,
        columns[x],
        columns[y],
        f"{_SAID.get(x, x)} %{{x:.3f}}<br>{_SAID.get(y, y)} %{{y:.3f}}<br>"
        "threshold %{customdata[0]:.3f}",
        name=plain(name),
        customdata=[[threshold] for threshold in columns["threshold"]],
        mode="lines+markers" if len(columns[x]) < 8 else "lines",
        line={"color": _color(number), "dash": _DASHES[number % len(_DASHES)]},
    )


def _color(number: int) -> str:
    return PALETTE[number % len(PALETTE)]


def _most_involved(confusions: pd.DataFrame, column: str, limit: int) -> list[str]:
    sums = confusions.groupby(column, sort=False)["n_papers"].sum()
    return [str(name) for name in sums.sort_values(ascending=False, kind="stable").index[:limit]]


def _bars(table: pd.DataFrame, column: str) -> dict[str, Any]:
    return error_bars(table[column], zip(table["low"], table["high"], strict=True))


def _add_ceiling_band(figure: go.Figure, band: Band, kind: str) -> None:
    """Add the band as a shape, and an entry for it in the legend."""
    low, high = band
    add = figure.add_vrect if kind == "vertical" else figure.add_hrect
    ends = {"x0": low, "x1": high} if kind == "vertical" else {"y0": low, "y1": high}
    add(**ends, fillcolor=_BAND_COLOR, line_width=0, layer="below")
    edge = {"width": 1, "color": MUTED}
    look = {"size": 14, "symbol": "square", "color": _BAND_COLOR, "line": edge}
    name = f"{CEILING_NAME}: {low:.2f} to {high:.2f}"
    add_points(figure, [None], [None], name=name, mode="markers", marker=look)
