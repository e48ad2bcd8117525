"""How a run ended, and what one does next."""

import streamlit as st

from arxivtag.errors import ArxivTagError
from arxivtag.runs import jobs
from arxivtag.runs.registry import Run
from arxivtag.runs.status import FAILED, FINISHED, LOST, STOPPED
from arxivtag.ui.frame import components
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.frame.run_access import may_change, visitor_id
from arxivtag.ui.train.curves import render_curves
from arxivtag.ui.train.heading import render_heading


def render_ended(run: Run, context: PageContext, on_train_page: bool) -> None:
    render_heading(run)
    render_ending(run)
    if run.summary.has_bundle:
        render_verdict(run)
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


def render_verdict(run: Run) -> None:
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
