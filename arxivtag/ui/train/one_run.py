"""One run: started, and shown as it is now: waiting, training (live), or how it ended.

While a run waits or trains, one fragment looks at it twice a second. When the run ends, the
page runs once more, without a timer.
"""

from __future__ import annotations

import html
import time
from collections.abc import Sequence

import streamlit as st

from arxivtag.errors import ArxivTagError
from arxivtag.runs import jobs
from arxivtag.runs.history import History
from arxivtag.runs.registry import Run
from arxivtag.runs.status import FAILED, FINISHED, LOST, QUEUED, STAGES, STOPPED, RunStatus
from arxivtag.settings import RunConfig
from arxivtag.ui.evaluation.headline_part import render_headline
from arxivtag.ui.evaluation.stored import readable
from arxivtag.ui.frame import components, data, run_text
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.frame.who import first_visible, may_change, visible_run, visitor_id
from arxivtag.ui.train.watching import current_curves, render_charts, render_ended_curves

TRAIN = "pages/2_Train.py"
POLL_S = 0.5
# Two starts of the same settings within this time are a double click.
DOUBLE_CLICK_S = 3.0
_LAST_KEY = "last-start"
BROKE_OFF = (FAILED, LOST)
LINEAR_TO_COME = "A linear model to compare with is being fitted now."


def start_run(settings: RunConfig, context: PageContext) -> None:
    """Start or queue a run, and go to it.

    The same settings again within :data:`DOUBLE_CLICK_S` lead to the run that began just now.

    Raises:
        ArxivTagError: If it is refused.
    """
    last, run_id, last_at = st.session_state.get(_LAST_KEY, (None, "", 0.0))
    if settings != last or time.monotonic() - last_at >= DOUBLE_CLICK_S:
        run_id = jobs.start(settings, context.home, owner=visitor_id())
        st.session_state[_LAST_KEY] = (settings, run_id, time.monotonic())
    st.switch_page(TRAIN, query_params=context.links | {"run": run_id})


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
    shown = first_visible(now, context.home)
    text = waiting_text(run.run_id, jobs.queue(context.home), len(now), shown)
    st.info(components.safe_text(text), icon=":material/hourglass_top:")
    with st.container(horizontal=True):
        if may_change(run) and st.button("Withdraw", icon=":material/cancel:", key="withdraw"):
            jobs.withdraw(run.run_id, context.home)
            st.rerun(scope="app")
        if shown:
            context.link(TRAIN, "Watch one that trains", ":material/visibility:", run=shown)


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
        render_verdict(run, LINEAR_TO_COME)
        predict_link(run, context)
    elif curves.history.n_points:
        _live_figures(run.status, curves.history)
    else:
        makes_one = run.settings is not None and run.settings.members
        about = run_text.MAKES_ONE_MODEL if makes_one else run_text.stage_about(run.status.stage)
        st.info(about, icon=":material/info:")
    if curves.history.n_points:
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
    return str(name)[:100] if name else data.shown_name(run.data, run.folder.home)


def predict_link(run: Run, context: PageContext) -> None:
    """Offer to tag papers with the run's model."""
    label = "Predict with this model"
    context.link("pages/3_Predict.py", label, ":material/sell:", model=run.run_id)


def render_ended(run: Run, context: PageContext) -> None:
    """Draw how a run ended, what its model is worth, and what one may do with it."""
    render_heading(run)
    render_ending(run)
    if run.has_bundle:
        render_verdict(run)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if run.has_bundle:
            predict_link(run, context)
        label = "All its figures" if run.has_bundle else "Details"
        context.link("pages/4_Runs.py", label, ":material/query_stats:", run=run.run_id)
        resume_button(run, context)
    render_ended_curves(run)
    render_log(run, context)


def render_ending(run: Run) -> None:
    """Say how a run ended, unless it simply finished."""
    if run.state == STOPPED:
        text = components.without_paths(run.status.message or "Stopped.")
        st.info(components.safe_text(text), icon=":material/stop_circle:")
    elif run.state != FINISHED:
        components.show_error(ArxivTagError(run.status.message or "It failed.", run.status.hint))


def render_verdict(run: Run, without_linear: str = "") -> None:
    """Say what the model is worth beside its baselines, from what the run recorded.

    ``without_linear`` is why the baseline that counts is not among them.
    """
    evaluation = run.result.get("evaluation")
    if evaluation:
        with guarded(), readable("evaluation"):
            note = {"linear_baseline_note": without_linear} if without_linear else {}
            render_headline({**note, **evaluation})


def resume_button(run: Run, context: PageContext) -> None:
    """Offer to go on with a run that broke off, or was withdrawn before it had a model."""
    withdrawn = run.state == STOPPED and not run.has_bundle
    if not (run.state in BROKE_OFF or withdrawn) or not may_change(run):
        return
    if not st.button(
        "Start after all" if withdrawn else "Resume", icon=":material/resume:", key="resume",
        help="Goes on from the last finished epoch, where there is one.",
    ):  # fmt: skip
        return
    with guarded():
        jobs.resume(run.run_id, context.home, owner=visitor_id())
        st.rerun()


def render_log(run: Run, context: PageContext) -> None:
    """Show the last lines of a run's log, opened where the run broke off; not to visitors."""
    if context.policy.is_visitor:
        return  # a traceback names folders of this machine
    tail = run.log_tail()
    broke_off = run.state in BROKE_OFF
    if tail or broke_off:
        with st.expander("Last lines of the log", icon=":material/terminal:", expanded=broke_off):
            st.code(tail or "The log is empty.", language=None, wrap_lines=True)
