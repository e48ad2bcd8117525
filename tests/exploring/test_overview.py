"""The example's own figures, counted by hand."""

from __future__ import annotations

import math

from arxivtag.config import CleaningConfig
from arxivtag.exploring.labels import index_labels
from arxivtag.exploring.lengths import length_words
from arxivtag.exploring.overview import Overview, overview
from arxivtag.papers.cleaning import clean
from tests.exploring.papers import papers_of

PAPERS = papers_of(
    ("A", "one two", ("x", "y")),
    ("A", "again", ("x",)),
    ("B", "one two three four", ("x", "y")),
    ("C", "alone", ("y", "x")),
    ("D", "", ("x",)),
)


def measured(papers=PAPERS) -> Overview:  # type: ignore[no-untyped-def]
    index = index_labels(papers["labels"].tolist())
    return overview(papers, index, length_words(papers["abstract"]), clean(papers))


def test_overview_by_hand() -> None:
    # D has no abstract, the second A repeats a title, C's list is written in another order.
    assert measured() == Overview(
        n_rows=5,
        n_duplicate_titles=1,
        n_after_dedup=4,
        n_labels=2,
        n_label_combinations=2,
        n_rare_combinations=1,
        n_kept=2,
        mean_labels=2.0,
        mean_words=3.0,
        median_words=3.0,
    )


def test_no_paper_kept() -> None:
    summary = measured(papers_of(("A", "only", ("x",))))
    assert summary.n_kept == 0
    assert math.isnan(summary.mean_words)


def test_rows_point_at_the_papers_kept() -> None:
    result = clean(PAPERS, CleaningConfig())
    assert result.rows.tolist() == [0, 2]
    assert PAPERS["title"].iloc[result.rows].tolist() == result.papers["title"].tolist()
