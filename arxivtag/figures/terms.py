"""Figures of terms: frequent and telling ones, and what a vocabulary covers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from arxivtag.figures import theme


def term_frequency_figure(table: pd.DataFrame, kind: str) -> go.Figure:
    """Draw :func:`term_frequency`; ``kind`` is "words" or "bigrams"."""
    return theme.ranked_bars(
        table["term"].tolist(),
        table["count"].tolist(),
        [
            f"{count:,} times in {papers:,} papers"
            for count, papers in zip(table["count"], table["papers"], strict=True)
        ],
        title=f"Most frequent {kind}",
        axis=theme.count_axis("occurrences"),
    )


def telling_terms_figure(table: pd.DataFrame, label: str, method: str) -> go.Figure:
    """Draw :func:`telling_terms`; ``method`` is "log_odds" or "chi2"."""
    score = "z-score of the log-odds ratio" if method == "log_odds" else "chi-squared"
    return theme.ranked_bars(
        table["term"].tolist(),
        table["score"].tolist(),
        [
            f"{row.rate_inside:.2f} per 1,000 words with the label<br>"
            f"{row.rate_outside:.2f} per 1,000 words without"
            for row in table.itertuples()
        ],
        title=f"Most telling terms of {theme.shortened(label, 20)}",
        axis=theme.count_axis(score),
        color=theme.PALETTE[2],
    )


def zipf_figure(table: pd.DataFrame) -> go.Figure:
    """Draw :func:`zipf` beside a line of slope -1, which Zipf's law expects."""
    inside = {"x": 0.02, "y": 0.02, "yanchor": "bottom", "orientation": "v"}
    figure = theme.new_figure("Word frequency by rank", legend=inside)
    if len(table):
        ends = np.array([1.0, float(table["rank"].max())])
        expected = float(table["count"].max()) / ends
        line = {"color": theme.MUTED, "dash": "dot", "width": 1.5}
        theme.add_points(figure, ends, expected, name="1 / rank (Zipf's law)", line=line)
    theme.add_points(
        figure,
        table["rank"],
        table["count"],
        "%{hovertext}<br>rank %{x:,}, %{y:,} times<extra></extra>",
        name="words of this data set",
        mode="lines+markers",
        marker={"size": 4, "color": theme.PALETTE[0]},
        line={"color": theme.PALETTE[0]},
        hovertext=[f"<b>{theme.plain(term)}</b>" for term in table["term"]],
    )
    figure.update_xaxes(**theme.count_axis("rank of the word", log=True))
    figure.update_yaxes(**theme.count_axis("occurrences", log=True))
    return figure


def vocabulary_growth_figure(table: pd.DataFrame) -> go.Figure:
    """Draw :func:`vocabulary_growth`."""
    figure = theme.new_figure("Distinct words met while reading")
    hover = "after %{x:,} papers (%{customdata:,} words)<br>%{y:,} distinct words"
    more = table["words"]
    theme.add_points(figure, table["papers"], table["distinct_words"], hover, customdata=more)
    figure.update_xaxes(**theme.count_axis("papers read"))
    figure.update_yaxes(**theme.count_axis("distinct words"))
    return figure


def vocabulary_coverage_figure(curve: pd.DataFrame, max_tokens: int, share: float) -> go.Figure:
    """Draw what vocabularies cover, with the chosen ``max_tokens`` marked."""
    figure = theme.new_figure("What a vocabulary covers")
    hover = "%{x:,} terms cover %{y:.1%}<br>the last one occurs %{customdata:,} times"
    theme.add_points(figure, curve["max_tokens"], curve["share"], hover, customdata=curve["count"])
    theme.add_chosen_point(figure, max_tokens, share, f"{max_tokens:,} terms: {share:.1%}")
    figure.update_xaxes(**theme.count_axis("most frequent terms kept (max_tokens)", log=True))
    figure.update_yaxes(**theme.share_axis("occurrences covered"))
    return figure
