"""Why a label: the words that speak for it and against it, and what if one were not there."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Literal

import pandas as pd
import streamlit as st

from arxivtag.figures.predict import contributions_figure
from arxivtag.tagging.explanation import (
    Contribution,
    Explanation,
    explain,
    without_function_words,
    without_phrases,
)
from arxivtag.ui.browser.marked_words import legend_html, marked_html, marked_words
from arxivtag.ui.frame import components, tables
from arxivtag.ui.predict.answer import Prediction, summary_sentence, tree_html

MAX_LEFT_OUT = 50
_CONTRIBUTION_COLUMNS = {
    "term": tables.text("Word or phrase"),
    "delta_logit": st.column_config.NumberColumn(
        "Adds to logit",
        format="%+.3f",
        help="How far the logit (the logarithm of the label's odds before calibration) falls "
        "when the word or phrase is left out. +1 multiplies those odds by 2.7.",
    ),
    "probability_without": tables.share(
        "Without it", "The label's probability without the word or phrase."
    ),
    "n_places": tables.count("Times"),
}


def _label_input(prediction: Prediction) -> str:
    labels = [tag.label for tag in prediction.tags]
    probabilities = {tag.label: tag.probability for tag in prediction.tags}
    chosen = st.selectbox(
        "Explain the label",
        labels,
        format_func=lambda label: (
            f"{components.label_text(label)} ({components.probability_text(probabilities[label])})"
        ),
        key=f"predict-why-{labels[0]}",
        width=460,
    )
    return chosen if chosen in probabilities else labels[0]


def render_why(prediction: Prediction) -> None:
    """Draw which words and phrases speak for a label or against it."""
    label = _label_input(prediction)
    explanation = explain(prediction.bundle, prediction.text, label)
    if st.toggle("Only words that matter", True, key="matter", bind="query-params"):
        explanation, hidden = without_function_words(explanation)
        components.note(hidden_text(hidden))
    if not explanation.contributions:
        components.empty_state(
            "Nothing to explain", "None of the text's words is in the model's vocabulary."
        )
        return
    table = contributions_table(explanation)
    left_out_key = f"predict-left-out-{hash(prediction.text)}"
    marked_words(
        marked_html(explanation.text, explanation.spans),
        st.session_state.get(left_out_key, []),
        key="predict-words",
        on_click=lambda term: _leave_out_or_put_back(term, left_out_key),
    )
    st.html(legend_html(label))
    _render_what_if(prediction, table, left_out_key)
    components.note(
        "Each word or pair of words is left out wherever it stands, and the label's logit (the "
        "logarithm of its odds before calibration) is computed again. The difference is what the "
        "word adds: +1 multiplies the odds by 2.7."
    )
    chart, listing = st.columns(2, gap="medium")
    with chart:
        components.render_figure(
            contributions_figure(table),
            key="predict-contributions",
            alt_text=f"The words and phrases that raise or lower {label} most, as bars",
        )
    with listing:
        render_contributions(table, label, key="predict-contributions", height=360)


def hidden_text(hidden: Sequence[Contribution]) -> str:
    """Return how many function words and pairs are not shown, and what they sum to."""
    words = [item.delta_logit for item in hidden if " " not in item.term]
    pairs = [item.delta_logit for item in hidden if " " in item.term]
    return (
        f"Hidden: {len(words)} function words (such as “the”), which sum to {sum(words):+.2f}, "
        f"and {len(pairs)} pairs that hold one, which sum to {sum(pairs):+.2f} and overlap with "
        "the words shown."
    )


def _leave_out_or_put_back(term: str, key: str) -> None:
    gone: list[str] = st.session_state.get(key, [])
    rest = [one for one in gone if one != term]
    st.session_state[key] = rest if term in gone else [*gone, term]


def render_marked(explanation: Explanation) -> None:
    """Draw the text with the words marked that speak for the label or against it."""
    st.html(
        marked_html(explanation.text, explanation.spans)
        + (legend_html(explanation.label) if explanation.spans else "")
    )


def contributions_table(explanation: Explanation) -> pd.DataFrame:
    """Return contributions as a table, the strongest first."""
    return pd.DataFrame(explanation.contributions, columns=list(_CONTRIBUTION_COLUMNS))


def render_contributions(
    table: pd.DataFrame, label: str, key: str, height: int | Literal["auto"] = "auto"
) -> None:
    """Draw a table of contributions to ``label``."""
    alt = f"Words and phrases with what each adds to {label}, the strongest first"
    tables.draw(table, key, alt, _CONTRIBUTION_COLUMNS, height=height)


def _render_what_if(prediction: Prediction, table: pd.DataFrame, key: str) -> None:
    known = table["term"].head(60).tolist()
    phrases = st.multiselect(
        "What if these were not there?",
        list(dict.fromkeys([*known, *st.session_state.get(key, [])])),
        key=key,
        accept_new_options=True,
        max_selections=MAX_LEFT_OUT,
        select_all=False,
        placeholder="Click words in the text above, choose them here, or type a phrase",
    )
    if phrases:
        st.html(what_if_html(prediction, list(map(str, phrases))))


def what_if_html(prediction: Prediction, phrases: Sequence[str]) -> str:
    """Return the answer to the text without some phrases, and beside each label what it had."""
    n_places, tagged = without_phrases(prediction.bundle, prediction.text, phrases)
    if n_places == 0:
        return "<p>That is not in the text, so nothing changes.</p>"
    after = Prediction(prediction.text, prediction.bundle, tagged)
    before = {one.label: one.probability for one in (*prediction.tags, *prediction.archives)}
    shown = {tag.label for tag in (*prediction.shown(), *after.shown())}
    places = "one place" if n_places == 1 else f"{n_places} places"
    sentence = f"Left out at {places}. {summary_sentence(after)}"
    return f'<p role="status" class="at-sentence">{html.escape(sentence)}</p>' + tree_html(
        after.archives,
        [tag for tag in after.tags if tag.label in shown],
        after.thresholds(),
        {label: f"was {components.probability_text(before[label])}" for label in before},
    )
