"""Courses of events as a picture: small timelines, a mark for each sort of event, a legend.

Drawn narrow, so that it reads on a phone and in a column of a page. Shapes differ, so nothing is
told by colour alone; the colours are those of Okabe and Ito.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from textwrap import wrap

from servanda.report.course_words import MARK_WORDS, course_end, how_drawn, share_note
from servanda.report.terminal import clean
from servanda.study.courses import ENDS, MARKS, Course, Courses

__all__ = ["courses_picture"]

WIDTH, LEFT, RIGHT = 520, 18, 502
ROW, LINE = 50, 17
LEVEL, APART = 13, 12
INK, SOFT, GRID = "#1c1f26", "#555b66", "#d9d7d0"
BLUE, RED, GREEN, ORANGE = "#0b5c93", "#b84c00", "#006e52", "#8a5a00"

# mark -> (path around 0,0; colour; filled)
_SHAPES: dict[str, tuple[str, str, bool]] = {
    "probe_answered": ("M-4.5,0a4.5,4.5 0 1,0 9,0a4.5,4.5 0 1,0 -9,0Z", BLUE, True),
    "probe_unanswered": ("M-4.5,0a4.5,4.5 0 1,0 9,0a4.5,4.5 0 1,0 -9,0Z", RED, False),
    "provocation_passed": ("M0,-6L5,0L0,6L-5,0Z", ORANGE, False),
    "truce_frayed": ("M-5,3L-2,-4L1,3L4,-4", ORANGE, False),
    "truce_mended": ("M-5,0H5M0,-5V5", GREEN, False),
    "truce_collapsed": ("M-5,-5H5V5H-5Z", INK, True),
    "phase_begins": ("M-2,8V-8L7,-4L-2,0", GREEN, True),
    "forces_leave": ("M-4.5,-4.5H4.5V4.5H-4.5Z", INK, False),
    "election_away": ("M-5,-4H5L0,5Z", SOFT, False),
    "election_back": ("M-5,4H5L0,-5Z", SOFT, False),
    "posture_rises": ("M0,6V-6M-3.5,-2L0,-6L3.5,-2", RED, False),
    "attack_held": ("M-6,-6L6,6M6,-6L-6,6", BLUE, False),
    "attack_failed": (
        "M-5,-5L5,5M5,-5L-5,5M-8,0a8,8 0 1,0 16,0a8,8 0 1,0 -16,0Z", RED, False,
    ),
    "capitulation": ("M-5,-5L5,5M5,-5L-5,5M-7,-7H7V7H-7Z", RED, False),
    "escalation": ("M0,-8V8M-8,0H8M-5.5,-5.5L5.5,5.5M5.5,-5.5L-5.5,5.5", RED, False),
    "provocation": ("M0,-9L8,0L0,9L-8,0ZM-3,-3L3,3M3,-3L-3,3", ORANGE, False),
    "guarantor_turned": ("M-7,6L0,-8L7,6ZM-3,-1L3,5M3,-1L-3,5", INK, False),
    "settled": ("M-3,-7V7M3,-7V7", GREEN, False),
    "at_peace": ("M-5,-6L6,0L-5,6Z", GREEN, True),
}  # fmt: skip


def courses_picture(found: Courses) -> str:
    """Draw the courses as one SVG document, 520 units wide.

    Every text of the scenario is escaped; nothing is loaded from anywhere.
    """
    parts, y = _head(found)
    top = y
    body = []
    for number, course in enumerate(found.courses, start=1):
        drawn, y = _row(number, course, found.horizon_years, y)
        body.append(drawn)
    parts += [_grid(found.horizon_years, top, y), *body]
    legend, y = _legend(found, y + 34)
    parts += legend
    note = f"Marks beneath a line stand there for want of room. {share_note(found)}"
    for line in wrap(note, 76):
        parts.append(_text(LEFT, y, line, tone=SOFT))
        y += LINE
    alt = "; ".join(f"{i}: {course_end(c)}" for i, c in enumerate(found.courses, start=1))
    title = clean(f"How it could go: {found.title}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y:.0f}" '
        f'width="{WIDTH}" height="{y:.0f}" role="img" '
        "font-family=\"system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif\">"
        f"<title>{escape(title)}</title><desc>{escape(clean(alt))}</desc>"
        f'<rect width="{WIDTH}" height="{y:.0f}" fill="#ffffff"/>{"".join(parts)}</svg>\n'
    )


def _head(found: Courses) -> tuple[list[str], float]:
    y, parts = 30.0, []
    for line in wrap(clean(f"How it could go: {found.title}"), 52):
        parts.append(_text(LEFT, y, line, size=17, bold=True))
        y += 22
    for line in wrap(clean(how_drawn(found)), 76):
        parts.append(_text(LEFT, y, line, tone=SOFT))
        y += LINE
    return parts, y + 10


def _x(year: float, horizon: float) -> float:
    return LEFT + (RIGHT - LEFT) * year / horizon


def _row(number: int, course: Course, horizon: float, y: float) -> tuple[str, float]:
    """One course: its end in words above, its line with marks below; returns the next row's top."""
    parts = []
    lines = wrap(clean(f"{number}. {course_end(course)}"), 64)
    for line in lines:
        y += LINE
        parts.append(_text(LEFT, y - 3, line, size=13, bold=course.early))
    base = y + 14
    end = _x(course.years, horizon)
    parts.append(
        f'<line x1="{LEFT}" y1="{base:.1f}" x2="{end:.1f}" y2="{base:.1f}" stroke="{INK}" '
        'stroke-width="2"/>'
    )
    inner = course.events if course.end == "at_peace" else course.events[:-1]
    places = [_x(event.year, horizon) for event in inner]
    levels = _levels(places, end)
    for event, x, level in zip(inner, places, levels, strict=True):
        parts.append(_mark(event.mark, x, base + LEVEL * level))
    parts.append(_mark(course.end, end, base))
    return "".join(parts), y + ROW - LINE + LEVEL * max(levels, default=0)


def _levels(places: Sequence[float], end: float) -> list[int]:
    """Move marks that would hide one another below the line, level by level."""
    last: list[float] = []
    levels = []
    for x in places:
        level = 0
        while (level < len(last) and x - last[level] < APART) or (level == 0 and end - x < APART):
            level += 1
        last += [-1e9] * (level + 1 - len(last))
        last[level] = x
        levels.append(level)
    return levels


def _mark(mark: str, x: float, y: float) -> str:
    path, colour, filled = _SHAPES.get(mark, _SHAPES["escalation"])
    wide = 2.4 if mark in ENDS else 1.7
    fill = colour if filled else "#ffffff" if path.endswith("Z") or "Z" in path else "none"
    return (
        f'<path d="{path}" transform="translate({x:.1f},{y:.1f})" fill="{fill}" '
        f'stroke="{colour}" stroke-width="{wide}" stroke-linejoin="round"/>'
    )


def _grid(horizon: float, top: float, bottom: float) -> str:
    parts = []
    for quarter in range(5):
        year = horizon * quarter / 4
        x = _x(year, horizon)
        parts.append(
            f'<line x1="{x:.1f}" y1="{top:.1f}" x2="{x:.1f}" y2="{bottom:.1f}" stroke="{GRID}"/>'
        )
        anchor = "start" if quarter == 0 else "end" if quarter == 4 else "middle"
        word = f"year {year:g}" if quarter in (0, 4) else f"{year:g}"
        parts.append(_text(x, bottom + 16, word, tone=SOFT, anchor=anchor))
    return "".join(parts)


def _legend(found: Courses, y: float) -> tuple[list[str], float]:
    """Only what occurs, one to a line."""
    seen = {event.mark for course in found.courses for event in course.events}
    seen |= {course.end for course in found.courses}
    parts = []
    for mark in (*MARKS, *ENDS):
        if mark in seen:
            y += 21
            parts.append(_mark(mark, LEFT + 9, y - 4))
            parts.append(_text(LEFT + 28, y, MARK_WORDS[mark], size=13))
    return parts, y + 30


def _text(
    x: float,
    y: float,
    text: str,
    *,
    size: float = 12.5,
    bold: bool = False,
    tone: str = INK,
    anchor: str = "start",
) -> str:
    weight = ' font-weight="600"' if bold else ""
    place = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{tone}"{weight}{place}>'
        f"{escape(text)}</text>"
    )
