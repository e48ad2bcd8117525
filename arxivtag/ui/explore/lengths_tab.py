"""Lengths: words per abstract, by label, and what a maximum length covers."""

from __future__ import annotations

import streamlit as st

from arxivtag.corpus.arrays import Ints
from arxivtag.exploring import lengths as statistics
from arxivtag.figures import exploring as figures
from arxivtag.ui.explore.shared import View, number_input
from arxivtag.ui.frame import choices, components, tables

# The Keras example's max_seqlen.
DEFAULT_MAX_WORDS = 150


def render_lengths(view: View) -> None:
    """Draw the tab."""
    _render_distribution(view.lengths)
    st.header("What a maximum length covers", anchor=False)
    _render_coverage(view.lengths)
    st.header("By label", anchor=False)
    _render_by_label(view)


def _render_distribution(lengths: Ints) -> None:
    described = statistics.describe_lengths(lengths)
    histogram = statistics.length_histogram(lengths)
    words = dict(zip(described["figure"], described["words"], strict=True))
    left, right = st.columns([3, 2])
    with left:
        components.render_figure(
            figures.length_figure(histogram, described),
            "lengths",
            f"Histogram and box of words per abstract: median {words['50%']:.0f}, "
            f"half of them between {words['25%']:.0f} and {words['75%']:.0f}.",
        )
        components.note(
            "Words as the Keras example counts them, split at single spaces. The box spans the "
            "quartiles, its whiskers the 5th to the 95th percentile."
        )
        tables.fold(histogram, "length-histogram", "Abstracts by length")
    with right:
        tables.show(
            described,
            "length-describe",
            "Count, mean, deviation and percentiles of words per abstract.",
            {"figure": "describe()", "words": tables.figure("Words", 1)},
        )


def _render_coverage(lengths: Ints) -> None:
    max_words = number_input(
        "Longest length kept, in words",
        "max-words",
        default=DEFAULT_MAX_WORDS,
        most=1_000_000,
        step=10,
        help="The Keras example takes 150 as a fair length to cut at.",
    )
    share = statistics.covered_share(lengths, max_words)
    components.metric_row(
        [
            ("Abstracts no longer", components.percent_text(share)),
            ("Abstracts cut", components.count_text(int((lengths > max_words).sum()))),
            (
                "Words that stay",
                components.percent_text(statistics.words_kept_share(lengths, max_words)),
                "Of all words, when each longer abstract is cut there.",
            ),
        ]
    )
    coverage = statistics.length_coverage(lengths)
    components.render_figure(
        figures.length_coverage_figure(coverage, max_words, share),
        "length-coverage",
        f"Share of abstracts up to a length: {max_words:,} words cover "
        f"{components.percent_text(share)}.",
    )
    tables.fold(coverage, "length-coverage", "Share of abstracts up to each length")
    st.page_link(
        "pages/2_Train.py",
        label="Train a network that reads so many words in order: CNN, LSTM or Transformer",
        icon=":material/model_training:",
        query_params=choices.carried(),
    )


def _render_by_label(view: View) -> None:
    by_label = statistics.length_by_label(view.labels, view.lengths)
    shortest = by_label.iloc[by_label["p50"].argmin()]
    longest = by_label.iloc[by_label["p50"].argmax()]
    components.render_figure(
        figures.length_by_label_figure(by_label),
        "length-by-label",
        f"Box for each of the most frequent labels: medians from {shortest['p50']:.0f} words "
        f"({shortest['label']}) to {longest['p50']:.0f} ({longest['label']}).",
    )
    tables.fold(by_label, "length-by-label", "Words per abstract by label")
