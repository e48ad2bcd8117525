"""A Plotly chart that keeps zoom, hover and legend choices while its data change.

``st.plotly_chart`` puts the whole figure into its element's identity: each change of the
data replaces the chart, and the reader's zoom is lost at every tick. This component calls
``Plotly.react`` on the same node instead. Plotly's script is taken from the installed
``plotly`` package: compressed, and sent once per page load, since its message never
changes and Streamlit then sends a reference to it.
"""

from __future__ import annotations

import functools
import gzip
import json
from importlib import resources
from typing import Any

import plotly.graph_objects as go
import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from arxivtag.ui.browser import as_text, component, javascript


@functools.cache
def _loader() -> ComponentRenderer:
    code = resources.files("plotly").joinpath("package_data/plotly.min.js").read_bytes()
    packed = as_text(gzip.compress(code, 6))
    script = f'const source = "{packed}";\n' + javascript("plotly_loader")
    return st.components.v2.component("arxivtag_plotly", js=script)


_chart = component(
    "live_chart", '<div class="at-live-chart" role="figure"></div>', "plotly_look", "live_chart"
)


def load_plotly() -> None:
    """Bring Plotly into the page. Call it once per page, outside any fragment."""
    _loader()(key="plotly-loader")


def live_chart(
    figure: dict[str, Any], key: str, alt_text: str, *, version: int, n_points: int
) -> None:
    """Draw a figure of :func:`plain_figure` whose data grow; of one version it is drawn once.

    New points of its first line appear one after another, some with each frame; at once for
    people who prefer reduced motion.
    The whole figure goes with every call. When it was left out of those calls that add
    nothing, the browser lost it: of two messages that arrive at once only the last is drawn.
    Tests read ``n_points`` from the page.
    """
    _chart(
        key=key,
        data={
            "figure": figure,
            "alt": alt_text,
            "name": key,
            "version": version,
            "n_points": n_points,
        },
    )


def plain_figure(figure: go.Figure, revision: str) -> dict[str, Any]:
    """Return a figure as plain values; zoom and legend choices are kept while ``revision`` is."""
    figure.update_layout(uirevision=revision)
    values: dict[str, Any] = json.loads(figure.to_json())
    return values
