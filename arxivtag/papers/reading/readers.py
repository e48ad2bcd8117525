"""Reads CSV, JSON Lines and Parquet files into tables of text, within the limits of the config.

Reading is streamed: rows, columns and cells are checked while they come, so
that a hostile file costs no more than the limits allow. Rows that cannot be
used are left out and counted; a file that cannot be used at all raises one
:class:`DataError`.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from arxivtag.config import Limits, limits
from arxivtag.errors import DataError
from arxivtag.papers.reading.opening import (
    Encoding,
    NotUtf8Error,
    TextBytes,
    check_size,
    choose_encoding,
    open_text,
)
from arxivtag.papers.reading.parquet_pages import THRIFT_LIMITS, ColumnFigures, read_column_figures
from arxivtag.papers.schema import ReadReport

_BLOCK_BYTES = 4 << 20  # no row of a CSV may be longer
_HEADER_BYTES = 1 << 20
_ROWS_A_BATCH = 4096
_NESTED_VALUES = 1_000_000  # so many may stand in the lists of a Parquet file in any case
_PACKED = (".gz", ".xz", ".zst")
_FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
}


@dataclass(frozen=True)
class RawTable:
    """A file's table as read: every column text; lists and objects as JSON.

    Attributes:
        table: One column a column of the file, names made unique.
        report: Rows read and left out, with notes.
    """

    table: pd.DataFrame
    report: ReadReport


@dataclass
class _Tally:
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

    def start_over(self, note: str) -> None:
        """Forget everything: the file is read again, for the reason in ``note``."""
        self.n_rows = self.n_skipped = 0
        self.reasons, self.notes = {}, [note]

    def report(self) -> ReadReport:
        skipped = [
            f"{n:,} {'row was' if n == 1 else 'rows were'} left out: {reason}."
            for reason, n in self.reasons.items()
        ]
        return ReadReport(self.n_rows, self.n_skipped, tuple(self.notes + skipped))


def file_format(path: Path) -> str:
    """Return "csv", "jsonl" or "parquet", told by the file's ending.

    Raises:
        DataError: If the ending is none of those known.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    if len(suffixes) == 2 and suffixes[1] in _PACKED:
        suffixes.pop()
    kind = _FORMATS.get(suffixes[-1] if suffixes else "")
    if kind is None:
        raise DataError(
            f"A file of papers should end in .csv, .csv.gz, .csv.xz, .csv.zst, .jsonl or "
            f".parquet. Received: {path.name[-60:]!r}.",
            "Rename or convert the file.",
        )
    return kind


def read_table(
    path: Path,
    *,
    columns: Callable[[Sequence[str]], Sequence[str]] | None = None,
    max_rows: int | None = None,
    bounds: Limits | None = None,
) -> RawTable:
    """Read a file of papers.

    Args:
        path: A .csv, .jsonl or .parquet file; the first two possibly packed.
        columns: Given the file's columns, returns those to keep; all if not given.
        max_rows: Stop after this many rows without an error (for previews).
        bounds: Limits in force; read from the environment if not given.

    Returns:
        The table, all columns text but lists of labels, with a report.

    Raises:
        DataError: If the file cannot be used or passes a limit.
    """
    bounds = bounds or limits()
    check_size(path, bounds)
    read = {"csv": _read_csv, "jsonl": _read_jsonl, "parquet": _read_parquet}[file_format(path)]
    tally = _Tally()
    try:
        table = read(path, columns or (lambda names: names), max_rows, bounds, tally)
    except DataError:
        raise
    except (MemoryError, pa.ArrowMemoryError) as error:
        raise DataError(
            f"{path.name} does not fit in memory.", "Split the file into smaller ones."
        ) from error
    frame = table.to_pandas(types_mapper=_as_pandas)
    frame.columns = pd.Index(table.column_names, dtype=object)
    return RawTable(frame, tally.report())


def preview_table(path: Path, n_rows: int = 5) -> RawTable:
    """Return the first rows of a file, for choosing which column holds what."""
    return read_table(path, max_rows=n_rows)


def _as_pandas(kind: pa.DataType) -> Any:
    return pd.StringDtype("pyarrow", na_value=float("nan")) if kind == pa.string() else None


# --- CSV ---------------------------------------------------------------------------------------


def _read_csv(
    path: Path,
    columns: Callable[[Sequence[str]], Sequence[str]],
    max_rows: int | None,
    bounds: Limits,
    tally: _Tally,
) -> pa.Table:
    try:
        try:
            return _read_csv_as(path, columns, max_rows, bounds, tally, "utf-8")
        except NotUtf8Error:
            encoding, note = choose_encoding(path, bounds)
        tally.start_over(note)
        return _read_csv_as(path, columns, max_rows, bounds, tally, encoding)
    except pa.ArrowInvalid as error:
        _check_rows(tally.n_rows, bounds)  # bad rows stop the reader, see below
        raise _csv_error(path, error) from error


def _csv_error(path: Path, error: Exception) -> DataError:
    if "straddling" in str(error):
        return DataError(
            f"{path.name} has a row longer than {_BLOCK_BYTES >> 20} MB.",
            "Perhaps a quotation mark is not closed.",
        )
    return DataError(
        f"{path.name} cannot be read as CSV: {str(error)[:200].splitlines()[0]}.",
        "Check quotation marks and separators.",
    )


def _read_csv_as(
    path: Path,
    columns: Callable[[Sequence[str]], Sequence[str]],
    max_rows: int | None,
    bounds: Limits,
    tally: _Tally,
    encoding: Encoding,
) -> pa.Table:
    with open_text(path, bounds, encoding) as stream:
        names, delimiter = _csv_header(stream, path, bounds, tally)
        kept = list(columns(names))
        if not stream.has_more():
            return _empty(kept)

        def count_bad_row(row: pa_csv.InvalidRow) -> str:
            tally.skip("more or fewer cells than the table has columns")
            # Arrow hands out no batch while all rows are bad, so nobody else counts them.
            return "skip" if tally.n_rows <= bounds.max_rows else "error"

        reader = pa_csv.open_csv(
            # Buffered, because Arrow takes one short read for a whole block.
            pa.PythonFile(io.BufferedReader(stream, _BLOCK_BYTES), mode="r"),
            read_options=pa_csv.ReadOptions(block_size=_BLOCK_BYTES, column_names=names),
            parse_options=pa_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=count_bad_row
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types={name: pa.string() for name in names},
                include_columns=kept,
                strings_can_be_null=False,
                check_utf8=False,  # the stream has done it
            ),
        )
        table = _collect(reader, kept, max_rows, bounds, tally)
        if stream.n_nul:
            tally.notes.append(f"NUL characters left out: {stream.n_nul:,}.")
        return table


def _csv_header(
    stream: TextBytes, path: Path, bounds: Limits, tally: _Tally
) -> tuple[list[str], str]:
    """Read the header row off the stream; return unique column names and the delimiter."""
    head, is_cut = _first_row(stream)
    delimiter = max(",;\t", key=lambda mark: head.count(mark.encode()))
    n_columns = head.count(delimiter.encode()) + 1
    if head.count(b'"') % 2:
        raise DataError(
            f"The first row of {path.name} has a quotation mark that is not closed.",
            "The first row should hold the column names.",
        )
    if n_columns > bounds.max_columns:
        raise DataError(
            f"{path.name} has {n_columns:,} or more columns; "
            f"at most {bounds.max_columns:,} are read.",
            "Leave out columns, or check that the first row holds the column names.",
        )
    if is_cut:
        raise DataError(
            f"The first row of {path.name} is longer than 1 MB.",
            "The first row should hold the column names; check quotation marks.",
        )
    text = io.StringIO(head.decode("utf-8"), newline="")
    try:
        row = next(csv.reader(text, delimiter=delimiter), [])
    except csv.Error as error:
        raise DataError(
            f"The first row of {path.name} cannot be read: {error}.",
            "The first row should hold the column names.",
        ) from error
    return _unique(row, tally), delimiter


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


def _unique(names: Sequence[str], tally: _Tally) -> list[str]:
    """Return the names without outer space, empty ones named and repeats numbered, with a note."""
    unique: dict[str, None] = {}
    repeated = []
    for position, written in enumerate(names, 1):
        name = written.strip() or f"column_{position}"
        number, candidate = 1, name
        while candidate in unique:
            number += 1
            candidate = f"{name}_{number}"
        if candidate != name:
            repeated.append(name)
        unique[candidate] = None
    if repeated:
        tally.notes.append(
            f"Column names that occur more than once were numbered: "
            f"{', '.join(sorted(set(repeated)))[:200]}."
        )
    return list(unique)


# --- JSON Lines --------------------------------------------------------------------------------


def _read_jsonl(
    path: Path,
    columns: Callable[[Sequence[str]], Sequence[str]],
    max_rows: int | None,
    bounds: Limits,
    tally: _Tally,
) -> pa.Table:
    with open_text(path, bounds, "utf-8-replace") as stream:
        # Broken lines count as rows; the rest of the margin is for blank ones.
        records = json_records(stream, tally.skip, max_lines=2 * bounds.max_rows + 1000)

        def batches(wanted: Sequence[str] | None) -> Iterator[list[dict[str, str]]]:
            return _batched((_text_cells(record, wanted, bounds) for record in records), stream)

        first = next(batches(None), [])
        if not first:
            raise DataError(
                f"{path.name} holds no JSON object a line.",
                "Each line should be one paper, as a JSON object.",
            )
        names = _field_names(first, bounds, path)
        kept = list(columns(names))
        chained = itertools.chain([first], batches(kept))
        table = _collect((_to_batch(b, kept) for b in chained), kept, max_rows, bounds, tally)
        if stream.n_nul:
            tally.notes.append(f"NUL characters left out: {stream.n_nul:,}.")
        return table


def json_records(
    stream: TextBytes,
    skip: Callable[[str], None],
    marks: Sequence[bytes] = (),
    max_lines: int | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of a stream, one a line; other lines are reported to ``skip``.

    Args:
        stream: The file.
        skip: Called with the reason for each line that is not used.
        marks: Pass over lines that hold none of these bytes, without a report.
        max_lines: Read at most so many lines, the blank ones among them.

    Raises:
        DataError: If there are more lines.
    """
    n_lines = 0
    while line := stream.read_line(_BLOCK_BYTES):
        n_lines += 1
        if max_lines is not None and n_lines > max_lines:
            raise DataError(
                f"The file has more than {max_lines:,} lines.",
                "Leave out blank and broken lines, split it, or raise ARXIVTAG_MAX_ROWS.",
            )
        if not line.endswith(b"\n") and len(line) == _BLOCK_BYTES:
            while line and not line.endswith(b"\n"):
                line = stream.read_line(_BLOCK_BYTES)
            skip(f"longer than {_BLOCK_BYTES >> 20} MB")
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
            skip("no JSON object")


def _text_cells(
    record: dict[str, Any], wanted: Sequence[str] | None, bounds: Limits
) -> dict[str, str]:
    """Return a record's fields as text, cut; all of them if none are ``wanted`` by name.

    Done at once for each record: the objects of a line can take 25 times its bytes.
    """
    cells = {}
    for name, value in record.items():
        name = _without_surrogates(name)
        if wanted is None or name in wanted:
            cells[name] = _as_text(value, bounds)
    return cells


def _batched(
    records: Iterable[dict[str, str]], stream: TextBytes
) -> Iterator[list[dict[str, str]]]:
    """Group records; a batch ends early when many bytes were read for it."""
    batch: list[dict[str, str]] = []
    started = stream.n_bytes
    for record in records:
        batch.append(record)
        if len(batch) == _ROWS_A_BATCH or stream.n_bytes - started >= _BLOCK_BYTES:
            yield batch
            batch, started = [], stream.n_bytes
    if batch:
        yield batch


def _field_names(records: Sequence[dict[str, str]], bounds: Limits, path: Path) -> list[str]:
    names: dict[str, None] = {}
    for record in records:
        names.update(dict.fromkeys(record))
        if len(names) > bounds.max_columns:
            raise DataError(
                f"{path.name} has more than {bounds.max_columns:,} columns.",
                "Leave out columns.",
            )
    return list(names)


def _to_batch(records: Sequence[dict[str, str]], names: Sequence[str]) -> pa.RecordBatch:
    columns = [_text_array([record.get(name, "") for record in records]) for name in names]
    return pa.RecordBatch.from_arrays(columns, names=list(names))


def _text_array(texts: Sequence[str]) -> pa.Array:
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:
        return pa.array([_without_surrogates(text) for text in texts], pa.string())


def _as_text(value: object, bounds: Limits) -> str:
    """Return a value as text, cut so that what is too long still shows as too long.

    Lists, objects, numbers and truth values become JSON, nothing becomes "".
    """
    if value is None:
        return ""
    if isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
    elif isinstance(value, (dict, list, bool, int, float)):
        try:
            text = json.dumps(value, ensure_ascii=False, default=str)
        except (ValueError, RecursionError):
            return ""
    else:  # text, or a date or decimal number of Parquet
        text = str(value)
    return text[: bounds.max_cell_chars + 1]


def _without_surrogates(text: str) -> str:
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


# --- Parquet -----------------------------------------------------------------------------------


def _read_parquet(
    path: Path,
    columns: Callable[[Sequence[str]], Sequence[str]],
    max_rows: int | None,
    bounds: Limits,
    tally: _Tally,
) -> pa.Table:
    try:
        with _parquet_file(path, _parquet_texts(path)) as file:
            names, stored = _parquet_columns(file, path, bounds, tally)
            kept = list(columns(names))
            batches = _parquet_batches(file, [stored[name] for name in kept], kept, bounds)
            return _collect(batches, kept, max_rows, bounds, tally)
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError, OverflowError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise DataError(
            f"{path.name} cannot be read as Parquet: {reason.rstrip('.')}.",
            "The file may be cut off or damaged; write it again.",
        ) from error


def _parquet_file(path: Path, dictionaries: Sequence[str] = ()) -> pq.ParquetFile:
    return pq.ParquetFile(path, read_dictionary=list(dictionaries), **THRIFT_LIMITS)


def _parquet_texts(path: Path) -> list[str]:
    """Return the columns of text or bytes, those within lists too, to be read as dictionaries.

    A dictionary lets a few bytes on disk stand for a long text in every row, so
    lengths are checked before the rows are written out.
    """
    with _parquet_file(path) as file:
        leaves = (file.schema.column(i) for i in range(len(file.schema)))
        return [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(_is_text(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _parquet_columns(
    file: pq.ParquetFile, path: Path, bounds: Limits, tally: _Tally
) -> tuple[list[str], dict[str, tuple[str, int]]]:
    """Check the figures of the file's footer and pages before anything is unpacked.

    Returns:
        Unique column names, and for each the stored name and which of the columns
        of that name it is.
    """
    schema = file.schema_arrow
    if len(schema.names) > bounds.max_columns or len(file.schema) > 4 * bounds.max_columns:
        raise DataError(
            f"{path.name} has {len(file.schema):,} columns; "
            f"at most {bounds.max_columns:,} are read.",
            "Leave out columns.",
        )
    _check_rows(file.metadata.num_rows, bounds)
    figures = read_column_figures(path)
    if sum(leaf.n_bytes for leaf in figures) > bounds.max_decompressed_mb * 1_000_000:
        raise _unpacks_too_large(bounds)
    names = _unique(schema.names, tally)
    repeats = [schema.names[:i].count(name) for i, name in enumerate(schema.names)]
    stored = dict(zip(names, zip(schema.names, repeats, strict=True), strict=True))
    for name in [names[i] for i in _oversized_columns(file, figures, bounds)]:
        del stored[name]
        tally.notes.append(f"The column {name[:60]!r} was left out: its values are too many.")
    return list(stored), stored


def _oversized_columns(
    file: pq.ParquetFile, figures: Sequence[ColumnFigures], bounds: Limits
) -> list[int]:
    """Return the positions of columns that hold too many values, or too long ones.

    A few bytes can stand for millions of values of a list, and a list is decoded
    as a whole; so is a value of fixed length.
    """
    owners = [
        position
        for position, field in enumerate(file.schema_arrow)
        for _ in range(_n_leaves(field.type))
    ]
    most_values = file.metadata.num_rows * bounds.max_labels_per_paper + _NESTED_VALUES
    oversized: set[int] = set()
    for number, (position, found) in enumerate(zip(owners, figures, strict=True)):
        leaf = file.schema.column(number)
        too_many = leaf.max_repetition_level > 0 and found.most_values > most_values
        if too_many or leaf.length > 4 * bounds.max_cell_chars:
            oversized.add(position)
    return sorted(oversized)


def _n_leaves(kind: pa.DataType) -> int:
    """Return how many of Parquet's columns hold a column of this type."""
    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    return sum(_n_leaves(kind.field(i).type) for i in range(kind.num_fields)) or 1


def _parquet_batches(
    file: pq.ParquetFile,
    stored: Sequence[tuple[str, int]],
    names: Sequence[str],
    bounds: Limits,
) -> Iterator[pa.RecordBatch]:
    for batch in file.iter_batches(
        batch_size=512, columns=list(dict.fromkeys(name for name, _ in stored))
    ):
        arrays = []
        for name, repeat in stored:
            positions = [i for i, other in enumerate(batch.schema.names) if other == name]
            arrays.append(_plain_text(batch.column(positions[repeat]), bounds))
        yield pa.RecordBatch.from_arrays(arrays, names=list(names))


def _plain_text(array: pa.Array, bounds: Limits) -> pa.Array:
    """Return a column as text; what is too long is cut so that it still shows as too long."""
    if pa.types.is_dictionary(array.type) and _is_text(array.type.value_type):
        # Only what these rows use: a dictionary serves many batches.
        used = pc.unique(array.indices).drop_null()
        values = array.dictionary.take(used)
        values.validate(full=True)  # Parquet does not promise valid UTF-8
        short = pc.utf8_slice_codeunits(values, 0, bounds.max_cell_chars + 1)
        texts = short.take(pc.index_in(array.indices, used))
        return pc.fill_null(texts.cast(pa.string()), "")
    # A character has up to four bytes; what is longer in bytes is not even written out.
    is_long = (_sizes(array) > 4 * bounds.max_cell_chars).tolist()
    too_long = "-" * (bounds.max_cell_chars + 1)
    return _text_array(
        [
            too_long if long else _as_text(value.as_py(), bounds)
            for value, long in zip(array, is_long, strict=True)
        ]
    )


def _sizes(array: pa.Array) -> npt.NDArray[np.int64]:
    """Return for each value a number of bytes that its text has at least, counted in Arrow."""
    kind = array.type
    if isinstance(array, pa.ExtensionArray):
        return _sizes(array.storage)
    if pa.types.is_dictionary(kind):
        sizes = np.append(_sizes(array.dictionary), 0)  # the last one for nothing
        indices = pc.fill_null(array.indices.cast(pa.int64()), len(sizes) - 1)
        return np.asarray(sizes[indices.to_numpy(zero_copy_only=False)], dtype=np.int64)
    if _is_bytes(kind):
        lengths = pc.fill_null(pc.binary_length(array), 0)
        return np.asarray(lengths.to_numpy(zero_copy_only=False), dtype=np.int64)
    if pa.types.is_struct(kind):
        fields = [_sizes(field) for field in array.flatten()]
        return np.asarray(np.sum(fields, axis=0), dtype=np.int64)
    if not pa.types.is_nested(kind):
        return np.zeros(len(array), np.int64)
    if pa.types.is_fixed_size_list(kind):
        offsets = (np.arange(len(array) + 1) + array.offset) * kind.list_size
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_map(kind):
        offsets = array.offsets.to_numpy(zero_copy_only=False)
    else:
        raise pa.ArrowNotImplementedError(f"columns of type {str(kind)[:60]} are not read")
    # Each item is one character at least, and the comma behind it.
    sums = np.concatenate([[0], np.cumsum(_sizes(array.values) + 2)])
    return np.asarray(sums[offsets[1:]] - sums[offsets[:-1]], dtype=np.int64)


# --- all formats -------------------------------------------------------------------------------


def _collect(
    batches: Iterable[pa.RecordBatch],
    names: Sequence[str],
    max_rows: int | None,
    bounds: Limits,
    tally: _Tally,
) -> pa.Table:
    """Join batches of text columns, leaving out rows with too long cells, within the limits."""
    kept, n_kept, n_bytes = [], 0, 0
    for batch in batches:
        batch = _without_long_cells(batch, bounds, tally)
        if max_rows is not None:
            batch = batch.slice(0, max_rows - n_kept)
        n_kept += batch.num_rows
        tally.n_rows += batch.num_rows
        _check_rows(tally.n_rows, bounds)
        n_bytes += batch.nbytes
        if n_bytes > bounds.max_decompressed_mb * 1_000_000:
            raise _unpacks_too_large(bounds)
        kept.append(batch)
        if max_rows is not None and n_kept >= max_rows:
            break
    return pa.Table.from_batches(kept) if kept else _empty(names)


def _without_long_cells(batch: pa.RecordBatch, bounds: Limits, tally: _Tally) -> pa.RecordBatch:
    too_long = None
    for column in batch.columns:
        # Bytes are a quick upper bound of characters.
        longest = pc.max(pc.binary_length(column)).as_py() or 0
        if longest > bounds.max_cell_chars:
            over = pc.greater(pc.utf8_length(column), bounds.max_cell_chars)
            too_long = over if too_long is None else pc.or_(too_long, over)
    if too_long is None:
        return batch
    kept = batch.filter(pc.invert(too_long))
    if kept.num_rows < batch.num_rows:
        reason = f"a cell of more than {bounds.max_cell_chars:,} characters"
        tally.skip(reason, batch.num_rows - kept.num_rows)
    return kept


def _check_rows(n_rows: int, bounds: Limits) -> None:
    if n_rows > bounds.max_rows:
        raise DataError(
            f"The file has more than {bounds.max_rows:,} rows.",
            "Split it, or raise ARXIVTAG_MAX_ROWS.",
        )


def _unpacks_too_large(bounds: Limits) -> DataError:
    return DataError(
        f"The file unpacks to more than {bounds.max_decompressed_mb:,} MB.",
        "Split it, or raise ARXIVTAG_MAX_DECOMPRESSED_MB.",
    )


def _empty(names: Sequence[str]) -> pa.Table:
    return pa.table({name: pa.array([], pa.string()) for name in names})
