"""The home page: what this is, the three doors, and what data, runs and models there are."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from arxivtag.runs import registry, standby
from arxivtag.settings import DEFAULT_PRESET, preset_settings
from arxivtag.ui.frame import components, data, models, run_text, tables
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.page import PAGES, PageContext
from arxivtag.ui.frame.who import visible_runs

DOORS = {
    "Explore": (
        "See what a labelled set of abstracts holds: duplicates, labels and words, rare "
        "combinations, lengths, labels that go together."
    ),
    "Train": (
        "Train a multi-label network with one click, watch its loss and accuracy live, stop it "
        "when you like, and read plainly what its figures mean."
    ),
    "Predict": (
        "Paste an abstract, or upload a file of them, and get arXiv subject areas with "
        "probabilities and the reason for each."
    ),
}
N_RECENT_RUNS = 5


def render_doors(context: PageContext) -> None:
    """The three things one can do, as equal cards."""
    doors = [page for page in PAGES if page[1] in DOORS]
    for place, (path, label, icon) in zip(st.columns(3), doors, strict=True):
        with place.container(border=True, height="stretch", gap="xsmall", key=f"door-{label}"):
            st.page_link(
                path,
                label=f"**{label}**",
                icon=icon,
                query_params=context.links,
                width="stretch",
            )
            components.note(DOORS[label])


def render_overview(context: PageContext) -> None:
    """What is here: the data set in use, the runs and the models."""
    st.header("What is here", anchor=False)
    runs = visible_runs(context.home)
    n_models = len(models.model_options(context.home))
    n_active = sum(run.state in {"queued", "running"} for run in runs)
    with guarded():
        corpus = data.corpus(context.data_source, context.home)
        components.metric_row(
            [
                ("Papers in the data set", components.count_text(corpus.n_papers)),
                ("Labels in the data set", components.count_text(len(corpus.labels.label_names))),
                ("Models to tag with", components.count_text(n_models)),
                ("Runs", components.count_text(len(runs))),
                ("Waiting or running", components.count_text(n_active)),
            ]
        )
        if not n_active:
            expected = data.settings_on(
                preset_settings(DEFAULT_PRESET), context.data_source, context.home
            )
            standby.ensure(context.home, expected)
        if corpus.report.synthetic:
            components.note(
                "The sample in use is synthetic: its abstracts were written by a program for this "
                "project. Figures from it show how the app works, not what arXiv holds. Choose or "
                "add other papers in the sidebar."
            )
    if runs:
        render_recent_runs(runs, context)
    else:
        components.empty_state(
            "No runs yet",
            "Train a model on the papers in use; it then appears here, on Runs and on Predict.",
        )


def render_recent_runs(runs: tuple[registry.RunSummary, ...], context: PageContext) -> None:
    """The newest runs, with the figures that matter most."""
    st.header("Newest runs", anchor=False)
    tables.draw(
        recent_runs_table(runs),
        "newest-runs",
        "The newest runs",
        {
            "name": tables.text("Run"),
            "state": tables.text("State", "small"),
            "preset": tables.text("Preset", "small"),
            "n_train": tables.count("Papers learned from"),
            **{key: tables.figure(run_text.METRIC_NAMES[key], 3) for key in ("micro_f1", "lrap")},
        },
    )
    context.link("pages/4_Runs.py", "All runs", ":material/arrow_forward:")


def recent_runs_table(runs: tuple[registry.RunSummary, ...]) -> pd.DataFrame:
    """Return the newest runs: name, state in words, preset, n_train, micro_f1, lrap."""
    return pd.DataFrame(
        {
            "name": run.name,
            "state": run_text.STATES[run.state].name,
            "preset": run.preset,
            "n_train": run.sizes.get("n_train"),
            "micro_f1": run.figures.get("micro_f1"),
            "lrap": run.figures.get("lrap"),
        }
        for run in runs[:N_RECENT_RUNS]
    )
