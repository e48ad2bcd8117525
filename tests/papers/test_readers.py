"""Tables are read alike from every format, packing and encoding, and within the limits."""

from __future__ import annotations

import csv
import gzip
import io
import json
import lzma
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arxivtag.errors import ArxivTagError, DataError
from arxivtag.papers.readers import file_format, preview_table, read_table
from arxivtag.papers.sources import load, load_texts

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
    "name", ["a", "a.txt", "a.csv.bz2", "csv", "a.pkl", "a.gz", ".csv.exe", "a.xlsx"]
)
def test_unknown_endings(name: str) -> None:
    with pytest.raises(DataError, match="should end in"):
        file_format(Path(name))


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no file"):
        read_table(tmp_path / "missing.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DataError, match="is not a file"):
        read_table(tmp_path / "folder.csv")
    with pytest.raises(DataError, match="no file"):
        read_table(tmp_path / ("x" * 5000 + ".csv"))


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
    assert len(preview_table(path, 2).table) == 2


def test_rows_across_blocks_stay_whole(tmp_path: Path) -> None:
    rows = [{"abstract": f"{i}\n" + "word " * 200, "labels": "cs.CV"} for i in range(12_000)]
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv(rows))
    assert path.stat().st_size > 10_000_000
    assert read_table(path).table.to_dict("records") == rows


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
@settings(max_examples=150, deadline=None)
def test_damaged_files_raise_our_errors_only(
    tmp_path_factory: pytest.TempPathFactory, file: tuple[str, bytes]
) -> None:
    read_in_every_way(tmp_path_factory.getbasetemp(), *file)


@given(st.sampled_from(NAMES), st.lists(PIECES | st.binary(max_size=5), max_size=30))
@settings(max_examples=150, deadline=None)
def test_any_bytes_raise_our_errors_only(
    tmp_path_factory: pytest.TempPathFactory, name: str, pieces: list[bytes]
) -> None:
    read_in_every_way(tmp_path_factory.getbasetemp(), name, b"".join(pieces))


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=30
)


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=6))
@settings(max_examples=80, deadline=None)
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]]
) -> None:
    rows = [{"title": title, "abstract": abstract} for title, abstract in cells]
    folder = tmp_path_factory.getbasetemp()
    for name, data in (
        ("y.csv", as_csv(rows, quoting=csv.QUOTE_ALL)),
        ("y.jsonl", as_jsonl(rows)),
        ("y.parquet", as_parquet(rows)),
    ):
        path = folder / name
        path.write_bytes(data)
        assert read_table(path).table.to_dict("records") == rows
