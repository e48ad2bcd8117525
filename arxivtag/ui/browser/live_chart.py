"""A Plotly chart that keeps zoom, hover and legend choices while its data change.

``st.plotly_chart`` puts the whole figure into its element's identity: each change of the
data replaces the chart, and the reader's zoom is lost at every tick. This component calls
``Plotly.react`` on the same node instead. Plotly's script is taken from the installed
``plotly`` package: compressed, and sent once per page load, since its message never
changes and Streamlit then sends a reference to it.
"""

from __future__ import annotations

import base64
import functools
import gzip
from importlib import resources
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from streamlit.components.v2.types import ComponentRenderer

_CHART_JS = """
const ready = () =>
  (globalThis.arxivtagPlotly ??= new Promise((resolve) => {
    globalThis.arxivtagPlotlyReady = resolve;
  }));

function themed(figure, host) {
  const style = getComputedStyle(host);
  const value = (name) => style.getPropertyValue(name).trim();
  const layout = structuredClone(figure.layout);
  layout.font = {
    ...layout.font, color: value("--st-text-color"), family: value("--st-font"),
  };
  layout.hoverlabel = {
    ...layout.hoverlabel,
    bgcolor: value("--st-background-color"), bordercolor: value("--st-border-color"),
    font: { color: value("--st-text-color") },
  };
  layout.modebar = {
    bgcolor: "rgba(0,0,0,0)", color: "#8a8a8a", activecolor: value("--st-text-color"),
  };
  return layout;
}

export default function (component) {
  const { data, parentElement } = component;
  const node = parentElement.querySelector(".at-live-chart");
  if (!node || !data) return;
  node.setAttribute("aria-label", data.alt);
  const figure = data.figure;
  node.style.height = `${figure.layout.height}px`;
  let stopped = false;
  ready().then((Plotly) => {
    if (stopped || !node.isConnected) return;
    const layout = themed(figure, node);
    // Without new points there is nothing to draw, unless the theme has changed.
    const drawn = JSON.stringify([data.version, layout.font, layout.hoverlabel]);
    if (node.arxivtagDrawn === drawn) return;
    node.arxivtagDrawn = drawn;
    node.arxivtagWork = Plotly.react(node, figure.data, layout, {
      displaylogo: false, showSendToCloud: false, responsive: true,
      modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
      toImageButtonOptions: { format: "svg", filename: data.name },
    }).catch(() => {});  // the node left the page while Plotly was at work on it
    node.dataset.points = data.n_points;
  });
  return () => {
    stopped = true;
    delete node.arxivtagDrawn;
    // Plotly draws in steps: taking its state away between two of them raises.
    Promise.resolve(node.arxivtagWork).then(() => globalThis.Plotly?.purge(node));
  };
}
"""

_LOADER_JS = """
const source = "%s";
export default function () {
  if (globalThis.arxivtagPlotlyLoading) return;
  globalThis.arxivtagPlotlyLoading = true;
  globalThis.arxivtagPlotly ??= new Promise((resolve) => {
    globalThis.arxivtagPlotlyReady = resolve;
  });
  const bytes = Uint8Array.from(atob(source), (letter) => letter.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  new Response(plain).text().then((code) => {
    const script = document.createElement("script");
    script.textContent = code;
    document.head.append(script);
    globalThis.arxivtagPlotlyReady(globalThis.Plotly);
  });
}
"""


@functools.cache
def _loader() -> ComponentRenderer:
    code = resources.files("plotly").joinpath("package_data/plotly.min.js").read_bytes()
    packed = base64.b64encode(gzip.compress(code, 6)).decode("ascii")
    return st.components.v2.component("arxivtag_plotly", js=_LOADER_JS % packed)


_chart = st.components.v2.component(
    "arxivtag_live_chart",
    html='<div class="at-live-chart" role="img"></div>',
    css=".at-live-chart { width: 100%; }\n.at-live-chart .modebar { z-index: 1; }",
    js=_CHART_JS,
    isolate_styles=False,
)


def load_plotly() -> None:
    """Bring Plotly into the page. Call it once per page, outside any fragment."""
    _loader()(key="plotly-loader")


def live_chart(
    figure: dict[str, Any], key: str, alt_text: str, *, version: int, n_points: int
) -> None:
    """Draw a figure whose data grow.

    The whole figure goes with every call. When it was left out of those calls that add
    nothing, the browser lost it: of two messages that arrive at once only the last is drawn.

    Args:
        figure: From :func:`plain_figure`.
        key: Unique on the page.
        alt_text: One sentence for those who cannot see it: what it shows.
        version: Changes with the figure; a figure of the same version is not drawn again.
        n_points: How many points it holds, which tests read from the page.
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
    """Return a figure as plain values for :func:`live_chart`.

    Args:
        figure: What to draw.
        revision: As long as it stays the same, zoom and legend choices are kept.
    """
    import json

    figure.update_layout(uirevision=revision)
    values: dict[str, Any] = json.loads(figure.to_json())
    return values
