// A map of papers: hovering names them, a click opens one at arXiv in a new tab.
const FONT_PX = 11;
const MAX_NAMES = 24;  // of regions

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

// The names that fit, densest regions first: none lies over another or is cut.
function fitting(names, layout, width, height) {
  const taken = [];
  return names.filter(({ x, y, text }) => {
    const lines = text.split("<br>");
    const half = {
      x: Math.max(...lines.map((line) => line.length)) * FONT_PX * 0.28 + 4,
      y: lines.length * FONT_PX * 0.7 + 2,
    };
    const at = {
      x: (x / layout.xaxis.range[1]) * width, y: (y / layout.yaxis.range[1]) * height,
    };
    const inside = at.x > half.x && at.x + half.x < width;
    const free = inside && taken.length < MAX_NAMES && taken.every((one) =>
      Math.abs(one.at.x - at.x) > one.half.x + half.x
      || Math.abs(one.at.y - at.y) > one.half.y + half.y);
    if (free) taken.push({ at, half });
    return free;
  });
}

function placed(layout, node) {
  const background = getComputedStyle(node).getPropertyValue("--st-background-color").trim();
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(background.slice(at, at + 2), 16));
  const height = layout.height - 100;  // without the legend
  layout.annotations = fitting(layout.annotations, layout, node.clientWidth, height).map((name) => ({
    ...name, bgcolor: `rgba(${red},${green},${blue},0.65)`, borderpad: 0,
    font: { size: FONT_PX, color: layout.font.color },
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
