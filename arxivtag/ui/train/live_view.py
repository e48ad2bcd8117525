"""One run as it is now: waiting, training (live), or how it ended.

While a run waits or trains, one fragment polls it every second: it reads the new lines
of the history only, through a follower that all sessions share, and makes and draws a
figure only when there are new points. When the run ends the page runs once more, without
timer.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from arxivtag.runs import jobs
from arxivtag.runs.history import History
from arxivtag.runs.registry import Run
from arxivtag.runs.status import QUEUED, STAGES, RunStatus
from arxivtag.ui.browser.live_chart import load_plotly
from arxivtag.ui.frame import components, run_text
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.frame.run_access import may_change, run_is_visible, visible_run
from arxivtag.ui.train.curves import followers, render_charts
from arxivtag.ui.train.ended import predict_link, render_ended, render_verdict
from arxivtag.ui.train.heading import render_heading

POLL_S = 1.0


_STYLE = """
<style>
.at-stages { display: flex; flex-wrap: wrap; gap: .15rem .35rem; font-size: .875rem;
  color: var(--at-muted); margin: 0 !important; padding: 0 !important; list-style: none; }
.at-stages li { white-space: nowrap; margin: 0 !important; }
.at-stages li + li::before { content: "\\203A"; margin-right: .35rem; color: var(--at-line); }
.at-stages li.done { color: var(--at-ink); }
.at-stages li.now { color: var(--at-accent); font-weight: 600; }
</style>
"""


def render_run(run_id: str, context: PageContext, *, on_train_page: bool) -> None:
    """Show a run live until it ends, and then how it ended.

    Args:
        run_id: From the address: may be nonsense.
        context: The page's choices.
        on_train_page: Whether to offer what one does next after training.
    """
    st.html(_STYLE)
    with guarded():
        run = visible_run(run_id, context.home)
        if run.status.is_over:
            render_ended(run, context, on_train_page)
        else:
            load_plotly()
            _poll(run_id, context)


@st.fragment(run_every=POLL_S)
def _poll(run_id: str, context: PageContext) -> None:
    """Show a run that waits or trains, again every second."""
    with guarded():
        run = visible_run(run_id, context.home)
        if run.status.is_over:
            st.rerun(scope="app")
        jobs.kick_on_poll(context.home)
        if run.state == QUEUED:
            _render_waiting(run, context)
        else:
            _render_running(run, context)


def _render_waiting(run: Run, context: PageContext) -> None:
    render_heading(run)
    now = jobs.running(context.home)
    shown = now if now and run_is_visible(now, context.home) else None
    text = waiting_text(run.run_id, jobs.queue(context.home), now is not None, shown)
    st.info(components.safe_text(text), icon=":material/hourglass_top:")
    with st.container(horizontal=True):
        if may_change(run.summary) and st.button(
            "Withdraw", icon=":material/cancel:", key="withdraw"
        ):
            jobs.withdraw(run.run_id, context.home)
            st.rerun(scope="app")
        if shown:
            _run_link("Watch the one that trains", shown, context)


def waiting_text(
    run_id: str, waiting: Sequence[str], another_trains: bool, shown: str | None
) -> str:
    """Return what a run waits for.

    Args:
        run_id: The run.
        waiting: The queue at one moment; it may have left it since its state was read.
        another_trains: Whether a run trains now.
        shown: Its id, where this session may see it.
    """
    if run_id not in waiting:
        return "It is its turn: it begins in a moment."
    place = f"Place {waiting.index(run_id) + 1} of {len(waiting)} in the queue."
    if not another_trains:
        return f"{place} It begins by itself in a moment."
    return f"{place} It begins by itself when {shown or 'the run that trains now'} has ended."


def _render_running(run: Run, context: PageContext) -> None:
    render_heading(run)
    status = run.status
    history, figures, version = followers().view(run.folder)
    stopping = run.folder.stop_marker.exists()
    with st.container(horizontal=True, vertical_alignment="center"):
        text = (
            "Stopping: the best model so far is kept" if stopping else run_text.stage_text(status)
        )
        st.progress(_fraction(status, history), text=text)
        if may_change(run.summary) and st.button(
            "Stop", icon=":material/stop:", key="stop", disabled=stopping,
            help="Ends the training; the best model so far is evaluated and kept.",
        ):  # fmt: skip
            jobs.stop(run.run_id, run.folder.home)
            st.rerun(scope="fragment")
    _stage_line(status.stage)
    if run.summary.has_bundle and status.stage == "baseline":
        # Only the comparison with a linear model is still to come: the model is there.
        # (Earlier the model would be that of the attempt which is being resumed.)
        render_verdict(run)
        predict_link(run, context)
    else:
        _live_figures(status, history)
    render_charts(figures, version, history)


def _fraction(status: RunStatus, history: History) -> float:
    """Return the bar's place; the history is fresher than the heartbeat."""
    newest = max(
        (record["epoch"] for record in (*history.ticks[-1:], *history.epochs[-1:])), default=0
    )
    if status.stage == "train" and history.n_epochs and status.progress is not None:
        done = max(float(newest), status.progress.done)
        return run_text.overall_fraction(status, done / history.n_epochs)
    return run_text.overall_fraction(status)


def _stage_line(stage: str) -> None:
    """The stages in a row: those done, the present one, those to come."""
    present = STAGES.index(stage) if stage in STAGES else 0
    items = []
    for place, name in enumerate(STAGES):
        css = "done" if place < present else "now" if place == present else ""
        here = ' aria-current="step"' if place == present else ""
        shown = html.escape(run_text.STAGE_SHORT[name])
        items.append(f'<li class="{css}"{here}>{shown}</li>')
    st.html(f'<ol class="at-stages">{"".join(items)}</ol>')


def _live_figures(status: RunStatus, history: History) -> None:
    last_tick = history.ticks[-1] if history.ticks else {}
    last_epoch = history.epochs[-1] if history.epochs else {}
    speed = last_tick.get("papers_per_second")

    def number(key: str) -> str:
        value = last_epoch.get(key)
        return "–" if value is None else f"{value:.3f}"

    left = components.duration_text(status.seconds_left)
    components.metric_row(
        [
            ("Time left", left or "–", "Measured from the pace so far."),
            ("Time so far", components.duration_text(status.elapsed_s) or "–"),
            ("Papers a second", f"{speed:,.0f}" if speed is not None else "–"),
            (
                "Micro-F1 (val)",
                number("val_micro_f1"),
                "On the validation papers after the last epoch, at the one threshold that is best "
                "there. It weighs right labels against wrong and missed ones.",
            ),
            (
                "Precision at 1 (val)",
                number("val_precision_at_1"),
                "How often the most probable label is one of the paper's own.",
            ),
        ]
    )


def _run_link(label: str, run_id: str, context: PageContext) -> None:
    st.page_link(
        "pages/2_Train.py",
        label=label,
        icon=":material/visibility:",
        query_params=context.link_parameters(run=run_id),
    )
