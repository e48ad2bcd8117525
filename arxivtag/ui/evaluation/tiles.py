"""Short names of figures, the same on every page, and the tiles that show them.

Binary accuracy is never shown alone: most labels do not apply to most papers, so giving no
label at all scores nearly as well as a good model. Whatever shows it shows that level beside
it. :mod:`arxivtag.learning.metrics` explains each figure.
"""

from __future__ import annotations

import streamlit as st

from arxivtag.ui.frame.components import percent_text

METRIC_NAMES = {
    "micro_f1": "Micro-F1",
    "macro_f1": "Macro-F1",
    "samples_f1": "F1 per paper",
    "lrap": "Ranking (LRAP)",
    "precision_at_1": "Precision at 1",
    "precision_at_3": "Precision at 3",
    "precision_at_5": "Precision at 5",
    "subset_accuracy": "Exact label sets",
    "hamming_loss": "Hamming loss",
    "binary_accuracy": "Binary accuracy",
    "binary_accuracy_all_zeros": "Binary accuracy of no label",
}


def render_tile(name: str, value: str, help: str, *, below: str | None = None) -> None:
    """Draw one figure, with a quiet text below it."""
    st.metric(
        name, value, delta=below, delta_color="off", delta_arrow="off", help=help,
        border=True, height="stretch",
    )  # fmt: skip


def render_binary_accuracy(accuracy: float | None, all_zeros: float | None) -> None:
    """Draw binary accuracy with what giving no label scores; without that, neither is shown."""
    value, below = "–", None
    if accuracy is not None and all_zeros is not None:
        value = percent_text(accuracy, 2)
        # As short as this, since a tile cuts off what does not fit.
        below = f"no label: {percent_text(all_zeros, 2)}"
    render_tile(
        METRIC_NAMES["binary_accuracy"],
        value,
        "The share of yes-or-no decisions, one for each paper and label, that are right. Most "
        "labels do not apply to most papers, so giving no label at all, shown below it, scores "
        "nearly as much: only the distance to that counts.",
        below=below,
    )
