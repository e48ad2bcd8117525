"""Tables of labels, against counts made by hand and, for pairs, by brute force."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.corpus.labels import index_labels
from arxivtag.exploring.labels import (
    co_occurrence,
    combination_frequency,
    imbalance_text,
    label_frequency,
    label_pairs,
    labels_per_paper,
    most_frequent,
    multi_hot,
)

PAPERS = [("cs.LG", "stat.ML"), ("stat.ML", "cs.LG"), ("cs.CV",), ("cs.LG",), ()]
some_papers = st.lists(
    st.lists(st.sampled_from("abcde"), max_size=4, unique=True).map(tuple), min_size=1, max_size=25
)


def test_index_orders_labels_by_count_then_name() -> None:
    index = index_labels([("b",), ("a",), ("c", "a"), ("c",)])
    assert index.label_names == ("a", "c", "b")
    assert index.codes.tolist() == [2, 0, 1, 0, 1]
    assert index.indptr.tolist() == [0, 1, 2, 4, 5]


def test_index_gives_one_combination_to_all_orders() -> None:
    index = index_labels(PAPERS)
    assert index.combinations[0] == index.combinations[1]
    assert index.combination_names[0] == ("cs.LG", "stat.ML")


@given(some_papers, st.data(), st.integers(1, 5))
def test_the_most_frequent_labels_of_a_selection_are_the_first_of_its_table(
    papers: list[tuple[str, ...]], data: st.DataObject, n_labels: int
) -> None:
    rows = data.draw(st.lists(st.booleans(), min_size=len(papers), max_size=len(papers)))
    index = index_labels(papers).of(np.array(rows))
    names = [index.label_names[code] for code in most_frequent(index, n_labels)]
    assert names == label_frequency(index)["label"].head(n_labels).tolist()
    pairs = label_pairs(index, n_labels=n_labels)
    assert {*pairs["label_a"], *pairs["label_b"]} <= set(names)


def test_label_frequency() -> None:
    frequency = label_frequency(index_labels(PAPERS))
    assert frequency["label"].tolist() == ["cs.LG", "stat.ML", "cs.CV"]
    assert frequency["name"].tolist()[0] == "Machine Learning"
    assert frequency["papers"].tolist() == [3, 2, 1]
    assert frequency["share"].tolist() == [0.6, 0.4, 0.2]


def test_label_frequency_of_selected_rows_leaves_absent_labels_out() -> None:
    rows = np.array([False, False, True, True, False])
    frequency = label_frequency(index_labels(PAPERS).of(rows))
    assert frequency["label"].tolist() == ["cs.CV", "cs.LG"]
    assert frequency["share"].tolist() == [0.5, 0.5]


def test_combination_frequency() -> None:
    frequency = combination_frequency(index_labels(PAPERS))
    assert frequency["combination"].tolist() == ["cs.LG + stat.ML", "", "cs.CV", "cs.LG"]
    assert frequency["labels"].tolist() == [2, 0, 1, 1]
    assert frequency["papers"].tolist() == [2, 1, 1, 1]
    assert frequency["share"].sum() == pytest.approx(1)


def test_labels_per_paper_fills_gaps() -> None:
    table = labels_per_paper(index_labels([("a",), ("a", "b", "c")]))
    assert table["labels"].tolist() == [1, 2, 3]
    assert table["papers"].tolist() == [1, 0, 1]
    assert table["share"].tolist() == [0.5, 0.0, 0.5]


def test_having_asks_for_every_label() -> None:
    index = index_labels(PAPERS)
    assert index.having(["cs.LG", "stat.ML"]).tolist() == [True, True, False, False, False]
    assert index.having([]).all()
    assert not index.having(["cs.LG", "not there"]).any()


def test_co_occurrence_by_hand() -> None:
    # 4 papers: p(a) = 3/4, p(b) = 1/2, p(a, b) = 1/4.
    index = index_labels([("a", "b"), ("a",), ("a",), ("b",)])
    counts = co_occurrence(index)
    assert counts.to_numpy().tolist() == [[3, 1], [1, 2]]
    assert counts.columns.tolist() == ["a", "b"]
    lift = co_occurrence(index, measure="lift")
    assert lift.loc["a", "b"] == pytest.approx((1 / 4) / (3 / 4 * 1 / 2))
    assert math.isnan(lift.loc["a", "a"])
    npmi = co_occurrence(index, measure="npmi")
    assert npmi.loc["a", "b"] == pytest.approx(math.log((1 / 4) / (3 / 8)) / -math.log(1 / 4))


def test_npmi_ends() -> None:
    apart = co_occurrence(index_labels([("a",), ("b",)]), measure="npmi")
    assert apart.loc["a", "b"] == -1
    always = co_occurrence(index_labels([("a", "b"), ("a", "b")]), measure="npmi")
    assert always.loc["a", "b"] == 1
    only_together = co_occurrence(index_labels([("a", "b"), ("c",)]), measure="npmi")
    assert only_together.loc["a", "b"] == pytest.approx(1)


@given(some_papers)
def test_co_occurrence_as_counted_pair_by_pair(papers: list[tuple[str, ...]]) -> None:
    table = co_occurrence(index_labels(papers), n_labels=10)
    for a, b in itertools.product(table.columns, repeat=2):
        assert table.loc[a, b] == sum(a in labels and b in labels for labels in papers)


@given(some_papers)
def test_npmi_lies_between_its_ends(papers: list[tuple[str, ...]]) -> None:
    values = co_occurrence(index_labels(papers), measure="npmi").to_numpy()
    beside = values[~np.eye(len(values), dtype=bool)]
    assert np.all((beside >= -1 - 1e-9) & (beside <= 1 + 1e-9))


def test_co_occurrence_without_labels_is_empty() -> None:
    for measure in ("count", "lift", "npmi"):
        assert co_occurrence(index_labels([(), ()]), measure=measure).shape == (0, 0)


def test_label_pairs_lists_each_pair_that_meets_once() -> None:
    pairs = label_pairs(index_labels([("a", "b"), ("b", "a"), ("b", "c"), ("d",)]))
    assert list(zip(pairs["label_a"], pairs["label_b"], pairs["papers"], strict=True)) == [
        ("b", "a", 2),
        ("b", "c", 1),
    ]


def imbalance_of(labels: list[tuple[str, ...]]) -> str:
    return imbalance_text(label_frequency(index_labels(labels)))


def test_imbalance() -> None:
    assert imbalance_of([("a",)] * 12 + [("b",)] * 3 + [("c",)]) == (
        "a is on 75 % of the papers, 4.0 times as many as the label in the middle of the ranking. "
        "That label alone makes up half of all occurrences of the 3 labels. "
        "2 labels are on fewer than 10 papers, too few to learn well."
    )
    assert "too few" not in imbalance_of([("a",)] * 10 + [("b",)] * 11)
    assert "1 label is on fewer than 10 papers" in imbalance_of([("a",)] * 9 + [("b",)] * 11)


def test_imbalance_says_numbers_as_they_are() -> None:
    def said(**papers: int) -> str:
        return imbalance_of([(label,) for label, n in papers.items() for _ in range(n)])

    assert "50 % of the papers, as many as the label in the middle" in said(a=20, b=20)
    assert "1.3 times as many as" in said(a=13, b=10, c=10)
    assert "11 times as many as" in said(a=110, b=10, c=10)


def test_imbalance_counts_labels_up_to_exactly_half() -> None:
    text = imbalance_of([("a",), ("b",), ("c",), ("d",)])
    assert "The 2 most frequent labels make up half" in text


def test_imbalance_of_one_label_or_none() -> None:
    assert "nothing to tell apart" in imbalance_of([("cs.LG",)])
    assert imbalance_of([()]) == "No paper carries a label."


def test_multi_hot_has_no_place_for_unknown_labels() -> None:
    assert multi_hot(["b", "x"], ["a", "b", "c"]).tolist() == [0, 1, 0]


@given(some_papers, st.data())
def test_a_mask_counts_as_the_selected_papers_alone(
    papers: list[tuple[str, ...]], data: st.DataObject
) -> None:
    rows = np.array(data.draw(st.lists(st.booleans(), min_size=len(papers), max_size=len(papers))))
    chosen = [item for item, kept in zip(papers, rows, strict=True) if kept]
    for function in (label_frequency, combination_frequency, labels_per_paper):
        masked = function(index_labels(papers).of(rows))
        alone = function(index_labels(chosen))
        assert masked.to_dict("list") == alone.to_dict("list")
