// On the way to another page Streamlit 1.67 first pushes the page's own address with the parameters
// of the next one, or none: Back would then lead there, to a page that has forgotten its tab.
// After a press on a page link that step is left out; where a script changes the page, the address
// of the next page takes its place.
const PATIENCE_MS = 8000;
const BETWEEN_STEPS_MS = 3000;

export default function () {
  if (globalThis.arxivtagLeaving) return;
  const leaving = (globalThis.arxivtagLeaving = { until: 0 });
  const staying = { until: 0 };
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".stPageLink a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const isElsewhere = new URL(link.href).pathname !== location.pathname;
    leaving.until = isElsewhere ? performance.now() + PATIENCE_MS : 0;
  }, true);
  const push = history.pushState;
  history.pushState = function (state, title, url) {
    const to = new URL(url ?? "", location.href), now = performance.now();
    const isHere = to.pathname === location.pathname;
    const isByLink = now < leaving.until;
    if (isHere && isByLink) return;
    const isSecond = !isHere && !isByLink && now < staying.until && to.search === location.search;
    leaving.until = 0;
    staying.until = isHere ? now + BETWEEN_STEPS_MS : 0;
    if (isSecond) history.replaceState(state, title, url);
    else push.call(history, state, title, url);
  };
}
