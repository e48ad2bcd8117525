"""Reads files of papers into tables of text, within the limits of the config.

Reading is streamed: rows, columns and cells are checked while they come, so
that a hostile file costs no more than the limits allow. Rows that cannot be
used are left out and counted; a file that cannot be used at all raises one
:class:`DataError`.

A format is a function from a :class:`~arxivtag.papers.reading.tables.ReadRequest` to an Arrow
table of text columns: to add one, write it and add its endings to :data:`FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from arxivtag.config import Limits, limits
from arxivtag.errors import DataError
from arxivtag.papers.reading.csv_tables import read_csv
from arxivtag.papers.reading.json_lines import read_json_lines
from arxivtag.papers.reading.opening import check_size
from arxivtag.papers.reading.parquet import read_parquet
from arxivtag.papers.reading.tables import RawTable, ReadRequest, Tally

FORMATS: Mapping[str, Callable[[ReadRequest], pa.Table]] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json_lines,
    ".parquet": read_parquet,
}
_PACKED = (".gz", ".xz", ".zst")


def format_ending(path: Path) -> str:
    """Return the ending that tells a file's format: one of :data:`FORMATS`.

    Raises:
        DataError: If it is none of those known.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    if len(suffixes) == 2 and suffixes[1] in _PACKED:
        suffixes.pop()
    ending = suffixes[-1] if suffixes else ""
    if ending not in FORMATS:
        raise DataError(
            f"A file of papers should end in .csv, .csv.gz, .csv.xz, .csv.zst, .jsonl or "
            f".parquet. Received: {path.name[-60:]!r}.",
            "Rename or convert the file.",
        )
    return ending


def read_table(
    path: Path,
    *,
    columns: Callable[[Sequence[str]], Sequence[str]] | None = None,
    max_rows: int | None = None,
    bounds: Limits | None = None,
) -> RawTable:
    """Read a file of papers.

    Args:
        path: A file with one of the endings of :data:`FORMATS`; text may be packed.
        columns: Given the file's columns, returns those to keep; all if not given.
        max_rows: Stop after this many rows without an error (for previews).
        bounds: Limits in force; read from the environment if not given.

    Returns:
        The table, all columns text, with a report.

    Raises:
        DataError: If the file cannot be used or passes a limit.
    """
    tally = Tally()
    request = ReadRequest(path, columns or list, max_rows, bounds or limits(), tally)
    check_size(path, request.bounds)
    read = FORMATS[format_ending(path)]
    try:
        table = read(request)
    except (MemoryError, pa.ArrowMemoryError) as error:
        raise DataError(
            f"{path.name} does not fit in memory.", "Split the file into smaller ones."
        ) from error
    frame = table.to_pandas(types_mapper=_as_pandas)
    frame.columns = pd.Index(table.column_names, dtype=object)
    return RawTable(frame, tally.report())


def preview_table(path: Path, n_rows: int = 5) -> RawTable:
    """Return the first rows of a file, for choosing which column holds what."""
    return read_table(path, max_rows=n_rows)


def _as_pandas(kind: pa.DataType) -> pd.api.extensions.ExtensionDtype | None:
    return pd.StringDtype("pyarrow", na_value=float("nan")) if kind == pa.string() else None
