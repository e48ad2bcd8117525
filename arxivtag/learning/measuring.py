"""Computes the figures of :mod:`arxivtag.learning.metrics`, on all papers and on resamples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning import counts as counting
from arxivtag.learning.counts import BoolArray, Counts, FloatArray, IntArray
from arxivtag.learning.metrics import METRICS
from arxivtag.learning.rankings import PaperRankings, RankedCounts, Scores

_BLOCK = 16_384  # papers handled at once, to bound memory
_MAX_WEIGHTS = 64_000_000  # weights of papers in resamples held at once: 256 MB


@dataclass(frozen=True)
class Contributions:
    """What each paper adds to each figure, so that resampling papers is arithmetic.

    True and given labels, (n_samples, n_labels) bool; and values of ``papers``, (n_samples,) each,
    NaN where a paper has none, of which the figure is the mean.
    """

    y_true: BoolArray
    y_pred: BoolArray
    papers: Mapping[str, NDArray[np.float64]]


def contributions(
    y_true: BoolArray, y_pred: BoolArray, y_prob: FloatArray | None = None
) -> Contributions:
    """Return what each paper adds to each figure; without ``y_prob``, no ranking figures."""
    with np.errstate(invalid="ignore", divide="ignore"):
        papers = _figures("labels", y_true, y_pred)
        if y_prob is not None:
            papers |= _figures("rankings", PaperRankings(y_true, y_prob))
    return Contributions(y_true, y_pred, papers)


def _figures(reads: str, *values: object) -> dict[str, Any]:
    """Return the figures of the metrics that read such values."""
    return {metric.key: metric.function(*values) for metric in METRICS if metric.reads == reads}


def averages(
    parts: Contributions, weights: NDArray[np.float32] | NDArray[np.float64] | None = None
) -> dict[str, NDArray[np.float64]]:
    """Return the figures for papers counted ``weights`` times, by key, (n_resamples,) each.

    Weights are (n_resamples, n_samples), such as :func:`resampling_weights` gives; None: each
    paper once. A figure is NaN where undefined. Areas under curves and calibration errors, which
    are not averages over papers or labels, are left out.
    """
    if weights is None:
        weights = np.ones((1, len(parts.y_true)), dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        figures = {key: _weighted_mean(weights, value) for key, value in parts.papers.items()}
    masks = (parts.y_true & parts.y_pred, parts.y_true, parts.y_pred)
    counts = Counts(*(_weighted_sums(weights, mask) for mask in masks))
    return figures | _figures("counts", counts)


def evaluate(
    y_true: BoolArray, y_pred: BoolArray, y_prob: FloatArray | None = None
) -> dict[str, float | None]:
    """Return every figure of the table for arrays of one shape, (n_samples, n_labels).

    None where undefined; without ``y_prob`` there are no figures of rankings.
    """
    parts = contributions(y_true, y_pred, y_prob)
    figures = {key: float(value[0]) for key, value in averages(parts).items()}
    if y_prob is not None:
        figures |= _figures("scores", Scores(y_true, y_prob))
    known = {key: float(value) for key, value in figures.items() if np.isfinite(value)}
    return {metric.key: known.get(metric.key) for metric in METRICS}


def evaluate_and_count(
    y_true: BoolArray, y_pred: BoolArray, y_prob: FloatArray, n_unknown_labels: int = 0
) -> dict[str, float | int | None]:
    """Return the top-level numbers of an evaluation.

    They are all figures of the table, ``binary_accuracy_all_zeros`` (the binary
    accuracy of giving no label to any paper), ``n_samples``, ``n_labels`` (the model
    knows), ``n_labels_present`` (of those, occur here), ``n_papers_without_known_label``
    and ``n_unknown_labels`` (label occurrences the model does not know, left out of
    every other figure).
    """
    return {
        **evaluate(y_true, y_pred, y_prob),
        "binary_accuracy_all_zeros": float(1 - np.mean(y_true)) if y_true.size else None,
        "n_samples": len(y_true),
        "n_labels": y_true.shape[1],
        "n_labels_present": int(y_true.any(axis=0).sum()),
        "n_papers_without_known_label": int((~y_true.any(axis=1)).sum()),
        "n_unknown_labels": int(n_unknown_labels),
    }


@dataclass(frozen=True)
class Resampling:
    """How papers are resampled for intervals; 0 resamples: no intervals."""

    n_resamples: int = 200
    random_seed: int = 42


DEFAULT_RESAMPLING = Resampling()


def resampling_weights(n_samples: int, resampling: Resampling) -> NDArray[np.float32]:
    """Return how much each paper counts in each resample of the Bayesian bootstrap.

    Rubin (1981), "The Bayesian Bootstrap": weights uniform over all that sum to
    n_samples, in place of counts of papers drawn with replacement. No paper is ever
    left out, so that a label with one paper never vanishes from a macro average, which
    would push its interval upwards. (n_resamples, n_samples) float32; each row sums to n_samples.
    """
    blocks = list(_weights(n_samples, resampling))
    empty = np.zeros((resampling.n_resamples, 0), dtype=np.float32)
    return np.concatenate(blocks) if blocks else empty


def _weights(n_samples: int, resampling: Resampling) -> Iterator[NDArray[np.float32]]:
    """Yield the weights, some resamples at a time, to bound memory; none without papers."""
    if not n_samples:
        return
    generator = np.random.default_rng(resampling.random_seed)
    most = max(1, _MAX_WEIGHTS // n_samples)
    for start in range(0, resampling.n_resamples, most):
        shape = (min(most, resampling.n_resamples - start), n_samples)
        weights = generator.standard_exponential(shape, dtype=np.float32)
        weights *= n_samples / weights.sum(axis=1, keepdims=True)
        yield weights


def resampled_averages(
    parts: Contributions, resampling: Resampling
) -> dict[str, NDArray[np.float64]]:
    """Return :func:`averages` on each resample; empty without resamples or papers."""
    blocks = [averages(parts, weights) for weights in _weights(len(parts.y_true), resampling)]
    keys = blocks[0] if blocks else ()
    return {key: np.concatenate([one[key] for one in blocks]) for key in keys}


def interval(values: FloatArray) -> tuple[float, float] | None:
    """Return the middle 95 % of resampled values; None if none is defined."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return None
    low, high = np.percentile(finite, [2.5, 97.5])
    return float(low), float(high)


def per_label(
    y_true: BoolArray, y_pred: BoolArray, y_prob: FloatArray
) -> dict[str, FloatArray | IntArray]:
    """Return the figures of each label, (n_labels,) each.

    Keys: ``support``, ``n_predicted``, ``precision``, ``recall``, ``f1``, ``average_precision``,
    ``roc_auc``. Of a label that does not occur, recall, F1, average precision and ROC AUC are
    NaN; so is the precision of one never predicted.
    """
    counts = Counts.along(0, y_true, y_pred)
    occurs = counts.n_true > 0
    areas = [RankedCounts(y_true[:, j], y_prob[:, j]).areas() for j in range(y_true.shape[1])]
    return {
        "support": counts.n_true,
        "n_predicted": counts.n_predicted,
        "precision": np.where(counts.n_predicted > 0, counting.precision(counts), np.nan),
        "recall": np.where(occurs, counting.recall(counts), np.nan),
        "f1": np.where(occurs, counting.f1(counts), np.nan),
        "average_precision": np.array([label.average_precision for label in areas]),
        "roc_auc": np.array([label.roc_auc for label in areas]),
    }


def _weighted_mean(weights: FloatArray, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of the values that are defined, (n_resamples,).

    All in the type of the weights: numpy multiplies mixed types ten times slower.
    """
    known = np.isfinite(values)
    total = weights @ np.where(known, values, 0).astype(weights.dtype)
    return np.asarray(total / (weights @ known.astype(weights.dtype)), dtype=np.float64)


def _weighted_sums(weights: FloatArray, mask: BoolArray) -> FloatArray:
    """Return ``weights @ mask``, a block of papers at a time, (n_resamples, n_labels)."""
    total = np.zeros((len(weights), mask.shape[1]), dtype=weights.dtype)
    for start in range(0, len(mask), _BLOCK):
        part = slice(start, start + _BLOCK)
        total += weights[:, part] @ mask[part].astype(weights.dtype)
    return total.astype(np.float64)
