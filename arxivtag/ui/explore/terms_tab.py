"""Terms: frequent words and bigrams, telling ones, and what a vocabulary covers."""

from __future__ import annotations

import dataclasses

import streamlit as st

from arxivtag.corpus.arrays import Rows
from arxivtag.corpus.tokens import TermKind
from arxivtag.errors import counted
from arxivtag.exploring import terms as statistics
from arxivtag.exploring.labels import label_frequency
from arxivtag.exploring.terms import TellingMethod
from arxivtag.figures import exploring as figures
from arxivtag.ui.explore.periods_part import render_terms_over_time
from arxivtag.ui.explore.shared import View, file_part, number_input, one_of
from arxivtag.ui.frame import components, tables
from arxivtag.ui.frame.errors import guarded

N_BARS, N_LINES = 25, 500
N_TELLING_BARS, N_TELLING_LINES = 20, 200
KINDS: dict[TermKind, str] = {"words": "Words", "bigrams": "Bigrams"}
METHODS: dict[TellingMethod, str] = {"log_odds": "Log-odds", "chi2": "Chi-squared"}
METHOD_NOTES: dict[TellingMethod, str] = {
    "log_odds": (
        "Ranked by the z-score of the log-odds ratio, papers with the label against the others, "
        "with the whole selection as prior (Monroe and others, 2008). Terms that occur fewer "
        "than 5 times are left out."
    ),
    "chi2": (
        "Ranked by chi-squared of the counts against the label's share of papers; only terms "
        "more frequent with the label. Terms that occur fewer than 5 times are left out."
    ),
}
VOCABULARIES = {1: "Words", 2: "Words and bigrams"}
DEFAULT_MAX_TOKENS = 20_000


def render_terms(view: View) -> None:
    """Draw the tab."""
    if not view.corpus.tokens.n_words(view.rows):
        components.empty_state("The abstracts in view hold no words.", "Look at other rows.")
        return
    kind, drop_stop_words = _kind_input()
    rows = statistics.countable(view.corpus.tokens, view.rows)
    _say_if_fewer(rows, view)
    whole, view = view, dataclasses.replace(view, rows=rows)
    left, right = st.columns(2)
    with left:
        _render_frequent(view, kind, drop_stop_words)
    with right:
        _render_telling(view, kind, drop_stop_words)
    _render_summary(view, kind, drop_stop_words)
    over_time = st.container()
    st.header("The vocabulary", anchor=False)
    left, right = st.columns(2)
    with left:
        _render_zipf(view)
    with right:
        _render_growth(whole)
    _render_coverage(view)
    with over_time, guarded():  # texts are searched for it: the rest need not wait
        render_terms_over_time(view)


def _say_if_fewer(rows: Rows, view: View) -> None:
    n_counted = int(rows.sum())
    if n_counted < view.n_rows:
        components.note(
            f"Counted in {n_counted:,} of the {view.n_rows:,} papers in view, evenly chosen, so "
            "that the answer comes in seconds: numbers are of these papers."
        )


def _kind_input() -> tuple[TermKind, bool]:
    """Return which terms to show, and whether to leave stop words out."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = one_of(
            "Terms",
            KINDS,
            "terms",
            default="words",
            help="Lower case, punctuation deleted, split at white space, as for the model.",
        )
        with_stop_words = st.toggle(
            "With stop words",
            key="stop-words",
            bind="query-params",
            help="Words such as “the” and “of”; a bigram with one of them counts as one.",
        )
    return kind, not with_stop_words


def _render_frequent(view: View, kind: TermKind, drop_stop_words: bool) -> None:
    frequency = statistics.term_frequency(
        view.corpus.tokens, kind, view.rows, drop_stop_words=drop_stop_words, n_terms=N_LINES
    )
    if frequency.empty:
        components.empty_state(f"No {kind} to show.", "Try with stop words.")
        return
    components.render_figure(
        figures.term_frequency_figure(frequency.head(N_BARS), kind),
        "frequent-terms",
        f"Bar chart of the most frequent {kind}: {', '.join(frequency['term'][:5])}.",
    )
    tables.fold(frequency, f"frequent-{kind}", f"The {len(frequency)} most frequent {kind}")


def _render_telling(view: View, kind: TermKind, drop_stop_words: bool) -> None:
    labels = label_frequency(view.labels)["label"].tolist()
    if not labels:
        components.empty_state("No paper in view carries a label.", "Look at other rows.")
        return
    label, method = _telling_input(labels)
    telling = statistics.telling_terms(
        view.corpus.tokens,
        kind,
        view.corpus.labels.having([label]),
        view.rows,
        method=method,
        drop_stop_words=drop_stop_words,
        n_terms=N_TELLING_LINES,
    )
    if telling.empty:
        components.empty_state(
            f"Nothing tells {label} from the rest.",
            "All papers in view carry it, or there are too few words to compare.",
        )
        return
    components.render_figure(
        figures.telling_terms_figure(telling.head(N_TELLING_BARS), label, method),
        "telling-terms",
        f"Bar chart of the {kind} that tell {label} from other papers: "
        f"{', '.join(telling['term'][:5])}.",
    )
    components.note(METHOD_NOTES[method])
    tables.fold(
        telling,
        f"telling-{kind}-{file_part(label)}",
        f"The {len(telling)} most telling {kind} of {label}",
    )


def _telling_input(labels: list[str]) -> tuple[str, TellingMethod]:
    """Return the label whose telling terms are shown, and how they are ranked."""
    if st.session_state.get("label-of-terms") not in (None, *labels):
        st.session_state["label-of-terms"] = labels[0]
    label: str = st.selectbox(
        "What tells papers with this label from the others",
        labels,
        format_func=components.label_text,
        key="label-of-terms",
        bind="query-params",
    )
    return label, one_of("Ranked by", METHODS, "ranked-by", default="log_odds")


def _render_summary(view: View, kind: TermKind, drop_stop_words: bool) -> None:
    place = st.expander(
        "Telling terms of the most frequent labels", icon=":material/table:",
        key="telling-summary", on_change="rerun",
    )  # fmt: skip
    if not place.open:
        return
    with place:
        summary = statistics.telling_summary(
            view.corpus.tokens,
            kind,
            view.corpus.labels,
            view.rows,
            drop_stop_words=drop_stop_words,
        )
        tables.show(
            summary,
            f"telling-{kind}",
            f"The most telling {kind} of the most frequent labels, by log-odds.",
        )


def _render_zipf(view: View) -> None:
    ranks = statistics.zipf(view.corpus.tokens, view.rows)
    components.render_figure(
        figures.zipf_figure(ranks),
        "zipf",
        f"Word frequency by rank on log scales: {len(ranks)} points, from "
        f"{ranks['count'].iloc[0]:,} occurrences down to {ranks['count'].iloc[-1]:,}.",
    )
    tables.fold(ranks, "zipf", "Word frequency by rank")


def _render_growth(view: View) -> None:
    tokens = view.corpus.tokens
    rows = statistics.evenly_chosen(tokens, view.rows)
    growth = statistics.vocabulary_growth(tokens, rows)
    last = growth.iloc[-1]
    components.render_figure(
        figures.vocabulary_growth_figure(growth),
        "vocabulary-growth",
        f"Distinct words by papers read: {last['distinct_words']:,} after {last['papers']:,}.",
    )
    _say_if_fewer(rows, view)
    tables.fold(growth, "vocabulary-growth", "Distinct words by papers read")


def _render_coverage(view: View) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ngrams = one_of("Vocabulary of", VOCABULARIES, "ngrams", default=2)
        max_tokens = number_input(
            "Terms kept (max_tokens)",
            "max-tokens",
            default=DEFAULT_MAX_TOKENS,
            most=10_000_000,
            step=1_000,
        )
    coverage = statistics.vocabulary_coverage(view.corpus.tokens, view.rows, ngrams=ngrams)
    share, n_terms = coverage.share(max_tokens), len(coverage.counts)
    n_kept = min(max_tokens, n_terms)
    components.note(
        f"The {n_kept:,} most frequent of {n_terms:,} terms make up "
        f"{components.percent_text(share)} of all {coverage.n_occurrences:,} occurrences; "
        f"the last of them occurs {counted(coverage.lowest_count(max_tokens), 'time')}. "
        "The Keras example keeps as many terms as there are distinct words."
    )
    curve = coverage.curve()
    components.render_figure(
        figures.vocabulary_coverage_figure(curve, n_kept, share),
        "vocabulary-coverage",
        f"Share of occurrences that frequent terms cover: {max_tokens:,} of them "
        f"{components.percent_text(share)}.",
    )
    tables.fold(
        curve,
        "vocabulary-coverage",
        "Coverage by size of the vocabulary",
        tables.shared_columns(
            "max_tokens",
            share=tables.share("Occurrences covered"),
            count=tables.count("The last one occurs"),
        ),
    )
