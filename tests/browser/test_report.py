"""The report in a real browser: draws, fits every width, prints, opens by keyboard, asks nobody."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.report.headless import DEEP, Visit, browser
from tests.unit.report.synthetic_comparison import build

from servanda.report.html import render

WIDTHS = (390, 768, 1280, 1920)
A4_TEXT_WIDTH = 680  # 210 mm less two margins of 15 mm, at 96 dots an inch

TEXT_OUTSIDE_CHART = """() => [...document.querySelectorAll('.chart svg')].flatMap(svg => {
  const box = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter(t => t.textContent.trim()).filter(t => {
    const r = t.getBoundingClientRect();
    return r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 1
      || r.bottom > box.bottom + 1;
  }).map(t => svg.closest('[data-chart]').dataset.chart + ': ' + t.textContent);
})"""
PAGE_OVERFLOW = (
    """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""
)
BOX_OVERFLOW = """() => [...document.querySelectorAll('main *, header *, nav *')]
  .filter(e => e.checkVisibility() && !e.closest('.scroll, svg, .pop'))
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => e.tagName + ' ' + e.textContent.slice(0, 60))"""
TABLES_TOO_WIDE = """() => [...document.querySelectorAll('main table')]
  .filter(t => t.checkVisibility())
  .filter(t => t.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(t => t.caption.textContent)"""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def started(chromium: str) -> Iterator[Any]:
    with browser(chromium) as running:
        yield running


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render(build()), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_draws_and_fits(started: Any, file: Path, width: int, scheme: str) -> None:
    visit = Visit(started, file, viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert visit.errors == []
    assert visit.violations == []
    assert visit.outside(file) == []
    assert visit.page.locator(".chart svg").count() == 7
    assert visit.page.evaluate(PAGE_OVERFLOW) <= 0
    assert visit.page.evaluate(BOX_OVERFLOW) == []
    assert visit.page.evaluate(TEXT_OUTSIDE_CHART) == []
    visit.context.close()


def test_charts_follow_the_width_when_the_window_changes(started: Any, file: Path) -> None:
    visit = Visit(started, file, viewport={"width": 1280, "height": 900})
    visit.page.set_viewport_size({"width": 390, "height": 900})
    visit.page.wait_for_timeout(900)
    assert visit.page.evaluate(PAGE_OVERFLOW) <= 0
    assert visit.page.evaluate(TEXT_OUTSIDE_CHART) == []
    visit.context.close()


def test_on_paper_nothing_is_cut_and_every_table_is_open(started: Any, file: Path) -> None:
    visit = Visit(started, file, viewport={"width": A4_TEXT_WIDTH, "height": 900})
    visit.page.emulate_media(media="print")
    visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert visit.page.evaluate(TABLES_TOO_WIDE) == []
    assert visit.page.evaluate(PAGE_OVERFLOW) <= 0
    hidden = "() => document.querySelectorAll('details[data-fold]:not(.alt, [open])').length"
    assert visit.page.evaluate(hidden) == 0
    visit.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert visit.page.evaluate(hidden) > 0
    pages = visit.page.pdf(prefer_css_page_size=True)
    assert pages.startswith(b"%PDF")
    visit.context.close()


def test_without_scripts_every_number_is_still_there(started: Any, file: Path) -> None:
    context = started.new_context(
        java_script_enabled=False, viewport={"width": 1000, "height": 900}
    )
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator("figure table").first.is_visible()
    assert page.locator("figure table").count() == 7 + 6
    cell = page.locator("table.duty button.open").first
    cell.focus()
    page.keyboard.press("Enter")
    assert page.locator(".pop:popover-open").count() == 1
    context.close()


def test_a_cell_opens_its_findings_and_reasoning_by_keyboard(started: Any, file: Path) -> None:
    visit = Visit(started, file, viewport={"width": 1280, "height": 900})
    page = visit.page
    page.locator("table.duty button.open").nth(2).focus()
    page.keyboard.press("Enter")
    opened = page.locator(".pop:popover-open")
    assert opened.count() == 1
    assert "consult" in opened.inner_text()
    opened.get_by_role("button", name="reasoning").first.focus()
    page.keyboard.press("Enter")
    assert page.locator(".pop:popover-open").count() == 2
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.locator(".pop:popover-open").count() == 0
    visit.context.close()


def test_a_headline_number_opens_its_formula(started: Any, file: Path) -> None:
    visit = Visit(started, file, viewport={"width": 390, "height": 844})
    visit.page.locator("table.glance button.open").nth(1).click()
    opened = visit.page.locator(".pop:popover-open")
    assert "trapezoids" in opened.inner_text()
    box = opened.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    visit.context.close()


def test_a_chart_that_asks_for_data_from_outside_gets_none(started: Any, tmp_path: Path) -> None:
    text = render(build())
    data = '"data":{"url":"https://example.org/x.json"},"width":520'
    assert '"width":520' in text
    hostile = tmp_path / "hostile.html"
    hostile.write_text(text.replace('"width":520', data, 1), encoding="utf-8")
    context = started.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(hostile.as_uri())
    page.wait_for_timeout(1500)
    assert [url for url in asked if "example.org" in url] == []
    context.close()


def _axe(tmp: Path) -> Path | None:
    named = os.environ.get("SERVANDA_AXE")
    if named:
        return Path(named)
    if DEEP and shutil.which("npm"):
        command = ["npm", "install", "--ignore-scripts", "--prefix", str(tmp), "axe-core@4.14.1"]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return tmp / "node_modules" / "axe-core" / "axe.min.js"
    return None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(
    started: Any, file: Path, tmp_path: Path, width: int, scheme: str
) -> None:
    script = _axe(tmp_path)
    if script is None:
        pytest.skip("axe-core is not here: set SERVANDA_AXE to its axe.min.js")
    visit = Visit(
        started,
        file,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        bypass_csp=True,
    )
    visit.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    visit.page.evaluate(script.read_text(encoding="utf-8"))
    found = visit.page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v => "
        "v.id + ' (' + v.impact + '): ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + "
        "' ' + n.failureSummary).join(' | ')))"
    )
    assert found == []
    visit.context.close()
