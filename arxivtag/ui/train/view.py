"""The Train page: choose settings, start, watch the network learn."""

from __future__ import annotations

import streamlit as st

from arxivtag.runs import jobs
from arxivtag.settings import DEFAULT_PRESET, PRESETS, RunConfig
from arxivtag.ui.frame import components, run_text
from arxivtag.ui.frame.choices import shortened
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.frame.run_access import run_is_visible
from arxivtag.ui.train import form as train_form
from arxivtag.ui.train.live_view import render_run
from arxivtag.ui.train.starting import start_once


def render_train(context: PageContext) -> None:
    """Show the run in the address, or the form that starts one."""
    run_id = st.query_params.get("run")
    if run_id:
        render_run(run_id, context, on_train_page=True)
        st.page_link(
            "pages/2_Train.py",
            label="Set up another run",
            icon=":material/add:",
            query_params=context.link_parameters(),
        )
    else:
        with guarded():
            render_form(context)


def start(run: RunConfig, context: PageContext) -> None:
    """Start a run and put it into the address."""
    run_id = start_once(run, context)
    if run_id is None:
        return
    st.query_params["run"] = run_id
    st.query_params.pop("from", None)
    st.rerun()


def render_form(context: PageContext) -> None:
    """Show the settings, what they will take, and the button that starts."""
    _render_what_trains(context)
    asked = st.query_params.get("from")
    preset = DEFAULT_PRESET
    if asked:
        components.note(f"Settings of run {shortened(asked)}: change what you like, then start.")
    else:
        preset = st.segmented_control(
            "Preset",
            list(PRESETS),
            default=DEFAULT_PRESET,
            format_func=lambda name: train_form.PRESET_NAMES.get(name, name),
            required=True,
            key="preset",
            persist_state="session",
        )
        components.note(train_form.PRESET_HELP.get(preset, ""))
    base, base_id = train_form.starting_point(asked, context.home, preset)
    if asked and base.data != context.data_source:
        components.note(
            f"That run was trained on other data ({run_text.data_text(base.data)}); "
            f"this one will be trained on the data set in use, {context.data_name}."
        )
    run = train_form.config_input(context, base, base_id)
    begin = st.container()
    ready = run is not None and train_form.forecast(context, run) is not None
    if (
        begin.button(
            "Start training",
            type="primary",
            icon=":material/play_arrow:",
            disabled=not ready,
            key="go",
        )
        and run is not None
    ):
        with guarded():
            start(run, context)


def _render_what_trains(context: PageContext) -> None:
    now = jobs.running(context.home)
    if not now:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        components.note("A run is training now; yours would wait for it.")
        if run_is_visible(now, context.home):
            st.page_link(
                "pages/2_Train.py",
                label="Watch it",
                icon=":material/visibility:",
                query_params=context.link_parameters(run=now),
            )
