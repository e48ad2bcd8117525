"""What a model is worth on papers of tomorrow: a split by date beside one by chance."""

from __future__ import annotations

import dataclasses

import streamlit as st

from arxivtag.corpus.splits import divided_text
from arxivtag.runs import registry
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.registry import Run
from arxivtag.runs.status import FINISHED
from arxivtag.ui.frame import components
from arxivtag.ui.frame.run_access import visible_runs

_COMPARED = {"micro_f1": "micro-F1", "lrap": "ranking (LRAP)"}


def render_tomorrow(folder: RunFolder) -> None:
    """Say that a run was tested on newer papers, and how much worse it is there; else nothing."""
    run = registry.read_run(folder.run_id, folder.home)
    if run.settings is None or run.settings.split.split_by != "date":
        return
    split = run.result.get("split", {})
    dates = split.get("first_dates") or split.get("first_months", ())  # older runs know months
    since = f", from {dates[-1]} on" if dates else ""
    chance = divided_text(split.get("divided_dates", ()))
    told = " ".join(filter(None, [f"Split by date: tested on the newest papers{since}.", chance]))
    st.info(components.safe_text(f"{told} {_drop_text(run)}"), icon=":material/event_upcoming:")


def _drop_text(run: Run) -> str:
    twin = _by_chance(run)
    if twin is None:
        return "To see what that costs, train once more with the same settings, split by chance."
    here, there = run.result["evaluation"], twin.result["evaluation"]
    drops = [
        f"{name} {here[key]:.3f} instead of {there[key]:.3f} ({here[key] - there[key]:+.3f})"
        for key, name in _COMPARED.items()
    ]
    return f"Against papers held out by chance (run {twin.name}): {', '.join(drops)}."


def _by_chance(run: Run) -> Run | None:
    """Return the newest finished run with the same settings, split by chance, if there is one."""
    assert run.settings is not None
    split = dataclasses.replace(run.settings.split, split_by="chance")
    wanted = dataclasses.replace(run.settings, split=split)
    for summary in visible_runs(run.folder.home):
        if (summary.state, summary.data, summary.preset) == (FINISHED, run.data, run.preset):
            other = registry.read_run(summary.run_id, run.folder.home)
            if other.settings == wanted:
                return other
    return None
