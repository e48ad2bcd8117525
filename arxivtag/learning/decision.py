"""From a model's probabilities to labels: a split's scores, and how labels are decided by them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning import calibration as calibrations
from arxivtag.learning import thresholds as thresholding
from arxivtag.learning.calibration import Calibration
from arxivtag.learning.counts import BoolArray
from arxivtag.learning.thresholds import Thresholds
from arxivtag.settings import EvaluationConfig


@dataclass(frozen=True, eq=False)
class Scored:
    """What is true of the papers of a split, and what a model says of them.

    Attributes:
        y_true: True labels, (n_samples, n_labels) bool.
        y_prob: Probabilities, same shape, float32; labels are decided by them.
        readable: Which papers hold an n-gram that the model knows, (n_samples,) bool. The
            others are given no label: no probability decides about them.
        y_prob_raw: The model's own probabilities, once ``y_prob`` are calibrated.
    """

    y_true: BoolArray
    y_prob: NDArray[np.float32]
    readable: BoolArray
    y_prob_raw: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        """Return the number of papers."""
        return len(self.y_true)

    def calibrated(self, calibration: Calibration) -> Scored:
        """Return the same papers with calibrated probabilities beside the model's own."""
        y_prob = calibrations.calibrate(calibration, self.y_prob)
        return dataclasses.replace(self, y_prob=y_prob, y_prob_raw=self.y_prob)

    def given(self, thresholds: Thresholds) -> BoolArray:
        """Return the labels that the papers are given, (n_samples, n_labels) bool."""
        return thresholding.decide(thresholds, self.y_prob, self.readable)


@dataclass(frozen=True)
class Decision:
    """What turns a model's own probabilities into labels: first the one, then the other."""

    calibration: Calibration
    thresholds: Thresholds


def fit_decision(val: Scored, config: EvaluationConfig) -> tuple[Decision, Scored]:
    """Fit the calibration, then choose thresholds on calibrated probabilities.

    Papers that cannot be read teach nothing.

    Args:
        val: The validation papers, with the model's own probabilities.

    Returns:
        The decision, and the validation papers with calibrated probabilities.
    """
    seen = val.readable
    calibration = calibrations.fit_calibration(
        val.y_true[seen], val.y_prob[seen], config.calibration
    )
    val = val.calibrated(calibration)
    thresholds = thresholding.choose(val.y_true[seen], val.y_prob[seen], config.threshold_method)
    return Decision(calibration, thresholds), val
