"""The ten tasks of docs/tasks.md, each done in the browser in no more clicks than it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.browser.test_workbench import Sight
from tests.unit.report.headless import browser
from tests.unit.web.workbench import server

pytestmark = pytest.mark.browser

KEY = "ukraine-2025"
QUERY = "draws=25&posterior=prior&protege=mechanical"
PAGE = Path(__file__).parents[2] / "docs" / "tasks.md"


class Analyst:
    """Clicks, chooses and types, and counts."""

    def __init__(self, sight: Sight) -> None:
        self.page = sight.page
        self.clicks = 0

    def click(self, what: Any) -> None:
        self.clicks += 1
        (self.page.locator(what) if isinstance(what, str) else what).first.click()

    def go(self, title: str) -> None:
        self.click(self.page.get_by_role("navigation").get_by_role("link", name=title, exact=True))

    def choose(self, field: str, label: str) -> None:
        self.clicks += 1
        self.page.get_by_label(field, exact=True).select_option(label=label)

    def type(self, field: str, text: str) -> None:
        self.clicks += 1
        self.page.get_by_label(field, exact=True).fill(text)
        self.page.keyboard.press("Tab")

    def cell(self, option: str, state: str) -> None:
        heads = self.page.locator("table.matrix thead th").all_inner_texts()
        row = self.page.locator("table.matrix tbody tr", has_text=option).first
        self.click(row.locator("td").nth(heads.index(state) - 1).locator("button"))
        self.page.wait_for_selector("#opened:popover-open")

    def opened(self) -> str:
        return str(self.page.locator("#opened").inner_text())


def one(a: Analyst) -> None:
    a.go("Obligations")
    a.choose("Start from", "Mass air strike on the energy system")
    a.click(a.page.get_by_role("button", name="Open"))
    a.cell("Bilateral agreements", "Italy")
    assert "ita-ukr-2024" in a.opened()
    assert "2027-03-02T08:00" in a.opened()
    a.click("#opened summary")
    assert a.page.locator("#opened .steps li").first.is_visible()


def two(a: Analyst) -> None:
    a.go("Obligations")
    a.choose("Start from", "Mass air strike on the energy system")
    a.click(a.page.get_by_role("button", name="Open"))
    a.cell("Bilateral agreements", "Italy")
    a.click(a.page.locator("#opened").get_by_role("button", name="What would change it?"))
    a.page.wait_for_function("() => document.querySelector('#opened .flips li') !== null")
    assert "if" in a.page.locator("#opened .flips").first.inner_text()


def three(a: Analyst) -> None:
    a.go("Obligations")
    a.click(a.page.get_by_text("Change the facts"))
    with a.page.expect_response(lambda r: r.url.split("?")[0].endswith("/obligations")):
        a.type("What is hit", "port")
    a.page.wait_for_timeout(200)
    a.cell("Bilateral agreements", "Italy")
    assert "bound:" in a.opened()


def four(a: Analyst) -> None:
    a.go("Questions")
    first = a.page.locator("ol.questions > li").first
    assert "?" in first.locator(".ask").inner_text()
    assert re.search(r"changes [\d.]+ findings", first.inner_text())
    a.click(first.locator("summary"))
    assert first.locator("details[open] li").count() > 0


def five(a: Analyst) -> None:
    section = a.page.locator("section", has=a.page.locator("#h-conditions"))
    assert "force" in section.inner_text().lower()
    a.click(section.locator("summary"))


def six(a: Analyst) -> None:
    slider = a.page.locator(".slider input").first
    box = slider.bounding_box()
    a.clicks += 1
    a.page.mouse.click(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2)
    a.page.wait_for_function("() => Number(document.documentElement.dataset.shown) >= 1")
    assert "Changed from the scenario" in a.page.locator("#numbers .state").inner_text()


def seven(a: Analyst) -> None:
    row = a.page.locator("table.glance tbody tr", has_text="Membership of the alliance").first
    a.click(row.locator("a.open").nth(1))
    a.page.wait_for_selector("#opened:popover-open")
    for word in ("Meaning", "Formula", "Record"):
        assert word in a.opened()


def eight(a: Analyst) -> None:
    a.go("Assumptions")
    assert re.search(r"\d+ of \d+ in use", a.page.locator("main").inner_text())
    assert a.page.get_by_text("Where the literature disagrees").count() == 1


def nine(a: Analyst) -> None:
    a.go("Instrument")
    title = a.page.locator("#pick-a option[value='meloni-2025-08-18']").inner_text()
    a.choose("Text", title)
    a.clicks += 1
    a.page.get_by_label("beside", exact=True).select_option("nat-1949")
    a.click(a.page.get_by_role("button", name="Show"))
    assert a.page.locator("tr.differs").count() > 5


def ten(a: Analyst) -> None:
    a.go("Run")
    assert a.page.get_by_role("heading", name="Cite").count() == 1
    with a.page.expect_download() as got:
        a.click(a.page.get_by_text("Everything as a zip"))
    assert got.value.suggested_filename.endswith(".zip")


TASKS: tuple[Callable[[Analyst], None], ...] = (
    one, two, three, four, five, six, seven, eight, nine, ten,
)  # fmt: skip


def stated() -> list[int]:
    """The clicks that the page states, task by task."""
    rows = re.findall(r"^\| \d+ \|.*\| (\d+) \|$", PAGE.read_text("utf-8"), re.M)
    return [int(row) for row in rows]


@pytest.fixture(scope="module")
def started(chromium: str) -> Iterator[Any]:
    with browser(chromium) as running:
        yield running


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, started: Any) -> Iterator[str]:
    with server(None, tmp_path_factory.mktemp("tasks"), KEY) as given:
        sight = Sight(started, given)
        sight.page.goto(f"{sight.base}/s/{KEY}/compare?{QUERY}")
        sight.page.wait_for_selector("#sliders", timeout=240_000)
        sight.context.close()
        yield given


def test_the_page_states_ten_tasks() -> None:
    assert len(stated()) == len(TASKS) == 10


@pytest.mark.parametrize("number", range(10))
def test_a_task_takes_no_more_clicks_than_stated(started: Any, address: str, number: int) -> None:
    sight = Sight(started, address, viewport={"width": 1280, "height": 900})
    sight.page.goto(f"{sight.base}/s/{KEY}/compare?{QUERY}")
    analyst = Analyst(sight)
    TASKS[number](analyst)
    assert analyst.clicks <= stated()[number]
    sight.clean()
    sight.context.close()
