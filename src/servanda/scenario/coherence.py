"""Checks inside one text: bearers, dates, phases, backers."""

from __future__ import annotations

from collections.abc import Iterator

from servanda.domain.instrument import Instrument, Patch
from servanda.domain.moment import Moment
from servanda.domain.option import Option
from servanda.domain.patch import misfit
from servanda.domain.problem import Severity
from servanda.domain.scenario import Scenario
from servanda.scenario.numbers import Remark
from servanda.scenario.parsing import Path
from servanda.scenario.resolving import cycle, twice

__all__ = ["instrument_remarks", "scenario_remarks"]

MAX_OPTIONS = 100

_DUTIES = ("duty", "duty_soft")


def instrument_remarks(text: Instrument) -> Iterator[tuple[Remark, Severity]]:
    """Say what does not fit together in an instrument (SV205, SV216, SV217, SV310, SV604)."""
    for remark in twice(text.provisions, ("provisions",)):
        yield remark, "error"
    open_bearer = any("guarantor" in name or "bearer" in name for name in text.unspecified)
    for i, provision in enumerate(text.provisions):
        if provision.bearer:
            continue
        message = f"the {provision.modality} '{provision.id}' has no bearer"
        if provision.modality in _DUTIES:
            yield ("SV216", message, ("provisions", i)), "error"
        elif provision.modality == "proposed_duty" and not open_bearer:
            yield ("SV216", message, ("provisions", i)), "warning"
    yield from ((remark, "error") for remark in _dates(text))
    yield from ((remark, "error") for remark in _changes(text))


def _changes(text: Instrument) -> Iterator[Remark]:
    """Try the changes that readings and amendments make, and the days of readings of an area."""
    changes: dict[Path, tuple[Patch, ...]] = {
        **{("official_readings", i): r.patches for i, r in enumerate(text.official_readings)},
        **{("amended", i): a.patches for i, a in enumerate(text.amended)},
    }
    for here, patches in changes.items():
        for k, patch in enumerate(patches):
            wrong = misfit(text, patch)
            if wrong is not None:
                yield "SV604", wrong, (*here, "patches", k)
    yield from _area_readings(text)


def _area_readings(text: Instrument) -> Iterator[Remark]:
    for name, area in text.areas.items():
        for k, part in enumerate(area.include):
            for m, where in enumerate(() if isinstance(part, str) else part.where):
                days = () if isinstance(where, str) else where.get("by_reading_of", ())
                if any(_no_day(day) for day in days):
                    message = f"'{', '.join(days)}' is no day"
                    yield "SV205", message, ("areas", name, "include", k, "where", m)


def _no_day(text: str) -> bool:
    try:
        Moment(text)
    except ValueError:
        return True
    return False


def _dates(text: Instrument) -> Iterator[Remark]:
    start = text.in_force.start if text.in_force else None
    if text.signed and start and start.before(text.signed) and not text.in_force_note:
        message = f"in force from {start}, before it was signed on {text.signed}"
        yield "SV217", message, ("in_force", "from")
    if start and text.in_force and text.in_force.to and text.in_force.to.before(start):
        message = f"in force to {text.in_force.to}, before it begins on {start}"
        yield "SV217", message, ("in_force", "to")
    if text.signed is None:
        return
    dated: list[tuple[Moment | None, str, Path]] = [
        (text.known_from, "known from", ("known_from",)),
    ]
    dated += [(a.date, "amended on", ("amended", i, "date")) for i, a in enumerate(text.amended)]
    dated += [
        (day, f"{state} acceded on", ("parties", "acceded", i, 1))
        for i, (state, day) in enumerate(text.parties.acceded)
    ]
    for day, what, path in dated:
        if day is not None and day.before(text.signed):
            yield "SV217", f"{what} {day}, before it was signed on {text.signed}", path


def scenario_remarks(scenario: Scenario) -> Iterator[tuple[Remark, Severity]]:
    """Say what does not fit together in a scenario (SV214, SV215, SV217, SV311 to SV314, SV316)."""
    if len(scenario.options) > MAX_OPTIONS:
        message = f"{len(scenario.options)} options; at most {MAX_OPTIONS} can be compared"
        yield ("SV314", message, ("options", MAX_OPTIONS)), "error"
        return
    ring = cycle(scenario.options)
    if ring:
        place = next(i for i, option in enumerate(scenario.options) if option.id == ring[0])
        message = f"options include one another in a circle: {' > '.join(ring)}"
        yield ("SV311", message, ("options", place, "includes")), "error"
    yield from _roles(scenario)
    for i, option in enumerate(scenario.options):
        for remark in _option(option, ("options", i)):
            yield remark, "error"
    for i, incident in enumerate(scenario.incidents):
        if incident.crisis and not incident.size:
            message = f"the incident '{incident.id}' is played in the crisis game and has no size"
            yield ("SV316", message, ("incidents", i)), "error"
        early = incident.known and incident.date and incident.known.before(incident.date)
        if early:
            message = f"known on {incident.known}, before it happened on {incident.date}"
            yield ("SV217", message, ("incidents", i, "known")), "error"


def _roles(scenario: Scenario) -> Iterator[tuple[Remark, Severity]]:
    if scenario.protege == scenario.challenger:
        message = f"'{scenario.challenger}' is protege and challenger at once"
        yield ("SV313", message, ("challenger",)), "error"
    for i, guarantor in enumerate(scenario.guarantors):
        for role in ("challenger", "protege"):
            if guarantor.actor == getattr(scenario, role):
                message = f"'{guarantor.actor}' is a guarantor and the {role} at once"
                yield ("SV313", message, ("guarantors", i, "actor")), "warning"


def _option(option: Option, here: Path) -> Iterator[Remark]:
    known, later = option.known_from, option.superseded_from
    if known and later and later.before(known):
        message = f"superseded from {later}, before it was known on {known}"
        yield "SV217", message, (*here, "superseded_from")
    if not option.backers and not option.reference:
        yield "SV312", f"nobody backs the option '{option.id}'", here
    if not option.phases and not option.includes:
        yield "SV214", f"the option '{option.id}' has no phase", here
    for j, phase in enumerate(option.phases):
        there = (*here, "phases", j)
        last = j == len(option.phases) - 1
        if last and phase.passes_on:
            message = f"the last phase '{phase.id}' passes on to nothing"
            yield "SV215", message, (*there, "passes_on")
        if not last and not phase.passes_on:
            message = f"the phase '{phase.id}' does not say how it passes on to the next"
            yield "SV215", message, there
        full = phase.instruments or phase.deployments or option.includes or option.reference
        if not full:
            yield "SV214", f"the phase '{phase.id}' has neither text nor force in it", there
