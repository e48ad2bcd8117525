"""The data set chooser of the sidebar, and the dialog that adds papers of one's own."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from arxivtag.ui import components, data, state

KEY = "data-choice"


def data_chooser(options: dict[str, data.DataOption], chosen: str, home: Path) -> None:
    """Draw the chooser; a change goes into the address and so to every page."""
    st.session_state[KEY] = chosen
    st.selectbox(
        "Data set in use",
        list(options),
        format_func=lambda id_: options[id_].name,
        key=KEY,
        on_change=_data_changed,
    )
    components.note(options[chosen].description)


def _data_changed() -> None:
    state.remember("data", st.session_state[KEY], data.SAMPLE)
