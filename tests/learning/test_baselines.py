"""Baselines: what they give, and when the linear one is left out."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
from sklearn.svm import LinearSVC

from arxivtag.learning import baselines, measuring
from arxivtag.learning.baselines import Baseline, linear, most_frequent_k
from arxivtag.learning.features import Examples, SparseRows
from arxivtag.settings import all_settings


def sparse(dense: np.ndarray) -> SparseRows:
    rows = scipy.sparse.csr_matrix(dense.astype(np.float32))
    return SparseRows(
        rows.indptr.astype(np.int64), rows.indices.astype(np.int32), rows.data, dense.shape[1]
    )


def examples(features: np.ndarray, y_true: np.ndarray) -> Examples:
    return Examples(sparse(features), y_true)


def learnable(n_papers: int, seed: int, n_labels: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Labels that are there when their own feature is, and features of random length."""
    generator = np.random.default_rng(seed)
    y_true = generator.random((n_papers, n_labels)) < np.linspace(0.5, 0.1, n_labels)
    noise = generator.random((n_papers, 6)) < 0.3
    features = np.hstack([y_true * 2.0, noise]) * generator.uniform(1, 9, (n_papers, 1))
    return features, y_true


def test_all_zeros_gives_nothing() -> None:
    found = baselines.all_zeros(3, 2)
    assert not found.y_pred.any()
    assert found.y_score is None
    y_true = np.array([[1, 0], [0, 0], [0, 1]], bool)
    counted = measuring.evaluate_and_count(y_true, found.y_pred, np.zeros((3, 2), np.float32))
    of_zeros = counted["binary_accuracy_all_zeros"]
    assert counted["binary_accuracy"] == pytest.approx(of_zeros) == 4 / 6


def test_most_frequent_takes_the_k_that_serves_validation_best() -> None:
    y_val = np.array([[1, 1, 0], [1, 1, 0], [1, 0, 1]], bool)
    found = most_frequent_k(np.array([30, 20, 5]), 2, y_true_val=y_val)
    # k = 1: F1 6/9; k = 2: 10/12; k = 3: 12/15.
    assert found.y_pred.tolist() == [[True, True, False]] * 2
    assert found.name == "The 2 most frequent labels always"
    assert found.y_score is not None
    assert (np.diff(found.y_score, axis=1) < 0).all()


def test_most_frequent_ranks_by_frequency_not_by_column() -> None:
    found = most_frequent_k(np.array([1, 9, 3]), 1, y_true_val=np.array([[0, 1, 0]], bool))
    assert found.y_pred.tolist() == [[False, True, False]]
    assert found.name == "The most frequent label always"


def fitted_linear(**options) -> Baseline | str:
    train, val, test = (examples(*learnable(n, n)) for n in (300, 80, 60))
    return linear(train, val, test.rows, **options)


def test_linear_finds_what_can_be_found() -> None:
    found = fitted_linear()
    assert isinstance(found, Baseline)
    _, y_test = learnable(60, 60)
    assert measuring.evaluate(y_test, found.y_pred)["micro_f1"] > 0.95
    assert found.note == (
        "One linear support vector machine per label (C = 0.5), rows scaled to length 1."
    )
    assert found.seconds > 0


def test_linear_scores_are_those_of_scikit_learn_on_rows_of_length_one() -> None:
    found = fitted_linear()
    assert isinstance(found, Baseline)
    assert found.y_score is not None
    (train, y_train), (test, _) = learnable(300, 300), learnable(60, 60)
    unit = [x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12) for x in (train, test)]
    for label in range(y_train.shape[1]):
        oracle = LinearSVC(C=0.5, tol=1e-8, dual=False).fit(unit[0], y_train[:, label])
        expected = oracle.decision_function(unit[1])
        np.testing.assert_allclose(found.y_score[:, label], expected, atol=0.05)


def test_linear_survives_empty_rows_and_labels_without_examples() -> None:
    (train, y_train), (val, y_val) = learnable(300, 300), learnable(80, 80)
    y_train[:, 3] = False  # no example
    y_train[:, 2] = True  # no counterexample
    train[5] = 0
    found = linear(examples(train, y_train), examples(val, y_val), sparse(np.zeros((3, 10))))
    # What is always true needs no fit.
    assert isinstance(found, Baseline)
    assert found.y_pred[:, 2].all()
    assert not found.y_pred[:, 3].any()
    assert found.y_score is not None
    assert (found.y_score[:, 2] > found.y_score[:, :2].max(axis=1)).all()
    y_train[:, 2] = False
    found = linear(examples(train, y_train), examples(val, y_val), sparse(np.zeros((3, 10))))
    assert isinstance(found, Baseline)
    assert not found.y_pred[:, 2:].any()
    assert np.isfinite(found.y_score).all()


def test_linear_is_left_out_where_it_would_take_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "MAX_PAPERS", 300)
    assert isinstance(fitted_linear(), Baseline)
    monkeypatch.setattr(baselines, "MAX_PAPERS", 299)
    found = fitted_linear()
    assert isinstance(found, str)
    assert found == (
        "The linear model was left out: it is fitted to at most 299 training papers, and this "
        "run has 300."
    )


def test_the_limit_is_the_one_that_the_setting_tells() -> None:
    (told,) = [item for item in all_settings() if item.name == "linear_baseline"]
    assert f"above {baselines.MAX_PAPERS:,} training papers" in told.metadata["help"]


def test_linear_repeats_itself() -> None:
    first, again = fitted_linear(), fitted_linear()
    assert isinstance(first, Baseline)
    assert isinstance(again, Baseline)
    np.testing.assert_array_equal(first.y_score, again.y_score)


def test_linear_stops_when_asked() -> None:
    found = fitted_linear(should_stop=lambda: True)
    assert isinstance(found, str)
    assert "stopped" in found
