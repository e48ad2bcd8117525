"""A second opinion on the categories that an author chose."""

from __future__ import annotations

import html
from collections.abc import Mapping

import streamlit as st

from arxivtag.tagging import tagger
from arxivtag.tagging.tagger import LabelScore
from arxivtag.ui.frame import components
from arxivtag.ui.predict.answer import Prediction
from arxivtag.ui.predict.paper_input import AUTHOR_KEY, MAX_AUTHOR_LABELS

# Above it, arXiv's own classifier proposes nothing to the author.
CONTENT_AT = 0.5


def render_opinion(prediction: Prediction) -> None:
    """Draw which of the categories that an author chose the model agrees with."""
    wanted = _author_input(prediction)
    at = components.percent_text(CONTENT_AT, 0)
    content = st.toggle(
        f"Add nothing where the first one has {at} or more, as arXiv does",
        key="content",
        bind="query-params",
    )
    if not wanted:
        components.note(
            "Enter the author's categories, the primary one first, to see which the model agrees "
            "with, which are missing and which are odd."
        )
        return
    content_at = CONTENT_AT if content else float("inf")
    opinion = tagger.second_opinion(prediction.tags, wanted, content_at)
    groups = (
        ("Agrees", "chosen by the author, and given by the model", opinion.agrees),
        ("Missing", "given by the model, not chosen", opinion.adds),
        ("Doubts", "chosen, but below the model's threshold", opinion.doubts),
        ("Odd", f"chosen, and below {components.percent_text(tagger.ODD_BELOW, 0)}", opinion.odd),
    )
    parts = [
        _group_html(heading, meaning, {tag.label: tag.probability for tag in group})
        for heading, meaning, group in groups
    ]
    unknown = dict.fromkeys(opinion.unknown)
    parts.append(_group_html("Cannot say", "not among the model's labels", unknown))
    sentence = html.escape(opinion_sentence(opinion, prediction.tags[0]))
    st.html(f'<p role="status" class="at-sentence">{sentence}</p>' + "".join(parts))


def _author_input(prediction: Prediction) -> list[str]:
    already = [str(label) for label in st.session_state.get(AUTHOR_KEY, [])]
    chosen = st.multiselect(
        "Categories the author chose",
        list(dict.fromkeys([*prediction.bundle.label_names, *already])),
        key=AUTHOR_KEY,
        format_func=components.label_text,
        accept_new_options=True,
        max_selections=MAX_AUTHOR_LABELS,
        select_all=False,
        persist_state="session",
        placeholder="Choose or type categories, such as cs.CL; the primary one first",
    )
    return [str(label).strip() for label in chosen]


def opinion_sentence(opinion: tagger.SecondOpinion, nearest: LabelScore) -> str:
    """Return the opinion in one sentence; ``nearest`` is the most probable of all labels."""
    mine = (*opinion.agrees, *opinion.doubts, *opinion.odd)
    if not mine:
        return "The model knows none of these categories."
    if not nearest.above_threshold:
        return "The model is not sure of any category itself."
    if nearest not in mine:
        probability = components.probability_text(nearest.probability)
        return f"The model would rather say {nearest.label} ({probability}) than any of these."
    if opinion.doubts or opinion.odd:
        return f"The model agrees with {nearest.label}, not with all of the others."
    return "The model agrees, and would add to it." if opinion.adds else "The model agrees."


def _group_html(heading: str, meaning: str, group: Mapping[str, float | None]) -> str:
    """Return a list of labels with their probabilities, if known; nothing for an empty group."""
    if not group:
        return ""
    items = []
    for label, probability in group.items():
        shown = "" if probability is None else components.probability_text(probability)
        name = components.label_text(label).partition(" · ")[2]
        items.append(
            f"<li><b>{html.escape(label)}</b> <span>{html.escape(name)}</span> "
            f"<em>{html.escape(shown)}</em></li>"
        )
    return (
        f'<section class="at-opinion"><h2>{html.escape(heading)} '
        f"<small>{html.escape(meaning)}</small></h2><ul>{''.join(items)}</ul></section>"
    )
