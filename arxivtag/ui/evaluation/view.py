"""The evaluation part of the Runs page: what a run's model is worth, and where it errs."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from arxivtag.runs.layout import RunFolder
from arxivtag.ui.evaluation import stored
from arxivtag.ui.evaluation.calibration_part import render_calibration
from arxivtag.ui.evaluation.errors_part import render_errors
from arxivtag.ui.evaluation.headline_part import (
    render_comparison,
    render_headline,
    render_metrics_table,
)
from arxivtag.ui.evaluation.labels_part import render_confusions, render_curves, render_labels
from arxivtag.ui.evaluation.thresholds_part import render_thresholds
from arxivtag.ui.frame import components
from arxivtag.ui.frame.errors import guarded

TABS = (
    "Figures",
    "Labels",
    "Curves",
    "Confusions",
    "Thresholds",
    "Calibration",
    "Errors",
)


def render_evaluation(run_folder: Path) -> None:
    """Draw the evaluation of a run; only the open tab is computed.

    Args:
        run_folder: The run's folder, with ``evaluation.json`` and, for the threshold
            explorer and the error browser, ``predictions.npz``, ``test_papers.parquet``
            and ``bundle/``.
    """
    # runs/<run_id> below the home folder.
    folder = RunFolder(run_folder.name, run_folder.parent.parent)
    if not folder.evaluation.exists():
        components.empty_state(
            "No evaluation yet", "It appears here when the run has finished training."
        )
        return
    with guarded():
        render_headline(stored.figures(folder))
        _render_tabs(folder)


@st.fragment
def _render_tabs(folder: RunFolder) -> None:
    """Draw the tabs in a fragment, so that a slider reruns nothing else on the page."""
    tabs = st.tabs(TABS, on_change="rerun", key=f"evaluation-tabs-{folder.run_id}")
    for name, tab in zip(TABS, tabs, strict=True):
        if tab.open:
            with tab, guarded():
                _render_tab(name, folder)


def _render_tab(name: str, folder: RunFolder) -> None:
    evaluation = stored.figures(folder)
    if name == "Figures":
        render_comparison(evaluation)
        render_metrics_table(evaluation)
    elif name == "Labels":
        render_labels(evaluation)
    elif name == "Curves":
        render_curves(evaluation)
    elif name == "Confusions":
        render_confusions(evaluation)
    elif name == "Calibration":
        render_calibration(evaluation)
    else:
        _render_with_predictions(name, folder)


def _render_with_predictions(name: str, folder: RunFolder) -> None:
    decisions = stored.decisions(folder)
    if decisions is None or not len(decisions.y_pred):
        components.empty_state(
            "No predictions kept", "This run kept no predictions on its test papers."
        )
        return
    if name == "Thresholds":
        render_thresholds(stored.figures(folder), decisions, folder.run_id)
        return
    papers = stored.test_papers(folder)
    if papers is None or len(papers) != len(decisions.y_pred):
        components.empty_state("No papers kept", "This run kept no texts of its test papers.")
        return
    render_errors(folder, decisions, papers)
