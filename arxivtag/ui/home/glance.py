"""arXiv at a glance: a map of its papers, how many it gets, and a box to paste an abstract into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from arxivtag.exploring.map_groups import Grouping
from arxivtag.figures.arxiv import submissions_figure
from arxivtag.figures.paper_map import colors_of, map_figure
from arxivtag.papers import facts
from arxivtag.papers.taxonomy import label_name
from arxivtag.ui.browser.live_chart import live_chart, load_plotly, plain_figure
from arxivtag.ui.browser.paper_map import Look, Points, pack_points, paper_map
from arxivtag.ui.frame import choices, components, memory
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.home.area import choose_area, render_area

PASTE_KEY = "home-abstract"
ARXIV = "https://arxiv.org/abs/"


@dataclass(frozen=True, eq=False)
class Glance:
    """The figures of arXiv as they are sent to browsers."""

    papers: pd.DataFrame
    points: Points
    look: Look
    n_sampled: int
    years: tuple[int, int]
    submissions: dict[str, Any]
    monthly: tuple[int, ...]


@memory.shared(max_entries=1)
def glance() -> Glance:
    """Return the figures of arXiv; call it only where there are facts."""
    arxiv, months = facts.load_map(), facts.submissions()
    return Glance(
        papers=arxiv.papers,
        points=_points(arxiv.papers),
        look=_look(arxiv),
        n_sampled=arxiv.n_sampled,
        years=(int(arxiv.papers["year"].min()), int(arxiv.papers["year"].max())),
        submissions=plain_figure(submissions_figure(months), "submissions"),
        monthly=tuple(months["papers"]),
    )


def _points(papers: pd.DataFrame) -> Points:
    labels = papers["labels"].astype(str).str.replace(" ", ", ")
    lines = zip(papers["id"], labels, papers["year"].astype(str), strict=True)
    return pack_points("arxiv", papers[["x", "y"]].to_numpy(np.int16), lines)


def _look(arxiv: facts.ArxivMap) -> Look:
    first = sorted(set(arxiv.papers["labels"].str.partition(" ")[0]))
    groups = pd.Categorical(arxiv.papers["group"], sorted(set(arxiv.papers["group"])))
    grouping = Grouping(tuple(groups.categories), groups.codes.astype(np.uint8))
    return Look(
        figure=plain_figure(map_figure(arxiv.regions), "map"),
        names={label: label_name(label) for label in first},
        grouping=grouping,
        colors=colors_of(grouping),
        alt=f"A map of {len(arxiv.papers):,} papers of arXiv: those with similar words lie "
        "together, coloured by field, with the names of areas where their papers are densest.",
        link=ARXIV,
    )


def render_glance(context: PageContext) -> None:
    """Draw the map, the box, the growth and one area; only the box where no facts are."""
    if not facts.has_facts():
        _paste_input(context)
        return
    left, right = st.columns([5, 3], gap="medium")
    load_plotly()  # the largest part: it goes to the browser first
    with left, guarded():
        _render_map(glance())
    with right:
        _paste_input(context)
        with guarded():
            _render_submissions(glance())
    render_area()


def _paste_input(context: PageContext) -> None:
    """Draw a box whose text is tagged on Predict."""
    abstract = st.text_area(
        "Which areas does a paper belong to?",
        key=PASTE_KEY,
        height=150,
        placeholder="Paste an abstract of any field.",
    )
    if st.button("Find its areas", type="primary", icon=":material/sell:", key="home-tag"):
        if (abstract or "").strip():
            st.session_state[choices.PAPER_KEY] = ("", abstract, ())
        st.switch_page("pages/3_Predict.py", query_params=context.link_parameters())


def _render_map(shown: Glance) -> None:
    paper_map("arxiv-map", shown.points, shown.look, on_area=choose_area)
    components.note(
        f"{len(shown.papers):,} papers of arXiv, {shown.years[0]} to {shown.years[1]}: the more "
        "alike their abstracts' words, the nearer they lie. A click opens a paper at arXiv, on a "
        "name it shows that area below. They "
        f"were drawn from {shown.n_sampled:,} so that small areas are seen too: how many points "
        "an area has says nothing about its size."
    )


def _render_submissions(shown: Glance) -> None:
    live_chart(
        shown.submissions,
        "submissions",
        f"Papers that arXiv gets each month: {shown.monthly[0]:,} in April 2007, "
        f"{shown.monthly[-1]:,} in the last month known.",
        version=1,
        n_points=len(shown.monthly),
    )
    components.note(
        "Read from the running numbers in the ids. How fast each area grew is not shown: the "
        "papers at hand are three fifths computer science, and few areas of 2020 to 2024 are "
        "among them."
    )
