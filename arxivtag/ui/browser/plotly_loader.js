// `const source`, the compressed script in base64, stands before this.
export default function () {
  if (globalThis.arxivtagPlotlyLoading) return;
  globalThis.arxivtagPlotlyLoading = true;
  globalThis.arxivtagPlotly ??= new Promise((resolve) => {
    globalThis.arxivtagPlotlyReady = resolve;
  });
  const bytes = Uint8Array.from(atob(source), (letter) => letter.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  new Response(plain).blob().then((code) => {
    // An address of its own: the policy of content lets no script stand within the page.
    const script = document.createElement("script");
    script.src = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    script.onload = () => {
      URL.revokeObjectURL(script.src);
      globalThis.arxivtagPlotlyReady(globalThis.Plotly);
    };
    document.head.append(script);
  });
}
