"""When a text binds: dated start and end, conditions of entry, and versions that disagree."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

from servanda.domain.finding import Trace
from servanda.domain.instrument import InForce, Instrument
from servanda.domain.moment import Moment
from servanda.obligations.facts import ABSENT, Facts
from servanda.obligations.kleene import CONTESTED, FALSE, TRUE, UNKNOWN, all_of, truth_of

__all__ = [
    "NOT_YET",
    "OVER",
    "Standing",
    "Version",
    "reads_of",
    "standing",
    "versions",
    "years_after",
]

NOT_YET, OVER = "not_in_force", "lapsed"


class Version:
    """One side's account of when the text binds, with what it makes of the day."""

    __slots__ = ("by", "end", "start")

    def __init__(self, by: str, start: Moment | None, end: Moment | None) -> None:
        """Keep the side and its interval."""
        self.by, self.start, self.end = by, start, end

    def state(self, day: Moment) -> str:
        """Return ``in_force``, ``not_in_force`` (not yet), ``lapsed``, or ``unknown``.

        It is unknown where a month or a year stands for the day and holds the start or the end.
        """
        states = {_state(self.start, self.end, edge) for edge in edges(day)}
        return states.pop() if len(states) == 1 else "unknown"


def edges(day: Moment) -> tuple[Moment, ...]:
    """Return the first and the last day of a moment that is a month or a year.

    Examples:
        >>> edges(Moment("2024-02"))
        ('2024-02-01', '2024-02-29')
        >>> edges(Moment("2024-02-03"))
        ('2024-02-03',)
    """
    if day.precision not in ("month", "year"):
        return (day,)
    return Moment(day.earliest.date().isoformat()), Moment(day.latest.date().isoformat())


def _state(start: Moment | None, end: Moment | None, day: Moment) -> str:
    if start is not None and day.before(start):
        return NOT_YET
    if end is not None and end.before(day):
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
            return years_after(start, years)
        if hours:
            return Moment((start.earliest + timedelta(hours=hours)).isoformat())
        end = start.earliest + timedelta(days=days or 0.0)
    except (OverflowError, ValueError):
        return None
    return Moment(end.date().isoformat() if start.precision == "day" else end.isoformat())


def years_after(start: Moment, years: float) -> Moment:
    """Count whole years on the calendar and the rest of one in days.

    Examples:
        >>> years_after(Moment("1949-08-24"), 20)
        '1969-08-24'
    """
    whole = int(years)
    year = int(start[:4]) + whole
    end = Moment(f"{year}{start[4:]}" if start[5:10] != "02-29" else f"{year}-02-28")
    if years == whole:
        return end
    return Moment((end.earliest + timedelta(days=365.25 * (years - whole))).date().isoformat())


Standing = tuple[Mapping[str, str], Trace, str | None]


def standing(
    instrument: Instrument, day: Moment | None, facts: Facts, others: Sequence[Instrument]
) -> Standing:
    """Ask whether the text binds on the day.

    Args:
        instrument: the text.
        day: the day on which it has to bind.
        facts: conditions of entry and of ending may be facts.
        others: the texts it stands beside, which may supersede it.

    Returns:
        what each side holds where they differ, the node, and ``not_in_force`` or ``lapsed`` where
        the text does not bind.
    """
    for other in others:
        ousted = _ousted(instrument, other, day, facts)
        if ousted is not None:
            return {}, ousted, OVER
    by_side = versions(instrument)
    if by_side and day is None:
        return {}, Trace("in force", UNKNOWN, missing=("date",), facts={"date": ABSENT}), None
    if by_side and day is not None:
        return _by_side(instrument, by_side, day, facts)
    node, state = _force(instrument, day, facts)
    for leaf in node.leaves():
        leaf.clause = f"{instrument.id} (entry into force and duration)"
    return {}, node, state


def _ousted(
    instrument: Instrument, other: Instrument, day: Moment | None, facts: Facts
) -> Trace | None:
    """Return a node where another text in force has taken this one's place, or its ground fell."""
    if other is instrument:
        return None
    for relation in other.relations:
        if relation.kind != "supersedes" or relation.to != instrument.id:
            continue
        began = relation.from_ is None or day is None or relation.from_.not_after(day)
        if began and _force(other, day, facts)[1] is None:
            shown = {"superseded_by": other.id}
            return Trace("in force", FALSE, ("time",), facts=shown, note="superseded")
    for relation in instrument.relations:
        grounded = relation.kind == "depends_on" and relation.to == other.id
        if grounded and _force(other, day, facts)[1] is not None:
            shown = {"depends_on": other.id}
            return Trace("in force", FALSE, ("time",), facts=shown, note="its ground is gone")
    return None


def _by_side(
    instrument: Instrument, by_side: tuple[Version, ...], day: Moment, facts: Facts
) -> Standing:
    """Keep each side's account of start and end apart."""
    states = {v.by: v.state(day) for v in by_side}
    if "unknown" in states.values():
        return {}, Trace("in force", UNKNOWN, missing=("date",), facts=states), None
    if len(set(states.values())) == 1:
        state = next(iter(states.values()))
        if state == "in_force":
            return states, Trace("in force", TRUE, note="by each side's account"), None
        return states, Trace("in force", FALSE, ("time",), facts={"day": str(day)}), state
    same_start = len({v.start for v in by_side}) == 1
    if OVER in states.values() and (same_start or any(v.end is None for v in by_side)):
        note = "the sides give different ends"
        return states, Trace("in force", CONTESTED, ("time",), facts=states, note=note), None
    if OVER in states.values():
        shown = {v.by: _interval(v.state(day), v.end) for v in by_side}
        missing = ["start_version"]
        force = instrument.in_force
        if force is not None and force.extension and facts.get("extended") is not True:
            missing.insert(0, "extension_agreed")
        return shown, Trace("in force", UNKNOWN, missing=tuple(missing), facts=shown), None
    note = "the sides give different starts"
    return states, Trace("in force", CONTESTED, ("time",), facts=states, note=note), None


def _interval(state: str, end: Moment | None) -> str:
    return f"expired_{end}" if state == OVER else f"in_force_until_{end}"


def _force(instrument: Instrument, day: Moment | None, facts: Facts) -> tuple[Trace, str | None]:
    """Ask whether the text binds on the day by its own dates and conditions.

    Returns:
        the node, and ``not_in_force`` or ``lapsed`` where it does not.
    """
    force = instrument.in_force
    if day is None and (instrument.signed or instrument.known_from or force):
        shown = {"date": ABSENT}
        return Trace("in force", UNKNOWN, missing=("date",), facts=shown), None
    if force is None or day is None:
        return _unsigned(instrument, day)
    if force.from_ == "never":
        note = "the conditions of entry were never met"
        return Trace("in force", FALSE, ("time",), facts={"from": "never"}, note=note), NOT_YET
    if force.from_ == "conditional":
        return _conditional(instrument, day, facts)
    return _dated(instrument, force, day, facts)


def _dated(
    instrument: Instrument, force: InForce, day: Moment, facts: Facts
) -> tuple[Trace, str | None]:
    """Hold the day against the start and the end of a text."""
    start = force.start or instrument.signed
    end = force.to or _after(start, years=force.years, hours=force.hours)
    shown = {"from": str(start or ABSENT), "to": str(end or ""), "day": str(day)}
    state = Version("text", start, end).state(day)
    if state == OVER:
        extended = _extended(force, facts, shown)
        if extended is not None:
            return extended, None
    if state == "unknown":
        return Trace("in force", UNKNOWN, missing=("date",), facts=shown), None
    if state != "in_force":
        return Trace("in force", FALSE, ("time",), facts=shown), state
    ended = [e for e in force.ends_if if facts.get(e) is True]
    if ended:
        return Trace("in force", FALSE, ("time",), facts={ended[0]: True}), OVER
    if start is None:
        missing = ("date_of_entry_into_force",)
        return Trace("in force", UNKNOWN, missing=missing, facts=shown), None
    return Trace("in force", TRUE, facts=shown), None


def _extended(force: InForce, facts: Facts, shown: Mapping[str, str]) -> Trace | None:
    """Return a node where a text whose time is up may have been extended, else None."""
    if force.to is None and force.auto_extend_years:
        return Trace("in force (extended)", TRUE, facts=shown)
    value = facts.get("extended")
    if value is True:
        return Trace("in force (extended)", TRUE, facts={**shown, "extended": True})
    if force.extension and facts.has("extended") and value is not False:
        truth = truth_of(value)
        missing = ("extension_agreed",)
        return Trace("in force (extended)", truth, ("time",), missing, {**shown, "extended": value})
    return None


def reads_of(instrument: Instrument) -> tuple[str, ...]:
    """Return the facts on which it hangs whether the text binds."""
    force = instrument.in_force
    if force is None:
        return ()
    entry = [n for token in _conditions_of(instrument) for n in _fact_of(token)]
    assumed = ("in_force_assumed",) if entry else ()
    return (*force.ends_if, *entry, *assumed, "extended")


def _conditions_of(instrument: Instrument) -> list[str]:
    force = instrument.in_force
    return [t for c in (force.condition if force else ()) for t in re.split(r"_and_", c)]


def _fact_of(token: str) -> tuple[str, ...]:
    calm = "ceasefire" in token or "cessation" in token
    return ("ceasefire_in_force_before",) if calm else (token,)


def _unsigned(instrument: Instrument, day: Moment | None) -> tuple[Trace, str | None]:
    signed = instrument.signed or instrument.known_from
    if signed is not None and day is not None and day.before(signed):
        return Trace("in force", FALSE, ("time",), facts={"signed": str(signed)}), NOT_YET
    note = "no date of entry: assessed as if it stood"
    return Trace("in force", TRUE, note=note), None


def _conditional(instrument: Instrument, day: Moment, facts: Facts) -> tuple[Trace, str | None]:
    signed = instrument.signed or instrument.known_from
    if signed is not None and day.before(signed):
        return Trace("in force", FALSE, ("time",), facts={"signed": str(signed)}), NOT_YET
    nodes = [_entry(token, facts) for token in _conditions_of(instrument)]
    joined = all_of("in force: conditions of entry", nodes)
    return joined, NOT_YET if joined.truth == FALSE else None


def _entry(token: str, facts: Facts) -> Trace:
    label = f"entry: {token}"
    (name,) = _fact_of(token)
    value = facts.get(name)
    if value is True or (value == ABSENT and facts.get("in_force_assumed") is True):
        return Trace(label, TRUE, facts={name: True})
    if value is False:
        return Trace(label, FALSE, ("time",), facts={name: False})
    return Trace(label, UNKNOWN, missing=(name,), facts={name: ABSENT})
