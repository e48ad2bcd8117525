"""Probabilities to logits and back: one rule for calibration, thresholds, pages and the export."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.counts import FloatArray

# What keeps logits finite, in float32 too: the smallest probability, and the smallest distance
# from 1, half of that between 1 and the next lower float32. Whatever float32 tells apart above
# the first has a logit of its own.
SMALLEST = 1e-30
SMALLEST_REST = 2.0**-25


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
