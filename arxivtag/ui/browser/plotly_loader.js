// `const source`, the compressed script in base64, stands before this.
export default function () {
  if (globalThis.arxivtagPlotlyLoading) return;
  globalThis.arxivtagPlotlyLoading = true;
  globalThis.arxivtagPlotly ??= new Promise((resolve) => {
    globalThis.arxivtagPlotlyReady = resolve;
  });
  const bytes = Uint8Array.from(atob(source), (letter) => letter.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  new Response(plain).text().then((code) => {
    const script = document.createElement("script");
    script.textContent = code;
    document.head.append(script);
    globalThis.arxivtagPlotlyReady(globalThis.Plotly);
  });
}
