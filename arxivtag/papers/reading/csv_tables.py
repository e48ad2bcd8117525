"""Reads CSV files: any of four delimiters, quoted or not, in UTF-8 or an older encoding.

The file is cut into blocks of whole rows, and Arrow parses one after the other in this thread.
Its own streaming reader would read ahead in threads that go on while Python ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.csv as pa_csv

from arxivtag.errors import DataError
from arxivtag.papers.reading.cells import text_array
from arxivtag.papers.reading.csv_blocks import Block, BlockReader
from arxivtag.papers.reading.csv_dialect import Header, read_header
from arxivtag.papers.reading.opening import (
    Encoding,
    NotUtf8Error,
    choose_encoding,
    open_text,
)
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

# While Arrow parses, it would take Ctrl-C for itself and fail with an error of its own: the first
# Ctrl-C of a training would not stop it in order. Between two blocks Python hears it soon enough.
pa.enable_signal_handlers(False)


def read_csv(request: ReadRequest) -> pa.Table:
    """Return the table of a CSV file, every column text."""
    try:
        return _read_as(request, "utf-8")
    except NotUtf8Error:
        encoding, note = choose_encoding(request.path, request.bounds)
    request.start_over(note)
    return _read_as(request, encoding)


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
    with open_text(request.path, request.bounds, "utf-8-replace") as stream:

        def records() -> Iterator[Record]:
            while line := stream.read_line(BLOCK_BYTES):
                if text := line.decode("utf-8", "replace").strip():
                    yield {"abstract": text}

        nothing = DataError(f"{request.path.name} holds no text.", "Write one abstract per line.")
        return table_of_records(request, records(), stream, nothing)


def _read_as(request: ReadRequest, encoding: Encoding) -> pa.Table:
    with open_text(request.path, request.bounds, encoding) as stream:
        header = read_header(stream, request)
        kept = list(request.columns(list(header.names)))
        if not stream.has_more():
            return empty_table(kept)
        blocks = BlockReader(header.dialect, len(header.names), request)
        parser = _Parser(header, kept, request, blocks)
        found = blocks.blocks(stream, header.n_lines + 1)
        table = collect(request, parser.batches(found), kept)
        if stream.n_nul:
            request.tally.notes.append(f"NUL characters left out: {stream.n_nul:,}.")
        return table


class _Parser:
    """Parses blocks of whole rows, leaving out rows with more or fewer cells than columns."""

    def __init__(
        self, header: Header, kept: Sequence[str], request: ReadRequest, blocks: BlockReader
    ) -> None:
        self._request = request
        self._blocks = blocks
        self._kept = kept
        self._positions = [header.names.index(name) for name in kept]
        self._read = pa_csv.ReadOptions(
            block_size=2 * BLOCK_BYTES, column_names=header.names, use_threads=False
        )
        self._parse = pa_csv.ParseOptions(
            delimiter=header.dialect.delimiter,
            escape_char="\\" if header.dialect.has_escapes else False,
            newlines_in_values=True,
            invalid_row_handler=self._skip,
        )
        self._convert = pa_csv.ConvertOptions(
            column_types={name: pa.string() for name in header.names},
            include_columns=kept,
            strings_can_be_null=False,
            check_utf8=False,  # the stream has done it
        )

    def _skip(self, row: pa_csv.InvalidRow) -> str:
        self._request.tally.skip("more or fewer cells than the table has columns")
        return "skip"

    def batches(self, blocks: Iterator[Block]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of each block."""
        for block in blocks:
            if block.is_suspicious:
                rows = list(self._blocks.rows(block))
                columns = [text_array([row[at] for row in rows]) for at in self._positions]
                table = pa.table(columns, names=list(self._kept))
            else:
                table = self._parsed(block.data)
            # Bad rows come in no batch, so nobody else would bound them.
            check_rows(self._request.tally.n_rows, self._request.bounds)
            yield from table.to_batches()

    def _parsed(self, data: bytes) -> pa.Table:
        try:
            return pa_csv.read_csv(pa.BufferReader(data), self._read, self._parse, self._convert)
        except pa.ArrowInvalid as error:
            raise DataError(
                f"{self._request.path.name} cannot be read as CSV: "
                f"{str(error)[:200].splitlines()[0]}.",
                "Check quotation marks and separators.",
            ) from error
