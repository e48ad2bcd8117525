"""Tables of tagged papers, and how they are written: CSV, JSON lines or Parquet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from arxivtag import storage
from arxivtag.errors import ConfigError
from arxivtag.papers.schema import TextTable

if TYPE_CHECKING:
    from arxivtag.tagging.tagger import Tag

PREDICTED_LABELS, PROBABILITIES = "predicted_labels", "probabilities"
FORMATS = (".csv", ".jsonl", ".parquet")
# Full-width forms too: spreadsheets in East Asian locales read them as the plain ones.
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠")
# Some spreadsheets trim these before they look for a formula.
_TRIMMED = " \u00a0\u200b\u2060\ufeff\x00"
_NUMBER = re.compile(r"[+-]?\d[\d., ]*(?:[eE][+-]?\d+)?%?")


def with_tags(texts: TextTable, found: Sequence[Sequence[Tag]]) -> pd.DataFrame:
    """Return the input's columns of ``texts`` with what was found for each row.

    Args:
        texts: Papers.
        found: The labels of each row, as :func:`arxivtag.tagging.tagger.tag_papers` returns them.

    Returns:
        Also ``predicted_labels`` and ``probabilities``: separated by spaces, in the same
        order, four decimals. A label may itself hold a space; who needs them apart keeps
        ``found``.
    """
    table = texts.as_given()
    table[PREDICTED_LABELS] = [" ".join(tag.label for tag in row) for row in found]
    table[PROBABILITIES] = [" ".join(f"{tag.probability:.4f}" for tag in row) for row in found]
    return table


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write ``table`` in the format that the file's name ends in.

    Raises:
        ConfigError: If it ends in none of ``.csv``, ``.jsonl``, ``.parquet``.
        StorageError: If the disk refuses.
    """
    if path.suffix == ".csv":
        storage.write_text(path, table_as_csv(table))
    elif path.suffix == ".jsonl":
        storage.write_text(path, table_as_jsonl(table))
    elif path.suffix == ".parquet":
        storage.write_atomic(path, lambda file: table.to_parquet(file, index=False))
    else:
        raise ConfigError(
            f"The output file should end in one of {', '.join(FORMATS)}. Received: {path.name}.",
            "Rename it.",
        )


def table_as_csv(table: pd.DataFrame) -> str:
    """Return ``table`` as CSV in which no cell runs as a formula when a spreadsheet opens it."""
    content = io.StringIO()
    usual = csv.writer(content, lineterminator="\n")
    # The csv module leaves a bare carriage return unquoted, and what follows would be a new row.
    quoting = csv.writer(content, lineterminator="\n", quoting=csv.QUOTE_ALL)

    def write(cells: list[Any]) -> None:
        broken = any(isinstance(cell, str) and "\r" in cell for cell in cells)
        (quoting if broken else usual).writerow(cells)

    write([neutralized(str(name)) for name in table.columns])
    for row in table.itertuples(index=False, name=None):
        write(["" if _is_missing(cell) else neutralized(cell) for cell in row])
    return content.getvalue()


def table_as_jsonl(table: pd.DataFrame) -> str:
    """Return ``table`` as one JSON object a line."""
    text: str = table.to_json(orient="records", lines=True, force_ascii=False)
    return text if text.endswith("\n") or not text else text + "\n"


def neutralized(cell: Any) -> Any:
    """Return a cell that no spreadsheet runs: an apostrophe before ``= + - @``; numbers stay."""
    if not isinstance(cell, str) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}" if cell.lstrip(_TRIMMED).startswith(_FORMULA_START) else cell


def _is_missing(cell: Any) -> bool:
    return cell is None or (isinstance(cell, float) and cell != cell) or cell is pd.NA
