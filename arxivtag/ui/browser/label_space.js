// Papers among their labels: dots glide from frame to frame, a click chooses one.
const GLIDE_MS = 480;
const REPLAY_MS = 7000;  // from the first frame to the last
const DOT = 2.7;
const NAME_ROOM = 62;  // beside the circle
const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Never below a pixel: for a moment a page that is built has no room.
const radiusIn = (width, height) =>
  Math.max(1, Math.min(width / 2 - NAME_ROOM, height / 2 - 24));

function anchorAt(k, n) {
  const angle = (2 * Math.PI * k) / n;
  return [Math.sin(angle), Math.cos(angle)];
}

// A label's colour is its place on the circle, so that a dot in the wrong sector shows.
function colourOf(k, n, dark) {
  return `oklch(${dark ? 0.74 : 0.58} 0.15 ${(25 + (360 * k) / n) % 360})`;
}

function isDark(style) {
  const hex = style.getPropertyValue("--st-background-color").trim().slice(1);
  return parseInt(hex.slice(0, 2), 16) < 128;
}

// Take in the frames that have come; those of an attempt before a resume go.
function takeIn(state, data) {
  const places = new Int16Array(bytesOf(data.places).buffer);
  const size = 2 * data.first.length;
  for (let f = 0; f < data.epochs.length; f += 1) {
    const known = state.frames.at(-1);
    if (known && data.epochs[f] <= known.epoch) continue;
    const at = Float32Array.from(places.subarray(f * size, (f + 1) * size), (v) => v / 32767);
    state.frames.push({ epoch: data.epochs[f], at });
  }
}

function draw(node, state) {
  const canvas = node.querySelector("canvas");
  const width = canvas.clientWidth, height = canvas.clientHeight, scale = devicePixelRatio || 1;
  if (!width || !state.shown) return;
  if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
  if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
  const { labels, first, paper_labels: own, chosen } = state.data;
  const style = getComputedStyle(node), dark = isDark(style), n = labels.length;
  const ink = style.getPropertyValue("--st-text-color").trim();
  const radius = radiusIn(width, height);
  const point = (x, y) => [width / 2 + x * radius, height / 2 - y * radius];
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.strokeStyle = style.getPropertyValue("--st-border-color").trim();
  pen.beginPath();
  pen.arc(width / 2, height / 2, radius, 0, 2 * Math.PI);
  pen.stroke();
  pen.font = `12px ${style.getPropertyValue("--st-font")}`;
  pen.textBaseline = "middle";
  labels.forEach((label, k) => {
    const [x, y] = anchorAt(k, n), [left, top] = point(x, y);
    pen.fillStyle = colourOf(k, n, dark);
    pen.beginPath();
    pen.arc(left, top, 5, 0, 2 * Math.PI);
    pen.fill();
    pen.fillStyle = ink;
    pen.textAlign = Math.abs(x) < 0.1 ? "center" : x > 0 ? "left" : "right";
    pen.fillText(label.length > 9 ? `${label.slice(0, 8)}…` : label, left + 10 * x, top - 13 * y);
  });
  pen.globalAlpha = 0.75;
  first.forEach((k, i) => {
    const [left, top] = point(state.shown[2 * i], state.shown[2 * i + 1]);
    pen.fillStyle = colourOf(k, n, dark);
    pen.beginPath();
    pen.arc(left, top, DOT, 0, 2 * Math.PI);
    pen.fill();
  });
  pen.globalAlpha = 1;
  if (chosen === null) return;
  const [left, top] = point(state.shown[2 * chosen], state.shown[2 * chosen + 1]);
  pen.strokeStyle = ink;
  pen.lineWidth = 1.5;
  for (const k of own) {
    pen.beginPath();
    pen.moveTo(left, top);
    pen.lineTo(...point(...anchorAt(k, n)));
    pen.stroke();
  }
  pen.fillStyle = ink;
  pen.beginPath();
  pen.arc(left, top, 5.5, 0, 2 * Math.PI);
  pen.fill();
}

// What tests read: the frame shown, and how far dots are from the middle and their labels.
function note(node, state) {
  const { labels, first, n_epochs: planned } = state.data;
  let middle = 0, apart = 0;
  first.forEach((k, i) => {
    const [x, y] = anchorAt(k, labels.length);
    middle += Math.hypot(state.shown[2 * i], state.shown[2 * i + 1]);
    apart += Math.hypot(state.shown[2 * i] - x, state.shown[2 * i + 1] - y);
  });
  const { epoch } = state.frames[state.target];
  Object.assign(node.dataset, {
    frame: state.target, frames: state.frames.length, epoch,
    middle: middle / first.length, apart: apart / first.length,
  });
  const text = epoch === 0 ? "before training" : `epoch ${Number(epoch.toFixed(1))}`;
  node.querySelector(".at-space-epoch").textContent = planned && epoch ? `${text} of ${planned}` : text;
}

// Glide to a frame in so many milliseconds, and then on.
function goTo(node, state, target, ms, then = () => {}) {
  cancelAnimationFrame(state.motion);
  state.target = target;
  const slider = node.querySelector("input");
  slider.value = target;
  slider.setAttribute("aria-valuetext", `epoch ${state.frames[target].epoch.toFixed(1)}`);
  const from = state.shown ?? state.frames[target].at, to = state.frames[target].at;
  const arrive = () => {
    state.shown = to;
    draw(node, state);
    note(node, state);
    then();
  };
  if (!state.shown || still() || document.hidden || ms === 0) return arrive();
  const began = performance.now();
  const frame = (now) => {
    const share = Math.min(1, Math.max(0, now - began) / ms);
    if (share >= 1) return arrive();
    const eased = share * share * (3 - 2 * share);
    state.shown = from.map((value, i) => value + (to[i] - value) * eased);
    draw(node, state);
    state.motion = requestAnimationFrame(frame);
  };
  state.motion = requestAnimationFrame(frame);
}

function follow(node, state) {
  if (state.following) return;
  const last = state.frames.length - 1;
  if (state.shown && state.target >= last) return draw(node, state);
  state.following = true;
  const next = still() || !state.shown ? last : Math.min(last, state.target + 1);
  const ahead = last - next + 1;
  goTo(node, state, next, GLIDE_MS / ahead, () => {
    state.following = false;
    if (state.target < state.frames.length - 1) follow(node, state);
  });
}

function tell(state) {
  const share = state.target / Math.max(1, state.frames.length - 1);
  const detail = { group: state.data.group, share, from: state };
  document.dispatchEvent(new CustomEvent("arxivtag-space", { detail }));
}

function replayFrom(node, state, target) {
  const last = state.frames.length - 1;
  const button = node.querySelector("button");
  state.playing = target <= last;
  button.textContent = state.playing ? "Pause" : "Replay";
  if (!state.playing) return;
  goTo(node, state, target, Math.max(80, Math.min(GLIDE_MS, REPLAY_MS / last)), () => {
    if (!state.playing) return;
    if (still()) state.timer = setTimeout(replayFrom, REPLAY_MS / last, node, state, target + 1);
    else replayFrom(node, state, target + 1);
  });
  tell(state);
}

function stop(node, state) {
  clearTimeout(state.timer);
  state.playing = false;
  node.querySelector("button").textContent = "Replay";
}

function listen(node, state, component) {
  const canvas = node.querySelector("canvas"), slider = node.querySelector("input");
  const nearest = (event) => {
    const box = canvas.getBoundingClientRect();
    const radius = radiusIn(box.width, box.height);
    const x = (event.clientX - box.left - box.width / 2) / radius;
    const y = (box.height / 2 - event.clientY + box.top) / radius;
    let best = null, least = 12 / radius;
    for (let i = 0; i < (state.shown?.length ?? 0) / 2; i += 1) {
      const far = Math.hypot(state.shown[2 * i] - x, state.shown[2 * i + 1] - y);
      if (far < least) [best, least] = [i, far];
    }
    return best;
  };
  canvas.onmousemove = (event) => {
    canvas.style.cursor = nearest(event) === null ? "default" : "pointer";
  };
  canvas.onclick = (event) => {
    const paper = nearest(event);
    if (paper !== null) component.setTriggerValue("paper", paper);
  };
  canvas.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const n = state.data.first.length, chosen = state.data.chosen ?? (step > 0 ? -1 : 0);
    component.setTriggerValue("paper", (chosen + step + n) % n);
  };
  slider.oninput = () => {
    stop(node, state);
    goTo(node, state, Number(slider.value), 200);
    tell(state);
  };
  node.querySelector(".at-save").onclick = () => savePicture(canvas, "label-space.png");
  node.querySelector("button").onclick = () => {
    if (state.playing) return stop(node, state);
    goTo(node, state, 0, 0);
    replayFrom(node, state, 1);
  };
}

export default function (component) {
  const { data, parentElement } = component;
  const node = parentElement.querySelector(".at-space");
  if (!node || !data) return;
  let state = node.arxivtagState;
  if (!state || state.run !== data.run || state.live !== data.live) {
    state = { run: data.run, live: data.live, frames: [], target: 0, shown: null };
    node.arxivtagState = state;
  }
  const canvas = node.querySelector("canvas");
  canvas.setAttribute("aria-label", data.alt);
  state.data = { ...data, first: bytesOf(data.first) };  // the same data come again: left as sent
  takeIn(state, state.data);
  listen(node, state, component);
  node.querySelector(".at-space-replay").hidden = data.live || state.frames.length < 2;
  node.querySelector("input").max = Math.max(0, state.frames.length - 1);
  if (!state.frames.length) return;
  if (data.live) follow(node, state);
  else if (!state.shown) goTo(node, state, state.frames.length - 1, 0);
  else draw(node, state);
  const hear = ({ detail }) => {
    if (detail.from === state || detail.group !== data.group) return;
    stop(node, state);
    goTo(node, state, Math.round(detail.share * (state.frames.length - 1)), 200);
  };
  document.removeEventListener("arxivtag-space", state.hear);
  document.addEventListener("arxivtag-space", (state.hear = hear));
  state.sized?.disconnect();
  state.sized = new ResizeObserver(() => draw(node, state));
  state.sized.observe(canvas);
  return () => {
    cancelAnimationFrame(state.motion);
    clearTimeout(state.timer);
    document.removeEventListener("arxivtag-space", state.hear);
    state.sized.disconnect();
    delete node.arxivtagState;
  };
}
