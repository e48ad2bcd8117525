"""One paper to tag: pasted, an example, or fetched from arXiv."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from arxivtag.tagging.bundle import Bundle
from arxivtag.ui.browser.unseen import commit_on_paste
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.logs import log_event
from arxivtag.ui.predict.examples import EXAMPLES

TITLE_KEY, ABSTRACT_KEY, AUTHOR_KEY = "predict-title", "predict-abstract", "predict-author-labels"
_FETCHED_KEY = "predict-fetched"
ABSTRACT_LABEL = "Abstract"
MAX_AUTHOR_LABELS = 20
MAX_TITLE_CHARS = 1_000


def paper_input(bundle: Bundle) -> tuple[str, str]:
    """Draw title, abstract, examples and the arXiv field; return title and abstract."""
    if _FETCHED_KEY in st.session_state:
        _fill(*st.session_state.pop(_FETCHED_KEY))
    st.subheader("Paper", anchor=False)
    st.pills(
        "Try an example",
        [example.field for example in EXAMPLES],
        key="predict-example",
        on_change=_choose_example,
        wrap=True,
    )
    reads_title = bundle.text_fields == "title_and_abstract"
    title = st.text_input(
        "Title (optional)",
        key=TITLE_KEY,
        max_chars=MAX_TITLE_CHARS,
        persist_state="session",
        help=None if reads_title else "This model reads abstracts only; the title is not used.",
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
        st.button("Clear", type="tertiary", on_click=_fill, key="predict-clear")
    commit_on_paste(ABSTRACT_LABEL, key="predict-commit")
    return title or "", abstract or ""


def _fill(title: str = "", abstract: str = "", labels: Sequence[str] = ()) -> None:
    """Put a paper into the inputs, which is possible only before they are drawn."""
    st.session_state[TITLE_KEY] = title
    st.session_state[ABSTRACT_KEY] = abstract
    st.session_state[AUTHOR_KEY] = list(labels)[:MAX_AUTHOR_LABELS]


def _choose_example() -> None:
    field = st.session_state["predict-example"]
    st.session_state["predict-example"] = None  # so that it can be pressed again
    for example in EXAMPLES:
        if example.field == field:
            _fill(example.title, example.abstract)


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
    st.session_state[_FETCHED_KEY] = (title, abstract, labels)
    st.rerun()
