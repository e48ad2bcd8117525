"""Baselines: what a figure is worth is its distance to these, on the same papers.

- no label at all: shows why binary accuracy says little;
- the k most frequent labels on every paper: what one knows without reading;
- a one-vs-rest linear model on the same features: what a simple method reaches.

The last is one linear support vector machine for each label: the smallest

    |w|^2 / 2 + cost * sum over papers of max(0, 1 - sign * (w . row)) ** 2

with sign 1 where a paper has the label and -1 where not, rows with a column of ones for the bias:
what scikit-learn's ``LinearSVC`` fits. That takes one label after another, and most of its time
goes by fetching the same rows again for each of them. Here one product of all rows serves all
labels: conjugate gradients (Polak and Ribiere 1969), scaled by the diagonal of the second
derivative, with the best step along each line. No chance is in it.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.callbacks import ShouldStop, never
from arxivtag.learning import thresholds
from arxivtag.learning.counts import BoolArray
from arxivtag.learning.features import Examples, SparseRows

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]
ALL_ZEROS, MOST_FREQUENT, LINEAR = "all_zeros", "most_frequent", "linear"
# The linear baseline is left out above this many training papers, since some arrays hold a number
# for each paper and label; 27,000 papers with 119 labels take about 3 s on two idle cores.
MAX_PAPERS = 100_000
_COST = 0.5
_MIN_POSITIVES = 2
# Steps end when each gradient's length is this share of its first one's, or after the most of them:
# on the real data 15 give what LinearSVC's tolerance of 0.1 gives, to 0.3 % (docs/training.md).
_TOLERANCE, _MOST_STEPS = 0.005, 15
_STEPS_ALONG_LINE = 3
_NEAR_ZERO = np.float32(1e-30)  # instead of 0, by which nothing can be divided


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
    chosen = thresholds.choose(y_true_val, scores, "top_k")
    of_each = frequency / max(float(frequency.sum()), 1.0)
    shape = (n_samples, len(frequency))
    several = f"The {chosen.top_k} most frequent labels always"
    return Baseline(
        MOST_FREQUENT,
        "The most frequent label always" if chosen.top_k == 1 else several,
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
    should_stop: ShouldStop = never,
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
    weights = fit_machines(_unit_rows(train.rows), train.y_true[:, fitted], _COST, should_stop)
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


def fit_machines(
    rows: csr_matrix,
    y_true: BoolArray,
    cost: float,
    should_stop: ShouldStop = never,
) -> Floats | None:
    """Return the machines' weights, ``(n_features + 1, n_labels)``, biases last; None if stopped.

    ``cost`` is what an error weighs against the length of the weights; ``should_stop`` is asked
    before each step.
    """
    from scipy.sparse import csr_matrix, hstack

    with_ones = hstack([rows, csr_matrix(np.ones((rows.shape[0], 1), np.float32))], format="csr")
    by_feature = with_ones.T.tocsr()
    squares = np.asarray(with_ones.power(2).sum(axis=0), np.float32).reshape(-1, 1)
    twice = np.float32(2 * cost)
    scale = np.reciprocal(1 + twice * squares)
    descend = partial(_descend, with_ones, by_feature, scale, twice, should_stop)
    n_threads = min(os.cpu_count() or 1, y_true.shape[1]) or 1
    with ThreadPoolExecutor(n_threads) as pool:
        fitted = list(pool.map(descend, np.array_split(y_true, n_threads, axis=1)))
    return None if should_stop() else np.hstack(fitted)


def _descend(
    rows: csr_matrix,
    by_feature: csr_matrix,
    scale: Floats,
    twice: np.float32,
    should_stop: ShouldStop,
    y_true: BoolArray,
) -> Floats:
    """Return the weights of some labels; ``twice`` is two times the cost of an error."""
    signs = np.where(y_true, np.float32(1), np.float32(-1))
    weights = np.zeros((rows.shape[1], signs.shape[1]), np.float32)
    weights[-1] = signs.mean(axis=0)  # the best that a bias alone can do
    gaps = 1 - signs * weights[-1]
    direction, before, length_before, first = np.zeros_like(weights), weights, 1.0, None
    for _ in range(_MOST_STEPS):
        gradient = weights - twice * (by_feature @ (signs * np.maximum(gaps, 0)))
        scaled = scale * gradient
        length = np.einsum("ij,ij->j", scaled, gradient)
        first = length if first is None else first
        moving = length > _TOLERANCE**2 * first  # others stay, so that no label depends on others
        if should_stop() or not moving.any():
            break
        kept = (length - np.einsum("ij,ij->j", scaled, before)) / length_before
        direction = np.maximum(kept, 0) * direction - scaled
        before, length_before = gradient, np.maximum(length, _NEAR_ZERO)
        along = signs * (rows @ direction)
        step = np.where(moving, _step(weights, direction, gaps, along, twice), np.float32(0))
        weights = weights + step * direction
        gaps -= step * along
    return weights


def _step(
    weights: Floats, direction: Floats, gaps: Floats, along: Floats, twice: np.float32
) -> Floats:
    """Return how far to go for the smallest value on each label's line, by Newton's method."""
    slope = np.einsum("ij,ij->j", weights, direction)
    curvature = np.einsum("ij,ij->j", direction, direction) + _NEAR_ZERO
    step: Floats = np.zeros_like(slope)
    for _ in range(_STEPS_ALONG_LINE):
        rest = gaps - step * along
        missed = np.where(rest > 0, along, 0)
        here = slope + step * curvature - twice * np.einsum("ij,ij->j", missed, rest)
        step = step - here / (curvature + twice * np.einsum("ij,ij->j", missed, missed))
    return step
