"""Reads JSON: one object per line, or one array of objects, item by item."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import ijson
import pyarrow as pa

from arxivtag.errors import DataError
from arxivtag.papers.reading.opening import TextBytes
from arxivtag.papers.reading.tables import BLOCK_BYTES, ReadRequest, Record, table_of_records


def read_json_lines(request: ReadRequest) -> pa.Table:
    """Return the table of a file with one JSON object per line."""
    with request.open_text() as stream:
        nothing = DataError(
            f"{request.path.name} does not hold one JSON object per line.",
            "Each line should be one paper, as a JSON object.",
        )
        return table_of_records(request, json_records(stream, request), stream, nothing)


def json_records(
    stream: TextBytes, request: ReadRequest, marks: Sequence[bytes] = ()
) -> Iterator[Record]:
    """Yield the JSON objects of a stream, one per line; other lines are counted as left out.

    Lines that hold none of the ``marks`` are passed over without a count.

    Raises:
        DataError: If there are far more lines than rows are read, blank ones included.
    """
    # Broken lines count as rows; the rest of the margin is for blank ones.
    n_lines, max_lines = 0, 2 * request.bounds.max_rows + 1000
    skip = request.tally.skip
    while line := stream.read_line(BLOCK_BYTES):
        n_lines += 1
        if n_lines > max_lines:
            raise DataError(
                f"The file has more than {max_lines:,} lines.",
                "Leave out blank and broken lines, split it, or raise ARXIVTAG_MAX_ROWS.",
            )
        if not line.endswith(b"\n") and len(line) == BLOCK_BYTES:
            while line and not line.endswith(b"\n"):
                line = stream.read_line(BLOCK_BYTES)
            skip(f"longer than {BLOCK_BYTES >> 20} MB")
            continue
        if not line.strip() or (marks and not any(mark in line for mark in marks)):
            continue
        try:
            record = json.loads(line.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            skip("not valid JSON")
            continue
        if isinstance(record, dict):
            yield record
        else:
            skip("not a JSON object")


def read_json_array(request: ReadRequest) -> pa.Table:
    """Return the table of a file that holds one array of JSON objects."""
    with request.open_text() as stream:
        nothing = DataError(
            f"{request.path.name} does not hold an array of JSON objects.",
            "Each item should be one paper, as a JSON object.",
        )
        records = _items(_BoundedItems(stream), request)
        return table_of_records(request, records, stream, nothing)


class _BoundedItems:
    """A stream as ijson reads it, which ends where one item alone is longer than a row may be."""

    def __init__(self, stream: TextBytes) -> None:
        self._stream = stream
        self.item_started = 0

    def read(self, n_bytes: int) -> bytes:
        """Return the next bytes."""
        if self._stream.n_bytes - self.item_started > 2 * BLOCK_BYTES:
            raise DataError(
                f"One item of the array is longer than {BLOCK_BYTES >> 20} MB.",
                "Write one paper per item, or one object per line.",
            )
        return self._stream.read(n_bytes)

    def next_item(self) -> None:
        """Count from here on."""
        self.item_started = self._stream.n_bytes


def _items(source: _BoundedItems, request: ReadRequest) -> Iterator[Record]:
    try:
        for item in ijson.items(source, "item", use_float=True):
            source.next_item()
            if isinstance(item, dict):
                yield item
            else:
                request.tally.skip("not a JSON object")
    except (ijson.JSONError, RecursionError, ValueError) as error:
        if not request.tally.n_rows:
            raise DataError(
                f"{request.path.name} is not valid JSON: {str(error).splitlines()[0][:150]}.",
                "Write one array of objects, or one object per line.",
            ) from error
        request.tally.notes.append("The file breaks off in the midst of an item; the rest is kept.")
