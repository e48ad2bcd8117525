"""Papers: the rows themselves, one opened in full, and the example's data set preview."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from arxivtag.corpus.texts import papers_at
from arxivtag.errors import counted
from arxivtag.exploring.labels import label_frequency, multi_hot
from arxivtag.exploring.preparation import papers_tables
from arxivtag.papers.schema import ABSTRACT, LABELS, TITLE
from arxivtag.ui.explore.shared import PAPER_KEY, View, number_input
from arxivtag.ui.frame import components, tables

PAGE_SIZE = 25
N_PREVIEWED = 5
_READ_KEY = "paper-read"  # session state: the view in which a paper was read, and its row


def render_papers(view: View) -> None:
    """Draw the tab."""
    positions = np.flatnonzero(view.rows)
    n_pages = -(-len(positions) // PAGE_SIZE)
    if st.session_state.get("papers-page", 1) > n_pages:
        st.session_state["papers-page"] = 1
    place = st.container()
    page = st.pagination(n_pages, key="papers-page", bind="query-params")
    shown = positions[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    with place:
        _render_table(view, shown)
    _render_paper(view, first_row=int(shown[0]) + 1)
    _render_preview(view, positions)
    components.download_csv(
        f"Download these {len(positions):,} papers as CSV",
        "papers",
        lambda: papers_tables(view.corpus, view.rows),
    )


def _render_table(view: View, shown: np.ndarray) -> None:
    papers = papers_at(view.corpus, shown)
    frame = pd.DataFrame(
        {
            "row": shown + 1,
            "title": papers[TITLE].to_numpy(),
            "labels": [list(labels) for labels in papers[LABELS]],
            "words": view.corpus.n_words[shown],
        }
    )
    tables.draw(
        frame,
        "papers",
        f"{len(frame)} papers with labels and length. Choose one to read it.",
        {**tables.shared_columns(*frame.columns), "labels": tables.texts("Labels")},
        on_line=lambda line: st.session_state.update({PAPER_KEY: int(shown[line]) + 1}),
    )


def _row_input(view: View, first_row: int) -> int:
    """Return the row to read: the first shown instead of one that a new filter takes away."""
    looked_at = (view.corpus.fingerprint, view.chosen, view.n_rows)
    before, row_before = st.session_state.get(_READ_KEY, (looked_at, None))
    row = st.session_state.get(PAPER_KEY)
    if before != looked_at and row == row_before and not _is_in(view, row):
        st.session_state[PAPER_KEY] = first_row
    row = number_input(
        "Row to read",
        PAPER_KEY,
        default=first_row,
        most=view.corpus.n_papers,
        help="Or choose a line of the table above.",
    )
    st.session_state[_READ_KEY] = (looked_at, row)
    if not _is_in(view, row):
        components.note(f"Row {row:,} does not pass the filters above.")
    return row


def _is_in(view: View, row: int) -> bool:
    return row <= len(view.rows) and bool(view.rows[row - 1])


def _render_paper(view: View, first_row: int) -> None:
    st.header("One paper in full", anchor=False)
    row = _row_input(view, first_row)
    paper = papers_at(view.corpus, [row - 1]).iloc[0]
    with st.container(border=True):
        st.markdown(f"### {components.math_text(paper[TITLE]) or 'No title'}")
        components.label_badges(paper[LABELS])
        st.markdown(components.math_text(paper[ABSTRACT]) or "No abstract.")
        components.note(f"Row {row:,}, {view.corpus.n_words[row - 1]:,} words.")
        with st.expander("As a row of the training data", icon=":material/data_array:"):
            components.note("The abstract as it stands in the file:")
            components.plain_html(paper[ABSTRACT])
            _render_multi_hot(view, paper[LABELS])


def _render_multi_hot(view: View, labels: tuple[str, ...]) -> None:
    names = label_frequency(view.cleaned.labels.of(view.cleaned.kept))["label"].tolist()
    encoded = multi_hot(labels, names)
    components.note(
        f"Label-binarized representation: {len(names):,} positions, one per label of the papers "
        f"kept, most frequent first; {int(encoded.sum())} of them 1. The example's first "
        "position, [UNK], is not a label and is left out."
    )
    st.code(f"{list(labels)}\n[[{' '.join(map(str, encoded))}]]", language=None, wrap_lines=True)


def _render_preview(view: View, positions: np.ndarray) -> None:
    n_shown = min(N_PREVIEWED, len(positions))
    with st.expander("Preview, as in the Keras example", icon=":material/preview:"):
        components.note(
            f"{counted(n_shown, 'paper')} in view, drawn at random, and the same on each visit."
        )
        drawn = np.random.default_rng(0).choice(positions, size=n_shown, replace=False)
        papers = papers_at(view.corpus, drawn)
        for abstract, labels in zip(papers[ABSTRACT], papers[LABELS], strict=True):
            components.plain_html(f"Abstract: {abstract}")
            components.label_badges(labels)
            st.divider()
