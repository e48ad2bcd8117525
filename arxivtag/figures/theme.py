"""One Plotly template and one palette for every figure, right on light and on dark pages.

The template is transparent and draws axes in a grey that shows on both backgrounds;
Streamlit's own chart theme (``st.plotly_chart(theme="streamlit")``) adds the page's text
colour and font in the browser. Continuous scales run from transparent to full colour
instead of from white, so that they too need no second version.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

# Okabe & Ito, "Color Universal Design" (2008), two hues darkened to 3:1 on white and on the
# dark page; the same list as theme.chartCategoricalColors in .streamlit/config.toml.
PALETTE: tuple[str, ...] = (
    "#0072b2",  # blue: training, and the only series where there is one
    "#d55e00",  # vermilion: validation
    "#009e73",  # green
    "#cc79a7",  # pink
    "#b57f00",  # ochre
    "#3e92c4",  # sky
    "#7a7a7a",  # grey
)
TRAIN_COLOR, VAL_COLOR = PALETTE[0], PALETTE[1]
RAISED_COLOR, LOWERED_COLOR = PALETTE[0], PALETTE[1]  # what speaks for and against a label
ACCENT = "#d63d3d"  # arXiv's red, lightened to 3:1 on both pages
MUTED = "#8a8a8a"  # lines that only guide the eye: baselines, all-zeros level
GRID = "rgba(128,128,128,0.22)"
TICK_CHARS = 28
HOVER_TEXT = "%{hovertext}<extra></extra>"

SEQUENTIAL: list[list[Any]] = [
    [0.0, "rgba(196,50,46,0.03)"],
    [0.5, "rgba(196,50,46,0.50)"],
    [1.0, "rgba(196,50,46,1.0)"],
]
DIVERGING: list[list[Any]] = [
    [0.0, "rgba(0,114,178,1.0)"],
    [0.5, "rgba(128,128,128,0.05)"],
    [1.0, "rgba(213,94,0,1.0)"],
]


_AXIS: dict[str, Any] = {
    "showline": True,
    "linecolor": "rgba(128,128,128,0.5)",
    "linewidth": 1,
    "gridcolor": GRID,
    "zeroline": False,
    "ticks": "outside",
    "ticklen": 4,
    "tickcolor": "rgba(128,128,128,0.5)",
    "automargin": True,
    "title": {"standoff": 8},
}
TEMPLATE = go.layout.Template(
    layout={
        "colorway": list(PALETTE),
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 8, "t": 32, "b": 8},
        "height": 320,
        "font": {"size": 13},
        "separators": ".,",
        "bargap": 0.25,
        "hovermode": "closest",
        "hoverlabel": {"align": "left", "namelength": -1},
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "xanchor": "left",
            "yanchor": "bottom",
            "title": {"text": ""},
        },
        "xaxis": _AXIS,
        "yaxis": _AXIS,
    },
    data={
        "bar": [{"marker": {"line": {"width": 0}}}],
        "scatter": [{"line": {"width": 2}, "marker": {"size": 6}}],
        "heatmap": [{"colorscale": SEQUENTIAL, "colorbar": {"outlinewidth": 0, "thickness": 12}}],
    },
)


def new_figure(title: str = "", **layout: object) -> go.Figure:
    """Return an empty figure in the house template, with a title at its left edge, if any."""
    figure = go.Figure()
    figure.update_layout(template=TEMPLATE, **layout)
    if title:
        place = {"x": 0, "xanchor": "left", "xref": "container", "font": {"size": 14}}
        figure.update_layout(title={"text": title, **place})
    return figure


def plain(text: str) -> str:
    """Return ``text`` so that Plotly shows it as typed: no tags, no entities, no formulas.

    Plotly reads a small HTML in tick texts, legends and hover texts, and typesets what
    stands between two ``$`` anywhere in a text where MathJax is loaded. Use this for
    everything that comes from data: ``plain("<b>x</b>") == "&lt;b&gt;x&lt;/b&gt;"``.
    """
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Plotly looks for formulas before it decodes entities.
    return escaped.replace("$", "&#36;")


def shortened(text: str, max_chars: int = TICK_CHARS) -> str:
    """Return ``text`` cut to ``max_chars`` with an ellipsis, safe for Plotly."""
    return plain(text if len(text) <= max_chars else text[: max_chars - 1].rstrip() + "…")


def label_texts(table: pd.DataFrame) -> list[str]:
    """Return ``cs.RO Robotics`` for each line of a table with ``label`` and ``name``."""
    return [
        label if not name or name == label else f"{label} {name}"
        for label, name in zip(table["label"], table["name"], strict=True)
    ]


def count_axis(title: str, *, log: bool = False) -> dict[str, Any]:
    """Return an axis of counts; on a log scale it marks powers of ten."""
    if log:
        scale = {"type": "log", "dtick": 1, "tickformat": ",~r"}
        return {"title": {"text": f"{title} (log scale)"}, **scale}
    return {"title": {"text": title}, "rangemode": "tozero", "tickformat": ",~r"}


def share_axis(title: str) -> dict[str, Any]:
    """Return an axis of shares from 0 to 100 %."""
    return {"title": {"text": title}, "tickformat": ".0%", "range": [0, 1.04]}


def names_axis(names: Sequence[str]) -> dict[str, Any]:
    """Return a y axis that names the places 0, 1, ... from above.

    They stand on a numeric axis, so that two of the same text stay two; :func:`row_height` tells
    how high rows must be.
    """
    return {
        "tickvals": list(range(len(names))),
        "ticktext": ["<br>".join(map(plain, _lines_of(name))) for name in names],
        "range": [max(len(names), 3) - 0.5, -0.5],
        "ticks": "",
    }


def row_height(names: Sequence[str]) -> int:
    """Return the pixels of a row that the longest of ``names`` has room in."""
    return 6 + 16 * max((len(_lines_of(name)) for name in names), default=1)


def _lines_of(name: str) -> list[str]:
    """Return a name on as many lines as it needs, three at most."""
    return textwrap.wrap(name, TICK_CHARS, max_lines=3, placeholder=" …") or [""]


def ranked_bars(
    names: Sequence[str],
    values: Sequence[float],
    details: Sequence[str],
    *,
    title: str,
    axis: dict[str, Any],
    identity: Sequence[str] | None = None,
    color: str = PALETTE[0],
) -> go.Figure:
    """Return horizontal bars, the first on top.

    ``names`` come from data; ``details`` are hover texts below them, already safe for Plotly.
    A click on a bar returns its ``identity`` as ``customdata``.
    """
    figure = new_figure(title, height=90 + row_height(names) * max(len(names), 3))
    figure.add_bar(
        x=list(values),
        y=list(range(len(names))),
        orientation="h",
        marker_color=color,
        hovertext=[
            f"<b>{plain(name)}</b><br>{detail}" for name, detail in zip(names, details, strict=True)
        ],
        hovertemplate=HOVER_TEXT,
        customdata=list(identity) if identity is not None else None,
        selected={"marker": {"opacity": 1.0}},
        unselected={"marker": {"opacity": 0.45}},
    )
    figure.update_xaxes(**axis)
    figure.update_yaxes(**names_axis(names), showgrid=False)
    return figure


def add_points(
    figure: go.Figure, x: object, y: object, hover: str = "", *, name: str = "", **look: Any
) -> None:
    """Add points, joined by a line unless ``mode`` says otherwise.

    ``hover`` is the Plotly template of the text at a point, empty for none. A ``name``, safe for
    Plotly, is in the legend, and beside that text unless it has an ``<extra>`` of its own.
    """
    if "<extra>" not in hover:
        hover += f"<extra>{'%{fullData.name}' if name else ''}</extra>"
    told = {"hoverinfo": "skip"} if hover.startswith("<extra>") else {"hovertemplate": hover}
    shown = None if name else False  # True would show a legend of one name
    look = {"mode": "lines", "name": name, "showlegend": shown, **told, **look}
    figure.add_scatter(x=x, y=y, **look)


def add_chosen_point(figure: go.Figure, x: float, y: float, text: str) -> None:
    """Add a diamond where the reader's choice lies on a curve, with a hover text."""
    look = {"size": 11, "color": ACCENT, "symbol": "diamond"}
    add_points(figure, [x], [y], text, mode="markers", marker=look)


def error_bars(
    values: Iterable[float | None], bounds: Iterable[tuple[float, float] | None]
) -> dict[str, Any]:
    """Return bars from the lower to the upper bound of each value; none where one is None."""
    pairs = list(zip(values, bounds, strict=True))
    return {
        "type": "data",
        "symmetric": False,
        "array": [b[1] - v if b and v is not None else 0 for v, b in pairs],
        "arrayminus": [v - b[0] if b and v is not None else 0 for v, b in pairs],
        "thickness": 1.5,
        "width": 4,
    }
