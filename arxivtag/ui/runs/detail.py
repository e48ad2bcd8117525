"""One run in detail: how it ended, what it is worth, its settings and its record."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd
import streamlit as st

from arxivtag.errors import ArxivTagError
from arxivtag.papers.uploads import UPLOAD_PREFIX
from arxivtag.runs import registry
from arxivtag.runs.registry import Run
from arxivtag.runs.status import QUEUED, RUNNING
from arxivtag.settings import all_settings, command_line
from arxivtag.ui.frame import components, data, run_text
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.frame.run_access import may_see, visible_run
from arxivtag.ui.runs.listing import delete_dialog
from arxivtag.ui.train import live_view
from arxivtag.ui.train.curves import render_curves
from arxivtag.ui.train.ended import predict_link, render_ending, render_log, resume_button
from arxivtag.ui.train.form import SECTION_NAMES, setting_label, value_text
from arxivtag.ui.train.heading import render_heading
from arxivtag.ui.train.starting import start_once


def render_detail(run_id: str, context: PageContext) -> None:
    """Show one run: live while it trains, else how it ended and what it is worth."""
    if st.button("All runs", icon=":material/arrow_back:", key="all-runs"):
        st.query_params.pop("run", None)
        st.rerun()
    with guarded():
        run = visible_run(run_id, context.home)
        if run.state in (QUEUED, RUNNING):
            live_view.render_run(run_id, context, on_train_page=False)
            return
        render_heading(run)
        render_ending(run)
        _actions(run, context)
        if run.summary.has_bundle:
            from arxivtag.ui.evaluation.view import render_evaluation

            render_evaluation(run.folder.path)
        render_curves(run)
        _render_settings(run, context)
        _render_record(run)
        render_log(run, context)


def _zip(run: Run) -> bytes:
    from arxivtag.tagging.saving import bundle_zip

    return bundle_zip(registry.bundle_folder(run.run_id, run.folder.home))


def _actions(run: Run, context: PageContext) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if run.summary.has_bundle:
            predict_link(run, context)
            st.download_button(
                "Download the model",
                data=lambda: _zip(run),
                file_name=f"{run.run_id}.zip",
                mime="application/zip",
                icon=":material/download:",
                on_click="ignore",
                key="download-bundle",
            )
        resume_button(run, context)
        if run.settings is not None:
            if st.button("Run again", icon=":material/replay:", key="again",
                         help="The same settings once more."):  # fmt: skip
                _run_again(run, context)
            st.page_link(
                "pages/2_Train.py",
                label="Change settings",
                icon=":material/tune:",
                query_params={"from": run.run_id, **_data_parameter(run, context)},
            )
        _rename(run, context)
        if not context.visitor_mode and st.button(
            "Delete", icon=":material/delete:", key="delete-run"
        ):
            delete_dialog([run.run_id], context)


def _data_parameter(run: Run, context: PageContext) -> dict[str, str]:
    """Return the link's parameters, with the run's own data set where it can be chosen."""
    if run.settings is None or not may_see(run.settings.data):
        return context.link_parameters()
    option = data.offered(run.settings.data, context.home)
    return context.link_parameters(data=option.id) if option else context.link_parameters()


def _run_again(run: Run, context: PageContext) -> None:
    assert run.settings is not None
    run_id = start_once(run.settings, context)
    if run_id is not None:
        st.switch_page("pages/2_Train.py", query_params=context.link_parameters(run=run_id))


def _rename(run: Run, context: PageContext) -> None:
    if context.visitor_mode:
        return
    popover = st.popover("Rename", icon=":material/edit:", key="rename")
    with popover, st.form("rename-form", border=False):
        note = st.text_input(
            "Name", value=run.summary.note, max_chars=registry.MAX_NOTE_CHARS,
            placeholder=run.run_id, key=f"note-{run.run_id}",
        )  # fmt: skip
        if st.form_submit_button("Save"):
            registry.set_note(run.run_id, note or "", context.home)
            st.rerun()


def settings_table(run: Run) -> pd.DataFrame:
    """Return a run's settings beside those of its preset."""
    if run.settings is None:
        return pd.DataFrame()
    from arxivtag.settings import PRESETS

    preset = PRESETS.get(run.settings.preset)
    rows = []
    for item in all_settings():
        value = item.value_in(run.settings)
        rows.append(
            {
                "Part": SECTION_NAMES[item.section],
                "Setting": setting_label(item),
                "Value": value_text(value),
                "Preset": value_text(item.value_in(preset)) if preset else "",
                "Changed": preset is not None and value != item.value_in(preset),
            }
        )
    return pd.DataFrame(rows)


def _render_settings(run: Run, context: PageContext) -> None:
    if run.settings is None:
        return
    with st.expander("Settings, and the command that repeats this run", icon=":material/tune:"):
        shown = run.settings
        if shown.data.startswith(UPLOAD_PREFIX):
            shown = dataclasses.replace(shown, data="FILE")
            components.note("FILE stands for the file that was uploaded.")
        elif context.visitor_mode and run_text.data_text(shown.data) != shown.data:
            shown = dataclasses.replace(shown, data="FILE")
            components.note("FILE stands for a file of this server.")
        try:
            st.code(command_line(shown), language=None, wrap_lines=True)
        except ArxivTagError as error:
            components.show_error(error)
        st.dataframe(settings_table(run), hide_index=True, key="settings-table")


def _render_record(run: Run) -> None:
    """What went in, and how long each stage took."""
    result = run.result
    if not result:
        return
    with st.expander("Papers, times and versions", icon=":material/fact_check:"):
        sizes = [
            ("Train", "n_train"), ("Validation", "n_val"), ("Test", "n_test"),
            ("N-grams", "n_features"), ("Labels", "n_labels"),
        ]  # fmt: skip
        counts = run.summary.sizes
        known = [(name, components.count_text(counts[key])) for name, key in sizes if key in counts]
        if known:
            components.metric_row(known)
        left, right = st.columns(2)
        with left:
            st.dataframe(timings_table(result), hide_index=True, key="timings-table")
        with right:
            st.dataframe(_cleaning_table(result), hide_index=True, key="cleaning-table")
        source = result.get("data")
        if isinstance(source, dict):
            fingerprint = str(source.get("fingerprint", ""))[:64]
            components.note(f"Data fingerprint (SHA-256): {fingerprint}")
        versions = result.get("versions")
        if isinstance(versions, dict):
            text = ", ".join(f"{name} {version}" for name, version in versions.items())
            components.note(f"Versions: {text[:500]}")
        peak = result.get("peak_memory_mb")
        if isinstance(peak, (int, float)):
            components.note(f"Peak memory: {peak:,.0f} MB")


def timings_table(result: dict[str, Any]) -> pd.DataFrame:
    """Return the seconds of each stage."""
    timings = result.get("timings")
    if not isinstance(timings, dict):
        return pd.DataFrame()
    return pd.DataFrame(
        [
            {"Stage": run_text.STAGE_NAMES.get(name, name), "Seconds": float(value)}
            for name, value in timings.items()
            if isinstance(value, (int, float))
        ]
    )


def _cleaning_table(result: dict[str, Any]) -> pd.DataFrame:
    cleaning = result.get("cleaning")
    steps = cleaning.get("steps", []) if isinstance(cleaning, dict) else []
    return pd.DataFrame(
        [
            {
                "Cleaning rule": str(step.get("rule", "")).replace("_", " "),
                "Removed": step.get("n_removed"),
                "Left": step.get("n_after"),
            }
            for step in steps
            if isinstance(step, dict)
        ]
    )
