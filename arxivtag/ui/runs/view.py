"""The Runs page: the list, one run in detail, several compared."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from arxivtag.errors import ArxivTagError
from arxivtag.figures.history import METRIC_TITLES, comparison_figure
from arxivtag.papers.uploads import UPLOAD_PREFIX
from arxivtag.runs import jobs, registry
from arxivtag.runs.registry import Run, RunSummary
from arxivtag.runs.status import QUEUED, RUNNING
from arxivtag.settings import all_settings, command_line
from arxivtag.ui.frame import components, data, run_text
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.frame.run_access import may_see, visible_run, visible_runs
from arxivtag.ui.runs import live_view
from arxivtag.ui.runs.starting import start_once
from arxivtag.ui.train.form import SECTION_NAMES, setting_label, value_text

WATCH_S = 2.0
MAX_COMPARED = 7  # as many as the palette has colours
FIGURES = {
    "micro_f1": "Micro-F1",
    "macro_f1": "Macro-F1",
    "lrap": "LRAP",
    "precision_at_1": "P@1",
    "binary_accuracy": "Binary accuracy",
    "binary_accuracy_all_zeros": "No label at all",
}
FIGURES_HELP = {
    "binary_accuracy": "Most pairs are “no”: read it beside the next column, never alone.",
    "binary_accuracy_all_zeros": "Binary accuracy of giving no label to any paper.",
}
COMPARED_FIGURES = {
    "micro_f1": "Micro-F1",
    "macro_f1": "Macro-F1",
    "samples_f1": "F1 a paper",
    "lrap": "Ranking (LRAP)",
    "precision_at_1": "Precision at 1",
    "precision_at_3": "Precision at 3",
    "precision_at_5": "Precision at 5",
    "subset_accuracy": "Exact label sets",
    "hamming_loss": "Hamming loss",
    "binary_accuracy": "Binary accuracy",
    "binary_accuracy_all_zeros": "Binary accuracy of no label at all",
}
_SELECTED = "selected-runs"


def render_list(context: PageContext) -> None:
    """Show all runs; one selected can be opened, two or more are compared beneath."""
    jobs.start_next_on_poll(context.home)
    runs = visible_runs(context.home)
    _watch(_signature(runs), context)
    if not runs:
        components.empty_state("No runs yet", "Train one, and it appears here.")
        st.page_link("pages/2_Train.py", label="Train", icon=":material/model_training:",
                     query_params=context.link_parameters())  # fmt: skip
        return
    shown = _filtered(runs)
    chosen = _table(shown, hidden={run.run_id for run in runs} - {run.run_id for run in shown})
    _selection_actions(chosen, context)
    if len(chosen) > 1:
        with guarded():
            render_comparison([run.run_id for run in chosen[:MAX_COMPARED]], context)


def _signature(runs: Sequence[RunSummary]) -> tuple[tuple[str, str], ...]:
    return tuple((run.run_id, run.state) for run in runs)


@st.fragment(run_every=WATCH_S)
def _watch(known: tuple[tuple[str, str], ...], context: PageContext) -> None:
    """Draw nothing; draw the page again when a run has appeared, gone, begun or ended."""
    jobs.start_next_on_poll(context.home)
    if _signature(visible_runs(context.home)) != known:
        st.rerun(scope="app")


def _filtered(runs: Sequence[RunSummary]) -> list[RunSummary]:
    """Draw the filter and return the runs that pass it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.text_input(
            "Filter", placeholder="note, run, data set or preset", key="runs-filter", width=280,
            icon=":material/search:", max_chars=80,
        )  # fmt: skip
        states = [state for state in run_text.STATE_NAMES if any(r.state == state for r in runs)]
        chosen = st.pills(
            "State", states, selection_mode="multi", key="runs-states",
            format_func=lambda state: run_text.STATE_NAMES[state],
        )  # fmt: skip
    words = (wanted or "").lower().split()

    def passes(run: RunSummary) -> bool:
        text = " ".join((run.run_id, run.note, run_text.data_text(run.data), run.preset)).lower()
        return (not chosen or run.state in chosen) and all(word in text for word in words)

    return [run for run in runs if passes(run)]


def runs_table(runs: Sequence[RunSummary]) -> pd.DataFrame:
    """Return one row a run, as the list shows it."""
    rows = [
        {
            "Run": run.name,
            "State": run_text.STATE_NAMES[run.state],
            "Data": run_text.data_text(run.data),
            "Preset": run.preset,
            "Began": run_text.parse_time(run.status.started_at or run.status.queued_at),
            "Seconds": run.duration_s,
            **{name: run.figures.get(key) for key, name in FIGURES.items()},
        }
        for run in runs
    ]
    return pd.DataFrame(rows)


def _table(runs: list[RunSummary], hidden: Collection[str]) -> list[RunSummary]:
    """Draw the list and return the selected runs.

    Args:
        runs: Those that pass the filter.
        hidden: Ids of those that do not; selected ones come back with the filter's end.
    """
    if not runs:
        components.empty_state("No run passes the filter", "Change it to see others.")
        return []
    ids = [run.run_id for run in runs]
    asked = st.query_params.get("compare", "").split(",")
    remembered = st.session_state.get(_SELECTED) or asked
    rows = [place for place, run_id in enumerate(ids) if run_id in remembered]
    event = st.dataframe(
        runs_table(runs),
        # Another list is another table: row numbers of the old one mean nothing in it.
        key=f"runs-table-{hash(tuple(ids))}",
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": rows}},
        hide_index=True,
        height="auto" if len(runs) <= 10 else 420,
        column_config={
            "Run": st.column_config.TextColumn(pinned=True, width="medium"),
            "Began": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
            "Seconds": st.column_config.NumberColumn(format="%.0f s", help="Seconds of work."),
            **{
                name: st.column_config.NumberColumn(
                    format="percent" if key in FIGURES_HELP else "%.3f",
                    help=FIGURES_HELP.get(key),
                )
                for key, name in FIGURES.items()
            },
        },
    )
    chosen = [runs[row] for row in event.selection.rows if row < len(runs)]
    kept = [run_id for run_id in remembered if run_id in hidden]
    _remember([*kept, *(run.run_id for run in chosen)])
    return chosen


def _remember(run_ids: list[str]) -> None:
    st.session_state[_SELECTED] = run_ids
    if len(run_ids) > 1:
        st.query_params["compare"] = ",".join(run_ids)
    elif "compare" in st.query_params:
        del st.query_params["compare"]


def _selection_actions(chosen: list[RunSummary], context: PageContext) -> None:
    if not chosen:
        components.note("Select a run to open or delete it; select two or more to compare them.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(chosen) == 1 and st.button(
            "Open run", icon=":material/open_in_full:", key="open-run"
        ):
            st.query_params["run"] = chosen[0].run_id
            st.rerun()
        if not context.visitor_mode and st.button(
            "Delete" if len(chosen) == 1 else f"Delete {len(chosen)} runs",
            icon=":material/delete:", key="delete-runs",
        ):  # fmt: skip
            _delete_dialog([run.run_id for run in chosen], context)
        if len(chosen) > MAX_COMPARED:
            components.note(f"The first {MAX_COMPARED} of them are compared.")


@st.dialog("Delete for good?")
def _delete_dialog(run_ids: list[str], context: PageContext) -> None:
    """Ask before deleting; say what cannot be deleted and why."""
    subject = f"run {run_ids[0]}" if len(run_ids) == 1 else f"{len(run_ids)} runs"
    st.write(
        components.safe_text(
            f"The model, the figures and the log of {subject} will be gone. This cannot be undone."
        )
    )
    with st.container(horizontal=True):
        confirmed = st.button("Delete", type="primary", icon=":material/delete:", key="delete-yes")
        if st.button("Keep", key="delete-no"):
            st.rerun()
    if not confirmed:
        return
    problems = []
    for run_id in run_ids:
        try:
            registry.delete_run(run_id, context.home)
        except ArxivTagError as error:
            problems.append(error)
    for problem in problems:
        components.show_error(problem)
    if not problems:
        st.session_state[_SELECTED] = []
        for name in ("run", "compare"):
            st.query_params.pop(name, None)
        st.rerun()


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
        live_view.render_heading(run)
        live_view.render_ending(run)
        _actions(run, context)
        if run.summary.has_bundle:
            from arxivtag.ui.evaluation.view import render_evaluation

            render_evaluation(run.folder.path)
        live_view.render_curves(run)
        _render_settings(run, context)
        _render_record(run)
        live_view.render_log(run, context)


def _zip(run: Run) -> bytes:
    from arxivtag.tagging.bundle import bundle_zip

    return bundle_zip(registry.bundle_folder(run.run_id, run.folder.home))


def _actions(run: Run, context: PageContext) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if run.summary.has_bundle:
            live_view.predict_link(run, context)
            st.download_button(
                "Download the model",
                data=lambda: _zip(run),
                file_name=f"{run.run_id}.zip",
                mime="application/zip",
                icon=":material/download:",
                on_click="ignore",
                key="download-bundle",
            )
        live_view.resume_button(run, context)
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
            _delete_dialog([run.run_id], context)


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


def render_comparison(run_ids: Sequence[str], context: PageContext) -> None:
    """Show several runs against each other: figures, curves, settings that differ."""
    runs = [visible_run(run_id, context.home) for run_id in run_ids]
    names = _distinct_names(runs)
    st.subheader("Compared", anchor=False)
    st.dataframe(figures_table(runs, names), key="compared-figures", width="stretch")
    histories = {name: run.history() for name, run in zip(names, runs, strict=True)}
    epochs = {name: history.epochs for name, history in histories.items()}
    levels = {
        name: history.start.get("binary_accuracy_all_zeros") for name, history in histories.items()
    }
    if any(epochs.values()):
        with st.grid(2, min_column_width=340):
            for metric, title in METRIC_TITLES.items():
                components.render_figure(
                    comparison_figure(
                        epochs, metric, levels if metric == "binary_accuracy" else {}
                    ),
                    key=f"compared-{metric}",
                    alt_text=f"{title} of the compared runs, epoch by epoch.",
                )
    st.markdown("**Settings that differ**")
    differing = settings_difference(runs, names)
    if differing.empty:
        components.note("None: they differ in nothing but chance and time.")
    else:
        st.dataframe(differing, hide_index=True, key="compared-settings", width="stretch")


def _distinct_names(runs: Sequence[Run]) -> list[str]:
    """Return one name a run, with the id where two have the same note."""
    notes = [run.summary.name for run in runs]
    return [
        run_text.name_text(run.summary) if notes.count(note) > 1 else note
        for run, note in zip(runs, notes, strict=True)
    ]


def figures_table(runs: Sequence[Run], names: Sequence[str]) -> pd.DataFrame:
    """Return the test figures of runs: one row a figure, one column a run."""
    rows: dict[str, list[float | None]] = {}
    for key, title in COMPARED_FIGURES.items():
        values = [run.summary.figures.get(key) for run in runs]
        if any(value is not None for value in values):
            rows[title] = [None if value is None else round(value, 4) for value in values]
    rows["Seconds"] = [
        None if run.summary.duration_s is None else round(run.summary.duration_s, 1) for run in runs
    ]
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(names))


def settings_difference(runs: Sequence[Run], names: Sequence[str]) -> pd.DataFrame:
    """Return the settings in which runs differ: one row a setting, one column a run."""
    rows: list[dict[str, str]] = []

    def add(part: str, setting: str, values: list[str]) -> None:
        if len(set(values)) > 1:
            rows.append({"Part": part, "Setting": setting, **dict(zip(names, values, strict=True))})

    add("General", "Data", [run_text.data_text(run.summary.data) for run in runs])
    add("General", "Preset", [run.summary.preset for run in runs])
    for item in all_settings():
        values = [
            value_text(item.value_in(run.settings)) if run.settings is not None else "unknown"
            for run in runs
        ]
        add(SECTION_NAMES[item.section], setting_label(item), values)
    return pd.DataFrame(rows)
