"""The HTML report: one file, closed policy, all parts, honest about what is missing."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from tests.unit.report.synthetic_comparison import build, trace, with_text

from servanda.report import assets
from servanda.report.html import SIZE_LIMIT, render
from servanda.study.result import Comparison


class Reader(HTMLParser):
    """Collects elements, identifiers, targets and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.words.append(data)

    @property
    def ids(self) -> list[str]:
        return [a["id"] or "" for _, a in self.tags if "id" in a]

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def page() -> str:
    return render(build())


def test_the_page_is_small_enough(page: str) -> None:
    assert len(page.encode()) <= SIZE_LIMIT


def test_a_comparison_with_very_many_traces_still_fits_and_says_what_is_left_out() -> None:
    comparison = build()
    duty = comparison.duties[0]
    many = tuple(
        duty.model_copy(update={"instrument": f"text-{i}", "trace": trace(6)}) for i in range(400)
    )
    text = render(comparison.model_copy(update={"duties": many}))
    assert len(text.encode()) <= SIZE_LIMIT
    assert "shortened here" in text


def test_every_target_of_a_link_or_button_exists_once(page: str) -> None:
    reader = Reader(page)
    assert len(reader.ids) == len(set(reader.ids))
    for _, attributes in reader.tags:
        for target in (attributes.get("popovertarget"), (attributes.get("href") or "")):
            if target and (target.startswith("#") or "popovertarget" in attributes):
                assert target.lstrip("#") in reader.ids, target


def test_the_policy_allows_nothing_but_the_hashed_scripts_and_style(page: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    text = policy.group(1).replace("&#39;", "'")
    assert text.startswith("default-src 'none'")
    assert "unsafe" not in text
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert len(scripts) == len(assets.SCRIPTS)
    for body in (*scripts, *styles):
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in text
    assert not [
        a for _, a in Reader(page).tags if "style" in a or any(k.startswith("on") for k in a)
    ]


def test_it_reads_as_the_brief_asks(page: str) -> None:
    order = re.findall(r'<section id="([\w-]+)"', page)
    assert order[:2] == ["walk", "compared"]
    assert (
        order.index("claim")
        < order.index("questions")
        < order.index("ledger")
        < order.index("limits")
    )
    text = Reader(page).text
    for needed in (
        "What this is not",
        "in this model",
        "◇ unverified",
        "servanda verify",
        "Stays open",
    ):
        assert needed in text
    assert not re.search(r"\bwill\b", text)


def test_the_founding_report_shows_numbers_where_a_key_is_named(page: str) -> None:
    years = build().options["cover-march"].peace_years.mean
    walk = page[page.index('id="walk"') : page.index('id="compared"')]
    assert f"{years:.1f}" in walk
    assert "options.cover-march.peace_years" not in Reader(walk).text


def test_a_scenario_without_report_claims_duties_or_history_still_reads() -> None:
    full = build()
    bare = Comparison.model_validate(
        {
            **full.model_dump(mode="json"),
            "report": [],
            "claims": [],
            "duties": [],
            "rivals": [],
            "switches": [],
            "break_evens": [],
            "drivers": [],
            "positions": [],
            "sources": [],
            "incidents": [],
            "conditions": [],
            "questions": [],
            "ledger": [],
            "outlasts": {},
        }
    )
    text = render(bare)
    order = re.findall(r'<section id="([\w-]+)"', text)
    assert order[0] == "compared"
    assert "walk" not in order
    assert "None" not in Reader(text).text


def test_a_missing_number_is_written_with_its_reason(page: str) -> None:
    text = Reader(page).text
    assert "no unit cost is given for training missions" in text


def test_every_chart_has_its_table(page: str) -> None:
    for figure in re.findall(r"<figure.*?</figure>", page, re.DOTALL):
        assert "<table" in figure
        assert "The chart in words" in figure or "data-chart" not in figure


def test_every_headline_number_opens(page: str) -> None:
    glance = page[
        page.index('<table class="glance">') : page.index(
            "</table>", page.index('<table class="glance">')
        )
    ]
    values = re.findall(r'<td class="n', glance)
    assert len(values) == len(re.findall(r'popovertarget="n-\d+"', glance)) == 6 * 8


def test_only_web_addresses_become_links() -> None:
    comparison = build()
    bad = (
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://a b",
        "//host/x",
    )
    sources = [{**dict(comparison.sources[0]), "url": url} for url in bad]
    text = render(comparison.model_copy(update={"sources": tuple(sources)}))
    links = [a["href"] for tag, a in Reader(text).tags if tag == "a"]
    assert all(str(link).startswith("#") for link in links)


def test_text_can_not_leave_its_place() -> None:
    mark = "</script><img src=x onerror=alert(1)><!--\u2028'\"&"
    text = render(with_text(build(), lambda s: mark + s))
    tags = Reader(text).tags
    assert "img" not in {tag for tag, _ in tags}
    assert len(re.findall(r"<script>", text)) == len(assets.SCRIPTS)


def test_vendored_scripts_are_the_recorded_ones() -> None:
    folder = files("servanda.report").joinpath("assets")
    record = folder.joinpath("VENDORED.md").read_text(encoding="utf-8")
    rows = re.findall(r"`([\w.-]+\.js)` \| ([\w-]+).*?\| ([\d.]+) \| `([0-9a-f]{64})`", record)
    assert {row[0] for row in rows} == set(assets.SCRIPTS) - {"charts.js", "report.js"}
    for name, package, version, digest in rows:
        assert hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() == digest
        assert folder.joinpath("licences", f"{package}.txt").is_file()
        if name != "vega-interpreter.min.js":
            assert f'"{version}"' in folder.joinpath(name).read_text(encoding="utf-8")


def test_templates_trust_no_data() -> None:
    folder = files("servanda.report").joinpath("templates")
    for entry in folder.iterdir():
        text = entry.read_text(encoding="utf-8")
        assert "|safe" not in text.replace(" ", "")
        assert "autoescape false" not in text
