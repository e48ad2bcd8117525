"""What is reported while a model trains; numpy only."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np

from arxivtag.learning.losses import BoolArray, Loss
from arxivtag.learning.network import FloatArray, activate

# Called with each record of the history.
OnTick = Callable[[dict[str, Any]], None]


def validation_figures(y_true: BoolArray, logits: FloatArray, loss: Loss) -> dict[str, float]:
    """Return the validation figures of an epoch from (n, n_labels) each, empty without papers.

    ``val_micro_f1`` is the highest over one threshold for all labels, since during
    training no threshold is chosen yet.
    """
    if len(logits) == 0:
        return {}
    y_prob = activate(logits, loss.output_activation)
    top = logits.argmax(axis=1)
    return {
        "val_loss": loss.validated(y_true, logits),
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


def utc_now() -> str:
    """Return the time as UTC ISO 8601 with seconds."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
