"""One paper to tag: pasted, an example, or fetched from arXiv."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import streamlit as st

from arxivtag.tagging.bundle import Bundle
from arxivtag.ui.browser.unseen import commit_on_paste
from arxivtag.ui.frame import choices, components
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.logs import log_event
from arxivtag.ui.predict.examples import EXAMPLES, example_of, is_of_another

TITLE_KEY, ABSTRACT_KEY, AUTHOR_KEY = "predict-title", "predict-abstract", "predict-author-labels"
_EXAMPLE_KEY, _LINK_KEY = "predict-example", "predict-link"
_UNMARKED_KEY, _LATE_S = "predict-unmarked", 3.0
ABSTRACT_LABEL = "Abstract"
MAX_AUTHOR_LABELS = 20
MAX_TITLE_CHARS = 1_000
MAX_LINK_CHARS = 4_000  # more, percent-encoded, passes what servers and browsers take


def paper_input(bundle: Bundle) -> tuple[str, str]:
    """Draw examples, abstract and the ways to fill it; return title and abstract.

    A visit begins with the text of the address, else with an example. The title is asked for, and
    returned, where the model reads it.
    """
    if choices.PAPER_KEY in st.session_state:
        _fill(*st.session_state.pop(choices.PAPER_KEY))
    elif ABSTRACT_KEY not in st.session_state:  # a visit begins
        abstract = choices.url_value("abstract")
        if abstract is None:
            _fill(EXAMPLES[0].title, EXAMPLES[0].abstract)
        else:
            _fill(choices.url_value("title") or "", abstract)
            st.session_state[_LINK_KEY] = True
    if is_of_another(st.session_state[TITLE_KEY], st.session_state[ABSTRACT_KEY]):
        st.session_state[TITLE_KEY] = ""  # the text was replaced, and the title is read with it
    example = example_of(st.session_state[ABSTRACT_KEY])
    _mark(example.field if example else None)
    st.pills(
        "Try an example",
        [example.field for example in EXAMPLES],
        key=_EXAMPLE_KEY,
        on_change=_choose_example,
        wrap=True,
    )
    title = ""
    if bundle.text_fields == "title_and_abstract":
        title = st.text_input(
            "Title (optional)", key=TITLE_KEY, max_chars=MAX_TITLE_CHARS, persist_state="session"
        )
    abstract = st.text_area(
        ABSTRACT_LABEL,
        key=ABSTRACT_KEY,
        height=270,
        persist_state="session",
        placeholder="Paste an abstract here. The subject areas follow at once.",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button("Tag", type="primary", icon=":material/sell:", key="predict-tag")
        _arxiv_input()
        _link_input({"title": title or "", "abstract": abstract or ""})
        st.button("Clear", type="tertiary", on_click=_fill, key="predict-clear")
    commit_on_paste(ABSTRACT_LABEL, "predict-commit", example.abstract if example else "")
    return title or "", abstract or ""


def _fill(title: str = "", abstract: str = "", labels: Sequence[str] = ()) -> None:
    """Put a paper into the inputs, which is possible only before they are drawn."""
    st.session_state[TITLE_KEY] = title
    st.session_state[ABSTRACT_KEY] = abstract
    st.session_state[AUTHOR_KEY] = list(labels)[:MAX_AUTHOR_LABELS]


def _mark(field: str | None) -> None:
    """Mark the example that the box holds; remember which one was marked until now."""
    before = st.session_state.get(_EXAMPLE_KEY)
    if before != field:
        st.session_state[_UNMARKED_KEY] = (before, time.monotonic())
    st.session_state[_EXAMPLE_KEY] = field


def _choose_example() -> None:
    field = st.session_state[_EXAMPLE_KEY]
    unmarked, at = st.session_state.get(_UNMARKED_KEY, (None, 0.0))
    if field == unmarked and time.monotonic() - at < _LATE_S:
        return  # what is pressed right after a paste still brings the mark of before along
    for example in EXAMPLES:
        if example.field == field:
            _fill(example.title, example.abstract)


def _link_input(paper: Mapping[str, str]) -> None:
    """Keep the text in the address while the visitor wants it there; it never is otherwise."""
    with st.popover("Link", icon=":material/link:"), st.container(width=300):
        components.note(
            "The address of this page holds the model and what is switched on, not the text: "
            "after a reload the box holds the first example."
        )
        wanted = st.toggle("Put the text into the address too", key=_LINK_KEY)
        fits = sum(map(len, paper.values())) <= MAX_LINK_CHARS
        if wanted:
            components.note(
                "Copy the address from the browser. Whoever sees it can read the text."
                if fits
                else f"Texts of up to {MAX_LINK_CHARS:,} characters fit into an address."
            )
        for name, text in paper.items():
            if wanted and fits and text:
                st.query_params[name] = text
            elif name in st.query_params:
                del st.query_params[name]


def _arxiv_input() -> None:
    with st.popover("From arXiv", icon=":material/cloud_download:"):
        with st.form("predict-arxiv", border=False):
            identifier = st.text_input(
                "arXiv identifier or address",
                placeholder="1706.03762 or https://arxiv.org/abs/1706.03762",
                key="predict-arxiv-id",
            )
            asked = st.form_submit_button("Fetch", icon=":material/cloud_download:")
        if asked:
            with guarded():
                _fetch(identifier or "")


def _fetch(identifier: str) -> None:
    """Fetch a paper and run again, since the inputs are drawn already."""
    from arxivtag.papers.fetching.arxiv_api import fetch_paper

    with st.spinner("Asking arXiv …", show_time=True):
        title, abstract, labels = fetch_paper(identifier)
    log_event("fetched_paper")
    st.session_state[choices.PAPER_KEY] = (title, abstract, labels)
    st.rerun()
