"""Tabs of which only the open one is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from arxivtag.ui.frame.errors import guarded


def render_open_tab(tabs: Mapping[str, Callable[[], None]], key: str) -> None:
    """Draw tabs by their names, and the content of the open one.

    An :class:`ArxivTagError` in a tab is shown in it. Which tab is open stands in
    ``st.session_state[key]``.
    """
    places = st.tabs(list(tabs), on_change="rerun", key=key)
    for render, place in zip(tabs.values(), places, strict=True):
        if place.open:
            with place, guarded():
                render()
