"""Try several: presets x seeds x a few values in one go, watched together, compared at the end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from arxivtag.errors import ArxivTagError, counted
from arxivtag.runs import jobs, sweeps
from arxivtag.runs.sweeps import CURVE_SHARES, Plan, Sweep
from arxivtag.settings import DEFAULT_PRESET, PRESET_NAMES, PRESETS, all_settings
from arxivtag.ui.frame import components, data, run_text
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.frame.who import may_see
from arxivtag.ui.runs.comparison import render_scoreboard
from arxivtag.ui.train.form import setting_label

POLL_S = 1.0
MAX_SEEDS = 5
FIRST_SEED = 42
_N_SHOWN = 4  # earlier sweeps that are offered
_NO_SETTING = "none"


def render_try_several(context: PageContext) -> None:
    """Offer to start a sweep on the data set in use, and to look at earlier ones."""
    if context.policy.is_visitor:
        return
    with (
        st.expander("Try several", icon=":material/science:", key="try-several"),
        guarded(),
    ):
        components.note(
            "Presets, seeds and values are trained one after another on the data set in use, and "
            "compared on the same test papers."
        )
        plan = _plan_input(context)
        n_runs = len(plan.settings()) if plan is not None else 0
        if st.button(
            f"Start {counted(n_runs, 'run')}", type="primary",
            icon=":material/play_arrow:", key="start-sweep", disabled=not n_runs,
        ) and plan is not None:  # fmt: skip
            st.query_params["sweep"] = sweeps.start(plan, context.home)
            st.rerun()
        _earlier_sweeps(context)


def _plan_input(context: PageContext) -> Plan | None:
    """Draw the form and return what to try; None, with a word on it, while that is not valid."""
    presets = st.pills(
        "Presets", list(PRESETS), selection_mode="multi", default=[DEFAULT_PRESET, "linear"],
        format_func=lambda name: PRESET_NAMES[name], key="sweep-presets",
    )  # fmt: skip
    with st.grid(3, min_column_width=210, gap="small", vertical_alignment="bottom"):
        n_seeds = st.number_input(
            "Seeds", 1, MAX_SEEDS, 3, key="sweep-seeds",
            help="Each seed is another split and another start: the spread over them tells chance.",
        )  # fmt: skip
        name = st.selectbox(
            "Setting to vary", [_NO_SETTING, *_varied()], key="sweep-setting",
            format_func=lambda name: _varied().get(name, "none"),
        )  # fmt: skip
        typed = st.text_input(
            "Its values", key="sweep-values", max_chars=120, placeholder="0.01, 0.02",
            disabled=name == _NO_SETTING,
            help="Separated by commas; layers of a network by a plus sign (512+256).",
        )  # fmt: skip
    is_curve = st.toggle(
        "Learning curve: 10, 25, 50 and 100 % of the training papers", key="sweep-curve",
        help="Shows whether more papers or a better model would help.",
    )  # fmt: skip
    try:
        values: dict[str, Any] = {}
        if name != _NO_SETTING and typed.strip():
            values |= sweeps.parse_values([f"{name}={typed}"])
        if is_curve:
            values["train_share"] = CURVE_SHARES
        seeds = tuple(range(FIRST_SEED, FIRST_SEED + int(n_seeds)))
        layout = data.layout_of(context.data_source, context.home)
        reading = {"columns": layout.columns_text, "label_separator": layout.label_separator}
        plan = Plan(context.data_source, tuple(presets), seeds, values, reading)
        plan.settings()
    except ArxivTagError as error:
        components.show_error(error)
        return None
    return plan


def _varied() -> dict[str, str]:
    """Return the settings that one may vary here, with their names."""
    return {
        item.name: setting_label(item)
        for item in all_settings()
        if not item.is_about_the_file and item.name not in ("random_seed", "linear_baseline")
    }


def _earlier_sweeps(context: PageContext) -> None:
    earlier = sweeps.list_all(context.home)[:_N_SHOWN]
    if not earlier:
        return
    with st.container(horizontal=True, gap="small"):
        for sweep in earlier:
            if st.button(
                sweep_name(sweep, context.home), key=f"open-{sweep.sweep_id}", type="tertiary",
                icon=":material/history:", help="What this sweep found.",
            ):  # fmt: skip
                st.query_params["sweep"] = sweep.sweep_id
                st.rerun()


def sweep_name(sweep: Sweep, home: Path) -> str:
    """Return what a sweep tried, in a few words: ``linear, tuned on the sample (6 runs)``."""
    presets = ", ".join(dict.fromkeys(run.preset for run in sweep.runs))
    n_runs = counted(len(sweep.runs), "run")
    return f"{presets} on {data.shown_name(sweep.runs[0].data, home)} ({n_runs})"


def render_sweep(sweep_id: str, context: PageContext) -> None:
    """Show one sweep: how far it is, its runs, and what they say so far."""
    if st.button("All runs", icon=":material/arrow_back:", key="all-runs"):
        st.query_params.pop("sweep", None)
        st.rerun()
    sweep = _visible(sweep_id, context)
    st.subheader(components.safe_text(sweep_name(sweep, context.home)), anchor=False)
    if sweep.is_over:
        components.note(f"Ended: {counted(sweep.n_over, 'run')}.")
    else:
        _watch(sweep_id, sweep.n_over, context)
    ended = [run.run_id for run in sweep.runs if run.status.is_over]
    if ended:
        render_scoreboard(ended, context.home, "sweep")
    if sweep.is_over:
        _render_runs(sweep)
    else:
        _watch_runs(sweep_id, context)


def _visible(sweep_id: str, context: PageContext) -> Sweep:
    return sweeps.read(sweep_id, context.home, lambda run: may_see(run.data))


@st.fragment(run_every=POLL_S)
def _watch(sweep_id: str, n_over: int, context: PageContext) -> None:
    """Draw how far the sweep is; draw the page again when another of its runs has ended."""
    with guarded():
        jobs.start_next_on_poll(context.home)
        sweep = _visible(sweep_id, context)
        if sweep.n_over != n_over:
            st.rerun(scope="app")
        _progress_and_stop(sweep, context)


@st.fragment(run_every=POLL_S)
def _watch_runs(sweep_id: str, context: PageContext) -> None:
    """Draw the runs as they are now."""
    with guarded():
        _render_runs(_visible(sweep_id, context))


def _progress_and_stop(sweep: Sweep, context: PageContext) -> None:
    training = [run for run in sweep.runs if run.state == "running"]
    done = sweep.n_over + sum(run_text.overall_fraction(run.status) for run in training)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(done / len(sweep.runs), 1.0), text=sweeps.progress_text(sweep))
        if not context.policy.is_visitor and st.button(
            "Stop", icon=":material/stop:", key="stop-sweep",
            help="Withdraws the runs that wait; the one that trains keeps its best model.",
        ):  # fmt: skip
            sweeps.stop(sweep.sweep_id, context.home)
            st.rerun(scope="app")


def _render_runs(sweep: Sweep) -> None:
    with st.expander(
        "Its runs", icon=":material/list:", key="sweep-runs", expanded=not sweep.is_over
    ):
        rows = [
            {
                "Run": run.name,
                "State": run_text.STATES[run.state].name,
                "Preset": run.preset,
                "Seconds": run.duration_s,
                "Micro-F1": run.figures.get("micro_f1"),
                "Message": run.status.message,
            }
            for run in sweep.runs
        ]
        st.dataframe(
            pd.DataFrame(rows), hide_index=True, key="sweep-runs-table", placeholder="–",
            column_config={
                "Seconds": st.column_config.NumberColumn(format="%.0f s"),
                "Micro-F1": st.column_config.NumberColumn(format="%.3f"),
            },
        )  # fmt: skip
