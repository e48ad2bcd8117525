"""Tables of lengths, against the example's own expression and pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.corpus.labels import index_labels
from arxivtag.exploring.lengths import (
    MAX_BINS,
    covered_share,
    describe_lengths,
    length_by_label,
    length_coverage,
    length_histogram,
    words_kept_share,
)

some_lengths = st.lists(st.integers(1, 5000), min_size=1, max_size=60).map(np.array)


def test_describe_is_what_pandas_says() -> None:
    lengths = np.array([10, 20, 30, 40, 200])
    table = describe_lengths(lengths).set_index("figure")["words"]
    expected = pd.Series(lengths).describe()
    for name in ("count", "mean", "std", "min", "25%", "50%", "75%", "max"):
        assert table[name] == pytest.approx(expected[name])
    assert table["99%"] == pytest.approx(np.quantile(lengths, 0.99))


def test_histogram_by_hand() -> None:
    table = length_histogram(np.array([3, 3, 5, 61, 119]))
    # 117 lengths in at most 60 bins: bins of 2, the first from 2.
    assert table["from_words"].tolist()[:2] == [2, 4]
    assert table["to_words"].tolist()[:2] == [3, 5]
    assert table["papers"].tolist()[:3] == [2, 1, 0]
    assert table["papers"].iloc[-1] == 1


@given(some_lengths)
def test_histogram_holds_every_abstract_in_its_bin(lengths: np.ndarray) -> None:
    table = length_histogram(lengths)
    assert len(table) <= MAX_BINS + 1
    for low, high, papers in table.itertuples(index=False):
        assert papers == np.count_nonzero((lengths >= low) & (lengths <= high))
    assert table["papers"].sum() == len(lengths)
    assert ((table["to_words"] - table["from_words"]).nunique()) == 1


@given(some_lengths, st.integers(1, 5000))
def test_coverage_agrees_with_the_covered_share(lengths: np.ndarray, max_words: int) -> None:
    table = length_coverage(lengths)
    reached = table[table["max_words"] <= max_words]
    share = reached["share"].iloc[-1] if len(reached) else 0.0
    assert share == pytest.approx(covered_share(lengths, max_words))
    assert table["share"].iloc[-1] == 1


def test_words_kept_share() -> None:
    assert words_kept_share(np.array([100, 200]), 150) == 250 / 300
    assert words_kept_share(np.array([], dtype=int), 150) == 0


def test_by_label_by_hand() -> None:
    index = index_labels([("a",), ("a", "b"), ("a",), ("a",), ("a",)])
    table = length_by_label(index, np.array([10, 20, 30, 40, 50]))
    assert table["label"].tolist() == ["all papers", "a", "b"]
    assert table["papers"].tolist() == [5, 5, 1]
    assert table["p50"].tolist() == [30, 30, 20]
    assert table["p25"].tolist() == [20, 20, 20]
    assert table["mean"].tolist() == [30, 30, 20]


def test_by_label_of_selected_rows() -> None:
    rows = np.array([False, True])
    table = length_by_label(index_labels([("a",), ("b",)]).of(rows), np.array([10, 20])[rows])
    assert table["label"].tolist() == ["all papers", "b"]


def test_no_abstract_at_all() -> None:
    nothing = np.array([], dtype=np.int64)
    assert length_histogram(nothing).empty
    assert length_coverage(nothing).empty
    assert covered_share(nothing, 10) == 0
    assert length_by_label(index_labels([]), nothing).empty
