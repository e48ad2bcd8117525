"""Watch it learn: curves, papers that travel to their labels, F1 label by label, moving bars."""

from __future__ import annotations

import functools
import html
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from arxivtag.errors import ArxivTagError
from arxivtag.figures import history as history_figures
from arxivtag.learning.space import f1_of_labels, from_bytes, paper_places
from arxivtag.papers.taxonomy import label_name
from arxivtag.runs.history import History, read_history
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.registry import Run
from arxivtag.runs.space import Space
from arxivtag.runs.status import FINISHED
from arxivtag.ui.browser.labels import label_space, paper_bars
from arxivtag.ui.browser.live_chart import live_chart, plain_figure
from arxivtag.ui.evaluation.stored import readable
from arxivtag.ui.frame import components, models
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.memory import FileState, file_state, shared

_MAX_CURVES = 32
# Each figure's name, and what it shows for those who cannot see it.
_CHARTS = {
    "loss": "Loss of training papers, batch by batch, and of validation papers by epoch.",
    "binary_accuracy": "Binary accuracy of training papers, batch by batch, and of validation "
    "papers by epoch, against the level that predicting no label at all reaches.",
    "validation": "Micro-F1 and precision at 1 on the validation papers, epoch by epoch.",
}
MAX_REPLAYED = 60
LIVE_FRAMES = 3  # in each message, in case the browser missed one
N_PAPERS = 3
ABOUT = (
    "Each dot is a validation paper, in the colour of its first true label, at the mean of the "
    "labels' places weighted by the probabilities it is given. Before training all stand in the "
    "middle. Click a dot for the paper."
)


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
    figures = {name: plain_figure(figure, run_id) for name, figure in drawn.items()}
    # A history only grows: how long it was tells its versions apart.
    return Curves(history, figures, version=state[0])


def render_charts(run: Run, curves: Curves, key: str = "live") -> None:
    """Draw the label space beside the curves; the browser draws again only what has changed."""
    live = key == "live"
    space = shown_space(run.folder)
    left, right = st.columns(2)
    if space is not None:
        with left:
            components.note(ABOUT)
            render_circle(run.run_id, space, key, curves.history.n_epochs, live=live)
        left = right
    for name, place in (("loss", left), ("binary_accuracy", right)):
        with place:
            _render_chart(curves, name, key)
    if space is not None:
        left, right = st.columns(2)
        with left:
            render_strip(space, curves.history.n_epochs)
        with right:
            render_papers(run.run_id, space, key, live=live)
        if not live:
            components.download_csv(
                "Label space as CSV", f"label-space-{run.run_id}", lambda: [space_table(space)]
            )
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


def shown_space(folder: RunFolder) -> Space | None:
    """Return a run's label space, if it has a frame yet; what is damaged is said."""
    try:
        with readable("label space"):
            return models.space_of(folder.run_id, folder.home)
    except ArxivTagError as error:
        components.show_error(error)
        return None


def _replayed_frames(space: Space) -> NDArray[np.int64]:
    """Return at most :data:`MAX_REPLAYED` frames, evenly chosen, the first and last among them."""
    n = len(space.epochs)
    return np.unique(np.linspace(0, n - 1, min(n, MAX_REPLAYED)).round().astype(np.int64))


def render_circle(
    run_id: str,
    space: Space,
    key: str,
    n_epochs: int | None,
    *,
    live: bool = False,
    group: str = "",
) -> None:
    """Draw the circle of labels with its dots; spaces of one ``group`` are replayed together."""
    with guarded(), readable("label space"):
        n_frames = len(space.epochs)
        first_live = max(0, n_frames - LIVE_FRAMES)
        frames = np.arange(first_live, n_frames) if live else _replayed_frames(space)
        chosen = _chosen(key, space)
        label_space(
            {
                "run": run_id,
                "live": live,
                "group": group or run_id,
                "alt": f"{len(space.titles)} validation papers as dots among "
                f"{len(space.label_names)} labels on a circle; the arrow keys choose a paper, "
                "which is then described beside it.",
                "labels": list(space.label_names),
                "first": [own[0] for own in space.paper_labels],
                "epochs": space.epochs[frames].tolist(),
                "places": paper_places(from_bytes(space.packed[frames])),
                "n_epochs": n_epochs,
                "chosen": chosen,
                "paper_labels": [] if chosen is None else list(space.paper_labels[chosen]),
            },
            f"{key}-circle",
            lambda paper: _choose(key, paper),
        )


def _choose(key: str, paper: int) -> None:
    before = st.session_state.get(f"{key}-paper")
    st.session_state[f"{key}-paper"] = None if paper == before else paper


def _chosen(key: str, space: Space) -> int | None:
    paper = st.session_state.get(f"{key}-paper")
    return paper if isinstance(paper, int) and 0 <= paper < len(space.titles) else None


def render_papers(run_id: str, space: Space, key: str, *, live: bool = False) -> None:
    """Draw the chosen paper and three others with a bar for each of their labels."""
    with guarded(), readable("label space"):
        chosen = _chosen(key, space)
        papers = [*([] if chosen is None else [chosen]), *_examples(space)][: N_PAPERS + 1]
        last = len(space.epochs) - 1
        frames = np.unique([0, last]) if live else _replayed_frames(space)
        shown: list[dict[str, Any]] = [
            {
                "title": space.titles[paper],
                "labels": list(space.paper_labels[paper]),
                "chosen": paper == chosen and place == 0,
            }
            for place, paper in enumerate(papers)
        ]
        paper_bars(
            {
                "group": run_id,
                "labels": list(space.label_names),
                "papers": shown,
                "n_frames": len(frames),
                "packed": space.packed[frames][:, papers],
            },
            f"{key}-papers",
        )


def space_table(space: Space) -> pd.DataFrame:
    """Return the last frame: ``title``, ``labels``, ``x``, ``y`` and each label's probability."""
    y_prob = from_bytes(space.packed[-1])
    x, y = paper_places(y_prob).T
    labels = [" ".join(space.label_names[k] for k in own) for own in space.paper_labels]
    places = pd.DataFrame({"title": space.titles, "labels": labels, "x": x, "y": y})
    return places.join(pd.DataFrame(y_prob, columns=list(space.label_names)))


def _examples(space: Space) -> list[int]:
    """Return three papers with different first labels, where there are."""
    by_label: dict[int, int] = {}
    for paper, labels in enumerate(space.paper_labels):
        by_label.setdefault(labels[0], paper)
    return sorted(by_label.values())[:N_PAPERS]


def render_strip(space: Space, n_epochs: int | None) -> None:
    """Draw the F1 of each label as a strip that fills from the left, epoch by epoch."""
    with guarded(), readable("label space"):
        st.html(_strip_html(space, n_epochs or 1))


@functools.lru_cache(32)  # by the space itself: a resumed run has other frames, perhaps as many
def _strip_html(space: Space, n_epochs: int) -> str:
    y_true, whole = space.y_true, space.whole_epochs
    by_epoch = np.array([f1_of_labels(y_true, space.packed[frame]) for frame in whole], np.float32)
    by_label = by_epoch.reshape(len(whole), len(space.label_names)).T.tolist()
    ends = space.epochs[whole].tolist()
    rows = "".join(
        _strip_row(name, values, ends, max(n_epochs, *ends, 1))
        for name, values in zip(space.label_names, by_label, strict=True)
    )
    return (
        '<p class="at-note">F1 of each label on these papers, epoch by epoch: the stronger the '
        f'colour, the better.</p><ul class="at-strip">{rows}</ul>'
    )


def _strip_row(name: str, values: list[float], ends: list[float], n_epochs: float) -> str:
    stops, before = [], 0.0
    for value, end in zip(values, ends, strict=True):
        left, right = 100 * before / n_epochs, 100 * end / n_epochs
        colour = f"color-mix(in srgb, var(--at-accent) {100 * value:.0f}%, var(--at-soft))"
        stops.append(f"{colour} {left:.2f}% {right:.2f}%")
        before = end
    edge = f"{100 * before / n_epochs:.2f}%"
    fill = ", ".join([*stops, f"transparent {edge} 100%"])
    said = f"{values[-1]:.2f}" if values else "–"
    label, words = html.escape(name), html.escape(label_name(name))
    return (
        f"<li><span><b>{label}</b> {words if words != label else ''}</span>"
        f'<i style="background: linear-gradient(90deg, {fill})"></i><span>{said}</span></li>'
    )
