"""One paper to tag: pasted, an example, or fetched from arXiv."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from arxivtag.ui.browser.commit_on_paste import commit_on_paste
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.logs import log_event
from arxivtag.ui.predict.examples import EXAMPLES

if TYPE_CHECKING:
    from arxivtag.tagging.bundle import Bundle


TITLE_KEY, ABSTRACT_KEY, AUTHOR_KEY = "predict-title", "predict-abstract", "predict-author-labels"
PENDING_KEY = "predict-pending"
ABSTRACT_LABEL = "Abstract"
MAX_AUTHOR_LABELS = 20
MAX_TITLE_CHARS = 1_000


def take_pending() -> None:
    """Put a fetched paper or an example into the inputs, before they are drawn."""
    pending: dict[str, object] = st.session_state.pop(PENDING_KEY, {})
    for key, value in pending.items():
        st.session_state[key] = value


def _choose_example() -> None:
    field = st.session_state["predict-example"]
    st.session_state["predict-example"] = None
    for example in EXAMPLES:
        if example.field == field:
            st.session_state[TITLE_KEY] = example.title
            st.session_state[ABSTRACT_KEY] = example.abstract
            st.session_state[AUTHOR_KEY] = []


def _clear() -> None:
    st.session_state[TITLE_KEY] = ""
    st.session_state[ABSTRACT_KEY] = ""
    st.session_state[AUTHOR_KEY] = []


def paper_input(bundle: Bundle) -> tuple[str, str]:
    """Draw title, abstract, examples and the arXiv field; return title and abstract."""
    st.subheader("Paper", anchor=False)
    st.pills(
        "Try an example",
        [example.field for example in EXAMPLES],
        key="predict-example",
        on_change=_choose_example,
        wrap=True,
    )
    title = st.text_input(
        "Title (optional)",
        key=TITLE_KEY,
        max_chars=MAX_TITLE_CHARS,
        persist_state="session",
        help=None
        if reads_title(bundle)
        else "This model reads abstracts only; the title is not used.",
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
        st.button("Clear", type="tertiary", on_click=_clear, key="predict-clear")
    commit_on_paste(ABSTRACT_LABEL, key="predict-commit")
    return title or "", abstract or ""


def reads_title(bundle: Bundle) -> bool:
    return bundle.text_fields == "title_and_abstract"


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
    from arxivtag.papers.fetching.arxiv_api import fetch_paper

    with st.spinner("Asking arXiv …", show_time=True):
        title, abstract, labels = fetch_paper(identifier)
    log_event("fetched_paper")
    st.session_state[PENDING_KEY] = {
        TITLE_KEY: title,
        ABSTRACT_KEY: abstract,
        AUTHOR_KEY: list(labels)[:MAX_AUTHOR_LABELS],
    }
    st.rerun()
