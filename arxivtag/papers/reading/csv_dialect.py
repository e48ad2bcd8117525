"""How a CSV file is written: what separates cells, how quotation marks are kept, and its header.

A CSV parser tells for each way how many cells each of the first rows has; what stands within
quotation marks does not count. The way wins that gives the most rows as many cells as the first,
of several such the one that gives the most cells.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from arxivtag.errors import DataError
from arxivtag.papers.reading.opening import TextBytes
from arxivtag.papers.reading.tables import ReadRequest, unique_names

_HEADER_BYTES = 1 << 20
_LINES_LOOKED_AT = 20
_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(rb"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)  # as Excel reads it


@dataclass(frozen=True)
class Dialect:
    """How cells are separated, and whether a backslash keeps a quotation mark within a cell."""

    delimiter: str = ","
    has_escapes: bool = False

    def rows(self, text: str, *, is_strict: bool = False) -> Iterator[list[str]]:
        """Yield the rows of a text.

        Raises:
            csv.Error: If a row cannot be read; if strict, also where text follows a closing
                quotation mark.
        """
        return csv.reader(
            io.StringIO(text, newline=""),
            delimiter=self.delimiter,
            escapechar="\\" if self.has_escapes else None,
            doublequote=not self.has_escapes,
            strict=is_strict,
        )


@dataclass(frozen=True)
class Header:
    """The columns, made unique, how the file is written, and how many lines were taken off it."""

    names: tuple[str, ...]
    dialect: Dialect
    n_lines: int


def read_header(stream: TextBytes, request: ReadRequest) -> Header:
    """Read the header row off the stream; the rows behind it stay there.

    Raises:
        DataError: If the first row cannot be column names.
    """
    head, is_cut = _first_row(stream)
    separator = _SEPARATOR_LINE.fullmatch(head)
    if separator:
        head, is_cut = _first_row(stream)
    _check(head, is_cut, request)
    text, following = head.decode("utf-8"), _next_lines(stream)
    dialect = choose_dialect(
        f"{text}\n{following}", separator[1].decode() if separator else _DELIMITERS
    )
    try:
        names = next(dialect.rows(text), [])
        rows = [row for row in dialect.rows(following) if row]
    except csv.Error as error:
        raise DataError(
            f"The first row of {request.path.name} cannot be read: {error}.",
            "The first row should hold the column names.",
        ) from error
    fitted = _without_empty_ends(names, rows)
    n_lines = (2 if separator else 1) + head.count(b"\n")
    return Header(tuple(unique_names(fitted, request.tally)), dialect, n_lines)


def choose_dialect(text: str, delimiters: str = _DELIMITERS) -> Dialect:
    r"""Return how the first rows of a CSV file are written.

    >>> choose_dialect('"title, subtitle, more";abstract;labels').delimiter
    ';'
    >>> choose_dialect('a,b\n"say \\"hi\\", all",c\n').has_escapes
    True
    """
    ways = [Dialect(delimiter) for delimiter in delimiters]
    if '\\"' in text:
        ways += [Dialect(delimiter, has_escapes=True) for delimiter in delimiters]

    def score(way: Dialect) -> tuple[bool, int, int]:
        try:
            n_cells = [len(row) for row in way.rows(text) if row]
        except csv.Error:
            return False, 0, 0
        first = n_cells[0] if n_cells else 0
        return first > 1, n_cells.count(first), first

    return max(ways, key=score)


def _without_empty_ends(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return as many names as the rows have cells, where only empty ones are in surplus.

    Spreadsheets and databases end each row, or the header alone, with empty cells.
    """
    if not rows:
        return list(names)
    ((n_cells, _),) = Counter(map(len, rows)).most_common(1)
    n_more = n_cells - len(names)
    if n_more > 0 and not any(any(row[len(names) :]) for row in rows):
        return [*names, *[""] * n_more]
    if n_more < 0 and not any(names[n_cells:]):
        return list(names[:n_cells])
    return list(names)


def _check(head: bytes, is_cut: bool, request: ReadRequest) -> None:
    name = request.path.name
    if head.count(b'"') % 2:
        raise DataError(
            f"The first row of {name} has a quotation mark that is not closed.",
            "The first row should hold the column names.",
        )
    n_columns = max(head.count(mark.encode()) for mark in _DELIMITERS) + 1
    most = request.bounds.max_columns
    if n_columns > most:
        raise DataError(
            f"{name} has {n_columns:,} or more columns; at most {most:,} are read.",
            "Leave out columns, or check that the first row holds the column names.",
        )
    if is_cut:
        raise DataError(
            f"The first row of {name} is longer than 1 MB.",
            "The first row should hold the column names; check quotation marks.",
        )


def _next_lines(stream: TextBytes) -> str:
    """Return the lines that come next in the stream, and leave them there."""
    content = b""
    while content.count(b"\n") < _LINES_LOOKED_AT and (
        piece := stream.read(_HEADER_BYTES - len(content))
    ):
        content += piece
    stream.push_back(content)
    lines = content.split(b"\n")
    if len(lines) > _LINES_LOOKED_AT or len(content) == _HEADER_BYTES:
        # The last row may go on behind them, which would count against every way.
        lines = lines[:-1][: _LINES_LOOKED_AT - 1]
    return b"\n".join(lines).decode("utf-8", "replace")


def _first_row(stream: TextBytes) -> tuple[bytes, bool]:
    """Take the first row that is not blank off the stream: up to a line end outside quotes.

    Returns:
        The row, and whether it may go on, being longer than is read.
    """
    lines: list[bytes] = []
    n_bytes = n_quotes = 0
    while n_bytes < _HEADER_BYTES:
        line = stream.read_line(_HEADER_BYTES - n_bytes)
        if b"\r" in line.rstrip(b"\r\n"):  # old line ends: only a carriage return
            line, rest = line.split(b"\r", 1)
            stream.push_back(rest)
            line += b"\n"
        if not line:
            break
        n_bytes += len(line)
        n_quotes += line.count(b'"')
        lines.append(line)
        if line.strip() and n_quotes % 2 == 0:
            break
    return b"".join(lines).strip(b"\r\n"), n_bytes >= _HEADER_BYTES
