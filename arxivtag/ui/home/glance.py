"""arXiv at a glance: its map, its growth, a box to paste an abstract into, and one area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from arxivtag.exploring.map_groups import Grouping
from arxivtag.figures import arxiv as figures
from arxivtag.figures.paper_map import colors_of, map_figure
from arxivtag.papers import facts
from arxivtag.papers.taxonomy import label_name
from arxivtag.ui.browser.live_chart import live_chart, load_plotly, plain_figure
from arxivtag.ui.browser.paper_map import Look, Points, pack_points, paper_map
from arxivtag.ui.frame import choices, components, memory, tables
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.page import PageContext

PASTE_KEY = "home-abstract"
ARXIV = "https://arxiv.org/abs/"
AREA_KEY, PERIOD_KEY = "area", "words-of"
FIRST_SHOWN = "cs.CL"

_areas = memory.shared(max_entries=1)(facts.areas)
_facts_of = memory.shared(max_entries=20)(facts.load_area)


@dataclass(frozen=True, eq=False)
class Glance:
    """The figures of arXiv as they are sent to browsers."""

    arxiv: facts.ArxivMap
    points: Points
    look: Look
    months: pd.DataFrame
    submissions: dict[str, Any]


@memory.shared(max_entries=1)
def glance() -> Glance:
    """Return the figures of arXiv; call it only where there are facts."""
    arxiv, months = facts.load_map(), facts.submissions()
    submissions = plain_figure(figures.submissions_figure(months), "submissions")
    return Glance(arxiv, _points(arxiv.papers), _look(arxiv), months, submissions)


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
        st.switch_page("pages/3_Predict.py", query_params=context.links)


def _render_map(shown: Glance) -> None:
    paper_map("arxiv-map", shown.points, shown.look, on_area=choose_area)
    papers = shown.arxiv.papers
    components.note(
        f"{len(papers):,} papers of arXiv, {papers['year'].min()} to {papers['year'].max()}: the "
        "more alike their abstracts' words, the nearer they lie. A click opens a paper at arXiv, "
        "on a name it shows that area below. The papers were drawn from "
        f"{shown.arxiv.n_sampled:,} so that small areas are seen too: how many points an area has "
        "says nothing about its size."
    )


def _render_submissions(shown: Glance) -> None:
    monthly = shown.months["papers"].tolist()
    live_chart(
        shown.submissions,
        "submissions",
        f"Papers that arXiv gets each month: {monthly[0]:,} in April 2007, "
        f"{monthly[-1]:,} in the last month known.",
        version=1,
        n_points=len(monthly),
    )
    components.note(
        "Read from the running numbers in the ids. How fast each area grew is not shown: the "
        "papers at hand are three fifths computer science, and few areas of 2020 to 2024 are "
        "among them."
    )


def choose_area(area: str) -> None:
    """Show an area, if there are facts of it: a click on its name, or on a companion's line."""
    if area in _areas():
        st.session_state[AREA_KEY] = area


def render_area() -> None:
    """Draw what is known of the area that the reader chooses."""
    st.header("One area of arXiv", anchor=False)
    with guarded():
        area = _area_input()
        known = _facts_of(area)
        left, right = st.columns([3, 2], gap="medium")
        with left:
            _render_words(known)
        with right:
            _render_companions(known)
        place = st.expander(
            "How long its abstracts are, and how many papers these figures rest on",
            icon=":material/bar_chart:", key="area-more", on_change="rerun",
        )  # fmt: skip
        if place.open:
            left, right = place.columns([3, 2], gap="medium")
            with left:
                _render_papers(known)
            with right:
                _render_lengths(known)


def _area_input() -> str:
    areas = _areas()
    asked = st.query_params.get(AREA_KEY)
    if st.session_state.get(AREA_KEY) not in areas:
        st.session_state[AREA_KEY] = asked if asked in areas else FIRST_SHOWN
    area: str = st.selectbox(
        "Area",
        areas,
        format_func=components.label_text,
        key=AREA_KEY,
        width=460,
        help="Or click its name on the map.",
    )
    if area != (asked or FIRST_SHOWN):  # the address shows what is shown
        st.query_params[AREA_KEY] = area
    return area


def _render_words(known: facts.AreaFacts) -> None:
    periods = list(known.words["period"].unique())
    if not periods:
        components.empty_state(
            "No words to compare", "There are too few papers of this area before and after."
        )
        return
    if st.session_state.get(PERIOD_KEY) not in periods:
        st.session_state[PERIOD_KEY] = periods[-1]
    period = st.segmented_control("Words of", periods, required=True, key=PERIOD_KEY)
    words = known.words[known.words["period"] == period]
    _draw(
        figures.area_words_figure(words, f"Words of {known.area} that rose and fell", str(period)),
        "area-words",
        f"Words of {known.area} that rose most in {period}: {_first(words[words['rises']])}; "
        f"that fell most: {_first(words[~words['rises']])}.",
    )
    components.note(
        f"Per 1,000 words of its abstracts: {period} against all years before. 2020 to 2024, of "
        "which few areas are at hand, are left out."
    )


def _first(words: pd.DataFrame) -> str:
    return ", ".join(words["word"].head(5))


def _render_companions(known: facts.AreaFacts) -> None:
    if known.companions.empty:
        components.empty_state("No companions", "No area is often named beside it.")
        return
    st.markdown("**Named beside it**")
    table = known.companions.assign(area=known.companions["label"].map(components.label_text))
    tables.draw(
        table,
        "area-companions",
        f"Areas most often named beside {known.area}, with the share of its papers.",
        {
            "share": tables.bar("Of its papers"),
            "area": tables.text("Area", "large"),
        },
        on_line=lambda line: choose_area(str(table["label"].iloc[line])),
    )
    components.note(
        f"Of its papers of {known.companion_period} at hand. Choose a line to look at that area."
    )


def _render_papers(known: facts.AreaFacts) -> None:
    n_papers = int(known.years["papers"].sum())
    _draw(
        figures.area_years_figure(known.years),
        "area-years",
        f"Papers of {known.area} at hand by year, {n_papers:,} in all.",
    )
    components.note(
        f"What these figures rest on: the {n_papers:,} papers of {known.area} at hand. How arXiv's "
        "own number grew is another matter: the papers at hand are no even sample of it."
    )


def _render_lengths(known: facts.AreaFacts) -> None:
    _draw(
        figures.area_lengths_figure(known.lengths),
        "area-lengths",
        f"Words per abstract in the archive {known.archive} by period: half have at most "
        f"{', '.join(map(str, known.lengths['p50']))}.",
    )
    components.note(f"Of all papers of {known.archive} at hand; eight of ten lie in the band.")


def _draw(figure: figures.Figure, key: str, alt: str) -> None:
    """Draw by the Plotly that the map has brought; what is said tells whether it is another."""
    live_chart(plain_figure(figure, alt), key, alt, version=hash(alt) % 2**31, n_points=1)
