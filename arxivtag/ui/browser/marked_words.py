"""A text with marked words that one can click away and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from arxivtag.ui.browser import javascript

_words = st.components.v2.component(
    "arxivtag_marked_words",
    html='<div class="at-words"></div>',
    js=javascript("marked_words"),
    isolate_styles=False,
)


def marked_words(html: str, gone: Sequence[str], key: str, on_click: Callable[[str], None]) -> None:
    """Draw the HTML of a text whose ``<mark data-term="...">`` can be clicked.

    ``html`` is escaped already; the terms in ``gone`` are struck through. ``on_click`` is called
    with the term before the page is drawn again.
    """

    def clicked() -> None:
        term = st.session_state[key].term
        if isinstance(term, str):  # whatever a browser sends
            on_click(term)

    _words(key=key, data={"html": html, "gone": list(gone)}, on_term_change=clicked)
