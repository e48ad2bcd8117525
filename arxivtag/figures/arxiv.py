"""Figures of arXiv at a glance: its papers laid out by their words, and how many there are."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from arxivtag.figures import theme

MAP_HEIGHT_PX = 560


def arxiv_map_figure(papers: pd.DataFrame, regions: pd.DataFrame) -> go.Figure:
    """Draw papers as points, a colour for each group, with the names of regions over them.

    Args:
        papers: ``id``, ``labels``, ``year``, ``x``, ``y``, ``group``.
        regions: ``name``, ``x``, ``y``.
    """
    figure = theme.new_figure(height=MAP_HEIGHT_PX, dragmode="pan")
    for group, part in papers.groupby("group", observed=True):
        figure.add_scattergl(
            x=part["x"].to_numpy(np.int16),
            y=part["y"].to_numpy(np.int16),
            mode="markers",
            name=theme.plain(str(group)),
            marker={"size": 3.5, "opacity": 0.7},
            customdata=part["id"].tolist(),
            text=[
                f"{labels} {year}"
                for labels, year in zip(part["labels"], part["year"], strict=True)
            ],
            hovertemplate="<b>%{customdata}</b><br>%{text}<extra></extra>",
        )
    for name, x, y in zip(regions["name"], regions["x"], regions["y"], strict=True):
        figure.add_annotation(
            x=int(x), y=int(y), text=_lines(str(name)), showarrow=False, font={"size": 11}
        )
    for axis in ("x", "y"):
        end = int(papers[axis].max())
        figure.update_layout(
            {f"{axis}axis": {"visible": False, "range": [-0.03 * end, 1.03 * end]}}
        )
    figure.update_layout(
        legend={"y": -0.01, "yanchor": "top", "itemsizing": "constant"},
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
    )
    return figure


def _lines(name: str) -> str:
    """Return a name on lines of some two words, safe for Plotly."""
    return "<br>".join(map(theme.plain, textwrap.wrap(name, 18)))


def submissions_figure(table: pd.DataFrame) -> go.Figure:
    """Draw papers each month: ``month`` (dates), ``papers``."""
    figure = theme.new_figure("Papers that arXiv gets each month", height=250)
    figure.add_scatter(
        x=table["month"].dt.strftime("%Y-%m-%d").tolist(),
        y=table["papers"].tolist(),
        mode="lines",
        line={"color": theme.PALETTE[0]},
        hovertemplate="%{x|%B %Y}: %{y:,} papers<extra></extra>",
        showlegend=False,
    )
    figure.update_yaxes(**theme.count_axis("papers"))
    return figure
