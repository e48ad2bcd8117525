"""Figures of cleaning: rows left after each step, and labels in each split."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from arxivtag.figures import theme

SHARE_TICKS = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
SPLIT_SYMBOLS = {"train": "circle", "val": "diamond", "test": "square"}


def cleaning_figure(funnel: pd.DataFrame, rules: Sequence[str]) -> go.Figure:
    """Draw :func:`cleaning_funnel`: rows left after each step, and behind them those removed.

    A click on a step that removed rows gives its rule, of ``rules``, as ``customdata``.
    """
    removed = funnel["removed"].to_numpy()
    details = [
        f"{papers:,} rows left" + (f", {lost:,} left out" if lost else "")
        for papers, lost in zip(funnel["papers"], removed, strict=True)
    ]
    identity = [rule if lost else "" for rule, lost in zip(rules, removed, strict=True)]
    figure = theme.ranked_bars(
        funnel["step"].tolist(),
        funnel["papers"].tolist(),
        details,
        title="From raw rows to rows kept",
        axis=theme.count_axis("rows left"),
        identity=identity,
    )
    figure.update_traces(text=[f"{papers:,}" for papers in funnel["papers"]], textposition="auto")
    losing = np.flatnonzero(removed)
    figure.add_bar(
        x=removed[losing],
        base=funnel["papers"].to_numpy()[losing],
        y=losing,
        orientation="h",
        marker_color=theme.PALETTE[1],
        text=[f"−{lost:,}" for lost in removed[losing]],
        textposition="outside",
        cliponaxis=False,
        customdata=[identity[step] for step in losing],
        hovertext=[f"<b>{removed[step]:,} left out</b>: click to read them" for step in losing],
        hovertemplate=theme.HOVER_TEXT,
    )
    most = 1.16 * max(int(funnel["papers"].max()), 1)  # room for the numbers behind the bars
    figure.update_xaxes(range=[0, most])
    figure.update_layout(height=90 + 40 * max(len(funnel), 3), barmode="overlay", showlegend=False)
    return figure


def label_balance_figure(balance: pd.DataFrame) -> go.Figure:
    """Draw :func:`label_balance`: each label's share of train, val and test papers."""
    texts = theme.label_texts(balance)
    rows_px = max(24, theme.row_height(texts)) * max(len(texts), 3)
    figure = theme.new_figure("Share of papers with the label", height=140 + rows_px)
    for color, (split, symbol) in zip(theme.PALETTE, SPLIT_SYMBOLS.items(), strict=False):
        figure.add_scatter(
            x=balance[f"{split}_share"],
            y=list(range(len(texts))),
            mode="markers",
            name=split,
            marker={"size": 9, "symbol": f"{symbol}-open", "color": color, "line": {"width": 2}},
            customdata=[theme.plain(text) for text in texts],
            hovertemplate="<b>%{customdata}</b><br>%{x:.2%} of " + split + "<extra></extra>",
        )
    figure.update_layout(  # the legend below the title, however high the rows are together
        title={"y": 1, "yanchor": "top", "pad": {"t": 8}},
        legend={"y": 1 + 6 / rows_px},
        margin={"t": 60},
    )
    figure.update_xaxes(
        title={"text": "share of papers (log scale)"},
        type="log",
        tickvals=SHARE_TICKS,
        ticktext=[f"{100 * share:g}%" for share in SHARE_TICKS],
    )
    figure.update_yaxes(**theme.names_axis(texts))
    return figure
