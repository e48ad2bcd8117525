"""Each rule removes what it says, counts it, and leaves its input alone."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.settings import PRESETS, CleaningConfig
from tests.loading import clean, load
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
    assert json.loads(json.dumps(dataclasses.asdict(report)))["n_after"] == 7


EDITORIALS = [
    ("Editorial", LONG, ["x"]),
    ("Editorial", "Welcome to the second issue of our journal on whales.", ["x"]),
    ("Editorial", LONG, ["x"]),
    ("Editorial", f"{LONG} word13", ["x"]),  # nearly the first
    ("Editorial", "...", ["x"]),
    ("Editorial", "...", ["x"]),
    ("Whales", LONG, ["x"]),
    ("", "no title", ["x"]),
    ("", "no title either", ["x"]),
]


def test_equal_titles_over_unlike_abstracts_are_counted_apart_and_may_stay() -> None:
    papers = make_papers(EDITORIALS)
    example = clean(papers)
    assert (example.report.n_unlike_titles, example.report.n_duplicate_titles) == (2, 5)
    kept = clean(papers, CleaningConfig(keep_unlike_titles=True))
    assert (kept.report.n_unlike_titles, kept.report.n_duplicate_titles) == (2, 3)
    assert kept.rows.tolist() == [0, 1, 4, 6, 7, 8]
    # Which abstracts are nearly the same is the setting for near-duplicates.
    strict = CleaningConfig(keep_unlike_titles=True, near_duplicate_similarity=1.0)
    assert clean(papers, strict).rows.tolist() == [0, 1, 3, 4, 6, 7, 8]
    unasked = clean(papers, CleaningConfig(drop_duplicate_titles=False)).report
    assert (unasked.n_unlike_titles, unasked.n_duplicate_titles) == (0, 0)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_example_drops_equal_titles_and_leaves_names_as_they_are(preset: str) -> None:
    is_example = preset == "keras-example"
    cleaning = PRESETS[preset].cleaning
    assert cleaning.keep_unlike_titles == cleaning.merge_areas == (not is_example)
    assert (cleaning == CleaningConfig()) == is_example


def test_second_and_retired_names_are_counted_and_may_be_merged() -> None:
    papers = make_papers(
        [
            ("A", "a", ["cs.IT", "math.IT"]),
            ("B", "b", ["math.IT", "cs.LG"]),
            ("C", "c", ["cs.LG", "cs.IT"]),
            ("D", "d", ["cmp-lg", "cs.CL", "robots"]),
        ]
    )
    keep = CleaningConfig(rare_combinations="keep")
    as_written = clean(papers, keep)
    assert as_written.papers["labels"].tolist() == papers["labels"].tolist()
    merged = clean(papers, dataclasses.replace(keep, merge_areas=True))
    assert as_written.report.n_second_names == merged.report.n_second_names == 3
    assert merged.papers["labels"].tolist() == [
        ("cs.IT",),
        ("cs.IT", "cs.LG"),
        ("cs.LG", "cs.IT"),
        ("cs.CL", "robots"),
    ]
    assert (as_written.report.n_labels, merged.report.n_labels) == (6, 4)


def test_labels_on_few_papers_are_left_out() -> None:
    papers = make_papers(
        [
            ("A", "a", ["x", "rare"]),
            ("B", "b", ["x", "y"]),
            ("C", "c", ["y", "x"]),
            ("D", "d", ["odd", "rare"]),
            ("A", "a repeat", ["odd"]),  # dropped before labels are counted
        ]
    )
    config = CleaningConfig(min_papers_per_label=2, rare_combinations="keep")
    result = clean(papers, dataclasses.replace(config, min_papers_per_label=3))
    assert result.papers["labels"].tolist() == [("x",), ("x",), ("x",)]
    assert (result.report.n_rare_labels, removed(papers, config)["rare_labels"]) == (3, 0)
    assert result.report.steps[-1].n_removed == 1
    assert result.report.steps[-1].reason == "All their labels are on fewer than 3 papers."
    report = clean(papers, config).report
    assert (report.n_rare_labels, report.n_after) == (1, 4)
    assert "rare_labels" not in removed(papers)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Editorial", "Erratum", ""]),
            st.sampled_from([LONG, f"{LONG} more", "a note on whales", "..."]),
            st.lists(st.sampled_from(["cs.IT", "math.IT", "cs.LG", "x"]), unique=True),
        ),
        min_size=1,
        max_size=12,
    ),
    st.integers(1, 3),
)
def test_any_rules_together_keep_what_they_say(
    rows: list[tuple[str, str, list[str]]], min_papers: int
) -> None:
    config = CleaningConfig(
        keep_unlike_titles=True,
        merge_areas=True,
        min_papers_per_label=min_papers,
        rare_combinations="keep",
    )
    papers = make_papers(rows)
    result = clean(papers, config)
    counts = Counter(label for labels in result.papers["labels"] for label in labels)
    assert "math.IT" not in counts
    assert all(count >= min_papers for count in counts.values())
    assert all(result.papers["labels"])
    named = result.papers[result.papers["title"] != ""]
    assert not named.duplicated(["title", "abstract"]).any()
    assert result.papers["abstract"].tolist() == papers["abstract"].iloc[result.rows].tolist()


def test_nothing_left_is_no_error() -> None:
    result = clean(make_papers([("A", "a", ["x"]), ("B", "b", ["y"])]))
    assert result.papers.empty
    assert result.papers.columns.tolist() == ["title", "abstract", "labels"]


def test_cleaning_twice_changes_nothing(papers: pd.DataFrame) -> None:
    once = clean(papers)
    twice = clean(once.papers)
    pd.testing.assert_frame_equal(once.papers, twice.papers)
    assert twice.report.n_texts_changed == 0


def test_the_real_data(real_data: Path) -> None:
    report = clean(load(str(real_data)).papers).report
    steps = {step.rule: (step.n_removed, step.n_after) for step in report.steps}
    assert steps["duplicate_titles"] == (2657, 35552)
    assert steps["rare_combinations"] == (5127, 30425)
    assert (report.n_label_combinations, report.n_rare_combinations) == (7772, 5127)
