"""The map of the data set in use: drawn when somebody asks, chosen from, lit by the filters."""

from __future__ import annotations

import contextlib
import threading
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from arxivtag.callbacks import OnProgress, ShouldStop, StoppedError
from arxivtag.corpus.arrays import Rows
from arxivtag.corpus.store import Corpus
from arxivtag.corpus.texts import titles_at
from arxivtag.errors import ArxivTagError, DataError
from arxivtag.exploring import map_groups
from arxivtag.exploring.map_groups import Grouping
from arxivtag.exploring.paper_map import (
    MAX_PAPERS,
    Outline,
    PaperMap,
    load_map,
    make_map_apart,
    write_outline,
)
from arxivtag.figures.paper_map import colors_of, map_figure
from arxivtag.papers.taxonomy import label_name
from arxivtag.runs import registry
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.results import rightness
from arxivtag.ui.browser.live_chart import load_plotly, plain_figure
from arxivtag.ui.browser.paper_map import Look, Points, pack_points, paper_map
from arxivtag.ui.explore import filters
from arxivtag.ui.explore.shared import PAPER_KEY, View, one_of, split_of
from arxivtag.ui.frame import components
from arxivtag.ui.frame.memory import FileState, file_state, shared
from arxivtag.ui.frame.opening import Work, watch

_WORKS: dict[str, Work[PaperMap]] = {}  # maps in the making, by the fingerprint of their corpus
_ONE_AT_A_TIME = threading.Lock()


def render_map(view: View) -> None:
    """Draw the map, or how far it is, or a button that has it made."""
    st.header("Map of the papers", anchor=False)
    found = load_map(view.corpus)
    if found is None:
        _render_making(view.corpus)
    else:
        _render_found(view.corpus, found, view.model)


def _render_making(corpus: Corpus) -> None:
    work = _WORKS.get(corpus.fingerprint)
    with st.container(border=True, key="map-making"):
        if work is not None and not work.is_done:
            watch(work)
            return
        if work is not None and work.error is not None:
            del _WORKS[corpus.fingerprint]  # what was wrong may be mended next time
            raise work.error
        n_papers = min(corpus.n_papers, MAX_PAPERS)
        components.note(
            f"{n_papers:,} papers as points: the more alike the words of their abstracts, the "
            "nearer they lie. Laying them out takes seconds for two thousand papers and some "
            "minutes for twenty thousand."
        )
        st.button(
            "Draw the map",
            icon=":material/scatter_plot:",
            type="primary",
            key="draw-map",
            on_click=_begin,
            args=(corpus,),
        )


class _Drawing(Work[PaperMap]):
    """A map in the making."""

    name = "map"
    doing = "**The map is drawn once**; later it is here at once."


def _begin(corpus: Corpus) -> None:
    for fingerprint in [name for name, work in _WORKS.items() if work.is_done]:
        del _WORKS[fingerprint]
    if corpus.fingerprint not in _WORKS:
        make = partial(_make, corpus)
        _WORKS[corpus.fingerprint] = _Drawing(make, "Counting words", corpus.source)


def _make(corpus: Corpus, progress: OnProgress, should_stop: ShouldStop) -> PaperMap:
    """Have the map made; one at a time on this server."""
    while not _ONE_AT_A_TIME.acquire(timeout=0.3):
        progress("Waiting for another map", None)
        if should_stop():
            raise StoppedError
    try:
        return make_map_apart(corpus, progress, should_stop)
    finally:
        _ONE_AT_A_TIME.release()


def _render_found(corpus: Corpus, found: PaperMap, model: str) -> None:
    load_plotly()
    view = filters.filtered_view(corpus)
    groupings = _groupings(corpus, found)
    if mistakes := _mistakes(corpus, found, model):
        groupings = {**groupings, "Mistakes": mistakes}
    color = one_of("Colour by", {name: name for name in groupings}, "color", default="Label")
    lit = None if view.is_whole else view.rows[found.rows]
    paper_map(
        "paper-map",
        _points(corpus, found),
        _look(corpus, groupings[color], lit, view.chosen.outline),
        on_outline=partial(_choose, corpus),
        on_paper=lambda point: _open_paper(found, point),
    )
    drawn = (
        f"{len(found.rows):,} of {corpus.n_papers:,} rows as read, drawn by chance"
        if len(found.rows) < corpus.n_papers
        else f"{len(found.rows):,} rows as read"
    )
    components.note(
        f"{drawn}: the more alike the words of their abstracts, the nearer they lie. Draw a line "
        "or a box around some, and the other tabs show those alone; a double click lets them go. "
        "A click opens a paper. What the filters let through is lit. On a touch screen choose the "
        "hand or the lasso above the map first."
        + (" Mistakes are those of the model in use, on its test papers." if mistakes else "")
    )


@shared(3)
def _points(corpus: Corpus, _found: PaperMap) -> Points:
    titles = titles_at(corpus, _found.rows)
    labels = map(", ".join, corpus.labels.lists(_found.rows))
    years = [str(year) if year >= 0 else "" for year in corpus.years[_found.rows]]
    lines = (
        (title or "No title", *rest) for title, *rest in zip(titles, labels, years, strict=True)
    )
    return pack_points(corpus.fingerprint, _found.places, lines)


@shared(3, "Looking for groups of papers …")
def _groupings(corpus: Corpus, _found: PaperMap) -> dict[str, Grouping]:
    """Return the groups that points can be coloured by; those that make sense."""
    rows = _found.rows
    groups: dict[str, Grouping | None] = {
        "Label": map_groups.by_label(corpus.labels, rows),
        "Duplicates": map_groups.by_sameness(corpus, rows),
        "Year": map_groups.by_year(corpus.years[rows]),
    }
    with contextlib.suppress(DataError):  # too few papers to be split
        groups["Split"] = map_groups.by_split(split_of(corpus), corpus.n_papers, rows)
    return {name: grouping for name, grouping in groups.items() if grouping is not None}


def _mistakes(corpus: Corpus, found: PaperMap, model: str) -> Grouping | None:
    """Return groups by how right the model in use was; None where it learned from other papers."""
    if model in ("", registry.PRETRAINED):
        return None
    folder = RunFolder(model, corpus.folder.parents[1])
    kinds = _rightness(corpus, model, (file_state(folder.predictions), file_state(folder.result)))
    return None if kinds is None else map_groups.by_mistakes(kinds, found.rows)


@shared(3, "Looking for mistakes …")
def _rightness(
    corpus: Corpus, run_id: str, states: tuple[FileState, FileState]
) -> NDArray[np.uint8] | None:
    with contextlib.suppress(ArxivTagError):  # the Runs page says what is wrong with a run
        return rightness(registry.read_run(run_id, corpus.folder.parents[1]), corpus)
    return None


def _look(corpus: Corpus, grouping: Grouping, lit: Rows | None, outline: Outline) -> Look:
    names = {label: label_name(label) for label in corpus.labels.label_names}
    return Look(
        figure=plain_figure(map_figure(dragmode="lasso"), corpus.fingerprint),
        names={label: name for label, name in names.items() if name and name != label},
        grouping=grouping,
        colors=colors_of(grouping),
        alt=f"A map of {len(grouping.codes):,} papers: those with similar words lie together. The "
        "Papers tab lists what the filters and the outline let through.",
        lit=lit,
        outline=outline,
    )


def _choose(corpus: Corpus, outline: Outline) -> None:
    """Keep what was drawn on the map in the address; nothing lets all papers go."""
    if len(outline) < 3:
        st.query_params.pop(filters.OUTLINE_KEY, None)
    else:
        written = f"{corpus.fingerprint[:8]}.{write_outline(outline)}"
        st.query_params[filters.OUTLINE_KEY] = written


def _open_paper(found: PaperMap, point: int) -> None:
    if 0 <= point < len(found.rows):
        row = int(found.rows[point]) + 1
        st.session_state.update({filters.TAB_KEY: "Papers", PAPER_KEY: row})
