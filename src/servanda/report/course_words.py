"""What happens in a course and how it ends, in words, and the letter each has on a timeline."""

from __future__ import annotations

from collections.abc import Sequence

from servanda.report.words import percent, plain, plural
from servanda.study.courses import Course, Courses, Event

__all__ = ["LETTERS", "MARK_WORDS", "course_end", "how_drawn", "share_note", "told_events"]

MARK_WORDS: dict[str, str] = {
    "probe_answered": "a probe is answered",
    "probe_unanswered": "a probe goes unanswered",
    "provocation_passed": "the protected state provokes, and it is let pass",
    "truce_frayed": "the truce frays",
    "truce_mended": "the truce is mended",
    "truce_collapsed": "the truce collapses for good",
    "phase_begins": "the next phase begins",
    "forces_leave": "forces leave",
    "election_away": "an election turns the leading guarantor away",
    "election_back": "an election turns it back",
    "posture_rises": "the challenger grows stronger",
    "attack_held": "attack, resisted: the defence holds",
    "attack_failed": "attack, resisted: the defence fails",
    "capitulation": "attack without resistance: it yields",
    "escalation": "a probe escalates into war",
    "provocation": "war after a provocation by the protected state",
    "guarantor_turned": "a guarantor turned attacker",
    "settled": "peace is settled",
    "at_peace": "peace holds at the end",
}
"""What each mark of ``MARKS`` and ``ENDS`` means."""

_SHORT = {
    "probe_answered": "probe answered",
    "probe_unanswered": "probe unanswered",
    "provocation_passed": "provocation let pass",
    "truce_frayed": "truce frays",
    "truce_mended": "truce mended",
    "truce_collapsed": "truce collapses",
    "phase_begins": "next phase",
    "forces_leave": "forces leave",
    "election_away": "election away",
    "election_back": "election back",
    "posture_rises": "challenger stronger",
}

LETTERS: dict[str, str] = {
    "probe_answered": "a",
    "probe_unanswered": "u",
    "provocation_passed": "p",
    "truce_frayed": "f",
    "truce_mended": "m",
    "truce_collapsed": "c",
    "phase_begins": "n",
    "forces_leave": "l",
    "election_away": "e",
    "election_back": "b",
    "posture_rises": "s",
    "attack_held": "✕",
    "attack_failed": "✕",
    "capitulation": "✕",
    "escalation": "✕",
    "provocation": "✕",
    "guarantor_turned": "✕",
    "settled": "■",
    "at_peace": "▸",
}


def course_end(course: Course) -> str:
    """Say how a course ends and when.

    Examples:
        >>> course_end(Course(events=(), end="at_peace", years=20.0))
        'Peace holds at year 20'
    """
    if course.end == "at_peace":
        return f"Peace holds at year {course.years:g}"
    last = course.events[-1]
    what = f" ({last.title[:1].lower()}{last.title[1:]})" if last.title else ""
    head, _, tail = MARK_WORDS.get(course.end, plain(course.end)).partition(",")
    return f"Year {course.years:.1f}: {head}{what}{',' if tail else ''}{tail}"


def told_events(events: Sequence[Event]) -> str:
    """Say what happened and in which years, each sort of event once.

    Examples:
        >>> told_events([Event(year=y, mark="forces_leave") for y in (2.06, 9.0)])
        'forces leave 2.1, 9.0'
    """
    when: dict[str, list[str]] = {}
    for event in events:
        when.setdefault(event.mark, []).append(f"{event.year:.1f}")
    return "; ".join(f"{_SHORT.get(mark, plain(mark))} {', '.join(y)}" for mark, y in when.items())


def how_drawn(found: Courses) -> str:
    """Say which draw it is and what it assumes."""
    which = f"draw {found.draw} of seed {found.seed}"
    if found.typical_of:
        which += f", the one with the median of peace years among the first {found.typical_of}"
    fit = "the priors" if found.posterior is None else f"the fit '{found.posterior}'"
    return (
        f"In this model; knowledge as of {found.as_of}; {which}; assumptions from {fit}. The "
        "numbers of the draw are the same in every course, only luck differs."
    )


def share_note(found: Courses) -> str:
    """Set the share of the courses shown that end early beside the projection of the draw."""
    early, count = sum(course.early for course in found.courses), len(found.courses)
    return (
        f"Of these {plural(count, 'course')} {early} end before year {found.horizon_years:g}. Over "
        f"many courses the share equals the projection of this draw, {percent(found.ended_early)}; "
        f"the draw has {found.peace_years:.1f} peace years. Other draws have other numbers."
    )
