"""Facts of arXiv: how many papers it gets, and what is known of one area."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from arxivtag.figures import theme

Figure = go.Figure
_RATES = (0.03, 0.1, 0.3, 1, 3, 10, 30)
LEAST_RATE = 0.005  # of 1,000 words: where never and hardly ever stand on a log scale


def submissions_figure(table: pd.DataFrame) -> go.Figure:
    """Draw papers each month: ``month`` (dates), ``papers``."""
    figure = theme.new_figure("Papers that arXiv gets each month", height=250)
    months = table["month"].dt.strftime("%Y-%m-%d").tolist()
    theme.add_points(figure, months, table["papers"].tolist(), "%{x|%B %Y}: %{y:,} papers")
    figure.update_yaxes(**theme.count_axis("papers"))
    return figure


def area_words_figure(words: pd.DataFrame, title: str, period: str) -> go.Figure:
    """Draw words that rose, then those that fell: from how frequent they were to how they are.

    ``words``: ``word``, ``rises``, ``rate`` and ``rate_before`` per 1,000 words.
    """
    names, places = words["word"].tolist(), list(range(len(words)))
    ends = [words[name].clip(lower=LEAST_RATE).tolist() for name in ("rate_before", "rate")]
    below = {"y": -0.16, "yanchor": "top"}
    figure = theme.new_figure(title, height=150 + 20 * len(names), legend=below)
    for rises, name, color in (
        (True, "rose", theme.RAISED_COLOR),
        (False, "fell", theme.LOWERED_COLOR),
    ):
        rows = [at for at in places if bool(words["rises"].iloc[at]) == rises]
        gaps = [value for at in rows for value in (ends[0][at], ends[1][at], None)]
        levels = [value for at in rows for value in (at, at, None)]
        theme.add_points(figure, gaps, levels, line={"color": color, "width": 2})
        theme.add_points(
            figure,
            [ends[1][at] for at in rows],
            rows,
            "<b>%{customdata[0]}</b><br>%{customdata[1]:.2f} before, "
            "%{customdata[2]:.2f} now per 1,000 words<extra></extra>",
            name=f"{name}: {period}",
            mode="markers",
            marker={"color": color, "size": 9},
            customdata=words[["word", "rate_before", "rate"]].iloc[rows].to_numpy().tolist(),
        )
    before = {"color": theme.MUTED, "size": 6}
    theme.add_points(figure, ends[0], places, name="before", mode="markers", marker=before)
    figure.update_xaxes(
        title={"text": "per 1,000 words (log scale)"}, type="log",
        tickvals=[LEAST_RATE, *_RATES], ticktext=["none", *(f"{rate:g}" for rate in _RATES)],
    )  # fmt: skip
    figure.update_yaxes(**theme.names_axis(names), showgrid=False)
    return figure


def area_years_figure(years: pd.DataFrame) -> go.Figure:
    """Draw the papers of an area at hand: ``year``, ``papers``."""
    figure = theme.new_figure("Papers at hand, by year", height=220)
    figure.add_bar(
        x=years["year"].tolist(),
        y=years["papers"].tolist(),
        marker={"color": theme.MUTED},
        hovertemplate="%{x}: %{y:,} papers<extra></extra>",
        showlegend=False,
    )
    figure.update_xaxes(tickformat="d")
    figure.update_yaxes(**theme.count_axis("papers"))
    return figure


def area_lengths_figure(lengths: pd.DataFrame) -> go.Figure:
    """Draw the words of abstracts by ``period``: ``p50`` in a band from ``p10`` to ``p90``."""
    figure = theme.new_figure("Words per abstract", height=220)
    periods = lengths["period"].str.replace(" to ", "–<br>").tolist()
    thin = {"width": 0}
    theme.add_points(figure, periods, lengths["p90"].tolist(), line=thin)
    band = {"fill": "tonexty", "fillcolor": theme.GRID}
    theme.add_points(figure, periods, lengths["p10"].tolist(), line=thin, **band)
    theme.add_points(
        figure,
        periods,
        lengths["p50"].tolist(),
        "%{x}: half have at most %{y} words<br>eight of ten %{customdata[0]} to %{customdata[1]}",
        mode="lines+markers",
        line={"color": theme.PALETTE[0]},
        customdata=lengths[["p10", "p90"]].to_numpy().tolist(),
    )
    figure.update_xaxes(tickangle=0)
    figure.update_yaxes(**theme.count_axis("words"))
    return figure
