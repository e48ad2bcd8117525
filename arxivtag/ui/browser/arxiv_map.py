"""A map of papers whose points open at arXiv; coordinates travel as typed arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from arxivtag.ui.browser import javascript

_map = st.components.v2.component(
    "arxivtag_map",
    html='<div class="at-map" role="img">The map is being drawn …</div>',
    js=javascript("plotly_look") + javascript("arxiv_map"),
    isolate_styles=False,
)


def arxiv_map(
    figure: dict[str, Any], names: Mapping[str, str], alt_text: str, n_points: int
) -> None:
    """Draw a map whose points have ``customdata`` (an id of arXiv) and ``text`` (labels, year).

    Call :func:`arxivtag.ui.browser.live_chart.load_plotly` on the same page.

    Args:
        figure: Of :func:`arxivtag.ui.browser.live_chart.plain_figure`.
        names: What each label is called, in words that are safe for Plotly.
        alt_text: One sentence on what it shows.
        n_points: Tests read it from the page.
    """
    _map(
        key="arxiv-map",
        height=figure["layout"]["height"],
        data={
            "figure": figure, "names": dict(names), "alt": alt_text,
            "version": 1, "n_points": n_points,
        },
    )  # fmt: skip
