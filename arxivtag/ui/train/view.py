"""The Train page: choose settings, start, watch the network learn."""

from __future__ import annotations

import streamlit as st

from arxivtag.errors import ArxivTagError, ConfigError
from arxivtag.runs import jobs, standby
from arxivtag.settings import (
    DEFAULT_PRESET,
    PRESET_HELP,
    PRESET_NAMES,
    PRESETS,
    RunConfig,
    preset_settings,
)
from arxivtag.ui.browser.live_chart import load_plotly
from arxivtag.ui.frame import components, data
from arxivtag.ui.frame.choices import shortened, write_address
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.opening import NotDoneError, render_work
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.frame.who import first_visible, visible_run
from arxivtag.ui.train.forecast import render_forecast
from arxivtag.ui.train.form import settings_input
from arxivtag.ui.train.one_run import TRAIN, render_run, start_run


def render_train(context: PageContext) -> None:
    """Show the run in the address, or the form that starts one."""
    write_address()
    first = st.container()
    run_id = st.query_params.get("run")
    if run_id:
        render_run(run_id, context)
        context.link(TRAIN, "Set up another run", ":material/add:")
    else:
        with guarded():
            settings = _render_form(context)
            if settings is not None and not jobs.running(context.home):
                standby.ensure(context.home, settings)  # the page is drawn by now
    with first:  # sent last, since it is large; charts that are there by now wait for it
        load_plotly()


def _render_form(context: PageContext) -> RunConfig | None:
    """Draw the button that starts, what training will take, and below it the settings.

    Return the settings that a press of the button would start; None if none may be started.
    """
    _render_what_trains(context)
    base, base_id = _base_input(context)
    start, forecast = st.container(), st.container()
    settings = settings_input(context, base, base_id)
    with forecast:
        startable = _startable(settings, context)
    pressed = start.button(
        "Start training", type="primary", icon=":material/play_arrow:", key="go",
        disabled=startable is None,
    )  # fmt: skip
    if pressed and startable is not None:
        with guarded():
            start_run(startable, context)
    return startable


def _startable(settings: RunConfig | None, context: PageContext) -> RunConfig | None:
    """Draw the forecast; return the settings if a run with them may start, else ``None``."""
    if settings is None:
        return None
    try:
        render_forecast(settings, context.home)
    except ArxivTagError as error:
        components.show_error(error)
        return None
    except NotDoneError as reading:  # the run would read them itself, if it is started now
        render_work(reading.work)
    return settings


def _render_what_trains(context: PageContext) -> None:
    now = jobs.running(context.home)
    if not now:
        return
    what = "A run is" if len(now) == 1 else f"{len(now)} runs are"
    then = "yours would wait" if jobs.is_full(context.home) else "yours would train beside"
    with st.container(horizontal=True, vertical_alignment="center"):
        components.note(f"{what} training now; {then}.")
        if shown := first_visible(now, context.home):
            context.link(TRAIN, "Watch it", ":material/visibility:", run=shown)


def _base_input(context: PageContext) -> tuple[RunConfig, str]:
    """Return the settings of the run in the address or of a preset, and an id for them."""
    run_id = st.query_params.get("from")
    if run_id:
        return _settings_of(run_id, context), f"run-{run_id}"
    preset = st.segmented_control(
        "Preset",
        list(PRESETS),
        default=DEFAULT_PRESET,
        format_func=lambda name: PRESET_NAMES[name],
        required=True,
        key="preset",
        persist_state="session",
    )
    components.note(PRESET_HELP[preset])
    return preset_settings(preset), preset


def _settings_of(run_id: str, context: PageContext) -> RunConfig:
    components.note(f"Settings of run {shortened(run_id)}: change what you like, then start.")
    settings = visible_run(run_id, context.home).settings
    if settings is None:
        raise ConfigError("The settings of this run cannot be read.", "Start from a preset.")
    if settings.members:
        raise ConfigError("This run made one model of others.", "Start from a preset.")
    if settings.data != context.data_source:
        components.note(
            f"That run was trained on other data ({data.shown_name(settings.data, context.home)}); "
            f"this one will be trained on the data set in use, {context.data_name}."
        )
    return settings
