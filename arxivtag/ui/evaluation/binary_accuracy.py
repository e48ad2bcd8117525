"""Binary accuracy, the one figure that is never shown alone.

Most labels do not apply to most papers, so giving no label at all scores nearly as well as
a good model. Whatever shows binary accuracy shows that level beside it; use these.
"""

from __future__ import annotations

import streamlit as st

from arxivtag.ui.frame.components import percent_text

NAME = "Binary accuracy"
NO_LABEL = "no label at all"
HELP = (
    "The share of yes-or-no decisions, one for each paper and label, that are right. Most labels "
    "do not apply to most papers, so giving no label at all scores nearly as much: only the "
    "distance to that counts."
)


def binary_accuracy_text(accuracy: float | None, all_zeros: float | None) -> str:
    """Return binary accuracy in one phrase with what giving no label scores.

    ``"98.54 % (no label at all: 97.73 %)"``; without the second value there is nothing
    to judge the first by, so neither is shown.
    """
    if accuracy is None or all_zeros is None:
        return "not measured"
    return f"{percent_text(accuracy, 2)} ({NO_LABEL}: {percent_text(all_zeros, 2)})"


def render_binary_accuracy(accuracy: float | None, all_zeros: float | None) -> None:
    """Show binary accuracy as a tile, with what giving no label scores below it."""
    if accuracy is None or all_zeros is None:
        st.metric(NAME, "–", help=HELP, border=True, height="stretch")
        return
    st.metric(
        NAME,
        percent_text(accuracy, 2),
        # As short as this, since a tile cuts off what does not fit.
        delta=f"no label: {percent_text(all_zeros, 2)}",
        delta_color="off",
        delta_arrow="off",
        help=f"{HELP} Below: {NO_LABEL}.",
        border=True,
        height="stretch",
    )
