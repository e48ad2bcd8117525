// Stands before the scripts of charts: Plotly when it is there, and a layout in the page's look.
const ready = () =>
  (globalThis.arxivtagPlotly ??= new Promise((resolve) => {
    globalThis.arxivtagPlotlyReady = resolve;
  }));

function themed(figure, host) {
  const style = getComputedStyle(host);
  const value = (name) => style.getPropertyValue(name).trim();
  const layout = structuredClone(figure.layout);
  layout.font = {
    ...layout.font, color: value("--st-text-color"), family: value("--st-font"),
  };
  layout.hoverlabel = {
    ...layout.hoverlabel,
    bgcolor: value("--st-background-color"), bordercolor: value("--st-border-color"),
    font: { color: value("--st-text-color") },
  };
  layout.modebar = {
    bgcolor: "rgba(0,0,0,0)", color: "#8a8a8a", activecolor: value("--st-text-color"),
  };
  return layout;
}

