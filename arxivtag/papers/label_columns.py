"""Which columns of a table hold the labels: one, or one of 0 and 1 for each label."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from arxivtag.config import limits
from arxivtag.errors import DataError
from arxivtag.papers.label_lists import NOTHING
from arxivtag.papers.labels import (
    AUTO,
    SEPARATORS,
    LabelExample,
    LabelFormat,
    LabelReading,
    examples,
    format_named,
    split_labels,
    understand_labels,
)
from arxivtag.papers.schema import LABELS, ONE_PER_LABEL, known_columns

_NO, _YES = ("0", "0.0", "false"), ("1", "1.0", "true")
_ENOUGH_FILLED = 0.9
SAMPLE_ROWS = 1_000  # what columns hold is judged by so many rows


def guess_label_column(sample: pd.DataFrame, taken: Collection[str] = ()) -> str:
    """Return the column of labels, judged by the names of columns and a table's first rows.

    Columns ``taken`` hold something else. Of several known by their names it is the first that is
    filled in nine of ten rows, or else the one that is filled most. Where none is known, it is
    :data:`ONE_PER_LABEL` if two or more hold 0 and 1 only, else ``""``.
    """
    known = [name for name in known_columns(LABELS, list(sample.columns)) if name not in taken]
    filled = {name: float((~sample[name].isin([*NOTHING, "", "[]"])).mean()) for name in known}
    if known:
        usable = (name for name in known if filled[name] >= _ENOUGH_FILLED)
        return next(usable, max(known, key=lambda name: filled[name]))
    return ONE_PER_LABEL if len(columns_of_bits(sample, taken)) > 1 else ""


def columns_of_bits(table: pd.DataFrame, taken: Collection[str] = ()) -> list[str]:
    """Return the columns that hold 0 and 1 (or false and true) and nothing else.

    Empty cells count as 0.
    """
    bits = {*_NO, *_YES}
    held = {str(name): set(table[name].str.lower()) for name in table.columns if name not in taken}
    return [name for name, values in held.items() if values & bits and values <= bits | {""}]


@dataclass(frozen=True)
class LabelsRead:
    """The labels of all rows, a tuple each, or None where they could not be read.

    ``notes`` say in plain words what should be known about it.
    """

    labels: pd.Series
    reading: LabelReading
    notes: tuple[str, ...]
    n_skipped: int


def read_labels(
    table: pd.DataFrame, columns: Sequence[str], chosen: str, separator: str
) -> LabelsRead:
    """Return the labels of a table of text.

    ``columns`` hold them: ``chosen`` itself, or several of one label each, where ``chosen`` may be
    :data:`ONE_PER_LABEL`. For ``separator`` see :class:`~arxivtag.papers.schema.Layout`.

    Raises:
        DataError: If the columns hold no names of labels.
    """
    label_format, words = LabelFormat(), ""  # where each column is one label
    notes: list[str] = []
    if list(columns) == [chosen]:
        cells = table[chosen]
        label_format = understand_labels(cells) if separator == AUTO else format_named(separator)
    elif chosen == ONE_PER_LABEL:
        cells, words, notes = _bits(table[list(columns)])
    else:  # numbered columns of one label each become a list
        rows = zip(*(table[name] for name in columns), strict=True)
        lists = [json.dumps([cell for cell in row if cell.strip()]) for row in rows]
        cells = pd.Series(lists, index=table.index, dtype=object)
    labels, problem = _split(cells, label_format)
    distinct = {label for combination in labels.dropna().unique() for label in combination}
    shown = examples(cells, label_format)
    if words:  # the cells are not the file's own
        shown = tuple(
            LabelExample(", ".join(f"{label}: 1" for label in one.labels), one.labels)
            for one in shown
        )
    reading = LabelReading(words or label_format.words, label_format.name, len(distinct), shown)
    if not label_format.is_sure:
        notes.append(
            f"{label_format.words} That is a guess: check it, and say what separates labels "
            f"with --label-separator ({', '.join(SEPARATORS)})."
        )
    if distinct and all(label.isdigit() for label in distinct):
        notes.append("The labels are numbers; their names are not in this column.")
    unusable = labels.isna().to_numpy()
    if unusable.any():
        notes.append(
            f"Rows left out because of their labels: {unusable.sum():,}, the first of them row "
            f"{unusable.argmax() + 1:,} of those read. {problem}"
        )
    return LabelsRead(labels, reading, tuple(notes), int(unusable.sum()))


def _split(cells: pd.Series, label_format: LabelFormat) -> tuple[pd.Series, str]:
    """Return the labels of each cell, None where it holds none, and the first cell's fault."""
    labels: dict[str, tuple[str, ...] | None] = {}
    problem, bounds = "", limits()
    for cell in cells.unique():
        try:
            labels[cell] = split_labels(cell, label_format, bounds)
        except DataError as error:
            labels[cell] = None
            problem = problem or error.message
    return cells.astype(object).map(labels), problem


def _bits(table: pd.DataFrame) -> tuple[pd.Series, str, list[str]]:
    """Return the names of the columns that hold 1, as a JSON list per row, a sentence, and notes.

    A column without a 0 or without a 1 does not tell papers apart and is not a label.
    """
    is_set = {name: table[name].str.lower().isin(_YES) for name in columns_of_bits(table)}
    names = [name for name, rows in is_set.items() if rows.nunique() == 2]
    if len(names) < 2:
        raise DataError(
            "There are no two columns that hold 0 and 1, one per label.",
            "Say which column holds the labels, as in --columns labels=COLUMN.",
        )
    matrix = np.column_stack([is_set[name] for name in names])
    written: dict[bytes, str] = {}  # combinations are few
    for row in matrix:
        if row.tobytes() not in written:
            held = [names[position] for position in row.nonzero()[0]]
            written[row.tobytes()] = json.dumps(held, ensure_ascii=False)
    cells = pd.Series([written[row.tobytes()] for row in matrix], table.index, dtype=object)
    words = f"Each of {len(names)} columns of 0 and 1 is one label."
    notes = [f"{words} They are {_listed(names)}."]
    if left_out := [name for name in map(str, table.columns) if name not in names]:
        notes.append(f"Not labels, since they hold other values or only one: {_listed(left_out)}.")
    return cells, words, notes


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(repr(name[:60]) for name in names[:10]) + more
