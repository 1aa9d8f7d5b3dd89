// Draws charts for the report and the workbench: fitted to their width, from specs of ours alone.
window.servandaCharts = (function () {
  "use strict";

  const refuse = () => Promise.reject(new Error("this page loads nothing"));
  const loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };
  const NARROW = 560;
  const views = new Map();
  const specs = new Map();

  // A panel grid takes as many columns as fit; a single chart takes the width there is.
  function fitted(given, width) {
    const spec = structuredClone(given);
    const layout = spec.usermeta.servanda;
    if (spec.data && spec.data.values) spec.data.name = "rows";
    if (spec.facet) {
      const gap = (spec.spacing || { column: 20 }).column;
      const labels = width < NARROW ? 0 : layout.labels || 0;
      const free = width - (layout.axis || 0) - (layout.end || 0) - 6;
      const fit = Math.floor((free + gap) / ((layout.cell || 300) + labels + gap));
      spec.columns = Math.max(1, Math.min(4, fit, layout.panels || 1));
      const inner = (free - gap * (spec.columns - 1)) / spec.columns - labels;
      spec.spec.width = Math.max(90, Math.min(420, Math.floor(inner)));
      if (width < NARROW && layout.rows) labelsAbove(spec.spec, layout, width);
    } else if (!layout.fixed) {
      spec.width = Math.floor(width);
      if (layout.ratio) spec.height = Math.floor(width * layout.ratio);
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
    const compiled = vegaLite.compile(fitted(specs.get(box), width)).spec;
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

  let pending = 0;
  const watch = new ResizeObserver((entries) => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => entries.forEach((entry) => attempt(entry.target)));
  });

  function show(box, spec) {
    specs.set(box, spec);
    delete box.dataset.width;
    attempt(box);
    watch.observe(box);
  }

  // Other numbers in the same chart: the marks move, nothing is built anew.
  function update(box, rows) {
    const spec = specs.get(box);
    const view = views.get(box);
    if (!spec || !view) return Promise.resolve();
    spec.data.values = rows;
    view.data("rows", structuredClone(rows));
    return view.runAsync();
  }

  function forget(box) {
    watch.unobserve(box);
    if (views.has(box)) views.get(box).finalize();
    views.delete(box);
    specs.delete(box);
  }

  return { show, update, forget, shown: () => [...specs.keys()] };
})();
