const FRAME_MS = 110;
const FRAMES = 4;  // until the next points come

// Draw the points of the first line that have come since the last time, some with each frame.
function draw(Plotly, node, data, layout) {
  const [growing, ...others] = data.figure.data;
  const n = growing?.x?.length ?? 0;
  const before = node.arxivtagShown ?? n;
  const at_once = n <= before || matchMedia("(prefers-reduced-motion: reduce)").matches;
  const n_frames = at_once ? 1 : Math.min(FRAMES, n - before);
  clearTimeout(node.arxivtagTimer);
  const frame = (k) => {
    if (!node.isConnected) return;
    const shown = k === n_frames ? n : before + Math.floor(((n - before) * k) / n_frames);
    const first = { ...growing, x: growing.x.slice(0, shown), y: growing.y.slice(0, shown) };
    // Plotly keeps the layout that it is given, and writes a reader's zoom into it.
    node.arxivtagWork = Plotly.react(node, [first, ...others], structuredClone(layout), {
      displaylogo: false, showSendToCloud: false, responsive: true,
      modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
      toImageButtonOptions: { format: "svg", filename: data.name },
    }).catch(() => {});  // the node left the page while Plotly was at work on it
    node.arxivtagShown = shown;
    node.dataset.points = data.n_points - n + shown;
    node.dataset.frames = Number(node.dataset.frames ?? 0) + 1;
    if (k < n_frames) node.arxivtagTimer = setTimeout(frame, FRAME_MS, k + 1);
  };
  frame(1);
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
    draw(Plotly, node, data, layout);
  });
  return () => {
    stopped = true;
    clearTimeout(node.arxivtagTimer);
    delete node.arxivtagDrawn;
    delete node.arxivtagShown;
    // Plotly draws in steps: taking its state away between two of them raises.
    Promise.resolve(node.arxivtagWork).then(() => globalThis.Plotly?.purge(node));
  };
}
