"""Lengths: words per abstract, by label, and what a maximum length covers."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from arxivtag.exploring import lengths as statistics
from arxivtag.figures import exploring as figures
from arxivtag.ui.explore.shared import (
    View,
    count_column,
    figure_column,
    nothing_in_view,
    share_column,
    table,
)
from arxivtag.ui.frame import components

# The Keras example's max_seqlen.
DEFAULT_MAX_WORDS = 150


def render_lengths(view: View) -> None:
    """Draw the tab."""
    if nothing_in_view(view):
        return
    chosen = view.lengths[view.rows]
    described = statistics.describe_lengths(chosen)
    histogram = statistics.length_histogram(chosen)
    left, right = st.columns([3, 2])
    with left:
        components.render_figure(
            figures.length_figure(histogram, described),
            "lengths",
            f"Histogram and box of words per abstract: median {_figure(described, '50%'):.0f}, "
            f"half of them between {_figure(described, '25%'):.0f} and "
            f"{_figure(described, '75%'):.0f}.",
        )
        components.note(
            "Words as the Keras example counts them, split at single spaces. The box spans the "
            "quartiles, its whiskers the 5th to the 95th percentile."
        )
        table(
            histogram,
            "length-histogram",
            "Abstracts by length.",
            {
                "from_words": count_column("From"),
                "to_words": count_column("To"),
                "papers": count_column("Abstracts"),
            },
            title="Histogram as a table",
        )
    with right:
        table(
            described,
            "length-describe",
            "Count, mean, deviation and percentiles of words per abstract.",
            {
                "figure": "describe()",
                "words": st.column_config.NumberColumn("Words", format="%.1f"),
            },
            height="content",
        )
    _render_coverage(view)
    _render_by_label(view)


def _figure(described: pd.DataFrame, name: str) -> float:
    return float(described.loc[described["figure"] == name, "words"].iloc[0])


def _render_coverage(view: View) -> None:
    st.subheader("What a maximum length covers", anchor=False)
    chosen = view.lengths[view.rows]
    max_words = int(
        st.number_input(
            "Longest length kept, in words",
            min_value=1,
            max_value=1_000_000,
            value=DEFAULT_MAX_WORDS,
            step=10,
            key="max-words",
            bind="query-params",
            help="The Keras example takes 150 as a fair length to cut at.",
            width=260,
        )
    )
    share = statistics.covered_share(chosen, max_words)
    components.metric_row(
        [
            ("Abstracts no longer", components.percent_text(share)),
            ("Abstracts cut", components.count_text(int((chosen > max_words).sum()))),
            (
                "Words that stay",
                components.percent_text(statistics.words_kept_share(chosen, max_words)),
                "Of all words, when each abstract is cut after so many.",
            ),
        ]
    )
    coverage = statistics.length_coverage(chosen)
    components.render_figure(
        figures.length_coverage_figure(coverage, max_words, share),
        "length-coverage",
        f"Share of abstracts up to a length: {max_words:,} words cover {share:.1%}.",
    )
    table(
        coverage,
        "length-coverage",
        "Share of abstracts up to each length.",
        {
            "max_words": count_column("Words"),
            "papers": count_column("Abstracts"),
            "share": share_column("Share"),
        },
        title="Coverage as a table",
    )


def _render_by_label(view: View) -> None:
    st.subheader("By label", anchor=False)
    by_label = statistics.length_by_label(view.index, view.lengths, view.rows)
    shortest = by_label.iloc[by_label["p50"].argmin()]
    longest = by_label.iloc[by_label["p50"].argmax()]
    components.render_figure(
        figures.length_by_label_figure(by_label),
        "length-by-label",
        f"Box for each of the most frequent labels: medians from {shortest['p50']:.0f} words "
        f"({shortest['label']}) to {longest['p50']:.0f} ({longest['label']}).",
    )
    table(
        by_label,
        "length-by-label",
        "Words per abstract by label, with percentiles.",
        {
            "label": "Label",
            "name": st.column_config.TextColumn("Name", width="medium"),
            "papers": count_column("Papers"),
            "mean": figure_column("Mean", 1),
            "p5": figure_column("5 %", 0),
            "p25": figure_column("25 %", 0),
            "p50": figure_column("50 %", 0),
            "p75": figure_column("75 %", 0),
            "p95": figure_column("95 %", 0),
        },
        title="By label as a table",
    )
