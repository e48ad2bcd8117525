"""Reads CSV files: any of four delimiters, quoted or not, in UTF-8 or an older encoding.

The file is cut into blocks of whole rows, and Arrow parses one after the other in this thread.
Its own streaming reader would read ahead in threads that go on while Python ends.

A quotation mark that is not closed swallows the rows behind it, silently: everything up to the
next mark is taken for one cell. That next mark was to open a cell, so text follows it. Where such
a thing is seen, or the last mark stays open, the block is read line by line, and only the line
with the stray mark is left out.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv as pa_csv

from arxivtag.errors import DataError
from arxivtag.papers.reading.cells import text_array
from arxivtag.papers.reading.csv_dialect import Header, read_header
from arxivtag.papers.reading.opening import TextBytes, open_text
from arxivtag.papers.reading.tables import (
    BLOCK_BYTES,
    ReadRequest,
    Record,
    check_rows,
    collect,
    empty_table,
    table_of_records,
)

_LONG_LINE_CHARS = 100  # a name of a column is shorter, an abstract is longer
_STRAY_MARK = "a quotation mark is not closed, or stands within a cell"
_WRONG_LENGTH = "more or fewer cells than the table has columns"
_N_LINES_NAMED = 5

# While Arrow parses, it would take Ctrl-C for itself and fail with an error of its own: the first
# Ctrl-C of a training would not stop it in order. Between two blocks Python hears it soon enough.
pa.enable_signal_handlers(False)


def read_csv(request: ReadRequest) -> pa.Table:
    """Return the table of a CSV file, every column text."""
    with request.open_text() as stream:
        header = read_header(stream, request)
        kept = list(request.columns(header.names))
        if not stream.has_more():
            return empty_table(kept)
        return collect(request, _batches(stream, header, kept, request), kept)


def read_text(request: ReadRequest) -> pa.Table:
    """Return the table of a text file: delimited, or one abstract per line.

    It is one abstract per line where the first line is longer than names of columns are and no
    tab separates cells.
    """
    with open_text(request.path, request.bounds, "utf-8-replace") as stream:
        first = stream.read_line(BLOCK_BYTES).decode("utf-8", "replace")
    if "\t" in first or len(first) <= _LONG_LINE_CHARS:
        return read_csv(request)
    request.tally.notes.append("Each line was read as one abstract.")
    with request.open_text() as stream:
        lines = iter(lambda: stream.read_line(BLOCK_BYTES), b"")
        texts = (line.decode("utf-8", "replace").strip() for line in lines)
        records: Iterator[Record] = ({"abstract": text} for text in texts if text)
        nothing = DataError(f"{request.path.name} holds no text.", "Write one abstract per line.")
        return table_of_records(request, records, stream, nothing)


def _batches(
    stream: TextBytes, header: Header, kept: Sequence[str], request: ReadRequest
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of each block, without those of more or fewer cells than columns."""
    blocks, parse = _BlockReader(header, request), _parser(header, kept, request)
    positions = [header.names.index(name) for name in kept]
    for block in blocks.blocks(stream):
        if block.is_suspicious:
            rows = list(blocks.rows(block))
            columns = [text_array([row[at] for row in rows]) for at in positions]
            table = pa.table(columns, names=list(kept))
        else:
            table = parse(block.data)
        # Bad rows come in no batch, so nobody else would bound them.
        check_rows(request.tally.n_rows, request.bounds)
        yield from table.to_batches()


def _parser(
    header: Header, kept: Sequence[str], request: ReadRequest
) -> Callable[[bytes], pa.Table]:
    """Return what parses a block of whole rows."""

    def skip(_: pa_csv.InvalidRow) -> str:
        request.tally.skip(_WRONG_LENGTH)
        return "skip"

    reading = pa_csv.ReadOptions(
        block_size=2 * BLOCK_BYTES, column_names=header.names, use_threads=False
    )
    parsing = pa_csv.ParseOptions(
        delimiter=header.dialect.delimiter,
        escape_char="\\" if header.dialect.has_escapes else False,
        newlines_in_values=True,
        invalid_row_handler=skip,
    )
    converting = pa_csv.ConvertOptions(
        column_types={name: pa.string() for name in header.names},
        include_columns=kept,
        strings_can_be_null=False,
        check_utf8=False,  # the stream has done it
    )

    def parse(data: bytes) -> pa.Table:
        try:
            return pa_csv.read_csv(pa.BufferReader(data), reading, parsing, converting)
        except pa.ArrowInvalid as error:
            raise DataError(
                f"{request.path.name} cannot be read as CSV: {str(error)[:200].splitlines()[0]}.",
                "Check quotation marks and separators.",
            ) from error

    return parse


@dataclass(frozen=True)
class _Block:
    """Whole rows of a CSV file; suspicious where a quotation mark may be out of place."""

    data: bytes
    first_line: int
    is_suspicious: bool


class _BlockReader:
    """Reads the blocks of one file; rows left out are counted in the request's tally."""

    def __init__(self, header: Header, request: ReadRequest) -> None:
        dialect = header.dialect
        self._header = header
        self._request = request
        self._lines_with_stray_marks: list[int] = []
        delimiter = re.escape(dialect.delimiter.encode())
        inside = rb'[^"\\]|\\.|""' if dialect.has_escapes else rb'[^"]|""'
        # A quotation mark opens a cell only where the cell begins.
        self._quoted = re.compile(
            rb"(?:\A|(?<=[\r\n" + delimiter + rb']))"(?:' + inside + rb')*+("?)', re.DOTALL
        )
        self._ends_cell = (b"\r", b"\n", dialect.delimiter.encode())

    def blocks(self, stream: TextBytes) -> Iterator[_Block]:
        """Yield the stream in blocks of at most 4 MB that end where a row ends.

        Raises:
            DataError: If a row is longer than that.
        """
        rest, first_line = b"", self._header.n_lines + 1
        while piece := stream.read(BLOCK_BYTES - len(rest)):
            rest += piece
            is_last = not stream.has_more()
            if len(rest) < BLOCK_BYTES and not is_last:
                continue
            end, is_suspicious = self._last_row_end(rest, is_last=is_last)
            if not end:
                # One row is as long as a block: by a stray quotation mark, or by itself.
                end, is_suspicious = rest.rfind(b"\n") + 1, True
                if not end or not any(map(self._is_row, _lines(rest)[1:2])):
                    raise DataError(
                        f"{self._request.path.name} has a row longer than {BLOCK_BYTES >> 20} MB.",
                        "Perhaps a quotation mark is not closed.",
                    )
            yield _Block(rest[:end], first_line, is_suspicious)
            first_line += rest.count(b"\n", 0, end)
            rest = rest[end:]
        if self._lines_with_stray_marks:
            shown = ", ".join(f"{line:,}" for line in self._lines_with_stray_marks[:_N_LINES_NAMED])
            self._request.tally.notes.append(
                f"A quotation mark is out of place in line {shown}"
                + (" and others." if len(self._lines_with_stray_marks) > _N_LINES_NAMED else ".")
            )

    def _last_row_end(self, data: bytes, *, is_last: bool) -> tuple[int, bool]:
        """Return the position behind the last whole row (0: none), and whether to be suspicious."""
        line_end = b"\n" if b"\n" in data else b"\r"
        row_end = end = 0  # of the last row and of the last quoted cell
        is_open = is_suspicious = False
        for match in self._quoted.finditer(data):
            # Line ends within quoted cells end no row, in whichever cell of the row they stand.
            row_end = max(row_end, data.rfind(line_end, end, match.start()) + 1)
            end = match.end()
            is_open = not match[1]
            # Text behind a closing mark: it was the opening mark of another cell.
            is_suspicious |= end < len(data) and not data.startswith(self._ends_cell, end)
        if is_last:
            return len(data), is_suspicious or is_open
        if not is_open:
            row_end = max(row_end, data.rfind(line_end, end) + 1)
        return row_end, is_suspicious

    def _is_row(self, line: str) -> bool:
        cells = self._cells(line)
        return cells is not None and len(cells) == len(self._header.names)

    def _cells(self, text: str) -> list[str] | None:
        """Return the cells of one row, none of a blank one; None if marks are out of place."""
        try:
            rows = [row for row in self._header.dialect.rows(text, is_strict=True) if row]
        except csv.Error:
            return None
        return [cell for row in rows for cell in row]

    def rows(self, block: _Block) -> Iterator[list[str]]:
        """Yield the rows of a suspicious block, read line by line."""
        lines = _lines(block.data)
        at = 0
        while at < len(lines):
            end = self._record_end(lines, at)
            cells = self._cells("".join(lines[at:end]))
            if self._is_unclosed(lines, at, end, cells):
                end, cells = at + 1, None
            if cells is None:
                self._request.tally.skip(_STRAY_MARK)
                self._lines_with_stray_marks.append(block.first_line + at)
            elif len(cells) == len(self._header.names):
                yield cells
            elif cells:
                self._request.tally.skip(_WRONG_LENGTH)
            at = end

    def _record_end(self, lines: list[str], at: int) -> int:
        """Return the line behind the record that begins at ``at``, by counting its marks."""
        n_quotes, end = self._n_quotes(lines[at]), at + 1
        while n_quotes % 2 and end < len(lines):
            n_quotes += self._n_quotes(lines[end])
            end += 1
        return end

    def _n_quotes(self, line: str) -> int:
        escaped = line.count('\\"') if self._header.dialect.has_escapes else 0
        return line.count('"') - escaped

    def _is_unclosed(self, lines: list[str], at: int, end: int, cells: list[str] | None) -> bool:
        """Whether the record is not one, but the line that comes next is."""
        if cells is not None and len(cells) == len(self._header.names):
            return False
        if end == at + 1:
            return bool(self._n_quotes(lines[at]) % 2)
        return end == len(lines) or self._is_row(lines[at + 1])


def _lines(data: bytes) -> list[str]:
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    return [line.decode("utf-8") for line in io.BytesIO(data)]
