"""The curves of a training, drawn again only when there are new points."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import streamlit as st

from arxivtag.figures import history as history_figures
from arxivtag.runs.history import History, HistoryFollower
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.registry import Run
from arxivtag.ui.browser.live_chart import live_chart, load_plotly, plain_figure
from arxivtag.ui.frame import components

_MAX_FOLLOWED = 64


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
def followers() -> _Followers:
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


_CHARTS = (
    ("loss", "Loss of training and validation papers, epoch by epoch."),
    (
        "binary_accuracy",
        "Binary accuracy of training and validation papers, epoch by epoch, against the level "
        "that predicting no label at all reaches.",
    ),
    ("validation", "Micro-F1 and precision at 1 on the validation papers, epoch by epoch."),
)


def render_charts(
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


def render_curves(run: Run) -> None:
    """Show the curves of a training that is over, if it got that far."""
    load_plotly()
    history, figures, version = followers().view(run.folder)
    if history.n_points:
        st.subheader("Training", anchor=False)
        render_charts(figures, version, history, key="ended")
