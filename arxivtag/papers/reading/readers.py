"""Reads files of papers into tables of text, within the limits of the config.

Reading is streamed: rows, columns and cells are checked while they come, so
that a hostile file costs no more than the limits allow. Rows that cannot be
used are left out and counted; a file that cannot be used at all raises one
:class:`DataError`.

A format is a function from a :class:`~arxivtag.papers.reading.tables.ReadRequest` to an Arrow
table of text columns: to add one, write it and add its endings to :data:`FORMATS`. What a file
is, its first bytes tell better than its name: people rename files.
"""

from __future__ import annotations

import dataclasses
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from arxivtag.config import Limits, limits
from arxivtag.errors import DataError
from arxivtag.papers.reading.bibliographies import read_bibtex, read_ris
from arxivtag.papers.reading.bounded import read_parquet, read_workbook
from arxivtag.papers.reading.containers import parts_of, unzipped
from arxivtag.papers.reading.csv_tables import read_csv, read_text
from arxivtag.papers.reading.json_arrays import read_json_array
from arxivtag.papers.reading.json_lines import read_json_lines
from arxivtag.papers.reading.opening import check_size, open_text, read_errors
from arxivtag.papers.reading.tables import RawTable, ReadRequest, Sink, Tally


def read_zip(request: ReadRequest) -> pa.Table:
    """Return the one table that a zip archive holds."""
    endings = FORMATS.keys() - {".zip"}
    with unzipped(request.path, endings, request.bounds) as path:
        return _read_one(dataclasses.replace(request, path=path))


FORMATS: Mapping[str, Callable[[ReadRequest], pa.Table]] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".tab": read_csv,
    ".txt": read_text,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json_lines,
    ".parquet": read_parquet,
    ".xlsx": read_workbook,
    ".xls": read_workbook,
    ".ods": read_workbook,
    ".bib": read_bibtex,
    ".ris": read_ris,
    ".zip": read_zip,
}
_PACKED = (".gz", ".xz", ".zst")
_LOOK_BYTES = 4096
# What text begins with, where its name does not say it.
_BEGINNINGS: tuple[tuple[re.Pattern[bytes], Callable[[ReadRequest], pa.Table]], ...] = (
    (re.compile(rb"\s*\[\s*\{"), read_json_array),
    (re.compile(rb"\s*\{\s*\""), read_json_lines),
    (re.compile(rb"\s*@\s*[A-Za-z]+\s*\{"), read_bibtex),
    (re.compile(rb"\s*TY  - "), read_ris),
)


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
            f"A file of papers should end in {', '.join(FORMATS)} (text also packed as "
            f"{', '.join(_PACKED)}). Received: {path.name[-60:]!r}.",
            "Rename or convert the file.",
        )
    return ending


def read_table(
    path: Path,
    *,
    columns: Callable[[Sequence[str]], Sequence[str]] | None = None,
    max_rows: int | None = None,
    bounds: Limits | None = None,
    sink: Sink | None = None,
) -> RawTable:
    """Read a file of papers, or a table in several files.

    Args:
        path: A file with one of the endings of :data:`FORMATS`, text also packed; a folder or a
            pattern such as ``train-*.parquet`` for several files of one format, read in the
            order of their names.
        columns: Given the file's columns, returns those to keep; all if not given.
        max_rows: Stop after this many rows without an error (for previews).
        bounds: Limits in force; read from the environment if not given.
        sink: Where rows go while they are read.

    Returns:
        The table, all columns text, with a report; without rows where they went to a sink.

    Raises:
        DataError: If the file cannot be used or passes a limit.
    """
    tally = Tally()
    request = ReadRequest(path, columns or list, max_rows, bounds or limits(), tally, sink)
    try:
        table = _read_parts(parts_of(path, FORMATS), request)
    except (MemoryError, pa.ArrowMemoryError) as error:
        raise DataError(
            f"{path.name} does not fit in memory.", "Split the file into smaller ones."
        ) from error
    return RawTable(as_frame(table), tally.report())


def as_frame(table: pa.Table) -> pd.DataFrame:
    """Return rows that were read, all columns text, as pandas holds them."""
    frame: pd.DataFrame = table.to_pandas(types_mapper=_as_pandas)
    frame.columns = pd.Index(table.column_names, dtype=object)
    return frame


def _read_parts(parts: Sequence[Path], request: ReadRequest) -> pa.Table:
    tables: list[pa.Table] = []
    left = request.max_rows
    for part in parts:
        table = _read_one(dataclasses.replace(request, path=part, max_rows=left))
        if tables and table.column_names != tables[0].column_names:
            raise DataError(
                f"{part.name} has other columns than {parts[0].name}.",
                "Read the files one by one.",
            )
        tables.append(table)
        if left is not None:
            left -= table.num_rows
            if left <= 0:
                break
    return pa.concat_tables(tables)


def _read_one(request: ReadRequest) -> pa.Table:
    check_size(request.path, request.bounds)
    return _reader_of(request.path, request.bounds)(request)


def _reader_of(path: Path, bounds: Limits) -> Callable[[ReadRequest], pa.Table]:
    """Return the reader of what a file holds, whatever its name says."""
    by_name = FORMATS[format_ending(path)]
    with read_errors(path), path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"PAR1"):
        return read_parquet
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return read_workbook
    if head.startswith(b"PK\x03\x04"):
        return read_workbook if _is_workbook(path) else read_zip
    if by_name in (read_parquet, read_workbook, read_zip):
        return by_name  # and it will say what is wrong
    with open_text(path, bounds, "utf-8-replace") as stream:
        beginning = stream.read(_LOOK_BYTES) or b""
    for pattern, reader in _BEGINNINGS:
        if pattern.match(beginning):
            return reader
    return by_name


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith(("xl/", "content.xml")) for name in archive.namelist())
    except zipfile.BadZipFile:
        return False


def _as_pandas(kind: pa.DataType) -> pd.api.extensions.ExtensionDtype | None:
    return pd.StringDtype("pyarrow", na_value=float("nan")) if kind == pa.string() else None
