"""Where a text stands among papers, and those nearest to it.

A run knows its own: validation papers in its label space, and the training papers that share the
text's words. The pretrained model ships no paper: it places a text on the map of arXiv by areas.
"""

from __future__ import annotations

import html
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from arxivtag.learning.network import probabilities
from arxivtag.learning.space import from_bytes, paper_places
from arxivtag.papers import facts
from arxivtag.runs.registry import PRETRAINED
from arxivtag.runs.space import Space
from arxivtag.tagging.tagger import features, similar_papers
from arxivtag.ui.browser.labels import label_space
from arxivtag.ui.browser.live_chart import load_plotly
from arxivtag.ui.browser.paper_map import paper_map
from arxivtag.ui.frame import components, models
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.home.glance import ARXIV, glance
from arxivtag.ui.predict.answer import Prediction

N_SIMILAR = 5


def has_similar(prediction: Prediction, context: PageContext) -> bool:
    """Return whether there are papers to stand among."""
    if context.model == PRETRAINED:
        return facts.has_facts()
    return prediction.bundle.neighbours is not None


def render_similar(prediction: Prediction, context: PageContext) -> None:
    """Draw the text's place on the left and its nearest papers on the right."""
    if context.model == PRETRAINED:
        _render_on_arxiv(prediction)
        return
    left, right = st.columns(2, gap="medium")
    with left:
        _render_among_labels(prediction, context)
    with right:
        _render_training_papers(prediction)


def _render_on_arxiv(prediction: Prediction) -> None:
    left, right = st.columns(2, gap="medium")
    shown = glance()
    papers = shown.arxiv.papers
    place = facts.place_on_map(papers, {tag.label: tag.probability for tag in prediction.tags})
    with left:
        load_plotly()
        paper_map(
            "place-on-arxiv",
            shown.points,
            replace(
                shown.look,
                lit=place.fitting,
                here=(place.x, place.y),
                alt="A map of arXiv with this abstract's place; the papers nearest to it are "
                "listed beside it.",
            ),
        )
    with right:
        components.note(
            f"The map ships no words, so areas alone decide: lit are the {place.fitting.sum():,} "
            "papers whose areas fit the answer best, and the abstract stands where they lie most "
            "densely. Nearest to that place:"
        )
        st.html(nearest_html(papers.iloc[list(place.nearest)]))


def nearest_html(papers: pd.DataFrame) -> str:
    """Return papers of arXiv as links with their areas; ids were checked when they were read."""
    lines = []
    for one, labels, year in papers[["id", "labels", "year"]].itertuples(index=False):
        link = f'<a href="{ARXIV}{one}" target="_blank" rel="noopener">arXiv:{one}</a>'
        badges = components.badges_html(str(labels).split(), names=False)
        lines.append(f'<li class="at-similar"><div>{link}<span>{year}</span></div>{badges}</li>')
    return f'<ol class="at-similars">{"".join(lines)}</ol>'


def _render_among_labels(prediction: Prediction, context: PageContext) -> None:
    """Draw the text as a dot among the validation papers of the run, and its labels' anchors."""
    space = models.space_of(context.model, context.home)
    if space is None:
        return
    clicked = f"place-paper-{context.model}"
    label_space(
        circle_data(space, prediction, context.model),
        "place-circle",
        lambda paper: st.session_state.update({clicked: paper}),
    )
    components.note(
        "The large dot is this abstract, tied to the labels it is given; the others are the run's "
        "validation papers after its last epoch, each in the colour of its first true label. "
        "Click one to read its title."
    )
    paper = st.session_state.get(clicked)
    if isinstance(paper, int) and 0 <= paper < len(space.titles):
        own = ", ".join(space.label_names[place] for place in space.paper_labels[paper])
        components.note(f"{space.titles[paper]} ({own})")


def circle_data(space: Space, prediction: Prediction, run_id: str) -> dict[str, object]:
    """Return the last frame of a label space with a text among its papers, as its last dot."""
    bundle = prediction.bundle
    columns = {label: column for column, label in enumerate(bundle.label_names)}
    # As the frames are: what the network gives, before it is calibrated.
    y_prob = probabilities(bundle.network, features(bundle, [prediction.text]))[0]
    own = np.array([y_prob[columns[label]] for label in space.label_names], np.float32)
    places = paper_places(np.vstack([from_bytes(space.packed[-1]), own]))
    first = [labels[0] for labels in space.paper_labels]
    given = {tag.label for tag in prediction.above} or {prediction.tags[0].label}
    return {
        "run": run_id,
        "live": False,
        "group": "place",
        "alt": f"This abstract as a dot among {len(first)} validation papers and "
        f"{len(space.label_names)} labels on a circle; its nearest papers are listed beside it.",
        "labels": list(space.label_names),
        "first": [*first, int(own.argmax())],
        "epochs": space.epochs[-1:].tolist(),
        "places": places[None],
        "n_epochs": None,
        "chosen": len(first),
        "paper_labels": [place for place, label in enumerate(space.label_names) if label in given],
    }


def _render_training_papers(prediction: Prediction) -> None:
    """Draw the nearest training papers with their true labels."""
    given = {tag.label for tag in prediction.above}
    parts = []
    for neighbour in similar_papers(prediction.bundle, prediction.text, N_SIMILAR):
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
