"""Labels: how frequent, how many on a paper, which together."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from arxivtag.exploring import labels as statistics
from arxivtag.exploring.labels import CoOccurrenceMeasure
from arxivtag.figures import exploring as figures
from arxivtag.ui.explore.overview_tab import imbalance_text
from arxivtag.ui.explore.shared import (
    LABELS_KEY,
    View,
    clicked,
    count_column,
    figure_column,
    nothing_in_view,
    share_column,
    table,
)
from arxivtag.ui.frame import components

N_BARS, N_COMBINATIONS, N_HEAT_MAP = 20, 20, 20
MEASURES: dict[CoOccurrenceMeasure, str] = {
    "count": "Papers",
    "npmi": "Normalised PMI",
    "lift": "Lift",
}
MEASURE_NOTES: dict[CoOccurrenceMeasure, str] = {
    "count": "How many papers carry both labels; on the diagonal, how many carry the label.",
    "npmi": (
        "How much more often two labels meet than chance would have it: 1 only together, "
        "0 as chance, −1 never."
    ),
    "lift": "Times as often together as by chance: 2 is twice as often, 0.5 half as often.",
}


def render_labels(view: View) -> None:
    """Draw the tab."""
    if nothing_in_view(view):
        return
    frequency = statistics.label_frequency(view.index, view.rows)
    if frequency.empty:
        components.empty_state("No paper in view carries a label.", "Look at other rows.")
        return
    components.note(imbalance_text(statistics.imbalance(frequency)))
    log = st.toggle("Count on a log scale", key="log", bind="query-params")
    left, right = st.columns(2)
    with left:
        _render_frequency(frequency, log)
    with right:
        _render_combinations(view, log)
    left, right = st.columns(2)
    with left:
        components.render_figure(
            figures.label_rank_figure(frequency),
            "label-rank",
            f"All {len(frequency):,} labels by rank, from {frequency['papers'].iloc[0]:,} papers "
            f"to {frequency['papers'].iloc[-1]:,}.",
        )
    with right:
        _render_labels_per_paper(view)
    _render_co_occurrence(view, len(frequency))


def _filter_by_click(key: str) -> None:
    """Add the clicked label or pair of labels to the filter, which holds for the whole page."""
    data = clicked(key)
    if data is None:
        return
    labels = data if isinstance(data, list) else [data]
    before = st.session_state.get(LABELS_KEY) or []
    st.session_state[LABELS_KEY] = list(dict.fromkeys([*before, *labels]))


def _render_frequency(frequency: pd.DataFrame, log: bool) -> None:
    shown = frequency.head(N_BARS)
    components.render_figure(
        figures.label_frequency_figure(shown, log=log),
        "label-frequency",
        f"Bar chart of the {len(shown)} most frequent of {len(frequency)} labels: "
        + ", ".join(
            f"{label} {papers:,}"
            for label, papers in zip(shown["label"][:3], shown["papers"][:3], strict=True)
        )
        + ".",
        on_select=lambda: _filter_by_click("label-frequency"),
    )
    components.note("Click a bar to look only at papers with this label, here and on other tabs.")
    table(
        frequency,
        "labels",
        f"All {len(frequency)} labels with names and counts.",
        {
            "label": "Label",
            "name": st.column_config.TextColumn("Name", width="medium"),
            "papers": count_column("Papers"),
            "share": share_column("Share"),
        },
        title="All labels as a table",
    )


def _render_combinations(view: View, log: bool) -> None:
    frequency = statistics.combination_frequency(view.index, view.rows)
    n_once = int((frequency["papers"] == 1).sum())
    components.render_figure(
        figures.combination_figure(frequency.head(N_COMBINATIONS), log=log),
        "label-combinations",
        f"Bar chart of the most frequent of {len(frequency):,} label combinations, "
        f"first {frequency['combination'].iloc[0]}.",
    )
    components.note(
        f"{len(frequency):,} combinations, order aside; {n_once:,} of them on one paper only."
    )
    table(
        frequency,
        "label-combinations",
        f"All {len(frequency):,} label combinations with counts.",
        {
            "combination": st.column_config.TextColumn("Combination", width="medium"),
            "labels": count_column("Labels"),
            "papers": count_column("Papers"),
            "share": share_column("Share"),
        },
        title="All combinations as a table",
    )


def _render_labels_per_paper(view: View) -> None:
    counts = statistics.labels_per_paper(view.index, view.rows)
    mean = float((counts["labels"] * counts["share"]).sum())
    components.render_figure(
        figures.labels_per_paper_figure(counts),
        "labels-per-paper",
        f"Bar chart of labels per paper: {mean:.2f} on average, at most {counts['labels'].max()}.",
    )
    table(
        counts,
        "labels-per-paper",
        "Papers by number of labels.",
        {
            "labels": count_column("Labels"),
            "papers": count_column("Papers"),
            "share": share_column("Share"),
        },
        title="Labels per paper as a table",
    )


def _render_co_occurrence(view: View, n_labels: int) -> None:
    st.subheader("Which labels go together", anchor=False)
    if n_labels < 2:
        components.empty_state(
            "Only one label is in view.", "It takes two to see which go together."
        )
        return
    measure: CoOccurrenceMeasure = (
        st.segmented_control(
            "Measure",
            list(MEASURES),
            default="count",
            required=True,
            format_func=MEASURES.__getitem__,
            key="measure",
            bind="query-params",
        )
        or "count"
    )
    components.note(MEASURE_NOTES[measure])
    matrix = statistics.co_occurrence(view.index, view.rows, n_labels=N_HEAT_MAP, measure=measure)
    pairs = statistics.label_pairs(view.index, view.rows, n_labels=N_HEAT_MAP)
    left, right = st.columns([3, 2])
    with left:
        first = (
            f" Most often together: {pairs['label_a'].iloc[0]} and {pairs['label_b'].iloc[0]}, "
            f"{pairs['papers'].iloc[0]:,} papers."
            if len(pairs)
            else " No two of them meet."
        )
        components.render_figure(
            figures.co_occurrence_figure(matrix, measure),
            f"co-occurrence-{measure}",
            f"Heat map of the {len(matrix)} most frequent labels, {MEASURES[measure]}.{first}",
            on_select=lambda: _filter_by_click(f"co-occurrence-{measure}"),
        )
        components.note("Click a cell to look only at papers with both labels.")
    with right:
        table(
            pairs,
            "label-pairs",
            "Pairs of labels that meet, with papers, lift and normalised PMI.",
            {
                "label_a": "Label",
                "label_b": "And",
                "papers": count_column("Papers"),
                "npmi": figure_column("NPMI"),
                "lift": figure_column("Lift"),
            },
            height=480,
        )
