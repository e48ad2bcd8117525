"""The filters of Explore: what is chosen lives in the address and holds for several tabs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import partial

import streamlit as st

from arxivtag.corpus import texts
from arxivtag.corpus.arrays import Rows
from arxivtag.corpus.cleaning import Cleaned
from arxivtag.corpus.store import Corpus
from arxivtag.exploring.filters import PaperFilter, select_rows
from arxivtag.exploring.paper_map import Outline, load_map, read_outline
from arxivtag.settings import CleaningConfig
from arxivtag.ui.explore.shared import LABELS_KEY, View
from arxivtag.ui.frame import components, data
from arxivtag.ui.frame.memory import shared
from arxivtag.ui.frame.opening import Search

SEARCH_KEY, WORDS_KEY, YEARS_KEY = "search", "words", "years"
ROWS_KEY, OUTLINE_KEY = "rows", "outline"
TAB_KEY = "tab"
WHERE_TEXT = (
    "The filters hold for Labels, Terms, Lengths, Papers and the map; the rest of Overview, "
    "Duplicates and Cleaning show the whole data set."
)
KEPT, ALL = "kept", "all"
# Which rows: those kept, all of them, or those that one rule of cleaning removed.
ROWS_TEXTS = {
    KEPT: "Kept after cleaning",
    ALL: "All rows as read",
    "empty_abstracts": "Left out: no abstract",
    "no_labels": "Left out: no label",
    "duplicate_titles": "Left out: title seen before",
    "rare_combinations": "Left out: label combination seen once",
}


def whole_view(corpus: Corpus, model: str) -> View:
    """Return the view of a tab that shows the whole data set."""
    cleaned = data.cleaned(corpus, CleaningConfig())
    return View(corpus, cleaned, cleaned.kept, PaperFilter(), model)


def filtered_view(corpus: Corpus) -> View:
    """Draw the filters and return the view that they leave.

    Raises:
        NotDoneError: While the texts are searched, once for all tabs and sessions.
    """
    cleaned = data.cleaned(corpus, CleaningConfig())
    chosen, rows_choice = _filter_input(corpus, cleaned)
    if rows_choice in (KEPT, ALL):
        base = cleaned.kept | (rows_choice == ALL)
    else:
        base = cleaned.removed_by(rows_choice)
    rows = select_rows(corpus, replace(chosen, text="")) & base
    if chosen.text:
        rows &= _search(corpus, chosen.text).get()
    view = View(corpus, cleaned, rows, chosen)
    _say_what_is_shown(view, int(base.sum()), rows_choice)
    return view


@shared(8)
def _search(corpus: Corpus, text: str) -> Search[Rows]:
    return Search(partial(texts.matching, corpus, text), "Searching the texts")


def read_papers(corpus: Corpus, labels: Collection[str] = (), rows: str = KEPT) -> None:
    """Open Papers, filtered by labels and rows alone."""
    clear_filters(corpus)
    st.session_state.update({LABELS_KEY: list(labels), ROWS_KEY: rows, TAB_KEY: "Papers"})


def _filter_input(corpus: Corpus, cleaned: Cleaned) -> tuple[PaperFilter, str]:
    """Draw the filters, which live in the address, and return what is chosen."""
    longest = longest_of(corpus)
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
            max_chars=texts.MAX_QUERY_CHARS,
            placeholder="Any text",
            key=SEARCH_KEY,
            bind="query-params",
        )
        low, high = left.slider(
            "Words in the abstract", 0, longest, (0, longest), key=WORDS_KEY, bind="query-params"
        )
        rows = right.selectbox(
            "Rows",
            [KEPT, ALL, *(step.rule for step in cleaned.report.steps if step.n_removed)],
            format_func=ROWS_TEXTS.__getitem__,
            key=ROWS_KEY,
            bind="query-params",
            help="Cleaning follows the Keras example: see the Cleaning tab.",
        )
        years = _years_input(years_of(corpus))
    chosen = PaperFilter(
        labels=tuple(labels),
        text=(text or "").strip(),
        min_words=low if low > 0 else None,
        max_words=high if high < longest else None,
        years=years,
        outline=chosen_outline(corpus),
    )
    return chosen, rows


def _years_input(known: tuple[int, int]) -> tuple[int, int] | None:
    """Return the first and the last year to show; None where all may be shown."""
    if known[0] == known[1]:
        return None
    chosen: tuple[int, int] = st.slider(
        "Year",
        *known,
        known,
        key=YEARS_KEY,
        bind="query-params",
        help="By arXiv id or date. Papers without either are of no year.",
    )
    return chosen if chosen != known else None


def chosen_outline(corpus: Corpus) -> Outline:
    """Return the outline on the map that the address holds, if it is of this data set's map."""
    written = st.query_params.get(OUTLINE_KEY, "")
    fingerprint, _, points = written.partition(".")
    if fingerprint != corpus.fingerprint[:8] or load_map(corpus) is None:
        return ()
    return read_outline(points)


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


def longest_of(corpus: Corpus) -> int:
    """Return the end of the slider of lengths: the longest abstract, rounded up."""
    return max(-(-int(corpus.n_words.max()) // 10) * 10, 10)


def years_of(corpus: Corpus) -> tuple[int, int]:
    """Return the ends of the slider of years: the same one twice where no dates are."""
    known = corpus.years[corpus.years >= 0]
    return (int(known.min()), int(known.max())) if len(known) else (0, 0)


def _say_what_is_shown(view: View, n_all: int, rows_choice: str) -> None:
    kinds = {KEPT: "papers kept after cleaning", ALL: "rows as read"}
    kind = kinds.get(rows_choice) or f"rows {ROWS_TEXTS[rows_choice].lower()}"
    text = f"{n_all:,} {components.safe_text(kind)}"
    if not view.chosen.is_open:
        text = f"**{view.n_rows:,}** of {text}: {_filter_text(view.chosen)}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(text, width="content")
        if view.chosen.is_open and rows_choice in kinds:
            return
        st.button(
            "Clear filters",
            icon=":material/close:",
            type="tertiary",
            on_click=clear_filters,
            args=(view.corpus,),
        )
    components.note(WHERE_TEXT)


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
    if chosen.years is not None:
        parts.append("of {} to {}".format(*chosen.years))
    if chosen.outline:
        parts.append("inside the outline on the map")
    return ", ".join(parts)


def clear_filters(corpus: Corpus) -> None:
    """Set each filter to let all through; only taking a key away would bring the address back."""
    everything = {WORDS_KEY: (0, longest_of(corpus)), YEARS_KEY: years_of(corpus)}
    st.session_state.update({LABELS_KEY: [], SEARCH_KEY: "", ROWS_KEY: KEPT, **everything})
    st.query_params.pop(OUTLINE_KEY, None)
