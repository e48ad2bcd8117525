"""Figures that are shown while a model trains; numpy only."""

from __future__ import annotations

import datetime

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.network import FloatArray, OutputActivation, activate

BoolArray = NDArray[np.bool_]


def validation_figures(
    y_true: BoolArray, values: FloatArray, output_activation: OutputActivation
) -> dict[str, float]:
    """Return the validation figures of an epoch from labels and logits ``(n, n_labels)``.

    ``val_micro_f1`` is the highest over one threshold for all labels, since during
    training no threshold is chosen yet; ``val_loss`` is the training loss.
    """
    y_prob = activate(values, output_activation)
    if len(values) == 0:
        return {}
    if output_activation == "softmax":
        loss = _softmax_loss(y_true, values)
    else:
        # log(1 + exp(-|z|)) never overflows.
        losses = np.maximum(values, 0) - values * y_true + np.log1p(np.exp(-np.abs(values)))
        loss = float(losses.mean())
    top = values.argmax(axis=1)
    return {
        "val_loss": loss,
        "val_binary_accuracy": float(((y_prob > 0.5) == y_true).mean()),
        "val_micro_f1": best_micro_f1(y_true, y_prob),
        "val_precision_at_1": float(y_true[np.arange(len(top)), top].mean()),
    }


def best_micro_f1(y_true: BoolArray, y_prob: FloatArray) -> float:
    """Return the highest micro-F1 over one threshold for all labels."""
    order = np.argsort(-y_prob, axis=None)
    hits = np.cumsum(y_true.reshape(-1)[order])
    n_given = np.arange(1, len(order) + 1)
    return float((2 * hits / (n_given + y_true.sum())).max())


def _softmax_loss(y_true: BoolArray, values: FloatArray) -> float:
    shifted = values - values.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    shares = y_true / np.maximum(y_true.sum(axis=1, keepdims=True), 1)
    return float(-(shares * log_probabilities).sum(axis=1).mean())


def utc_now() -> str:
    """Return the time as UTC ISO 8601 with seconds."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
