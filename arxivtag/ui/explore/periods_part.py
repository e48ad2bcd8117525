"""Labels and terms over time, on the tabs of these, where papers have dates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from arxivtag.corpus import texts
from arxivtag.corpus.arrays import Rows
from arxivtag.corpus.store import Corpus
from arxivtag.errors import counted
from arxivtag.exploring.labels import most_frequent
from arxivtag.exploring.periods import (
    N_LINES,
    Period,
    kinds_of_period,
    newest_words,
    periods_of,
    shares_by_period,
)
from arxivtag.figures.exploring import LEAST_PAPERS, shares_by_period_figure
from arxivtag.ui.explore.shared import View, one_of
from arxivtag.ui.frame import components, tables
from arxivtag.ui.frame.memory import shared
from arxivtag.ui.frame.opening import Search

BY_TEXTS: dict[Period, str] = {"year": "Year", "month": "Month"}


def render_labels_over_time(view: View) -> None:
    """Draw the most frequent labels over time."""
    if by := _period_input(view.corpus):
        codes = most_frequent(view.labels, N_LINES)
        names = [view.labels.label_names[code] for code in codes]
        _render(view, {name: view.corpus.labels.having([name]) for name in names}, by, "Labels")


def render_terms_over_time(view: View) -> None:
    """Let the reader choose terms, and draw them over time."""
    kinds = kinds_of_period(view.corpus.dates)
    if not kinds:
        return
    st.header("Terms over time", anchor=False)
    terms = _terms_input(view)
    by = _period_input(view.corpus)
    if terms and by:
        _render(view, _search(view.corpus, tuple(terms)).get(), by, "Terms")
        components.note(
            "A paper counts once, if its title or abstract holds these very words next to each "
            "other: “gan” is not found in “organ”, nor “model” in “models”."
        )


def _period_input(corpus: Corpus) -> Period | None:
    """Return whether to count by year or by month; None where papers have no dates."""
    kinds = kinds_of_period(corpus.dates)
    if len(kinds) < 2:
        return kinds[0] if kinds else None
    return one_of("By", {by: BY_TEXTS[by] for by in BY_TEXTS}, "period", default=kinds[0])


def _terms_input(view: View) -> list[str]:
    """Return the words and phrases to count; at first those that tell the newest papers."""
    suggested = _newest_words(view.corpus)
    terms: list[str] = st.multiselect(
        "Words or phrases",
        suggested,
        default=suggested,
        accept_new_options=True,
        max_selections=N_LINES,
        placeholder="Type a word or a phrase",
        key="over-time",
        bind="query-params",
        help="At first, the words that tell the newest quarter of the papers from those before.",
    )
    return [term[: texts.MAX_QUERY_CHARS] for term in terms]


@shared(3, "Looking for words of the newest papers …")
def _newest_words(corpus: Corpus) -> list[str]:
    return newest_words(corpus.tokens, corpus.dates)


@shared(6)
def _search(corpus: Corpus, terms: tuple[str, ...]) -> Search[dict[str, Rows]]:
    return Search(partial(texts.holding, corpus, terms), "Searching the texts")


def _render(view: View, holders: Mapping[str, Rows], by: Period, what: str) -> None:
    dates = view.corpus.dates[view.rows]
    table = shares_by_period(dates, {name: rows[view.rows] for name, rows in holders.items()}, by)
    periods = table["period"].unique()
    if len(periods) < 2:
        components.note(f"The papers in view are of one {by}, or have no dates.")
        return
    components.render_figure(
        shares_by_period_figure(table, f"{what} by {by}", by),
        f"{what.lower()}-over-time",
        f"Lines of {', '.join(holders)} from {periods[0]} to {periods[-1]}: the share of each "
        f"{by}'s papers that have them, over bars of all papers.",
    )
    n_undated = int((periods_of(dates, by) < 0).sum())
    components.note(
        f"Shares of the papers in view that appeared in a {by}, by arXiv id or date; lines leave "
        f"out {by}s of fewer than {LEAST_PAPERS} papers"
        + (
            f". Left out: {counted(n_undated, 'paper')} whose {by} is not known."
            if n_undated
            else "."
        )
    )
    tables.fold(table, f"{what.lower()}-by-{by}", f"{what} by {by}")
