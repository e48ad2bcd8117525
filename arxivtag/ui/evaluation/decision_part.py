"""How probabilities become labels: what a threshold gains and costs, and what calibration did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import streamlit as st

from arxivtag.errors import counted
from arxivtag.figures.evaluation import reliability_figure, threshold_figure
from arxivtag.learning import thresholds
from arxivtag.learning.calibration import logit, sigmoid
from arxivtag.learning.counts import Counts, f1, precision, recall
from arxivtag.learning.evaluation import threshold_figures
from arxivtag.learning.thresholds import Thresholds
from arxivtag.ui.evaluation.stored import Decisions
from arxivtag.ui.frame import components

METHOD_NAMES = {
    "global": "One for all",
    "per_label": "One per label",
    "top_k": "Top k",
}
# Tile name, and whether a higher value is better; None: neither.
TILES: dict[str, tuple[str, Literal["normal", "inverse", "off"]]] = {
    "precision": ("Micro-precision", "normal"),
    "recall": ("Micro-recall", "normal"),
    "f1": ("Micro-F1", "normal"),
    "macro_f1": ("Macro-F1", "normal"),
    "labels_per_paper": ("Labels per paper", "off"),
    "share_without_label": ("Papers with no label", "inverse"),
}
_LOWEST, _HIGHEST, _STEP = 0.01, 0.99, 0.01
_BY_HAND = "evaluation-thresholds-by-hand"  # session state: {label: threshold} per run
_OF_WHAT = {
    "all_pairs": "All pairs of paper and label",
    "top_label": "Each paper's most probable label",
}


def render_thresholds(evaluation: Mapping[str, Any], decisions: Decisions, run_id: str) -> None:
    """Draw the explorer. It computes on the stored probabilities of the test papers."""
    in_use = decisions.thresholds
    components.note(
        f"In use: {_described(in_use)}, chosen on validation papers. What you try here changes "
        "nothing in the model; a threshold picked because it does well on these test papers "
        "looks better than it is."
    )
    method = st.segmented_control(
        "How labels are given",
        list(METHOD_NAMES),
        default=in_use.method,
        format_func=METHOD_NAMES.__getitem__,
        key=f"evaluation-threshold-method-{run_id}",
        required=True,
    )
    tried = _tried(str(method), decisions, run_id)
    test = decisions.predictions.test
    _render_tiles(
        threshold_figures(test.y_true, test.given(tried)),
        threshold_figures(test.y_true, decisions.y_pred),
    )
    if tried.method == "global" and len(tried.values):
        components.render_figure(
            threshold_figure(evaluation["threshold_grid"], float(tried.values[0])),
            key="evaluation-threshold-figure",
            alt_text="Precision, recall and F1 over one threshold for all labels; the line marks "
            f"{float(tried.values[0]):.2f}",
        )


def _tried(method: str, decisions: Decisions, run_id: str) -> Thresholds:
    """Draw the widgets of a method and return the thresholds that they stand for."""
    n_labels = len(decisions.predictions.label_names)
    if method == "top_k":
        most = min(thresholds.MAX_TOP_K, n_labels)
        usual, key = min(decisions.thresholds.top_k or 3, most), f"evaluation-k-{run_id}"
        # A slider needs two places.
        k = 1 if most == 1 else st.slider("Labels given to each paper", 1, most, usual, key=key)
        return Thresholds("top_k", np.zeros(n_labels, np.float32), int(k))
    if method == "global":
        value = _global_input(decisions, run_id)
        return Thresholds("global", np.full(n_labels, value, np.float32))
    return Thresholds("per_label", _per_label_input(decisions, run_id))


def _global_input(decisions: Decisions, run_id: str) -> float:
    in_use = decisions.thresholds
    is_global = in_use.method == "global" and len(in_use.values) > 0
    start = float(in_use.values[0]) if is_global else decisions.best_global
    value = st.slider(
        "Threshold",
        _LOWEST,
        _HIGHEST,
        _on_slider(start),
        _STEP,
        key=f"evaluation-threshold-{run_id}",
        help="The one with the highest micro-F1 on validation papers is "
        f"{decisions.best_global:.3f}.",
    )
    # A slider that nobody moved stands for the exact value, not for the step beside it.
    return start if value == _on_slider(start) else value


def _per_label_input(decisions: Decisions, run_id: str) -> np.ndarray:
    """Return each label's threshold: those in use, shifted together, some set one by one."""
    values = _shifted_together(decisions, run_id)
    names = decisions.predictions.label_names
    set_by_hand: dict[str, float] = st.session_state.setdefault(f"{_BY_HAND}-{run_id}", {})
    for name, value in set_by_hand.items():
        if name in names:
            values[names.index(name)] = value
    _one_label_input(decisions, values, run_id, set_by_hand)
    if set_by_hand:
        st.button(
            f"Undo {len(set_by_hand)} set by hand",
            icon=":material/undo:",
            on_click=set_by_hand.clear,
            key=f"evaluation-undo-{run_id}",
        )
    return values


def _shifted_together(decisions: Decisions, run_id: str) -> np.ndarray:
    """Return the thresholds in use, moved by a slider; without any, those of the best global."""
    values = decisions.thresholds.values.copy()
    if decisions.thresholds.method == "top_k":
        values = np.full(len(values), decisions.best_global, np.float32)
    shift = st.slider(
        "All thresholds together",
        -3.0,
        3.0,
        0.0,
        0.1,
        key=f"evaluation-shift-{run_id}",
        help="Moves the thresholds on the logit scale: left gives more labels, right fewer. "
        "Those set by hand below stay where they are.",
    )
    return np.asarray(sigmoid(logit(values) + shift), np.float32) if shift else values


def _one_label_input(
    decisions: Decisions, values: np.ndarray, run_id: str, set_by_hand: dict[str, float]
) -> None:
    """Draw the slider of one label; its callback remembers what is set by hand."""
    names = decisions.predictions.label_names
    left, right = st.columns([1, 2], gap="medium", vertical_alignment="bottom")
    label = left.selectbox(
        "One label",
        names,
        format_func=components.label_text,
        key=f"evaluation-one-label-{run_id}",
    )
    threshold = float(values[names.index(label)])
    key = f"evaluation-one-threshold-{run_id}-{label}"
    # Set at each run, so that it follows when all thresholds move; the callback has taken
    # over a move of its own before.
    st.session_state[key] = _on_slider(threshold)
    right.slider(
        f"Threshold of {components.safe_text(label)}",
        _LOWEST,
        _HIGHEST,
        step=_STEP,
        key=key,
        on_change=lambda: set_by_hand.update({label: float(st.session_state[key])}),
    )
    _render_one_label(decisions, names.index(label), threshold)


def _on_slider(threshold: float) -> float:
    """Return the place of a slider's handle that is nearest to a threshold."""
    return round(min(max(threshold, _LOWEST), _HIGHEST), 2)


def _render_one_label(decisions: Decisions, column: int, threshold: float) -> None:
    """Say what the label's threshold does for the label itself."""
    truth = decisions.predictions.test.y_true[:, column]
    given = decisions.predictions.test.y_prob[:, column] >= np.float32(threshold)
    given &= decisions.predictions.test.readable
    counts = Counts.along(0, truth, given)
    label = decisions.predictions.label_names[column]
    if not truth.any():
        components.note(f"{label} is true of no test paper; it is given to {given.sum():,}.")
        return
    components.note(
        f"{label} at {threshold:.3f}: given to {counted(int(given.sum()), 'paper')}, "
        f"true of {truth.sum():,}; "
        f"precision {float(precision(counts)):.2f}, recall {float(recall(counts)):.2f}, "
        f"F1 {float(f1(counts)):.2f}."
    )


def _render_tiles(tried: Mapping[str, float], in_use: Mapping[str, float]) -> None:
    with st.grid(3, min_column_width=130, gap="small"):
        for key, (name, delta_color) in TILES.items():
            percent = key == "share_without_label"
            value, change = tried[key], tried[key] - in_use[key]
            digits = 2 if key == "labels_per_paper" else 3
            shown = components.percent_text(value) if percent else f"{value:.{digits}f}"
            moved = f"{100 * change:+.1f} points" if percent else f"{change:+.{digits}f}"
            st.metric(
                name,
                shown,
                delta=moved if float(moved.split()[0]) else None,
                delta_color=delta_color,
                help="On the test papers; below, the change from the thresholds in use.",
                border=True,
                height="stretch",
            )


def _described(in_use: Thresholds) -> str:
    if in_use.top_k is not None:
        return f"always the {in_use.top_k} most probable labels"
    if in_use.method == "global" and len(in_use.values):
        return f"one threshold of {float(in_use.values[0]):.3f} for all labels"
    return "one threshold per label"


def render_calibration(evaluation: Mapping[str, Any]) -> None:
    """Draw reliability diagrams and the expected calibration error."""
    reliability = evaluation.get("reliability")
    if not reliability:
        components.empty_state("Not measured", "This evaluation holds no reliability figures.")
        return
    st.markdown(components.safe_text(_calibration_text(evaluation.get("calibration"))))
    for place, (kind, title) in zip(st.columns(2, gap="medium"), _OF_WHAT.items(), strict=True):
        bins = {
            f"{when} calibration": columns
            for when, columns in reliability[kind].items()
            if columns is not None
        }
        with place:
            _render_reliability(bins, kind, title)
    components.note(
        f"Probabilities are put into {reliability['n_bins']} bins of equal width; the error is the "
        "gap between mean probability and share that came true, averaged over bins by how many "
        "cases each holds. Over all pairs it is small for any model, since nearly all pairs are "
        "surely false."
    )


def _render_reliability(bins: Mapping[str, Mapping[str, Any]], kind: str, title: str) -> None:
    """Draw one diagram, and the error of its probabilities before and after calibration."""
    components.render_figure(
        reliability_figure(bins, title),
        key=f"evaluation-reliability-{kind}",
        alt_text=f"{title}: the share that came true over the probability given; on the "
        "dotted diagonal, probabilities mean what they say",
    )
    errors = [
        f"{columns['expected_calibration_error']:.4f} {name}"
        for name, columns in bins.items()
        if columns["expected_calibration_error"] is not None
    ]
    components.note(f"Expected calibration error: {', '.join(errors)}.")


def _calibration_text(calibration: Mapping[str, Any] | None) -> str:
    method = calibration["method"] if calibration else "none"
    if calibration and method == "temperature":
        temperature = float(calibration["temperature"])
        effect = f"makes probabilities {'less' if temperature > 1 else 'more'} extreme"
        if abs(temperature - 1) < 0.005:
            effect = "hardly changes them"
        return (
            f"Temperature scaling, fitted on validation papers: logits are divided by "
            f"{temperature:.2f}, which {effect}."
        )
    if method == "isotonic":
        return (
            "Isotonic scaling: a rising curve fitted on validation papers corrects probabilities."
        )
    if method == "top_label":
        return (
            "Top-label scaling: a line fitted on validation papers corrects the probability of "
            "each paper's first label."
        )
    return "Probabilities are used as the network gives them, without calibration."
