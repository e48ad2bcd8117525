"""Whether probabilities mean what they say: reliability before and after calibration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from arxivtag.figures.evaluation import reliability_figure
from arxivtag.ui.frame import components

KINDS = {
    "all_pairs": "All pairs of paper and label",
    "top_label": "Each paper's most probable label",
}


def render_calibration(evaluation: Mapping[str, Any]) -> None:
    """Draw reliability diagrams and the expected calibration error."""
    reliability = evaluation.get("reliability")
    if not reliability:
        components.empty_state("Not measured", "This evaluation holds no reliability figures.")
        return
    st.markdown(components.safe_text(_sentence(evaluation.get("calibration"))))
    for place, (kind, title) in zip(st.columns(2, gap="medium"), KINDS.items(), strict=True):
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


def _sentence(calibration: Mapping[str, Any] | None) -> str:
    method = calibration["method"] if calibration else "none"
    if calibration and method == "temperature":
        temperature = float(calibration["temperature"])
        effect = "less" if temperature > 1 else "more"
        return (
            f"Temperature scaling, fitted on validation papers: logits are divided by "
            f"{temperature:.2f}, which makes probabilities {effect} extreme."
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
