"""Each rule removes what it says, counts it, and leaves its input alone."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from arxivtag.papers.cleaning import clean, label_names_of
from arxivtag.papers.sources import load
from arxivtag.settings import CleaningConfig
from tests.papers.conftest import make_papers

LONG = "word1 word2 word3 word4 word5 word6 word7 word8 word9 word10 word11 word12"


@pytest.fixture
def papers() -> pd.DataFrame:
    return make_papers(
        [
            ("A", LONG, ["cs.CV", "cs.LG"]),
            ("B", "other words", ["cs.CV", "cs.LG"]),
            ("A", "a later version", ["cs.CV", "cs.LG"]),  # title seen before
            ("C", LONG, ["cs.LG", "cs.CV"]),  # abstract seen before; order of labels differs
            ("D", LONG + " word13", ["cs.LG", "cs.CV"]),  # 10 of 11 shingles shared
            ("E", "   \n", ["cs.CV"]),
            ("F", "no labels", []),
            ("", "no title", ["I.2.6; I.4.9"]),
            ("", "no title either", ["I.2.6; I.4.9"]),
            ("G", "robots\u2028and control\x00", ["robots", "68T05"]),
        ]
    )


def removed(papers: pd.DataFrame, config: CleaningConfig | None = None) -> dict[str, int]:
    return {step.rule: step.n_removed for step in clean(papers, config).report.steps}


def test_the_examples_rules(papers: pd.DataFrame) -> None:
    before = papers.copy(deep=True)
    result = clean(papers)
    assert removed(papers) == {
        "empty_abstracts": 1,
        "no_labels": 1,
        "duplicate_titles": 1,
        "rare_combinations": 1,
    }
    assert result.papers["title"].tolist() == ["A", "B", "C", "D", "", ""]
    assert result.papers.index.tolist() == list(range(6))
    pd.testing.assert_frame_equal(papers, before)


def test_every_rule(papers: pd.DataFrame) -> None:
    config = CleaningConfig(
        drop_duplicate_abstracts=True, drop_near_duplicates=True, rare_combinations="keep"
    )
    assert removed(papers, config) == {
        "empty_abstracts": 1,
        "no_labels": 1,
        "duplicate_titles": 1,
        "duplicate_abstracts": 1,
        "near_duplicates": 1,
    }
    assert clean(papers, config).papers["title"].tolist() == ["A", "B", "", "", "G"]


def test_similarity_decides_near_duplicates(papers: pd.DataFrame) -> None:
    config = CleaningConfig(drop_near_duplicates=True, near_duplicate_similarity=0.92)
    assert removed(papers, config)["near_duplicates"] == 1  # C equals A; D shares 10 of 11


def test_report_adds_up(papers: pd.DataFrame) -> None:
    report = clean(papers, CleaningConfig(rare_combinations="keep")).report
    assert report.n_before == 10
    for earlier, later in zip(report.steps, report.steps[1:], strict=False):
        assert earlier.n_after == later.n_before
    assert all(step.n_before - step.n_removed == step.n_after for step in report.steps)
    assert all(step.reason.endswith(".") for step in report.steps)
    assert report.steps[-1].n_after == report.n_after == 7
    assert (report.n_label_combinations, report.n_rare_combinations) == (4, 1)
    assert (report.n_labels, report.n_acm_labels, report.n_msc_labels) == (5, 1, 1)
    assert (report.n_unknown_labels, report.unknown_labels) == (1, ("robots",))
    assert report.n_texts_changed == 1
    assert json.loads(json.dumps(report.to_dict()))["n_after"] == 7


def test_nothing_left_is_no_error() -> None:
    result = clean(make_papers([("A", "a", ["x"]), ("B", "b", ["y"])]))
    assert result.papers.empty
    assert result.papers.columns.tolist() == ["title", "abstract", "labels"]


def test_cleaning_twice_changes_nothing(papers: pd.DataFrame) -> None:
    once = clean(papers)
    twice = clean(once.papers)
    pd.testing.assert_frame_equal(once.papers, twice.papers)
    assert twice.report.n_texts_changed == 0


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ([("b", "a"), ("a",)], ("a", "b")),
        ([("b",), ("a",)], ("a", "b")),
        ([], ()),
    ],
)
def test_label_names_by_falling_frequency(
    labels: list[tuple[str, ...]], names: tuple[str, ...]
) -> None:
    assert label_names_of(labels) == names


def test_the_real_data(real_data: Path) -> None:
    report = clean(load(str(real_data)).papers).report
    steps = {step.rule: (step.n_removed, step.n_after) for step in report.steps}
    assert steps["duplicate_titles"] == (2657, 35552)
    assert steps["rare_combinations"] == (5127, 30425)
    assert (report.n_label_combinations, report.n_rare_combinations) == (7772, 5127)
