"""The evaluation part of the Runs page: what a run's model is worth, and where it errs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from arxivtag.runs.layout import RunFolder
from arxivtag.ui.evaluation import stored
from arxivtag.ui.evaluation.calibration_part import render_calibration
from arxivtag.ui.evaluation.errors_part import render_errors
from arxivtag.ui.evaluation.headline_part import render_figures, render_headline
from arxivtag.ui.evaluation.labels_part import render_confusions, render_curves, render_labels
from arxivtag.ui.evaluation.stored import Decisions
from arxivtag.ui.evaluation.thresholds_part import render_thresholds
from arxivtag.ui.evaluation.tomorrow_part import render_tomorrow
from arxivtag.ui.frame import components
from arxivtag.ui.frame.errors import guarded, render_open_tab


def render_evaluation(folder: RunFolder) -> None:
    """Draw the evaluation of a run; only the open tab is computed."""
    if not folder.evaluation.exists():
        components.empty_state(
            "No evaluation yet", "It appears here when the run has finished training."
        )
        return
    with guarded():
        with stored.readable("evaluation"):
            render_headline(stored.figures(folder))
            render_tomorrow(folder)
        _render_tabs(folder)


@st.fragment
def _render_tabs(folder: RunFolder) -> None:
    """Draw the tabs in a fragment, so that a slider reruns nothing else on the page."""
    readable = stored.readable("evaluation")
    render_open_tab(
        {name: partial(readable(render), folder) for name, render in TABS.items()},
        key=f"evaluation-tabs-{folder.run_id}",
    )


def _kept_decisions(folder: RunFolder) -> Decisions | None:
    """Return what the run decided on its test papers; say so where it kept nothing."""
    decisions = stored.decisions(folder)
    if decisions is None or not len(decisions.y_pred):
        components.empty_state(
            "No predictions kept", "This run kept no predictions on its test papers."
        )
        return None
    return decisions


def _thresholds(folder: RunFolder) -> None:
    decisions = _kept_decisions(folder)
    if decisions is not None:
        render_thresholds(stored.figures(folder), decisions, folder.run_id)


def _errors(folder: RunFolder) -> None:
    decisions = _kept_decisions(folder)
    if decisions is None:
        return
    papers = stored.test_papers(folder)
    if papers is None or len(papers) != len(decisions.y_pred):
        components.empty_state("No papers kept", "This run kept no texts of its test papers.")
        return
    render_errors(folder, decisions, papers)


TABS: dict[str, Callable[[RunFolder], None]] = {
    "Figures": lambda folder: render_figures(stored.figures(folder)),
    "Labels": lambda folder: render_labels(stored.figures(folder)),
    "Curves": lambda folder: render_curves(stored.figures(folder)),
    "Confusions": lambda folder: render_confusions(stored.figures(folder)),
    "Thresholds": _thresholds,
    "Calibration": lambda folder: render_calibration(stored.figures(folder)),
    "Errors": _errors,
}
