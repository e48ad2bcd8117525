"""A second opinion on the categories that an author chose."""

from __future__ import annotations

import html
from collections.abc import Mapping

import streamlit as st

from arxivtag.tagging import tagger
from arxivtag.ui.frame import components
from arxivtag.ui.predict.answer import Prediction
from arxivtag.ui.predict.paper_input import AUTHOR_KEY, MAX_AUTHOR_LABELS


def render_opinion(prediction: Prediction) -> None:
    """Draw which of the categories that an author chose the model agrees with."""
    known = list(prediction.bundle.label_names)
    already = [str(label) for label in st.session_state.get(AUTHOR_KEY, [])]
    options = list(dict.fromkeys([*known, *already]))
    chosen = st.multiselect(
        "Categories the author chose",
        options,
        key=AUTHOR_KEY,
        format_func=components.label_text,
        accept_new_options=True,
        max_selections=MAX_AUTHOR_LABELS,
        persist_state="session",
        placeholder="Choose or type categories, such as cs.CL",
    )
    if not chosen:
        components.note(
            "Enter the author's categories to see which the model agrees with, "
            "which it doubts and which it would add."
        )
        return
    wanted = [str(label).strip() for label in chosen]
    opinion = tagger.second_opinion(
        prediction.bundle, prediction.probabilities, wanted, readable=prediction.readable
    )
    groups = (
        ("Agrees", "chosen by the author, and given by the model", opinion.agrees),
        ("Would add", "given by the model, not chosen", opinion.adds),
        ("Doubts", "chosen, but below the model's threshold", opinion.doubts),
    )
    parts = [
        _group_html(heading, meaning, {tag.label: tag.probability for tag in group})
        for heading, meaning, group in groups
    ]
    parts.append(
        _group_html("Cannot say", "not among the model's labels", dict.fromkeys(opinion.unknown))
    )
    st.html("".join(parts))


def _group_html(heading: str, meaning: str, group: Mapping[str, float | None]) -> str:
    """Return a list of labels with their probabilities, if known; nothing for an empty group."""
    if not group:
        return ""
    items = []
    for label, probability in group.items():
        shown = "" if probability is None else components.probability_text(probability)
        items.append(
            f"<li><b>{html.escape(label)}</b> "
            f"<span>{html.escape(components.label_text(label).partition(' · ')[2])}</span>"
            f"<em>{html.escape(shown)}</em></li>"
        )
    return (
        f'<section class="at-opinion"><h4>{html.escape(heading)}'
        f"<small>{html.escape(meaning)}</small></h4><ul>{''.join(items)}</ul></section>"
    )
