"""Components that draw nothing and do what Streamlit's own widgets do not.

Without them (or where a browser refuses) every page works, with one more click.
"""

from __future__ import annotations

import streamlit as st

from arxivtag.ui.browser import javascript

PAUSE_MS = 700
_close_sidebar, _commit_on_paste, _one_step_back = (
    st.components.v2.component(
        f"arxivtag_{name}", html="<span hidden></span>\n", js=javascript(name)
    )
    for name in ("close_sidebar", "commit_on_paste", "one_step_back")
)


def mend_page_links() -> None:
    """Let Back lead from another page to this one as it was, and close a narrow screen's sidebar.

    Streamlit closes it for its own page list but not for ``st.page_link``, where the open sidebar
    would cover the page one has just asked for. Call it once per page, in the sidebar.
    """
    _close_sidebar(key="close-sidebar", height=1)
    _one_step_back(key="one-step-back", height=1)


def commit_on_paste(label: str, key: str, example: str = "") -> None:
    """Make the text area with this label send its content after a paste or a pause.

    Streamlit sends it when the text area loses focus or on Ctrl+Enter, which this presses. A paste
    replaces the content where that is ``example``.
    """
    data = {"label": label, "pause_ms": PAUSE_MS, "example": example}
    _commit_on_paste(key=key, data=data, height=1)
