// A map of papers: hovering names them, a click opens one, a line drawn around some chooses them.
const FONT_PX = 11;
const MAX_NAMES = 24;  // of regions
const MAX_CORNERS = 60;
const TITLE_CHARS = 60;  // on one line

const isTouched = () => matchMedia("(pointer: coarse)").matches;

const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

// Plotly reads a small HTML: texts are shown as typed.
const plain = (text) => text.replace(/[&<>$]/g, (one) => `&#${one.charCodeAt(0)};`);

function lines(text) {
  const found = [""];
  for (const word of text.split(" ")) {
    if ((found.at(-1) + word).length > TITLE_CHARS) found.push("");
    found[found.length - 1] += `${word} `;
  }
  return found.filter(Boolean).map((line) => plain(line.trim())).join("<br>");
}

function hoverText([first, labels, year], names) {
  const name = names[labels.split(", ")[0]];
  const rest = [name, labels, year].filter(Boolean);
  return [`<b>${lines(first)}</b>`, ...rest.map(plain)].join("<br>");
}

// One trace a group, the first ones over the later; what is not lit fades.
function tracesOf(points, data) {
  const codes = bytesOf(data.groups.codes);
  const lit = data.lit === null ? null : bytesOf(data.lit);
  const isLit = (point) => (lit[point >> 3] >> (7 - (point & 7))) & 1;
  const members = data.groups.names.map(() => []);
  codes.forEach((code, point) => members[code].push(point));
  return data.groups.names.map((name, group) => ({
    type: "scattergl", mode: "markers", name: plain(name), legendrank: group + 1,
    x: Int16Array.from(members[group], (point) => points.x[point]),
    y: Int16Array.from(members[group], (point) => points.y[point]),
    customdata: members[group],
    text: members[group].map((point) => hoverText(points.texts[point], data.names)),
    hovertemplate: "%{text}<extra></extra>",
    marker: { size: data.size, opacity: 0.7, color: data.groups.colors[group] },
    selectedpoints: lit && members[group].flatMap((point, at) => (isLit(point) ? [at] : [])),
    selected: { marker: { opacity: 0.9 } },
    unselected: { marker: { opacity: 0.07 } },
  })).reverse();
}

// A place that is marked, over all points.
function markOf([x, y], node) {
  const value = (name) => getComputedStyle(node).getPropertyValue(name).trim();
  const line = { width: 2, color: value("--st-background-color") };
  return {
    type: "scatter", mode: "markers", x: [x], y: [y], name: "This abstract", hoverinfo: "name",
    marker: { size: 20, symbol: "star", color: value("--st-text-color"), line },
  };
}

// The names that fit, densest regions first: none lies over another or is cut.
function fitting(names, layout, width, height) {
  const taken = [];
  return names.filter(({ x, y, text }) => {
    const parts = text.split("<br>");
    const half = {
      x: Math.max(...parts.map((line) => line.length)) * FONT_PX * 0.28 + 4,
      y: parts.length * FONT_PX * 0.7 + 2,
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

function placed(layout, data, node) {
  const value = (name) => getComputedStyle(node).getPropertyValue(name).trim();
  const background = value("--st-background-color");
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(background.slice(at, at + 2), 16));
  const height = layout.height - 100;  // without the legend
  const hidesMark = ({ x, y }) => data.here
    && Math.abs(x - data.here[0]) * node.clientWidth < 75 * layout.xaxis.range[1]
    && Math.abs(y - data.here[1]) * height < 50 * layout.yaxis.range[1];
  const names = (layout.annotations ?? []).filter((name) => !hidesMark(name));
  layout.annotations = fitting(names, layout, node.clientWidth, height).map((name) => ({
    ...name, bgcolor: `rgba(${red},${green},${blue},0.65)`, borderpad: 0,
    font: { size: FONT_PX, color: layout.font.color },
  }));
  if (data.outline.length) {
    const path = `M${data.outline.map((corner) => corner.join(",")).join("L")}Z`;
    layout.shapes = [{ type: "path", path, line: { width: 2, color: value("--at-accent") } }];
  }
  layout.selections = [];
  layout.selectionrevision = data.version;
  // A finger that pushes the page must not push the map, until one chooses that it shall.
  if (isTouched()) layout.dragmode = node.layout?.dragmode ?? false;
  return layout;
}

// The corners of what was drawn, few and whole numbers.
function cornersOf({ range, lassoPoints }) {
  const round = (value) => Math.min(Math.max(Math.round(value), 0), 30000);
  const { x, y } = lassoPoints ?? {
    x: [range.x[0], range.x[1], range.x[1], range.x[0]],
    y: [range.y[0], range.y[0], range.y[1], range.y[1]],
  };
  const every = Math.ceil(x.length / MAX_CORNERS);
  return x.map((value, at) => [round(value), round(y[at])]).filter((_, at) => at % every === 0);
}

function listen(node, data, setTriggerValue) {
  for (const name of ["click", "clickannotation", "selected", "deselect"]) node.removeAllListeners(`plotly_${name}`);
  node.on("plotly_click", ({ points }) => {
    const point = points[0].customdata;
    if (point === undefined) return;  // the mark
    if (data.link) open(data.link + points[0].text.match(/<b>(\S+)<\/b>/)[1], "_blank", "noopener");
    else setTriggerValue("paper", point);
  });
  node.on("plotly_clickannotation", ({ annotation }) => setTriggerValue("area", annotation.name));
  if (!data.can_choose) return;
  node.on("plotly_selected", (event) => {
    if (event?.range || event?.lassoPoints) setTriggerValue("outline", cornersOf(event));
  });
  node.on("plotly_deselect", () => setTriggerValue("outline", []));
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  globalThis.arxivtagPoints ??= {};
  const node = parentElement.querySelector(".at-map");
  if (!node || !data) return;
  node.setAttribute("aria-label", data.alt);
  let stopped = false;
  const wait = () => globalThis.arxivtagPoints[data.points]
    ?? new Promise((resolve) => setTimeout(() => resolve(stopped ? null : wait()), 50));
  Promise.all([ready(), wait()]).then(async ([Plotly, points]) => {
    if (stopped || !node.isConnected) return;
    const layout = placed(themed(data.figure, node), data, node);
    const drawn = JSON.stringify([data.version, layout.font]);
    if (node.arxivtagDrawn === drawn) return;
    node.arxivtagDrawn = drawn;
    if (!node.classList.contains("js-plotly-plot")) node.textContent = "";
    const chooses = data.can_choose ? [] : ["select2d", "lasso2d"];
    const traces = tracesOf(points, data);
    if (data.here) traces.push(markOf(data.here, node));
    node.arxivtagWork = Plotly.react(node, traces, layout, {
      displaylogo: false, showSendToCloud: false, responsive: true,
      displayModeBar: isTouched() || "hover",
      modeBarButtonsToRemove: [...chooses, "autoScale2d"],
      toImageButtonOptions: { format: "png", filename: data.name },
    }).catch(() => {});  // the node left the page while Plotly was at work on it
    await node.arxivtagWork;
    if (stopped || !node.on) return;
    listen(node, data, setTriggerValue);
    node.dataset.points = points.x.length;
    node.dataset.version = data.version;
  });
  return () => {
    stopped = true;
    delete node.arxivtagDrawn;
    Promise.resolve(node.arxivtagWork).then(() => globalThis.Plotly?.purge(node));
  };
}
