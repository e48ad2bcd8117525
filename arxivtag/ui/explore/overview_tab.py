"""Overview: the figures that matter, each with what it means."""

from __future__ import annotations

import streamlit as st

from arxivtag.exploring.labels import Imbalance, imbalance, label_frequency
from arxivtag.exploring.lengths import describe_lengths, length_histogram
from arxivtag.exploring.overview import Overview, overview
from arxivtag.figures.labels import label_frequency_figure
from arxivtag.figures.lengths import length_figure
from arxivtag.ui.explore.shared import View
from arxivtag.ui.frame import components

N_TOP_LABELS = 10


def render_overview(view: View) -> None:
    """Draw the tab."""
    summary = overview(view.corpus, view.cleaned)
    with st.grid(3, min_column_width=150, gap="small"):
        for label, value, meaning in overview_lines(summary):
            with st.container(border=True, gap=None, height="stretch"):
                st.metric(label, value)
                components.note(meaning)
    if not view.n_rows:
        return
    frequency = label_frequency(view.labels)
    lengths = view.lengths
    balance = imbalance_text(imbalance(frequency))
    left, right = st.columns(2)
    with left:
        components.render_figure(
            label_frequency_figure(frequency.head(N_TOP_LABELS)),
            "overview-labels",
            f"Bar chart of the {min(N_TOP_LABELS, len(frequency))} most frequent labels. {balance}",
        )
    with right:
        components.render_figure(
            length_figure(length_histogram(lengths), describe_lengths(lengths)),
            "overview-lengths",
            f"Histogram of words per abstract: mean {summary.mean_words:.0f}, "
            f"from {lengths.min():,} to {lengths.max():,}.",
        )
    components.note(balance)
    components.note("Both charts show the papers kept after cleaning.")


def overview_lines(summary: Overview) -> list[tuple[str, str, str]]:
    """Return label, value and meaning of each figure."""
    count = components.count_text
    return [
        ("Rows", count(summary.n_rows), "Papers as read from the file, repeats included."),
        (
            "Duplicate titles",
            count(summary.n_duplicate_titles),
            "Rows left out because an earlier row has the same title; rows without one stay.",
        ),
        (
            "After deduplication",
            count(summary.n_after_dedup),
            "Rows with an abstract and labels, when only the first of each title stays.",
        ),
        ("Labels", count(summary.n_labels), "Distinct subject areas on the papers kept."),
        (
            "Label combinations",
            count(summary.n_label_combinations),
            "Distinct lists of labels, in the order written, after deduplication.",
        ),
        (
            "Combinations seen once",
            count(summary.n_rare_combinations),
            "On a single paper, so that no split can share them out.",
        ),
        (
            "Papers kept",
            count(summary.n_kept),
            "What is left for training without the combinations seen once.",
        ),
        (
            "Labels per paper",
            f"{summary.mean_labels:.2f}",
            "The mean: one paper usually belongs to several areas.",
        ),
        (
            "Words per abstract",
            f"{summary.mean_words:.0f}",
            f"The mean; half of the papers kept have {summary.median_words:.0f} or fewer.",
        ),
    ]


def imbalance_text(measured: Imbalance | None) -> str:
    """Return one sentence on how uneven the labels are."""
    if measured is None:
        return "No paper carries a label."
    if measured.n_labels == 1:
        return f"There is one label alone, {measured.top_label}: there is nothing to tell apart."
    half = (
        "That label alone makes"
        if measured.n_for_half == 1
        else f"The {measured.n_for_half} most frequent labels make"
    )
    text = (
        f"{measured.top_label} is on {measured.top_share:.0%} of the papers, "
        f"{measured.ratio:,.0f} times as many as the label in the middle of the ranking. "
        f"{half} up half of all occurrences of the {measured.n_labels:,} labels."
    )
    if measured.n_rare:
        text += f" {measured.n_rare:,} labels are on fewer than 10 papers, too few to learn well."
    return text
