"""Linear machines of all labels at once, against scikit-learn's one after another."""

from __future__ import annotations

import os

import numpy as np
import pytest
import scipy.sparse
from sklearn.svm import LinearSVC

from arxivtag.learning import baselines
from arxivtag.learning.baselines import fit_machines

COST = 0.5


def papers(n_papers: int = 600, n_features: int = 200, n_labels: int = 9) -> tuple:
    """Sparse rows of length 1, and labels from common to rare that depend on them, with noise."""
    random = np.random.default_rng(7)
    rows = scipy.sparse.random_array((n_papers, n_features), density=0.1, rng=random, dtype="f4")
    dense = rows.toarray()
    dense /= np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1e-9)
    scores = dense @ random.normal(size=(n_features, n_labels)) + random.normal(
        0, 0.2, (n_papers, n_labels)
    )
    shares = np.linspace(0.4, 0.005, n_labels)
    y_true = scores > np.diagonal(np.quantile(scores, 1 - shares, axis=0))
    return scipy.sparse.csr_matrix(dense.astype("f4")), y_true


def value(weights: np.ndarray, rows: scipy.sparse.csr_matrix, y_true: np.ndarray) -> np.ndarray:
    """What a machine is the smallest of, for each label, in float64."""
    margins = np.where(y_true, 1, -1) * (rows @ weights[:-1].astype(float) + weights[-1])
    errors = np.maximum(0, 1 - margins) ** 2
    return (weights.astype(float) ** 2).sum(axis=0) / 2 + COST * errors.sum(axis=0)


def of_scikit_learn(rows: scipy.sparse.csr_matrix, y_true: np.ndarray) -> np.ndarray:
    machines = [LinearSVC(C=COST, tol=1e-8, dual=False).fit(rows, labels) for labels in y_true.T]
    weights = np.hstack([one.coef_.T for one in machines])
    return np.vstack([weights, [one.intercept_[0] for one in machines]])


def test_they_are_those_of_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, y_true = papers()
    oracle = of_scikit_learn(rows, y_true)
    best = value(oracle, rows, y_true)
    fitted = fit_machines(rows, y_true, COST)
    assert fitted is not None
    assert (value(fitted, rows, y_true) < 1.001 * best).all()
    monkeypatch.setattr(baselines, "_TOLERANCE", 1e-4)
    monkeypatch.setattr(baselines, "_MOST_STEPS", 200)
    fitted = fit_machines(rows, y_true, COST)
    assert fitted is not None
    np.testing.assert_allclose(fitted, oracle, atol=2e-3)


def test_cores_and_other_labels_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, y_true = papers()
    found = []
    for n_cores in (1, 4, 4):
        monkeypatch.setattr(os, "cpu_count", lambda n=n_cores: n)
        found.append(fit_machines(rows, y_true, COST))
    np.testing.assert_array_equal(found[1], found[2])
    np.testing.assert_allclose(found[0], found[1], atol=1e-4)


def test_a_machine_is_stopped_between_two_steps() -> None:
    rows, y_true = papers()
    asked: list[bool] = []

    def should_stop() -> bool:
        asked.append(True)
        return len(asked) > 3

    assert fit_machines(rows, y_true[:, :1], COST, should_stop) is None
    assert len(asked) < 8


def test_no_label_and_no_paper_need_no_machine() -> None:
    rows, y_true = papers()
    nothing = fit_machines(rows, y_true[:, :0], COST)
    assert nothing is not None
    assert nothing.shape == (201, 0)


def test_papers_without_words_leave_a_bias() -> None:
    y_true = np.arange(40)[:, None] < [10, 20, 0]
    fitted = fit_machines(scipy.sparse.csr_matrix((40, 3), dtype="f4"), y_true, COST)
    assert fitted is not None
    # The smallest of b^2 / 2 + (n (1 - b)^2 + (40 - n) (1 + b)^2) / 2.
    np.testing.assert_allclose(fitted, [[0] * 3] * 3 + [[-20 / 41, 0, -40 / 41]], atol=1e-6)
