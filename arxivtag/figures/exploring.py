"""Figures of the Explore page: each draws a table of ``arxivtag.exploring``.

Texts from data pass :func:`~arxivtag.figures.theme.plain`. Ranked bars stand on a numeric
axis with tick texts, so that two long labels cut to the same text stay two bars.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from arxivtag.figures.theme import (
    ACCENT,
    DIVERGING,
    MUTED,
    PALETTE,
    SEQUENTIAL,
    new_figure,
    plain,
    styled,
)

Matrix = npt.NDArray[np.float64]

BAR_HEIGHT = 22
TICK_CHARS = 26
NEVER = -9.0  # a logarithm below any that occurs
SHARE_TICKS = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
SPLIT_SYMBOLS = {"train": "circle", "val": "diamond", "test": "square"}


def shortened(text: str, max_chars: int = TICK_CHARS) -> str:
    """Return ``text`` cut to ``max_chars`` with an ellipsis, safe for Plotly."""
    return plain(text if len(text) <= max_chars else text[: max_chars - 1].rstrip() + "…")


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "x": 0, "xanchor": "left", "xref": "container", "font": {"size": 14}}


def _count_axis(title: str, *, log: bool = False) -> dict[str, Any]:
    """An axis of counts; on a log scale it marks powers of ten and begins just below one."""
    if log:
        return {
            "title": {"text": f"{title} (log scale)"},
            "type": "log",
            "dtick": 1,
            "tickformat": ",~r",
        }
    return {"title": {"text": title}, "rangemode": "tozero", "tickformat": ",~r"}


def _ranked_bars(
    names: Sequence[str],
    values: Sequence[float],
    hover: Sequence[str],
    *,
    title: str,
    axis: dict[str, Any],
    identity: Sequence[str] | None = None,
    color: str = PALETTE[0],
) -> go.Figure:
    """Draw horizontal bars, the first on top.

    Args:
        names: Tick texts, from data.
        values: Lengths of the bars.
        hover: Hover texts, already safe for Plotly.
        title: The figure's title.
        axis: Settings of the value axis.
        identity: What a click on a bar returns as ``customdata``.
        color: Colour of the bars.
    """
    figure = new_figure(title=_title(title), height=90 + BAR_HEIGHT * max(len(names), 3))
    places = list(range(len(names)))
    figure.add_bar(
        x=list(values),
        y=places,
        orientation="h",
        marker_color=color,
        hovertext=list(hover),
        hovertemplate="%{hovertext}<extra></extra>",
        customdata=list(identity) if identity is not None else None,
        selected={"marker": {"opacity": 1.0}},
        unselected={"marker": {"opacity": 0.45}},
    )
    figure.update_xaxes(**axis)
    figure.update_yaxes(
        tickvals=places,
        ticktext=[shortened(name) for name in names],
        range=[max(len(names), 3) - 0.5, -0.5],
        showgrid=False,
        ticks="",
    )
    return figure


def _label_text(label: str, name: str) -> str:
    return label if not name or name == label else f"{label} {name}"


def label_frequency_figure(frequency: pd.DataFrame, *, log: bool = False) -> go.Figure:
    """Draw :func:`label_frequency`; a click on a bar gives the label as ``customdata``."""
    texts = [
        _label_text(label, name)
        for label, name in zip(frequency["label"], frequency["name"], strict=True)
    ]
    hover = [
        f"<b>{plain(text)}</b><br>{papers:,} papers, {share:.1%}"
        for text, papers, share in zip(texts, frequency["papers"], frequency["share"], strict=True)
    ]
    return _ranked_bars(
        texts,
        frequency["papers"].tolist(),
        hover,
        title="Papers that carry each label",
        axis=_count_axis("papers", log=log),
        identity=frequency["label"].tolist(),
    )


def label_rank_figure(frequency: pd.DataFrame) -> go.Figure:
    """Draw all labels by rank on log scales: how long the tail is."""
    figure = new_figure(title=_title("All labels, by rank"), height=300)
    figure.add_scatter(
        x=np.arange(1, len(frequency) + 1),
        y=frequency["papers"],
        mode="markers",
        hovertext=[
            f"<b>{plain(_label_text(label, name))}</b><br>rank {rank:,}, {papers:,} papers"
            for rank, (label, name, papers) in enumerate(
                zip(frequency["label"], frequency["name"], frequency["papers"], strict=True), 1
            )
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    figure.update_xaxes(**_count_axis("rank of the label", log=True))
    figure.update_yaxes(**_count_axis("papers", log=True))
    return figure


def combination_figure(frequency: pd.DataFrame, *, log: bool = False) -> go.Figure:
    """Draw :func:`combination_frequency`."""
    hover = [
        f"<b>{plain(combination)}</b><br>{papers:,} papers, {share:.1%}"
        for combination, papers, share in zip(
            frequency["combination"], frequency["papers"], frequency["share"], strict=True
        )
    ]
    return _ranked_bars(
        frequency["combination"].tolist(),
        frequency["papers"].tolist(),
        hover,
        title="Papers with exactly these labels",
        axis=_count_axis("papers", log=log),
    )


def labels_per_paper_figure(table: pd.DataFrame) -> go.Figure:
    """Draw :func:`labels_per_paper`."""
    figure = new_figure(title=_title("Labels per paper"), height=300)
    figure.add_bar(
        x=table["labels"],
        y=table["papers"],
        customdata=table["share"],
        hovertemplate="%{x} labels<br>%{y:,} papers, %{customdata:.1%}<extra></extra>",
    )
    figure.update_xaxes(title={"text": "labels on one paper"}, dtick=1 if len(table) < 16 else None)
    figure.update_yaxes(**_count_axis("papers"))
    return figure


_MEASURES = {
    "count": ("Papers with both labels", "papers", ",.0f"),
    "lift": ("Lift: 1 is chance", "lift", ".2f"),
    "npmi": ("Normalised PMI: 0 is chance", "NPMI", "+.2f"),
}


def co_occurrence_figure(table: pd.DataFrame, measure: str = "count") -> go.Figure:
    """Draw :func:`co_occurrence`; a click on a cell gives both labels as ``customdata``.

    Plotly cannot select cells of a heat map, so an invisible marker lies on each.
    """
    title, unit, number = _MEASURES[measure]
    values = table.to_numpy(dtype=float)
    names = [str(name) for name in table.columns]
    places = list(range(len(names)))
    figure = new_figure(title=_title(title), height=140 + 24 * max(len(names), 4))
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
    figure.add_scatter(
        x=columns,
        y=rows,
        mode="markers",
        marker={"size": 18, "symbol": "square", "opacity": 0, "color": MUTED},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        customdata=[[names[i], names[j]] for i, j in zip(rows, columns, strict=True)],
        hovertext=[
            f"<b>{plain(names[i])}</b>"
            + (f" and <b>{plain(names[j])}</b>" if i != j else "")
            + f"<br>{format(values[i, j], number)} {unit}"
            for i, j in zip(rows, columns, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        showlegend=False,
    )
    ticks = {
        "tickvals": places,
        "ticktext": [shortened(name, 14) for name in names],
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
        return {"colorscale": DIVERGING, "zmin": -1, "zmax": 1, "colorbar": bar}
    finite = values[np.isfinite(values) & (values > 0)]
    if measure == "lift":
        edge = max((float(np.abs(np.log10(finite)).max()) if len(finite) else 0.0), 0.31)
        ticks = [tick for tick in (0.01, 0.1, 0.5, 1, 2, 10, 100) if abs(np.log10(tick)) <= edge]
        bar = {
            "title": {"text": "lift"},
            "tickvals": np.log10(ticks).tolist(),
            "ticktext": [f"{tick:g}" for tick in ticks],
        }
        return {"colorscale": DIVERGING, "zmin": -edge, "zmax": edge, "colorbar": bar}
    top = float(np.log10(finite.max())) if len(finite) else 0.0
    powers = list(range(int(np.floor(top)) + 1))
    bar = {
        "title": {"text": "papers"},
        "tickvals": powers,
        "ticktext": [f"{10**power:,}" for power in powers],
    }
    return {"colorscale": SEQUENTIAL, "zmin": 0, "zmax": max(top, 1.0), "colorbar": bar}


def term_frequency_figure(table: pd.DataFrame, kind: str) -> go.Figure:
    """Draw :func:`term_frequency`; ``kind`` is "words" or "bigrams"."""
    hover = [
        f"<b>{plain(term)}</b><br>{count:,} times in {papers:,} papers"
        for term, count, papers in zip(table["term"], table["count"], table["papers"], strict=True)
    ]
    return _ranked_bars(
        table["term"].tolist(),
        table["count"].tolist(),
        hover,
        title=f"Most frequent {kind}",
        axis=_count_axis("occurrences"),
    )


def telling_terms_figure(table: pd.DataFrame, label: str, method: str) -> go.Figure:
    """Draw :func:`telling_terms`; ``method`` is "log_odds" or "chi2"."""
    hover = [
        f"<b>{plain(term)}</b><br>{inside:.2f} per 1,000 words with the label"
        f"<br>{outside:.2f} per 1,000 words without"
        for term, inside, outside in zip(
            table["term"], table["rate_inside"], table["rate_outside"], strict=True
        )
    ]
    score = "z-score of the log-odds ratio" if method == "log_odds" else "chi-squared"
    return _ranked_bars(
        table["term"].tolist(),
        table["score"].tolist(),
        hover,
        title=f"Most telling of {shortened(label, 20)}",
        axis=_count_axis(score),
        color=PALETTE[2],
    )


def zipf_figure(table: pd.DataFrame) -> go.Figure:
    """Draw :func:`zipf` beside a line of slope -1, which Zipf's law expects."""
    inside = {"x": 0.02, "y": 0.02, "yanchor": "bottom", "orientation": "v"}
    figure = new_figure(title=_title("Word frequency by rank"), height=320, legend=inside)
    if len(table):
        ends = np.array([1.0, float(table["rank"].max())])
        figure.add_scatter(
            x=ends,
            y=float(table["count"].max()) / ends,
            mode="lines",
            name="1 / rank (Zipf's law)",
            line={"color": MUTED, "dash": "dot", "width": 1.5},
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=table["rank"],
        y=table["count"],
        mode="lines+markers",
        name="words of this data set",
        marker={"size": 4, "color": PALETTE[0]},
        line={"color": PALETTE[0]},
        hovertext=[f"<b>{plain(term)}</b>" for term in table["term"]],
        hovertemplate="%{hovertext}<br>rank %{x:,}, %{y:,} times<extra></extra>",
    )
    figure.update_xaxes(**_count_axis("rank of the word", log=True))
    figure.update_yaxes(**_count_axis("occurrences", log=True))
    return figure


def vocabulary_growth_figure(table: pd.DataFrame) -> go.Figure:
    """Draw :func:`vocabulary_growth`."""
    figure = new_figure(title=_title("Distinct words met while reading"), height=320)
    figure.add_scatter(
        x=table["papers"],
        y=table["distinct_words"],
        mode="lines",
        customdata=table["words"],
        hovertemplate="after %{x:,} papers (%{customdata:,} words)<br>"
        "%{y:,} distinct words<extra></extra>",
    )
    figure.update_xaxes(**_count_axis("papers read"))
    figure.update_yaxes(**_count_axis("distinct words"))
    return figure


def vocabulary_coverage_figure(curve: pd.DataFrame, max_tokens: int, share: float) -> go.Figure:
    """Draw what vocabularies cover, with the chosen ``max_tokens`` marked."""
    figure = new_figure(title=_title("What a vocabulary covers"), height=320)
    figure.add_scatter(
        x=curve["max_tokens"],
        y=curve["share"],
        mode="lines",
        customdata=curve["count"],
        hovertemplate="%{x:,} terms cover %{y:.1%}<br>"
        "the last one occurs %{customdata:,} times<extra></extra>",
        showlegend=False,
    )
    _mark(figure, max_tokens, share, f"{max_tokens:,} terms: {share:.1%}")
    figure.update_xaxes(**_count_axis("most frequent terms kept (max_tokens)", log=True))
    figure.update_yaxes(**_share_axis("occurrences covered"))
    return figure


def _share_axis(title: str) -> dict[str, Any]:
    return {"title": {"text": title}, "tickformat": ".0%", "range": [0, 1.04]}


def _mark(figure: go.Figure, x: float, y: float, text: str) -> None:
    figure.add_scatter(
        x=[x],
        y=[y],
        mode="markers",
        marker={"size": 11, "color": ACCENT, "symbol": "diamond"},
        hovertemplate=f"{text}<extra></extra>",
        showlegend=False,
    )


def length_figure(histogram: pd.DataFrame, described: pd.DataFrame) -> go.Figure:
    """Draw :func:`length_histogram` with a box of the same lengths above it.

    The box spans the quartiles, its whiskers the 5th to the 95th percentile.
    """
    figure = styled(
        make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.18, 0.82],
                      vertical_spacing=0.03),
        title=_title("Words per abstract"),
        height=380,
        showlegend=False,
    )  # fmt: skip
    if len(histogram):
        words = dict(zip(described["figure"], described["words"], strict=True))
        figure.add_trace(_box("abstracts", words["5%"], words["25%"], words["50%"], words["75%"],
                              words["95%"], words["mean"]), row=1, col=1)  # fmt: skip
        width = int(histogram["to_words"].iloc[0] - histogram["from_words"].iloc[0]) + 1
        figure.add_trace(
            go.Bar(
                x=histogram["from_words"] + (width - 1) / 2,
                y=histogram["papers"],
                width=width,
                marker={"color": PALETTE[0]},
                customdata=histogram[["from_words", "to_words"]].to_numpy(),
                hovertemplate="%{customdata[0]} to %{customdata[1]} words<br>"
                "%{y:,} abstracts<extra></extra>",
            ),
            row=2,
            col=1,
        )
    figure.update_yaxes(showticklabels=False, ticks="", showgrid=False, row=1, col=1)
    figure.update_xaxes(title={"text": "words"}, rangemode="tozero", row=2, col=1)
    figure.update_yaxes(**_count_axis("abstracts"), row=2, col=1)
    return figure


def _box(
    name: str, low: float, q1: float, median: float, q3: float, high: float, mean: float
) -> go.Box:
    """Return a horizontal box from figures already computed."""
    return go.Box(
        q1=[q1], median=[median], q3=[q3], lowerfence=[low], upperfence=[high], mean=[mean],
        y=[name], orientation="h", boxpoints=False, whiskerwidth=0.5,
        marker={"color": PALETTE[0]}, line={"width": 1.5}, showlegend=False, name="",
        hoverinfo="x",
    )  # fmt: skip


def length_by_label_figure(table: pd.DataFrame) -> go.Figure:
    """Draw :func:`length_by_label`: quartiles as boxes, 5th to 95th percentile as whiskers."""
    figure = new_figure(
        title=_title("Words per abstract, by label"), height=110 + 26 * max(len(table), 3)
    )
    places = list(range(len(table)))
    texts = [
        _label_text(label, name) for label, name in zip(table["label"], table["name"], strict=True)
    ]
    figure.add_trace(
        go.Box(
            q1=table["p25"], median=table["p50"], q3=table["p75"],
            lowerfence=table["p5"], upperfence=table["p95"], mean=table["mean"],
            y=places, orientation="h", boxpoints=False, whiskerwidth=0.4,
            marker={"color": PALETTE[0]}, line={"width": 1.5}, hoverinfo="skip",
        )
    )  # fmt: skip
    # A box shows seven hover labels at once; one text on its median says it better.
    figure.add_scatter(
        x=table["p50"],
        y=places,
        mode="markers",
        marker={"size": 14, "opacity": 0},
        hovertext=[
            f"<b>{plain(text)}</b> ({papers:,} papers)<br>median {p50:.0f} words, mean {mean:.0f}"
            f"<br>half of them {p25:.0f} to {p75:.0f}, nine in ten {p5:.0f} to {p95:.0f}"
            for text, papers, mean, p5, p25, p50, p75, p95 in zip(
                texts, *(table[name] for name in ("papers", "mean", "p5", "p25", "p50", "p75",
                                                  "p95")), strict=True
            )
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip
    figure.update_layout(showlegend=False)
    figure.update_xaxes(title={"text": "words"}, rangemode="tozero")
    figure.update_yaxes(
        tickvals=places,
        ticktext=[shortened(text) for text in texts],
        range=[max(len(table), 3) - 0.5, -0.5],
        showgrid=False,
        ticks="",
    )
    return figure


def length_coverage_figure(table: pd.DataFrame, max_words: int, share: float) -> go.Figure:
    """Draw :func:`length_coverage` with the chosen maximum length marked."""
    figure = new_figure(title=_title("Abstracts no longer than this"), height=320)
    figure.add_scatter(
        x=table["max_words"],
        y=table["share"],
        mode="lines",
        hovertemplate="%{x:,} words or fewer: %{y:.1%}<extra></extra>",
        showlegend=False,
    )
    _mark(figure, max_words, share, f"{max_words:,} words: {share:.1%}")
    figure.update_xaxes(**_count_axis("longest length kept (words)"))
    figure.update_yaxes(**_share_axis("abstracts"))
    return figure


def cleaning_figure(funnel: pd.DataFrame) -> go.Figure:
    """Draw :func:`cleaning_funnel`: rows left after each step."""
    hover = [
        f"<b>{plain(step)}</b><br>{papers:,} rows" + (f", {removed:,} removed" if removed else "")
        for step, papers, removed in zip(
            funnel["step"], funnel["papers"], funnel["removed"], strict=True
        )
    ]
    figure = _ranked_bars(
        funnel["step"].tolist(),
        funnel["papers"].tolist(),
        hover,
        title="From raw rows to rows kept",
        axis=_count_axis("rows left"),
    )
    figure.update_traces(text=[f"{papers:,}" for papers in funnel["papers"]], textposition="auto")
    figure.update_layout(height=90 + 34 * max(len(funnel), 3))
    return figure


def label_balance_figure(balance: pd.DataFrame) -> go.Figure:
    """Draw :func:`label_balance`: each label's share of train, val and test papers."""
    figure = new_figure(
        title=_title("Share of papers with the label"), height=140 + 24 * max(len(balance), 3)
    )
    places = list(range(len(balance)))
    texts = [
        _label_text(label, name)
        for label, name in zip(balance["label"], balance["name"], strict=True)
    ]
    for color, (split, symbol) in zip(PALETTE, SPLIT_SYMBOLS.items(), strict=False):
        figure.add_scatter(
            x=balance[f"{split}_share"],
            y=places,
            mode="markers",
            name=split,
            marker={"size": 9, "symbol": f"{symbol}-open", "color": color, "line": {"width": 2}},
            customdata=[plain(text) for text in texts],
            hovertemplate="<b>%{customdata}</b><br>%{x:.2%} of " + split + "<extra></extra>",
        )
    figure.update_layout(title={"y": 0.99, "yanchor": "top"}, margin={"t": 60})
    figure.update_xaxes(
        title={"text": "share of papers (log scale)"},
        type="log",
        tickvals=SHARE_TICKS,
        ticktext=[f"{100 * share:g}%" for share in SHARE_TICKS],
    )
    figure.update_yaxes(
        tickvals=places,
        ticktext=[shortened(text) for text in texts],
        range=[max(len(balance), 3) - 0.5, -0.5],
        ticks="",
    )
    return figure
