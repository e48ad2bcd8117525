"""Makes a Streamlit text area answer to a paste, and to a pause in typing, by itself.

Streamlit sends a text area's content when it loses focus or on Ctrl+Enter. This component
draws nothing; it presses Ctrl+Enter for the reader after a paste and after a pause. Without
it (or where a browser refuses) the page works as before: button, Ctrl+Enter, or a click
elsewhere.
"""

from __future__ import annotations

import streamlit as st

from arxivtag.ui.browser import javascript

PAUSE_MS = 700

_component = st.components.v2.component(
    "arxivtag_commit_on_paste", html="<span hidden></span>\n", js=javascript("commit_on_paste")
)


def commit_on_paste(label: str, key: str) -> None:
    """Make the text area with this label send its content after a paste or a pause."""
    _component(key=key, data={"label": label, "pause_ms": PAUSE_MS}, height=1)
