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
