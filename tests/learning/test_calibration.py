"""Calibration: known distortions are undone, order is kept, files can be damaged."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.special import logit as scipy_logit
from sklearn.linear_model import LogisticRegression

from arxivtag.errors import ConfigError
from arxivtag.learning import calibration as calibrations
from arxivtag.learning.calibration import Calibration, calibrate, fit_calibration
from arxivtag.learning.metrics import reliability_bins

PROBABILITIES = arrays.arrays(np.float32, (4, 5), elements=st.floats(0, 1, width=32))


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def overconfident(n: int = 20_000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Truths drawn from sigmoid(z), and probabilities sigmoid(2.5 z) given for them."""
    generator = np.random.default_rng(0)
    z = generator.normal(0, 2, size=(n, 1))
    y_true = generator.random((n, 1)) < sigmoid(z)
    return y_true, sigmoid(z), sigmoid(2.5 * z).astype(np.float32)


def test_temperature_undoes_a_known_distortion() -> None:
    y_true, right, y_prob = overconfident()
    fitted = fit_calibration(y_true, y_prob, "temperature")
    assert fitted.temperature == pytest.approx(2.5, abs=0.1)
    assert np.abs(calibrate(fitted, y_prob) - right).max() < 0.02


def test_temperature_is_logistic_regression_on_the_logit_without_intercept() -> None:
    y_true, _, y_prob = overconfident(2000)
    oracle = LogisticRegression(C=1e9, fit_intercept=False, tol=1e-8)
    oracle.fit(scipy_logit(y_prob.astype(float)), y_true.ravel())
    fitted = fit_calibration(y_true, y_prob, "temperature")
    assert fitted.temperature == pytest.approx(1 / oracle.coef_[0, 0], rel=1e-3)


@pytest.mark.parametrize("method", ["temperature", "isotonic"])
def test_both_methods_lower_the_calibration_error(method: str) -> None:
    y_true, _, y_prob = overconfident()
    fitted = fit_calibration(y_true[:10_000], y_prob[:10_000], method)
    held_out, y_prob = y_true[10_000:], y_prob[10_000:]
    before = reliability_bins(held_out, y_prob).expected_calibration_error
    after = reliability_bins(held_out, calibrate(fitted, y_prob)).expected_calibration_error
    assert after < before / 4


@settings(max_examples=50)
@given(
    PROBABILITIES,
    st.sampled_from(
        [
            Calibration("temperature", temperature=3.0),
            Calibration("temperature", temperature=0.3),
            Calibration("isotonic", x=(0.1, 0.4, 0.4, 0.9), y=(0.0, 0.2, 0.2, 0.7)),
            Calibration(),
        ]
    ),
)
def test_order_is_kept_and_results_are_probabilities(
    y_prob: np.ndarray, fitted: Calibration
) -> None:
    found = calibrate(fitted, y_prob)
    assert found.dtype == np.float32
    assert found.shape == y_prob.shape
    assert ((found >= 0) & (found <= 1)).all()
    order = np.argsort(y_prob, axis=None)
    assert (np.diff(found.ravel()[order]) >= 0).all()


def test_isotonic_keeps_labels_apart_on_flat_stretches() -> None:
    flat = Calibration("isotonic", x=(0.2, 0.8), y=(0.5, 0.5))
    low, high = calibrate(flat, np.array([0.3, 0.7]))
    assert low < high
    assert (low, high) == pytest.approx((0.5, 0.5), abs=1e-3)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_temperature_keeps_improbable_labels_apart(temperature: float) -> None:
    y_prob = np.array([1e-12, 1e-7, 9e-7, 1e-6], np.float32)
    found = calibrate(Calibration("temperature", temperature=temperature), y_prob)
    assert (np.diff(found) > 0).all()


def test_fitted_isotonic_curves_have_no_jumps() -> None:
    y_prob = np.array([0.1, 0.5, 0.5 + 1e-9, 0.9])
    fitted = fit_calibration(np.array([False, False, True, True]), y_prob, "isotonic")
    assert (np.diff(fitted.x) > 0).all()
    assert len(fitted.x) == len(fitted.y) == 3


def test_none_changes_nothing() -> None:
    y_prob = np.array([[0.0, 0.3, 1.0]], np.float32)
    np.testing.assert_array_equal(calibrate(Calibration(), y_prob), y_prob)


@pytest.mark.parametrize("method", ["temperature", "isotonic", "top_label"])
@pytest.mark.parametrize("truth", [True, False])
def test_one_class_teaches_nothing(method: str, truth: bool) -> None:
    y_true = np.full((3, 2), truth)
    assert fit_calibration(y_true, np.full((3, 2), 0.4), method) == Calibration()
    assert fit_calibration(y_true[:0], np.zeros((0, 2)), method) == Calibration()


def test_the_top_label_alone_goes_along_a_line_fitted_on_top_labels() -> None:
    """The truths of first labels follow sigmoid(2 logit - 1); the others say nothing."""
    generator = np.random.default_rng(1)
    logits = generator.normal(0, 1, size=(20_000, 1))
    y_prob = np.concatenate([sigmoid(logits), sigmoid(logits) / 2], axis=1).astype(np.float32)
    y_true = generator.random(y_prob.shape) < sigmoid(2 * logits - 1)
    fitted = fit_calibration(y_true, y_prob, "top_label")
    assert (fitted.top_slope, fitted.top_shift) == pytest.approx((2, -1), abs=0.1)
    by_hand = Calibration("top_label", top_slope=2, top_shift=-1)
    # Odds 1: exp(-1) to 1; the second label falls by as much as the first, 0.269 / 0.5.
    found = calibrate(by_hand, np.array([[0.25, 0.5]], np.float32))[0]
    assert found == pytest.approx([0.25 * sigmoid(-1.0) / 0.5, sigmoid(-1.0)], rel=1e-5)
    risen = calibrate(Calibration("top_label", top_shift=1), np.array([[0.5, 0.25]]))[0]
    assert risen == pytest.approx([sigmoid(1.0), 0.25], rel=1e-5)


def test_certain_probabilities_stay_finite() -> None:
    y_true = np.array([[True, False, True, False]])
    y_prob = np.array([[1.0, 0.0, 0.0, 1.0]], np.float32)
    fitted = fit_calibration(y_true, y_prob, "temperature")
    assert np.isfinite(calibrate(fitted, y_prob)).all()


@pytest.mark.parametrize("method", ["none", "temperature", "isotonic", "top_label"])
def test_there_and_back_through_json(method: str) -> None:
    y_true, _, y_prob = overconfident(500)
    fitted = fit_calibration(y_true, y_prob, method)
    again = calibrations.from_dict(json.loads(json.dumps(calibrations.to_dict(fitted))))
    assert again == fitted


@pytest.mark.parametrize(
    "damaged",
    [
        {},
        {"method": "guess"},
        {"method": "temperature", "temperature": 0},
        {"method": "temperature", "temperature": float("nan")},
        {"method": "temperature", "temperature": "hot"},
        {"method": "temperature", "temperature": 10**400},
        {"method": "isotonic", "x": [0.1], "y": [10**400]},
        {"method": "isotonic"},
        {"method": "isotonic", "x": [0.1, 0.2], "y": [0.1]},
        {"method": "isotonic", "x": [0.2, 0.1], "y": [0.1, 0.2]},
        {"method": "isotonic", "x": [0.1, 0.2], "y": [0.3, 0.2]},
        None,
    ],
)
def test_damaged_calibrations_are_refused(damaged) -> None:
    with pytest.raises(ConfigError):
        calibrations.from_dict(damaged)


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(ConfigError, match="none, temperature, isotonic"):
        fit_calibration(np.ones((1, 1), bool), np.ones((1, 1)), "guess")
