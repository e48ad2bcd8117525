"""Figures of lengths: words per abstract, by label, and what a maximum length covers."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from arxivtag.figures import theme


def length_figure(histogram: pd.DataFrame, described: pd.DataFrame) -> go.Figure:
    """Draw :func:`length_histogram` with a box of the same lengths above it.

    The box spans the quartiles, its whiskers the 5th to the 95th percentile.
    """
    figure = make_subplots(
        rows=2,
        cols=1,
        shared_xaxes=True,
        row_heights=[0.18, 0.82],
        vertical_spacing=0.03,
        figure=theme.new_figure("Words per abstract", height=380, showlegend=False),
    )
    if len(histogram):
        words = dict(zip(described["figure"], described["words"], strict=True))
        box = {f"p{percent}": [words[f"{percent}%"]] for percent in (5, 25, 50, 75, 95)}
        box["mean"] = [words["mean"]]
        figure.add_trace(_boxes(pd.DataFrame(box), ["abstracts"], hoverinfo="x"), row=1, col=1)
        width = int(histogram["to_words"].iloc[0] - histogram["from_words"].iloc[0]) + 1
        figure.add_trace(
            go.Bar(
                x=histogram["from_words"] + (width - 1) / 2,
                y=histogram["papers"],
                width=width,
                marker={"color": theme.PALETTE[0]},
                customdata=histogram[["from_words", "to_words"]].to_numpy(),
                hovertemplate="%{customdata[0]} to %{customdata[1]} words<br>"
                "%{y:,} abstracts<extra></extra>",
            ),
            row=2,
            col=1,
        )
    figure.update_yaxes(showticklabels=False, ticks="", showgrid=False, row=1, col=1)
    figure.update_xaxes(title={"text": "words"}, rangemode="tozero", row=2, col=1)
    figure.update_yaxes(**theme.count_axis("abstracts"), row=2, col=1)
    return figure


def _boxes(figures: pd.DataFrame, y: Sequence[str | int], hoverinfo: str) -> go.Box:
    """Return horizontal boxes from ``p5``, ``p25``, ``p50``, ``p75``, ``p95`` and ``mean``."""
    return go.Box(
        lowerfence=figures["p5"],
        q1=figures["p25"],
        median=figures["p50"],
        q3=figures["p75"],
        upperfence=figures["p95"],
        mean=figures["mean"],
        y=y,
        orientation="h",
        boxpoints=False,
        whiskerwidth=0.5,
        marker={"color": theme.PALETTE[0]},
        line={"width": 1.5},
        name="",
        hoverinfo=hoverinfo,
    )


def length_by_label_figure(table: pd.DataFrame) -> go.Figure:
    """Draw :func:`length_by_label`: quartiles as boxes, 5th to 95th percentile as whiskers."""
    texts = theme.label_texts(table)
    places = list(range(len(texts)))
    height = 110 + max(26, theme.row_height(texts)) * max(len(texts), 3)
    figure = theme.new_figure("Words per abstract, by label", height=height)
    figure.add_trace(_boxes(table, places, hoverinfo="skip"))
    # A box shows seven hover labels at once; one text on its median says it better.
    figure.add_scatter(
        x=table["p50"],
        y=places,
        mode="markers",
        marker={"size": 14, "opacity": 0},
        hovertext=[
            f"<b>{theme.plain(text)}</b> ({row.papers:,} papers)<br>"
            f"median {row.p50:.0f} words, mean {row.mean:.0f}<br>"
            f"half of them {row.p25:.0f} to {row.p75:.0f}, "
            f"nine in ten {row.p5:.0f} to {row.p95:.0f}"
            for text, row in zip(texts, table.itertuples(), strict=True)
        ],
        hovertemplate=theme.HOVER_TEXT,
    )
    figure.update_layout(showlegend=False)
    figure.update_xaxes(title={"text": "words"}, rangemode="tozero")
    figure.update_yaxes(**theme.names_axis(texts), showgrid=False)
    return figure


def length_coverage_figure(table: pd.DataFrame, max_words: int, share: float) -> go.Figure:
    """Draw :func:`length_coverage` with the chosen maximum length marked."""
    figure = theme.curve_figure(
        "Abstracts no longer than this",
        table["max_words"],
        table["share"],
        "%{x:,} words or fewer: %{y:.1%}",
    )
    theme.add_chosen_point(figure, max_words, share, f"{max_words:,} words: {share:.1%}")
    figure.update_xaxes(**theme.count_axis("longest length kept (words)"))
    figure.update_yaxes(**theme.share_axis("abstracts"))
    return figure
