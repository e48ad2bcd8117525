"""One run as it is now: waiting, training (live), or how it ended.

While a run waits or trains, one fragment polls it every second: it reads the new lines
of the history only, through a follower that all sessions share, and makes and draws a
figure only when there are new points. When the run ends the page runs once more, without
timer.
"""

from __future__ import annotations

import html
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from arxivtag.errors import ArxivTagError
from arxivtag.figures import history as history_figures
from arxivtag.runs import jobs
from arxivtag.runs.history import History, HistoryFollower
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.registry import Run
from arxivtag.runs.status import FAILED, FINISHED, LOST, QUEUED, STAGES, STOPPED, RunStatus
from arxivtag.ui.browser.live_chart import live_chart, load_plotly, plain_figure
from arxivtag.ui.frame import components, run_text
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.frame.run_access import may_change, run_is_visible, visible_run, visitor_id

POLL_S = 1.0
_MAX_FOLLOWED = 64

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


@dataclass
class _Followed:
    """The history of one run and the figures drawn from it, shared by all sessions."""

    follower: HistoryFollower
    drawn_for: History | None = None
    figures: dict[str, dict[str, Any]] | None = None
    version: int = 0


class _Followers:
    """The runs that are being watched, the least recently used forgotten first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._followed: OrderedDict[str, _Followed] = OrderedDict()

    def view(self, folder: RunFolder) -> tuple[History, dict[str, dict[str, Any]], int]:
        """Return a run's history so far, its figures, and the version of these figures."""
        with self._lock:
            key = str(folder.path)
            followed = self._followed.setdefault(key, _Followed(HistoryFollower(folder.history)))
            self._followed.move_to_end(key)
            while len(self._followed) > _MAX_FOLLOWED:
                self._followed.popitem(last=False)
            history = followed.follower.update()
            if followed.figures is None or history is not followed.drawn_for:
                followed.figures = _figures(history, folder.run_id)
                followed.drawn_for = history
                followed.version += 1
            return history, followed.figures, followed.version


@st.cache_resource(max_entries=1, show_spinner=False)
def _followers() -> _Followers:
    return _Followers()


def _figures(history: History, run_id: str) -> dict[str, dict[str, Any]]:
    """Return the figures of a training, by name, as plain values."""
    n_epochs, best = history.n_epochs, history.best_epoch
    baseline = history.start.get("binary_accuracy_all_zeros")
    drawn = {
        metric: history_figures.training_figure(
            history.ticks,
            history.epochs,
            metric,
            n_epochs=n_epochs,
            best_epoch=best,
            baseline=baseline if metric == "binary_accuracy" else None,
        )
        for metric in ("loss", "binary_accuracy")
    }
    drawn["validation"] = history_figures.validation_figure(
        history.epochs, n_epochs=n_epochs, best_epoch=best
    )
    return {name: plain_figure(figure, run_id) for name, figure in drawn.items()}


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
            _render_ended(run, context, on_train_page)
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
        jobs.start_next_on_poll(context.home)
        if run.state == QUEUED:
            _render_waiting(run, context)
        else:
            _render_running(run, context)


def render_heading(run: Run) -> None:
    """The run's name, its state, and what it trains on."""
    summary = run.summary
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(components.safe_text(summary.name), anchor=False, width="content")
        st.badge(
            run_text.STATE_NAMES[run.state],
            icon=run_text.STATE_ICONS[run.state],
            color=run_text.STATE_COLORS[run.state],
        )
    about = [
        summary.run_id if summary.note else "",
        f"data: {_data_name(run)}",
        f"preset: {summary.preset}",
    ]
    components.note("  ·  ".join(part for part in about if part))


def _data_name(run: Run) -> str:
    recorded = run.result.get("data")
    name = recorded.get("name") if isinstance(recorded, dict) else None
    return str(name)[:100] if name else run_text.data_text(run.summary.data)


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
    history, figures, version = _followers().view(run.folder)
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
        _render_verdict(run)
        predict_link(run, context)
    else:
        _live_figures(status, history)
    _charts(figures, version, history)


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


_CHARTS = (
    ("loss", "Loss of training and validation papers, epoch by epoch."),
    (
        "binary_accuracy",
        "Binary accuracy of training and validation papers, epoch by epoch, against the level "
        "that predicting no label at all reaches.",
    ),
    ("validation", "Micro-F1 and precision at 1 on the validation papers, epoch by epoch."),
)


def _charts(
    figures: dict[str, dict[str, Any]], version: int, history: History, key: str = "live"
) -> None:
    """The three charts; each is drawn again only when its version is another."""
    columns = st.columns(2)
    for (name, alt_text), place in zip(_CHARTS, (columns[0], columns[1], None), strict=True):
        with place or st.container():
            live_chart(
                figures[name], f"{key}-{name}", alt_text, version=version, n_points=history.n_points
            )
    if history.start:
        components.note(
            "Binary accuracy counts every paper and label pair, and most pairs are “no”: the "
            "dotted line is what predicting no label at all reaches. Read it beside the "
            "micro-F1, never alone."
        )


def _render_ended(run: Run, context: PageContext, on_train_page: bool) -> None:
    render_heading(run)
    render_ending(run)
    if run.summary.has_bundle:
        _render_verdict(run)
    _next_steps(run, context, on_train_page)
    render_curves(run)
    render_log(run, context)


def render_ending(run: Run) -> None:
    """Say how a run ended, unless it simply finished."""
    if run.state == STOPPED:
        text = components.without_paths(run.status.message or "Stopped.")
        st.info(components.safe_text(text), icon=":material/stop_circle:")
    elif run.state != FINISHED:
        components.show_error(ArxivTagError(run.status.message or "It failed.", run.status.hint))


def render_curves(run: Run) -> None:
    """Show the curves of a training that is over, if it got that far."""
    load_plotly()
    history, figures, version = _followers().view(run.folder)
    if history.n_points:
        st.subheader("Training", anchor=False)
        _charts(figures, version, history, key="ended")


def _render_verdict(run: Run) -> None:
    """Two sentences on how good the model is, against its baselines, and the key figures."""
    from arxivtag.learning.headline import headline_sentences

    evaluation = run.result.get("evaluation")
    if not isinstance(evaluation, dict) or not evaluation:
        return
    try:
        sentences = headline_sentences(evaluation)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return
    st.info(components.safe_text(" ".join(sentences)), icon=":material/insights:")
    figures = run.summary.figures
    tiles = [
        ("Micro-F1", "micro_f1", "Right labels against wrong and missed ones, all labels pooled."),
        (
            "Macro-F1",
            "macro_f1",
            "The same for each label, then averaged: rare labels count fully.",
        ),
        ("Precision at 1", "precision_at_1", "How often the most probable label is a true one."),
        ("Ranking (LRAP)", "lrap", "How high the true labels stand in each paper's ranking."),
    ]
    rows = [(name, f"{figures[key]:.3f}", help) for name, key, help in tiles if key in figures]
    rows.append(
        ("Time", components.duration_text(run.summary.duration_s) or "–", "From start to end.")
    )
    components.metric_row(rows)


def _next_steps(run: Run, context: PageContext, on_train_page: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if run.summary.has_bundle:
            predict_link(run, context)
        if on_train_page:
            st.page_link(
                "pages/4_Runs.py",
                label="All its figures" if run.summary.has_bundle else "Details",
                icon=":material/query_stats:",
                query_params=context.link_parameters(run=run.run_id),
            )
        resume_button(run, context)


def predict_link(run: Run, context: PageContext) -> None:
    """Offer to tag papers with the run's model."""
    st.page_link(
        "pages/3_Predict.py",
        label="Predict with this model",
        icon=":material/sell:",
        query_params=context.link_parameters(model=run.run_id),
    )


def resume_button(run: Run, context: PageContext) -> None:
    """Offer to go on with a run that broke off."""
    broke_off = run.state in (LOST, FAILED)
    if not broke_off and not (run.state == STOPPED and not run.summary.has_bundle):
        return
    if not may_change(run.summary):
        return
    if not st.button(
        "Resume" if broke_off else "Start after all", icon=":material/resume:", key="resume",
        help="Goes on from the last finished epoch, where there is one.",
    ):  # fmt: skip
        return
    outcome = jobs.resume(run.run_id, context.home, owner=visitor_id())
    if isinstance(outcome, jobs.Refused):
        components.show_error(ArxivTagError(outcome.message, outcome.hint))
    else:
        st.rerun()


def render_log(run: Run, context: PageContext) -> None:
    """Show the last lines of a run's log, opened where the run broke off; not to visitors."""
    if context.visitor_mode:
        return  # a traceback names folders of this machine
    broke_off = run.state in (FAILED, LOST)
    tail = run.log_tail()
    if tail or broke_off:
        with st.expander("Last lines of the log", icon=":material/terminal:", expanded=broke_off):
            st.code(tail or "The log is empty.", language=None, wrap_lines=True)


def _run_link(label: str, run_id: str, context: PageContext) -> None:
    st.page_link(
        "pages/2_Train.py",
        label=label,
        icon=":material/visibility:",
        query_params=context.link_parameters(run=run_id),
    )
