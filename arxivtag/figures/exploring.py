"""Figures of Explore: cleaning, labels, terms, lengths, and labels and terms over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from arxivtag.figures import theme

Matrix = npt.NDArray[np.float64]
SHARE_TICKS = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
SPLIT_SYMBOLS = {"train": "circle", "val": "diamond", "test": "square"}
NEVER = -9.0  # a logarithm below any that occurs
LEAST_PAPERS = 10  # a share of fewer says little
_MEASURES = {
    "count": ("Papers with both labels", "papers", ",.0f"),
    "lift": ("Lift: 1 is chance", "lift", ".2f"),
    "npmi": ("Normalised PMI: 0 is chance", "NPMI", "+.2f"),
}


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
        theme.add_points(
            figure,
            balance[f"{split}_share"],
            list(range(len(texts))),
            "<b>%{customdata}</b><br>%{x:.2%} of " + split + "<extra></extra>",
            name=split,
            mode="markers",
            marker={"size": 9, "symbol": f"{symbol}-open", "color": color, "line": {"width": 2}},
            customdata=[theme.plain(text) for text in texts],
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


def label_frequency_figure(frequency: pd.DataFrame, *, log: bool = False) -> go.Figure:
    """Draw :func:`label_frequency`; a click on a bar gives the label as ``customdata``."""
    return theme.ranked_bars(
        theme.label_texts(frequency),
        frequency["papers"].tolist(),
        _paper_counts(frequency),
        title="Papers that carry each label",
        axis=theme.count_axis("papers", log=log),
        identity=frequency["label"].tolist(),
    )


def label_rank_figure(frequency: pd.DataFrame) -> go.Figure:
    """Draw all labels by rank on log scales: how long the tail is."""
    figure = theme.new_figure("All labels, by rank", height=300)
    ranks = np.arange(1, len(frequency) + 1)
    lines = zip(ranks, theme.label_texts(frequency), frequency["papers"], strict=True)
    texts = [
        f"<b>{theme.plain(text)}</b><br>rank {rank:,}, {papers:,} papers"
        for rank, text, papers in lines
    ]
    theme.add_points(
        figure, ranks, frequency["papers"], theme.HOVER_TEXT, mode="markers", hovertext=texts
    )
    figure.update_xaxes(**theme.count_axis("rank of the label", log=True))
    figure.update_yaxes(**theme.count_axis("papers", log=True))
    return figure


def combination_figure(frequency: pd.DataFrame, *, log: bool = False) -> go.Figure:
    """Draw :func:`combination_frequency`."""
    return theme.ranked_bars(
        frequency["combination"].tolist(),
        frequency["papers"].tolist(),
        _paper_counts(frequency),
        title="Papers with exactly these labels",
        axis=theme.count_axis("papers", log=log),
    )


def _paper_counts(frequency: pd.DataFrame) -> list[str]:
    return [f"{row.papers:,} papers, {row.share:.1%}" for row in frequency.itertuples()]


def labels_per_paper_figure(table: pd.DataFrame) -> go.Figure:
    """Draw :func:`labels_per_paper`."""
    figure = theme.new_figure("Labels per paper", height=300)
    figure.add_bar(
        x=table["labels"],
        y=table["papers"],
        customdata=table["share"],
        hovertemplate="%{x} labels<br>%{y:,} papers, %{customdata:.1%}<extra></extra>",
    )
    figure.update_xaxes(title={"text": "labels on one paper"}, dtick=1 if len(table) < 16 else None)
    figure.update_yaxes(**theme.count_axis("papers"))
    return figure


def co_occurrence_figure(table: pd.DataFrame, measure: str = "count") -> go.Figure:
    """Draw :func:`co_occurrence`; a click on a cell gives both labels as ``customdata``.

    Plotly cannot select cells of a heat map, so an invisible marker lies on each.
    """
    title, unit, number = _MEASURES[measure]
    values = table.to_numpy(dtype=float)
    names = [str(name) for name in table.columns]
    places = list(range(len(names)))
    figure = theme.new_figure(title, height=140 + 24 * max(len(names), 4))
    figure.add_heatmap(
        z=_color_values(values, measure),
        x=places,
        y=places,
        hoverinfo="skip",
        xgap=1,
        ygap=1,
        **_color_scale(values, measure),
    )
    rows, columns = np.nonzero(~np.isnan(values))
    invisible = {"marker": {"opacity": 0}}
    theme.add_points(
        figure,
        columns,
        rows,
        theme.HOVER_TEXT,
        mode="markers",
        marker={"size": 18, "symbol": "square", "opacity": 0, "color": theme.MUTED},
        selected=invisible,
        unselected=invisible,
        customdata=[[names[i], names[j]] for i, j in zip(rows, columns, strict=True)],
        hovertext=[
            f"<b>{theme.plain(names[i])}</b>"
            + (f" and <b>{theme.plain(names[j])}</b>" if i != j else "")
            + f"<br>{format(values[i, j], number)} {unit}"
            for i, j in zip(rows, columns, strict=True)
        ],
    )
    ticks = {
        "tickvals": places,
        "ticktext": [theme.shortened(name, 14) for name in names],
        "showgrid": False,
        "ticks": "",
    }
    figure.update_xaxes(tickangle=-90, range=[-0.5, len(names) - 0.5], **ticks)
    figure.update_yaxes(range=[len(names) - 0.5, -0.5], **ticks)
    return figure


def _color_values(values: Matrix, measure: str) -> Matrix:
    """Counts span decades and lift is a ratio: colour both by their logarithm."""
    if measure == "npmi":
        return values
    with np.errstate(divide="ignore"):
        logs: Matrix = np.log10(values)
    # Never together is the far end of a ratio, but no count at all.
    logs[np.isneginf(logs)] = np.nan if measure == "count" else NEVER
    return logs


def _color_scale(values: Matrix, measure: str) -> dict[str, Any]:
    if measure == "npmi":
        bar = {"title": {"text": "NPMI"}, "tickvals": [-1, -0.5, 0, 0.5, 1]}
        return {"colorscale": theme.DIVERGING, "zmin": -1, "zmax": 1, "colorbar": bar}
    finite = values[np.isfinite(values) & (values > 0)]
    if measure == "lift":
        edge = max((float(np.abs(np.log10(finite)).max()) if len(finite) else 0.0), 0.31)
        ticks = [tick for tick in (0.01, 0.1, 0.5, 1, 2, 10, 100) if abs(np.log10(tick)) <= edge]
        bar = {
            "title": {"text": "lift"},
            "tickvals": np.log10(ticks).tolist(),
            "ticktext": [f"{tick:g}" for tick in ticks],
        }
        return {"colorscale": theme.DIVERGING, "zmin": -edge, "zmax": edge, "colorbar": bar}
    top = float(np.log10(finite.max())) if len(finite) else 0.0
    powers = list(range(int(np.floor(top)) + 1))
    bar = {
        "title": {"text": "papers"},
        "tickvals": powers,
        "ticktext": [f"{10**power:,}" for power in powers],
    }
    return {"colorscale": theme.SEQUENTIAL, "zmin": 0, "zmax": max(top, 1.0), "colorbar": bar}


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
    figure = theme.new_figure("Word frequency by rank", height=320, legend=inside)
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
    figure = theme.new_figure("Distinct words met while reading", height=320)
    hover = "after %{x:,} papers (%{customdata:,} words)<br>%{y:,} distinct words"
    more = table["words"]
    theme.add_points(figure, table["papers"], table["distinct_words"], hover, customdata=more)
    figure.update_xaxes(**theme.count_axis("papers read"))
    figure.update_yaxes(**theme.count_axis("distinct words"))
    return figure


def vocabulary_coverage_figure(curve: pd.DataFrame, max_tokens: int, share: float) -> go.Figure:
    """Draw what vocabularies cover, with the chosen ``max_tokens`` marked."""
    figure = theme.new_figure("What a vocabulary covers", height=320)
    hover = "%{x:,} terms cover %{y:.1%}<br>the last one occurs %{customdata:,} times"
    theme.add_points(figure, curve["max_tokens"], curve["share"], hover, customdata=curve["count"])
    theme.add_chosen_point(figure, max_tokens, share, f"{max_tokens:,} terms: {share:.1%}")
    figure.update_xaxes(**theme.count_axis("most frequent terms kept (max_tokens)", log=True))
    figure.update_yaxes(**theme.share_axis("occurrences covered"))
    return figure


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
    hovers = [
        f"<b>{theme.plain(text)}</b> ({row.papers:,} papers)<br>"
        f"median {row.p50:.0f} words, mean {row.mean:.0f}<br>"
        f"half of them {row.p25:.0f} to {row.p75:.0f}, "
        f"nine in ten {row.p5:.0f} to {row.p95:.0f}"
        for text, row in zip(texts, table.itertuples(), strict=True)
    ]
    look: dict[str, Any] = {"mode": "markers", "marker": {"size": 14, "opacity": 0}}
    theme.add_points(figure, table["p50"], places, theme.HOVER_TEXT, hovertext=hovers, **look)
    figure.update_layout(showlegend=False)
    figure.update_xaxes(title={"text": "words"}, rangemode="tozero")
    figure.update_yaxes(**theme.names_axis(texts), showgrid=False)
    return figure


def length_coverage_figure(table: pd.DataFrame, max_words: int, share: float) -> go.Figure:
    """Draw :func:`length_coverage` with the chosen maximum length marked."""
    figure = theme.new_figure("Abstracts no longer than this", height=320)
    hover = "%{x:,} words or fewer: %{y:.1%}"
    theme.add_points(figure, table["max_words"], table["share"], hover)
    theme.add_chosen_point(figure, max_words, share, f"{max_words:,} words: {share:.1%}")
    figure.update_xaxes(**theme.count_axis("longest length kept (words)"))
    figure.update_yaxes(**theme.share_axis("abstracts"))
    return figure


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
