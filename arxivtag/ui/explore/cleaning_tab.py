"""Cleaning: from raw rows to rows kept, the split, and the leakage check."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from arxivtag.exploring.preparation import (
    cleaning_funnel,
    label_balance,
    split_sizes,
)
from arxivtag.figures import exploring as figures
from arxivtag.papers.splits import SplitReport
from arxivtag.settings import RunConfig, SplitConfig
from arxivtag.ui.explore import cached
from arxivtag.ui.explore.shared import (
    View,
    count_column,
    download_papers,
    figure_column,
    plural,
    share_column,
    table,
)
from arxivtag.ui.frame import components

STEP_TEXTS = {
    "rows read": "Rows read",
    "empty_abstracts": "With an abstract",
    "no_labels": "With a label",
    "duplicate_titles": "Each title once",
    "duplicate_abstracts": "Each abstract once",
    "near_duplicates": "Near-duplicates once",
    "rare_combinations": "No rare combination",
}
N_BALANCED = 25


def render_cleaning(view: View) -> None:
    """Draw the tab."""
    _render_funnel(view)
    st.subheader("The split", anchor=False)
    seed = RunConfig().random_seed
    splits = cached.splits(view.corpus, view.cleaning, SplitConfig(), seed)
    parts = {"train": splits.train, "val": splits.val, "test": splits.test}
    components.note(
        f"What training with the default settings would use: seed {seed}, "
        f"{splits.report.held_out_method}; val and test "
        f"{splits.report.val_method}."
    )
    table(
        split_sizes(parts),
        "split-sizes",
        "Papers in train, val and test.",
        {
            "split": "Split",
            "papers": count_column("Papers"),
            "share": share_column("Share"),
            "labels": count_column("Labels", "Different labels in the split"),
            "mean_labels": figure_column("Labels a paper"),
        },
        height="content",
    )
    _render_leakage(splits.report)
    _render_balance(label_balance(parts))


def _render_funnel(view: View) -> None:
    report = view.cleaning.report
    funnel = cleaning_funnel(report, len(view.corpus.papers))
    funnel["step"] = [STEP_TEXTS.get(step, step.replace("_", " ")) for step in funnel["step"]]
    components.render_figure(
        figures.cleaning_figure(funnel),
        "cleaning-funnel",
        f"Rows left after each step of cleaning, from {len(view.corpus.papers):,} to "
        f"{report.n_after:,}.",
    )
    table(
        funnel,
        "cleaning-steps",
        "Steps of cleaning with what each removed and why.",
        {
            "step": "Rows left",
            "papers": count_column("How many"),
            "removed": count_column("Removed"),
            "reason": st.column_config.TextColumn("Why they were removed", width="large"),
        },
        height="content",
    )
    skipped = view.corpus.report.n_rows_skipped
    if skipped:
        components.note(f"Left out, since not to be read: {plural(skipped, 'row')} of the file.")
    if report.n_texts_changed:
        components.note(
            f"In {plural(report.n_texts_changed, 'paper')}, characters that break lines or the "
            "display were replaced."
        )
    download_papers(
        view.cleaning.papers,
        "cleaned-papers",
        f"Download the {report.n_after:,} cleaned papers as CSV",
    )


def _render_leakage(report: SplitReport) -> None:
    st.subheader("Leakage check", anchor=False)
    lines = pd.DataFrame(
        [
            ("Same title", report.n_leaked_titles),
            ("Same abstract", report.n_leaked_abstracts),
            ("Nearly the same abstract", report.n_leaked_near_duplicates),
        ],
        columns=["check", "papers"],
    )
    if report.leaks:
        st.warning(
            "Some held-out papers also stand in another split, so test figures would flatter.",
            icon=":material/warning:",
        )
    else:
        st.success(
            "No held-out paper, nor one nearly the same, stands in another split.",
            icon=":material/check_circle:",
        )
    table(
        lines,
        "leakage",
        "Papers of val and test that also stand in another split, by kind of sameness.",
        {"check": "Also in another split", "papers": count_column("Papers of val and test")},
        height="content",
    )
    together = "Papers that share a title or are nearly the same stay on one side"
    components.note(
        f"{together}: {plural(report.n_groups, 'group')}, for which "
        f"{plural(report.n_moved, 'paper')} changed sides. Labels in val or test that train lacks, "
        f"so that no model can learn them: {report.n_labels_only_held_out:,}."
    )


def _render_balance(balance: pd.DataFrame) -> None:
    st.subheader("Label balance", anchor=False)
    shown = balance.head(N_BALANCED)
    components.render_figure(
        figures.label_balance_figure(shown),
        "label-balance",
        f"Each of the {len(shown)} most frequent labels' share of train, val and test; "
        "markers that lie together mean a balanced split.",
    )
    table(
        balance,
        "label-balance",
        "Papers and shares of each label in train, val and test.",
        {
            "label": "Label",
            "name": st.column_config.TextColumn("Name", width="medium"),
            "papers": count_column("Papers"),
            **{name: count_column(name) for name in ("train", "val", "test")},
            **{
                f"{name}_share": share_column(f"Share of {name}")
                for name in ("train", "val", "test")
            },
        },
        title="All labels as a table",
    )
    components.note("A label that a split lacks has no marker there.")
