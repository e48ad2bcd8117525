"""Papers written in the layouts that people have are read back as they were."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arxivtag.errors import DataError
from arxivtag.papers.reading.csv_dialect import choose_dialect
from arxivtag.papers.reading.readers import read_table

WORDS = st.text("abcdefghij éü.-", min_size=1, max_size=30).map(str.strip).filter(len)
PAPERS = st.lists(st.tuples(WORDS, WORDS), min_size=2, max_size=8)
NAMES = ("title", "abstract")
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type='
    '"application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
)
FEW = settings(max_examples=15, deadline=None)


def rows(papers: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [dict(zip(NAMES, paper, strict=True)) for paper in papers]


def read(path: Path) -> list[tuple[str, str]]:
    table = read_table(path).table
    return list(zip(*(table[name] for name in NAMES), strict=True))


def as_csv(papers: list[tuple[str, str]], **options: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, **options)
    writer.writerows([NAMES, *papers])
    return text.getvalue()


@FEW
@given(PAPERS, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8", "utf-16"]))
def test_delimiters_and_encodings(
    tmp_path_factory: pytest.TempPathFactory, papers: list[tuple[str, str]], mark: str, codec: str
) -> None:
    for name in ("papers.csv", "papers.txt", "papers.tab"):
        path = tmp_path_factory.mktemp("csv") / name
        path.write_bytes(as_csv(papers, delimiter=mark).encode(codec))
        assert read(path) == papers


@FEW
@given(PAPERS)
def test_json_arrays(
    tmp_path_factory: pytest.TempPathFactory, papers: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("json") / "papers.json"
    path.write_text(json.dumps(rows(papers), indent=4))
    assert read(path) == papers


def test_fields_of_inner_objects_are_columns(tmp_path: Path) -> None:
    record = {"metadata": {"title": "T", "categories": "cs.LG"}, "abstract": {"text": "A"}}
    for name, content in (("a.json", [record]), ("a.jsonl", record)):
        (tmp_path / name).write_text(json.dumps(content))
        table = read_table(tmp_path / name).table
        assert table["metadata.title"].tolist() == ["T"]
        assert table["abstract.text"].tolist() == ["A"]


def test_a_zip_with_one_table(tmp_path: Path) -> None:
    papers = [("T", "one"), ("U", "two")]
    path = tmp_path / "papers.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("folder/papers.csv", as_csv(papers))
        archive.writestr("README.md", "nothing")
        archive.writestr("__MACOSX/._papers.csv", "nothing")
    assert read(path) == papers
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more.csv", as_csv(papers))
    with pytest.raises(DataError, match=r"It holds 2: 'folder/papers.csv', 'more.csv'"):
        read(path)


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_damaged_zip_is_refused_in_a_sentence(packing: int, tmp_path: Path) -> None:
    content = as_csv([("T", f"abstract {number * 7919 % 9973}") for number in range(3_000)])
    path = tmp_path / "papers.zip"
    with zipfile.ZipFile(path, "w", packing) as archive:
        archive.writestr("papers.csv", content)
    sound = path.read_bytes()
    for at in range(200, len(sound) // 2, 997):
        path.write_bytes(
            sound[:at] + bytes(byte ^ 255 for byte in sound[at : at + 9]) + sound[at + 9 :]
        )
        with pytest.raises(DataError, match=r"papers\.zip cannot be unpacked: \S"):
            read(path)


def test_a_zip_whose_table_is_cut_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "papers.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("papers.csv", as_csv([("T", "one"), ("T", "two")]))
    content = bytearray(path.read_bytes())
    for header, at in ((b"PK\x03\x04", 18), (b"PK\x01\x02", 20)):  # it claims a thousand bytes more
        for place in (content.index(header) + at, content.index(header) + at + 4):
            content[place : place + 4] = (
                int.from_bytes(content[place : place + 4], "little") + 1000
            ).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"papers\.zip cannot be unpacked: it ends too early\."):
        read(path)


def test_of_several_files_those_that_are_not_utf_8_take_no_rows_from_the_others(
    tmp_path: Path,
) -> None:
    parts = [[("A", "one")], [("Été", "naïve à Nîmes")], [("C", "three")], [("Über", "größer")]]
    for number, part in enumerate(parts):
        (tmp_path / f"part-{number}.csv").write_bytes(as_csv(part).encode("cp1252"))
    rows_taken: list[tuple[str, str]] = []

    class Taken:
        def add(self, batch: pa.RecordBatch) -> None:
            columns = (batch.column(name).to_pylist() for name in NAMES)
            rows_taken.extend(zip(*columns, strict=True))

        def start_over(self) -> None:
            rows_taken.clear()

    report = read_table(tmp_path, sink=Taken()).report
    everything = [paper for part in parts for paper in part]
    assert rows_taken == everything
    assert (report.n_rows_read, report.n_rows_skipped) == (4, 0)
    assert report.notes == ("The file is not UTF-8; it was read as Windows-1252.",)
    assert read(tmp_path) == everything


def test_a_folder_and_a_pattern_of_shards(tmp_path: Path) -> None:
    parts = [[("A", "one")], [("B", "two"), ("C", "three")], [("D", "four")]]
    for number, part in enumerate(parts):
        table = pa.Table.from_pylist(rows(part))
        pq.write_table(table, tmp_path / f"train-{number:05}-of-00003.parquet")
    everything = [paper for part in parts for paper in part]
    assert read(tmp_path) == everything
    assert read(tmp_path / "train-*.parquet") == everything
    assert len(read_table(tmp_path, max_rows=2).table) == 2
    (tmp_path / "more.csv").write_text(as_csv(everything))
    with pytest.raises(DataError, match="several formats"):
        read(tmp_path)


def test_a_file_whose_own_name_holds_stars(tmp_path: Path) -> None:
    papers = [("T", "one")]
    (tmp_path / "**b** <x>.csv").write_text(as_csv(papers))
    assert read(tmp_path / "**b** <x>.csv") == papers
    for nothing in (tmp_path / "**c**.csv", tmp_path / "none" / "*.csv"):
        with pytest.raises(DataError, match="no file of papers"):
            read(nothing)


def test_a_workbook_whatever_its_name(tmp_path: Path) -> None:
    papers = pd.DataFrame(rows([("T", "one"), ("U", "two")])).assign(n=[1, 2])
    path = tmp_path / "papers.ods"
    _write_ods(path, [[*papers.columns], *papers.astype(str).values.tolist()])
    assert read(path) == [("T", "one"), ("U", "two")]
    renamed = tmp_path / "papers.csv"
    renamed.write_bytes(path.read_bytes())
    assert read(renamed) == [("T", "one"), ("U", "two")]


def _write_ods(path: Path, cells: list[list[str]]) -> None:
    """The least that is an OpenDocument sheet, written by hand: no library here writes one."""
    table = "".join(
        "<table:table-row>"
        + "".join(
            '<table:table-cell office:value-type="string">'
            f"<text:p>{cell}</text:p></table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in cells
    )
    names = " ".join(
        f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"'
        for one in ("office", "table", "text")
    )
    content = (
        f"<office:document-content {names}><office:body><office:spreadsheet>"
        f'<table:table table:name="Papers">{table}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", MANIFEST)


def test_bibtex_and_ris(tmp_path: Path) -> None:
    bib = tmp_path / "refs.bib"
    bib.write_text(
        "@article{a, title={On {DNA}}, abstract={one}, keywords={x, y}}\n@broken{b, title=\n"
        "@article{c, title={Two}, abstract={two}}\n"
    )
    assert read(bib)[0] == ("On DNA", "one")
    ris = tmp_path / "refs.ris"
    ris.write_text(
        "TY  - JOUR\nT1  - One\nAB  - one\nKW  - x\nKW  - y\nER  - \n\n"
        "TY  - JOUR\nTI  - Two\nN2  - two\nER  - \n"
    )
    assert read(ris) == [("One", "one"), ("Two", "two")]
    assert json.loads(read_table(ris).table["keywords"][0]) == ["x", "y"]


def test_one_abstract_per_line(tmp_path: Path) -> None:
    path = tmp_path / "abstracts.txt"
    lines = ["We study " + "graphs, " * 20, "We study trees, too."]
    path.write_text("\n".join(lines))
    raw = read_table(path)
    assert raw.table["abstract"].tolist() == [line.strip() for line in lines]
    assert raw.report.notes == ("Each line was read as one abstract.",)


def test_the_separator_that_a_first_line_names(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sep=;\n" + as_csv([("a, b", "c, d")], delimiter=";"))
    assert read(path) == [("a, b", "c, d")]


@pytest.mark.parametrize(
    "text",
    [
        "title\tabstract\nT\tone\t\nU\ttwo\t\n",  # a tab too many on each row
        "title;abstract;;\nT;one;;\nU;two;;\n",
        '"title","abstract",\n"T","one",\n"U","two",\n',
        "title;abstract;;\nT;one\nU;two\n",  # only the header
    ],
)
def test_empty_cells_at_the_ends(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    assert read(path) == [("T", "one"), ("U", "two")]


@FEW
@given(PAPERS)
def test_backslash_quoting(
    tmp_path_factory: pytest.TempPathFactory, papers: list[tuple[str, str]]
) -> None:
    quoted = [(title, f'the "short" {abstract}, or') for title, abstract in papers]
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    text = as_csv(quoted, quoting=csv.QUOTE_ALL, doublequote=False, escapechar="\\")  # type: ignore[arg-type]
    path.write_text(text)
    assert choose_dialect(text).has_escapes
    assert read(path) == quoted


@pytest.mark.parametrize(
    ("bad", "n_kept"),
    [
        ('B,"two\n', 4),  # not closed
        ('"B,two\n', 4),
        ('B,"the "so-called" two"\n', 4),  # within a cell
        ('B,"two\nlines"\n', 5),  # what is right stays
        ('B,an inch is 1" or so\n', 5),
    ],
)
@pytest.mark.parametrize("n_rows", [3, 100_000])
def test_a_stray_quotation_mark_costs_one_row(
    tmp_path: Path, bad: str, n_kept: int, n_rows: int
) -> None:
    path = tmp_path / "a.csv"
    after = 'C,"three"\n' + "D,four\n" * n_rows + 'E,"five"\n'
    path.write_text("title,abstract\nA,one\n" + bad + after)
    raw = read_table(path)
    assert len(raw.table) == n_kept - 5 + 4 + n_rows
    assert raw.table["title"].tolist()[-1] == "E"
    if n_kept == 4:
        assert "A quotation mark is out of place in line 3." in raw.report.notes


@pytest.mark.parametrize(
    ("codec", "name"), [("cp1252", "Windows-1252"), ("mac-roman", "Mac Roman")]
)
def test_older_encodings_are_told(tmp_path: Path, codec: str, name: str) -> None:
    papers = [("Über Bäume", "Größe und Maß, étude naïve"), ("T", "çà et là")]
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv(papers).encode(codec))
    assert read(path) == papers
    assert f"The file is not UTF-8; it was read as {name}." in read_table(path).report.notes


AUGMENTED = "Größe und Maß, étude naïve"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", f"{AUGMENTED}, {'a long line ' * 10}\n"),
        ("a.jsonl", f'{{"abstract": "{AUGMENTED}"}}\n'),
        ("a.json", f'[{{"abstract": "{AUGMENTED}"}}]'),
        ("a.bib", f"@article{{a, title={{T}}, abstract={{{AUGMENTED}}}}}\n"),
        ("a.ris", f"TY  - JOUR\nTI  - T\nAB  - {AUGMENTED}\nER  - \n"),
    ],
)
def test_older_encodings_are_told_in_every_format_of_text(
    tmp_path: Path, name: str, content: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode("cp1252"))
    read = read_table(path)
    assert read.table["abstract"].tolist()[0].startswith(AUGMENTED)
    assert "The file is not UTF-8; it was read as Windows-1252." in read.report.notes


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "abstract,labels\no\0ne,cs.LG\n"),
        ("a.txt", f"o\0ne{' long line' * 12}\n"),
        ("a.jsonl", '{"abstract": "o\0ne"}\n'),
        ("a.json", '[{"abstract": "o\0ne"}]'),
        ("a.bib", "@article{a, title={T}, abstract={o\0ne}}\n"),
    ],
)
def test_nul_characters_are_left_out_and_counted(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    read = read_table(path)
    assert read.table["abstract"].tolist()[0].startswith("one")
    assert "NUL characters left out: 1." in read.report.notes


def test_delimiters_within_quotation_marks_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('"title, subtitle, more";abstract;labels\nT;one, two;cs.LG\n')
    assert list(read_table(path).table) == ["title, subtitle, more", "abstract", "labels"]
