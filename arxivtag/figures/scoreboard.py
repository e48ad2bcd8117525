"""Figures of a scoreboard: models by their score, and what more papers bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from arxivtag.figures.theme import ACCENT, MUTED, PALETTE, names_axis, new_figure, plain

Band = tuple[float, float]
CEILING_NAME = "what the labels allow"
_BAND_COLOR = "rgba(0,158,115,0.16)"
_LEGEND = {"orientation": "h", "x": 0, "y": -0.25, "xanchor": "left", "yanchor": "top"}
_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross")


def scoreboard_figure(models: pd.DataFrame, ceiling: Band | None) -> go.Figure:
    """Return one row of dots per model: each seed, and their mean.

    ``models`` has columns ``name``, ``mean``, ``low``, ``high`` (micro-F1 and its extremes over
    seeds) and ``n_seeds``; ``ceiling`` is drawn as a band.
    """
    rows_px = 30 * max(len(models), 3)
    legend = _LEGEND | {"y": -60 / rows_px}  # below the title of the axis, however few rows
    figure = new_figure("Micro-F1 on test papers", height=140 + rows_px, legend=legend)
    if ceiling is not None:
        _add_ceiling(figure, ceiling, "vertical")
    places = list(range(len(models)))
    figure.add_scatter(
        x=models["mean"],
        y=places,
        mode="markers",
        name="mean over seeds",
        marker={"size": 11, "color": [ACCENT, *[PALETTE[0]] * (len(models) - 1)]},
        error_x=_bars(models, "mean") | {"color": MUTED},
        customdata=models[["n_seeds", "low", "high"]],
        text=models["name"].map(plain),
        hovertemplate="<b>%{text}</b><br>%{x:.3f}, seeds: %{customdata[0]}<br>"
        "from %{customdata[1]:.3f} to %{customdata[2]:.3f}<extra></extra>",
        showlegend=False,
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
    figure = new_figure("Learning curve", height=360, legend=_LEGEND)
    if ceiling is not None:
        _add_ceiling(figure, ceiling, "horizontal")
    for number, (name, table) in enumerate(curves.items()):
        figure.add_scatter(
            x=table["n_train"],
            y=table["mean"],
            mode="lines+markers",
            name=plain(name),
            line={"color": PALETTE[number % len(PALETTE)]},
            marker={"size": 9, "symbol": _SYMBOLS[number % len(_SYMBOLS)]},
            error_y=_bars(table, "mean"),
            hovertemplate="%{x:,.0f} training papers<br>micro-F1 %{y:.3f}"
            "<extra>%{fullData.name}</extra>",
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
    figure = new_figure("Do two papers of like texts have like labels?", height=340, legend=_LEGEND)
    for number, (name, rows) in enumerate(tables.items()):
        table = pd.DataFrame(list(rows))
        table = table[table["n_pairs"] > 0]
        figure.add_scatter(
            x=(table["from"] + table["to"]) / 2,
            y=table["agreement"],
            mode="lines+markers",
            name=plain(name),
            line={"color": PALETTE[number], "dash": ("solid", "dash")[number % 2]},
            marker={"size": 9, "symbol": _SYMBOLS[number]},
            error_y=_bars(table, "agreement"),
            customdata=table[["from", "to", "n_pairs"]],
            hovertemplate="similarity %{customdata[0]:.1f} to %{customdata[1]:.1f}<br>"
            "agreement %{y:.2f}<br>%{customdata[2]:,} pairs<extra>%{fullData.name}</extra>",
        )
    figure.update_xaxes(title_text="Similarity of the two texts", range=[-0.02, 1.02])
    figure.update_yaxes(title_text="Agreement of their labels (F1)", range=[0, 1.04])
    return figure


def _bars(table: pd.DataFrame, column: str) -> dict[str, object]:
    """Return error bars from ``low`` to ``high`` around a column."""
    return {
        "type": "data",
        "symmetric": False,
        "array": table["high"] - table[column],
        "arrayminus": table[column] - table["low"],
        "thickness": 1.5,
        "width": 4,
    }


def _add_ceiling(figure: go.Figure, band: Band, kind: str) -> None:
    """Add the band as a shape, and an entry for it in the legend."""
    low, high = band
    add = figure.add_vrect if kind == "vertical" else figure.add_hrect
    ends = {"x0": low, "x1": high} if kind == "vertical" else {"y0": low, "y1": high}
    add(**ends, fillcolor=_BAND_COLOR, line_width=0, layer="below")
    figure.add_scatter(
        x=[None],
        y=[None],
        mode="markers",
        name=f"{CEILING_NAME}: {low:.2f} to {high:.2f}",
        marker={"size": 14, "symbol": "square", "color": _BAND_COLOR,
                "line": {"width": 1, "color": MUTED}},
        hoverinfo="skip",
    )  # fmt: skip
