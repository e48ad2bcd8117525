"""Starting a run from a page, once for a double click."""

from __future__ import annotations

import time

import streamlit as st

from arxivtag.errors import ArxivTagError
from arxivtag.runs import jobs
from arxivtag.settings import RunConfig
from arxivtag.ui.frame import components
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.frame.run_access import visitor_id

# Two starts of the same settings within this time are a double click.
DOUBLE_CLICK_S = 3.0
_LAST_KEY = "last-start"


def start_once(settings: RunConfig, context: PageContext) -> str | None:
    """Start or queue a run and return its id; where it is refused, say why and return ``None``.

    The same settings again within :data:`DOUBLE_CLICK_S` give the run that began just now.
    """
    last, last_id, last_at = st.session_state.get(_LAST_KEY, (None, "", 0.0))
    if settings == last and time.monotonic() - last_at < DOUBLE_CLICK_S:
        return str(last_id)
    try:
        run_id = jobs.start(settings, context.home, owner=visitor_id())
    except ArxivTagError as error:
        components.show_error(error)
        return None
    st.session_state[_LAST_KEY] = (settings, run_id, time.monotonic())
    return run_id
