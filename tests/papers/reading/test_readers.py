"""Tables are read alike from every format, packing and encoding, and within the limits."""

from __future__ import annotations

import csv
import datetime
import decimal
import gzip
import io
import json
import lzma
import os
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arxivtag.config import limits
from arxivtag.errors import ArxivTagError, DataError
from arxivtag.papers.reading import csv_tables, opening
from arxivtag.papers.reading.readers import format_ending, read_table
from arxivtag.papers.reading.tables import RawTable
from arxivtag.papers.sources import load_texts
from tests.loading import load

ROWS = [
    {"title": "Größe, 大小", "abstract": 'Line one\nline "two", end', "labels": "['cs.CV']"},
    {"title": "", "abstract": "NA", "labels": "null"},
    {"title": "= 1 + 1", "abstract": "a\u2028b", "labels": "cs.LG; stat.ML"},
]


def as_csv(rows: list[dict[str, str]], **options: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n", **options)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_jsonl(rows: list[dict[str, str]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def as_parquet(rows: list[dict[str, str]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


def zstd(data: bytes) -> bytes:
    return bytes(pa.Codec("zstd").compress(data, asbytes=True))


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.csv", as_csv),
        ("a.CSV", as_csv),
        ("a.csv.gz", lambda rows: gzip.compress(as_csv(rows))),
        ("a.csv.xz", lambda rows: lzma.compress(as_csv(rows))),
        ("a.csv.zst", lambda rows: zstd(as_csv(rows))),
        ("a.jsonl", as_jsonl),
        ("a.jsonl.gz", lambda rows: gzip.compress(as_jsonl(rows))),
        ("a.json", as_jsonl),
        ("a.parquet", as_parquet),
        ("a.tsv", lambda rows: as_csv(rows, delimiter="\t")),
        ("a.csv", lambda rows: as_csv(rows, delimiter=";")),
        ("a.csv", lambda rows: as_csv(rows, quoting=csv.QUOTE_ALL)),
        ("a.csv", lambda rows: b"\xef\xbb\xbf" + as_csv(rows)),
        ("a.csv", lambda rows: as_csv(rows).decode().encode("utf-16")),
        ("a.csv", lambda rows: b"\n\r\n" + as_csv(rows)),
    ],
)
def test_formats_agree(
    tmp_path: Path, name: str, make: Callable[[list[dict[str, str]]], bytes]
) -> None:
    path = tmp_path / name
    path.write_bytes(make(ROWS))
    raw = read_table(path)
    assert raw.table.to_dict("records") == ROWS
    assert (raw.report.n_rows_read, raw.report.n_rows_skipped, raw.report.notes) == (3, 0, ())


def test_agrees_with_pandas(real_data: Path) -> None:
    expected = pd.read_csv(real_data, dtype="str", keep_default_na=False)
    pd.testing.assert_frame_equal(read_table(real_data).table, expected, check_column_type=False)


@pytest.mark.parametrize(
    "name", ["a", "a.docx", "a.csv.bz2", "csv", "a.pkl", "a.gz", ".csv.exe", "a.pdf"]
)
def test_unknown_endings(name: str) -> None:
    with pytest.raises(DataError, match="should end in"):
        format_ending(Path(name))


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no file"):
        read_table(tmp_path / "missing.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DataError, match="no file of papers"):
        read_table(tmp_path / "folder.csv")
    with pytest.raises(DataError, match="no file"):
        read_table(tmp_path / ("x" * 5000 + ".csv"))


def test_a_file_in_a_closed_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "closed.csv"
    path.write_bytes(as_csv(ROWS))
    usual = Path.stat

    def stat(self: Path, **options: bool) -> os.stat_result:  # modes do not hold back root
        if self == path:
            raise PermissionError(13, "Permission denied")
        return usual(self, **options)

    monkeypatch.setattr(Path, "stat", stat)
    with pytest.raises(DataError, match="may not be read"):
        read_table(path)


@pytest.mark.parametrize("name", ["closed.csv", "closed.parquet", "folder", "folder/*.csv"])
def test_what_may_not_be_opened_is_told(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder").mkdir()
    for file in ("closed.csv", "closed.parquet"):
        (tmp_path / file).write_bytes(as_csv(ROWS))

    def refuse(*arguments: object, **options: object) -> None:  # modes do not hold back root
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(DataError, match="cannot be read: Permission denied"):
        read_table(tmp_path / name)


def test_only_some_columns(tmp_path: Path) -> None:
    for name, make in (("a.csv", as_csv), ("a.jsonl", as_jsonl), ("a.parquet", as_parquet)):
        path = tmp_path / name
        path.write_bytes(make(ROWS))
        table = read_table(path, columns=lambda names: list(names)[::-1][:2]).table
        assert table.columns.tolist() == ["labels", "abstract"]
        assert table["abstract"].tolist() == [row["abstract"] for row in ROWS]


def test_preview_stops_early(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv(ROWS * 1000))
    assert len(read_table(path, max_rows=2).table) == 2


def test_preview_counts_the_rows_it_shows(tmp_path: Path) -> None:
    """Rows that are left out neither use up a preview nor make it end in an error."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"abstract,labels\n" + b"a,b,c\n" * 12 + b"words,cs.CV\n" * 50)
    assert read_table(path, max_rows=5).table["abstract"].tolist() == ["words"] * 5
    long = {"abstract": "a" * 100_001, "labels": "x"}
    for name, make in (("b.csv", as_csv), ("b.jsonl", as_jsonl), ("b.parquet", as_parquet)):
        path = tmp_path / name
        path.write_bytes(make([long] * 12 + [{"abstract": "words", "labels": "x"}] * 50))
        assert read_table(path, max_rows=5).table["abstract"].tolist() == ["words"] * 5


def test_cells_of_other_types_become_plain_text(tmp_path: Path) -> None:
    table = pa.table(
        {
            "date": [datetime.date(2020, 1, 2)],
            "time": [datetime.datetime(2020, 1, 2, 3, 4, 5)],
            "money": [decimal.Decimal("1.50")],
            "bytes": [b"caf\xc3\xa9"],
            "number": [1.5],
            "yes": [True],
            "nothing": pa.array([None], pa.int64()),
            "list": [["a", "\u00e9"]],
            "dates": [[datetime.date(2020, 1, 2)]],
            "lists": [[[1], []]],
            "object": [{"a": "x", "b": ["y"]}],
            "map": pa.array([[("k", "v")]], pa.map_(pa.string(), pa.string())),
            "pair": pa.array([["a", "b"]], pa.list_(pa.string(), 2)),
        }
    )
    path = tmp_path / "a.parquet"
    pq.write_table(table, path)
    assert read_table(path).table.iloc[0].to_dict() == {
        "date": "2020-01-02",
        "time": "2020-01-02 03:04:05",
        "money": "1.50",
        "bytes": "caf\u00e9",
        "number": "1.5",
        "yes": "true",
        "nothing": "",
        "list": '["a", "\u00e9"]',
        "dates": '["2020-01-02"]',
        "lists": "[[1], []]",
        "object": '{"a": "x", "b": ["y"]}',
        "map": '[["k", "v"]]',
        "pair": '["a", "b"]',
    }


def traced_peak_mb(read: Callable[[Path], object], path: Path) -> float:
    """Return the most memory that Python objects took while ``path`` was read."""
    tracemalloc.start()
    try:
        read(path)
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def test_json_objects_are_not_kept(tmp_path: Path) -> None:
    """A line of empty lists takes 25 times its bytes as objects: 40 times 2.3 MB here."""
    line = b'{"abstract":"a","labels":"x","more":[' + b"[]," * 30_000 + b"[]]}\n"
    path = tmp_path / "a.jsonl"
    path.write_bytes(line * 40)
    assert traced_peak_mb(read_table, path) < 40
    assert len(read_table(path, columns=lambda names: names[:2]).table) == 40


def test_a_batch_of_json_ends_after_some_bytes(tmp_path: Path) -> None:
    """A preview of long lines reads a few of them, and not 4,096."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(as_jsonl([{"abstract": "a" * 90_000, "labels": "x"}] * 300))
    assert traced_peak_mb(lambda path: read_table(path, max_rows=5), path) < 20


def test_blank_and_broken_lines_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_MAX_ROWS", "10")
    path = tmp_path / "a.jsonl"
    record = b'{"abstract":"a","labels":"x"}\n'
    for filling in (b"\n", b" \n", b"{broken\n", b"[]\n"):
        path.write_bytes(record + filling * 1_100 + record)
        with pytest.raises(DataError, match=r"more than [\d,]+ (rows|lines)"):
            read_table(path)
    path.write_bytes((record + b"\n") * 10)
    assert len(read_table(path).table) == 10


def test_rows_with_wrong_cells_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_MAX_ROWS", "10")
    path = tmp_path / "a.csv"
    path.write_bytes(b"abstract,labels\n" + b"a\n" * 20)
    with pytest.raises(DataError, match="more than 10 rows"):
        read_table(path)


def test_header_cut_within_a_character(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\n" + "é".encode() * 1_000_000 + b"\n")
    with pytest.raises(DataError, match="longer than 1 MB"):
        read_table(path)


@pytest.mark.parametrize("read", [read_table, partial(read_table, max_rows=5)])
def test_parquet_lists_of_too_many_values(tmp_path: Path, read: Callable[[Path], RawTable]) -> None:
    """One row of two million numbers has 800 bytes; the column is not even decoded."""
    path = tmp_path / "a.parquet"
    numbers = pa.array([[1] * 2_000_000], pa.list_(pa.int8()))
    pq.write_table(pa.table({"abstract": ["a"], "more": numbers}), path, compression="zstd")
    before = pa.default_memory_pool().max_memory()
    raw = read(path)
    assert raw.table.columns.tolist() == ["abstract"]
    assert "'more' was left out" in raw.report.notes[0]
    assert pa.default_memory_pool().max_memory() - before < 1_000_000


@pytest.mark.parametrize("read", [read_table, partial(read_table, max_rows=5)])
def test_parquet_lists_that_repeat_a_long_text(
    tmp_path: Path, read: Callable[[Path], RawTable]
) -> None:
    path = tmp_path / "a.parquet"
    cells = [["x" * 100_000] * 200] * 5 + [["short"]]
    more = {"list": cells, "object": [{"a": cell} for cell in cells]}
    pq.write_table(pa.table({"abstract": list("abcdef"), **more}), path, compression="zstd")
    assert traced_peak_mb(read, path) < 15
    raw = read(path)
    assert raw.table["abstract"].tolist() == ["f"]
    assert raw.report.n_rows_skipped == 5
    kept = read_table(path, columns=lambda names: ["abstract"]).table
    assert len(kept) == 6


def test_parquet_text_as_bytes_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    cells = pa.array([b"x" * 2_000_000] * 20 + [b"short"])
    pq.write_table(pa.table({"abstract": cells}), path, compression="zstd")
    assert traced_peak_mb(read_table, path) < 15
    assert read_table(path).table["abstract"].tolist() == ["short"]


def test_cells_of_lists_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_MAX_CELL_CHARS", "100")
    fits, too_long = ["\N{GRINNING FACE}" * 96], ["\N{GRINNING FACE}" * 97]
    assert len(json.dumps(fits, ensure_ascii=False)) == limits().max_cell_chars
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"list": [fits, too_long, fits]}), path)
    assert read_table(path).table["list"].map(json.loads).tolist() == [fits, fits]
    rows = [{"list": fits}, {"list": too_long}, {"list": fits}]
    other = tmp_path / "a.jsonl"
    other.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert read_table(other).table["list"].map(json.loads).tolist() == [fits, fits]


def test_rows_across_blocks_stay_whole(tmp_path: Path) -> None:
    rows = [{"abstract": f"{i}\n" + "word " * 200, "labels": "cs.CV"} for i in range(12_000)]
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv(rows))
    assert path.stat().st_size > 10_000_000
    assert read_table(path).table.to_dict("records") == rows


CELLS = st.text(st.sampled_from('a,;"\n\r é'), min_size=1, max_size=8)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=9), st.integers(0, 99))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_stay_whole_wherever_a_block_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[tuple[str, ...]], more: int
) -> None:
    """A line end within a cell ends no row, also where the block ends in a later cell of it."""
    rows = rows * (900 // len(rows))
    text = io.StringIO(newline="")
    written = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    written.writerows([("p", "q", "r"), *rows])
    path = tmp_path / "a.csv"
    path.write_bytes(text.getvalue().encode())
    monkeypatch.setattr(csv_tables, "BLOCK_BYTES", 1000 + more)
    monkeypatch.setattr(opening, "_PIECE_BYTES", 997)
    assert list(read_table(path).table.itertuples(index=False, name=None)) == rows


@pytest.mark.parametrize("n_chars", [997, 998, 999])
def test_an_open_mark_in_a_line_as_long_as_a_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_chars: int
) -> None:
    monkeypatch.setattr(csv_tables, "BLOCK_BYTES", 1000)
    rows = "T,one,cs.LG\nU,two,cs.CV\n" * 100
    path = tmp_path / "a.csv"
    path.write_text(f'p,q,r\n"{"a" * n_chars}\n{rows}')
    with pytest.raises(DataError, match="row longer than"):
        read_table(path)


@pytest.mark.parametrize("n_rows", [333, 512, 700, 1000])
def test_parquet_lists_in_row_groups_of_any_size(tmp_path: Path, n_rows: int) -> None:
    """Batches are of 512 rows; Arrow cannot join lists of texts across two row groups."""
    labels = [["cs.LG", "cs.CV"][: number % 3] for number in range(2_000)]
    path = tmp_path / "a.parquet"
    table = pa.table({"labels": labels, "objects": [[{"a": str(n)}] for n in range(2_000)]})
    pq.write_table(table, path, row_group_size=n_rows)
    frame = read_table(path).table
    assert frame["labels"].map(json.loads).tolist() == labels
    assert frame["objects"][1_999] == '[{"a": "1999"}]'


def test_cells_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_MAX_CELL_CHARS", "100")
    rows = [{"abstract": "ö" * 100, "labels": "x"}, {"abstract": "a" * 101, "labels": "y"}]
    for name, make in (("a.csv", as_csv), ("a.jsonl", as_jsonl), ("a.parquet", as_parquet)):
        path = tmp_path / name
        path.write_bytes(make(rows))
        raw = read_table(path)
        assert raw.table["labels"].tolist() == ["x"]
        assert (raw.report.n_rows_read, raw.report.n_rows_skipped) == (2, 1)
        assert "more than 100 characters" in raw.report.notes[0]


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("ARXIVTAG_MAX_ROWS", "more than 2 rows"),
        ("ARXIVTAG_MAX_COLUMNS", "at most 2 are read|more than 2 columns"),
    ],
)
def test_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, message: str
) -> None:
    monkeypatch.setenv(variable, "2")
    for name, make in (("a.csv", as_csv), ("a.jsonl", as_jsonl), ("a.parquet", as_parquet)):
        path = tmp_path / name
        path.write_bytes(make(ROWS))
        with pytest.raises(DataError, match=message):
            read_table(path)


def test_size_on_disk_and_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv(ROWS * 20_000))
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    monkeypatch.setenv("ARXIVTAG_MAX_FILE_MB", "1")
    with pytest.raises(DataError, match="at most 1 MB are read"):
        read_table(path)
    monkeypatch.setenv("ARXIVTAG_MAX_DECOMPRESSED_MB", "1")
    with pytest.raises(DataError, match="unpacks to more than 1 MB"):
        read_table(packed)


def test_windows_1252_is_read_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("abstract,labels\nnaïve “café” – 5 €,cs.CV\n".encode("cp1252"))
    raw = read_table(path)
    assert raw.table["abstract"].tolist() == ["naïve “café” – 5 €"]
    assert "Windows-1252" in raw.report.notes[0]


def test_few_broken_characters_do_not_spoil_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("abstract,labels\nnaïve café,cs.CV\n".encode() + b"br\xffken,cs.LG\n")
    raw = read_table(path)
    assert raw.table["abstract"].tolist() == ["naïve café", "br\N{REPLACEMENT CHARACTER}ken"]
    assert "replaced" in raw.report.notes[0]


def test_names_are_made_unique(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,a, a ,,a_2\n1,2,3,4,5\n")
    raw = read_table(path)
    assert raw.table.columns.tolist() == ["a", "a_2", "a_3", "column_4", "a_2_2"]
    assert "numbered" in raw.report.notes[0]


NAMES = ("x.csv", "x.jsonl", "x.parquet", "x.csv.gz", "x.csv.xz", "x.csv.zst")
PIECES = st.sampled_from(
    [b"titles,summaries,terms\n", b'"', b",", b"\n", b"\r", b"a", b"cs.CV", b"['cs.LG']", b"\x00",
     b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"{", b"}", b'"abstract":',
     b'{"abstract":"a","labels":"b"}\n',
     b"PAR1", b"\x1f\x8b\x08", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", "ö".encode(), b"[", b"\\ud800"]
)  # fmt: skip
SEEDS = [
    as_csv(ROWS), as_jsonl(ROWS), as_parquet(ROWS), gzip.compress(as_csv(ROWS), mtime=0),
    lzma.compress(as_csv(ROWS)), zstd(as_csv(ROWS)),
]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A good file with some bytes changed, taken out or put in, under a fitting or false name."""
    which = draw(st.integers(0, len(SEEDS) - 1))
    data = bytearray(SEEDS[which])
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(data)))
        action = draw(st.sampled_from(["set", "cut", "insert"]))
        if action == "set" and at < len(data):
            data[at] = draw(st.integers(0, 255))
        elif action == "cut":
            del data[at : at + draw(st.integers(1, 30))]
        else:
            data[at:at] = draw(st.binary(max_size=8) | PIECES)
    fitting = ("x.csv", "x.jsonl", "x.parquet", "x.csv.gz", "x.csv.xz", "x.csv.zst")[which]
    return draw(st.sampled_from([fitting, fitting, fitting, *NAMES])), bytes(data)


def read_in_every_way(folder: Path, name: str, data: bytes) -> None:
    path = folder / name
    path.write_bytes(data)
    for read in (read_table, lambda path: load(str(path)), load_texts):
        with suppress(ArxivTagError):
            read(path)


@given(damaged())
@settings(max_examples=100, deadline=None)
def test_damaged_files_raise_our_errors_only(
    tmp_path_factory: pytest.TempPathFactory, file: tuple[str, bytes]
) -> None:
    read_in_every_way(tmp_path_factory.getbasetemp(), *file)


@given(st.sampled_from(NAMES), st.lists(PIECES | st.binary(max_size=5), max_size=30))
@settings(max_examples=100, deadline=None)
def test_any_bytes_raise_our_errors_only(
    tmp_path_factory: pytest.TempPathFactory, name: str, pieces: list[bytes]
) -> None:
    read_in_every_way(tmp_path_factory.getbasetemp(), name, b"".join(pieces))


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=30
)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    every: list[dict[str, str]] = []

    def is_read(name: str, data: bytes, rows: list[dict[str, str]]) -> None:
        path = tmp_path / name
        path.write_bytes(data)
        assert read_table(path).table.to_dict("records") == rows

    @given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=6))
    @settings(max_examples=100, deadline=None)
    def as_text(cells: list[tuple[str, str]]) -> None:
        rows = [{"title": title, "abstract": abstract} for title, abstract in cells]
        is_read("y.csv", as_csv(rows, quoting=csv.QUOTE_ALL), rows)
        is_read("y.jsonl", as_jsonl(rows), rows)
        every.extend(rows)

    as_text()
    # Each Parquet file takes a process: one holds all rows, another the first, a plain one.
    is_read("y.parquet", as_parquet(every), every)
    is_read("y.parquet", as_parquet(every[:1]), every[:1])
