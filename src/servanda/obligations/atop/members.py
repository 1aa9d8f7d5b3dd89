"""The member table of an instrument: who belonged to it from when to when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from servanda.domain.actor import Actor
from servanda.domain.instrument import Instrument
from servanda.domain.moment import Moment
from servanda.obligations.atop.record import MemberRow

__all__ = ["date_parts", "member_rows"]

ROLES = (
    *("original", "members", "incl", "guarantors", "guarantor", "signatories", "also_signed"),
    *("declaring", "mirrored_by", "enacting", "issuing", "with_"),
)


Stretch = tuple[Moment | None, Moment | None]


def member_rows(
    instrument: Instrument, actors: Mapping[str, Actor], on: Moment | None
) -> tuple[tuple[MemberRow, ...], tuple[str, ...]]:
    """Return the member table, and the words for groups whose members are not known.

    Original members count from the signature, as ATOP dates an alliance; all leave with its end.

    Examples:
        >>> pact = Instrument(id="p", title="P", kind="treaty", signed="2001-02-03",
        ...     parties={"original": ["AAA"], "acceded": [["BBB", "2004"]]})
        >>> [(r.member, r.yrent, r.moent) for r in member_rows(pact, {}, None)[0]]
        [('AAA', 2001, 2), ('BBB', 2004, None)]
    """
    parties, force = instrument.parties, instrument.in_force
    begin = instrument.signed or instrument.dated or (force.start if force else None)
    end = force.to if force else None
    named = [name for role in ROLES for name in getattr(parties, role)]
    named += [parties.group] if parties.group else []
    stretches, unknown = _stretches(named, actors, begin)
    for actor, since in parties.acceded:
        stretches.setdefault(actor, (since, None))
    for actor, left in parties.former:
        stretches[actor] = (stretches.get(actor, (begin, None))[0], left)
    rows = [
        _row(instrument.id, actor, since, _first(left, end))
        for actor, (since, left) in stretches.items()
        if on is None or _belongs(since, _first(left, end), on)
    ]
    return tuple(rows), tuple(unknown)


def _stretches(
    names: Iterable[str], actors: Mapping[str, Actor], begin: Moment | None
) -> tuple[dict[str, Stretch], list[str]]:
    found: dict[str, Stretch] = {}
    unknown: dict[str, None] = {}
    for name in names:
        inside = [(a.id, m) for a in actors.values() for m in a.memberships if m.of == name]
        for actor, membership in inside:
            later = begin is None or begin.before(membership.from_)
            found.setdefault(actor, (membership.from_ if later else begin, membership.to))
        if not inside and (name in actors or name.isupper() or not actors):
            found.setdefault(name, (begin, None))
        elif not inside:
            unknown.setdefault(name)
    return found, list(unknown)


def _first(one: Moment | None, other: Moment | None) -> Moment | None:
    if one is None or other is None:
        return one or other
    return one if one.not_after(other) else other


def _belongs(since: Moment | None, left: Moment | None, day: Moment) -> bool:
    return (since is None or since.not_after(day)) and (left is None or day.before(left))


def _row(atopid: str, actor: str, since: Moment | None, left: Moment | None) -> MemberRow:
    return MemberRow(atopid, actor, *date_parts(since), *date_parts(left))


def date_parts(day: Moment | None) -> tuple[int | None, int | None, int | None]:
    """Return year, month and day as far as the precision of a date goes.

    Examples:
        >>> date_parts(Moment("2002-04"))
        (2002, 4, None)
    """
    if day is None:
        return None, None, None
    first = day.earliest
    month = None if day.precision == "year" else first.month
    return first.year, month, first.day if day.precision in ("day", "instant") else None
