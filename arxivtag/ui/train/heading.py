"""A run's name, its state, and what it trains on."""

import streamlit as st

from arxivtag.runs.registry import Run
from arxivtag.ui.frame import components, run_text


def render_heading(run: Run) -> None:
    """The run's name, its state, and what it trains on."""
    summary = run.summary
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(components.safe_text(summary.name), anchor=False, width="content")
        st.badge(
            run_text.STATE_NAMES[run.state],
            icon=run_text.STATE_ICONS[run.state],
            color=run_text.STATE_COLORS[run.state],
        )
    about = [
        summary.run_id if summary.note else "",
        f"data: {_data_name(run)}",
        f"preset: {summary.preset}",
    ]
    components.note("  ·  ".join(part for part in about if part))


def _data_name(run: Run) -> str:
    recorded = run.result.get("data")
    name = recorded.get("name") if isinstance(recorded, dict) else None
    return str(name)[:100] if name else run_text.data_text(run.summary.data)
