"""Labels: how frequent, how many on a paper, which together."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from arxivtag.exploring import labels as statistics
from arxivtag.exploring.labels import CoOccurrenceMeasure
from arxivtag.figures import labels as figures
from arxivtag.figures.theme import PALETTE
from arxivtag.papers.taxonomy import archive_of
from arxivtag.ui.browser.labels import Node, label_network
from arxivtag.ui.explore.periods_part import render_labels_over_time
from arxivtag.ui.explore.shared import LABELS_KEY, View, one_of
from arxivtag.ui.frame import components, tables

N_BARS, N_COMBINATIONS, N_HEAT_MAP, N_TIES = 20, 20, 20, 40
MEASURES: dict[CoOccurrenceMeasure, str] = {
    "count": "Papers",
    "npmi": "Normalised PMI",
    "lift": "Lift",
}
MEASURE_NOTES: dict[CoOccurrenceMeasure, str] = {
    "count": "How many papers carry both labels; on the diagonal, how many carry the label.",
    "npmi": (
        "Whether two labels meet more often than chance would have it: 1 is always together, "
        "0 as often as by chance, −1 never."
    ),
    "lift": "Times as often together as by chance: 2 is twice as often, 0.5 half as often.",
}


def render_labels(view: View) -> None:
    """Draw the tab."""
    frequency = statistics.label_frequency(view.labels)
    if frequency.empty:
        components.empty_state("No paper in view carries a label.", "Look at other rows.")
        return
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
    render_labels_over_time(view)
    st.header("Which labels go together", anchor=False)
    if len(frequency) < 2:
        components.empty_state("Only one label is in view.", "Look at rows with more labels.")
        return
    _render_co_occurrence(view)


def _filter_by_click(key: str) -> None:
    """Add the clicked label or pair of labels to the filter, which holds for the whole page."""
    clicked = components.clicked(key)
    if clicked is None:
        return
    _filter_by(*(clicked if isinstance(clicked, list) else [clicked]))


def _filter_by(*labels: str) -> None:
    before = st.session_state.get(LABELS_KEY) or []
    st.session_state[LABELS_KEY] = list(dict.fromkeys([*before, *labels]))


def _render_frequency(frequency: pd.DataFrame, log: bool) -> None:
    shown = frequency.head(N_BARS)
    top = zip(shown["label"][:3], shown["papers"][:3], strict=True)
    components.render_figure(
        figures.label_frequency_figure(shown, log=log),
        "label-frequency",
        f"Bar chart of the {len(shown)} most frequent of {len(frequency)} labels: "
        f"{', '.join(f'{label} {papers:,}' for label, papers in top)}.",
        on_select=lambda: _filter_by_click("label-frequency"),
    )
    components.note("Click a bar to look only at papers with this label, here and on other tabs.")
    tables.fold(frequency, "labels", "All labels")


def _render_combinations(view: View, log: bool) -> None:
    frequency = statistics.combination_frequency(view.labels)
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
    tables.fold(frequency, "label-combinations", "All combinations")


def _render_labels_per_paper(view: View) -> None:
    counts = statistics.labels_per_paper(view.labels)
    mean = float((counts["labels"] * counts["share"]).sum())
    components.render_figure(
        figures.labels_per_paper_figure(counts),
        "labels-per-paper",
        f"Bar chart of labels per paper: {mean:.2f} on average, at most {counts['labels'].max()}.",
    )
    tables.fold(counts, "labels-per-paper", "Papers by number of labels")


def _render_co_occurrence(view: View) -> None:
    pairs = statistics.label_pairs(view.labels, n_labels=N_HEAT_MAP)
    left, right = st.columns(2, gap="medium")
    with left:
        measure = one_of("Measure", MEASURES, "measure", default="count")
        components.note(MEASURE_NOTES[measure])
        matrix = statistics.co_occurrence(view.labels, n_labels=N_HEAT_MAP, measure=measure)
        _render_heat_map(matrix, measure, _first_pair_text(pairs))
    with right:
        _render_network(view, pairs)
    tables.fold(pairs, "label-pairs", "Pairs of labels that meet")


def _render_network(view: View, pairs: pd.DataFrame) -> None:
    """Draw the same labels as a network; the table of pairs holds what it shows."""
    frequency = statistics.label_frequency(view.labels).head(N_HEAT_MAP)
    ties = pairs[pairs["npmi"] > 0].nlargest(N_TIES, "npmi")
    place = {label: number for number, label in enumerate(frequency["label"])}
    links = [
        (place[first], place[second], float(npmi))
        for first, second, npmi in ties[["label_a", "label_b", "npmi"]].itertuples(index=False)
    ]
    label_network(
        "label-network",
        network_nodes(frequency, pairs),
        links,
        f"Network of the {len(frequency)} most frequent labels, {len(links)} ties between them. "
        "Arrow keys go from label to label, with Shift they move it, Enter filters by it.",
        _filter_by,
    )
    components.note(
        "A line ties labels that meet more often than chance would have it, the thicker the more "
        "so; larger labels have more papers, those of one archive share a colour. Drag a label, "
        "and its kin follow; click one to look only at its papers."
    )


def network_nodes(frequency: pd.DataFrame, pairs: pd.DataFrame) -> list[Node]:
    """Return the labels of a network, each with a sentence on what it meets most."""
    archives = list(dict.fromkeys(frequency["label"].map(archive_of)))
    nodes = []
    for label, papers in frequency[["label", "papers"]].itertuples(index=False):
        own = pairs[(pairs["label_a"] == label) | (pairs["label_b"] == label)].head(3)
        met = [
            f"{second if first == label else first} ({together:,})"
            for first, second, together in own[["label_a", "label_b", "papers"]].itertuples(
                index=False
            )
        ]
        said = f"{components.label_text(label)}: {papers:,} papers"
        color = PALETTE[archives.index(archive_of(label)) % len(PALETTE)]
        most = f"; most often with {', '.join(met)}" if met else ""
        nodes.append(Node(label, int(papers), color, said + most))
    return nodes


def _render_heat_map(matrix: pd.DataFrame, measure: CoOccurrenceMeasure, first_pair: str) -> None:
    key = f"co-occurrence-{measure}"
    components.render_figure(
        figures.co_occurrence_figure(matrix, measure),
        key,
        f"Heat map of the {len(matrix)} most frequent labels, {MEASURES[measure]}. {first_pair}",
        on_select=lambda: _filter_by_click(key),
    )
    components.note("Click a cell to look only at papers with both labels.")


def _first_pair_text(pairs: pd.DataFrame) -> str:
    if pairs.empty:
        return "No two of them meet."
    first = pairs.iloc[0]
    return (
        f"Most often together: {first['label_a']} and {first['label_b']}, "
        f"{first['papers']:,} papers."
    )
