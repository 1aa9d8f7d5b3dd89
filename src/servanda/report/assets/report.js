// Draws the charts of the report and folds its tables. Nothing is loaded from anywhere.
(function () {
  "use strict";

  const specs = JSON.parse(document.getElementById("charts").textContent);
  const refuse = () => Promise.reject(new Error("this report loads nothing"));
  const loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };
  const NARROW = 560;
  const folds = Array.from(document.querySelectorAll("details[data-fold]"));
  const views = new Map();

  // A panel grid takes as many columns as fit; a single chart takes the width there is.
  function fitted(name, width) {
    const spec = structuredClone(specs[name]);
    const layout = spec.usermeta.servanda;
    if (spec.facet) {
      const gap = spec.spacing.column;
      const labels = width < NARROW ? 0 : layout.labels || 0;
      const free = width - (layout.axis || 0) - (layout.end || 0) - 6;
      const fit = Math.floor((free + gap) / (layout.cell + labels + gap));
      spec.columns = Math.max(1, Math.min(4, fit, layout.panels));
      const inner = (free - gap * (spec.columns - 1)) / spec.columns - labels;
      spec.spec.width = Math.max(90, Math.min(420, Math.floor(inner)));
      if (width < NARROW && layout.rows) labelsAbove(spec.spec, layout, width);
    } else {
      spec.width = Math.floor(width);
      if (width < NARROW && layout.rows) labelsAbove(spec, layout, width);
    }
    return spec;
  }

  // On a narrow page a row's label stands above its marks, on one line.
  function labelsAbove(view, layout, width) {
    const band = 20 * layout.marks;
    const step = band + 28;
    const y = view.encoding.y;
    view.height = step * layout.rows;
    y.scale = { ...y.scale, paddingInner: 28 / step, paddingOuter: 20 / step };
    y.axis = {
      ...y.axis, labelExpr: "join(split(datum.label, '\\n'), ' ')", labelAlign: "left",
      labelPadding: -2, labelOffset: -(band / 2) - 7, labelLimit: width - 16,
    };
  }

  function draw(box) {
    const width = box.clientWidth;
    if (!width || box.dataset.width === String(width)) return;
    box.dataset.width = String(width);
    const compiled = vegaLite.compile(fitted(box.dataset.chart, width)).spec;
    const view = new vega.View(vega.parse(compiled, null, { ast: true }), {
      expr: vegaInterpreter.expressionInterpreter,
      renderer: "svg",
      loader,
      logLevel: vega.Error,
      tooltip: () => {},
    });
    const old = views.get(box);
    if (old) old.finalize();
    views.set(box, view);
    view.initialize(box).runAsync().then(
      () => box.closest("figure").classList.add("drawn"),
      (error) => failed(box, error),
    );
  }

  folds.forEach((fold) => { fold.open = false; });
  const narrow = matchMedia("(max-width: 74rem)");
  document.querySelectorAll("details[data-narrow]").forEach((fold) => {
    fold.open = !narrow.matches;
  });

  const boxes = Array.from(document.querySelectorAll(".chart[data-chart]"))
    .filter((box) => specs[box.dataset.chart]);
  let pending = 0;
  const watch = new ResizeObserver((entries) => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => entries.forEach((entry) => attempt(entry.target)));
  });
  // A chart that cannot be drawn leaves its table open and says so; the others go on.
  function attempt(box) {
    try { draw(box); } catch (error) { failed(box, error); }
  }

  function failed(box, error) {
    const figure = box.closest("figure");
    figure.classList.remove("drawn");
    figure.querySelectorAll("details.data:not(.alt)").forEach((fold) => { fold.open = true; });
    console.error(`chart ${box.dataset.chart}: ${error.message}`);
  }

  boxes.forEach((box) => { attempt(box); watch.observe(box); });

  // Paper has no folds: open every table for printing, put them back afterwards.
  let before = [];
  addEventListener("beforeprint", () => {
    before = Array.from(document.querySelectorAll("details[data-fold], nav details"), (d) => [d, d.open]);
    before.forEach(([fold]) => { fold.open = true; });
  });
  addEventListener("afterprint", () => {
    before.forEach(([fold, open]) => { fold.open = open; });
  });
})();
