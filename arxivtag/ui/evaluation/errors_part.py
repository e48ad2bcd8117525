"""The error browser: papers on which a label was wrongly given or missed, and why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from arxivtag.errors import ArxivTagError
from arxivtag.runs.layout import RunFolder
from arxivtag.ui.evaluation.stored import Decisions
from arxivtag.ui.frame import components, marked_text, models

KINDS = {
    "false_positives": "Given, but wrong",
    "false_negatives": "True, but missed",
}
MAX_ROWS = 200
MAX_TERMS = 12


def error_table(decisions: Decisions, papers: pd.DataFrame, label: str, kind: str) -> pd.DataFrame:
    """Return the papers of one kind of error, the most confident first.

    Args:
        decisions: Truth, probabilities and labels given.
        papers: The test papers, in the same order.
        label: The label.
        kind: ``false_positives`` (highest probability first) or ``false_negatives``
            (lowest probability first).

    Returns:
        Columns ``probability``, ``title``, ``true_labels``, ``given_labels`` (tuples) and
        ``row`` (position among the test papers).
    """
    found = decisions.predictions
    column = found.label_names.index(label)
    truth, given = found.y_true_test[:, column], decisions.y_pred[:, column]
    wrong = given & ~truth if kind == "false_positives" else truth & ~given
    rows = np.flatnonzero(wrong)
    probability = found.y_prob_test[rows, column]
    order = np.argsort(-probability if kind == "false_positives" else probability, kind="stable")
    rows = rows[order]
    names = np.array(found.label_names, dtype=object)
    return pd.DataFrame(
        {
            "probability": probability[order].astype(float),
            "title": papers["title"].to_numpy()[rows],
            "true_labels": [tuple(papers["labels"].iloc[row]) for row in rows],
            "given_labels": [tuple(names[decisions.y_pred[row]]) for row in rows],
            "row": rows,
        }
    )


def error_counts(decisions: Decisions) -> pd.DataFrame:
    """Return how many false positives and false negatives each label has, most errors first."""
    found = decisions.predictions
    table = pd.DataFrame(
        {
            "label": list(found.label_names),
            "false_positives": (decisions.y_pred & ~found.y_true_test).sum(axis=0),
            "false_negatives": (found.y_true_test & ~decisions.y_pred).sum(axis=0),
        }
    )
    errors = table["false_positives"] + table["false_negatives"]
    order = errors.sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def render_errors(folder: RunFolder, decisions: Decisions, papers: pd.DataFrame) -> None:
    """Draw the list of errors of a label and the chosen paper."""
    counts = error_counts(decisions).set_index("label")
    left, right = st.columns([3, 2], gap="medium", vertical_alignment="bottom")
    label = left.selectbox(
        "Label",
        list(counts.index),
        format_func=lambda name: (
            f"{components.label_text(name)} ({counts.loc[name, 'false_positives']} wrong, "
            f"{counts.loc[name, 'false_negatives']} missed)"
        ),
        key=f"evaluation-error-label-{folder.run_id}",
    )
    kind = right.segmented_control(
        "Kind of error",
        list(KINDS),
        default="false_positives",
        format_func=lambda name: f"{KINDS[name]} ({counts.loc[label, name]})",
        key=f"evaluation-error-kind-{folder.run_id}",
        required=True,
    )
    table = error_table(decisions, papers, label, str(kind))
    if table.empty:
        components.empty_state(
            "No such error", f"Among the test papers there is none for {label}. Try another label."
        )
        return
    _render_paper(folder, decisions, papers, label, _chosen_row(table, label, str(kind), folder))


def _chosen_row(table: pd.DataFrame, label: str, kind: str, folder: RunFolder) -> pd.Series[Any]:
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
        key=f"evaluation-errors-{folder.run_id}-{label}-{kind}",
        alt=f"Papers on which {label} is {KINDS[kind].lower()}, the most confident first",
        column_config={
            "probability": st.column_config.NumberColumn(f"Probability of {label}", format="%.3f"),
            "title": st.column_config.TextColumn("Title", width="large"),
            "true_labels": st.column_config.ListColumn("True labels"),
            "given_labels": st.column_config.ListColumn("Labels given"),
        },
    )
    if len(table) > len(shown):
        components.note(f"The first {len(shown)} of {len(table):,}.")
    rows = event["selection"]["rows"]
    return shown.iloc[rows[0] if rows and rows[0] < len(shown) else 0]


def _render_paper(
    folder: RunFolder,
    decisions: Decisions,
    papers: pd.DataFrame,
    label: str,
    chosen: pd.Series[Any],
) -> None:
    paper = papers.iloc[int(chosen["row"])]
    column = decisions.predictions.label_names.index(label)
    st.subheader(components.math_text(str(paper["title"])), anchor=False)
    threshold = float(decisions.chosen.values[column])
    at = "" if decisions.chosen.top_k is not None else f", threshold {threshold:.3f}"
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
    try:
        _render_reasons(folder, str(paper["title"]), str(paper["abstract"]), label)
    except ArxivTagError as error:
        components.plain_html(str(paper["abstract"]))
        components.note(f"The reasons cannot be shown: {components.without_paths(error.message)}")


def _render_reasons(folder: RunFolder, title: str, abstract: str, label: str) -> None:
    """Draw the text with the n-grams marked that drove the decision."""
    from arxivtag.papers.texts import join_text
    from arxivtag.tagging.explanation import explain

    bundle = models.bundle(folder.run_id, folder.home)
    explanation = explain(bundle, join_text(title, abstract, bundle.text_fields), label)
    st.html(
        marked_text.STYLE
        + marked_text.marked_html(explanation.text, explanation.spans)
        + (marked_text.legend_html(label) if explanation.spans else "")
    )
    terms = pd.DataFrame(
        [(c.term, c.delta_logit, c.probability_without) for c in explanation.contributions],
        columns=["term", "delta_logit", "probability_without"],
    )
    if terms.empty:
        components.note("None of the text's words is in the model's vocabulary.")
        return
    order = terms["delta_logit"].abs().sort_values(ascending=False, kind="stable").index
    st.dataframe(
        terms.loc[order[:MAX_TERMS]],
        hide_index=True,
        key=f"evaluation-terms-{folder.run_id}",
        alt=f"The words and phrases that drove the decision on {label}, the strongest first",
        column_config={
            "term": st.column_config.TextColumn("Word or phrase"),
            "delta_logit": st.column_config.NumberColumn(
                "What it adds to the logit",
                format="%+.2f",
                help="How far the logit (the logarithm of the label's odds before calibration) "
                "falls when the word or phrase is left out. +1 multiplies those odds by 2.7.",
            ),
            "probability_without": st.column_config.NumberColumn(
                "Probability without it", format="%.3f"
            ),
        },
    )
