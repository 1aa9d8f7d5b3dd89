// Draws the charts of the report and folds its tables. Nothing is loaded from anywhere.
(function () {
  "use strict";

  const specs = JSON.parse(document.getElementById("charts").textContent);
  const folds = Array.from(document.querySelectorAll("details[data-fold]"));
  folds.forEach((fold) => { fold.open = false; });
  const narrow = matchMedia("(max-width: 74rem)");
  document.querySelectorAll("details[data-narrow]").forEach((fold) => {
    fold.open = !narrow.matches;
  });

  const boxes = Array.from(document.querySelectorAll(".chart[data-chart]"))
    .filter((box) => specs[box.dataset.chart]);
  boxes.forEach((box) => servandaCharts.show(box, specs[box.dataset.chart]));

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
