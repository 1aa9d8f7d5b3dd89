"""The workbench in a real browser: pages fit, follow the policy, ask nobody, work by keyboard."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.browser.test_report import TEXT_OUTSIDE_CHART, _axe
from tests.unit.report.headless import DEEP, WATCH, browser
from tests.unit.web.workbench import DRAWS, TOKEN, own_scenario, server

pytestmark = pytest.mark.browser

PAGES = ("compare", "obligations", "map", "instrument", "instrument?b=nat-1949", "questions",
         "assumptions", "run", "edit")  # fmt: skip
QUICK = ((390, "light"), (1280, "dark"))
ALL = tuple((width, scheme) for width in (390, 1280, 1920) for scheme in ("light", "dark"))
LOOKS = ALL if DEEP else QUICK

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OUTSIDE = """() => [...document.querySelectorAll('main *, header *, footer *')]
  .filter(e => e.checkVisibility() && !e.closest('.scroll, svg, .hidden, .skip, pre, .sliders'))
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => e.tagName + ' ' + e.textContent.slice(0, 60))"""
CUT = """() => [...document.querySelectorAll('main button, main label, main th, main .button')]
  .filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 2 && e.clientWidth > 0
    && getComputedStyle(e).overflowX !== 'visible')
  .map(e => e.tagName + ' ' + e.textContent.slice(0, 60))"""
AXE = """axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v =>
  v.id + ' (' + v.impact + '): ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + ' '
  + n.failureSummary).join(' | ')))"""


class Sight:
    """One browser context at the workbench, with everything it did wrong."""

    def __init__(self, started: Any, address: str, **context: Any) -> None:
        self.base = address.split("/?")[0]
        self.context = started.new_context(**context)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._console)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.add_init_script(WATCH)
        self.page.goto(address.replace("/?", "/scenarios?"))

    def _console(self, message: Any) -> None:
        overtaken = any(word in message.text for word in ("htmx:sendAbort", "htmx:afterRequest"))
        if message.type == "error" and not overtaken:
            self.errors.append(message.text)

    def go(self, path: str) -> Any:
        query = "&" if "?" in path else "?"
        self.page.goto(f"{self.base}/s/mine/{path}{query}{DRAWS}")
        return self.page

    def clean(self) -> None:
        assert self.errors == []
        assert list(self.page.evaluate("window.violations")) == []
        foreign = [u for u in self.requests if not u.startswith((self.base, "data:"))]
        assert foreign == []


@pytest.fixture(scope="module")
def started(chromium: str) -> Iterator[Any]:
    with browser(chromium) as running:
        yield running


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, started: Any) -> Iterator[str]:
    place = tmp_path_factory.mktemp("browser")
    own_scenario(place)
    with server(place, place / "runs") as given:
        sight = Sight(started, given)
        sight.go("compare").wait_for_selector("#sliders", timeout=180_000)
        sight.context.close()
        yield given


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
@pytest.mark.parametrize("path", [*PAGES, "/scenarios"])
def test_a_page_fits_and_breaks_no_rule(
    started: Any, address: str, path: str, width: int, scheme: str
) -> None:
    sight = Sight(started, address, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = sight.page
    if path.startswith("/"):
        page.goto(sight.base + path)
    else:
        sight.go(path)
    page.wait_for_timeout(500 if path in ("compare", "map") else 100)
    assert page.evaluate(OVERFLOW) <= 0
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(CUT) == []
    assert page.evaluate(TEXT_OUTSIDE_CHART) == []
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    page.wait_for_timeout(100)
    assert page.evaluate(OVERFLOW) <= 0
    sight.clean()
    if folder := os.environ.get("SERVANDA_SHOTS"):
        name = re.sub(r"\W+", "-", path).strip("-")
        page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png", full_page=True)
    sight.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    started: Any, address: str, tmp_path: Path, scheme: str
) -> None:
    script = _axe(tmp_path)
    if script is None:
        pytest.skip("axe-core is not here: set SERVANDA_AXE to its axe.min.js")
    source = script.read_text("utf-8")
    found: dict[str, Any] = {}
    for width in (390, 1280) if DEEP else (1280,):
        sight = Sight(started, address, viewport={"width": width, "height": 900},
                      color_scheme=scheme, bypass_csp=True)  # fmt: skip
        for path in (*PAGES, "/scenarios"):
            page = sight.page
            page.goto(sight.base + path) if path.startswith("/") else sight.go(path)
            page.wait_for_timeout(400)
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
            page.evaluate(source)
            if wrong := page.evaluate(AXE):
                found[f"{path} {width}"] = wrong
        sight.context.close()
    assert found == {}


def test_compare_by_keyboard(started: Any, address: str) -> None:
    sight = Sight(started, address, viewport={"width": 1280, "height": 900})
    page = sight.go("compare")
    page.wait_for_selector(".chart svg")
    slider = page.locator(".slider input").first
    before = page.locator(".chart[data-chart=peace_years] svg").inner_html()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type === 'range'"):
            break
    assert page.evaluate("document.activeElement.id") == slider.get_attribute("id")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => Number(document.documentElement.dataset.shown) >= 1")
    assert page.locator(".chart[data-chart=peace_years] svg").inner_html() != before
    assert "Changed from the scenario" in page.locator("#numbers .state").inner_text()
    assert page.locator(".slider.changed").count() == 1
    assert "shift." in page.url
    page.wait_for_selector("#exact.done", timeout=120_000)
    number = page.locator("table.glance a.open").first
    number.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#opened:popover-open")
    assert "Formula" in page.locator("#opened").inner_text()
    page.keyboard.press("Escape")
    assert page.locator("#opened:popover-open").count() == 0
    page.locator(".slider.changed .reset").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelectorAll('.slider.changed').length === 0")
    page.wait_for_function(
        "() => !document.querySelector('#numbers .state').innerText.includes('Changed')"
    )
    sight.clean()
    sight.context.close()


def test_obligations_by_keyboard(started: Any, address: str) -> None:
    sight = Sight(started, address, viewport={"width": 1280, "height": 900})
    page = sight.go("obligations")
    page.locator(".builder summary").focus()
    page.keyboard.press("Enter")
    chosen = page.locator("[name='f.provoked']")
    chosen.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.wait_for_timeout(500)
    cell = page.locator("table.matrix button").nth(1)
    cell.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#opened:popover-open")
    asked = page.locator("#opened button", has_text="What would change it").first
    asked.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#opened .flips li') !== null")
    steps = page.locator("#opened summary").first
    steps.focus()
    page.keyboard.press("Enter")
    assert page.locator("#opened .steps li").first.is_visible()
    sight.clean()
    sight.context.close()


def test_an_edit_by_keyboard_shows_saves_and_undoes(started: Any, address: str) -> None:
    sight = Sight(started, address, viewport={"width": 390, "height": 900})
    page = sight.go("edit")
    old = page.locator("#title").input_value()
    page.locator("#title").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Renamed")
    page.keyboard.press("Enter")
    page.wait_for_selector(".diff .add")
    page.locator("button.first").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Undo it")
    assert page.locator("#title").input_value() == "Renamed"
    page.locator("text=Undo it").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**undone=1")
    assert page.locator("#title").input_value() == old
    sight.clean()
    sight.context.close()


def test_without_scripts_the_forms_still_work(started: Any, address: str) -> None:
    context = started.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address.replace("/?", "/scenarios?"))
    base = address.split("/?")[0]
    page.goto(f"{base}/s/mine/compare?{DRAWS}&shift.omega_c=0.5")
    assert page.locator("text=Changed from the scenario.").count() == 1
    assert page.locator("#sliders button[type=submit]").is_visible()
    page.goto(f"{base}/s/mine/obligations?{DRAWS}")
    page.locator("table.matrix tbody button").nth(1).click()
    assert page.locator(".findings li").count() >= 1
    context.close()


def test_the_page_of_another_site_gets_nothing(started: Any, address: str, tmp_path: Path) -> None:
    base = address.split("/?")[0]
    hostile = tmp_path / "hostile.html"
    hostile.write_text(f"<img src='{base}/s/mine/figures/glance.png'><form method=post "
                       f"action='{base}/scenarios/new'><button>x</button></form>")  # fmt: skip
    context = started.new_context()
    page = context.new_page()
    page.goto(address.replace("/?", "/scenarios?"))
    answers: dict[str, int] = {}
    page.on(
        "response", lambda r: answers.update({r.url: r.status}) if f"{base}/s" in r.url else None
    )
    page.goto(hostile.as_uri())
    page.wait_for_timeout(300)
    page.locator("button").click()
    page.wait_for_timeout(300)
    assert answers
    assert set(answers.values()) == {403}, answers
    assert TOKEN not in page.content()
    context.close()
