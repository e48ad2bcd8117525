"""The evaluation part of the Runs page: what a run's model is worth, and where it errs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial

import streamlit as st

from arxivtag.corpus.splits import divided_text
from arxivtag.runs import registry
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.registry import Run
from arxivtag.runs.status import FINISHED
from arxivtag.ui.evaluation import stored
from arxivtag.ui.evaluation.decision_part import render_calibration, render_thresholds
from arxivtag.ui.evaluation.errors_part import render_errors
from arxivtag.ui.evaluation.headline_part import render_figures, render_headline
from arxivtag.ui.evaluation.labels_part import render_confusions, render_curves, render_labels
from arxivtag.ui.evaluation.stored import Decisions
from arxivtag.ui.frame import components
from arxivtag.ui.frame.errors import guarded, render_open_tab
from arxivtag.ui.frame.who import visible_runs

_BESIDE_CHANCE = {"micro_f1": "micro-F1", "lrap": "ranking (LRAP)"}


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
            _render_tomorrow(folder)
        _render_tabs(folder)


def _render_tomorrow(folder: RunFolder) -> None:
    """Say that a run was tested on newer papers, and how much worse it is there; else nothing."""
    run = registry.read_run(folder.run_id, folder.home)
    if run.settings is None or run.settings.split.split_by != "date":
        return
    split = run.result.get("split", {})
    dates = split.get("first_dates") or split.get("first_months", ())  # older runs know months
    since = f", from {dates[-1]} on" if dates else ""
    chance = divided_text(split.get("divided_dates", ()))
    told = " ".join(filter(None, [f"Split by date: tested on the newest papers{since}.", chance]))
    st.info(components.safe_text(f"{told} {_drop_text(run)}"), icon=":material/event_upcoming:")


def _drop_text(run: Run) -> str:
    twin = _by_chance(run)
    if twin is None:
        return "To see what that costs, train once more with the same settings, split by chance."
    here, there = run.result["evaluation"], twin.result["evaluation"]
    drops = [
        f"{name} {here[key]:.3f} instead of {there[key]:.3f} ({here[key] - there[key]:+.3f})"
        for key, name in _BESIDE_CHANCE.items()
    ]
    return f"Against papers held out by chance (run {twin.name}): {', '.join(drops)}."


def _by_chance(run: Run) -> Run | None:
    """Return the newest finished run with the same settings, split by chance, if there is one."""
    assert run.settings is not None
    split = dataclasses.replace(run.settings.split, split_by="chance")
    wanted = dataclasses.replace(run.settings, split=split)
    for summary in visible_runs(run.folder.home):
        if (summary.state, summary.data, summary.preset) == (FINISHED, run.data, run.preset):
            other = registry.read_run(summary.run_id, run.folder.home)
            if other.settings == wanted:
                return other
    return None


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
