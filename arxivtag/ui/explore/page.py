"""The Explore page: filters, tabs, and only the open tab computed."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from arxivtag.corpus.store import Corpus
from arxivtag.ui.explore import (
    cleaning_tab,
    duplicates_tab,
    filters,
    labels_tab,
    lengths_tab,
    overview_tab,
    papers_tab,
    terms_tab,
)
from arxivtag.ui.explore.shared import View, nothing_in_view
from arxivtag.ui.frame import choices, components, data
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.page import PageContext

TABS: dict[str, Callable[[View], None]] = {
    "Overview": overview_tab.render_overview,
    "Duplicates": duplicates_tab.render_duplicates,
    "Labels": labels_tab.render_labels,
    "Terms": terms_tab.render_terms,
    "Lengths": lengths_tab.render_lengths,
    "Papers": papers_tab.render_papers,
    "Cleaning": cleaning_tab.render_cleaning,
}
# The other tabs describe the whole data set.
FILTERED_TABS = ("Labels", "Terms", "Lengths", "Papers")
NUMBER_PARAMETERS = ("group", "paper", "papers-page", "max-words", "max-tokens", "words", "years")


def render_explore(context: PageContext) -> None:
    """Draw everything under the page's title."""
    choices.drop_endless_numbers(NUMBER_PARAMETERS)
    corpus = data.corpus(context.data_source, context.home)
    if corpus.report.synthetic:
        components.note(
            "The bundled sample is synthetic: a program wrote its titles and abstracts. Its "
            "figures show how this page works, not what arXiv holds."
        )
    for sentence in corpus.report.read.notes:
        components.note(sentence)
    tabs = st.tabs(list(TABS), key=filters.TAB_KEY, bind="query-params", on_change="rerun")
    for (name, render), tab in zip(TABS.items(), tabs, strict=True):
        if tab.open:
            with tab, guarded():
                _render_tab(name, render, corpus, context.model)


def _render_tab(name: str, render: Callable[[View], None], corpus: Corpus, model: str) -> None:
    """Draw a tab, below the filters where they hold for it: there they move no other tab."""
    if name not in FILTERED_TABS:
        render(filters.whole_view(corpus, model))
        return
    view = filters.filtered_view(corpus)
    if not nothing_in_view(view):
        render(view)
