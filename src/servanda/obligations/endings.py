"""When a text ends, for all or for one of its parties, as far as its dates and records tell."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from servanda.domain.instrument import Instrument
from servanda.domain.moment import Moment
from servanda.obligations.records import Record

__all__ = ["Ending", "endings", "ends_on", "takes_effect"]


@dataclass(frozen=True, slots=True)
class Ending:
    """The day on which a text ends, or ends for one of its parties, and why.

    ``known`` is the day from which that could be known, where it is not known beforehand.
    """

    at: Moment
    because: str
    actor: str | None = None
    known: Moment | None = None


def ends_on(instrument: Instrument) -> Moment | None:
    """Return the last day on which a text binds, where its dates give one.

    Examples:
        >>> ends_on(Instrument(id="p", title="P", kind="treaty",
        ...     in_force={"from": "2024-02-24", "years": 10}))
        '2034-02-24'
    """
    force = instrument.in_force
    if force is None:
        return None
    if force.to is not None:
        return force.to
    start = force.start
    if start is None or force.auto_extend_years:
        return None
    try:
        if force.years:
            years = int(force.years)
            same_day = start.earliest.replace(year=start.earliest.year + years, day=1)
            rest = timedelta(days=start.earliest.day - 1 + 365.25 * (force.years - years))
            return Moment((same_day + rest).date().isoformat())
        if force.hours:
            return Moment((start.earliest + timedelta(hours=force.hours)).isoformat())
    except (OverflowError, ValueError):
        return None
    return None


def endings(instrument: Instrument, records: Iterable[Record] = ()) -> tuple[Ending, ...]:
    """Return the days on which a text ends, or a party leaves it, with what is recorded of that.

    A denunciation takes effect on its own day ``effective``, or after the months that a clause on
    termination gives; where neither is known it ends nothing yet.
    """
    last = ends_on(instrument)
    found = [] if last is None else [Ending(last, "the text ended")]
    found += [Ending(day, f"{a} left the text", a) for a, day in instrument.parties.former]
    for record in records:
        day = takes_effect(instrument, record)
        if day is not None:
            learned = record.known or record.at
            found += [
                Ending(day, f"{a} left the text ({record.id})", a, learned) for a in record.actors
            ]
    return tuple(found)


def takes_effect(instrument: Instrument, record: Record) -> Moment | None:
    """Return the day from which a denunciation of this text works, or None where none is known."""
    if record.kind != "denunciation" or instrument.id not in record.instruments:
        return None
    if record.effective is not None or record.at is None:
        return record.effective
    notices = {p.effect_after_months for p in instrument.provisions if p.effect_after_months}
    if len(notices) != 1:
        return None
    months = record.at.earliest.month - 1 + int(notices.pop())
    year, month = record.at.earliest.year + months // 12, months % 12 + 1
    day = min(record.at.earliest.day, monthrange(year, month)[1])
    return Moment(f"{year:04}-{month:02}-{day:02}")
