"""Calibration: probabilities that mean what they say.

Among labels given with probability 0.7, about 70 % should be right. A correction
is fitted on validation papers, pooled over all pairs of paper and label, and kept
with the model. Both methods keep the order of probabilities as far as float32 tells the
corrected ones apart, so rankings stay.

- ``temperature``: the logit of each probability is divided by one number
  (Guo et al. 2017, "On Calibration of Modern Neural Networks").
- ``isotonic``: an increasing curve through the observed shares
  (Zadrozny and Elkan 2002), drawn by straight lines between its knots.

Only numpy is imported here, since tagging uses it; fitting imports scipy and scikit-learn
inside functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.errors import ConfigError
from arxivtag.learning.counts import FloatArray
from arxivtag.learning.logistic import logit, sigmoid

METHODS = ("none", "temperature", "isotonic")
# The isotonic curve keeps this far from 0 and 1: no number of papers makes certain.
_ISOTONIC_MARGIN = 1e-6
# Share of the uncorrected probability in the isotonic one: makes flat stretches rise a
# little, so that no two labels change order, and as few become equal as float32 allows.
KEEP_ORDER = 1e-3
_TEMPERATURES = (0.05, 20.0)


@dataclass(frozen=True)
class Calibration:
    """A correction of probabilities.

    Args:
        method: ``none``, ``temperature`` or ``isotonic``.
        temperature: Divisor of the logits; above 1 makes probabilities less extreme.
        x: Knots of the isotonic curve: probabilities, increasing.
        y: Knots of the isotonic curve: corrected probabilities, never falling.
    """

    method: str = "none"
    temperature: float = 1.0
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()

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
    truth = np.asarray(y_true, dtype=bool).ravel()
    probability = np.asarray(y_prob, dtype=np.float64).ravel()
    if method == "none" or truth.all() or not truth.any():
        return Calibration()
    if method == "temperature":
        return Calibration("temperature", temperature=_best_temperature(truth, probability))
    return _fit_isotonic(truth, probability)


def calibrate(calibration: Calibration, y_prob: FloatArray) -> NDArray[np.float32]:
    """Return corrected probabilities, same shape, float32.

    No two change their order; they become equal only where float32 cannot tell them apart.
    """
    if calibration.method == "none":
        return np.asarray(y_prob, dtype=np.float32)
    if calibration.method == "temperature":
        with np.errstate(over="ignore"):  # a temperature next to 0: then 0 or 1
            scaled = logit(y_prob) / calibration.temperature
        return np.asarray(sigmoid(scaled), dtype=np.float32)
    corrected = np.interp(y_prob, calibration.x, calibration.y)
    mixed = (1 - KEEP_ORDER) * corrected + KEEP_ORDER * np.asarray(y_prob, dtype=np.float64)
    return np.asarray(mixed, dtype=np.float32)


def to_dict(calibration: Calibration) -> dict[str, Any]:
    """Return plain values that JSON can hold; :func:`from_dict` is the inverse."""
    return {
        "method": calibration.method,
        "temperature": calibration.temperature,
        "x": list(calibration.x),
        "y": list(calibration.y),
    }


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
