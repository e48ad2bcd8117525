"""Duplicates: groups of papers that count as the same, two of them side by side."""

from __future__ import annotations

import html
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from arxivtag.corpus.texts import papers_at
from arxivtag.exploring.duplicates import (
    DuplicateGroups,
    DuplicateKind,
    Piece,
    duplicate_groups,
    mark_differences,
)
from arxivtag.papers.schema import ABSTRACT, LABELS, TITLE
from arxivtag.settings import CleaningConfig
from arxivtag.ui.explore.shared import View, number_input, one_of
from arxivtag.ui.frame import components, tables
from arxivtag.ui.frame.memory import shared

KINDS: dict[DuplicateKind, str] = {
    "titles": "Same title",
    "abstracts": "Same abstract",
    "near": "Near-duplicates",
}
EXPLANATIONS: dict[DuplicateKind, str] = {
    "titles": "Rows with exactly the same title, as the Keras example counts them, among all rows "
    "as read.",
    "abstracts": "Rows with exactly the same abstract, whatever their titles, among all rows as "
    "read.",
    "near": "Different abstracts that share most of their three-word phrases: Jaccard similarity "
    "of {:g} or more, or a chain of such pairs, among all rows as read.",
}
GROUP_KEY = "group"
_duplicates = shared(6, "Looking for duplicates …")(duplicate_groups)


def render_duplicates(view: View) -> None:
    """Draw the tab."""
    kind = one_of(
        "What counts as a duplicate",
        KINDS,
        "duplicates",
        default="titles",
        on_change=_read_group,
    )
    similarity = CleaningConfig().near_duplicate_similarity
    groups = _duplicates(view.corpus, kind, similarity=similarity)
    components.note(EXPLANATIONS[kind].format(similarity))
    if not len(groups):
        components.empty_state("No duplicates of this kind.", "Look at another kind above.")
        return
    components.metric_row(
        [
            ("Groups", components.count_text(len(groups))),
            ("Papers in them", components.count_text(int((groups.members >= 0).sum()))),
            (
                "Surplus papers",
                components.count_text(groups.n_surplus),
                "Papers that would go if each group kept only its first.",
            ),
        ]
    )
    _render_table(groups)
    st.header("Side by side", anchor=False)
    _render_group(view, groups)


def _render_table(groups: DuplicateGroups) -> None:
    frame = groups.table.assign(group=groups.table["group"] + 1)
    tables.show(
        frame,
        "duplicate-groups",
        f"{len(frame):,} groups of duplicates, the largest first. Choose one to read it.",
        {
            **tables.shared_columns(*frame.columns),
            "title": tables.text("Title of the first", "large"),
        },
        on_line=_read_group,
        height=260,
    )


def _read_group(line: int = 0) -> None:
    st.session_state[GROUP_KEY] = line + 1


def _render_group(view: View, groups: DuplicateGroups) -> None:
    if st.session_state.get(GROUP_KEY, 1) > len(groups):
        st.session_state[GROUP_KEY] = 1
    number = number_input(
        "Group to read",
        GROUP_KEY,
        default=1,
        most=len(groups),
        help="Or choose a line of the table above.",
    )
    said = st.container()
    sides = st.columns(2)
    rows = groups.rows(number - 1).tolist()
    texts = {row: f"{place} of {len(rows)} (row {row + 1:,})" for place, row in enumerate(rows, 1)}
    chosen = [
        place.selectbox(
            name,
            rows,
            index=default,
            format_func=texts.__getitem__,
            key=f"duplicate-{name}-{groups.kind}-{number}",
        )
        for default, (name, place) in enumerate(zip(("Left", "Right"), sides, strict=True))
    ]
    papers = papers_at(view.corpus, chosen)
    first, second = (papers.iloc[side] for side in (0, 1))
    titles = mark_differences(first[TITLE], second[TITLE])
    abstracts = mark_differences(first[ABSTRACT], second[ABSTRACT])
    same = not any(piece.differs for pieces in (*titles, *abstracts) for piece in pieces)
    with said:
        components.note(
            "Both texts are the same, word for word."
            if same
            else "Words that the other text lacks are marked."
        )
    for side, (place, paper) in enumerate(zip(sides, (first, second), strict=True)):
        with place:
            _render_side(paper, titles[side], abstracts[side], side)


def _render_side(
    paper: pd.Series, title: Sequence[Piece], abstract: Sequence[Piece], side: int
) -> None:
    with st.container(border=True):
        st.html(f'<h4 style="margin:0;padding:0">{marked_html(title, side)}</h4>')
        components.label_badges(paper[LABELS])
        st.html(f'<p class="at-plain">{marked_html(abstract, side)}</p>')


def marked_html(pieces: Sequence[Piece], side: int) -> str:
    """Return escaped HTML with the differing pieces marked, in one hue per side."""
    css_class = ("at-differs left", "at-differs right")[side]
    parts = []
    for piece in pieces:
        text = html.escape(piece.text)
        parts.append(f'<mark class="{css_class}">{text}</mark>' if piece.differs else text)
    return "".join(parts)
