"""Baselines: what a figure is worth is its distance to these, on the same papers.

- no label at all: shows why binary accuracy says little;
- the k most frequent labels on every paper: what one knows without reading;
- a one-vs-rest linear model on the same features: what a simple method reaches.

scikit-learn is imported inside functions.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning import thresholds
from arxivtag.learning.features import SparseRows

ALL_ZEROS, MOST_FREQUENT, LINEAR = "all_zeros", "most_frequent", "linear"
TIME_BUDGET_S = 20.0
# Fitting stops before the budget ends, so that scoring and comparing fit into it too.
_FITTING_SHARE = 0.9
# Measured on the real data: one label's fit costs this much per non-zero weight.
_SECONDS_PER_WEIGHT = 1e-7
# Same micro-F1 to three decimals as the default 1e-4 on the real data, in half the time.
_TOLERANCE = 0.1
_COST = 0.5
_MIN_POSITIVES = 2
# A label on fewer than this share of papers learns from a fifth of the papers without it,
# each counting five times: on the real data 0.7028 and 0.343 in place of 0.7030 and 0.343
# micro- and macro-F1, in less than half the time for all labels.
_RARE_SHARE = 0.01
_SAMPLED_SHARE = 0.2
_SAMPLE_FROM = 5_000
# With less than this share of label occurrences covered, a comparison would flatter the model.
_LEAST_COVERED = 0.9

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Baseline:
    """What a simple method gives on the evaluated papers.

    Args:
        key: ``all_zeros``, ``most_frequent`` or ``linear``.
        name: Its name for people.
        note: One sentence: what it does, and what was left out, if anything.
        y_pred: Labels given, (n_samples, n_labels) bool.
        y_score: Scores to rank labels by, same shape; None if it ranks nothing.
        seconds: What it took.
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
        np.zeros((n_samples, n_labels), dtype=bool),
    )


def most_frequent_k(
    label_counts: NDArray[Any], n_samples: int, *, y_true_val: BoolArray | None = None
) -> Baseline:
    """Return the baseline that gives every paper the same k most frequent labels.

    Args:
        label_counts: How often each label occurs among the papers the model learnt from,
            (n_labels,); ranks all papers alike.
        n_samples: Papers to label.
        y_true_val: Validation labels on which k (up to 10) has the highest micro-F1;
            None: k is 2.
    """
    frequency = np.asarray(label_counts, dtype=np.float32)
    k = min(2, len(frequency))
    if y_true_val is not None:
        scores = np.broadcast_to(frequency, y_true_val.shape)
        k = thresholds.choose(y_true_val, scores, "top_k").top_k or 1
    y_score = np.tile(frequency / max(float(frequency.sum()), 1.0), (n_samples, 1))
    chosen = thresholds.Thresholds("top_k", np.zeros(len(frequency), np.float32), max(k, 1))
    name = "The most frequent label always" if k == 1 else f"The {k} most frequent labels always"
    return Baseline(
        MOST_FREQUENT,
        name,
        "Gives every paper the same labels, without reading it.",
        thresholds.apply(chosen, y_score),
        y_score,
    )


@dataclass(frozen=True)
class SkippedBaseline:
    """The linear baseline was left out.

    Args:
        reason: One sentence for people.
    """

    reason: str


def linear(
    train: SparseRows,
    y_train: BoolArray,
    val: SparseRows,
    y_val: BoolArray,
    test: SparseRows,
    *,
    threshold_method: str = "per_label",
    time_budget_s: float = TIME_BUDGET_S,
    random_seed: int = 42,
    should_stop: Callable[[], bool] = lambda: False,
) -> Baseline | SkippedBaseline:
    """Fit one linear support vector machine a label, as many as the time allows.

    Labels are fitted from the most frequent down; when the time is up, the rest, all
    rarer, are never given, and the note says how many. Thresholds are chosen on
    validation papers in the way of the model's own.

    Args:
        train: Features of the papers to learn from; each row is scaled to length 1.
        y_train: Their labels, (n_train, n_labels).
        val: Features of the validation papers.
        y_val: Their labels.
        test: Features of the papers to label.
        threshold_method: As in :func:`arxivtag.learning.thresholds.choose`.
        time_budget_s: Seconds for all of it.
        random_seed: Seed of the solver.
        should_stop: Asked before each label; once true, the baseline is left out.

    Returns:
        The baseline, or why it was left out.
    """
    started = time.perf_counter()
    one_label_s = _SECONDS_PER_WEIGHT * len(train.data)
    if one_label_s > time_budget_s / 4:
        return SkippedBaseline(
            f"The linear model was left out: one label alone would take about {one_label_s:.0f} s."
        )
    deadline = started + _FITTING_SHARE * time_budget_s
    scores, fitted = _fit_and_score(
        (train, val, test), y_train, random_seed, lambda: should_stop() or _passed(deadline)
    )
    if should_stop():
        return SkippedBaseline("The linear model was left out: the run was stopped first.")
    covered = _share_covered(fitted, y_train)
    if covered < _LEAST_COVERED:
        return SkippedBaseline(
            f"The linear model was left out: in {time_budget_s:.0f} s it could be fitted for "
            f"{int(fitted.sum())} of {len(fitted)} labels only ({covered:.0%} of all label "
            "occurrences)."
        )
    chosen = thresholds.choose(y_val, scores[0], threshold_method)
    y_pred = thresholds.apply(chosen, scores[1])
    y_pred[:, ~fitted] = False
    return Baseline(
        LINEAR,
        "Linear model on the same features",
        _linear_note(fitted, y_train),
        y_pred,
        scores[1],
        time.perf_counter() - started,
    )


def _passed(deadline: float) -> bool:
    return time.perf_counter() > deadline


def _share_covered(fitted: BoolArray, y_train: BoolArray) -> float:
    """Return the share of label occurrences whose label was fitted; 0 without any."""
    counts = y_train.sum(axis=0)
    return float(counts[fitted].sum() / max(int(counts.sum()), 1))


def _linear_note(fitted: BoolArray, y_train: BoolArray) -> str:
    note = f"One linear support vector machine a label (C = {_COST:g}), rows scaled to length 1"
    if fitted[y_train.sum(axis=0) >= _MIN_POSITIVES].all():
        return f"{note}."
    return (
        f"{note}; in the time allowed, the {int(fitted.sum())} most frequent of {len(fitted)} "
        f"labels ({_share_covered(fitted, y_train):.1%} of all label occurrences) were fitted, "
        "the rest are never given."
    )


def _fit_and_score(
    parts: tuple[SparseRows, SparseRows, SparseRows],
    y_train: BoolArray,
    random_seed: int,
    time_is_up: Callable[[], bool],
) -> tuple[tuple[NDArray[np.float32], NDArray[np.float32]], BoolArray]:
    """Return scores of the second and third part, and which labels were fitted.

    A label on every training paper counts as fitted: it scores above all others.
    """
    from sklearn.svm import LinearSVC

    train, *others = (_unit_rows(part) for part in parts)
    counts = y_train.sum(axis=0)
    order = np.argsort(-counts, kind="stable")
    on_all = counts == len(y_train)
    order = order[(counts[order] >= _MIN_POSITIVES) & ~on_all[order]]
    scores = tuple(np.zeros((part.shape[0], len(counts)), np.float32) for part in others)
    fitted = np.zeros(len(counts), dtype=bool)
    sampled = _sample(len(y_train), random_seed)

    def fit(label: int) -> None:
        if time_is_up():
            return
        rows, weights = _papers_for(y_train[:, label], sampled)
        model = LinearSVC(C=_COST, tol=_TOLERANCE, random_state=random_seed)
        chosen = train if isinstance(rows, slice) else train[rows]  # no copy of all papers
        model.fit(chosen, y_train[rows, label], weights)
        for part, score in zip(others, scores, strict=True):
            score[:, label] = part @ model.coef_[0] + model.intercept_[0]
        fitted[label] = True

    # One after another: liblinear has one random generator a process, so that fits in
    # threads would draw from it in another order each time and never repeat.
    for label in order.tolist():
        fit(label)
    fitted |= on_all & (counts > 0)
    # What stands on every training paper needs no fit: it is always true. One score for both
    # parts, so that the threshold chosen on the first holds for the second.
    highest = max(float(score.max(initial=1.0)) for score in scores) + 1.0
    for score in scores:
        score[:, on_all] = highest
        score[:, ~fitted] = min(-2.0, float(score.min(initial=0.0)) - 1.0)
    return (scores[0], scores[1]), fitted


def _sample(n_papers: int, random_seed: int) -> NDArray[np.int64] | None:
    """Return the papers that rare labels learn from besides their own; None for all."""
    if n_papers < _SAMPLE_FROM:
        return None
    generator = np.random.default_rng(random_seed)
    return np.sort(generator.choice(n_papers, int(n_papers * _SAMPLED_SHARE), replace=False))


def _papers_for(
    y_true: BoolArray, sampled: NDArray[np.int64] | None
) -> tuple[slice | NDArray[np.int64], NDArray[np.float64] | None]:
    """Return the papers that a label learns from, and how much each counts (None: once)."""
    n_positives = np.count_nonzero(y_true)
    if sampled is None or n_positives >= _RARE_SHARE * len(y_true):
        return slice(None), None
    rows = np.union1d(np.flatnonzero(y_true), sampled)
    return rows, np.where(y_true[rows], 1.0, 1 / _SAMPLED_SHARE)


def _unit_rows(rows: SparseRows) -> Any:
    """Return the rows as a float64 ``csr_matrix``, each of length 1 (empty rows stay)."""
    from scipy.sparse import csr_matrix

    squares = np.add.reduceat(
        np.append(rows.data.astype(np.float64) ** 2, 0.0), rows.indptr[:-1]
    ) * (np.diff(rows.indptr) > 0)
    lengths = np.sqrt(np.where(squares > 0, squares, 1.0))
    data = rows.data / np.repeat(lengths, np.diff(rows.indptr))
    # liblinear takes 32-bit row pointers only; the estimate above keeps far below 2**31.
    return csr_matrix(
        (data, rows.indices, rows.indptr.astype(np.int32)), shape=(len(rows), rows.n_features)
    )
