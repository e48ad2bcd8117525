"""One run as it is now: waiting, training (live), or how it ended.

While a run waits or trains, one fragment looks at it twice a second. When the run ends, the
page runs once more, without a timer.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from arxivtag.runs import jobs
from arxivtag.runs.history import History
from arxivtag.runs.registry import Run
from arxivtag.runs.status import QUEUED, STAGES, RunStatus
from arxivtag.ui.frame import components, run_text
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.frame.run_access import may_change, run_is_visible, visible_run
from arxivtag.ui.train.curves import current_curves, render_charts
from arxivtag.ui.train.ended import render_ended, render_verdict
from arxivtag.ui.train.heading import predict_link, render_heading, watch_link

POLL_S = 0.5


def render_run(run_id: str, context: PageContext) -> None:
    """Show a run live until it ends, and then how it ended; its id may be nonsense."""
    with guarded():
        run = visible_run(run_id, context.home)
        if run.status.is_over:
            render_ended(run, context)
        else:
            _poll(run_id, context)


@st.fragment(run_every=POLL_S)
def _poll(run_id: str, context: PageContext) -> None:
    """Show a run that waits or trains, again twice a second."""
    with guarded():
        run = visible_run(run_id, context.home)
        if run.status.is_over:
            st.rerun(scope="app")
        jobs.start_next_on_poll(context.home)
        if run.state == QUEUED:
            _render_waiting(run, context)
        else:
            _render_running(run, context)


def _render_waiting(run: Run, context: PageContext) -> None:
    render_heading(run)
    now = jobs.running(context.home)
    shown = next((one for one in now if run_is_visible(one, context.home)), None)
    text = waiting_text(run.run_id, jobs.queue(context.home), len(now), shown)
    st.info(components.safe_text(text), icon=":material/hourglass_top:")
    with st.container(horizontal=True):
        if may_change(run) and st.button("Withdraw", icon=":material/cancel:", key="withdraw"):
            jobs.withdraw(run.run_id, context.home)
            st.rerun(scope="app")
        if shown:
            watch_link("Watch one that trains", shown, context)


def waiting_text(run_id: str, waiting: Sequence[str], n_running: int, shown: str | None) -> str:
    """Return what a run waits for; it may have left the queue since its state was read.

    ``n_running`` runs train now; ``shown`` is the id of one of them that this session may see.
    """
    if run_id not in waiting:
        return "It is its turn: it begins in a moment."
    place = f"Place {waiting.index(run_id) + 1} of {len(waiting)} in the queue."
    if not n_running:
        return f"{place} It begins by itself in a moment."
    if n_running > 1:
        return f"{place} It begins by itself when one of the {n_running} runs that train has ended."
    return f"{place} It begins by itself when {shown or 'the run that trains now'} has ended."


def _render_running(run: Run, context: PageContext) -> None:
    render_heading(run)
    curves = current_curves(run.folder)
    _progress_and_stop(run, curves.history)
    _stage_line(run.status.stage)
    if run.has_bundle and run.status.stage == "baseline":
        # Only the comparison with a linear model is still to come: the model is there.
        # (In earlier stages it is the model of an attempt before this one was resumed.)
        render_verdict(run)
        predict_link(run, context)
    elif not curves.history.n_points:
        st.info(run_text.stage_about(run.status.stage), icon=":material/info:")
        return
    else:
        _live_figures(run.status, curves.history)
    render_charts(run, curves)


def _progress_and_stop(run: Run, history: History) -> None:
    stopping = run.folder.stop_marker.exists()
    text = run_text.stage_text(run.status)
    if stopping:
        text = "Stopping: the best model so far is kept"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(_fraction(run.status, history), text=text)
        if may_change(run) and st.button(
            "Stop", icon=":material/stop:", key="stop", disabled=stopping,
            help="Ends the training; the best model so far is evaluated and kept.",
        ):  # fmt: skip
            jobs.stop(run.run_id, run.folder.home)
            st.rerun(scope="fragment")


def _fraction(status: RunStatus, history: History) -> float:
    """Return how far the run is, 0 to 1; the history is fresher than the status."""
    newest = max(
        (record["epoch"] for record in (*history.ticks[-1:], *history.epochs[-1:])), default=0
    )
    if status.stage == "train" and history.n_epochs and status.progress is not None:
        done = max(float(newest), status.progress.done)
        return run_text.overall_fraction(status, done / history.n_epochs)
    return run_text.overall_fraction(status)


def _stage_line(stage: str) -> None:
    """Draw the stages in a row: those done, the present one, those to come."""
    present = STAGES.index(stage) if stage in STAGES else 0
    items = []
    for place, name in enumerate(STAGES):
        css = "done" if place < present else "now" if place == present else ""
        here = ' aria-current="step"' if place == present else ""
        shown = html.escape(run_text.STAGE_TEXTS[name].short)
        items.append(f'<li class="{css}"{here}>{shown}</li>')
    st.html(f'<ol class="at-stages">{"".join(items)}</ol>')


def _live_figures(status: RunStatus, history: History) -> None:
    last_tick = history.ticks[-1] if history.ticks else {}
    last_epoch = history.epochs[-1] if history.epochs else {}
    speed = last_tick.get("papers_per_second")

    def number(key: str) -> str:
        value = last_epoch.get(key)
        return "–" if value is None else f"{value:.3f}"

    components.metric_row(
        [
            ("Time left", components.duration_text(status.seconds_left) or "–",
             "Measured from the pace so far."),
            ("Time so far", components.duration_text(status.elapsed_s) or "–"),
            ("Papers per second", f"{speed:,.0f}" if speed is not None else "–"),
            ("Micro-F1 (val)", number("val_micro_f1"),
             "How well the labels given fit the true ones: wrong and missed labels both lower it. "
             "Measured on the validation papers after the last epoch, at the one threshold that "
             "is best there."),
            ("Precision at 1 (val)", number("val_precision_at_1"),
             "How often the most probable label is one of the paper's own."),
        ]
    )  # fmt: skip
