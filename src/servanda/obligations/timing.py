"""When a text binds: dated start and end, conditions of entry, and versions that disagree."""

from __future__ import annotations

import re
from datetime import timedelta

from servanda.domain.instrument import Instrument
from servanda.domain.moment import Moment
from servanda.obligations.facts import ABSENT, Facts
from servanda.obligations.kleene import FALSE, TRUE, UNKNOWN, Node, all_of

__all__ = ["NOT_YET", "OVER", "Version", "force_node", "versions"]

NOT_YET, OVER = "not_in_force", "lapsed"


class Version:
    """One side's account of when the text binds, with what it makes of the day."""

    __slots__ = ("by", "end", "start")

    def __init__(self, by: str, start: Moment | None, end: Moment | None) -> None:
        """Keep the side and its interval."""
        self.by, self.start, self.end = by, start, end

    def state(self, day: Moment) -> str:
        """Return ``in_force``, ``not_in_force`` (not yet) or ``lapsed``."""
        if self.start is not None and day.before(self.start):
            return NOT_YET
        if self.end is not None and self.end.before(day):
            return OVER
        return "in_force"


def versions(instrument: Instrument) -> tuple[Version, ...]:
    """Return the versions that the sides hold, each with the common length where it has none."""
    force = instrument.in_force
    if force is None:
        return ()
    lengths = [v.days for v in force.versions if v.days]
    common = lengths[0] if lengths else None
    return tuple(
        Version(v.by, v.from_, v.to or _after(v.from_, days=v.days or common))
        for v in force.versions
    )


def _after(
    start: Moment | None,
    *,
    days: float | None = None,
    years: float | None = None,
    hours: float | None = None,
) -> Moment | None:
    """Return the end of a length; None without one, or where it lies beyond the calendar."""
    if start is None or not (years or hours or days):
        return None
    try:
        if years:
            return _years_after(start, years)
        if hours:
            return Moment((start.earliest + timedelta(hours=hours)).isoformat())
        end = start.earliest + timedelta(days=days or 0.0)
    except (OverflowError, ValueError):
        return None
    return Moment(end.date().isoformat() if start.precision == "day" else end.isoformat())


def _years_after(start: Moment, years: float) -> Moment:
    """Count whole years on the calendar and the rest of one in days."""
    whole = int(years)
    year = int(start[:4]) + whole
    end = Moment(f"{year}{start[4:]}" if start[5:10] != "02-29" else f"{year}-02-28")
    if years == whole:
        return end
    return Moment((end.earliest + timedelta(days=365.25 * (years - whole))).date().isoformat())


def force_node(instrument: Instrument, day: Moment | None, facts: Facts) -> tuple[Node, str | None]:
    """Ask whether the text binds on the day.

    Returns:
        the node, and ``not_in_force`` or ``lapsed`` where it does not.
    """
    force = instrument.in_force
    if force is None or day is None:
        return _unsigned(instrument, day)
    if force.from_ == "never":
        node = Node("in force", FALSE, ("time",), note="the conditions of entry were never met")
        return node, NOT_YET
    if force.from_ == "conditional":
        return _conditional(instrument, day, facts)
    start = force.start or instrument.signed
    end = force.to or _after(start, years=force.years, hours=force.hours)
    state = Version("text", start, end).state(day)
    shown = {"from": str(start or ""), "to": str(end or ""), "day": str(day)}
    if state != "in_force":
        if state == OVER and force.auto_extend_years and force.to is None:
            return Node("in force (extended)", TRUE, facts=shown), None
        return Node("in force", FALSE, ("time",), facts=shown), state
    ended = [e for e in force.ends_if if facts.get(e) is True]
    if ended:
        return Node("in force", FALSE, ("time",), facts={ended[0]: True}), OVER
    return Node("in force", TRUE, facts=shown), None


def _unsigned(instrument: Instrument, day: Moment | None) -> tuple[Node, str | None]:
    signed = instrument.signed
    if signed is not None and day is not None and day.before(signed):
        return Node("in force", FALSE, ("time",), facts={"signed": str(signed)}), NOT_YET
    note = "no date of entry: assessed as if it stood"
    return Node("in force", TRUE, note=note), None


def _conditional(instrument: Instrument, day: Moment, facts: Facts) -> tuple[Node, str | None]:
    signed = instrument.signed or instrument.known_from
    if signed is not None and day.before(signed):
        return Node("in force", FALSE, ("time",), facts={"signed": str(signed)}), NOT_YET
    force = instrument.in_force
    tokens = [t for c in (force.condition if force else ()) for t in re.split(r"_and_", c)]
    nodes = [_entry(token, facts) for token in tokens]
    joined = all_of("in force: conditions of entry", nodes)
    return joined, NOT_YET if joined.truth == FALSE else None


def _entry(token: str, facts: Facts) -> Node:
    label = f"entry: {token}"
    name = "ceasefire_in_force_before" if "ceasefire" in token or "cessation" in token else token
    value = facts.get(name)
    if value is True or (value == ABSENT and facts.get("in_force_assumed") is True):
        return Node(label, TRUE, facts={name: True})
    if value is False:
        return Node(label, FALSE, ("time",), facts={name: False})
    return Node(label, UNKNOWN, missing=(name,))
