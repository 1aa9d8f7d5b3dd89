"""Courses of events in a terminal: one small timeline a course, its end and its events in words."""

from __future__ import annotations

from typing import Any

from servanda.report.course_words import (
    LETTERS,
    MARK_WORDS,
    course_end,
    how_drawn,
    share_note,
    told_events,
)
from servanda.report.terminal import Ink, clean
from servanda.study.courses import MARKS, Course, Courses

__all__ = ["courses_json", "courses_text"]

_PREFIX = 5
_BAR = (21, 41)


def courses_text(found: Courses, width: int = 80, colour: bool = False) -> str:
    """Write what ``servanda histories`` prints.

    Args:
        found: the courses.
        width: columns of the terminal.
        colour: whether escape codes may be used.
    """
    ink = Ink(width, colour)
    bar = _BAR[1] if width >= 100 else _BAR[0] + 10 if width >= 76 else _BAR[0]
    lines = [ink.bold(s) for s in ink.paragraph(f"How it could go: {found.title}")]
    lines += [*ink.paragraph(how_drawn(found)), "", " " * _PREFIX + _years(found, bar)]
    for number, course in enumerate(found.courses, start=1):
        lines += _course(number, course, found.horizon_years, bar, ink)
    lines += ["", *ink.paragraph(_key(found)), *ink.paragraph(share_note(found))]
    return "\n".join(lines)


def _years(found: Courses, bar: int) -> str:
    """The scale: the year at each quarter of the bar."""
    line = [" "] * (bar + 4)
    for quarter in range(5):
        text = f"{found.horizon_years * quarter / 4:g}"
        at = round((bar - 1) * quarter / 4)
        line[at : at + len(text)] = text
    return "".join(line).rstrip()


def _course(number: int, course: Course, horizon: float, bar: int, ink: Ink) -> list[str]:
    drawn = _timeline(course, horizon, bar)
    lead = f"{number:>3}  {drawn}{' ' * (bar - len(drawn))}  "
    lines = ink.paragraph(course_end(course), lead, " " * len(lead))
    before = course.events if course.end == "at_peace" else course.events[:-1]
    if before:
        lines += [ink.dim(s) for s in ink.paragraph(told_events(before), " " * _PREFIX)]
    return lines


def _timeline(course: Course, horizon: float, bar: int) -> str:
    """Draw one course; where two events share a column the later one stands."""

    def at(year: float) -> int:
        return min(bar - 1, round((bar - 1) * year / horizon))

    line = ["─"] * (at(course.years) + 1)
    for event in course.events:
        line[at(event.year)] = LETTERS.get(event.mark, "·")
    line[-1] = LETTERS.get(course.end, "✕")
    return "".join(line)


def _key(found: Courses) -> str:
    seen = {event.mark for course in found.courses for event in course.events}
    parts = [f"{LETTERS[mark]} {MARK_WORDS[mark]}" for mark in MARKS if mark in seen]
    parts += ["✕ peace ends", "▸ peace holds at the end"]
    parts += ["■ peace is settled"] if "settled" in seen else []
    return "; ".join(parts) + ". Where two fall together the later one is drawn."


def courses_json(found: Courses) -> dict[str, Any]:
    """Give everything that ``servanda histories --json`` prints."""
    data = found.model_dump(mode="json")
    shown = sum(course.early for course in found.courses) / len(found.courses)
    return {**data, "title": clean(found.title), "ended_early_shown": shown}
