"""Runs: the list of all runs, one in detail, several compared."""

import streamlit as st

from arxivtag.ui.frame.choices import write_address
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.page import page_setup
from arxivtag.ui.runs.detail import render_detail
from arxivtag.ui.runs.listing import render_list
from arxivtag.ui.runs.sweep import render_sweep, render_try_several

context = page_setup(
    "Runs",
    "Compare what was trained, and read what the figures mean.",
)
write_address()
with guarded():
    if run_id := st.query_params.get("run"):
        render_detail(run_id, context)
    elif sweep_id := st.query_params.get("sweep"):
        render_sweep(sweep_id, context)
    else:
        render_try_several(context)
        render_list(context)
