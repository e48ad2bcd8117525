"""Duplicates: groups of papers that count as the same, two of them side by side."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from arxivtag.exploring.duplicates import DuplicateGroups, DuplicateKind, Piece, mark_differences
from arxivtag.papers.schema import ABSTRACT, LABELS, TITLE
from arxivtag.settings import CleaningConfig
from arxivtag.ui.explore import cached
from arxivtag.ui.explore.shared import View, count_column, table
from arxivtag.ui.frame import components

KINDS: dict[DuplicateKind, str] = {
    "titles": "Same title",
    "abstracts": "Same abstract",
    "near": "Near-duplicates",
}
TABLE_NAME = "duplicate-groups"
GROUP_KEY = "group"


def render_duplicates(view: View) -> None:
    """Draw the tab."""
    kind: DuplicateKind = (
        st.segmented_control(
            "What counts as a duplicate",
            list(KINDS),
            default="titles",
            required=True,
            format_func=KINDS.__getitem__,
            key="duplicates",
            bind="query-params",
            on_change=_first_group,
        )
        or "titles"
    )
    similarity = CleaningConfig().near_duplicate_similarity
    groups = cached.duplicates(view.corpus, kind, similarity)
    components.note(_explanation(kind, similarity))
    if not len(groups):
        components.empty_state("None of this kind.", "Every paper of the data set is on its own.")
        return
    components.metric_row(
        [
            ("Groups", components.count_text(len(groups))),
            ("Papers in them", components.count_text(int((groups.members >= 0).sum()))),
            (
                "One too many",
                components.count_text(groups.n_surplus),
                "Papers that would go if each group kept only its first.",
            ),
        ]
    )
    _render_table(groups)
    _render_group(view, groups)


def _explanation(kind: DuplicateKind, similarity: float) -> str:
    if kind == "titles":
        return "Rows with the very same title, as the Keras example counts them. All rows as read."
    if kind == "abstracts":
        return "Rows with exactly the same abstract, whatever their titles. All rows as read."
    return (
        "Different abstracts that share most of their three-word phrases: Jaccard similarity of "
        f"{similarity:g} or more, or a chain of such pairs. All rows as read."
    )


def _render_table(groups: DuplicateGroups) -> None:
    frame = groups.table.assign(group=groups.table["group"] + 1)
    table(
        frame,
        TABLE_NAME,
        f"{len(frame):,} groups of duplicates, the largest first. Choose one to read it.",
        {
            "group": count_column("Group"),
            "papers": count_column("Papers"),
            "title": st.column_config.TextColumn("Title of the first", width="large"),
            "distinct_titles": count_column("Titles", "Different titles in the group"),
            "distinct_abstracts": count_column("Abstracts", "Different abstracts in the group"),
            "distinct_combinations": count_column(
                "Label combinations", "Different combinations in the group, order aside"
            ),
        },
        on_select=_group_chosen,
        height=260,
    )


def _group_chosen() -> None:
    rows = st.session_state[f"{TABLE_NAME}-table"]["selection"]["rows"]
    if rows:
        st.session_state[GROUP_KEY] = rows[0] + 1


def _first_group() -> None:
    st.session_state[GROUP_KEY] = 1


def _render_group(view: View, groups: DuplicateGroups) -> None:
    st.subheader("Side by side", anchor=False)
    if st.session_state.get(GROUP_KEY, 1) > len(groups):
        st.session_state[GROUP_KEY] = 1
    number = st.number_input(
        "Group to read",
        min_value=1,
        max_value=len(groups),
        value=1,
        key=GROUP_KEY,
        bind="query-params",
        help="Or choose a line of the table above.",
        width=220,
    )
    rows = groups.rows(int(number) - 1).tolist()
    said = st.container()
    left, right = st.columns(2)
    texts = {row: f"{place} of {len(rows)} (row {row + 1:,})" for place, row in enumerate(rows, 1)}
    chosen = []
    for column, name, default in ((left, "Left", 0), (right, "Right", 1)):
        chosen.append(
            column.selectbox(
                name,
                rows,
                index=default,
                format_func=texts.__getitem__,
                key=f"duplicate-{name}-{groups.kind}-{number}",
            )
        )
    first, second = (view.corpus.papers.iloc[int(row)] for row in chosen)
    titles = mark_differences(first[TITLE], second[TITLE])
    abstracts = mark_differences(first[ABSTRACT], second[ABSTRACT])
    same = not any(piece.differs for pieces in (*titles, *abstracts) for piece in pieces)
    with said:
        components.note(
            "Both texts are the same, word for word."
            if same
            else "Words that the other text lacks are marked."
        )
    for column, place, paper in ((left, 0, first), (right, 1, second)):
        with column.container(border=True):
            heading = marked_html(titles[place], place)
            st.html(f'<h4 style="margin:0;padding:0">{heading}</h4>')
            components.label_badges(paper[LABELS])
            st.html(f'<p class="at-plain">{marked_html(abstracts[place], place)}</p>')


def marked_html(pieces: Sequence[Piece], side: int) -> str:
    """Return escaped HTML with the differing pieces marked, in one hue a side."""
    hue = ("lowered", "raised")[side]
    style = f"background:var(--at-{hue});color:var(--at-{hue}-ink);border-radius:.2rem"
    parts = []
    for piece in pieces:
        text = html.escape(piece.text)
        parts.append(f'<mark style="{style}">{text}</mark>' if piece.differs else text)
    return "".join(parts)
