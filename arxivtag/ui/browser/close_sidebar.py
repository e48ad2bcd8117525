"""Closes the sidebar on a narrow screen when a page link in it is pressed.

Streamlit does so for its own page list but not for ``st.page_link``, where the open
sidebar would cover the page one has just asked for. The component draws nothing.
"""

from __future__ import annotations

import streamlit as st

from arxivtag.ui.browser import javascript

_component = st.components.v2.component(
    "arxivtag_close_sidebar", html="<span hidden></span>\n", js=javascript("close_sidebar")
)


def close_sidebar_after_links() -> None:
    """Mount the component; call it once per page, in the sidebar."""
    _component(key="close-sidebar", height=1)
