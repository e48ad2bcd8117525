"""Logits: there and back, finite at the ends, no two probabilities made one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from scipy.special import logit as oracle

from arxivtag.learning.calibration import logit, sigmoid


def test_logit_and_sigmoid_are_scipys() -> None:
    z = np.linspace(-60, 16, 400)
    np.testing.assert_allclose(sigmoid(z), expit(z), rtol=1e-14)
    np.testing.assert_allclose(logit(expit(z)), oracle(expit(z)), rtol=1e-9)
    np.testing.assert_allclose(logit(expit(z)), z, rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extremes_are_finite_and_keep_their_precision(dtype: type) -> None:
    z = np.array([-np.inf, -1e4, -100, 0, 100, 1e4, np.inf], dtype)
    found = sigmoid(z)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found[[0, 3, 6]], [0, 0.5, 1])
    assert np.isfinite(logit(found)).all()
    # float32 tells these apart, so their logits do.
    next_to_one = np.nextafter(np.float32(1), np.float32(0))
    probabilities = np.array([0, 1e-29, 1e-7, 9e-7, next_to_one, 1], np.float32)
    assert (np.diff(logit(probabilities)) > 0).all()
