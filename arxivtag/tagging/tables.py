"""Tables of tagged papers, and how they are written: CSV, JSON lines or Parquet."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import io
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from arxivtag import storage
from arxivtag.config import limits
from arxivtag.errors import ConfigError
from arxivtag.papers.schema import ABSTRACT, TextTable, free_name
from arxivtag.papers.text_checks import BETWEEN_NOTES, note_on

if TYPE_CHECKING:
    from arxivtag.tagging.tagger import Tagged

PREDICTED_LABELS, PROBABILITIES, NOTE = "predicted_labels", "probabilities", "note"
# In place of a separator: the labels of a cell are a JSON list.
AS_JSON = ""
_MORE_THAN_NAMES = re.compile(r"""[;,|"'\[\]{}]""")
# Full-width forms too: spreadsheets in East Asian locales read them as the plain ones.
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠")
# Some spreadsheets trim these before they look for a formula.
_TRIMMED = " \u00a0\u200b\u2060\ufeff\x00"
_NUMBER = re.compile(r"[+-]?\d[\d., ]*(?:[eE][+-]?\d+)?%?")


def label_separator(label_names: Sequence[str]) -> str:
    """Return what stands between the labels of a model in a cell of text.

    It is the same for all tables of a model: a space, ``"; "`` if some label holds a space, and
    :data:`AS_JSON` if some label holds a semicolon or another character that would be taken
    for a separator or a list when the table is read again (``I.2.6; I.4.9``).

    >>> label_separator(["cs.LG", "hep-th"]), label_separator(["Soft Matter", "Robotics"])
    (' ', '; ')
    """
    if any(_MORE_THAN_NAMES.search(label) for label in label_names):
        return AS_JSON
    return "; " if any(len(label.split()) > 1 for label in label_names) else " "


def with_predicted_labels(
    texts: TextTable, predicted: Sequence[Tagged], separator: str
) -> pd.DataFrame:
    """Return the input's columns of ``texts`` with the labels that each row got.

    Args:
        texts: Papers.
        predicted: Each row's labels, from :func:`arxivtag.tagging.tagger.tag`.
        separator: What stands between labels, from :func:`label_separator`.

    Returns:
        Also ``predicted_labels`` and ``probabilities``: text, in the same order, most probable
        first, four decimals; and ``note``: what was noticed about the abstract, such as
        ``"not English"``, or why it gets no label, such as ``"unlike an abstract"``; empty where
        there is nothing to say. The last column holds it, under a longer name where the file has a
        column ``note`` itself.
    """
    table = texts.as_given()
    most = limits().max_abstract_chars
    table[PREDICTED_LABELS] = [_cell([one.label for one in row], separator) for row in predicted]
    table[PROBABILITIES] = [
        _cell([f"{one.probability:.4f}" for one in row], separator) for row in predicted
    ]
    table[free_name(NOTE, texts.input_columns)] = [
        _note(note_on(abstract if isinstance(abstract, str) else "", most), row)
        for abstract, row in zip(texts.frame[ABSTRACT].tolist(), predicted, strict=True)
    ]
    return table


def as_plain(tagged: Tagged, *, with_note: bool) -> object:
    """Return the labels of one text for JSON: a list, or as the API gives them with the note."""
    labels = [dataclasses.asdict(score) for score in tagged]
    if not with_note:
        return labels
    return {"labels": labels} | ({"note": tagged.remark.sentence} if tagged.remark else {})


def _note(noticed: str, row: Tagged) -> str:
    """Return what was noticed about an abstract and why it gets no label, each once."""
    remark = [row.remark.short] if row.remark and row.remark.is_doubt else []
    return BETWEEN_NOTES.join(dict.fromkeys([*filter(None, noticed.split(BETWEEN_NOTES)), *remark]))


def _cell(items: Sequence[str], separator: str) -> str:
    if separator == AS_JSON and items:
        return json.dumps(items, ensure_ascii=False)
    return separator.join(items)


def with_lists(table: pd.DataFrame, separator: str) -> pd.DataFrame:
    """Return a tagged table with lists of labels and of numbers in place of text."""
    listed = table.copy()
    listed[PREDICTED_LABELS] = [_items(cell, separator) for cell in table[PREDICTED_LABELS]]
    listed[PROBABILITIES] = [
        list(map(float, _items(cell, separator))) for cell in table[PROBABILITIES]
    ]
    return listed


def _items(cell: str, separator: str) -> list[str]:
    if not cell:
        return []
    items: list[str] = cell.split(separator) if separator else json.loads(cell)
    return items


def write_tables(tables: Iterable[pd.DataFrame], path: Path, separator: str) -> None:
    """Write tables of :func:`with_predicted_labels`, one below the other, as one file.

    Its format is what its name ends in. JSON lines and Parquet hold lists of labels and
    probabilities, CSV the text. There is at least one table, and all have the same columns.

    Raises:
        ConfigError: If it ends in none of ``.csv``, ``.jsonl``, ``.parquet``.
        StorageError: If the disk refuses.
    """
    writers = {".csv": _write_csv, ".jsonl": _write_jsonl, ".parquet": _write_parquet}
    if path.suffix not in writers:
        raise ConfigError(
            f"The output file should end in one of {', '.join(writers)}. Received: {path.name}.",
            "Rename it.",
        )
    if path.suffix != ".csv":
        tables = (with_lists(table, separator) for table in tables)
    storage.write_atomic(path, lambda file: writers[path.suffix](tables, file))


def _write_csv(tables: Iterable[pd.DataFrame], file: BinaryIO) -> None:
    for number, table in enumerate(tables):
        file.write(table_as_csv(table, header=number == 0).encode())


def _write_jsonl(listed: Iterable[pd.DataFrame], file: BinaryIO) -> None:
    for table in listed:
        file.write(table_as_jsonl(table).encode())


def _write_parquet(listed: Iterable[pd.DataFrame], file: BinaryIO) -> None:
    """Write one row group a table; each has the types of the first, whatever it lacks."""
    with contextlib.ExitStack() as stack:
        writer: pq.ParquetWriter | None = None
        for table in listed:
            if writer is None:
                schema = pa.Schema.from_pandas(table, preserve_index=False)
                for name, kind in ((PREDICTED_LABELS, pa.string()), (PROBABILITIES, pa.float64())):
                    field = pa.field(name, pa.list_(kind))
                    schema = schema.set(schema.get_field_index(name), field)
                writer = stack.enter_context(pq.ParquetWriter(file, schema))
            writer.write_table(pa.Table.from_pandas(table, schema, preserve_index=False))


def table_as_csv(table: pd.DataFrame, *, header: bool = True) -> str:
    """Return ``table`` as CSV in which no cell runs as a formula when a spreadsheet opens it."""
    content = io.StringIO()
    usual = csv.writer(content, lineterminator="\n")
    # The csv module leaves a bare carriage return unquoted, and what follows would be a new row.
    quoting = csv.writer(content, lineterminator="\n", quoting=csv.QUOTE_ALL)

    def write(cells: list[object]) -> None:
        broken = any(isinstance(cell, str) and "\r" in cell for cell in cells)
        (quoting if broken else usual).writerow(cells)

    if header:
        write([neutralized(str(name)) for name in table.columns])
    for row in table.itertuples(index=False, name=None):
        write(["" if _is_missing(cell) else neutralized(cell) for cell in row])
    return content.getvalue()


def table_as_jsonl(table: pd.DataFrame) -> str:
    """Return ``table`` as one JSON object per line."""
    text: str = table.to_json(orient="records", lines=True, force_ascii=False)
    return text if text.endswith("\n") or not text else text + "\n"


def neutralized(cell: object) -> object:
    """Return a cell that no spreadsheet runs: an apostrophe before ``= + - @``; numbers stay."""
    if not isinstance(cell, str) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}" if cell.lstrip(_TRIMMED).startswith(_FORMULA_START) else cell


def _is_missing(cell: object) -> bool:
    return cell is None or (isinstance(cell, float) and cell != cell) or cell is pd.NA
