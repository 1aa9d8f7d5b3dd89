"""Courses of events as text, picture and JSON."""

from __future__ import annotations

import re

import pytest

from servanda.report.course_words import LETTERS, MARK_WORDS
from servanda.report.courses import courses_json, courses_text
from servanda.report.courses_picture import _SHAPES, courses_picture
from servanda.report.terminal import columns_of
from servanda.study.courses import ENDS, MARKS, Course, Courses, Event


def made(title: str = "Truce, then cover") -> Courses:
    strike = {"incident": "strike", "title": "Mass air strike on the energy system"}
    return Courses(
        scenario="ukraine-2025", option="truce", title=title, phases=("Truce", "Cover"),
        protege="Ukraine", challenger="Russia", horizon_years=20.0, draw=26, typical_of=101,
        seed=1, luck=0, as_of="2026-02-01", posterior="durability", protege_model="chooses",
        peace_years=15.3, ended_early=0.41, projected={"attack_held": 0.41},
        courses=(
            Course(
                events=(
                    Event(year=0.2, mark="truce_frayed"),
                    Event(year=0.3, mark="truce_mended"),
                    Event(year=2.2, mark="attack_held", **strike),
                ),
                end="attack_held", years=2.2,
            ),
            Course(events=(Event(year=3.6, mark="election_away"),), end="at_peace", years=20.0),
            Course(events=(Event(year=5.1, mark="settled"),), end="settled", years=5.1),
        ),
    )  # fmt: skip


def test_every_mark_and_end_has_a_word_a_letter_and_a_shape_of_its_own() -> None:
    every = {*MARKS, *ENDS}
    assert every == set(MARK_WORDS) == set(LETTERS) == set(_SHAPES)
    assert len({(path, filled) for path, _, filled in _SHAPES.values()}) >= len(every) - 1
    assert len(set(MARK_WORDS.values())) == len(every)
    assert MARK_WORDS["guarantor_turned"] == "a guarantor turned attacker"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_one_line_a_course_with_years_and_words(width: int) -> None:
    text = courses_text(made(), width)
    assert max(columns_of(line) for line in text.splitlines()) <= width
    flat = " ".join(text.split())
    assert "Year 2.2: attack (mass air strike on the energy system), resisted" in flat
    assert "Peace holds at year 20" in flat
    assert "Year 5.1: peace is settled" in flat
    assert "election away 3.6" in flat
    assert "Of these 3 courses 1 end before year 20" in flat
    assert "the projection of this draw, 41%" in flat
    assert " will " not in flat


def test_the_picture_names_what_occurs_and_nothing_else() -> None:
    picture = courses_picture(made())
    assert picture.startswith("<svg")
    assert picture.count("<svg") == 1
    for mark in ("truce_frayed", "election_away", "settled", "at_peace"):
        assert MARK_WORDS[mark] in picture
    assert MARK_WORDS["forces_leave"] not in picture
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")
    assert "41%" in picture


def test_marks_that_would_hide_one_another_are_set_apart() -> None:
    picture = courses_picture(made())
    first = re.findall(r"translate\(([\d.]+),([\d.]+)\)", picture)[:2]
    assert first[0][1] != first[1][1]


def test_text_stays_text() -> None:
    picture = courses_picture(made("<script>alert(1)</script>\u202e"))
    assert "<script" not in picture
    assert "\u202e" not in picture
    assert "\u202e" not in courses_text(made("\u202eT"), 80)


def test_json_holds_courses_and_projection() -> None:
    data = courses_json(made())
    assert data["ended_early"] == 0.41
    assert data["ended_early_shown"] == pytest.approx(1 / 3)
    assert data["courses"][0]["events"][2]["incident"] == "strike"
