"""Figures of labels: how frequent, how many on a paper, which together."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from arxivtag.figures import theme

Matrix = npt.NDArray[np.float64]

NEVER = -9.0  # a logarithm below any that occurs


def label_frequency_figure(frequency: pd.DataFrame, *, log: bool = False) -> go.Figure:
    """Draw :func:`label_frequency`; a click on a bar gives the label as ``customdata``."""
    return theme.ranked_bars(
        theme.label_texts(frequency),
        frequency["papers"].tolist(),
        _paper_counts(frequency),
        title="Papers that carry each label",
        axis=theme.count_axis("papers", log=log),
        identity=frequency["label"].tolist(),
    )


def label_rank_figure(frequency: pd.DataFrame) -> go.Figure:
    """Draw all labels by rank on log scales: how long the tail is."""
    figure = theme.new_figure("All labels, by rank", height=300)
    ranks = range(1, len(frequency) + 1)
    lines = zip(ranks, theme.label_texts(frequency), frequency["papers"], strict=True)
    texts = [
        f"<b>{theme.plain(text)}</b><br>rank {rank:,}, {papers:,} papers"
        for rank, text, papers in lines
    ]
    theme.add_points(
        figure, list(ranks), frequency["papers"], theme.HOVER_TEXT, mode="markers", hovertext=texts
    )
    figure.update_xaxes(**theme.count_axis("rank of the label", log=True))
    figure.update_yaxes(**theme.count_axis("papers", log=True))
    return figure


def combination_figure(frequency: pd.DataFrame, *, log: bool = False) -> go.Figure:
    """Draw :func:`combination_frequency`."""
    return theme.ranked_bars(
        frequency["combination"].tolist(),
        frequency["papers"].tolist(),
        _paper_counts(frequency),
        title="Papers with exactly these labels",
        axis=theme.count_axis("papers", log=log),
    )


def _paper_counts(frequency: pd.DataFrame) -> list[str]:
    return [f"{row.papers:,} papers, {row.share:.1%}" for row in frequency.itertuples()]


def labels_per_paper_figure(table: pd.DataFrame) -> go.Figure:
    """Draw :func:`labels_per_paper`."""
    figure = theme.new_figure("Labels per paper", height=300)
    figure.add_bar(
        x=table["labels"],
        y=table["papers"],
        customdata=table["share"],
        hovertemplate="%{x} labels<br>%{y:,} papers, %{customdata:.1%}<extra></extra>",
    )
    figure.update_xaxes(title={"text": "labels on one paper"}, dtick=1 if len(table) < 16 else None)
    figure.update_yaxes(**theme.count_axis("papers"))
    return figure


_MEASURES = {
    "count": ("Papers with both labels", "papers", ",.0f"),
    "lift": ("Lift: 1 is chance", "lift", ".2f"),
    "npmi": ("Normalised PMI: 0 is chance", "NPMI", "+.2f"),
}


def co_occurrence_figure(table: pd.DataFrame, measure: str = "count") -> go.Figure:
    """Draw :func:`co_occurrence`; a click on a cell gives both labels as ``customdata``.

    Plotly cannot select cells of a heat map, so an invisible marker lies on each.
    """
    title, unit, number = _MEASURES[measure]
    values = table.to_numpy(dtype=float)
    names = [str(name) for name in table.columns]
    places = list(range(len(names)))
    figure = theme.new_figure(title, height=140 + 24 * max(len(names), 4))
    figure.add_heatmap(
        z=_color_values(values, measure),
        x=places,
        y=places,
        hoverinfo="skip",
        xgap=1,
        ygap=1,
        **_color_scale(values, measure),
    )
    rows, columns = np.nonzero(~np.isnan(values))
    invisible = {"marker": {"opacity": 0}}
    theme.add_points(
        figure,
        columns,
        rows,
        theme.HOVER_TEXT,
        mode="markers",
        marker={"size": 18, "symbol": "square", "opacity": 0, "color": theme.MUTED},
        selected=invisible,
        unselected=invisible,
        customdata=[[names[i], names[j]] for i, j in zip(rows, columns, strict=True)],
        hovertext=[
            f"<b>{theme.plain(names[i])}</b>"
            + (f" and <b>{theme.plain(names[j])}</b>" if i != j else "")
            + f"<br>{format(values[i, j], number)} {unit}"
            for i, j in zip(rows, columns, strict=True)
        ],
    )
    ticks = {
        "tickvals": places,
        "ticktext": [theme.shortened(name, 14) for name in names],
        "showgrid": False,
        "ticks": "",
    }
    figure.update_xaxes(tickangle=-90, range=[-0.5, len(names) - 0.5], **ticks)
    figure.update_yaxes(range=[len(names) - 0.5, -0.5], **ticks)
    return figure


def _color_values(values: Matrix, measure: str) -> Matrix:
    """Counts span decades and lift is a ratio: colour both by their logarithm."""
    if measure == "npmi":
        return values
    with np.errstate(divide="ignore"):
        logs: Matrix = np.log10(values)
    # Never together is the far end of a ratio, but no count at all.
    logs[np.isneginf(logs)] = np.nan if measure == "count" else NEVER
    return logs


def _color_scale(values: Matrix, measure: str) -> dict[str, Any]:
    if measure == "npmi":
        bar = {"title": {"text": "NPMI"}, "tickvals": [-1, -0.5, 0, 0.5, 1]}
        return {"colorscale": theme.DIVERGING, "zmin": -1, "zmax": 1, "colorbar": bar}
    finite = values[np.isfinite(values) & (values > 0)]
    if measure == "lift":
        edge = max((float(np.abs(np.log10(finite)).max()) if len(finite) else 0.0), 0.31)
        ticks = [tick for tick in (0.01, 0.1, 0.5, 1, 2, 10, 100) if abs(np.log10(tick)) <= edge]
        bar = {
            "title": {"text": "lift"},
            "tickvals": np.log10(ticks).tolist(),
            "ticktext": [f"{tick:g}" for tick in ticks],
        }
        return {"colorscale": theme.DIVERGING, "zmin": -edge, "zmax": edge, "colorbar": bar}
    top = float(np.log10(finite.max())) if len(finite) else 0.0
    powers = list(range(int(np.floor(top)) + 1))
    bar = {
        "title": {"text": "papers"},
        "tickvals": powers,
        "ticktext": [f"{10**power:,}" for power in powers],
    }
    return {"colorscale": theme.SEQUENTIAL, "zmin": 0, "zmax": max(top, 1.0), "colorbar": bar}
