"""A run's name, its state and what it trains on, and the links from one run to elsewhere."""

from __future__ import annotations

import streamlit as st

from arxivtag.runs.registry import Run
from arxivtag.ui.frame import components, run_text
from arxivtag.ui.frame.page import PageContext


def render_heading(run: Run) -> None:
    """Draw the run's name, its state, what it trains on, and how long it took."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(components.safe_text(run.name), anchor=False, width="content")
        state = run_text.STATES[run.state]
        st.badge(state.name, icon=state.icon, color=state.color)
    about = [run.run_id] if run.name != run.run_id else []
    about += [f"data: {_data_name(run)}", f"preset: {run.preset}"]
    if run.status.is_over and run.duration_s is not None:
        about.append(f"took {components.duration_text(run.duration_s)}")
    components.note("  ·  ".join(about))


def _data_name(run: Run) -> str:
    """Return the data set's own name, which is known once it has been read."""
    recorded = run.result.get("data")
    name = recorded.get("name") if isinstance(recorded, dict) else None
    return str(name)[:100] if name else run_text.data_text(run.data)


def watch_link(label: str, run_id: str, context: PageContext) -> None:
    """Offer to look at another run."""
    context.link("pages/2_Train.py", label, ":material/visibility:", run=run_id)


def predict_link(run: Run, context: PageContext) -> None:
    """Offer to tag papers with the run's model."""
    label = "Predict with this model"
    context.link("pages/3_Predict.py", label, ":material/sell:", model=run.run_id)
