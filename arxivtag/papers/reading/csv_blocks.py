"""Cuts a CSV file into blocks of whole rows, and mends blocks with a stray quotation mark.

A quotation mark that is not closed swallows the rows behind it, silently: everything up to the
next mark is taken for one cell. That next mark was to open a cell, so text follows it. Where such
a thing is seen, or the last mark stays open, the block is read line by line, and only the line
with the stray mark is left out.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from arxivtag.errors import DataError
from arxivtag.papers.reading.csv_dialect import Dialect
from arxivtag.papers.reading.opening import TextBytes
from arxivtag.papers.reading.tables import BLOCK_BYTES, ReadRequest

_STRAY_MARK = "a quotation mark is not closed, or stands within a cell"
_WRONG_LENGTH = "more or fewer cells than the table has columns"
_N_LINES_NAMED = 5


@dataclass(frozen=True)
class Block:
    """Whole rows of a CSV file; suspicious where a quotation mark may be out of place."""

    data: bytes
    first_line: int
    is_suspicious: bool


class BlockReader:
    """Reads the blocks of one file; rows left out are counted in the request's tally."""

    def __init__(self, dialect: Dialect, n_columns: int, request: ReadRequest) -> None:
        self._dialect = dialect
        self._n_columns = n_columns
        self._request = request
        self._lines_with_stray_marks: list[int] = []
        delimiter = re.escape(dialect.delimiter.encode())
        inside = rb'[^"\\]|\\.|""' if dialect.has_escapes else rb'[^"]|""'
        # A quotation mark opens a cell only where the cell begins.
        self._quoted = re.compile(
            rb"(?:\A|(?<=[\r\n" + delimiter + rb']))"(?:' + inside + rb')*+("?)', re.DOTALL
        )
        self._ends_cell = (b"\r", b"\n", dialect.delimiter.encode())

    def blocks(self, stream: TextBytes, first_line: int) -> Iterator[Block]:
        """Yield the stream in blocks of at most 4 MB that end where a row ends.

        Raises:
            DataError: If a row is longer than that.
        """
        rest = b""
        while piece := stream.read(BLOCK_BYTES - len(rest)):
            rest += piece
            is_last = not stream.has_more()
            if len(rest) < BLOCK_BYTES and not is_last:
                continue
            end, is_suspicious = self._last_row_end(rest, is_last=is_last)
            if not end:
                # One row is as long as a block: by a stray quotation mark, or by itself.
                end, is_suspicious = rest.rfind(b"\n") + 1, True
                if not end or not self._is_row(_lines(rest)[1]):
                    raise DataError(
                        f"{self._request.path.name} has a row longer than {BLOCK_BYTES >> 20} MB.",
                        "Perhaps a quotation mark is not closed.",
                    )
            yield Block(rest[:end], first_line, is_suspicious)
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
        return cells is not None and len(cells) == self._n_columns

    def _cells(self, text: str) -> list[str] | None:
        """Return the cells of one row, none of a blank one; None if marks are out of place."""
        try:
            rows = [row for row in self._dialect.rows(text, is_strict=True) if row]
        except csv.Error:
            return None
        return [cell for row in rows for cell in row]

    def rows(self, block: Block) -> Iterator[list[str]]:
        """Yield the rows of a suspicious block, read line by line."""
        lines = _lines(block.data)
        at = 0
        while at < len(lines):
            end = self._record_end(lines, at)
            cells = self._cells("".join(lines[at:end]))
            if self._is_unclosed(lines, at, end, cells):
                end = at + 1
                self._skip(_STRAY_MARK, block.first_line + at)
            elif cells is None:
                self._skip(_STRAY_MARK, block.first_line + at)
            elif len(cells) == self._n_columns:
                yield cells
            elif cells:
                self._request.tally.skip(_WRONG_LENGTH)
            at = end

    def _skip(self, reason: str, line: int) -> None:
        self._request.tally.skip(reason)
        self._lines_with_stray_marks.append(line)

    def _record_end(self, lines: list[str], at: int) -> int:
        """Return the line behind the record that begins at ``at``, by counting its marks."""
        n_quotes, end = self._n_quotes(lines[at]), at + 1
        while n_quotes % 2 and end < len(lines):
            n_quotes += self._n_quotes(lines[end])
            end += 1
        return end

    def _n_quotes(self, line: str) -> int:
        escaped = line.count('\\"') if self._dialect.has_escapes else 0
        return line.count('"') - escaped

    def _is_unclosed(self, lines: list[str], at: int, end: int, cells: list[str] | None) -> bool:
        """Whether the record is not one, but the line that comes next is."""
        if cells is not None and len(cells) == self._n_columns:
            return False
        if end == at + 1:
            return bool(self._n_quotes(lines[at]) % 2)
        return end == len(lines) or self._is_row(lines[at + 1])


def _lines(data: bytes) -> list[str]:
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    return [line.decode("utf-8") for line in io.BytesIO(data)]
