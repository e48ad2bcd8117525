"""Thresholds: from probabilities to labels.

A label is given to a paper when its probability reaches the label's threshold
(``global`` and ``per_label``), or when it is among the ``top_k`` most probable
(``top_k``). Thresholds are chosen on validation papers, reported on test papers
and saved with the model. Only numpy is imported here, since tagging uses it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.errors import ConfigError
from arxivtag.learning.calibration import logit, sigmoid
from arxivtag.learning.counts import BoolArray, FloatArray
from arxivtag.learning.rankings import RankedCounts

METHODS = ("global", "per_label", "top_k")
MAX_TOP_K = 10
# A label's own best threshold weighs as much as the global one at this many positive
# validation papers. Over ten random halvings of 3,042 held-out papers of the real data
# (docs/evaluation.md): 0 costs 0.06 micro-F1, 50 costs 0.04 macro-F1, 5 gains in both.
SHRINKAGE_POSITIVES = 5
# A label with a single positive validation paper takes the global threshold.
MIN_POSITIVES = 2
# Thresholds are mixed as if none were below this or so near to 1: on the logit scale, one label
# whose two papers are all but hopeless would otherwise outweigh the threshold of all others.
_LEAST_MIXED = 1e-6
_BLOCK = 16_384  # papers handled at once


@dataclass(frozen=True)
class Thresholds:
    """How probabilities become labels.

    Args:
        method: One of :data:`METHODS`.
        values: Smallest probability at which each label is given, (n_labels,) float32.
            Zeros for ``top_k``.
        top_k: How many labels each paper gets; None unless ``method`` is ``top_k``.
    """

    method: str
    values: NDArray[np.float32]
    top_k: int | None = None

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ConfigError(
                f"A threshold method should be one of {', '.join(METHODS)}. "
                f"Received: {self.method!r}."
            )
        if (self.top_k is not None) != (self.method == "top_k"):
            raise ConfigError(
                "top_k should be a number for the method top_k, and empty for the others. "
                f"Received: method={self.method!r}, top_k={self.top_k!r}."
            )


def choose(y_true: BoolArray, y_prob: FloatArray, method: str) -> Thresholds:
    """Choose thresholds on validation papers so that F1 is highest there.

    Args:
        y_true: True labels, (n_samples, n_labels).
        y_prob: Probabilities or any scores of the same shape; calibrated ones if the
            model is calibrated.
        method: ``global`` (one threshold, highest micro-F1), ``per_label`` (each label's
            highest F1, pulled towards the global threshold for rare labels) or ``top_k``
            (the k up to 10 with the highest micro-F1).

    Returns:
        The chosen thresholds. Without any validation paper or label: 0.5, or k = 1.
    """
    n_labels = y_true.shape[1]
    if method == "top_k":
        return Thresholds("top_k", np.zeros(n_labels, np.float32), _best_k(y_true, y_prob))
    shared = best_threshold(y_true.ravel(), y_prob.ravel())
    if method == "global":
        return Thresholds("global", np.full(n_labels, shared, np.float32))
    if method != "per_label":
        return Thresholds(method, np.empty(0, np.float32))  # raises, naming the methods
    n_positives = y_true.sum(axis=0)
    weights = n_positives / np.maximum(n_positives + SHRINKAGE_POSITIVES, 1e-9)
    values = np.full(n_labels, shared, np.float64)
    for label in np.flatnonzero(n_positives >= MIN_POSITIVES):
        own = best_threshold(y_true[:, label], y_prob[:, label])
        values[label] = _between(shared, own, weights[label])
    return Thresholds("per_label", values.astype(np.float32))


def apply(thresholds: Thresholds, y_prob: FloatArray) -> BoolArray:
    """Return the labels whose probabilities pass ``thresholds``, (n_samples, n_labels) bool.

    With ``top_k``, the first of equally probable labels wins.
    """
    if thresholds.top_k is None:
        return np.asarray(y_prob >= thresholds.values)
    y_pred = np.zeros(y_prob.shape, dtype=bool)
    np.put_along_axis(y_pred, _most_probable(y_prob, thresholds.top_k), True, axis=1)
    return y_pred


def decide(thresholds: Thresholds, y_prob: FloatArray, readable: BoolArray) -> BoolArray:
    """Return the labels given to texts: the one decision of tagging and evaluation.

    Texts that are not ``readable``, (n_samples,), since they hold no known n-gram, get no label:
    their probabilities are those of no text at all.
    """
    y_pred = apply(thresholds, y_prob)
    y_pred[~readable] = False
    return y_pred


def best_threshold(y_true: BoolArray, y_prob: FloatArray) -> float:
    """Return the threshold with the highest F1 of ``y_prob >= threshold``; 0.5 without positives.

    Every distinct probability (or score), (n,), is tried; the result lies half way to the next
    lower one, so that it does not depend on one paper's rounding. Of equal F1, the highest
    threshold.
    """
    ranked = RankedCounts(y_true, np.asarray(y_prob, dtype=np.float64))
    if not ranked.n_true:
        return 0.5
    # Between the scores of two true papers, F1 only falls.
    best = np.argmax(2 * ranked.true_positives / (ranked.n_predicted + ranked.n_true))
    score = ranked.scores[best]
    lower = ranked.below(score)
    if lower is None:
        return float(score)
    middle = np.float32((score + lower) / 2)
    return float(middle if lower < middle <= score else np.float32(score))


def to_dict(thresholds: Thresholds) -> dict[str, Any]:
    """Return plain values that JSON can hold; :func:`from_dict` is the inverse."""
    return {
        "method": thresholds.method,
        # Nine digits tell every float32 apart; a paper whose probability is the threshold gets it.
        "values": [float(f"{value:.9g}") for value in thresholds.values.tolist()],
        "top_k": thresholds.top_k,
    }


def from_dict(values: Mapping[str, Any]) -> Thresholds:
    """Return the thresholds that :func:`to_dict` wrote.

    Raises:
        ConfigError: If a key is missing or a value is not what it should be.
    """
    try:
        with np.errstate(over="ignore"):  # infinite then, and refused below
            numbers = np.asarray(values["values"], dtype=np.float32)
        method, top_k = values["method"], values.get("top_k")
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ConfigError(
            f"Thresholds should hold method, values and top_k. Received: {values!r:.80}.",
            "The file may be damaged.",
        ) from error
    is_k = top_k is None or (isinstance(top_k, int) and not isinstance(top_k, bool) and top_k > 0)
    if numbers.ndim != 1 or not np.isfinite(numbers).all() or not is_k:
        raise ConfigError(
            "Threshold values should be a list of finite numbers, and top_k a positive whole "
            f"number or null. Received: values of shape {numbers.shape}, top_k={top_k!r}.",
            "The file may be damaged.",
        )
    return Thresholds(method, numbers, top_k)


def _best_k(y_true: BoolArray, y_prob: FloatArray) -> int:
    """Return the k from 1 to 10 whose k most probable labels have the highest micro-F1."""
    n_samples = len(y_true)
    if not y_true.any():
        return 1
    top = _most_probable(y_prob, MAX_TOP_K)
    hits = np.cumsum(np.take_along_axis(y_true, top, axis=1).sum(axis=0))
    k = np.arange(1, top.shape[1] + 1)
    return int(k[np.argmax(2 * hits / (k * n_samples + y_true.sum()))])


def _most_probable(y_prob: FloatArray, k: int) -> NDArray[np.int64]:
    """Return the columns of the up to ``k`` most probable labels, the first of equal ones first.

    (n_samples, k), a block of papers at a time, to bound memory.
    """
    best = np.empty((len(y_prob), min(k, y_prob.shape[1])), dtype=np.int64)
    for start in range(0, len(y_prob), _BLOCK):
        part = slice(start, start + _BLOCK)
        best[part] = np.argsort(-y_prob[part], axis=1, kind="stable")[:, :k]
    return best


def _between(shared: float, own: float, weight: float) -> float:
    """Return the threshold ``weight`` of the way from ``shared`` to ``own``, on the logit scale.

    Scores outside of 0 to 1 are mixed as they stand.
    """
    if not (0.0 <= shared <= 1.0 and 0.0 <= own <= 1.0):
        return (1 - weight) * shared + weight * own
    first, second = logit(np.clip([shared, own], _LEAST_MIXED, 1 - _LEAST_MIXED))
    return float(sigmoid((1 - weight) * first + weight * second))
