"""Every source loads to the same shape, or says in one sentence why not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest

from arxivtag.errors import ArxivTagError, DataError
from arxivtag.papers.sources import available_sources, load, load_texts

CSV = """titles,summaries,terms,year
A,One abstract,"['cs.CV', 'cs.LG']",2020
B,Two,cs.AI,2021
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "papers.csv"
    path.write_text(CSV)
    return path


def test_a_file(path: Path) -> None:
    corpus = load(str(path))
    assert corpus.papers.columns.tolist() == ["title", "abstract", "labels", "labels_as_written"]
    assert corpus.papers["labels"].tolist() == [("cs.CV", "cs.LG"), ("cs.AI",)]
    assert corpus.papers["labels_as_written"].tolist() == ["['cs.CV', 'cs.LG']", "cs.AI"]
    assert corpus.papers.index.tolist() == [0, 1]
    assert (corpus.source, corpus.name, corpus.synthetic) == (str(path), "papers.csv", False)
    assert (corpus.report.n_rows_read, corpus.report.n_rows_skipped) == (2, 0)


def test_progress_is_told(path: Path) -> None:
    told: list[tuple[str, float | None]] = []
    load(str(path), progress=lambda *what: told.append(what))
    assert [share for _, share in told] == [0.0, 0.8, 1.0]


def test_fingerprint_is_of_content_and_mapping(path: Path, tmp_path: Path) -> None:
    first = load(str(path)).fingerprint
    copy = tmp_path / "copy.csv"
    copy.write_text(CSV)
    assert load(str(copy)).fingerprint == first
    assert load(str(path), mapping={"title": "year"}).fingerprint != first
    copy.write_text(CSV + "C,Three,cs.AI,2022\n")
    assert load(str(copy)).fingerprint != first


def test_mapping(path: Path) -> None:
    corpus = load(str(path), mapping={"title": "year", "abstract": "titles"})
    assert corpus.papers["title"].tolist() == ["2020", "2021"]
    assert corpus.papers["abstract"].tolist() == ["A", "B"]
    with pytest.raises(DataError, match="no column 'nothing'"):
        load(str(path), mapping={"abstract": "nothing"})


def test_rows_with_bad_labels_are_left_out_and_told(path: Path) -> None:
    path.write_text(CSV + "C,Three,[[]],2022\n")
    corpus = load(str(path))
    assert len(corpus.papers) == 2
    assert (corpus.report.n_rows_read, corpus.report.n_rows_skipped) == (3, 1)
    assert "because of their labels: 1" in corpus.report.notes[-1]


@pytest.mark.parametrize(
    "source",
    ["", "nothing.csv", "\x00.csv", "x" * 5000, "~nobody-of-this-name/x.csv", "arxiv-abstracts",
     "arxiv-api", "arxiv-metadata", "arxiv-metadata?max_rows=10", "upload:../x", "/", "..",
     "nothing.csv?x=1", "?", "https://example.org/papers.csv"],
)  # fmt: skip
def test_no_such_source(source: str, home: Path) -> None:
    with pytest.raises(DataError) as caught:
        load(source, home=home)
    assert caught.value.hint


def test_available_sources(home: Path) -> None:
    sources = {source.id: source for source in available_sources(home)}
    assert list(sources) == ["sample", "arxiv-abstracts", "arxiv-api", "arxiv-metadata"]
    assert not sources["arxiv-abstracts"].ready
    assert "synthetic" in sources["sample"].name.lower()


def test_sample_says_that_it_is_synthetic(home: Path) -> None:
    if not available_sources(home)[0].ready:
        pytest.skip("the sample has not been built")
    corpus = load("sample", home=home)
    assert corpus.synthetic
    assert len(corpus.papers) > 1000


def test_texts_keep_the_inputs_columns(path: Path) -> None:
    frame = load_texts(path)
    assert frame.attrs["input_columns"] == ["titles", "summaries", "terms", "year"]
    assert frame["abstract"].tolist() == ["One abstract", "Two"]
    assert frame["title"].tolist() == ["A", "B"]
    assert frame["year"].tolist() == ["2020", "2021"]


def test_texts_need_no_labels_and_no_titles(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("abstract,note\nOne,x\n")
    frame = load_texts(path)
    assert frame.attrs["input_columns"] == ["abstract", "note"]
    assert frame["title"].tolist() == [""]
    with pytest.raises(DataError, match="No column for the abstract"):
        load_texts(path, mapping={"abstract": ""})


def test_texts_that_would_hide_a_column(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("abstract,full\nOne,x\n")
    with pytest.raises(DataError, match="was chosen for it"):
        load_texts(path, mapping={"abstract": "full"})


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


def test_metadata_is_not_held_to_the_size_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARXIVTAG_MAX_FILE_MB", "1")
    path = tmp_path / "arxiv-metadata-oai-snapshot.json"
    path.write_bytes(metadata_lines(6000))
    assert path.stat().st_size > 1_000_000
    assert len(load(str(path)).papers) == 2000


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
