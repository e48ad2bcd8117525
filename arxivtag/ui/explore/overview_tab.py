"""Overview: from rows to papers kept, labels, years and the map; then the figures in a line."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from arxivtag.corpus.cleaning import Cleaned
from arxivtag.corpus.store import Corpus
from arxivtag.exploring.labels import Imbalance, imbalance, label_frequency
from arxivtag.figures.labels import label_frequency_figure
from arxivtag.ui.explore import filters
from arxivtag.ui.explore.cleaning_tab import render_way
from arxivtag.ui.explore.map_part import render_map
from arxivtag.ui.explore.periods_part import render_labels_over_time
from arxivtag.ui.explore.shared import View
from arxivtag.ui.frame import components
from arxivtag.ui.frame.errors import guarded

N_TOP_LABELS = 10


def render_overview(view: View) -> None:
    """Draw the tab."""
    left, right = st.columns(2, gap="medium")
    with left:
        render_way(view)
    frequency = label_frequency(view.labels)
    if not frequency.empty:
        with right:
            _render_labels(view, frequency)
    _render_figures(view)
    render_labels_over_time(view)
    with guarded():
        render_map(view)


def _render_labels(view: View, frequency: pd.DataFrame) -> None:
    balance = imbalance_text(imbalance(frequency))
    components.render_figure(
        label_frequency_figure(frequency.head(N_TOP_LABELS)),
        "overview-labels",
        f"Bar chart of the {min(N_TOP_LABELS, len(frequency))} most frequent labels. {balance}",
        on_select=lambda: _read_label(view.corpus),
    )
    components.note(f"Click a bar to read its papers. {balance}")


def _read_label(corpus: Corpus) -> None:
    label = components.clicked("overview-labels")
    if isinstance(label, str):
        filters.read_papers(corpus, labels=[label])


def _render_figures(view: View) -> None:
    """Draw what the Keras example counts in a line, and explain it on demand."""
    lines = overview_lines(view.corpus, view.cleaned)
    components.figure_line([(label, value) for label, value, _ in lines])
    with st.popover("What these figures mean", icon=":material/help:", type="tertiary"):
        for label, _, meaning in lines:
            st.markdown(f"**{label}:** {meaning}")


def overview_lines(corpus: Corpus, cleaned: Cleaned) -> list[tuple[str, str, str]]:
    """Return label, value and meaning of each figure that the Keras example counts.

    Means and the median are of the papers kept, NaN if none are.
    """
    report, rows = cleaned.report, cleaned.rows
    sizes, lengths = corpus.labels.sizes[rows], corpus.n_words[rows]
    mean_labels, mean_words, median_words = (
        (sizes.mean(), lengths.mean(), np.median(lengths)) if len(rows) else (np.nan,) * 3
    )
    count = components.count_text
    return [
        ("Rows", count(corpus.n_papers), "Papers as read from the file, repeats included."),
        (
            "Duplicate titles",
            count(report.n_duplicate_titles),
            "Rows left out because an earlier row has the same title; rows without one stay.",
        ),
        (
            "After deduplication",
            count(report.n_after_dedup),
            "Rows with an abstract and labels, when only the first of each title stays.",
        ),
        ("Labels", count(report.n_labels), "Distinct subject areas on the papers kept."),
        (
            "Label combinations",
            count(report.n_label_combinations),
            "Distinct lists of labels, in the order written, after deduplication.",
        ),
        (
            "Combinations seen once",
            count(report.n_rare_combinations),
            "On a single paper, so that no split can share them out.",
        ),
        (
            "Papers kept",
            count(report.n_after),
            "What is left for training without the combinations seen once.",
        ),
        (
            "Labels per paper",
            f"{mean_labels:.2f}",
            "The mean: one paper usually belongs to several areas.",
        ),
        (
            "Words per abstract",
            f"{mean_words:.0f}",
            f"The mean; half of the papers kept have {median_words:.0f} or fewer.",
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
    times = f"{measured.ratio:,.0f}" if measured.ratio >= 9.95 else f"{measured.ratio:.1f}"
    more = "" if times == "1.0" else f"{times} times "
    text = (
        f"{measured.top_label} is on {components.percent_text(measured.top_share, 0)} of the "
        f"papers, {more}as many as the label in the middle of the ranking. "
        f"{half} up half of all occurrences of the {measured.n_labels:,} labels."
    )
    if measured.n_rare:
        rare = "1 label is" if measured.n_rare == 1 else f"{measured.n_rare:,} labels are"
        text += f" {rare} on fewer than 10 papers, too few to learn well."
    return text
