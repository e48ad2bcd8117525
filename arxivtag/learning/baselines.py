"""Baselines: what a figure is worth is its distance to these, on the same papers.

- no label at all: shows why binary accuracy says little;
- the k most frequent labels on every paper: what one knows without reading;
- a one-vs-rest linear model on the same features: what a simple method reaches.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning import linear_machines, thresholds
from arxivtag.learning.counts import BoolArray
from arxivtag.learning.features import Examples, SparseRows

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

ALL_ZEROS, MOST_FREQUENT, LINEAR = "all_zeros", "most_frequent", "linear"
# The linear baseline is left out above this many training papers, since some arrays hold a number
# for each paper and label; 27,000 papers with 119 labels take about 3 s on two idle cores.
MAX_PAPERS = 100_000
_COST = 0.5
_MIN_POSITIVES = 2


@dataclass(frozen=True)
class Baseline:
    """What a simple method gives on the evaluated papers.

    ``y_pred`` are the labels given, (n_samples, n_labels) bool. ``y_score`` ranks labels, same
    shape; None if the method ranks nothing.
    """

    key: str
    name: str
    note: str
    y_pred: BoolArray
    y_score: NDArray[np.float32] | None = None
    seconds: float = 0.0


def all_zeros(n_samples: int, n_labels: int) -> Baseline:
    """Return the baseline that gives no label to any paper."""
    return Baseline(
        ALL_ZEROS,
        "No label at all",
        "Gives no label to any paper.",
        np.broadcast_to(np.False_, (n_samples, n_labels)),
    )


def most_frequent_k(
    label_counts: NDArray[Any], n_samples: int, *, y_true_val: BoolArray
) -> Baseline:
    """Return the baseline that gives every paper the same k most frequent labels.

    Args:
        label_counts: How often each label occurs among the papers the model learnt from,
            (n_labels,); ranks all papers alike.
        n_samples: Papers to label.
        y_true_val: Validation labels on which k (up to 10) has the highest micro-F1.
    """
    frequency = np.asarray(label_counts, dtype=np.float32)
    scores = np.broadcast_to(frequency, y_true_val.shape)
    k = thresholds.choose(y_true_val, scores, "top_k").top_k or 1
    of_each = frequency / max(float(frequency.sum()), 1.0)
    shape = (n_samples, len(frequency))
    chosen = thresholds.Thresholds("top_k", np.zeros(len(frequency), np.float32), k)
    name = "The most frequent label always" if k == 1 else f"The {k} most frequent labels always"
    return Baseline(
        MOST_FREQUENT,
        name,
        "Gives every paper the same labels, without reading it.",
        np.broadcast_to(thresholds.apply(chosen, of_each[None]), shape),
        np.broadcast_to(of_each, shape),
    )


def linear(
    train: Examples,
    val: Examples,
    test: SparseRows,
    *,
    threshold_method: str = "per_label",
    should_stop: Callable[[], bool] = lambda: False,
) -> Baseline | str:
    """Fit one linear support vector machine per label, on rows scaled to length 1.

    A label on fewer than two training papers is never given, and one on all of them always.
    Thresholds are chosen on validation papers in the way of the model's own. ``should_stop`` is
    asked often.

    Returns:
        The baseline on the ``test`` rows, or one sentence on why it was left out: above
        :data:`MAX_PAPERS` training papers, for one, or stopped.
    """
    started = time.perf_counter()
    if len(train) > MAX_PAPERS:
        return (
            f"The linear model was left out: it is fitted to at most {MAX_PAPERS:,} training "
            f"papers, and this run has {len(train):,}."
        )
    n_papers = train.y_true.sum(axis=0)
    on_all = (n_papers == len(train)) & (n_papers > 0)
    fitted = (n_papers >= _MIN_POSITIVES) & ~on_all
    weights = linear_machines.fit(
        _unit_rows(train.rows), train.y_true[:, fitted], _COST, should_stop
    )
    if weights is None:
        return "The linear model was left out: the run was stopped first."
    y_score_val = np.zeros((len(val), len(fitted)), np.float32)
    y_score = np.zeros((len(test), len(fitted)), np.float32)
    for rows, scores in ((val.rows, y_score_val), (test, y_score)):
        scores[:, fitted] = _unit_rows(rows) @ weights[:-1] + weights[-1]
    # One score for both parts, so that a threshold chosen on the first holds for the second.
    y_score_val[:, on_all] = y_score[:, on_all] = (
        max(float(part.max(initial=1.0)) for part in (y_score_val, y_score)) + 1.0
    )
    given = fitted | on_all
    for part in (y_score_val, y_score):
        part[:, ~given] = min(-2.0, float(part.min(initial=0.0)) - 1.0)
    chosen = thresholds.choose(val.y_true, y_score_val, threshold_method)
    return Baseline(
        LINEAR,
        "Linear model on the same features",
        f"One linear support vector machine per label (C = {_COST:g}), rows scaled to length 1.",
        thresholds.apply(chosen, y_score) & given,
        y_score,
        time.perf_counter() - started,
    )


def _unit_rows(rows: SparseRows) -> csr_matrix:
    """Return the rows as a ``csr_matrix``, each of length 1 (empty rows stay)."""
    from sklearn.preprocessing import normalize

    return normalize(rows.to_scipy())
