// What pages of the workbench do beyond plain forms. Everything works without it, by submitting.
(function () {
  "use strict";

  const root = document.documentElement;
  root.classList.add("scripted");
  const holder = document.getElementById("charts");
  const specs = holder ? JSON.parse(holder.textContent) : {};
  document.querySelectorAll(".chart[data-chart]").forEach((box) => {
    if (specs[box.dataset.chart]) servandaCharts.show(box, specs[box.dataset.chart]);
  });

  document.querySelectorAll("details[data-fold]").forEach((fold) => { fold.open = false; });

  // Sliders: every step asks for the numbers at once; a newer step replaces an older question.
  const form = document.getElementById("sliders");
  if (form) {
    let asked = 0;
    form.addEventListener("input", (event) => {
      mark(event.target);
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(() => htmx.trigger(form, "moved"));
    });
    form.addEventListener("click", (event) => {
      const name = event.target.dataset.reset;
      if (!name) return;
      const slider = document.getElementById(name);
      slider.value = "0";
      slider.focus();
      mark(slider);
      htmx.trigger(form, "moved");
    });
  }

  // A number opens beside the page; the link itself leads to the same words on a page of their own.
  document.addEventListener("click", (event) => {
    const number = event.target.closest("a.open");
    if (!number || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    htmx.ajax("GET", number.getAttribute("href"), { target: "#opened", swap: "innerHTML" });
  });

  function mark(slider) {
    const row = slider.closest(".slider");
    if (!row) return;
    const moved = Number(slider.value) !== 0;
    row.classList.toggle("changed", moved);
    row.querySelector("button.reset").hidden = !moved;
  }

  function follow(numbers) {
    const rows = JSON.parse(numbers.querySelector("#rows").content.textContent);
    const medians = JSON.parse(numbers.querySelector("#medians").content.textContent);
    document.querySelectorAll(".slider").forEach((row) => {
      const slider = row.querySelector("input");
      const out = row.querySelector("output");
      const name = slider.name.replace(/^shift\./, "");
      out.textContent = medians[name] || row.querySelector(".usual").textContent.replace(/^.*: /, "");
      slider.setAttribute("aria-valuetext", out.textContent);
    });
    const moves = Object.entries(rows).map(([name, values]) => {
      const box = document.querySelector(`.chart[data-chart="${name}"]`);
      return box ? servandaCharts.update(box, rowed(values)) : null;
    });
    carry(numbers.dataset.query);
    return Promise.all(moves).then(() => { root.dataset.shown = String(Number(root.dataset.shown || 0) + 1); });
  }

  // Columns, as they are sent, back to rows.
  function rowed(columns) {
    const names = Object.keys(columns);
    return columns[names[0]].map((_, i) => Object.fromEntries(names.map((n) => [n, columns[n][i]])));
  }

  // The address and the links carry what is set, so that any of them can be sent on.
  function carry(query) {
    const tail = query ? `?${query}` : "";
    history.replaceState(null, "", location.pathname + tail);
    document.querySelectorAll(".bar nav a, .addresses a, a[data-carry]").forEach((link) => {
      const more = link.dataset.carry || "";
      link.search = [query, more].filter(Boolean).join("&");
    });
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    const target = event.detail.target;
    if (target.id === "opened") {
      if (!target.matches(":popover-open")) target.showPopover();
      target.scrollTop = 0;
      const close = target.querySelector(".shut");
      if (close) close.focus();
    }
    const numbers = document.getElementById("numbers");
    if (numbers && numbers.dataset.query !== undefined && !numbers.dataset.followed
      && root.dataset.ready) {
      numbers.dataset.followed = "yes";
      follow(numbers);
    }
    const go = document.querySelector("#progress [data-go]");
    if (go) location.assign(go.href);
  });
  const first = document.getElementById("numbers");
  if (first) first.dataset.followed = "yes";
  root.dataset.ready = "yes";

  // Where the server refuses, its words are shown, not only logged.
  document.addEventListener("htmx:responseError", (event) => {
    let said = "The workbench did not answer.";
    try { said = JSON.parse(event.detail.xhr.responseText).error.message; } catch { /* no JSON */ }
    const box = document.getElementById("opened");
    box.replaceChildren();
    const text = document.createElement("p");
    text.textContent = said;
    const close = document.createElement("button");
    close.className = "shut";
    close.textContent = "✕";
    close.setAttribute("aria-label", "Close");
    close.addEventListener("click", () => box.hidePopover());
    box.append(close, text);
    if (!box.matches(":popover-open")) box.showPopover();
  });
})();
