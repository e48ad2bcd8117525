"""The example's own figures, counted by hand."""

from __future__ import annotations

import math
from pathlib import Path

from arxivtag.corpus.cleaning import clean_rows
from arxivtag.corpus.store import Corpus, open_corpus
from arxivtag.exploring.describe import describe
from arxivtag.exploring.overview import Overview, overview
from tests.exploring.papers import corpus_of

PAPERS = (
    ("A", "one two", ("x", "y")),
    ("A", "again", ("x",)),
    ("B", "one two three four", ("x", "y")),
    ("C", "alone", ("y", "x")),
    ("D", "", ("x",)),
)


def measured(corpus: Corpus) -> Overview:
    return overview(corpus, clean_rows(corpus))


def test_overview_by_hand() -> None:
    # D has no abstract and goes first, the second A repeats a title, C's list is written in
    # another order.
    assert measured(corpus_of(*PAPERS)) == Overview(
        n_rows=5,
        n_duplicate_titles=1,
        n_after_dedup=3,
        n_labels=2,
        n_label_combinations=2,
        n_rare_combinations=1,
        n_kept=2,
        mean_labels=2.0,
        mean_words=3.0,
        median_words=3.0,
    )


def test_papers_without_titles_are_no_duplicates(tmp_path: Path) -> None:
    path = tmp_path / "papers.csv"
    path.write_text("abstract,labels\n" + "".join(f"Abstract {n},cs.LG\n" for n in range(100)))
    corpus = open_corpus(str(path), tmp_path)
    summary, described = measured(corpus), describe(corpus)
    assert (summary.n_duplicate_titles, summary.n_after_dedup, summary.n_kept) == (0, 100, 100)
    for name in ("n_duplicate_titles", "n_after_dedup", "n_kept", "n_labels"):
        assert described[name] == getattr(summary, name)


def test_no_paper_kept() -> None:
    summary = measured(corpus_of(("A", "only", ("x",))))
    assert summary.n_kept == 0
    assert math.isnan(summary.mean_words)


def test_rows_point_at_the_papers_kept() -> None:
    assert clean_rows(corpus_of(*PAPERS)).rows.tolist() == [0, 2]
