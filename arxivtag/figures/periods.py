"""Figures over time: the share of each period's papers that have something."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from arxivtag.figures import theme

LEAST_PAPERS = 10  # a share of fewer says little


def shares_by_period_figure(table: pd.DataFrame, title: str, by: str) -> go.Figure:
    """Draw :func:`shares_by_period` as a line per name over bars of all papers of each period.

    Lines leave out periods of fewer than :data:`LEAST_PAPERS`, unless all are so small.

    ``by`` is "year" or "month".
    """
    shares = table["share"].where(table["of_papers"] >= LEAST_PAPERS)
    table = table.assign(shown=table["share"] if shares.isna().all() else shares)
    # Below the axis: beside the title there is no room for so many names.
    below = {"y": -0.2, "yanchor": "top"}
    figure = theme.new_figure(title, height=420, legend=below, bargap=0.1)
    for name, part in table.groupby("name", sort=False):
        theme.add_points(
            figure,
            _places(part, by),
            part["shown"],
            "%{fullData.name}, %{x}: %{y:.1%} (%{customdata[0]:,} of "
            "%{customdata[1]:,} papers)<extra></extra>",
            name=theme.shortened(str(name)),
            mode="lines+markers",
            marker={"size": 4},
            customdata=part[["papers", "of_papers"]],
        )
    totals = table.drop_duplicates("period")
    figure.add_bar(
        x=_places(totals, by),
        y=totals["of_papers"],
        yaxis="y2",
        marker={"color": theme.MUTED},
        hovertemplate="%{x}: %{y:,} papers<extra></extra>",
        showlegend=False,
    )
    figure.update_xaxes(title={"text": by}, **({"tickformat": "d"} if by == "year" else {}))
    figure.update_yaxes(
        title={"text": f"share of the {by}'s papers"},
        tickformat=".0%" if table["shown"].max() > 0.1 else ".1%",
        rangemode="tozero",
        domain=[0.26, 1],
    )
    papers = {**theme.count_axis("papers"), "domain": [0, 0.18], "nticks": 3}
    figure.update_layout(yaxis2={**papers, "anchor": "x"}, xaxis={"anchor": "y2"})
    return figure


def _places(table: pd.DataFrame, by: str) -> list[str] | list[int]:
    periods = table["period"].tolist()
    return [int(year) for year in periods] if by == "year" else periods
