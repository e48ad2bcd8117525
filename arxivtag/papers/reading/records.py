"""Tables of records: formats that give one object per paper end in the same few steps."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pyarrow as pa

from arxivtag.config import Limits
from arxivtag.errors import DataError
from arxivtag.papers.reading.cells import cell_text, text_array, without_surrogates
from arxivtag.papers.reading.tables import (
    BLOCK_BYTES,
    ReadRequest,
    collect,
)

_ROWS_PER_BATCH = 4096

Record = Mapping[str, object]


def table_of_records(
    request: ReadRequest, records: Iterable[Record], n_bytes: Callable[[], int], nothing: DataError
) -> pa.Table:
    """Return the table of the request's columns from one object per paper.

    ``n_bytes`` tells how many bytes the records so far have taken; a batch ends early when many
    were read for it.

    Raises:
        DataError: ``nothing`` if there is no record; another if a limit is passed.
    """
    stream = iter(records)
    max_chars = request.bounds.max_cell_chars

    def batches(wanted: Sequence[str] | None) -> Iterator[list[dict[str, str]]]:
        return _batched((_text_cells(one, wanted, max_chars) for one in stream), n_bytes)

    first = next(batches(None), [])
    if not first:
        raise nothing
    kept = list(request.columns(_field_names(first, request.bounds, request.path.name)))
    chained = itertools.chain([first], batches(kept))
    return collect(request, (_to_batch(one, kept) for one in chained), kept)


def _text_cells(record: Record, wanted: Sequence[str] | None, max_chars: int) -> dict[str, str]:
    """Return a record's fields as text, cut; all of them if none are ``wanted`` by name.

    Done at once for each record: the objects of a line can take 25 times its bytes.
    """
    cells = {}
    for written, value in _with_inner_fields(record):
        name = without_surrogates(written)
        if wanted is None or name in wanted:
            cells[name] = cell_text(value, max_chars)
    return cells


def _with_inner_fields(record: Record) -> Iterator[tuple[str, object]]:
    """Yield the fields of a record, and those of objects within it as ``outer.inner``."""
    for name, value in record.items():
        yield name, value
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", one) for inner, one in value.items())


def _batched(
    records: Iterable[dict[str, str]], n_bytes: Callable[[], int]
) -> Iterator[list[dict[str, str]]]:
    """Group records; a batch ends early when many bytes were read for it."""
    batch: list[dict[str, str]] = []
    started = n_bytes()
    for record in records:
        batch.append(record)
        if len(batch) == _ROWS_PER_BATCH or n_bytes() - started >= BLOCK_BYTES:
            yield batch
            batch, started = [], n_bytes()
    if batch:
        yield batch


def _field_names(records: Sequence[dict[str, str]], bounds: Limits, file_name: str) -> list[str]:
    names: dict[str, None] = {}
    for record in records:
        names.update(dict.fromkeys(record))
        if len(names) > bounds.max_columns:
            raise DataError(
                f"{file_name} has more than {bounds.max_columns:,} columns.", "Leave out columns."
            )
    return list(names)


def _to_batch(records: Sequence[dict[str, str]], names: Sequence[str]) -> pa.RecordBatch:
    columns = [text_array([record.get(name, "") for record in records]) for name in names]
    return pa.RecordBatch.from_arrays(columns, names=list(names))
