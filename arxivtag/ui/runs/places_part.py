"""Where runs train at once: the workers, what each trains, and how long the queue is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from arxivtag.config import cluster_address, job_limits
from arxivtag.errors import ArxivTagError
from arxivtag.runs import jobs, places
from arxivtag.runs.places import Place
from arxivtag.ui.frame import components
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.frame.who import visible_runs

WATCH_S = 2.0
MAX_NAMED = 12


def render_places(context: PageContext) -> None:
    """Show them where several runs may train at once; on a machine that trains one, nothing."""
    if cluster_address() or job_limits().jobs > 1:
        _watch(context)


@st.fragment(run_every=WATCH_S)
def _watch(context: PageContext) -> None:
    try:
        found = _places(context.home)
    except ArxivTagError as error:
        components.show_error(error)
        return
    names = {run.run_id: run.name for run in visible_runs(context.home)}
    components.figure_line(place_figures(found, names, len(jobs.queue(context.home))))


@st.cache_data(ttl=WATCH_S, max_entries=4, show_spinner=False)
def _places(home: Path) -> tuple[Place, ...]:
    """Ask once for all sessions."""
    return places.places(home)


def place_figures(
    found: Sequence[Place], names: Mapping[str, str], n_waiting: int
) -> list[tuple[str, str]]:
    """Return what is shown, each ``(label, value)``; ``names`` are those of the runs one may see.

    >>> place_figures([Place("a", "run-1"), Place("b", None)], {"run-1": "tuned"}, 3)
    [('Training', '1 of 2'), ('Waiting', '3'), ('a', 'tuned'), ('b', 'free')]
    """
    n_training = sum(place.run_id is not None for place in found)
    figures = [("Training", f"{n_training} of {len(found)}"), ("Waiting", str(n_waiting))]
    for number, place in enumerate(found[:MAX_NAMED], start=1):
        trains = names.get(place.run_id, "a run") if place.run_id else "free"
        figures.append((place.worker or f"Place {number}", trains))
    if len(found) > MAX_NAMED:
        figures.append(("More workers", str(len(found) - MAX_NAMED)))
    return figures
