"""Words for nothing are nothing."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from arxivtag.papers.sources import load_texts
from arxivtag.papers.texts import MISSING_WORDS, without_missing
from tests.loading import clean, load


@pytest.mark.parametrize("word", [*sorted(MISSING_WORDS), "NaN", " N/A ", "<NA>", "No Abstract."])
def test_each_word_counts_as_empty(word: str) -> None:
    texts, n_missing = without_missing(pd.Series(["graphs", word, ""], dtype="str"))
    assert texts.tolist() == ["graphs", "", ""]
    assert n_missing == 1


def test_words_within_a_text_stay() -> None:
    texts = pd.Series(["None of these is null", "NA62 experiment"], dtype="str")
    assert without_missing(texts)[0] is texts


def test_papers_without_title_are_no_duplicates_and_the_report_counts(tmp_path: Path) -> None:
    path = tmp_path / "papers.csv"
    path.write_text(
        "title,abstract,labels\nNA,one graph,cs.LG\nNA,two trees,cs.LG\nn/a,NaN,cs.LG\nD,four,nan\n"
    )
    corpus = load(str(path))
    assert "Empty by a word such as NA: titles 3, abstracts 1, labels 1." in corpus.report.notes
    assert corpus.papers["labels"].tolist()[3] == ()
    report = clean(corpus.papers).report
    assert report.n_duplicate_titles == 0
    assert report.n_after == 2


def test_texts_to_tag_are_empty_too(tmp_path: Path) -> None:
    path = tmp_path / "papers.csv"
    path.write_text("title,abstract\nA,nan\n")
    table = load_texts(path)
    assert table.frame["abstract"].tolist() == [""]
