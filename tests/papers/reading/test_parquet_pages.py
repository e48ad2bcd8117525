"""Pages are counted by their own headers, whatever the footer says."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arxivtag.errors import DataError
from arxivtag.papers.reading.parquet_pages import column_figures, read_column_figures
from arxivtag.papers.reading.readers import read_table
from tests.hostile.corpus import papers_table, parquet, with_false_footer

TABLE = pa.table(
    {
        "title": [f"Title {i} " + "é" * 300 for i in range(3000)],
        "labels": [["cs.LG", "cs.CV"][: i % 3] for i in range(3000)],
        "objects": [[{"a": i, "b": ["x"] * (i % 4)}] if i % 5 else None for i in range(3000)],
        "number": [float(i) for i in range(3000)],
    }
)


def written(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "zstd", "data_page_version": "2.0"},
        {"compression": "none", "use_dictionary": False, "row_group_size": 700},
        {"compression": "gzip", "data_page_size": 2000, "write_batch_size": 50},
        {"data_page_size": 2000, "write_batch_size": 50, "data_page_version": "2.0"},
        {"write_page_index": True, "write_page_checksum": True, "row_group_size": 1000},
        {"write_statistics": False, "compression": "brotli"},
    ],
)
def test_agrees_with_a_true_footer(options: dict[str, Any]) -> None:
    data = written(TABLE, **options)
    metadata = pq.ParquetFile(io.BytesIO(data)).metadata
    figures = column_figures(io.BytesIO(data), metadata)
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    for number, found in enumerate(figures):
        chunks = [group.column(number) for group in groups]
        assert found.most_values == max(chunk.num_values for chunk in chunks)
        stated = sum(chunk.total_uncompressed_size for chunk in chunks)  # headers included
        assert 0.5 * stated < found.n_bytes < stated


def test_a_false_footer_hides_nothing(tmp_path: Path) -> None:
    numbers = pa.array([[1] * 2_000_003], pa.list_(pa.int8()))
    table = pa.table({"abstract": ["a"], "more": numbers})
    path = tmp_path / "a.parquet"
    path.write_bytes(with_false_footer(written(table, data_page_size=1 << 30), 2_000_003))
    assert pq.ParquetFile(path).metadata.row_group(0).column(1).num_values == 2
    before = pa.default_memory_pool().max_memory()
    assert read_table(path).table.columns.tolist() == ["abstract"]
    assert pa.default_memory_pool().max_memory() - before < 1_000_000


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_damaged_headers_end_in_figures_or_an_error(data: st.DataObject) -> None:
    file = bytearray(written(TABLE.slice(0, 3)))
    metadata = pq.ParquetFile(io.BytesIO(bytes(file))).metadata
    chunk = metadata.row_group(0).column(data.draw(st.integers(0, metadata.num_columns - 1)))
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    damage = data.draw(st.binary(min_size=1, max_size=40))
    at = start + data.draw(st.integers(0, 30))
    file[at : at + len(damage)] = damage
    try:
        figures = column_figures(io.BytesIO(bytes(file)), metadata)
    except ValueError:
        return
    assert all(min(found) >= 0 for found in figures)


def test_nothing_runs_away() -> None:
    data = written(pa.table({"a": ["x"]}), use_dictionary=False)
    metadata = pq.ParquetFile(io.BytesIO(data)).metadata
    start = metadata.row_group(0).column(0).data_page_offset
    for header in (b"\x1c" * 100, b"\x19\xfc" + b"\xff" * 8 + b"\x01", b"\x15" + b"\xff" * 99, b""):
        with pytest.raises(ValueError, match="header"):
            column_figures(io.BytesIO(data[:start] + header), metadata)


@pytest.mark.parametrize(("place", "bit"), [(-686, 4), (-684, 1), (-667, 1)])
def test_a_footer_that_contradicts_itself_ends_no_process(
    place: int, bit: int, tmp_path: Path
) -> None:
    data = bytearray(parquet(papers_table()))
    data[place] ^= bit
    path = tmp_path / "papers.parquet"
    path.write_bytes(data)
    with pytest.raises(ValueError, match="contradicts itself"):
        read_column_figures(path)
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        read_table(path)
