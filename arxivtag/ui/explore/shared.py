"""What the tabs of the Explore page share: the data set in view, inputs, tables and columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from arxivtag.exploring.filters import PaperFilter
from arxivtag.exploring.labels import LabelIndex, Rows
from arxivtag.exploring.lengths import Lengths
from arxivtag.exploring.terms import TokenIndex
from arxivtag.papers.cleaning import CleaningResult
from arxivtag.papers.schema import Corpus
from arxivtag.ui.explore import cached
from arxivtag.ui.frame import components

# Tables on screen are cut to this many lines; the download holds all.
MAX_LINES_SHOWN = 1_000
LABELS_KEY = "labels"
Columns: TypeAlias = Mapping[str, str | ColumnConfig]
Option = TypeVar("Option")


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


# Inputs: each keeps its value in the address, under its key


def one_of(
    heading: str,
    options: Mapping[Option, str],
    key: str,
    *,
    default: Option,
    help: str | None = None,
    on_change: Callable[[], None] | None = None,
) -> Option:
    """Let the reader choose one of a few options, given with their texts."""
    chosen: Option | None = st.segmented_control(
        heading,
        list(options),
        default=default,
        required=True,
        format_func=options.__getitem__,
        key=key,
        help=help,
        on_change=on_change or "rerun",
        bind="query-params",
    )
    return default if chosen is None else chosen


def number_input(
    heading: str, key: str, *, default: int, most: int, step: int = 1, help: str | None = None
) -> int:
    """Let the reader choose a whole number from 1 to ``most``."""
    chosen = st.number_input(
        heading,
        min_value=1,
        max_value=most,
        value=default,
        step=step,
        key=key,
        help=help,
        bind="query-params",
        width=260,
    )
    return int(chosen)


def chosen_line(name: str) -> int | None:
    """Return the position of the line chosen in the table ``name``, or None."""
    lines: list[int] = st.session_state[f"{name}-table"]["selection"]["rows"]
    return lines[0] if lines else None


# Tables


def table(
    frame: pd.DataFrame,
    name: str,
    alt: str,
    columns: Columns,
    *,
    on_select: Callable[[], None] | None = None,
    height: int | str = "content",
) -> None:
    """Show a table with its download.

    Args:
        frame: The table; all of it goes into the download.
        name: File name of the download without ending, and key.
        alt: What the table is, for those who cannot see it.
        columns: Column to heading or to a ``st.column_config`` object; others are not shown.
        on_select: Called when a line is chosen, which :func:`chosen_line` then tells.
        height: As ``st.dataframe`` takes it.
    """
    st.dataframe(
        frame[list(columns)].head(MAX_LINES_SHOWN),
        column_config=columns,
        hide_index=True,
        key=f"{name}-table",
        alt=alt,
        height=height,
        on_select=on_select or "ignore",
        selection_mode="single-row",
    )
    if len(frame) > MAX_LINES_SHOWN:
        components.note(
            f"The first {MAX_LINES_SHOWN:,} of {len(frame):,} lines; the download holds all."
        )
    components.download_table(frame, name)


def folded_table(frame: pd.DataFrame, name: str, what: str, columns: Columns) -> None:
    """Show a table as :func:`table` does, behind a line that says what it holds."""
    with st.expander(f"{components.safe_text(what)} as a table", icon=":material/table:"):
        table(frame, name, what, columns, height="auto")


def label_columns() -> dict[str, str | ColumnConfig]:
    """Return the columns that begin every table of labels."""
    return {
        "label": "Label",
        "name": st.column_config.TextColumn("Name", width="medium"),
        "papers": count_column("Papers"),
    }


def count_column(heading: str, help: str | None = None) -> ColumnConfig:
    """Return a column of counts with thousands separators."""
    return st.column_config.NumberColumn(heading, format="localized", help=help)


def share_column(heading: str) -> ColumnConfig:
    """Return a column of shares of one, shown in percent."""
    return st.column_config.NumberColumn(heading, format="percent")


def figure_column(heading: str, digits: int = 2) -> ColumnConfig:
    """Return a column of figures with so many digits behind the point."""
    return st.column_config.NumberColumn(heading, format=f"%.{digits}f")


# Texts


def plural(count: int, noun: str) -> str:
    """Return a count with its noun: ``1 paper``, ``2,000 papers``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def file_part(text: str) -> str:
    """Return ``text`` as a part of a file name: letters, digits, dots and dashes."""
    return re.sub(r"[^\w.-]+", "-", text).strip("-.") or "label"
