"""The example's own figures, counted by hand."""

from __future__ import annotations

from pathlib import Path

from arxivtag.corpus.cleaning import clean_rows
from arxivtag.corpus.store import Corpus, open_corpus
from arxivtag.exploring.preparation import describe
from arxivtag.ui.explore.overview_tab import overview_lines
from tests.exploring.papers import corpus_of

PAPERS = (
    ("A", "one two", ("x", "y")),
    ("A", "again", ("x",)),
    ("B", "one two three four", ("x", "y")),
    ("C", "alone", ("y", "x")),
    ("D", "", ("x",)),
)


def measured(corpus: Corpus) -> dict[str, str]:
    lines = overview_lines(corpus, clean_rows(corpus))
    assert "half of the papers kept have" in lines[-1][2]
    return {label: value for label, value, _ in lines}


def test_overview_by_hand() -> None:
    # D has no abstract and goes first, the second A repeats a title, C's list is written in
    # another order.
    assert measured(corpus_of(*PAPERS)) == {
        "Rows": "5",
        "Duplicate titles": "1",
        "After deduplication": "3",
        "Labels": "2",
        "Label combinations": "2",
        "Combinations seen once": "1",
        "Papers kept": "2",
        "Labels per paper": "2.00",
        "Words per abstract": "3",
    }
    meaning = overview_lines(corpus_of(*PAPERS), clean_rows(corpus_of(*PAPERS)))[-1][2]
    assert "have 3 or fewer" in meaning


def test_papers_without_titles_are_no_duplicates(tmp_path: Path) -> None:
    path = tmp_path / "papers.csv"
    path.write_text("abstract,labels\n" + "".join(f"Abstract {n},cs.LG\n" for n in range(100)))
    corpus = open_corpus(str(path), tmp_path)
    shown, described = measured(corpus), describe(corpus)
    names = {
        "Duplicate titles": "n_duplicate_titles",
        "After deduplication": "n_after_dedup",
        "Papers kept": "n_kept",
        "Labels": "n_labels",
    }
    assert {label: shown[label] for label in names} == {
        "Duplicate titles": "0",
        "After deduplication": "100",
        "Papers kept": "100",
        "Labels": "1",
    }
    for label, name in names.items():
        assert str(described[name]) == shown[label]


def test_no_paper_kept() -> None:
    shown = measured(corpus_of(("A", "only", ("x",))))
    assert (shown["Papers kept"], shown["Words per abstract"]) == ("0", "nan")


def test_rows_point_at_the_papers_kept() -> None:
    assert clean_rows(corpus_of(*PAPERS)).rows.tolist() == [0, 2]
