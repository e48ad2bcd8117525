"""A budget of n-grams: the statistic by hand, what is kept, and rows as if it were fitted so."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from arxivtag.learning.features import SparseRows
from arxivtag.learning.selection import label_statistic, take_terms, within_budget
from arxivtag.learning.vectorizer import fit_transform
from arxivtag.settings import VectorizerConfig
from tests.tagging.models import invented_texts, make_bundle

TEXTS = ["graph the", "graph the", "field the", "field the the"]
Y_TRUE = np.array([[1, 0], [1, 0], [0, 0], [0, 0]], np.bool_)


def test_statistic_by_hand() -> None:
    """Half of the papers have the label: of 2 papers with an n-gram, 1 is expected to."""
    rows = SparseRows(
        np.array([0, 2, 4, 6, 8]),
        np.array([0, 1, 0, 1, 1, 2, 1, 2], np.int32),
        np.ones(8, np.float32),
        4,
    )
    # N-grams 0 and 2: (2 - 1) ** 2 / 1 and (0 - 1) ** 2 / 1. N-gram 1: (2 - 2) ** 2 / 2.
    assert label_statistic(rows, Y_TRUE).tolist() == [1, 0, 1, 0]


def test_what_tells_of_labels_stays_and_not_what_is_frequent() -> None:
    config = VectorizerConfig(max_tokens=100, ngrams=1)
    vectorizer, rows = fit_transform(TEXTS, config)
    assert vectorizer.vocabulary.to_pylist() == ["the", "graph", "field"]
    limited = dataclasses.replace(vectorizer, config=dataclasses.replace(config, max_features=2))
    kept, kept_rows = within_budget(limited, rows, Y_TRUE)
    assert kept.vocabulary.to_pylist() == ["graph", "field"]
    assert kept_rows.indices.tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize("scaled", [False, True])
def test_rows_are_those_of_the_vectorizer_that_is_left(scaled: bool) -> None:
    texts = invented_texts(60)
    config = VectorizerConfig(
        max_tokens=400, max_features=100, sublinear_tf=scaled, l2_normalize=scaled
    )
    vectorizer, rows = fit_transform(texts, config)
    y_true = np.random.default_rng(0).random((60, 3)) < 0.3
    kept, kept_rows = within_budget(vectorizer, rows, y_true)
    assert len(kept) == kept_rows.n_features == 100 < len(vectorizer)
    again = kept.transform(texts)
    np.testing.assert_array_equal(kept_rows.indptr, again.indptr)
    np.testing.assert_array_equal(kept_rows.indices, again.indices)
    np.testing.assert_allclose(kept_rows.data, again.data, rtol=1e-5)


@pytest.mark.parametrize("budget", [None, 400])
def test_within_the_budget_nothing_changes(budget: int | None) -> None:
    config = VectorizerConfig(max_tokens=400, max_features=budget)
    vectorizer, rows = fit_transform(invented_texts(60), config)
    y_true = np.ones((60, 1), np.bool_)
    assert within_budget(vectorizer, rows, y_true) == (vectorizer, rows)


def test_pruned_vectorizer_counts_what_it_keeps() -> None:
    vectorizer = make_bundle().vectorizer
    columns = np.arange(0, len(vectorizer), 3)
    texts = invented_texts(9, seed=4)
    pruned = take_terms(vectorizer, columns).transform(texts)
    whole = vectorizer.transform(texts).to_scipy().toarray()
    np.testing.assert_array_equal(pruned.to_scipy().toarray(), whole[:, columns])
