"""Maps of papers: the layout under the points, and a colour for each group of them."""

from __future__ import annotations

import textwrap

import pandas as pd
import plotly.graph_objects as go

from arxivtag.exploring.map_groups import Grouping
from arxivtag.figures import theme
from arxivtag.papers.facts import SIDE

HEIGHT_PX = 560
# Groups without an order, chosen so that each is 3:1 on both pages and no two look alike to
# people with normal sight, protanopia, deuteranopia or tritanopia; the last one is nearly grey.
GROUPS = ("#3c96fa", "#f06414", "#6e50be", "#007878", "#c864be", "#8c5a14", "#969678")
# From early to late, each hue 3:1 on white and on the dark page.
SPANS = ("#8a63b8", "#4f78d0", "#3e92c4", "#009e73", "#8c8f1f", "#b57f00", "#d55e00")


def map_figure(regions: pd.DataFrame | None = None, dragmode: str = "pan") -> go.Figure:
    """Return the layout of a map, and names of ``regions`` over it, which can be clicked.

    ``regions``: ``area``, ``name``, ``x``, ``y``.
    """
    figure = theme.new_figure(height=HEIGHT_PX, dragmode=dragmode)
    if regions is not None:
        columns = (regions[name] for name in ("area", "name", "x", "y"))
        for area, name, x, y in zip(*columns, strict=True):
            figure.add_annotation(
                x=int(x), y=int(y), text=_lines(str(name)), showarrow=False,
                font={"size": 11}, name=str(area), captureevents=True,
            )  # fmt: skip
    axis = {"visible": False, "range": [-0.03 * SIDE, 1.03 * SIDE]}
    figure.update_layout(
        xaxis=axis,
        yaxis=axis,
        legend={"y": -0.01, "yanchor": "top", "itemsizing": "constant"},
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
    )
    return figure


def colors_of(grouping: Grouping) -> list[str]:
    """Return a colour for each group; what belongs to no other is grey."""
    n_groups = len(grouping.names)
    colors = list(SPANS if grouping.ordered else GROUPS)[:n_groups]
    return [*colors[: n_groups - 1], GROUPS[-1]] if grouping.has_rest else colors


def _lines(name: str) -> str:
    """Return a name on lines of some two words, safe for Plotly."""
    return "<br>".join(map(theme.plain, textwrap.wrap(name, 18)))
