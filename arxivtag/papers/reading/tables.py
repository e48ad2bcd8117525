"""What all formats share: the request, the tally of rows, and how rows become a checked table.

Formats that give one object per paper end in :func:`table_of_records`, others in :func:`collect`.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from arxivtag.config import Limits
from arxivtag.errors import DataError
from arxivtag.papers.reading.cells import cell_text, text_array, without_surrogates
from arxivtag.papers.reading.opening import Encoding, TextBytes, check_unpacked, open_text
from arxivtag.papers.schema import ReadReport

# No row of a CSV, and no line of JSON, may be longer.
BLOCK_BYTES = 4 << 20
_ROWS_PER_BATCH = 4096

Record = Mapping[str, object]


@dataclass(frozen=True)
class RawTable:
    """A file's table as read, and rows read and left out.

    Every column is text, lists and objects as JSON, and names are made unique.
    """

    table: pd.DataFrame
    report: ReadReport


@dataclass
class Tally:
    """What is counted while a file is read."""

    n_rows: int = 0
    n_skipped: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def skip(self, reason: str, n: int = 1) -> None:
        """Count ``n`` rows that are in the file but cannot be used."""
        self.n_rows += n
        self.n_skipped += n
        self.reasons[reason] = self.reasons.get(reason, 0) + n

    def start_over(self, notes: Iterable[str]) -> None:
        """Forget everything: all is read again, for the reasons in ``notes``."""
        self.n_rows = self.n_skipped = 0
        self.reasons, self.notes = {}, [*notes]

    def report(self) -> ReadReport:
        """Return the counts, with a sentence for each reason."""
        skipped = [
            f"{n:,} {'row was' if n == 1 else 'rows were'} left out: {reason}."
            for reason, n in self.reasons.items()
        ]
        return ReadReport(self.n_rows, self.n_skipped, tuple(self.notes + skipped))


class Sink(Protocol):
    """Takes the rows of a file while it is read, so that they need not fit in memory."""

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the next rows: checked, columns of text."""

    def start_over(self) -> None:
        """Forget all rows: all is read again from the start."""


@dataclass(frozen=True)
class ReadRequest:
    """What to read.

    ``columns`` returns those to keep of the file's; after ``max_rows`` reading stops without an
    error (for previews). Rows go to the ``sink``, or without one into the table returned.
    """

    path: Path
    columns: Callable[[Sequence[str]], Sequence[str]]
    max_rows: int | None
    bounds: Limits
    sink: Sink | None = None
    tally: Tally = field(default_factory=Tally)
    encoding: Encoding = "utf-8"

    @contextlib.contextmanager
    def open_text(self) -> Iterator[TextBytes]:
        """Open the file as text; how many NUL characters were left out is noted."""
        with open_text(self.path, self.bounds, self.encoding) as stream:
            yield stream
            if stream.n_nul:
                self.tally.notes.append(f"NUL characters left out: {stream.n_nul:,}.")

    def start_over(self, notes: Iterable[str]) -> None:
        """Forget what was read: all is read again, for the reasons in ``notes``."""
        self.tally.start_over(notes)
        if self.sink:
            self.sink.start_over()


def collect(
    request: ReadRequest, batches: Iterable[pa.RecordBatch], names: Sequence[str]
) -> pa.Table:
    """Join batches of text columns, leaving out rows with too long cells, within the limits.

    With a sink the batches go there, and the table is empty.
    """
    kept: list[pa.RecordBatch] = []
    n_kept = n_bytes = 0
    take = request.sink.add if request.sink else kept.append
    tally, bounds = request.tally, request.bounds
    for batch in batches:
        batch = _without_long_cells(batch, bounds, tally)
        if request.max_rows is not None:
            batch = batch.slice(0, request.max_rows - n_kept)
        n_kept += batch.num_rows
        tally.n_rows += batch.num_rows
        check_rows(tally.n_rows, bounds)
        n_bytes += batch.nbytes
        check_unpacked(n_bytes, bounds)
        take(batch)
        if request.max_rows is not None and n_kept >= request.max_rows:
            break
    return pa.Table.from_batches(kept) if kept else empty_table(names)


def table_of_records(
    request: ReadRequest, records: Iterator[Record], stream: TextBytes, nothing: DataError
) -> pa.Table:
    """Return the table of the request's columns from one object per paper, read off a stream.

    Raises:
        DataError: ``nothing`` if there is no record; another if a limit is passed.
    """
    bounds = request.bounds
    first = _next_cells(records, stream, None, bounds.max_cell_chars)
    if not first:
        raise nothing
    names = list(dict.fromkeys(name for cells in first for name in cells))
    if len(names) > bounds.max_columns:
        raise DataError(
            f"{request.path.name} has more than {bounds.max_columns:,} columns.",
            "Leave out columns.",
        )
    kept = list(request.columns(names))
    rest = iter(lambda: _next_cells(records, stream, kept, bounds.max_cell_chars), [])
    return collect(request, (_to_batch(one, kept) for one in itertools.chain([first], rest)), kept)


def _next_cells(
    records: Iterator[Record], stream: TextBytes, wanted: Sequence[str] | None, max_chars: int
) -> list[dict[str, str]]:
    """Return the cells of the next records: of fewer where many bytes were read for them."""
    batch: list[dict[str, str]] = []
    started = stream.n_bytes
    for record in records:
        batch.append(_text_cells(record, wanted, max_chars))
        if len(batch) == _ROWS_PER_BATCH or stream.n_bytes - started >= BLOCK_BYTES:
            break
    return batch


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


def _to_batch(records: Sequence[dict[str, str]], names: Sequence[str]) -> pa.RecordBatch:
    columns = [text_array([record.get(name, "") for record in records]) for name in names]
    return pa.RecordBatch.from_arrays(columns, names=list(names))


def _without_long_cells(batch: pa.RecordBatch, bounds: Limits, tally: Tally) -> pa.RecordBatch:
    # Bytes are a quick upper bound of characters.
    most = bounds.max_cell_chars
    long = [one for one in batch.columns if (pc.max(pc.binary_length(one)).as_py() or 0) > most]
    if not long:
        return batch
    too_long = functools.reduce(pc.or_, (pc.greater(pc.utf8_length(one), most) for one in long))
    kept = batch.filter(pc.invert(too_long))
    if kept.num_rows < batch.num_rows:
        reason = f"a cell of more than {most:,} characters"
        tally.skip(reason, batch.num_rows - kept.num_rows)
    return kept


def check_rows(n_rows: int, bounds: Limits) -> None:
    """Raise :class:`DataError` for a file with more rows than are read."""
    if n_rows > bounds.max_rows:
        raise DataError(
            f"The file has more than {bounds.max_rows:,} rows.",
            "Split it, or raise ARXIVTAG_MAX_ROWS.",
        )


def empty_table(names: Sequence[str]) -> pa.Table:
    """Return a table of text columns without rows."""
    return pa.table({name: pa.array([], pa.string()) for name in names})


def unique_names(names: Sequence[str], tally: Tally) -> list[str]:
    """Return the names without outer space, empty ones named and repeats numbered, with a note."""
    unique: dict[str, None] = {}
    repeated = set()
    for position, written in enumerate(names, 1):
        name = written.strip() or f"column_{position}"
        number, candidate = 1, name
        while candidate in unique:
            number += 1
            candidate = f"{name}_{number}"
        if candidate != name:
            repeated.add(name)
        unique[candidate] = None
    if repeated:
        tally.notes.append(
            f"Column names that occur more than once were numbered: "
            f"{', '.join(sorted(repeated))[:200]}."
        )
    return list(unique)
