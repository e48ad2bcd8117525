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
import fnmatch
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, BinaryIO

import pandas as pd
import pyarrow as pa

from arxivtag import storage
from arxivtag.config import Limits, limits
from arxivtag.errors import DataError
from arxivtag.papers.reading.bibliographies import read_bibtex, read_ris
from arxivtag.papers.reading.bounded import read_parquet, read_workbook
from arxivtag.papers.reading.csv_tables import read_csv, read_text
from arxivtag.papers.reading.json_files import read_json_array, read_json_lines
from arxivtag.papers.reading.opening import (
    DAMAGED,
    NotUtf8Error,
    OtherEncodingError,
    check_size,
    open_text,
    other_encoding,
    read_errors,
)
from arxivtag.papers.reading.tables import RawTable, ReadRequest, Sink


def read_zip(request: ReadRequest) -> pa.Table:
    """Return the one table that a zip archive holds."""
    bounds = request.bounds
    most_mb = min(bounds.max_decompressed_mb, bounds.max_file_mb)
    with tempfile.TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(request.path) as archive:
                member = _only_table(archive, request.path.name)
                if member.file_size > most_mb * 1_000_000:  # no more than it says is unpacked
                    raise DataError(
                        f"The file unpacks to more than {most_mb:,} MB.",
                        "Split it, or raise ARXIVTAG_MAX_FILE_MB.",
                    )
                path = Path(folder) / f"table{Path(member.filename).suffix.lower()}"
                with archive.open(member) as source:
                    storage.write_atomic(path, lambda file: _unpack(source, file))
        except (*DAMAGED, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            why = (str(error) or "it ends too early").splitlines()[0][:150].rstrip(".")
            raise DataError(
                f"{request.path.name} cannot be unpacked: {why}.",
                "Unpack it, and name the file of papers.",
            ) from error
        return _read_one(dataclasses.replace(request, path=path))


def _unpack(source: IO[bytes], file: BinaryIO) -> None:
    """Copy what an archive holds; what bzip2 says of damage looks like an error of the disk."""
    try:
        shutil.copyfileobj(source, file)
    except OSError as error:
        if error.errno is None:
            raise zipfile.BadZipFile(str(error)) from error
        raise


def _only_table(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    members = [
        one
        for one in archive.infolist()
        if Path(one.filename).suffix.lower() in FORMATS.keys() - {".zip"}
        and not one.is_dir()
        and not any(part.startswith((".", "__MACOSX")) for part in Path(one.filename).parts)
    ]
    if len(members) != 1:
        names = ", ".join(repr(one.filename[-40:]) for one in members[:5]) or "none"
        raise DataError(
            f"{name} should hold one file of papers. It holds {len(members):,}: {names}.",
            "Unpack it, and name one of the files.",
        )
    return members[0]


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
_MOST_PARTS = 1_000
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


def parts_of(path: Path) -> list[Path]:
    """Return the files that a folder or a pattern with ``*`` stands for, in order; else the path.

    Raises:
        DataError: If there is none, there are too many, or they differ in format.
    """
    is_folder = os.path.isdir(path)  # which says no where the system refuses to look
    if not is_folder and ("*" not in path.name or os.path.exists(path)):
        return [path]  # a file's own name may hold a star
    with read_errors(path):
        if is_folder:
            found = (one for one in path.iterdir() if not one.name.startswith("."))
        else:
            beside = path.parent.iterdir() if os.path.isdir(path.parent) else ()
            found = (one for one in beside if fnmatch.fnmatchcase(one.name, path.name))
        parts = sorted(one for one in found if one.suffix.lower() in FORMATS and one.is_file())
    if not parts:
        raise DataError(f"There is no file of papers at {path.name!r}.", "Check the path.")
    if len(parts) > _MOST_PARTS:
        raise DataError(
            f"{path.name!r} stands for {len(parts):,} files; at most {_MOST_PARTS:,} are read.",
            "Join them, or name some of them.",
        )
    if len({one.suffix.lower() for one in parts}) > 1:
        raise DataError(
            f"{path.name!r} stands for files of several formats.",
            "Name the files of one format, such as train-*.parquet.",
        )
    return parts


def read_table(
    path: Path,
    *,
    columns: Callable[[Sequence[str]], Sequence[str]] | None = None,
    max_rows: int | None = None,
    bounds: Limits | None = None,
    sink: Sink | None = None,
) -> RawTable:
    """Read a file of papers, or a table in several files.

    ``path`` has one of the endings of :data:`FORMATS`, text also packed; a folder or a pattern
    such as ``train-*.parquet`` stands for several files of one format, read in the order of
    their names. Else as in a :class:`ReadRequest`: without ``columns`` all are kept, without
    ``bounds`` those of the environment hold.

    Returns:
        The table, all columns text, with a report; without rows where they went to a sink.

    Raises:
        DataError: If the file cannot be used or passes a limit.
    """
    request = ReadRequest(path, columns or list, max_rows, bounds or limits(), sink)
    try:
        table = _read_parts(parts_of(path), request)
    except (MemoryError, pa.ArrowMemoryError) as error:
        raise DataError(
            f"{path.name} does not fit in memory.", "Split the file into smaller ones."
        ) from error
    return RawTable(as_frame(table), request.tally.report())


def as_frame(table: pa.Table) -> pd.DataFrame:
    """Return rows that were read, all columns text, as pandas holds them."""
    text = pd.StringDtype("pyarrow", na_value=float("nan"))
    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.string(): text}.get)
    frame.columns = pd.Index(table.column_names, dtype=object)
    return frame


def _read_parts(parts: Sequence[Path], request: ReadRequest) -> pa.Table:
    """Return the table in several files; that one is not UTF-8 is known only once it is read."""
    others: dict[Path, OtherEncodingError] = {}
    while True:
        tables: dict[Path, pa.Table] = {}
        left, n_known = request.max_rows, len(others)
        for part in parts:
            encoding = others[part].encoding if part in others else request.encoding
            asked = dataclasses.replace(request, path=part, max_rows=left, encoding=encoding)
            try:
                table = tables[part] = _read_one(asked)
            except OtherEncodingError as other:
                others[part] = other  # the rest is looked at before all is read again
                continue
            first = next(iter(tables))
            if table.column_names != tables[first].column_names:
                raise DataError(
                    f"{part.name} has other columns than {first.name}.",
                    "Read the files one by one.",
                )
            if left is not None:
                left -= table.num_rows
                if left <= 0:
                    break
        if len(others) == n_known:
            return pa.concat_tables(tables.values())
        request.start_over(dict.fromkeys(other.note for other in others.values()))


def _read_one(request: ReadRequest) -> pa.Table:
    check_size(request.path, request.bounds)
    try:
        return _reader_of(request.path, request.bounds)(request)
    except NotUtf8Error as error:
        raise other_encoding(request.path, request.bounds) from error


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
        beginning = stream.read(_LOOK_BYTES)
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
