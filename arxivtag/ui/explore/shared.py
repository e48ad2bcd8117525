"""What the tabs of the Explore page share: the data set in view and small ways to show it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from arxivtag.exploring.filters import PaperFilter
from arxivtag.exploring.labels import LabelIndex, Rows
from arxivtag.exploring.lengths import Lengths
from arxivtag.exploring.preparation import papers_table
from arxivtag.exploring.terms import TokenIndex
from arxivtag.papers.cleaning import CleaningResult
from arxivtag.papers.schema import Corpus
from arxivtag.ui.explore import cached
from arxivtag.ui.frame import components

# Tables on screen are cut to this many lines; the download holds all.
MAX_LINES_SHOWN = 1_000
LABELS_KEY = "labels"


@dataclass(frozen=True)
class View:
    """The data set and the rows of it that the reader looks at.

    Attributes:
        corpus: The data set as read.
        cleaning: What the Keras example's cleaning keeps of it.
        index: Labels of all rows.
        lengths: (n_rows,) words of each abstract.
        rows: (n_rows,) mask of the rows in view.
        chosen: The filter behind ``rows``.
    """

    corpus: Corpus
    cleaning: CleaningResult
    index: LabelIndex
    lengths: Lengths
    rows: Rows
    chosen: PaperFilter

    @property
    def n_rows(self) -> int:
        """How many rows are in view."""
        return int(self.rows.sum())

    @property
    def tokens(self) -> TokenIndex:
        """Words and bigrams of all rows; counted when first asked for."""
        return cached.tokens(self.corpus)


def nothing_in_view(view: View) -> bool:
    """Say so when no row is in view, and return whether that is so."""
    if view.n_rows:
        return False
    if view.chosen.is_open:
        components.empty_state(
            "No paper is left after cleaning.",
            "Choose “All rows as read” under Filters; the Cleaning tab says what removed them.",
        )
    else:
        components.empty_state(
            "No paper passes these filters.", "Take one away, or clear them all above."
        )
    return True


def table(
    frame: pd.DataFrame,
    name: str,
    alt: str,
    columns: dict[str, Any],
    *,
    title: str | None = None,
    on_select: Callable[[], None] | None = None,
    height: int | str = "auto",
) -> None:
    """Show a table with its download.

    Args:
        frame: The table; all of it goes into the download.
        name: File name of the download without ending, and key.
        alt: What the table is, for those who cannot see it.
        columns: Column to heading or to a ``st.column_config`` object; others are not shown.
        title: If given, the table stands behind an expander of this title.
        on_select: Called when a line is chosen; its state is ``st.session_state[f"{name}-table"]``.
        height: As ``st.dataframe`` takes it.
    """
    place = st.expander(title, icon=":material/table:") if title else st.container()
    with place:
        options: dict[str, Any] = {}
        if on_select is not None:
            options = {"on_select": on_select, "selection_mode": "single-row"}
        st.dataframe(
            frame[list(columns)].head(MAX_LINES_SHOWN),
            column_config=columns,
            hide_index=True,
            key=f"{name}-table",
            alt=alt,
            height=height,
            **options,
        )
        if len(frame) > MAX_LINES_SHOWN:
            components.note(
                f"The first {MAX_LINES_SHOWN:,} of {len(frame):,} lines; the download holds all."
            )
        components.download_table(frame, name)


def download_papers(papers: pd.DataFrame, name: str, label: str) -> None:
    """Offer papers as a CSV file; table and bytes are made when the button is pressed."""
    st.download_button(
        label,
        data=lambda: components.csv_bytes(papers_table(papers)),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"download-{name}",
    )


def plural(count: int, noun: str) -> str:
    """Return a count with its noun: ``1 paper``, ``2,000 papers``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def file_part(text: str) -> str:
    """Return ``text`` as a part of a file name: letters, digits, dots and dashes."""
    return re.sub(r"[^\w.-]+", "-", text).strip("-.") or "label"


def clicked(key: str) -> Any:
    """Return the ``customdata`` of the point clicked in a figure, or None."""
    state = st.session_state.get(key)
    points = state["selection"]["points"] if state else []
    return points[0].get("customdata") if points else None


def count_column(heading: str, help: str | None = None) -> Any:
    """A column of counts with thousands separators."""
    return st.column_config.NumberColumn(heading, format="localized", help=help)


def share_column(heading: str, help: str | None = None) -> Any:
    """A column of shares of one, shown in percent."""
    return st.column_config.NumberColumn(heading, format="percent", help=help)


def figure_column(heading: str, digits: int = 2, help: str | None = None) -> Any:
    """A column of plain figures."""
    return st.column_config.NumberColumn(heading, format=f"%.{digits}f", help=help)
