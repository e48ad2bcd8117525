// Labels as a network: springs pull those together that share papers, and one can drag them.
const RADIUS = [5, 17];  // of the smallest and the largest label, in pixels
const MARGIN = { x: 46, y: 26 };
const STEPS = 400;
const STILL = 0.0008;  // in the room: less is no movement
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

const within = (value, [low, high]) => Math.max(low, Math.min(high, value));

// One step of springs (Fruchterman and Reingold, 1991), within the room; no node goes further
// than `most`. Returns how far the fastest went.
function step({ nodes, links, room }, most) {
  const k = Math.sqrt(1 / nodes.length);
  for (const node of nodes) [node.dx, node.dy] = [-1.5 * node.x, -1.5 * node.y];
  nodes.forEach((a, i) => {
    for (const b of nodes.slice(i + 1)) {
      const x = a.x - b.x || 1e-3, y = a.y - b.y || 1e-3, push = (k * k) / (x * x + y * y);
      a.dx += x * push; a.dy += y * push;
      b.dx -= x * push; b.dy -= y * push;
    }
  });
  for (const { from, to, strength } of links) {
    const x = to.x - from.x, y = to.y - from.y;
    const pull = ((0.5 + 3 * strength) * Math.hypot(x, y)) / k;
    from.dx += x * pull; from.dy += y * pull;
    to.dx -= x * pull; to.dy -= y * pull;
  }
  let fastest = 0;
  for (const node of nodes.filter((one) => !one.held)) {
    const length = Math.hypot(node.dx, node.dy) || 1, far = Math.min(most, 0.1 * length);
    const x = within(node.x + (node.dx / length) * far, room.x);
    const y = within(node.y + (node.dy / length) * far, room.y);
    fastest = Math.max(fastest, Math.hypot(x - node.x, y - node.y));
    [node.x, node.y] = [x, y];
  }
  return fastest;
}

function settle(state, most) {
  for (let n = 0; n < STEPS; n += 1) step(state, most * (1 - n / STEPS));
}

function stateOf(data) {
  const nodes = data.nodes.map((one, i) => {
    const angle = (2 * Math.PI * i) / data.nodes.length;
    return { ...one, x: 0.5 * Math.sin(angle), y: -0.5 * Math.cos(angle), held: false };
  });
  const links = data.links.map(([from, to, strength]) =>
    ({ from: nodes[from], to: nodes[to], strength }));
  const endless = [-Infinity, Infinity];
  const state = { version: data.version, nodes, links, current: 0, room: { x: endless, y: endless } };
  settle(state, 0.12);
  const ends = (values) => [Math.min(...values), Math.max(...values)];
  state.room = { x: ends(nodes.map((one) => one.x)), y: ends(nodes.map((one) => one.y)) };
  return state;
}

const make = (name, parent) =>
  parent.appendChild(document.createElementNS("http://www.w3.org/2000/svg", name));
const set = (node, values) =>
  Object.entries(values).forEach(([name, value]) => node.setAttribute(name, value));

function build(svg, state) {
  svg.replaceChildren();
  for (const link of state.links) link.line = make("line", svg);
  const most = Math.max(...state.nodes.map((one) => one.papers));
  state.nodes.forEach((one, i) => {
    one.group = make("g", svg);
    one.circle = make("circle", one.group);
    one.text = make("text", one.group);
    one.radius = RADIUS[0] + (RADIUS[1] - RADIUS[0]) * Math.sqrt(one.papers / most);
    set(one.group, { role: "button", "aria-label": one.said, tabindex: i === state.current ? 0 : -1 });
    make("title", one.group).textContent = one.said;
    one.text.textContent = one.label;
  });
}

// Pixels on the screen for each step in the room.
const perUnit = ({ clientWidth, clientHeight }, { room }) => ({
  x: (clientWidth - 2 * MARGIN.x) / (room.x[1] - room.x[0] || 1),
  y: (clientHeight - 2 * MARGIN.y) / (room.y[1] - room.y[0] || 1),
});

// Colours are written into the picture, so that it can be taken away as it looks.
function draw(svg, state) {
  const width = svg.clientWidth, height = svg.clientHeight;
  if (!width) return;
  const style = getComputedStyle(svg), value = (name) => style.getPropertyValue(name).trim();
  const ink = value("--st-text-color"), ground = value("--st-background-color");
  const lit = state.nodes.find((one) => one.lit);
  const near = (one) => !lit || one === lit
    || state.links.some(({ from, to }) => [from, to].includes(one) && [from, to].includes(lit));
  const per = perUnit(svg, state);
  const place = (one) => ({
    x: MARGIN.x + (one.x - state.room.x[0]) * per.x, y: MARGIN.y + (one.y - state.room.y[0]) * per.y,
  });
  set(svg, { viewBox: `0 0 ${width} ${height}`, "font-family": value("--st-font") });
  for (const { from, to, strength, line } of state.links) {
    const a = place(from), b = place(to), on = !lit || lit === from || lit === to;
    set(line, {
      x1: a.x, y1: a.y, x2: b.x, y2: b.y, stroke: ink, "stroke-width": 1 + 7 * strength,
      "stroke-opacity": on ? 0.35 : 0.06,
    });
  }
  for (const one of state.nodes) {
    const { x, y } = place(one);
    set(one.group, { transform: `translate(${x},${y})`, opacity: near(one) ? 1 : 0.3 });
    set(one.circle, {
      r: one.radius, fill: one.color, stroke: one === lit ? ink : ground, "stroke-width": 2,
    });
    set(one.text, {
      y: one.radius + 12, "text-anchor": "middle", "font-size": 12, fill: ink, stroke: ground,
      "stroke-width": 3, "paint-order": "stroke",
    });
  }
  // What tests read.
  svg.dataset.places = JSON.stringify(state.nodes.map((one) => [one.x, one.y]));
}

// Springs answer a drag; those who want no motion see where all end.
function answer(svg, state) {
  cancelAnimationFrame(state.motion);
  if (still()) {
    settle(state, 0.03);
    return draw(svg, state);
  }
  const frame = () => {
    const moved = step(state, 0.03);
    draw(svg, state);
    if (moved > STILL && svg.isConnected) state.motion = requestAnimationFrame(frame);
  };
  state.motion = requestAnimationFrame(frame);
}

function move(svg, state, one, x, y) {
  [one.x, one.y] = [within(x, state.room.x), within(y, state.room.y)];
  one.held = true;  // it stays where it was put
  if (still()) draw(svg, state);
  else answer(svg, state);
}

function light(svg, state, one) {
  for (const other of state.nodes) other.lit = other === one;
  draw(svg, state);
}

function listenToMouse(svg, state, one, choose) {
  const { group } = one;
  let from = null, dragged = false;
  group.onpointerenter = () => light(svg, state, one);
  group.onpointerleave = () => from === null && light(svg, state, null);
  group.onpointerdown = (event) => {
    from = { left: event.clientX, top: event.clientY, x: one.x, y: one.y };
    dragged = false;
    group.setPointerCapture(event.pointerId);
  };
  group.onpointermove = (event) => {
    if (from === null) return;
    const x = event.clientX - from.left, y = event.clientY - from.top;
    dragged ||= Math.hypot(x, y) > 4;
    if (!dragged) return;
    const per = perUnit(svg, state);
    move(svg, state, one, from.x + x / per.x, from.y + y / per.y);
  };
  group.onpointerup = group.onpointercancel = () => {
    if (dragged) answer(svg, state);
    from = null;
  };
  group.onclick = () => dragged || choose(one.label);
}

function listenToKeys(svg, state, choose) {
  const go = (to) => {
    state.current = (to + state.nodes.length) % state.nodes.length;
    state.nodes.forEach(({ group }, i) => set(group, { tabindex: i === state.current ? 0 : -1 }));
    state.nodes[state.current].group.focus();
  };
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  svg.onkeydown = (event) => {
    const one = state.nodes[state.current], way = arrows[event.key];
    if (way && event.shiftKey) {
      move(svg, state, one, one.x + 0.1 * way[0], one.y + 0.1 * way[1]);
      if (still()) answer(svg, state);
    } else if (way) go(state.current + way[0] + way[1]);
    else if (event.key === "Enter" || event.key === " ") choose(one.label);
    else return;
    event.preventDefault();
  };
}

export default function ({ data, parentElement, setTriggerValue }) {
  const svg = parentElement.querySelector(".at-network svg");
  if (!svg || !data) return;
  let state = svg.arxivtagState;
  if (!state || state.version !== data.version) {
    state = svg.arxivtagState = stateOf(data);
    build(svg, state);
  }
  svg.setAttribute("aria-label", data.alt);
  const choose = (label) => setTriggerValue("label", label);
  state.nodes.forEach((one, i) => {
    listenToMouse(svg, state, one, choose);
    one.group.onfocus = () => { state.current = i; light(svg, state, one); };
    one.group.onblur = () => light(svg, state, null);
  });
  listenToKeys(svg, state, choose);
  parentElement.querySelector("button").onclick = () => savePicture(svg, "labels-together.png");
  draw(svg, state);
  const sized = new ResizeObserver(() => draw(svg, state));
  sized.observe(svg);
  return () => {
    cancelAnimationFrame(state.motion);
    sized.disconnect();
  };
}
