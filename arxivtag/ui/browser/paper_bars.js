// Papers with a bar for each of their most probable labels, then and now.
const BARS = 4;
const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const percent = (p) => (p < 0.01 ? "<1 %" : `${Math.round(100 * p)} %`);

function make(name, css, text = "") {
  const made = document.createElement(name);
  made.className = css;
  made.textContent = text;
  return made;
}

// The labels drawn are those of the paper and the most probable of any frame: they stay in place.
function card(paper, labels, p, n_frames) {
  const most = labels.map((_, k) =>
    Math.max(...Array.from({ length: n_frames }, (_, f) => p(f, k))));
  const others = labels.map((_, k) => k).filter((k) => !paper.labels.includes(k))
    .sort((a, b) => most[b] - most[a]);
  const drawn = [...paper.labels, ...others].slice(0, Math.max(BARS, paper.labels.length));
  const node = make("li", paper.chosen ? "chosen" : "");
  node.append(make("p", "", paper.title));
  const bars = drawn.map((k) => {
    const row = make("div", paper.labels.includes(k) ? "own" : "");
    const track = make("span", "track"), bar = make("i", ""), then = make("u", "");
    const value = make("span", "value");
    then.style.left = `${100 * p(0, k)}%`;
    track.append(bar, then);
    row.append(make("b", "", labels[k]), track, value);
    if (paper.labels.includes(k)) row.title = "one of the paper's own labels";
    node.append(row);
    return (f) => {
      bar.style.width = `${100 * p(f, k)}%`;
      value.textContent = `${percent(p(0, k))} → ${percent(p(f, k))}`;
    };
  });
  return { node, show: (f) => bars.forEach((bar) => bar(f)) };
}

export default function (component) {
  const { data, parentElement } = component;
  const list = parentElement.querySelector(".at-papers");
  if (!list || !data) return;
  const { papers, labels, n_frames } = data;
  const bytes = bytesOf(data.packed);
  const which = JSON.stringify([data.group, papers.map((one) => [one.title, one.chosen])]);
  const built = papers.map((paper, i) => card(paper, labels, (f, k) =>
    (bytes[(f * papers.length + i) * labels.length + k] / 255) ** 2, n_frames));
  const before = list.arxivtagShows === which ? [...list.querySelectorAll("i")] : [];
  const widths = before.map((bar) => bar.style.width);
  list.arxivtagShows = which;
  list.replaceChildren(...built.map((one) => one.node));
  // Bars begin where they were, so that they move.
  const bars = [...list.querySelectorAll("i")];
  bars.forEach((bar, i) => { bar.style.width = widths[i] ?? "0"; });
  const show = (f) => built.forEach((one) => one.show(f));
  requestAnimationFrame(() => show(n_frames - 1));
  const hear = ({ detail }) => {
    if (detail.group === data.group) show(Math.round(detail.share * (n_frames - 1)));
  };
  document.removeEventListener("arxivtag-space", list.arxivtagHear);
  document.addEventListener("arxivtag-space", (list.arxivtagHear = hear));
  return () => document.removeEventListener("arxivtag-space", list.arxivtagHear);
}
