"""One run in detail: how it ended, what it is worth, its settings and its record."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd
import streamlit as st

from arxivtag.papers.source import FILE, UPLOAD, parse_source
from arxivtag.runs import registry
from arxivtag.runs.registry import Run
from arxivtag.settings import PRESETS, RunConfig, all_settings, command_line
from arxivtag.ui.browser.live_chart import load_plotly
from arxivtag.ui.evaluation.stored import readable
from arxivtag.ui.evaluation.view import render_evaluation
from arxivtag.ui.frame import components, data, run_text, tables
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.frame.who import may_see, visible_run
from arxivtag.ui.predict.take_along import download_bundle
from arxivtag.ui.runs.listing import delete_dialog
from arxivtag.ui.train.form import SECTION_NAMES, setting_label, value_text
from arxivtag.ui.train.one_run import (
    predict_link,
    render_ending,
    render_heading,
    render_log,
    render_run,
    resume_button,
    start_run,
)
from arxivtag.ui.train.watching import render_ended_curves


def render_detail(run_id: str, context: PageContext) -> None:
    """Show one run: live while it trains, else how it ended and what it is worth."""
    if st.button("All runs", icon=":material/arrow_back:", key="all-runs"):
        st.query_params.pop("run", None)
        st.rerun()
    with guarded():
        run = visible_run(run_id, context.home)
        load_plotly()
        if not run.status.is_over:
            render_run(run_id, context)
            return
        render_heading(run)
        render_ending(run)
        _actions(run, context)
        if run.has_bundle:
            render_evaluation(run.folder)
        render_ended_curves(run)
        if run.settings is not None:
            _render_settings(run.settings, context)
        if run.result:
            _render_record(run)
        render_log(run, context)


def _actions(run: Run, context: PageContext) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if run.has_bundle:
            predict_link(run, context)
            download_bundle("Download the model", run.run_id, run.folder.bundle)
        resume_button(run, context)
        if run.settings is not None:
            if st.button("Run again", icon=":material/replay:", key="again",
                         help="Starts a run with the same settings."):  # fmt: skip
                with guarded():
                    start_run(run.settings, context)
            if not run.settings.members:
                _change_link(run.run_id, run.settings.data, context)
        if not context.policy.is_visitor:
            _rename(run, context)
            if st.button("Delete", icon=":material/delete:", key="delete-run"):
                delete_dialog([run.run_id], context)


def _change_link(run_id: str, source: str, context: PageContext) -> None:
    """Offer the form with a run's settings, and its own data set where it can be chosen."""
    option = data.offered(source, context.home) if may_see(source) else None
    chosen = {"from": run_id} | ({"data": option.id} if option else {})
    context.link("pages/2_Train.py", "Change settings", ":material/tune:", **chosen)


def _rename(run: Run, context: PageContext) -> None:
    popover = st.popover("Rename", icon=":material/edit:", key="rename")
    with popover, st.form("rename-form", border=False):
        note = st.text_input(
            "Name", value=run.note, max_chars=registry.MAX_NOTE_CHARS,
            placeholder=run.run_id, key=f"note-{run.run_id}",
        )  # fmt: skip
        if st.form_submit_button("Save"):
            registry.set_note(run.run_id, note or "", context.home)
            st.rerun()


def _render_settings(settings: RunConfig, context: PageContext) -> None:
    with (
        st.expander("Settings, and the command that repeats this run", icon=":material/tune:"),
        guarded(),
    ):
        st.dataframe(settings_table(settings), hide_index=True, key="settings-table")
        kind = parse_source(settings.data).kind
        if kind == UPLOAD or (kind == FILE and context.policy.is_visitor):
            what = "the file that was uploaded" if kind == UPLOAD else "a file on this server"
            components.note(f"FILE stands for {what}.")
            settings = dataclasses.replace(settings, data="FILE")
        st.code(command_line(settings), language=None, wrap_lines=True)


def settings_table(settings: RunConfig) -> pd.DataFrame:
    """Return a run's settings beside those of its preset."""
    preset = PRESETS.get(settings.preset)
    rows = []
    for item in all_settings():
        rows.append(
            {
                "Part": SECTION_NAMES[item.section],
                "Setting": setting_label(item),
                "Value": value_text(item, settings),
                "Preset": value_text(item, preset) if preset else "",
                "Changed": preset is not None and item.value_in(settings) != item.value_in(preset),
            }
        )
    return pd.DataFrame(rows)


TIME_NOTE = "Counted from when the run's process is ready; its start comes before that."
_SIZES = {
    "n_train": "Train",
    "n_val": "Validation",
    "n_test": "Test",
    "n_features": "N-grams",
    "n_labels": "Labels",
}


def _render_record(run: Run) -> None:
    """Draw what went in, how long each stage took, and what it ran on."""
    result, sizes = run.result, run.sizes
    with (
        st.expander("Papers, times and versions", icon=":material/fact_check:"),
        guarded(),
        readable("record"),
    ):
        counts = [
            (name, components.count_text(sizes[key]))
            for key, name in _SIZES.items()
            if key in sizes
        ]
        if counts:
            components.metric_row(counts)
        left, right = st.columns(2)
        with left:
            st.dataframe(
                timings_table(result), hide_index=True, key="timings-table",
                column_config={"Seconds": tables.figure("Seconds", 1)},
            )  # fmt: skip
            components.note(TIME_NOTE)
        right.dataframe(
            _cleaning_table(result), hide_index=True, key="cleaning-table",
            column_config={name: tables.count(name) for name in ("Removed", "Left")},
        )  # fmt: skip
        fingerprint = result.get("data", {}).get("fingerprint", "unknown")
        components.note(f"Data fingerprint (SHA-256): {fingerprint}")
        versions = result.get("versions", {}).items()
        components.note("Versions: " + ", ".join(f"{name} {version}" for name, version in versions))
        if "peak_memory_mb" in result:
            components.note(f"Peak memory: {result['peak_memory_mb']:,.0f} MB")
        if "device" in result:
            components.note(f"Trained on: {result['device']}")


def timings_table(result: dict[str, Any]) -> pd.DataFrame:
    """Return the seconds of each stage."""
    return pd.DataFrame(
        [
            (run_text.stage_name(stage, default=stage), float(seconds))
            for stage, seconds in result.get("timings", {}).items()
            if stage != "epochs"
        ],
        columns=["Stage", "Seconds"],
    )


def _cleaning_table(result: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (step["rule"].replace("_", " "), step["n_removed"], step["n_after"])
            for step in result.get("cleaning", {}).get("steps", [])
        ],
        columns=["Cleaning rule", "Removed", "Left"],
    )
