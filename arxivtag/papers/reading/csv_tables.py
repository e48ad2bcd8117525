"""Reads CSV files: comma, semicolon or tab, quoted or not, in UTF-8 or Windows-1252.

The file is cut into blocks of whole rows, and Arrow parses one after the other in this thread.
Its own streaming reader would read ahead in threads that go on while Python ends.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from arxivtag.config import Limits
from arxivtag.errors import DataError
from arxivtag.papers.reading.opening import (
    Encoding,
    NotUtf8Error,
    TextBytes,
    choose_encoding,
    open_text,
)
from arxivtag.papers.reading.tables import (
    BLOCK_BYTES,
    ReadRequest,
    check_rows,
    collect,
    empty_table,
    unique_names,
)

_HEADER_BYTES = 1 << 20
_DELIMITERS = ",;\t"
_LINES_LOOKED_AT = 20
_PIECE_BYTES = 1 << 20

# While Arrow parses, it would take Ctrl-C for itself and fail with an error of its own: the first
# Ctrl-C of a training would not stop it in order. Between two blocks Python hears it soon enough.
pa.enable_signal_handlers(False)


def read_csv(request: ReadRequest) -> pa.Table:
    """Return the table of a CSV file, every column text."""
    try:
        return _read_as(request, "utf-8")
    except NotUtf8Error:
        encoding, note = choose_encoding(request.path, request.bounds)
    request.tally.start_over(note)
    return _read_as(request, encoding)


def _read_as(request: ReadRequest, encoding: Encoding) -> pa.Table:
    with open_text(request.path, request.bounds, encoding) as stream:
        names, delimiter = _header(stream, request)
        kept = list(request.columns(names))
        if not stream.has_more():
            return empty_table(kept)
        parser = _BlockParser(names, delimiter, kept, request)
        table = collect(request, parser.batches(_row_blocks(stream, request.path)), kept)
        if stream.n_nul:
            request.tally.notes.append(f"NUL characters left out: {stream.n_nul:,}.")
        return table


class _BlockParser:
    """Parses blocks of whole rows, leaving out rows with more or fewer cells than columns."""

    def __init__(
        self, names: Sequence[str], delimiter: str, kept: Sequence[str], request: ReadRequest
    ) -> None:
        self._request = request
        self._read = pa_csv.ReadOptions(
            block_size=2 * BLOCK_BYTES, column_names=names, use_threads=False
        )
        self._parse = pa_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, invalid_row_handler=self._skip
        )
        self._convert = pa_csv.ConvertOptions(
            column_types={name: pa.string() for name in names},
            include_columns=kept,
            strings_can_be_null=False,
            check_utf8=False,  # the stream has done it
        )

    def _skip(self, row: pa_csv.InvalidRow) -> str:
        self._request.tally.skip("more or fewer cells than the table has columns")
        return "skip"

    def batches(self, blocks: Iterator[bytes]) -> Iterator[pa.RecordBatch]:
        for block in blocks:
            try:
                table = pa_csv.read_csv(
                    pa.BufferReader(block), self._read, self._parse, self._convert
                )
            except pa.ArrowInvalid as error:
                raise DataError(
                    f"{self._request.path.name} cannot be read as CSV: "
                    f"{str(error)[:200].splitlines()[0]}.",
                    "Check quotation marks and separators.",
                ) from error
            # Bad rows come in no batch, so nobody else would bound them.
            check_rows(self._request.tally.n_rows, self._request.bounds)
            yield from table.to_batches()


def _row_blocks(stream: TextBytes, path: Path) -> Iterator[bytes]:
    """Yield the stream in blocks of at most 4 MB that end where a row ends.

    Raises:
        DataError: If a row is longer than that.
    """
    rest = b""
    while piece := stream.read(BLOCK_BYTES - len(rest)):
        rest += piece
        if len(rest) < BLOCK_BYTES and stream.has_more():
            continue
        end = _last_row_end(rest)
        if end:
            yield rest[:end]
            rest = rest[end:]
        elif stream.has_more():
            raise DataError(
                f"{path.name} has a row longer than {BLOCK_BYTES >> 20} MB.",
                "Perhaps a quotation mark is not closed.",
            )
    if rest.strip():
        yield rest


def _last_row_end(block: bytes) -> int:
    """Return the position behind the last line end that is not within quotation marks, or 0."""
    line_end = b"\n" if b"\n" in block else b"\r"
    n_quotes = block.count(b'"')
    end = len(block)
    while (at := block.rfind(line_end, 0, end)) >= 0:
        n_quotes -= block.count(b'"', at, end)
        if n_quotes % 2 == 0:
            return at + 1
        end = at
    return 0


def _header(stream: TextBytes, request: ReadRequest) -> tuple[list[str], str]:
    """Read the header row off the stream; return unique column names and the delimiter."""
    path, bounds = request.path, request.bounds
    head, is_cut = _first_row(stream)
    if head.count(b'"') % 2:
        raise DataError(
            f"The first row of {path.name} has a quotation mark that is not closed.",
            "The first row should hold the column names.",
        )
    _check_columns(max(head.count(mark.encode()) for mark in _DELIMITERS) + 1, path, bounds)
    if is_cut:
        raise DataError(
            f"The first row of {path.name} is longer than 1 MB.",
            "The first row should hold the column names; check quotation marks.",
        )
    text = head.decode("utf-8")
    delimiter = choose_delimiter(text + "\n" + _next_lines(stream))
    try:
        row = next(_cells(text, delimiter), [])
    except csv.Error as error:
        raise DataError(
            f"The first row of {path.name} cannot be read: {error}.",
            "The first row should hold the column names.",
        ) from error
    return unique_names(row, request.tally), delimiter


def _check_columns(n_columns: int, path: Path, bounds: Limits) -> None:
    if n_columns > bounds.max_columns:
        raise DataError(
            f"{path.name} has {n_columns:,} or more columns; "
            f"at most {bounds.max_columns:,} are read.",
            "Leave out columns, or check that the first row holds the column names.",
        )


def choose_delimiter(text: str) -> str:
    """Return what separates the cells of the first rows of a CSV file.

    A CSV parser tells for each delimiter how many cells each row has; what stands within
    quotation marks does not count. The delimiter wins that gives the most rows as many cells
    as the first, of several such the one that gives the most cells.

    >>> choose_delimiter('"title, subtitle, more";abstract;labels')
    ';'
    """

    def score(delimiter: str) -> tuple[bool, int, int]:
        try:
            rows = [row for row in _cells(text, delimiter) if row]
        except csv.Error:
            return False, 0, 0
        n_cells = len(rows[0]) if rows else 0
        alike = sum(len(row) == n_cells for row in rows)
        return n_cells > 1, alike, n_cells

    return max(_DELIMITERS, key=score)


def _cells(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _next_lines(stream: TextBytes) -> str:
    """Return the lines that come next in the stream, and leave them there."""
    lines: list[bytes] = []
    while len(lines) < _LINES_LOOKED_AT and sum(map(len, lines)) < _HEADER_BYTES:
        line = stream.read_line(_HEADER_BYTES)
        if not line:
            break
        lines.append(line)
    head = b"".join(lines)
    stream.push_back(head)
    # The last row may be cut within quotation marks, which would count against every delimiter.
    whole = head[: _last_row_end(head)] if head else head
    return whole.decode("utf-8", "replace")


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
