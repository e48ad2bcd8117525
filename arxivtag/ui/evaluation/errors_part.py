"""The error browser: papers on which a label was wrongly given or missed, and why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from arxivtag.errors import ArxivTagError
from arxivtag.papers.texts import join_text
from arxivtag.runs.layout import RunFolder
from arxivtag.tagging.explanation import explain, without_function_words
from arxivtag.ui.evaluation.stored import Decisions
from arxivtag.ui.frame import components, models, tables
from arxivtag.ui.predict.why import (
    contributions_table,
    hidden_text,
    render_contributions,
    render_marked,
)

KINDS = {
    "false_positives": "Given, but wrong",
    "false_negatives": "True, but missed",
}
MAX_ROWS = 200
MAX_TERMS = 12


def error_table(decisions: Decisions, papers: pd.DataFrame, label: str, kind: str) -> pd.DataFrame:
    """Return the papers of one kind of error, the most confident first.

    Returns:
        Columns ``probability``, ``title``, ``true_labels``, ``given_labels`` (tuples) and
        ``row`` (position among the test papers, which ``papers`` hold in the same order).
    """
    predictions = decisions.predictions
    column = predictions.label_names.index(label)
    truth, given = predictions.test.y_true[:, column], decisions.y_pred[:, column]
    wrong = given & ~truth if kind == "false_positives" else truth & ~given
    y_prob = predictions.test.y_prob[:, column]
    order = np.argsort(-y_prob if kind == "false_positives" else y_prob, kind="stable")
    rows = order[wrong[order]]
    names = np.array(predictions.label_names, dtype=object)
    return pd.DataFrame(
        {
            "probability": y_prob[rows].astype(float),
            "title": papers["title"].to_numpy()[rows],
            "true_labels": [tuple(papers["labels"].iloc[row]) for row in rows],
            "given_labels": [tuple(names[decisions.y_pred[row]]) for row in rows],
            "row": rows,
        }
    )


def error_counts(decisions: Decisions) -> pd.DataFrame:
    """Return how many false positives and false negatives each label has, most errors first."""
    y_true = decisions.predictions.test.y_true
    table = pd.DataFrame(
        {
            "label": list(decisions.predictions.label_names),
            "false_positives": (decisions.y_pred & ~y_true).sum(axis=0),
            "false_negatives": (y_true & ~decisions.y_pred).sum(axis=0),
        }
    )
    errors = table["false_positives"] + table["false_negatives"]
    order = errors.sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def render_errors(folder: RunFolder, decisions: Decisions, papers: pd.DataFrame) -> None:
    """Draw the list of a label's errors and the chosen paper."""
    label, kind = _error_input(decisions, folder.run_id)
    table = error_table(decisions, papers, label, kind)
    if table.empty:
        components.empty_state(
            "No such error", f"Among the test papers there is none for {label}. Try another label."
        )
        return
    chosen = _paper_input(table, label, kind, folder.run_id)
    _render_decision(decisions, label, chosen)
    abstract = str(papers["abstract"].iloc[int(chosen["row"])])
    try:
        _render_reasons(folder, str(chosen["title"]), abstract, label)
    except ArxivTagError as error:
        components.plain_html(abstract)
        components.note(f"The reasons cannot be shown: {components.without_paths(error.message)}")


def _error_input(decisions: Decisions, run_id: str) -> tuple[str, str]:
    """Draw the choice of a label and of a kind of error; return both."""
    counts = error_counts(decisions).set_index("label")
    left, right = st.columns([3, 2], gap="medium", vertical_alignment="bottom")
    label = left.selectbox(
        "Label",
        list(counts.index),
        format_func=lambda name: (
            f"{components.label_text(name)} ({counts.loc[name, 'false_positives']} wrong, "
            f"{counts.loc[name, 'false_negatives']} missed)"
        ),
        key=f"evaluation-error-label-{run_id}",
    )
    kind = right.segmented_control(
        "Kind of error",
        list(KINDS),
        default="false_positives",
        format_func=lambda name: f"{KINDS[name]} ({counts.loc[label, name]})",
        key=f"evaluation-error-kind-{run_id}",
        required=True,
    )
    return str(label), str(kind)


def _paper_input(table: pd.DataFrame, label: str, kind: str, run_id: str) -> pd.Series[Any]:
    """Draw the list of errors and return the row that is chosen in it."""
    shown = table.head(MAX_ROWS)
    event: Any = st.dataframe(
        shown.drop(columns="row").assign(
            true_labels=shown["true_labels"].map(list), given_labels=shown["given_labels"].map(list)
        ),
        hide_index=True,
        height=min(280, 38 + 35 * len(shown)),
        on_select="rerun",
        selection_mode="single-row",
        selection_default={"selection": {"rows": [0]}},
        key=f"evaluation-errors-{run_id}-{label}-{kind}",
        alt=f"Papers on which {label} is {KINDS[kind].lower()}, the most confident first",
        column_config={
            "probability": tables.figure(f"Probability of {label}", 3),
            "title": tables.text("Title", "large"),
            "true_labels": tables.texts("True labels"),
            "given_labels": tables.texts("Labels given"),
        },
    )
    if len(table) > len(shown):
        components.note(f"The first {len(shown)} of {len(table):,}.")
    rows = event["selection"]["rows"]
    return shown.iloc[rows[0] if rows and rows[0] < len(shown) else 0]


def _render_decision(decisions: Decisions, label: str, chosen: pd.Series[Any]) -> None:
    """Draw a paper's title, the label's probability, and the true and the given labels."""
    column = decisions.predictions.label_names.index(label)
    st.header(components.math_text(str(chosen["title"])), anchor=False)
    threshold = float(decisions.thresholds.values[column])
    at = "" if decisions.thresholds.top_k is not None else f", threshold {threshold:.3f}"
    components.note(f"Probability of {label}: {float(chosen['probability']):.3f}{at}.")
    left, right = st.columns(2, gap="medium")
    with left:
        components.note("True labels")
        components.label_badges(chosen["true_labels"], strong=[label])
    with right:
        components.note("Labels given")
        if chosen["given_labels"]:
            components.label_badges(chosen["given_labels"], strong=[label])
        else:
            components.note("none")


def _render_reasons(folder: RunFolder, title: str, abstract: str, label: str) -> None:
    """Draw the text with the words marked that drove the decision, and the strongest of them."""
    bundle = models.bundle(folder.run_id, folder.home)
    whole = explain(bundle, join_text(title, abstract, bundle.text_fields), label)
    explanation, hidden = without_function_words(whole)
    render_marked(explanation)
    components.note(hidden_text(hidden))
    terms = contributions_table(explanation)
    if terms.empty:
        components.note("None of the text's words is in the model's vocabulary.")
    else:
        render_contributions(terms.head(MAX_TERMS), label, key=f"evaluation-terms-{folder.run_id}")
