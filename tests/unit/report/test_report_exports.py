"""Markdown, DOCX, brief, bundle, clock, map: what is written is what the comparison says."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from tests.unit.report.synthetic_comparison import build, with_text

from servanda.report.brief_page import brief_page
from servanda.report.charts.bound_map import Bound, bound_map, map_rows
from servanda.report.clock import clock_picture
from servanda.report.markdown import markdown
from servanda.report.shapes import countries, shape_of
from servanda.report.word import docx
from servanda.scenario import shelf

HOSTILE = "<img src=x onerror=alert(1)>|*_[a](javascript:x)\n# "


def test_markdown_has_every_option_and_escapes_what_it_would_read() -> None:
    comparison = build()
    text = markdown(comparison)
    assert text.startswith("# ")
    for option in comparison.options.values():
        assert option.title.split(" (")[0] in text
    whole = markdown(with_text(comparison, lambda t: HOSTILE + t))
    hostile = "\n".join(line for line in whole.splitlines() if not line.startswith("    "))
    assert "<img" not in hostile.replace("\\<img", "")
    assert "](javascript" not in hostile.replace("\\](javascript", "")


def test_docx_opens_again_and_holds_the_tables() -> None:
    document = pytest.importorskip("docx").Document(io.BytesIO(docx(build())))
    assert len(document.tables) >= 6
    assert build().title in [p.text for p in document.paragraphs]
    docx(with_text(build(), lambda t: "\x00\x0b\ufffe" + t))


def test_the_brief_is_one_page_of_html_without_scripts() -> None:
    text = brief_page(with_text(build(), lambda t: HOSTILE + t))
    assert "<script" not in text
    assert "<img" not in text


def test_a_clock_is_drawn_within_a_day_only() -> None:
    start = datetime.fromisoformat("2027-03-01T08:00+02:00")
    assert "24 h" in str(clock_picture(start, start.replace(day=2)))
    assert clock_picture(start, start.replace(day=3)) is None
    assert clock_picture(start, start) is None


def test_every_state_of_the_registry_but_the_smallest_is_on_the_map() -> None:
    states = [a for a in shelf.actors().values() if a.kind == "state"]
    missing = {a.name for a in states if shape_of(a) is None}
    assert missing <= {"Malta", "Bahrain", "Comoros", "Singapore", "Maldives"}
    rings = [ring for shape in countries().values() for p in shape["coordinates"] for ring in p]
    assert all(ring[0] == ring[-1] for ring in rings)


def test_the_map_says_in_words_what_it_shows() -> None:
    actors = shelf.actors()
    bound = [Bound(actors["UKR"], "protected"), Bound(actors["ITA"], "open who", "not said")]
    spec = bound_map(bound, "title", "subtitle")
    assert "protected: Ukraine" in spec["description"]
    assert [row["outline"] for row in map_rows(bound)] == ["Ukraine", "Italy"]
    kinds = {row["kind"] for row in spec["data"]["values"]}
    assert kinds == {"protected", "open who", "others"}
