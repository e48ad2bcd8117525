"""Cleaning: from raw rows to rows kept, the split, and the leakage check."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from arxivtag.corpus.cleaning import CleaningReport
from arxivtag.corpus.splits import SplitReport, divided_text
from arxivtag.corpus.store import Corpus
from arxivtag.errors import counted
from arxivtag.exploring.preparation import (
    SPLIT_NAMES,
    cleaning_funnel,
    label_balance,
    papers_tables,
    split_sizes,
)
from arxivtag.figures import exploring as figures
from arxivtag.papers.text_checks import notes_text
from arxivtag.settings import RunConfig, SplitBy
from arxivtag.ui.explore import filters
from arxivtag.ui.explore.shared import View, one_of, split_of
from arxivtag.ui.frame import components, tables

STEP_TEXTS = {
    "rows read": "Rows read",
    "empty_abstracts": "With an abstract",
    "no_labels": "With a label",
    "duplicate_titles": "Each title once",
    "duplicate_abstracts": "Each abstract once",
    "near_duplicates": "Near-duplicates once",
    "rare_labels": "With a label that is not rare",
    "rare_combinations": "No rare combination",
}
N_BALANCED = 25
SPLITS: dict[SplitBy, str] = {"chance": "By chance", "date": "By date"}


def render_cleaning(view: View) -> None:
    """Draw the tab."""
    render_way(view)
    report, read = view.cleaned.report, view.corpus.report
    steps = "Steps of cleaning with what each removed and why."
    tables.show(_funnel(report), "cleaning-steps", steps)
    # What the steps do not count.
    others = [*noticed(read.read.n_rows_skipped, report), notes_text(read.text_notes)]
    for sentence in filter(None, others):
        components.note(sentence)
    components.download_csv(
        f"Download the {report.n_after:,} cleaned papers as CSV",
        "cleaned-papers",
        lambda: papers_tables(view.corpus, view.cleaned.kept),
    )
    st.header("The split", anchor=False)
    splits = split_of(view.corpus, _split_input(view.corpus))
    parts = {name: splits.of(side) for side, name in enumerate(SPLIT_NAMES)}
    components.note(_split_text(splits.report))
    tables.show(
        split_sizes(view.cleaned.labels, parts),
        "split-sizes",
        "Papers in train, val and test.",
        tables.shared_columns(
            *("split", "papers", "share", "mean_labels"),
            labels=tables.count("Labels", "Different labels in the split"),
        ),
    )
    st.header("Leakage check", anchor=False)
    _render_leakage(splits.report)
    st.header("Label balance", anchor=False)
    _render_balance(label_balance(view.cleaned.labels, parts))


def _split_input(corpus: Corpus) -> SplitBy:
    """Return how to split, where papers have dates and so there is a choice."""
    if (corpus.dates < 0).all():
        return "chance"
    return one_of(
        "Split",
        SPLITS,
        "split",
        default="chance",
        help="By date, the newest papers are held out: what a model is worth tomorrow. On Train it "
        "is a setting, under Splitting.",
    )


def _split_text(report: SplitReport) -> str:
    begin = f"What training would use of the papers kept above (seed {RunConfig().random_seed})."
    if report.first_dates:
        val, test = report.first_dates
        dates = f"Split by date: val begins on {val}, test on {test}; the older ones are train."
        return " ".join(filter(None, [begin, dates, divided_text(report.divided_dates)]))
    return (
        f"{begin} How papers are chosen for val and test together: {report.held_out_method}. For "
        f"val among them: {report.val_method}."
    )


def _funnel(report: CleaningReport) -> pd.DataFrame:
    funnel = cleaning_funnel(report)
    funnel["step"] = [STEP_TEXTS.get(step, step.replace("_", " ")) for step in funnel["step"]]
    return funnel


def render_way(view: View) -> None:
    """Draw the way from rows read to papers kept; a click leads to what a step left out."""
    report = view.cleaned.report
    components.render_figure(
        figures.cleaning_figure(_funnel(report), ["", *(step.rule for step in report.steps)]),
        "cleaning-funnel",
        f"Rows left after each step of cleaning, from {report.n_before:,} to {report.n_after:,}.",
        on_select=lambda: _read_left_out(view.corpus),
    )
    components.note("Click a step to read the rows that it left out.")


def _read_left_out(corpus: Corpus) -> None:
    rule = components.clicked("cleaning-funnel")
    if rule in filters.ROWS_TEXTS:
        filters.read_papers(corpus, rows=str(rule))


def noticed(n_skipped: int, report: CleaningReport) -> list[str]:
    """Return a sentence each on unreadable rows, changed texts, equal titles and areas' names."""
    sentences = []
    if n_skipped:
        sentences.append(f"{counted(n_skipped, 'row')} of the file could not be read.")
    if report.n_texts_changed:
        sentences.append(
            "Characters that break lines or the display, or that a PDF left behind, were replaced "
            f"in {counted(report.n_texts_changed, 'paper')}."
        )
    if report.n_unlike_titles:
        sentences.append(
            "Papers with the title of an earlier one (“Editorial”, say) but an abstract of their "
            f"own: {report.n_unlike_titles:,}. They are removed here, as in keras-example; the "
            "presets tuned and linear keep them."
        )
    if report.n_second_names:
        sentences.append(
            "Papers with a second or a retired name of an arXiv area (math.IT for cs.IT, cmp-lg "
            f"for cs.CL): {report.n_second_names:,}. The names stay as written here, as in "
            "keras-example; the presets tuned and linear give each area one name."
        )
    return sentences


def _render_leakage(report: SplitReport) -> None:
    if report.leaks:
        st.warning(
            "Some papers of val or test are also in another split, so figures on them would be "
            "too good.",
            icon=":material/warning:",
        )
    else:
        st.success(
            "No paper of val or test, nor one nearly the same, is in another split.",
            icon=":material/check_circle:",
        )
    tables.show(
        pd.DataFrame(
            [
                ("Same title", report.n_leaked_titles),
                ("Same abstract", report.n_leaked_abstracts),
                ("Nearly the same abstract", report.n_leaked_near_duplicates),
            ],
            columns=["check", "papers"],
        ),
        "leakage",
        "Papers of val and test that are also in another split, by kind of sameness.",
        {"check": "Also in another split", "papers": tables.count("Papers of val and test")},
    )
    components.note(
        "Papers that share a title or are nearly the same stay in one split: "
        f"{counted(report.n_groups, 'group')}, for which "
        f"{counted(report.n_moved, 'paper')} changed splits. "
        "Labels in val or test that train lacks, so that no model can learn them: "
        f"{report.n_labels_only_held_out:,}."
    )


def _render_balance(balance: pd.DataFrame) -> None:
    shown = balance.head(N_BALANCED)
    components.render_figure(
        figures.label_balance_figure(shown),
        "label-balance",
        f"Each of the {len(shown)} most frequent labels' share of train, val and test; "
        "markers that lie together mean a balanced split.",
    )
    tables.fold(balance, "label-balance", "All labels in train, val and test")
    components.note("A label that a split lacks has no marker there.")
