"""The nearest papers that a model has learned from."""

from __future__ import annotations

import html

import streamlit as st

from arxivtag.tagging.tagger import similar_papers
from arxivtag.ui.frame import components
from arxivtag.ui.predict.answer import Prediction


def render_similar(prediction: Prediction) -> None:
    """Draw the nearest training papers with their true labels."""
    given = {tag.label for tag in prediction.above}
    parts = []
    for neighbour in similar_papers(prediction.bundle, prediction.text, 5):
        title = html.escape(neighbour.title or "(no title)")
        parts.append(
            '<li class="at-similar"><div><span class="at-similarity">'
            f"{neighbour.similarity:.2f}</span><span>{title}</span></div>"
            + components.badges_html(
                neighbour.labels, strong=given & set(neighbour.labels), names=False
            )
            + "</li>"
        )
    components.note(
        "The nearest papers the model has learned from, with their true labels; "
        "labels it gives to yours are outlined. 1.00 would be the same text."
    )
    st.html(f'<ol class="at-similars">{"".join(parts)}</ol>')
