// Draws each chart over its table: the same specification as the reports, evaluated without eval.
const TOKENS = {
  "#ffffff": "--tblr-bg-surface", "#d7e1e4": "--tblr-border-color", "#10242b": "--tblr-body-color",
  "#4a626b": "--tblr-secondary-color", "#0a6379": "--tblr-primary", "#a9d0db": "--accent-soft",
};

function themed(text) {
  const style = getComputedStyle(document.documentElement);
  return text.replace(/#[0-9a-f]{6}/g, (colour) => (TOKENS[colour] && style.getPropertyValue(TOKENS[colour]).trim()) || colour);
}

async function draw(figure) {
  const view = figure.querySelector(".chart-view");
  figure.hidden = false;
  await globalThis.vegaEmbed(view, JSON.parse(themed(figure.dataset.chart)), {
    ast: true, actions: false, defaultStyle: false, renderer: "canvas",
    tooltip: { disableDefaultStyle: true },
  });
}

const figures = [...document.querySelectorAll("[data-chart]")];
const all = () => figures.forEach((figure) => draw(figure).catch(() => { figure.hidden = true; }));
all();
new MutationObserver(all).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
