"""Each label on its own: table, curves of chosen labels, and which are confused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from arxivtag.figures.evaluation import (
    confusion_figure,
    label_scatter_figure,
    precision_recall_figure,
    roc_figure,
)
from arxivtag.papers.taxonomy import label_name
from arxivtag.ui.frame import components, tables

POOLED = "All labels pooled"
MAX_CURVES = 6
_LABEL_COLUMNS = {
    "label": tables.text("Label", "small", pinned=True),
    "name": tables.text("Name"),
    "support": tables.count("Test papers"),
    "train_support": tables.count("Learnt from"),
    "precision": tables.figure("Precision"),
    "recall": tables.figure("Recall"),
    "f1": tables.bar("F1", "%.2f"),
    "average_precision": tables.figure("Average precision"),
    "roc_auc": tables.figure("ROC AUC", 3),
    "n_predicted": tables.count("Given to"),
    "threshold": tables.figure("Threshold in use", 3),
    "best_threshold": tables.figure(
        "Best on validation",
        3,
        "The threshold with this label's highest F1 on validation papers. That of a rare "
        "label is pulled towards the threshold that is best for all labels before it is used.",
    ),
}
_CONFUSION_COLUMNS = {
    "missed": tables.text("Missed", "small"),
    "missed_name": tables.text("Name"),
    "given": tables.text("Given, wrong", "small"),
    "given_name": tables.text("Name of it"),
    "n_papers": tables.count("Papers"),
    "share": tables.share("Share of its misses"),
}


def render_labels(evaluation: Mapping[str, Any]) -> None:
    """Draw the table of labels, and the F1 of each over how often it was seen."""
    table = pd.DataFrame(evaluation.get("per_label", {}))
    if table.empty:
        components.empty_state("No labels", "This evaluation holds no figures of single labels.")
        return
    table["name"] = [label_name(label) for label in table["label"]]
    # An older or other evaluation may lack some.
    columns = {name: column for name, column in _LABEL_COLUMNS.items() if name in table.columns}
    table = table[list(columns)]
    tables.show(
        table,
        "evaluation-labels",
        "Support, precision, recall, F1, average precision and threshold of each label",
        columns,
        height=420,
    )
    components.note(
        "Click a heading to sort. A figure is empty where it has no value: no test paper has "
        "the label, or it was given to none."
    )
    if "train_support" in table.columns and table["f1"].notna().any():
        components.render_figure(
            label_scatter_figure(table),
            key="evaluation-label-scatter",
            alt_text="F1 of each label over the number of training papers with it; labels seen "
            "more often usually score higher",
        )


def render_curves(evaluation: Mapping[str, Any]) -> None:
    """Draw precision-recall and ROC curves of chosen labels."""
    curves = evaluation.get("curves", {})
    available = curves.get("labels", {})
    if not available:
        components.empty_state("No curves", "None of the labels occurs in these papers.")
        return
    chosen = _curves_input(available, evaluation["per_label"])
    if not chosen:
        components.empty_state(
            "No label chosen", f"Choose up to {MAX_CURVES} labels to draw their curves."
        )
        return
    drawn = {name: curves["pooled"] if name == POOLED else available[name] for name in chosen}
    names = ", ".join(chosen)
    left, right = st.columns(2, gap="medium")
    with left:
        components.render_figure(
            precision_recall_figure(drawn, _decisions_in_use(evaluation)),
            key="evaluation-precision-recall",
            alt_text=f"Precision over recall at every threshold for {names}",
        )
    with right:
        components.render_figure(
            roc_figure(drawn),
            key="evaluation-roc",
            alt_text=f"True positive rate over false positive rate for {names}",
        )
    components.note("The dot on a precision-recall curve marks the threshold in use.")


def _curves_input(available: Collection[str], per_label: Mapping[str, Any]) -> list[str]:
    """Return the labels whose curves are asked for; the most frequent ones stand first."""
    support = dict(zip(per_label["label"], per_label["support"], strict=True))
    options = [POOLED, *sorted(available, key=lambda label: -support.get(label, 0))]
    chosen: list[str] = st.multiselect(
        "Labels",
        options,
        default=options[:4],
        max_selections=MAX_CURVES,
        format_func=lambda label: label if label == POOLED else components.label_text(label),
        key="evaluation-curve-labels",
    )
    return chosen


def _decisions_in_use(evaluation: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """Return ``(recall, precision)`` of each label, and of all pooled, at the thresholds in use."""
    columns = evaluation["per_label"]
    rows = zip(columns["label"], columns["recall"], columns["precision"], strict=True)
    points = {
        label: (recall, precision)
        for label, recall, precision in rows
        if recall is not None and precision is not None
    }
    if evaluation.get("micro_recall") is not None:
        points[POOLED] = (evaluation["micro_recall"], evaluation["micro_precision"])
    return points


def render_confusions(evaluation: Mapping[str, Any]) -> None:
    """Draw which labels were given in place of which."""
    table = pd.DataFrame(evaluation.get("confusions", []))
    if table.empty:
        components.empty_state(
            "No confusions", "On no paper was one label missed while another was wrongly given."
        )
        return
    components.note(
        "A paper counts for a pair when the first label is true but missed, and the second is "
        "given but wrong."
    )
    components.render_figure(
        confusion_figure(table),
        key="evaluation-confusions",
        alt_text="How often each label was missed while another was wrongly given, as a grid; the "
        "table below holds the same numbers",
    )
    table = table.assign(
        missed_name=[label_name(label) for label in table["missed"]],
        given_name=[label_name(label) for label in table["given"]],
        share=table["n_papers"] / table["n_missed"],
    )
    tables.draw(
        table,
        "evaluation-confusion",
        "Pairs of a missed label and a wrong label given on the same papers",
        _CONFUSION_COLUMNS,
        height=300,
    )
