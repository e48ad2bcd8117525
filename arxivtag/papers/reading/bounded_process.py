"""Reads a file that unpacks by itself, in a process of its own with bounded memory.

A Parquet file or a workbook may lie about itself: a few bytes can stand for a thousand million
values, and some contradictions end the process that looks at them. So the one that looks is not
the one that asks. It is called as ``python -m ... KIND PATH LIMITS`` with limits as JSON, writes
one line of JSON on what the file holds, reads the positions of the columns to keep from standard
input, and then writes Arrow's stream format, every column text. Why it could not is said on
standard error.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import resource
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from arxivtag.papers.reading.cells import cell_text, text_array

_ROWS_PER_BATCH = 512
_MEMORY_BYTES = 2 << 30  # beyond what Python and Arrow take by themselves
_NESTED_VALUES = 1_000_000  # so many may stand in a column's lists in any case
_THRIFT_LIMITS = {"thrift_string_size_limit": 16_000_000, "thrift_container_size_limit": 1_000_000}


def main() -> int:
    """Answer one request; return 0 if all was read."""
    kind, path, limits = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3])
    _bound_memory(_MEMORY_BYTES)
    out = sys.stdout.buffer
    try:
        table = _Parquet(path) if kind == "parquet" else _Workbook(path)
        out.write(json.dumps(table.about(limits)).encode() + b"\n")
        out.flush()
        positions = json.loads(sys.stdin.readline() or "null")
        if positions is None:  # the one who asked does not want the rest
            return 0
        schema = pa.schema([(f"c{position}", pa.string()) for position in positions])
        with pa.ipc.new_stream(out, schema) as writer:
            for columns in table.batches(positions, limits["max_cell_chars"]):
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
    except (MemoryError, pa.ArrowMemoryError):
        return _fail("it does not fit in memory")
    except BrokenPipeError:
        # The one who asked has read enough; Python would complain once more at exit.
        sys.stdout = None
        return 0
    except Exception as error:  # whatever a library makes of a damaged file
        return _fail(str(error).splitlines()[0] if str(error) else type(error).__name__)
    return 0


def _fail(reason: str) -> int:
    sys.stderr.write(reason)
    return 1


def _bound_memory(n_bytes: int) -> None:
    with contextlib.suppress(OSError, ValueError):  # macOS has no /proc and refuses the limit
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + n_bytes
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


class _Parquet:
    """A Parquet file, opened so that its texts come as dictionaries.

    A few bytes on disk may stand for a long text in every row; so it is written out once, and
    cut, before the rows are.
    """

    def __init__(self, path: Path) -> None:
        with pq.ParquetFile(path, **_THRIFT_LIMITS) as file:
            leaves = [file.schema.column(i) for i in range(len(file.schema))]
        texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
        self._file = pq.ParquetFile(path, read_dictionary=texts, **_THRIFT_LIMITS)

    def about(self, limits: dict[str, int]) -> dict[str, object]:
        """Return the columns by name, which of them hold too many values, and sizes stated."""
        file = self._file
        groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
        most = file.metadata.num_rows * limits["max_labels_per_paper"] + _NESTED_VALUES
        oversized = set()
        for position, leaf in _leaves(file):
            n_values = sum(group.column(leaf).num_values for group in groups)
            column = file.schema.column(leaf)
            if (column.max_repetition_level and n_values > most) or (
                column.length > 4 * limits["max_cell_chars"]
            ):
                oversized.add(position)
        return {
            "names": file.schema_arrow.names,
            "n_leaves": len(file.schema),
            "n_rows": file.metadata.num_rows,
            "n_bytes": sum(group.total_byte_size for group in groups),
            "oversized": sorted(oversized),
        }

    def batches(self, positions: Sequence[int], max_chars: int) -> Iterator[list[pa.Array]]:
        """Yield some columns as text, batch by batch."""
        names = self._file.schema_arrow.names
        wanted = list(dict.fromkeys(names[position] for position in positions))
        # Group by group: Arrow cannot join the lists of a batch across two of them.
        for batch in itertools.chain.from_iterable(
            self._file.iter_batches(
                _ROWS_PER_BATCH, row_groups=[group], columns=wanted, use_threads=False
            )
            for group in range(self._file.num_row_groups)
        ):
            columns = []
            for position in positions:
                # Names may repeat: of those that are equal, the one that stands so far behind.
                repeat = names[:position].count(names[position])
                same = [i for i, name in enumerate(batch.schema.names) if name == names[position]]
                columns.append(_text_column(batch.column(same[repeat]), max_chars))
            yield columns


def _leaves(file: pq.ParquetFile) -> Iterator[tuple[int, int]]:
    """Yield (position of a column, number of one of Parquet's own columns that hold it)."""
    number = 0
    for position, field in enumerate(file.schema_arrow):
        for _ in range(_n_leaves(field.type)):
            yield position, number
            number += 1


def _n_leaves(kind: pa.DataType) -> int:
    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    return sum(_n_leaves(kind.field(i).type) for i in range(kind.num_fields)) or 1


def _text_column(array: pa.Array, max_chars: int) -> pa.Array:
    """Return a column as text; what is too long is cut so that it still shows as too long."""
    if pa.types.is_dictionary(array.type):
        used = pc.unique(array.indices).drop_null()  # a dictionary serves many batches
        texts = _text_column(array.dictionary.take(used), max_chars)
        return pc.fill_null(texts.take(pc.index_in(array.indices, used)), "")
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        array.validate(full=True)  # Parquet does not promise valid UTF-8
        short = pc.utf8_slice_codeunits(array, 0, max_chars + 1)
        return pc.fill_null(short.cast(pa.string()), "")
    return text_array([cell_text(value.as_py(), max_chars) for value in array])


class _Workbook:
    """The first sheet with rows of an Excel or OpenDocument workbook; its first row has names."""

    def __init__(self, path: Path) -> None:
        from python_calamine import CalamineWorkbook

        workbook = CalamineWorkbook.from_path(str(path))
        sheets = (workbook.get_sheet_by_name(name) for name in workbook.sheet_names)
        rows: list[list[object]] = next((r for sheet in sheets if (r := sheet.to_python())), [])
        self._names = [str(cell) for cell in rows[0]] if rows else []
        self._rows = rows[1:]

    def about(self, limits: dict[str, int]) -> dict[str, object]:
        n_columns = len(self._names)
        return {
            "names": self._names,
            "n_leaves": n_columns,
            "n_rows": len(self._rows),
            "n_bytes": 0,
            "oversized": [],
        }

    def batches(self, positions: Sequence[int], max_chars: int) -> Iterator[list[pa.Array]]:
        for start in range(0, len(self._rows), _ROWS_PER_BATCH):
            rows = self._rows[start : start + _ROWS_PER_BATCH]
            yield [
                text_array([cell_text(_plain(row[position]), max_chars) for row in rows])
                for position in positions
            ]


def _plain(cell: object) -> object:
    """Return whole numbers without their point: workbooks hold all numbers as fractions."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


if __name__ == "__main__":
    sys.exit(main())
