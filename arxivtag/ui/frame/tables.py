"""Tables: columns that look the same on every page, and the CSV of all lines beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from arxivtag.ui.frame import components

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

# Tables on screen, whose lines are all sent to the browser, have so many; the download holds all.
MAX_LINES_SHOWN = 1_000
Columns: TypeAlias = Mapping[str, str | ColumnConfig]


def draw(
    frame: pd.DataFrame,
    name: str,
    alt: str,
    columns: Columns | None = None,
    *,
    height: int | Literal["auto", "content"] = "content",
    on_line: Callable[[int], None] | None = None,
) -> None:
    """Draw a table under a name unique on the page; ``alt`` is for those who cannot see it.

    Only ``columns`` are shown, by their headings or ``st.column_config`` objects; if not given, all
    as they look in every table. ``on_line`` is called with the position of a line that is chosen.
    """
    key = f"{name}-table"
    looks = columns or shared_columns(*frame.columns)
    st.dataframe(
        with_percents(frame[list(looks)], looks),
        column_config=looks,
        hide_index=True,
        key=key,
        alt=alt,
        height=height,
        placeholder="–",
        on_select=partial(_tell_line, key, on_line) if on_line else "ignore",
        selection_mode="single-row",
    )


def with_percents(frame: pd.DataFrame, looks: Columns) -> pd.DataFrame | Styler:
    """Return a table whose columns of :func:`share` are written as in sentences: ``87.0 %``.

    Streamlit's own percent writes 85.6% and 87% below each other. The values stay what they are.
    """
    texts: dict[Any, str | Callable[[object], str] | None] = {
        name: partial(components.percent_text, digits=look.digits)
        for name, look in looks.items()
        if isinstance(look, _Share)
    }
    return frame.style.format(texts, na_rep="–") if texts else frame


def _tell_line(key: str, on_line: Callable[[int], None]) -> None:
    for line in st.session_state[key]["selection"]["rows"]:
        on_line(line)


def show(
    frame: pd.DataFrame,
    name: str,
    alt: str,
    columns: Columns | None = None,
    *,
    height: int | Literal["auto", "content"] = "content",
    on_line: Callable[[int], None] | None = None,
) -> None:
    """Draw the first lines of a table, as :func:`draw` does, and offer all of it as a file."""
    draw(frame.head(MAX_LINES_SHOWN), name, alt, columns, height=height, on_line=on_line)
    if len(frame) > MAX_LINES_SHOWN:
        components.note(
            f"The first {MAX_LINES_SHOWN:,} of {len(frame):,} lines; the download holds all."
        )
    components.download_table(frame, name)


def fold(frame: pd.DataFrame, name: str, what: str, columns: Columns | None = None) -> None:
    """Show a table as :func:`show` does, behind a line that says what it holds."""
    with st.expander(f"{components.safe_text(what)} as a table", icon=":material/table:"):
        show(frame, name, what, columns, height="auto")


def shared_columns(*names: str, **others: str | ColumnConfig) -> Columns:
    """Return the columns ``names`` as they look in every table, then ``others`` as given."""
    return {**{name: _COLUMNS[name] for name in names}, **others}


def text(heading: str, width: str = "medium", *, pinned: bool = False) -> ColumnConfig:
    """Return a column of texts."""
    return st.column_config.TextColumn(heading, width=width, pinned=pinned)


def texts(heading: str) -> ColumnConfig:
    """Return a column of lists of texts, such as labels."""
    return st.column_config.ListColumn(heading, width="medium")


def count(heading: str, help: str | None = None) -> ColumnConfig:
    """Return a column of counts with thousands separators."""
    return st.column_config.NumberColumn(heading, format="localized", help=help)


class _Share(dict[str, Any]):
    """What :func:`share` returns, with the digits that :func:`with_percents` writes."""

    digits: int


def share(heading: str, help: str | None = None, digits: int = 1) -> ColumnConfig:
    """Return a column of shares of one, shown in percent with so many digits behind the point."""
    column = _Share(st.column_config.NumberColumn(heading, help=help))
    column.digits = digits
    return cast(ColumnConfig, column)


def figure(heading: str, digits: int = 2, help: str | None = None) -> ColumnConfig:
    """Return a column of figures with so many digits behind the point."""
    return st.column_config.NumberColumn(heading, format=f"%.{digits}f", help=help)


def bar(heading: str, number: str = "percent") -> ColumnConfig:
    """Return a column of shares of one, drawn as bars, with the number in a format of its own."""
    return st.column_config.ProgressColumn(
        heading, format=number, min_value=0, max_value=1, step=0.001
    )


_COLUMNS: Columns = {
    "label": "Label",
    "name": text("Name"),
    "labels": count("Labels"),
    "combination": text("Combination"),
    "label_a": "Label",
    "label_b": "And",
    "npmi": figure("NPMI"),
    "lift": figure("Lift"),
    "papers": count("Papers"),
    "period": text("Period", "small"),
    "of_papers": count("Of papers"),
    "share": share("Share"),
    "words": count("Words"),
    "from_words": count("From"),
    "to_words": count("To"),
    "max_words": count("Words"),
    "mean": figure("Mean", 1),
    **{f"p{percent}": figure(f"{percent} %", 0) for percent in (5, 25, 50, 75, 95)},
    "term": text("Term"),
    "count": count("Occurrences"),
    "per_1000_words": figure("Per 1,000 words"),
    "terms": text("Most telling", "large"),
    "score": figure("Score"),
    "count_inside": count("With the label"),
    "count_outside": count("Without"),
    "rate_inside": figure("Per 1,000 words with"),
    "rate_outside": figure("Per 1,000 words without"),
    "rank": count("Rank"),
    "distinct_words": count("Distinct words"),
    "max_tokens": count("Terms kept"),
    "step": "Rows left",
    "removed": count("Removed"),
    "reason": text("Why they were removed", "large"),
    "split": "Split",
    "mean_labels": figure("Labels per paper"),
    **{name: count(name) for name in ("train", "val", "test")},
    **{f"{name}_share": share(f"Share of {name}") for name in ("train", "val", "test")},
    "group": count("Group"),
    "title": text("Title", "large"),
    "distinct_titles": count("Titles", "Different titles in the group"),
    "distinct_abstracts": count("Abstracts", "Different abstracts in the group"),
    "distinct_combinations": count(
        "Label combinations", "Different combinations in the group, order aside"
    ),
    "row": count("Row"),
}
