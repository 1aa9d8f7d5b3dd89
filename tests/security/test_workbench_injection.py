"""Hostile text through scenario, evidence and incidents: it is shown, and does nothing.

The 300 vectors of the report's test. Those that a file may hold go into every text of a scenario
and its instruments and are looked at in a browser; all of them go through the incident form and the
addresses, where the page must have the very elements that harmless text gives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.security.test_report_injection import VECTORS
from tests.unit.report.headless import WATCH, browser
from tests.unit.web.workbench import DRAWS, client, own_scenario, server

from servanda.scenario.folder import load
from servanda.scenario.writing import write

S = "/s/mine"
TEXTS = frozenset({"title", "summary", "note", "says", "gist", "clause_gloss", "label", "place",
                   "legal_force_note", "publisher", "contested"})  # fmt: skip
SAFE = tuple(v for v in VECTORS if not any(c in v for c in "\x00\ufeff\u2028\u2029"))
PAGES = ("compare", "obligations", "map", "instrument", "questions", "assumptions", "run", "edit")

WRONG = """() => [...document.querySelectorAll('*')].filter(e =>
  [...e.attributes].some(a => a.name.startsWith('on') || a.name === 'srcdoc')
  || ['IFRAME', 'OBJECT', 'EMBED', 'BASE', 'VIDEO', 'MATH', 'STYLE', 'ANIMATE']
    .includes(e.tagName.toUpperCase())
  || (e.tagName === 'SCRIPT' && e.type !== 'application/json'
    && !(e.getAttribute('src') || '').startsWith('/assets/'))
  || (e.tagName === 'META' && e.httpEquiv)
  || (e.tagName === 'LINK' && !/^(\\/assets\\/|data:,)/.test(e.getAttribute('href')))
  || (e.tagName === 'FORM' && e.className !== 'vega-bindings'
    && !/^\\//.test(e.getAttribute('action')))
  || (e.tagName === 'A'
    && /^\\s*(javascript|data|vbscript):/i.test(e.getAttribute('href') || '')))
  .map(e => e.outerHTML.slice(0, 200))"""


class Census(HTMLParser):
    """Counts elements, with the names of their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: Counter[str] = Counter()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found[f"{tag} {' '.join(sorted(name for name, _ in attrs))}"] += 1


def poisoned(value: Any, vectors: Iterator[str], key: str = "") -> Any:
    """Return data with a vector behind every text."""
    if isinstance(value, dict):
        return {k: poisoned(v, vectors, k) for k, v in value.items()}
    if isinstance(value, list):
        return [poisoned(v, vectors, key) for v in value]
    if isinstance(value, str) and key in TEXTS:
        return " ".join([value[:60], *(next(vectors) for _ in range(4))])
    return value


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario that holds every vector that a file may hold, several times."""
    place = tmp_path_factory.mktemp("hostile")
    folder = own_scenario(place)
    resolved = load(folder)
    used: set[str] = set()
    vectors = (used.add(v) or v for v in cycle(SAFE))  # type: ignore[func-returns-value]
    for path, noun in [
        (folder / "scenario.yaml", resolved.scenario),
        *((p, resolved.instruments[p.stem]) for p in (folder / "instruments").glob("*.yaml")),
    ]:
        kind = type(noun)
        data = noun.model_dump(mode="json", by_alias=True, exclude_unset=True)
        if kind.__name__ == "Scenario":
            data["sources"] += [
                {
                    "id": f"s{n}",
                    "title": "report",
                    "publisher": "news",
                    "url": "javascript:alert(1)",
                }
                for n in range(30)
            ]
        changed = poisoned(data, vectors)
        text = write(kind.model_validate(changed))
        path.write_text(text, "utf-8")
    assert used == set(SAFE)
    load(folder)
    return place


@pytest.mark.browser
def test_every_page_shows_hostile_text_and_nothing_happens(hostile: Path, chromium: str) -> None:
    with server(hostile, hostile / "runs") as address, browser(chromium) as started:
        page = started.new_page()
        dialogs: list[str] = []
        asked: list[str] = []
        page.on("dialog", lambda d: (dialogs.append(d.message), d.dismiss()))
        page.on("request", lambda r: asked.append(r.url))
        page.add_init_script(WATCH)
        base = address.split("/?")[0]
        page.goto(address.replace("/?", "/scenarios?"))
        page.goto(f"{base}{S}/compare?{DRAWS}")
        page.wait_for_selector("#sliders", timeout=180_000)
        for name in (*PAGES, "/scenarios"):
            page.goto(base + name if name.startswith("/") else f"{base}{S}/{name}?{DRAWS}")
            page.wait_for_timeout(400)
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
            _opened(page, name)
            assert page.evaluate(WRONG) == []
            assert page.evaluate("window.violations") == []
            assert page.evaluate("typeof window.xss") == "undefined"
        assert dialogs == []
        assert [u for u in asked if not u.startswith((base, "data:,"))] == []


def _opened(page: Any, name: str) -> None:
    """Open what a reader would: a number, a cell."""
    chosen = {"compare": "table.glance a.open", "obligations": "table.matrix button"}.get(name)
    if chosen:
        page.locator(chosen).first.click()
        page.wait_for_selector("#opened:popover-open")
    if name == "compare":
        page.keyboard.press("Escape")
        page.locator(".slider input").first.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("() => Number(document.documentElement.dataset.shown) >= 1")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    place = tmp_path_factory.mktemp("forms")
    own_scenario(place)
    with client(place, place / "runs") as made:
        yield made


def test_every_vector_through_the_incident_form_adds_no_element(bench: TestClient) -> None:
    first = load("border-pact").scenario.incidents[0].id
    form = {"incident": first, "built": "1", "f.kind": "armed_attack"}

    def census(text: str) -> Counter[str]:
        answer = bench.post(f"{S}/obligations", data={**form, "title": text, "f.place.name": text})
        assert answer.status_code == 200
        return Census(answer.text).found

    usual = census("a bridge")
    for vector in VECTORS:
        assert census(vector[:200]) == usual, vector


def test_every_vector_through_an_address_is_refused_as_text(bench: TestClient) -> None:
    usual = None
    for vector in VECTORS:
        answer = bench.get(f"{S}/instrument", params={"a": vector}, headers={"accept": "text/html"})
        assert answer.status_code == 404
        found = Census(answer.text).found
        usual = usual or found
        assert found == usual, vector


def test_every_vector_in_a_difference_adds_no_element(bench: TestClient) -> None:
    usual = None
    for vector in (v for v in SAFE[::3] if "\\" not in v):
        answer = bench.post(f"{S}/edit/scenario", data={"title": f"x {vector}"})
        assert answer.status_code == 200, answer.text
        found = Census(answer.text).found
        usual = usual or found
        assert found == usual, vector
