"""How a run ended, and what one does next."""

from __future__ import annotations

import streamlit as st

from arxivtag.errors import ArxivTagError
from arxivtag.runs import jobs
from arxivtag.runs.registry import Run
from arxivtag.runs.status import FAILED, FINISHED, LOST, STOPPED
from arxivtag.ui.evaluation.headline_part import render_headline
from arxivtag.ui.evaluation.stored import readable
from arxivtag.ui.frame import components
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.frame.run_access import may_change, visitor_id
from arxivtag.ui.train.curves import render_ended_curves
from arxivtag.ui.train.heading import predict_link, render_heading

BROKE_OFF = (FAILED, LOST)


def render_ended(run: Run, context: PageContext) -> None:
    """Draw how a run ended, what its model is worth, and what one may do with it."""
    render_heading(run)
    render_ending(run)
    if run.has_bundle:
        render_verdict(run)
    _next_steps(run, context)
    render_ended_curves(run)
    render_log(run, context)


def render_ending(run: Run) -> None:
    """Say how a run ended, unless it simply finished."""
    if run.state == STOPPED:
        text = components.without_paths(run.status.message or "Stopped.")
        st.info(components.safe_text(text), icon=":material/stop_circle:")
    elif run.state != FINISHED:
        components.show_error(ArxivTagError(run.status.message or "It failed.", run.status.hint))


def render_verdict(run: Run) -> None:
    """Say what the model is worth beside its baselines, from what the run recorded."""
    evaluation = run.result.get("evaluation")
    if evaluation:
        with guarded(), readable("evaluation"):
            render_headline(evaluation)


def _next_steps(run: Run, context: PageContext) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if run.has_bundle:
            predict_link(run, context)
        label = "All its figures" if run.has_bundle else "Details"
        context.link("pages/4_Runs.py", label, ":material/query_stats:", run=run.run_id)
        resume_button(run, context)


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
