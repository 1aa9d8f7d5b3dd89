"""How quickly the workbench answers on the founding case, as a reader sees it in the browser."""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

TARGETS = {
    "first_page_s": ("<=", 3.0),
    "slider_p50_ms": ("<=", 100.0),
    "slider_p95_ms": ("<=", 250.0),
}
PRESSES = 50
SERVE = "from servanda.cli import main; main(['serve', 'ukraine-2025', '--out', {out!r}])"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# from the key to the frame after the last chart that follows the sliders has its new marks
PRESS = """() => new Promise(resolve => {
  const root = document.documentElement, before = root.dataset.shown;
  const seen = () => root.dataset.shown !== before
    ? requestAnimationFrame(() => resolve(performance.now() - window.pressed))
    : requestAnimationFrame(seen);
  seen();
})"""
WATCH = "() => addEventListener('keydown', () => { window.pressed = performance.now(); }, true)"


def main(runs: str | None = None) -> dict[str, float]:
    """Start the workbench, open it, press a slider's arrow key 50 times.

    Args:
        runs: a folder that may already hold the run, so that it is not computed again.

    Returns:
        Seconds from the start of the process to the first page; milliseconds from the key to the
        changed charts, median and 95th percentile; bytes of the answer to one press.
    """
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as place, sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = started.new_page(viewport={"width": 1280, "height": 900})
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE.format(out=runs or str(Path(place, "runs")))],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            address = (process.stdout.readline() if process.stdout else "").strip()
            page.goto(address)
            page.wait_for_selector("h1")
            first = time.perf_counter() - began
            return {"first_page_s": first, **_pressed(page)}
        finally:
            process.terminate()
            process.wait(timeout=20)
            started.close()


def _pressed(page: Any) -> dict[str, float]:
    page.wait_for_selector("#sliders", timeout=600_000)
    page.wait_for_selector(".chart[data-chart=survival] svg")
    page.wait_for_timeout(1000)
    sizes: list[int] = []
    page.on(
        "response",
        lambda r: sizes.append(len(r.body())) if "/compare/numbers" in r.url else None,
    )
    page.evaluate(WATCH)
    page.locator(".slider input").first.focus()
    times = []
    for press in range(PRESSES):
        waiting = page.evaluate_handle(f"() => ({{ done: ({PRESS})() }})")
        page.keyboard.press("ArrowRight" if (press // 10) % 2 == 0 else "ArrowLeft")
        times.append(float(waiting.evaluate("held => held.done")))
    return {
        "slider_p50_ms": float(np.quantile(times, 0.5)),
        "slider_p95_ms": float(np.quantile(times, 0.95)),
        "slider_answer_kb": float(np.median(sizes)) / 1000 if sizes else float("nan"),
    }
