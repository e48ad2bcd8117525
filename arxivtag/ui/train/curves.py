"""The curves of a training, drawn again only when there are new points."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from arxivtag.figures import history as history_figures
from arxivtag.runs.history import History, read_history
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.registry import Run
from arxivtag.runs.status import FINISHED
from arxivtag.ui.browser.live_chart import live_chart, plain_figure
from arxivtag.ui.frame import components
from arxivtag.ui.frame.memory import FileState, file_state, shared
from arxivtag.ui.train.space_view import (
    ABOUT,
    offer_space,
    render_circle,
    render_papers,
    render_strip,
    shown_space,
)

_MAX_CURVES = 32
# Each figure's name, and what it shows for those who cannot see it.
_CHARTS = {
    "loss": "Loss of training papers, batch by batch, and of validation papers by epoch.",
    "binary_accuracy": "Binary accuracy of training papers, batch by batch, and of validation "
    "papers by epoch, against the level that predicting no label at all reaches.",
    "validation": "Micro-F1 and precision at 1 on the validation papers, epoch by epoch.",
}


@dataclass(frozen=True)
class Curves:
    """The history of a training so far, its figures by name, and their version."""

    history: History
    figures: dict[str, dict[str, Any]]
    version: int


def current_curves(folder: RunFolder) -> Curves:
    """Return a run's curves, which are made anew when its history has grown."""
    return _curves(folder.history, folder.run_id, file_state(folder.history))


@shared(_MAX_CURVES)
def _curves(path: Path, run_id: str, state: FileState) -> Curves:
    history = read_history(path)
    # A history only grows: how long it was tells its versions apart.
    return Curves(history, _figures(history, run_id), version=state[0])


def _figures(history: History, run_id: str) -> dict[str, dict[str, Any]]:
    """Return the figures of a training, by name, as plain values."""
    n_epochs, best = history.n_epochs, history.best_epoch
    baseline = history.start.get("binary_accuracy_all_zeros")
    drawn = {
        metric: history_figures.training_figure(
            history.batches,
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


def render_charts(run: Run, curves: Curves, key: str = "live") -> None:
    """Draw the label space beside the curves; the browser draws again only what has changed."""
    live = key == "live"
    space = shown_space(run.folder)
    left, right = st.columns(2)
    if space is not None:
        with left:
            components.note(ABOUT)
            render_circle(run, key, curves.history.n_epochs, live=live)
        left = right
    for name, place in (("loss", left), ("binary_accuracy", right)):
        with place:
            _render_chart(curves, name, key)
    if space is not None:
        left, right = st.columns(2)
        with left:
            render_strip(run, curves.history.n_epochs)
        with right:
            render_papers(run, key, live=live)
        if not live:
            offer_space(run)
    _render_chart(curves, "validation", key)
    if curves.history.start:
        components.note(
            "Binary accuracy counts every pair of paper and label, and most pairs are “no”: the "
            "dotted line is what predicting no label at all reaches. Read it beside the "
            "micro-F1, never alone."
        )


def _render_chart(curves: Curves, name: str, key: str) -> None:
    live_chart(
        curves.figures[name], f"{key}-{name}", _CHARTS[name],
        version=curves.version, n_points=curves.history.n_points,
    )  # fmt: skip


def render_ended_curves(run: Run) -> None:
    """Draw the curves of a training that is over, if it got that far."""
    curves = current_curves(run.folder)
    if curves.history.n_points:
        st.subheader("Training", anchor=False)
        if ended := early_end_text(run, curves.history):
            components.note(ended)
        # A click on a paper draws nothing else again.
        st.fragment(render_charts)(run, curves, key="ended")


def early_end_text(run: Run, history: History) -> str:
    """Return why a training that finished has fewer epochs than were planned; else nothing."""
    n_done, n_planned = len(history.epochs), history.n_epochs or 0
    training = run.settings.training if run.settings is not None else None
    if run.state != FINISHED or training is None or not 0 < n_done < n_planned:
        return ""
    kept = " The model is that of the best epoch." if training.restore_best_epoch else ""
    return (
        f"Training ended after {n_done} of {n_planned} epochs: the loss on validation papers was "
        f"lowest after epoch {history.best_epoch}.{kept}"
    )
