// On the way to another page Streamlit 1.67 first pushes the page's address without its parameters:
// Back would then lead there, to a page that has forgotten its tab. That step is left out.
const PATIENCE_MS = 8000;

export default function () {
  if (globalThis.arxivtagLeaving) return;
  const leaving = (globalThis.arxivtagLeaving = { until: 0 });
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".stPageLink a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const isElsewhere = new URL(link.href).pathname !== location.pathname;
    leaving.until = isElsewhere ? performance.now() + PATIENCE_MS : 0;
  }, true);
  const push = history.pushState;
  history.pushState = function (state, title, url) {
    const isHere = new URL(url ?? "", location.href).pathname === location.pathname;
    if (isHere && performance.now() < leaving.until) return;
    leaving.until = 0;
    push.call(history, state, title, url);
  };
}
