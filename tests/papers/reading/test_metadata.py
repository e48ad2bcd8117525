"""Kaggle's snapshot is streamed through a filter, whatever its size and however broken."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from arxivtag.errors import ArxivTagError, DataError
from arxivtag.papers.reading.metadata import is_metadata
from arxivtag.papers.schema import NOTHING_SAID, Layout
from arxivtag.papers.sources import OpenedSource
from arxivtag.papers.uploads import save_upload
from tests.loading import load


def metadata_lines(n: int = 30) -> bytes:
    """Return lines as in Kaggle's file: every third paper is in cs.LG, every fifth in hep-th."""
    lines = []
    for i in range(n):
        categories = ["math.CO"] + ["cs.LG"] * (i % 3 == 0) + ["hep-th"] * (i % 5 == 0)
        record = {
            "id": f"0704.{i:04d}",
            "authors_parsed": [["A", "B", ""]],
            "title": f"Title {i}\n  goes on",
            "abstract": f"  Abstract {i} about cs.LG\nand more.\n",
            "categories": " ".join(categories),
        }
        lines.append(json.dumps(record).encode())
    return b"\n".join(lines) + b"\n"


def test_metadata_by_name_and_by_path(home: Path, tmp_path: Path) -> None:
    downloads = home / "downloads"
    downloads.mkdir(parents=True)
    snapshot = downloads / "arxiv-metadata-oai-snapshot.json"
    snapshot.write_bytes(metadata_lines())
    corpus = load("arxiv-metadata", home=home)
    assert corpus.papers["title"].tolist() == [f"Title {i} goes on" for i in range(0, 30, 3)]
    assert corpus.papers["abstract"][1] == "Abstract 3 about cs.LG and more."
    assert corpus.papers["labels"][0] == ("math.CO", "cs.LG", "hep-th")
    other = load("arxiv-metadata?categories=hep-th,cs.LG&max_rows=5", home=home)
    assert other.papers["title"].tolist() == [f"Title {i} goes on" for i in (0, 3, 5, 6, 9)]
    assert other.fingerprint != corpus.fingerprint
    assert "Stopped at 5 papers" in " ".join(other.report.notes)
    packed = tmp_path / "some-name.jsonl.gz"
    packed.write_bytes(gzip.compress(metadata_lines()))
    found = load(f"{packed}?categories=all")
    assert len(found.papers) == 30
    pd.testing.assert_frame_equal(load(str(packed)).papers, corpus.papers)


def test_metadata_of_some_years(tmp_path: Path) -> None:
    """The id tells the year, else the date; a paper with neither is of none."""
    path = tmp_path / "some-name.jsonl"
    dated = [("0704.0001", "2019-05-01"), ("x1", "2008-01-02"), ("x2", ""), ("0812.0001", None)]
    common = {"title": "T", "categories": "cs.LG", "authors_parsed": []}
    lines = [
        {**common, "id": paper, "update_date": date, "abstract": f"Abstract of {paper}"}
        for paper, date in dated
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    loaded = load(f"{path}?categories=all&years=2008-2019")
    assert loaded.papers["abstract"].tolist() == ["Abstract of x1", "Abstract of 0812.0001"]
    assert "Kept papers in all categories of 2008 to 2019." in loaded.report.notes
    assert len(load(f"{path}?categories=all&years=2007").papers) == 1
    with pytest.raises(DataError, match="years=2015-2019"):
        load(f"{path}?years=lately")
    with pytest.raises(DataError, match="no paper in all categories of 1999 to 1999"):
        load(f"{path}?categories=all&years=1999")


def test_metadata_is_not_held_to_the_size_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARXIVTAG_MAX_FILE_MB", "1")
    path = tmp_path / "arxiv-metadata-oai-snapshot.json"
    path.write_bytes(metadata_lines(6000))
    assert path.stat().st_size > 1_000_000
    assert len(load(str(path)).papers) == 2000


def test_an_upload_in_its_shape_is_read_as_any_other(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No paper is left out unasked, and the limits on size hold."""
    for name in ("arxiv-metadata-oai-snapshot.json", "some-name.jsonl"):
        source = save_upload(name, metadata_lines(), home)
        papers = load(source, home=home).papers
        assert len(papers) == 30
        assert papers["labels"][0] == ("math.CO", "cs.LG", "hep-th")
        with pytest.raises(DataError, match="takes no options"):
            load(f"{source}?categories=hep-th", home=home)
    monkeypatch.setenv("ARXIVTAG_MAX_DECOMPRESSED_MB", "1")
    packed = save_upload("a.jsonl.gz", gzip.compress(metadata_lines(6000)), home)
    with pytest.raises(DataError, match="unpacks to more than 1 MB"):
        load(packed, home=home)


def test_a_mapping_reads_every_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(metadata_lines())
    assert len(load(str(path)).papers) == 10
    papers = load(str(path), layout=Layout({"abstract": "title", "title": ""})).papers
    assert papers["abstract"].tolist() == [f"Title {i}\n  goes on" for i in range(30)]


def test_only_the_first_megabyte_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    for filling, expected in ((b"", True), (b" " * 900_000, True), (b" " * 1_100_000, False)):
        path.write_bytes(filling + metadata_lines(1))
        assert is_metadata(path) is expected
    for other in (b"", b"\n", b"[]\n", b'{"id": 1}\n', b"[" * 200_000, b"\xff\n"):
        path.write_bytes(other)
        assert not is_metadata(path)


class Batches:
    """A sink that counts the rows of each batch."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.names: list[str] = []

    def add(self, batch: pa.RecordBatch) -> None:
        self.sizes.append(batch.num_rows)
        self.names = batch.schema.names

    def start_over(self) -> None:
        raise AssertionError("the snapshot is read once")


def test_rows_are_handed_over_in_batches_with_their_ids(tmp_path: Path) -> None:
    path = tmp_path / "arxiv-metadata-oai-snapshot.json"
    path.write_bytes(metadata_lines(10_000))
    sink = Batches()
    report = OpenedSource(f"{path}?categories=all&max_rows=9000", NOTHING_SAID, tmp_path).read(sink)
    assert report.n_rows_read == sum(sink.sizes) == 9000
    assert max(sink.sizes) < 5000
    assert sink.names == ["title", "abstract", "labels", "id", "update_date"]


@pytest.mark.parametrize(("n", "notes"), [(9, 2), (10, 2), (11, 1)])
def test_it_is_not_said_that_there_is_more(tmp_path: Path, n: int, notes: int) -> None:
    path = tmp_path / "arxiv-metadata-oai-snapshot.json"
    path.write_bytes(metadata_lines())
    report = load(f"{path}?max_rows={n}").report  # ten papers pass
    assert len(report.notes) == notes
    assert "holds more" not in " ".join(report.notes)


def test_metadata_with_broken_lines(tmp_path: Path) -> None:
    path = tmp_path / "arxiv-metadata-oai-snapshot.json"
    bad = b'{"categories": "cs.LG"}\n{"cs.LG\n[1, "cs.LG"]\n\xff\xfe cs.LG\n'
    path.write_bytes(metadata_lines(3) + bad + metadata_lines(3)[:-20])
    corpus = load(str(path))
    assert len(corpus.papers) == 2
    assert corpus.report.n_rows_skipped == 5


@pytest.mark.parametrize(
    "options", ["max_rows=0", "max_rows=x", "max_rows=99999999999", "colour=1", "categories=xx.YY"]
)
def test_metadata_options_are_checked(tmp_path: Path, options: str) -> None:
    path = tmp_path / "arxiv-metadata-oai-snapshot.json"
    path.write_bytes(metadata_lines(3))
    with pytest.raises(ArxivTagError):
        load(f"{path}?{options}")
