"""Counts what the pages of a Parquet file hold by their own headers.

The footer states these figures too, but nothing checks it, and the reader goes by
the pages: a few hundred bytes with a false footer could fill the memory.
Headers are Thrift structs in the compact protocol; the field numbers are those of
``PageHeader`` in https://github.com/apache/parquet-format.

Where a chunk's footer contradicts itself, pyarrow (26.0) ends the whole process as soon as
the chunk is asked for from Python. So the counting is done by a process of its own, for
which this file is the program; reading the rows raises an ordinary error on such a file.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pyarrow.parquet as pq

# What Thrift may unpack when a footer is read, in bytes and items.
THRIFT_LIMITS = {
    "thrift_string_size_limit": 16_000_000,
    "thrift_container_size_limit": 1_000_000,
}
_TIMEOUT_S = 120.0
_MOST_PAGES = 200_000
_MOST_STEPS = 10_000  # bytes of one header that are looked at; texts are passed over
_DEEPEST = 8
_UNPACKED_SIZE, _PACKED_SIZE, _DATA_PAGE, _DATA_PAGE_2 = 2, 3, 5, 8  # fields of a header
_N_VALUES = 1  # field of a data page's header
_STOP, _TRUE, _FALSE, _BYTE, _DOUBLE, _TEXT, _LIST, _SET, _MAP, _STRUCT = (
    0, 1, 2, 3, 7, 8, 9, 10, 11, 12,
)  # fmt: skip
_INTEGERS = (4, 5, 6)


class ColumnFigures(NamedTuple):
    """What the pages of one of Parquet's columns hold.

    Attributes:
        most_values: Values, nothings and empty lists included, in the fullest row group.
        n_bytes: Bytes of all its pages, unpacked.
    """

    most_values: int
    n_bytes: int


def read_column_figures(path: Path) -> list[ColumnFigures]:
    """Return :func:`column_figures` of the file at ``path``, counted in another process.

    Raises:
        ValueError: If the file cannot be read, or the reader gave up on it.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-I", __file__, str(path.absolute())],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=_TIMEOUT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ValueError("its footer takes too long to read") from None
    if done.returncode:
        raise ValueError("its footer contradicts itself")
    answer = json.loads(done.stdout)
    if isinstance(answer, str):
        raise ValueError(answer)
    return [ColumnFigures(*one) for one in answer]


def column_figures(file: BinaryIO, metadata: pq.FileMetaData) -> list[ColumnFigures]:
    """Return the figures of each column (leaf), in the order of Parquet's schema.

    Raises:
        ValueError: If a page's header cannot be read, or there are too many.
    """
    values, sizes = [0] * metadata.num_columns, [0] * metadata.num_columns
    n_pages = 0
    for i in range(metadata.num_row_groups):
        group = metadata.row_group(i)
        for number in range(metadata.num_columns):
            n_values = 0
            for header in _headers(file, group.column(number)):
                n_pages += 1
                if n_pages > _MOST_PAGES:
                    raise ValueError(f"it has more than {_MOST_PAGES:,} pages")
                n_values += header.n_values
                sizes[number] += header.unpacked_size
            values[number] = max(values[number], n_values)
    return [ColumnFigures(*one) for one in zip(values, sizes, strict=True)]


class _Header(NamedTuple):
    n_values: int
    unpacked_size: int


def _headers(file: BinaryIO, chunk: pq.ColumnChunkMetaData) -> Iterator[_Header]:
    """Yield the headers of those pages of a chunk that the reader will look at."""
    start = chunk.data_page_offset
    if chunk.has_dictionary_page and 0 < chunk.dictionary_page_offset < start:
        start = chunk.dictionary_page_offset
    position, end, n_values = start, start + chunk.total_compressed_size, 0
    while position < end and n_values < chunk.num_values:
        file.seek(position)
        fields = _Compact(file).struct()
        position = file.tell() + _size(fields, _PACKED_SIZE)
        pages = [fields[kind] for kind in (_DATA_PAGE, _DATA_PAGE_2) if kind in fields]
        header = _Header(
            sum(_size(page, _N_VALUES) for page in pages), _size(fields, _UNPACKED_SIZE)
        )
        yield header
        n_values += header.n_values


def _size(fields: object, number: int) -> int:
    found = fields.get(number) if isinstance(fields, dict) else None
    if not isinstance(found, int) or found < 0:
        raise ValueError("a page's header lacks a size")
    return found


class _Compact:
    """Reads one struct in Thrift's compact protocol; texts and lists are passed over."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._n_left = _MOST_STEPS

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """Return the values of a struct by the numbers of its fields."""
        fields: dict[int, Any] = {}
        number = 0
        while (head := self._byte()) & 15 != _STOP:
            number = number + (head >> 4) if head >> 4 else self._integer()
            fields[number] = self._value(head & 15, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if depth > _DEEPEST:
            raise ValueError("a page's header is nested too deeply")
        if kind in (_TRUE, _FALSE):
            return kind == _TRUE
        if kind == _BYTE:
            return self._byte()
        if kind in _INTEGERS:
            return self._integer()
        if kind == _STRUCT:
            return self.struct(depth + 1)
        if kind == _DOUBLE:
            self._file.seek(8, io.SEEK_CUR)
        elif kind == _TEXT:
            self._file.seek(self._varint(), io.SEEK_CUR)
        elif kind in (_LIST, _SET):
            head = self._byte()
            n_items = head >> 4 if head >> 4 != 15 else self._varint()
            self._pass_over(n_items, (head & 15,), depth)
        elif kind == _MAP:
            n_items = self._varint()
            kinds = self._byte() if n_items else 0
            self._pass_over(n_items, (kinds >> 4, kinds & 15), depth)
        else:
            raise ValueError("a page's header holds an unknown type")
        return None

    def _pass_over(self, n_items: int, kinds: tuple[int, ...], depth: int) -> None:
        for _ in range(n_items):
            for kind in kinds:
                # Within a list a truth value takes a byte of its own.
                self._value(_BYTE if kind in (_TRUE, _FALSE) else kind, depth + 1)
                self._step()

    def _integer(self) -> int:
        number = self._varint()
        return (number >> 1) ^ -(number & 1)

    def _varint(self) -> int:
        number = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            number |= (byte & 127) << shift
            if byte < 128:
                return number
        raise ValueError("a page's header holds a number that is too long")

    def _byte(self) -> int:
        self._step()
        data = self._file.read(1)
        if not data:
            raise ValueError("a page's header is cut off")
        return data[0]

    def _step(self) -> None:
        self._n_left -= 1
        if self._n_left < 0:
            raise ValueError("a page's header is too long")


def main() -> None:
    """Print the figures of the file that is named, or what is wrong with it, as JSON."""
    path = Path(sys.argv[1])
    answer: str | list[ColumnFigures]
    try:
        with pq.ParquetFile(path, **THRIFT_LIMITS) as parquet, path.open("rb") as file:
            answer = column_figures(file, parquet.metadata)
    except Exception as error:  # the parent says it to a person
        answer = (str(error).splitlines() or [type(error).__name__])[0][:200]
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
