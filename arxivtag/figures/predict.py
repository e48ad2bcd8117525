"""Figures of the Predict page."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from arxivtag.figures.theme import LOWERED_COLOR, RAISED_COLOR, new_figure, plain

MAX_BARS = 16
BAR_HEIGHT_PX = 21


def contributions_figure(contributions: pd.DataFrame, max_bars: int = MAX_BARS) -> go.Figure:
    """Return bars of what each word or phrase adds to a label's logit, the strongest on top.

    ``contributions`` has columns ``term``, ``delta_logit`` (above zero speaks for the label) and
    ``probability_without``.
    """
    strongest = contributions.reindex(
        contributions["delta_logit"].abs().sort_values(ascending=False, kind="stable").index
    ).head(max_bars)
    ordered = strongest.sort_values("delta_logit", kind="stable")
    raised = ordered["delta_logit"] >= 0
    figure = new_figure(
        height=max(120, 88 + BAR_HEIGHT_PX * len(ordered)),
        margin={"l": 8, "r": 8, "t": 32, "b": 8},  # the tool bar has its place on top
        showlegend=False,
        bargap=0.3,
    )
    figure.add_bar(
        x=ordered["delta_logit"],
        # Terms differ from one another, so they can stand for positions on the axis.
        y=[plain(term) for term in ordered["term"]],
        orientation="h",
        marker={
            "color": [RAISED_COLOR if up else LOWERED_COLOR for up in raised],
            # A pattern beside the colour: for against.
            "pattern": {"shape": ["" if up else "/" for up in raised], "size": 5},
        },
        customdata=ordered[["probability_without"]],
        hovertemplate=(
            "<b>%{y}</b><br>%{x:+.2f} on the logit<br>"
            "without it: %{customdata[0]:.1%}<extra></extra>"
        ),
    )
    figure.update_xaxes(title_text="Change of the logit", zeroline=True, zerolinewidth=1)
    figure.update_yaxes(type="category", showgrid=False, ticks="", ticksuffix="  ")
    return figure
