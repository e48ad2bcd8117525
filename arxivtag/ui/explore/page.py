"""The Explore page: filters, tabs, and only the open tab computed."""

from __future__ import annotations

from collections.abc import Callable, Collection

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from arxivtag.corpus.store import Corpus
from arxivtag.corpus.texts import MAX_QUERY_CHARS
from arxivtag.exploring.filters import PaperFilter, select_rows
from arxivtag.settings import CleaningConfig
from arxivtag.ui.explore import (
    cleaning_tab,
    duplicates_tab,
    labels_tab,
    lengths_tab,
    overview_tab,
    papers_tab,
    terms_tab,
)
from arxivtag.ui.explore.shared import LABELS_KEY, View, nothing_in_view, one_of
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
# The other tabs always describe the whole data set.
FILTERED_TABS = ("Labels", "Terms", "Lengths", "Papers")
_WHOLE_TABS = [name for name in TABS if name not in FILTERED_TABS]
_WHOLE_TABS_TEXT = (
    f"The filters apply to {', '.join(FILTERED_TABS[:-1])} and {FILTERED_TABS[-1]}; "
    f"{', '.join(_WHOLE_TABS[:-1])} and {_WHOLE_TABS[-1]} show the whole data set."
)
NUMBER_PARAMETERS = ("group", "paper", "papers-page", "max-words", "max-tokens", "words")
KEPT, ALL = "kept", "all"
ROWS_TEXTS = {KEPT: "Kept after cleaning", ALL: "All rows as read"}


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
    filters = st.container()
    tabs = st.tabs(list(TABS), key="tab", bind="query-params", on_change="rerun")
    for (name, render), tab in zip(TABS.items(), tabs, strict=True):
        if not tab.open:
            continue
        view = _view(context, corpus, filters if name in FILTERED_TABS else None)
        with tab, guarded():
            if name not in FILTERED_TABS or not nothing_in_view(view):
                render(view)


def _view(context: PageContext, corpus: Corpus, filters: DeltaGenerator | None) -> View:
    """Return the view of the open tab, drawing the filters where they apply."""
    cleaned = data.cleaned(corpus, CleaningConfig())
    if filters is None:
        return View(corpus, cleaned, cleaned.kept, PaperFilter())
    with filters:
        chosen, rows_choice = _filter_input(corpus)
        base = cleaned.kept if rows_choice == KEPT else cleaned.kept | True
        view = View(corpus, cleaned, select_rows(corpus, chosen) & base, chosen)
        _say_what_is_shown(view, int(base.sum()), rows_choice)
    return view


def _filter_input(corpus: Corpus) -> tuple[PaperFilter, str]:
    """Draw the filters, which live in the address, and return what is chosen."""
    longest = _longest(corpus)
    _spell_out_labels(corpus.labels.label_names)
    with st.expander("Filters", icon=":material/filter_alt:", key="filters"):
        left, right = st.columns(2)
        labels = left.multiselect(
            "Labels, all of them on one paper",
            list(corpus.labels.label_names),
            format_func=components.label_text,
            placeholder="Any label",
            key=LABELS_KEY,
            bind="query-params",
        )
        text = right.text_input(
            "Text in title or abstract",
            type="search",
            max_chars=MAX_QUERY_CHARS,
            placeholder="Any text",
            key="search",
            bind="query-params",
        )
        low, high = left.slider(
            "Words in the abstract", 0, longest, (0, longest), key="words", bind="query-params"
        )
        with right:
            rows = one_of(
                "Rows",
                ROWS_TEXTS,
                "rows",
                default=KEPT,
                help="Cleaning follows the Keras example: see the Cleaning tab.",
            )
    chosen = PaperFilter(
        labels=tuple(labels),
        text=(text or "").strip(),
        min_words=low if low > 0 else None,
        max_words=high if high < longest else None,
    )
    return chosen, rows


def _spell_out_labels(label_names: Collection[str]) -> None:
    """Give bare labels in the address (``?labels=cs.RO``) the form it carries, and run again.

    Streamlit knows an option in the address only as it is shown, with the label's name, and
    reads the address before the page can.
    """
    asked = st.query_params.get_all(LABELS_KEY)
    shown = [components.label_text(label) if label in label_names else label for label in asked]
    if shown != asked and LABELS_KEY not in st.session_state:
        st.query_params[LABELS_KEY] = shown
        st.rerun()


def _longest(corpus: Corpus) -> int:
    """Return the end of the slider of lengths: the longest abstract, rounded up."""
    return max(-(-int(corpus.n_words.max()) // 10) * 10, 10)


def _say_what_is_shown(view: View, n_all: int, rows_choice: str) -> None:
    kind = "papers kept after cleaning" if rows_choice == KEPT else "rows as read"
    with st.container(horizontal=True, vertical_alignment="center"):
        if view.chosen.is_open:
            st.caption(f"{n_all:,} {kind}", width="content")
            return
        of_all = f"**{view.n_rows:,}** of {n_all:,} {kind}: {_filter_text(view.chosen)}"
        st.caption(of_all, width="content")
        st.button(
            "Clear filters",
            icon=":material/close:",
            type="tertiary",
            on_click=_clear_filters,
            args=(_longest(view.corpus),),
        )
    components.note(_WHOLE_TABS_TEXT)


def _filter_text(chosen: PaperFilter) -> str:
    """Return the filters in words, as Markdown."""
    parts = []
    if chosen.labels:
        parts.append("with " + " and ".join(map(components.safe_text, chosen.labels)))
    if chosen.text:
        parts.append(f"with “{components.safe_text(chosen.text)}”")
    if chosen.max_words is not None:
        parts.append(f"{chosen.min_words or 0} to {chosen.max_words} words")
    elif chosen.min_words is not None:
        parts.append(f"{chosen.min_words} words or more")
    return ", ".join(parts)


def _clear_filters(longest: int) -> None:
    """Set each filter to let all through; only taking a key away would bring the address back."""
    st.session_state.update({LABELS_KEY: [], "search": "", "words": (0, longest)})
