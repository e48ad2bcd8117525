"""Calibration: probabilities that mean what they say, their logits, and whether they do.

Among labels given with probability 0.7, about 70 % should be right: :func:`reliability_bins`
tells. A correction is fitted on validation papers and kept with the model. All methods keep the
order of a paper's probabilities as far as float32 tells the corrected ones apart, so rankings
stay. The first two are fitted on all pairs of paper and label together.

- ``temperature``: the logit of each probability is divided by one number
  (Guo et al. 2017, "On Calibration of Modern Neural Networks").
- ``isotonic``: an increasing curve through the observed shares
  (Zadrozny and Elkan 2002), drawn by straight lines between its knots.
- ``top_label``: the logit of each paper's most probable label goes along a line (Platt 1999) fitted
  on these alone: the first label is right more often than others that are as probable.

Only numpy is imported here, since tagging uses it; fitting imports scipy and scikit-learn
inside functions.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.errors import ConfigError
from arxivtag.learning.counts import BoolArray, FloatArray

METHODS = ("none", "temperature", "isotonic", "top_label")
# The isotonic curve keeps this far from 0 and 1: no number of papers makes certain.
_ISOTONIC_MARGIN = 1e-6
# Share of the uncorrected probability in the isotonic one: makes flat stretches rise a
# little, so that no two labels change order, and as few become equal as float32 allows.
KEEP_ORDER = 1e-3
_TEMPERATURES = (0.05, 20.0)
# What keeps logits finite, in float32 too: the smallest probability, and the smallest distance
# from 1, half of that between 1 and the next lower float32. Whatever float32 tells apart above
# the first has a logit of its own.
SMALLEST = 1e-30
SMALLEST_REST = 2.0**-25
N_BINS = 15
_BLOCK = 16_384  # papers handled at once, to bound memory


def logit(probability: FloatArray | float) -> NDArray[np.float64]:
    """Return the log odds of probabilities, finite for 0 and 1 too."""
    values = np.asarray(probability, dtype=np.float64)
    odds_for = np.log(np.maximum(values, SMALLEST))
    return np.asarray(odds_for - np.log(np.maximum(1 - values, SMALLEST_REST)))


def sigmoid(logits: FloatArray) -> FloatArray:
    """Return the probabilities of logits, in their own precision, without overflow.

    Small ones keep all their digits.
    """
    values = np.asarray(logits)
    small = np.exp(-np.abs(values))
    return np.where(values >= 0, 1 / (1 + small), small / (1 + small))


@dataclass(frozen=True)
class Calibration:
    """A correction of probabilities.

    Args:
        method: One of :data:`METHODS`.
        temperature: Divisor of the logits; above 1 makes probabilities less extreme.
        x: Knots of the isotonic curve: probabilities, increasing.
        y: Knots of the isotonic curve: corrected probabilities, never falling.
        top_slope: By which the logit of each paper's most probable label is multiplied, above 0.
        top_shift: What is added to it then.
    """

    method: str = "none"
    temperature: float = 1.0
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()
    top_slope: float = 1.0
    top_shift: float = 0.0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ConfigError(
                f"A calibration method should be one of {', '.join(METHODS)}. "
                f"Received: {self.method!r}."
            )
        if not np.isfinite(self.temperature) or self.temperature <= 0:
            raise ConfigError(
                f"A temperature should be a positive number. Received: {self.temperature!r}."
            )
        if not np.isfinite([self.top_slope, self.top_shift]).all() or self.top_slope <= 0:
            raise ConfigError(
                "The slope of the top label should be a positive number and its shift a number. "
                f"Received: {self.top_slope!r} and {self.top_shift!r}."
            )
        is_isotonic = self.method == "isotonic"
        knots = np.asarray([self.x, self.y], float) if len(self.x) == len(self.y) else None
        if knots is None or (is_isotonic and not len(self.x)):
            raise ConfigError(
                "An isotonic calibration should hold as many x as y, and at least one. "
                f"Received: {len(self.x)} x, {len(self.y)} y."
            )
        if not np.isfinite(knots).all() or (np.diff(knots, axis=1) < 0).any():
            raise ConfigError("The knots of an isotonic calibration should be rising numbers.")


def fit_calibration(y_true: NDArray[np.bool_], y_prob: FloatArray, method: str) -> Calibration:
    """Fit a correction by one of :data:`METHODS` on validation papers, (n_samples, n_labels) each.

    Returns:
        The correction; ``none`` where the papers hold no positive or no negative pair,
        since nothing can be learnt from them.
    """
    Calibration(method, x=(0.0,), y=(0.0,))  # raises for an unknown method
    truth, probability = y_true.ravel(), np.asarray(y_prob, dtype=np.float64).ravel()
    if method == "none" or truth.all() or not truth.any():
        return Calibration()
    if method == "temperature":
        return Calibration("temperature", temperature=_best_temperature(truth, probability))
    if method == "top_label":
        return _fit_top_label(*top_label_pairs(y_true, y_prob))
    return _fit_isotonic(truth, probability)


def calibrate(calibration: Calibration, y_prob: FloatArray) -> NDArray[np.float32]:
    """Return corrected probabilities, same shape, float32; ``top_label`` needs all labels' columns.

    No two change their order; they become equal only where float32 cannot tell them apart.
    """
    if calibration.method == "none":
        return np.asarray(y_prob, dtype=np.float32)
    if calibration.method == "temperature":
        with np.errstate(over="ignore"):  # a temperature next to 0: then 0 or 1
            scaled = logit(y_prob) / calibration.temperature
        return np.asarray(sigmoid(scaled), dtype=np.float32)
    if calibration.method == "top_label":
        return _with_top_label(calibration, np.asarray(y_prob, dtype=np.float32))
    corrected = np.interp(y_prob, calibration.x, calibration.y)
    mixed = (1 - KEEP_ORDER) * corrected + KEEP_ORDER * np.asarray(y_prob, dtype=np.float64)
    return np.asarray(mixed, dtype=np.float32)


def to_dict(calibration: Calibration) -> dict[str, Any]:
    """Return plain values that JSON can hold; :func:`from_dict` is the inverse."""
    return dataclasses.asdict(calibration) | {"x": list(calibration.x), "y": list(calibration.y)}


def from_dict(values: Mapping[str, Any]) -> Calibration:
    """Return the calibration that :func:`to_dict` wrote.

    Raises:
        ConfigError: If a key is missing or a value is not what it should be.
    """
    try:
        return Calibration(
            method=values["method"],
            temperature=float(values.get("temperature", 1.0)),
            x=tuple(float(number) for number in values.get("x", ())),
            y=tuple(float(number) for number in values.get("y", ())),
            top_slope=float(values.get("top_slope", 1.0)),
            top_shift=float(values.get("top_shift", 0.0)),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ConfigError(
            f"A calibration should hold method, temperature, x and y. Received: {values!r:.80}.",
            "The file may be damaged.",
        ) from error


def _best_temperature(truth: NDArray[np.bool_], probability: NDArray[np.float64]) -> float:
    """Return the temperature with the lowest mean log loss.

    The loss is convex in 1 / temperature, so the search cannot end in a side valley.
    """
    from scipy.optimize import minimize_scalar

    signed = np.where(truth, 1.0, -1.0) * logit(probability)

    def loss(inverse: float) -> float:
        return float(np.logaddexp(0.0, -signed * inverse).mean())

    low, high = _TEMPERATURES
    found = minimize_scalar(
        loss, bounds=(1 / high, 1 / low), method="bounded", options={"xatol": 1e-6}
    )
    return float(round(1 / found.x, 6))


def _fit_top_label(is_right: NDArray[np.bool_], probability: FloatArray) -> Calibration:
    """Fit Platt's line through the logits of each paper's most probable label."""
    from sklearn.linear_model import LogisticRegression

    if is_right.all() or not is_right.any():
        return Calibration()
    fitted = LogisticRegression(C=1e9).fit(logit(probability)[:, None], is_right)
    slope, shift = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    if slope <= 0:
        return Calibration()
    return Calibration("top_label", top_slope=round(slope, 6), top_shift=round(shift, 6))


def _with_top_label(calibration: Calibration, y_prob: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the first label on Platt's line; where it falls, the others fall by its factor."""
    if not y_prob.size:
        return y_prob
    before = y_prob.max(axis=1, keepdims=True)
    line = calibration.top_slope * logit(before) + calibration.top_shift
    after = np.asarray(sigmoid(line), dtype=np.float32)
    corrected = y_prob * np.minimum(1.0, after / np.maximum(before, SMALLEST))
    return np.asarray(np.where(y_prob >= before, after, corrected), dtype=np.float32)


def _fit_isotonic(truth: NDArray[np.bool_], probability: NDArray[np.float64]) -> Calibration:
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(
        y_min=_ISOTONIC_MARGIN, y_max=1 - _ISOTONIC_MARGIN, out_of_bounds="clip"
    ).fit(probability, truth.astype(np.float64))
    x, y = (
        (float(f"{number:.7g}") for number in values)
        for values in (fitted.X_thresholds_, fitted.y_thresholds_)
    )
    # Of knots that rounding made equal in x, the highest stays: the curve has no jumps.
    knots = dict(zip(x, y, strict=True))
    return Calibration("isotonic", x=tuple(knots), y=tuple(knots.values()))


@dataclass(frozen=True)
class ReliabilityBins:
    """Probabilities against what came true, in equal-width bins from 0 to 1, (n_bins,) each.

    Empty bins, where ``n`` is 0, have NaN.
    """

    n: NDArray[np.int64]
    mean_probability: FloatArray
    share_true: FloatArray

    @property
    def expected_calibration_error(self) -> float:
        """Gap between probability and truth, mean over pairs; NaN without pairs."""
        if not self.n.sum():
            return float("nan")
        gaps = np.abs(self.mean_probability - self.share_true)
        return float(np.nansum(self.n * gaps) / self.n.sum())


def reliability_bins(y_true: BoolArray, y_prob: FloatArray) -> ReliabilityBins:
    """Return the reliability of probabilities in arrays of one shape, all pairs together.

    Bin i holds probabilities in (i / N_BINS, (i + 1) / N_BINS], and 0 belongs to the first.
    """
    edges = np.arange(1, N_BINS) / N_BINS
    n, total, n_true = np.zeros(N_BINS, np.int64), np.zeros(N_BINS), np.zeros(N_BINS)
    for start in range(0, len(y_prob), _BLOCK):
        probability = np.asarray(y_prob[start : start + _BLOCK], dtype=np.float64).ravel()
        truth = np.asarray(y_true[start : start + _BLOCK], dtype=np.float64).ravel()
        where = np.searchsorted(edges, probability, side="left")
        n += np.bincount(where, minlength=N_BINS)
        total += np.bincount(where, probability, N_BINS)
        n_true += np.bincount(where, truth, N_BINS)
    with np.errstate(invalid="ignore"):
        return ReliabilityBins(n=n, mean_probability=total / n, share_true=n_true / n)


def top_label_pairs(y_true: BoolArray, y_prob: FloatArray) -> tuple[BoolArray, FloatArray]:
    """Return whether each paper's most probable label is true, and its probability."""
    if not y_prob.size:
        return np.zeros(0, dtype=bool), np.zeros(0)
    first = y_prob.argmax(axis=1)
    rows = np.arange(len(y_prob))
    return y_true[rows, first], y_prob[rows, first]
