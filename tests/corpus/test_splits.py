"""Splits are the example's in size, balanced, repeatable, and nothing leaks."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from arxivtag.corpus.cleaning import clean_rows
from arxivtag.corpus.splits import (
    AT_RANDOM,
    BY_COMBINATION,
    BY_DATE,
    BY_LABEL,
    TEST,
    TRAIN,
    VAL,
    count_leaked,
    split_rows,
    with_train_share,
)
from arxivtag.errors import DataError
from arxivtag.papers.schema import LABELS
from arxivtag.settings import CleaningConfig, SplitConfig
from tests.loading import AS_THEY_STAND, clean, ingested, load, split
from tests.papers.conftest import make_papers

WORDS = [f"word{i}" for i in range(500)]


def some_papers(n: int, n_rare: int = 0, seed: int = 0) -> pd.DataFrame:
    """Return unlike papers in five combinations, ``n_rare`` of them in one of their own."""
    rng = random.Random(seed)
    common = [["a"], ["b"], ["a", "b"], ["c"], ["b", "c"]]
    rows = []
    for i in range(n):
        labels = ["a", f"rare{i}"] if i < n_rare else common[i % 5]
        rows.append((f"Title {i}", " ".join(rng.choices(WORDS, k=40)), labels))
    return make_papers(rows)


def shares(papers: pd.DataFrame) -> dict[str, float]:
    counts = Counter(label for labels in papers[LABELS] for label in labels)
    return {label: count / len(papers) for label, count in counts.items()}


def test_sizes_of_the_example() -> None:
    splits = split(some_papers(1000))
    assert (len(splits.train), len(splits.val), len(splits.test)) == (900, 50, 50)
    assert splits.report.held_out_method == splits.report.val_method == BY_COMBINATION
    for part in (splits.train, splits.val, splits.test):
        assert shares(part) == pytest.approx(shares(splits.train), abs=0.01)
        assert part.index.tolist() == list(range(len(part)))


def dated_papers(n: int, months: list[str]) -> pd.DataFrame:
    return some_papers(n).assign(created=[f"{month}-09" if month else "" for month in months])


def test_split_by_date_trains_on_the_old_and_tests_on_the_newest() -> None:
    months = [f"20{year:02d}-{month:02d}" for year in (24, 25) for month in range(1, 11)]
    order = random.Random(3).sample(range(20), 20)  # in no order in the file
    papers = dated_papers(20, [months[place] for place in order])
    splits = split(papers, SplitConfig(split_by="date", held_out_fraction=0.2))
    dates = {name: sorted(part["created"].str[:7]) for name, part in
             (("train", splits.train), ("val", splits.val), ("test", splits.test))}  # fmt: skip
    assert dates == {"train": months[:16], "val": months[16:18], "test": months[18:]}
    assert splits.report.held_out_method == splits.report.val_method == BY_DATE
    assert splits.report.first_dates == ("2025-07-09", "2025-09-09")
    assert splits.report.divided_dates == ()


@pytest.mark.parametrize(
    ("created", "divided", "tested"),
    [
        # 20 papers of one month: by day where days are known, else by chance
        ([f"2026-07-{day:02d}" for day in range(1, 21)], (), {"2026-07-19", "2026-07-20"}),
        (["2026-07-01"] * 15 + ["2026-07-30"] * 5, ("2026-07-30",), {"2026-07-30"}),
        (["2026-07"] * 20, ("2026-07",), {"2026-07"}),
        (["2025"] * 10 + ["2026"] * 10, ("2026",), {"2026"}),
    ],
)
def test_split_by_date_divides_a_month_by_day_and_says_where_chance_did(
    created: list[str], divided: tuple[str, ...], tested: set[str]
) -> None:
    papers = some_papers(20).assign(created=created)
    splits = split(papers, SplitConfig(split_by="date", held_out_fraction=0.2))
    assert splits.report.divided_dates == divided
    assert set(splits.test["created"]) == tested
    assert (len(splits.train), len(splits.val), len(splits.test)) == (16, 2, 2)


def test_split_by_date_keeps_papers_without_date_in_train_and_copies_with_the_oldest() -> None:
    papers = dated_papers(20, [""] * 4 + [f"2020-{n:02d}" for n in range(1, 13)] + ["2021-01"] * 4)
    papers.loc[19, "title"] = papers.loc[4, "title"]  # the newest and an old one
    splits = split(papers, SplitConfig(split_by="date", held_out_fraction=0.3))
    assert set(papers["title"][:5]) <= set(splits.train["title"])
    assert splits.report.n_moved == 1
    assert not splits.report.leaks
    assert not set(splits.train["created"]) & {"2021-01-09"} - {papers["created"][19]}


def test_split_by_date_needs_dates() -> None:
    with pytest.raises(DataError, match="0 of 20 have one"):
        split(some_papers(20), SplitConfig(split_by="date"))


def test_held_out_papers_are_scikit_learns() -> None:
    papers = some_papers(600)
    written = papers[LABELS].map(str)
    _, held_out = train_test_split(np.arange(600), test_size=0.1, stratify=written, random_state=7)
    counts = written.iloc[held_out].value_counts()
    splits = split(papers, random_seed=7)
    ours = pd.concat([splits.val, splits.test])[LABELS].map(str).value_counts()
    assert ours.to_dict() == counts.to_dict()


def test_same_seed_same_split() -> None:
    papers = some_papers(300, n_rare=20)
    first, second, other = (split(papers, random_seed=seed).sides for seed in (1, 1, 2))
    assert (first == second).all()
    assert (first != other).any()


def test_input_is_left_alone() -> None:
    papers = some_papers(100)
    before = papers.copy(deep=True)
    split(papers)
    pd.testing.assert_frame_equal(papers, before)


def test_rare_combinations_are_balanced_by_label() -> None:
    splits = split(some_papers(1000, n_rare=150))
    assert splits.report.held_out_method == BY_LABEL
    assert len(splits.val) + len(splits.test) == pytest.approx(100, abs=10)
    assert len(splits.val) == pytest.approx(len(splits.test), abs=10)
    for label in "abc":
        assert shares(splits.val)[label] == pytest.approx(shares(splits.train)[label], abs=0.06)


def test_val_is_random_where_it_cannot_be_stratified() -> None:
    rows = [(f"T{i}", f"text number {i} of many", [f"c{i // 2}"]) for i in range(40)]
    splits = split(make_papers(rows), SplitConfig(held_out_fraction=0.5))
    assert splits.report.held_out_method == BY_COMBINATION
    assert splits.report.val_method == AT_RANDOM
    assert (len(splits.val), len(splits.test)) == (10, 10)


def near_copies() -> pd.DataFrame:
    """Return 200 papers, of which 60 are near-copies and 20 share the title of another."""
    papers = some_papers(200)
    for i in range(60):
        words = papers["abstract"][i].split()
        words[-1] = f"changed{i}"
        papers.loc[100 + i, "abstract"] = " ".join(words)
    for i in range(20):
        papers.loc[170 + i, "title"] = f"Title {i}"
    return papers


def test_near_duplicates_and_titles_stay_on_one_side() -> None:
    papers = near_copies()
    splits = split(papers)
    for i in range(60):
        assert splits.sides[i] == splits.sides[100 + i]
    for i in range(20):
        assert splits.sides[i] == splits.sides[170 + i]
    report = splits.report
    assert (report.n_groups, report.leaks) == (60, False)
    assert report.n_moved > 0
    assert report.n_train + report.n_val + report.n_test == 200


def test_leaks_are_reported_when_allowed() -> None:
    report = split(near_copies(), SplitConfig(keep_near_duplicates_together=False)).report
    assert report.leaks
    assert report.n_leaked_near_duplicates > 0
    assert report.n_leaked_titles > 0
    assert report.n_leaked_abstracts == 0
    assert report.n_moved == 0


def test_count_leaked() -> None:
    groups = np.array([0, 0, 0, 3, 4, 4, 6])
    sides = np.array([0, 0, 0, 0, 0, 0, 2])
    assert count_leaked(groups, sides) == 0
    sides = np.array([0, 1, 2, 0, 1, 1, 2])  # group 0 on three sides, two of its papers held out
    assert count_leaked(groups, sides) == 2
    sides = np.array([0, 0, 0, 0, 1, 2, 2])  # group 4 on val and test
    assert count_leaked(groups, sides) == 2


def test_labels_only_held_out_are_counted() -> None:
    papers = some_papers(100, n_rare=20)
    splits = split(papers)
    in_train = {label for labels in splits.train[LABELS] for label in labels}
    held_out = {
        label for part in (splits.val, splits.test) for labels in part[LABELS] for label in labels
    }
    assert splits.report.n_labels_only_held_out == len(held_out - in_train)


@pytest.mark.parametrize("n", [0, 1, 9])
def test_too_few_papers(n: int) -> None:
    blank = make_papers([("T", " ", ["a"])])  # cleaning leaves it out
    with pytest.raises(DataError, match="At least 10 papers"):
        split(pd.concat([blank, some_papers(10).head(n)]))


def test_all_alike() -> None:
    rows = [(f"Title {i}", "the very same abstract", ["a"]) for i in range(50)]
    with pytest.raises(DataError, match="too alike"):
        split(make_papers(rows))


@given(
    st.lists(st.sets(st.sampled_from("abcdefgh"), min_size=1), min_size=10, max_size=60),
    st.floats(0.02, 0.5),
    st.integers(0, 2**31 - 1),
)
@settings(max_examples=60, deadline=None)
def test_any_labels_can_be_split(labels: list[set[str]], fraction: float, random_seed: int) -> None:
    rows = [(f"T{i}", f"{i} {i * 7} {i * 13} own words", sorted(s)) for i, s in enumerate(labels)]
    splits = split(make_papers(rows), SplitConfig(held_out_fraction=fraction), random_seed)
    report = splits.report
    assert report.n_train + report.n_val + report.n_test == len(rows)
    assert min(report.n_train, report.n_val, report.n_test) > 0
    assert not report.leaks
    joined = pd.concat([splits.train, splits.val, splits.test])
    assert sorted(joined["title"]) == sorted(title for title, _, _ in rows)


def test_the_real_data(real_data: Path) -> None:
    papers = load(str(real_data)).papers
    report = split(clean(papers).papers).report
    assert (report.n_train, report.n_val, report.n_test) == pytest.approx(
        (27_382, 1_522, 1_521), abs=15
    )
    assert not report.leaks
    kept = clean(papers, CleaningConfig(rare_combinations="keep")).papers
    splits = split(kept)
    assert splits.report.held_out_method == BY_LABEL
    assert not splits.report.leaks
    assert splits.report.n_train / len(kept) == pytest.approx(0.9, abs=0.005)
    for label, share in shares(splits.test).items():
        if share > 0.01:
            assert share == pytest.approx(shares(splits.train)[label], rel=0.25)


def test_a_share_of_the_training_papers_leaves_the_others_alone() -> None:
    papers = some_papers(400, n_rare=20)
    with tempfile.TemporaryDirectory() as folder:
        corpus = ingested(papers, folder)
        cleaned = clean_rows(corpus, AS_THEY_STAND)
        whole = split_rows(corpus, cleaned, random_seed=5)
        tenth, half = (with_train_share(whole, cleaned, share, 5) for share in (0.1, 0.5))
        assert with_train_share(whole, cleaned, 1.0, 5) is whole
    for part in (tenth, half):
        for side in (VAL, TEST):
            assert part.of(side).tolist() == whole.of(side).tolist()
        assert part.report.n_train == len(part.of(TRAIN))
        assert (np.diff(part.rows) > 0).all()
    assert len(tenth.of(TRAIN)) == round(0.1 * len(whole.of(TRAIN)))
    learnt = [set(part.of(TRAIN).tolist()) for part in (tenth, half, whole)]
    assert learnt[0] < learnt[1] < learnt[2]
    assert tenth.report.n_labels_only_held_out >= whole.report.n_labels_only_held_out
    # Not the first ones: of labels that come in turn, each has its share.
    assert len(set(np.diff(tenth.of(TRAIN)).tolist())) > 3
