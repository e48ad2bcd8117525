"""Blocks and tabs of a page, where what goes wrong is a sentence and a hint, never a traceback."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping

import streamlit as st

from arxivtag.errors import ArxivTagError
from arxivtag.ui.frame.components import show_error
from arxivtag.ui.frame.opening import NotDoneError, render_work


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Show an :class:`ArxivTagError` raised in the block as its sentence and hint.

    What is still being done, a data set being read, say, is shown with how far it is.
    The rest of the block is skipped and the page goes on behind it. Anything else is a
    fault of ours: it goes to the server's log, and the page shows Streamlit's plain box
    (``client.showErrorDetails = "none"``).
    """
    try:
        yield
    except ArxivTagError as error:
        show_error(error)
    except NotDoneError as waiting:
        render_work(waiting.work)


def render_open_tab(tabs: Mapping[str, Callable[[], None]], key: str) -> None:
    """Draw tabs by their names, and the content of the open one alone, :func:`guarded`.

    Which tab is open stands in ``st.session_state[key]``.
    """
    places = st.tabs(list(tabs), on_change="rerun", key=key)
    for render, place in zip(tabs.values(), places, strict=True):
        if place.open:
            with place, guarded():
                render()
