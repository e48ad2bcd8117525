"""A budget of n-grams: the statistic by hand, what is kept, and rows as if it were fitted so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from arxivtag.corpus.tokens import map_tokens, write_tokens
from arxivtag.learning.features import SparseRows
from arxivtag.learning.vocabulary import fit, label_statistic, most_telling, take_terms
from arxivtag.settings import VectorizerConfig
from tests.fitting import fit_transform
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
    vectorizer, rows = fit_transform(TEXTS, VectorizerConfig(max_tokens=100, ngrams=1))
    assert vectorizer.vocabulary.to_pylist() == ["the", "graph", "field"]
    kept = take_terms(vectorizer, most_telling(rows, Y_TRUE, 2))
    assert kept.vocabulary.to_pylist() == ["graph", "field"]


@pytest.mark.parametrize("scaled", [False, True])
def test_rows_are_those_of_the_vectorizer_that_is_left(scaled: bool, tmp_path: Path) -> None:
    texts = invented_texts(60)
    config = VectorizerConfig(sublinear_tf=scaled, l2_normalize=scaled)
    write_tokens(tmp_path, [texts])
    tokens = map_tokens(tmp_path)
    fitted = fit(tokens, np.ones(60, dtype=bool), config, 400)
    y_true = np.random.default_rng(0).random((60, 3)) < 0.3
    limited = fitted.limited(most_telling(fitted.transform(tokens, 0, 60), y_true, 100))
    rows, again = limited.transform(tokens, 0, 60), limited.vectorizer.transform(texts)
    assert len(limited.vectorizer) == rows.n_features == 100 < len(fitted.vectorizer)
    np.testing.assert_array_equal(rows.indptr, again.indptr)
    np.testing.assert_array_equal(rows.indices, again.indices)
    np.testing.assert_array_equal(rows.data, again.data)


def test_pruned_vectorizer_counts_what_it_keeps() -> None:
    vectorizer = make_bundle().vectorizer
    columns = np.arange(0, len(vectorizer), 3)
    texts = invented_texts(9, seed=4)
    pruned = take_terms(vectorizer, columns).transform(texts)
    whole = vectorizer.transform(texts).to_scipy().toarray()
    np.testing.assert_array_equal(pruned.to_scipy().toarray(), whole[:, columns])
