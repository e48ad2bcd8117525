// A map of papers: hovering names them, a click opens one at arXiv in a new tab.
const NARROW_PX = 440;
const N_NAMES = 14;  // of regions, where the map is narrow

function named(traces, names) {
  return traces.map((trace) => ({
    ...trace,
    text: trace.text.map((text) => {
      const labels = text.split(" ");
      const year = labels.pop();
      const first = names[labels[0]] ?? labels[0];
      return `${first}<br>${labels.join(", ")}<br>${year}`;
    }),
  }));
}

function placed(layout, node) {
  const background = getComputedStyle(node).getPropertyValue("--st-background-color").trim();
  const narrow = node.clientWidth < NARROW_PX;
  const names = narrow ? layout.annotations.slice(0, N_NAMES) : layout.annotations;
  layout.annotations = names.map((name) => ({
    ...name, bgcolor: background, opacity: 0.85, borderpad: 1,
    font: { size: narrow ? 9 : 11 },
  }));
  // A finger that pushes the page must not push the map.
  if (matchMedia("(pointer: coarse)").matches) layout.dragmode = false;
  return layout;
}

export default function (component) {
  const { data, parentElement } = component;
  const node = parentElement.querySelector(".at-map");
  if (!node || !data) return;
  node.setAttribute("aria-label", data.alt);
  let stopped = false;
  ready().then(async (Plotly) => {
    if (stopped || !node.isConnected) return;
    const layout = placed(themed(data.figure, node), node);
    const drawn = JSON.stringify([data.version, layout.font]);
    if (node.arxivtagDrawn === drawn) return;
    node.arxivtagDrawn = drawn;
    if (!node.classList.contains("js-plotly-plot")) node.textContent = "";
    node.arxivtagWork = Plotly.react(node, named(data.figure.data, data.names), layout, {
      displaylogo: false, showSendToCloud: false, responsive: true,
      modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
      toImageButtonOptions: { format: "png", filename: "arxiv-map" },
    }).catch(() => {});  // the node left the page while Plotly was at work on it
    await node.arxivtagWork;
    node.removeAllListeners?.("plotly_click");
    node.on?.("plotly_click", ({ points }) => {
      open(`https://arxiv.org/abs/${points[0].customdata}`, "_blank", "noopener");
    });
    node.dataset.points = data.n_points;
  });
  return () => {
    stopped = true;
    delete node.arxivtagDrawn;
    Promise.resolve(node.arxivtagWork).then(() => globalThis.Plotly?.purge(node));
  };
}
