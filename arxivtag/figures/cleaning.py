"""Figures of cleaning: rows left after each step, and labels in each split."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from arxivtag.figures import theme

SHARE_TICKS = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
SPLIT_SYMBOLS = {"train": "circle", "val": "diamond", "test": "square"}


def cleaning_figure(funnel: pd.DataFrame) -> go.Figure:
    """Draw :func:`cleaning_funnel`: rows left after each step."""
    details = [
        f"{papers:,} rows" + (f", {removed:,} removed" if removed else "")
        for papers, removed in zip(funnel["papers"], funnel["removed"], strict=True)
    ]
    figure = theme.ranked_bars(
        funnel["step"].tolist(),
        funnel["papers"].tolist(),
        details,
        title="From raw rows to rows kept",
        axis=theme.count_axis("rows left"),
    )
    figure.update_traces(text=[f"{papers:,}" for papers in funnel["papers"]], textposition="auto")
    figure.update_layout(height=90 + 34 * max(len(funnel), 3))
    return figure


def label_balance_figure(balance: pd.DataFrame) -> go.Figure:
    """Draw :func:`label_balance`: each label's share of train, val and test papers."""
    figure = theme.new_figure(
        "Share of papers with the label", height=140 + 24 * max(len(balance), 3)
    )
    texts = theme.label_texts(balance)
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
    figure.update_layout(title={"y": 0.99, "yanchor": "top"}, margin={"t": 60})
    figure.update_xaxes(
        title={"text": "share of papers (log scale)"},
        type="log",
        tickvals=SHARE_TICKS,
        ticktext=[f"{100 * share:g}%" for share in SHARE_TICKS],
    )
    figure.update_yaxes(**theme.names_axis(texts))
    return figure
