"""Every source loads to the same shape, or says in one sentence why not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from arxivtag.corpus.store import open_corpus
from arxivtag.errors import DataError
from arxivtag.papers.schema import Layout
from arxivtag.papers.sources import available_sources, load_texts
from tests.loading import load

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
    assert corpus.papers.columns.tolist() == ["title", "abstract", "labels"]
    assert corpus.papers["labels"].tolist() == [("cs.CV", "cs.LG"), ("cs.AI",)]
    assert corpus.papers.index.tolist() == [0, 1]
    assert (corpus.source, corpus.name, corpus.synthetic) == (str(path), "papers.csv", False)
    assert (corpus.report.n_rows_read, corpus.report.n_rows_skipped) == (2, 0)


def test_fingerprint_is_of_content_and_mapping(path: Path, tmp_path: Path) -> None:
    first = load(str(path)).fingerprint
    copy = tmp_path / "copy.csv"
    copy.write_text(CSV)
    assert load(str(copy)).fingerprint == first
    assert load(str(path), layout=Layout({"title": "year"})).fingerprint != first
    copy.write_text(CSV + "C,Three,cs.AI,2022\n")
    assert load(str(copy)).fingerprint != first


def test_mapping(path: Path) -> None:
    corpus = load(str(path), layout=Layout({"title": "year", "abstract": "titles"}))
    assert corpus.papers["title"].tolist() == ["2020", "2021"]
    assert corpus.papers["abstract"].tolist() == ["A", "B"]
    with pytest.raises(DataError, match="no column 'nothing'"):
        load(str(path), layout=Layout({"abstract": "nothing"}))


def test_rows_with_bad_labels_are_left_out_and_told(path: Path) -> None:
    path.write_text(CSV + "C,Three,[[]],2022\n")
    corpus = load(str(path))
    assert len(corpus.papers) == 2
    assert (corpus.report.n_rows_read, corpus.report.n_rows_skipped) == (3, 1)
    assert "because of their labels: 1, the first of them row 3" in corpus.report.notes[-1]


def test_how_labels_were_read_is_kept_and_can_be_overruled(tmp_path: Path) -> None:
    path = tmp_path / "papers.csv"
    path.write_text('abstract,tags\nOne,"Machine Learning; Robots, small"\nTwo,Robots\n')
    corpus = load(str(path))
    assert corpus.papers["labels"][0] == ("Machine Learning", "Robots, small")
    read = corpus.labels_read
    assert (read.words, read.separator, read.n_labels) == (
        "Labels are separated by ';'.", "semicolon", 3,
    )  # fmt: skip
    assert read.examples[0].labels == ("Machine Learning", "Robots, small")
    said = load(str(path), layout=Layout(label_separator="comma"))
    assert said.fingerprint != corpus.fingerprint
    assert said.report.n_rows_skipped == 1  # a label that holds a semicolon is refused
    assert load(str(path), layout=Layout(label_separator="auto")).fingerprint == corpus.fingerprint


def test_a_guess_is_told_with_the_flag_that_overrules_it(tmp_path: Path) -> None:
    path = tmp_path / "papers.csv"
    path.write_text('abstract,tags\nOne,"Engineering, Civil"\nTwo,"Engineering, Electrical"\n')
    assert "say what separates labels with --label-separator" in load(str(path)).report.notes[-1]
    assert load(str(path), layout=Layout(label_separator="none")).report.notes == (
        "There is no column of titles; titles are empty.",
    )


@pytest.mark.parametrize(
    "source",
    ["", "nothing.csv", "\x00.csv", "x" * 5000, "~nobody-of-this-name/x.csv", "arxiv-abstracts",
     "arxiv-api", "arxiv-metadata", "arxiv-metadata?max_rows=10", "upload:../x", "/", "..",
     "nothing.csv?x=1", "?", "https://example.org/papers.csv"],
)  # fmt: skip
def test_no_such_source(source: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir()
    monkeypatch.chdir(home)  # what lies above the project is somebody else's
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
    texts = load_texts(path)
    assert texts.input_columns == ("titles", "summaries", "terms", "year")
    assert texts.frame["abstract"].tolist() == ["One abstract", "Two"]
    assert texts.frame["title"].tolist() == ["A", "B"]
    assert texts.as_given().iloc[0].tolist() == ["A", "One abstract", "['cs.CV', 'cs.LG']", "2020"]
    assert texts.as_given().columns.tolist() == ["titles", "summaries", "terms", "year"]
    assert (texts.notes, texts.n_skipped) == ((), 0)
    path.write_text(CSV + "C,Three\n")
    texts = load_texts(path)
    assert (len(texts.frame), texts.n_skipped, len(texts.notes)) == (2, 1, 1)


def test_texts_need_no_labels_and_no_titles(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("abstract,note\nOne,x\n")
    texts = load_texts(path)
    assert texts.input_columns == ("abstract", "note")
    assert texts.frame["title"].tolist() == [""]
    with pytest.raises(DataError, match="No column for the abstract"):
        load_texts(path, layout=Layout({"abstract": ""}))


def test_texts_beside_a_column_of_the_same_name(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("abstract,full,title\nOne,x,T\n")
    texts = load_texts(path, layout=Layout({"abstract": "full", "title": ""}))
    assert (texts.frame["title"][0], texts.frame["abstract"][0]) == ("", "x")
    assert texts.as_given().to_dict("records") == [{"abstract": "One", "full": "x", "title": "T"}]
    swapped = load_texts(path, layout=Layout({"abstract": "title", "title": "abstract"})).frame
    assert (swapped["title"][0], swapped["abstract"][0]) == ("One", "T")


@pytest.mark.parametrize(
    "source",
    ["Is this true? " * 40, "x" * 300 + "?categories=cs.CL", "a/" * 100 + "?x", "\x00?max_rows=1"],
)
def test_a_long_text_with_a_question_mark_is_no_file(source: str, home: Path) -> None:
    with pytest.raises(DataError, match=r"no file|No data set"):
        load(source, home=home)


def test_a_long_filter(home: Path) -> None:
    categories = ",".join(f"math.A{number}" for number in range(60))
    with pytest.raises(DataError, match="not on this machine"):
        load(f"arxiv-metadata?categories={categories}", home=home)


def test_a_file_whose_name_holds_a_question_mark(tmp_path: Path) -> None:
    path = tmp_path / "why?.csv"
    path.write_text(CSV)
    assert len(load(str(path)).papers) == 2


def test_a_folder_of_shards_is_one_data_set(tmp_path: Path) -> None:
    rows = "title,abstract,labels\nA,one graph,cs.LG\nB,two trees,cs.CV\n"
    (tmp_path / "part-1.csv").write_text(rows)
    (tmp_path / "part-2.csv").write_text(rows.replace("one", "three"))
    corpus = load(str(tmp_path))
    assert len(corpus.papers) == 4
    assert load(str(tmp_path / "part-*.csv")).fingerprint == corpus.fingerprint
    (tmp_path / "part-2.csv").write_text(rows)
    assert load(str(tmp_path)).fingerprint != corpus.fingerprint


@pytest.mark.parametrize(
    ("name", "text", "dates"),
    [
        ("a.csv", "Title,Abstract,Tags,Year\nT,Some words,x;y,2019\nU,More words,y,\n",
         [20190000, -1]),
        ("a.csv", "title;abstract;labels;Publication Date\nT;Some words;x;2 May 2019\n",
         [20190502]),
        ("a.csv", "title,abstract,labels,arxiv_id,update_date\nT,Words,x,1905.00001,2021-01-01\n",
         [20190500]),
        ("a.jsonl", '{"title": "T", "abstract": "Some words", "labels": ["x"], "year": 2019}\n',
         [20190000]),
        ("a.jsonl", '{"title": "T", "abstract": "Words", "labels": ["x"], '
         '"metadata": {"published": "2019-05-02T01:02:03Z"}}\n', [20190502]),
        ("a.json", '[{"title": "T", "abstract": "Some words", "labels": "x", "Date": "2019-05"}]',
         [20190500]),
        ("a.bib", "@article{k, title={T}, abstract={Some words}, keywords={x}, year={2019}}",
         [20190000]),
        ("a.ris", "TY  - JOUR\nTI  - T\nAB  - Some words\nKW  - x\nDA  - 2019/05/02/\nER  - \n",
         [20190502]),
        ("a.tsv", "TI\tAB\tWC\tPY\nT\tSome words\tx\t2019\n", [20190000]),
    ],
)  # fmt: skip
def test_dates_are_kept_from_every_layout(
    tmp_path: Path, name: str, text: str, dates: list[int]
) -> None:
    path = tmp_path / name
    path.write_text(text)
    corpus = open_corpus(str(path), tmp_path / "home")
    assert corpus.dates.tolist() == dates


def test_dates_are_kept_from_typed_columns(tmp_path: Path) -> None:
    days = pd.to_datetime(pd.Series(["2019-05-02", None]))
    frame = pd.DataFrame({"title": ["T", "U"], "abstract": ["Some words", "More"],
                          "labels": ["x", "y"], "submitted": days})  # fmt: skip
    path = tmp_path / "a.parquet"
    frame.to_parquet(path)
    assert open_corpus(str(path), tmp_path / "home").dates.tolist() == [20190502, -1]
