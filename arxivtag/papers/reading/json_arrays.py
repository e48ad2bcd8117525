"""Reads one JSON array of objects, item by item."""

from __future__ import annotations

from collections.abc import Iterator

import ijson
import pyarrow as pa

from arxivtag.errors import DataError
from arxivtag.papers.reading.opening import TextBytes, open_text
from arxivtag.papers.reading.records import Record, table_of_records
from arxivtag.papers.reading.tables import BLOCK_BYTES, ReadRequest


def read_json_array(request: ReadRequest) -> pa.Table:
    """Return the table of a file that holds one array of JSON objects."""
    with open_text(request.path, request.bounds, "utf-8-replace") as stream:
        nothing = DataError(
            f"{request.path.name} does not hold an array of JSON objects.",
            "Each item should be one paper, as a JSON object.",
        )
        records = _items(_BoundedItems(stream), request)
        return table_of_records(request, records, lambda: stream.n_bytes, nothing)


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
        return self._stream.read(n_bytes) or b""

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
