"""Checks of the text as a whole: open slots, doubles, memberships, readings, zones."""

from __future__ import annotations

from collections.abc import Iterator

from servanda.domain.instrument import Instrument, Provision
from servanda.domain.moment import Moment
from servanda.obligations.lint.text import Path, Remark, Text, helps, owed, talks

__all__ = ["whole_remarks"]

#: Names that ask for one field and nothing else, and the field of each.
PLAIN = {
    "minimum": "response.minimum",
    "minimum_response": "response.minimum",
    "threshold": "trigger.threshold",
    "trigger_threshold": "trigger.threshold",
    "attribution": "trigger.attribution",
    "decision_rule": "decision.rule",
    "who_decides": "decision.determined_by",
    "deadline": "deadline",
    "us_role": "us_role",
    "command": "command",
    "size": "size",
}
WHOLE = {
    "duration": "in_force.to",
    "legal_form": "legal_force",
    "joint_or_several": "parties.liability",
}
OPEN = ("unspecified", "none", "unknown", "contested", "proposed", "undecided", "conditional",
        "announcing", "practice", "silent")  # fmt: skip
#: What two clauses may differ in and still say the same.
LABELS = {"id", "art", "clause", "clause_gloss", "clause_source", "note"}


def whole_remarks(text: Text) -> Iterator[Remark]:
    """Report open slots nobody knows or that are filled, doubles, dates and readings."""
    yield from _unknown_slots(text)
    yield from _filled(text)
    yield from _doubles(text.instrument)
    yield from _members(text)
    yield from _readings(text.instrument)
    yield from _hours(text.instrument)


def _unknown_slots(text: Text) -> Iterator[Remark]:
    known = {name for slot in text.slots for name in (slot.id, *slot.fills)}
    if not known:
        return
    for place, name in enumerate(text.instrument.unspecified):
        if name not in known and not _of_a_row(name):
            message = f"no slot of the checklist goes by the name '{name}': no question can fill it"
            yield "SV811", message, ("unspecified", place)


def _of_a_row(name: str) -> bool:
    """Say whether a name is one that the import of a row of alliance data gives to a code."""
    from servanda.obligations.atop.names import VARIABLES

    return name.removeprefix("whether_") in VARIABLES and name.startswith("whether_")


def _filled(text: Text) -> Iterator[Remark]:
    instrument = text.instrument
    for place, name in enumerate(instrument.unspecified):
        here: Path = ("unspecified", place)
        if name in WHOLE and _settled(instrument, WHOLE[name]):
            yield "SV812", f"'{name}' is listed as open, and {WHOLE[name]} settles it", here
        if name not in PLAIN:
            continue
        field = PLAIN[name]
        asked = [p for p in instrument.provisions if owed(p) and _concerns(p, field)]
        if asked and all(_settled(p, field) for p in asked):
            ids = ", ".join(p.id for p in asked)
            yield "SV812", f"'{name}' is listed as open, and {field} of {ids} settles it", here


def _concerns(provision: Provision, field: str) -> bool:
    if field.startswith("response"):
        return helps(provision)
    if field in ("us_role", "command", "size"):
        return True
    return helps(provision) or talks(provision)


def _settled(noun: object, path: str) -> bool:
    """Say whether a field holds something that is not itself a word for open."""
    value = noun
    for key in path.split("."):
        value = getattr(value, key, None)
    if path == "deadline" and value is not None:
        length = getattr(value, "hours", None) or getattr(value, "days", None)
        dated = getattr(value, "at", None) or getattr(value, "by", None)
        return bool(dated or (length and getattr(value, "counts_from", None)))
    if isinstance(value, tuple):
        return bool(value) and not any(word in str(item) for item in value for word in OPEN)
    if value is None or value == "":
        return False
    return not any(word in str(value) for word in OPEN)


def _doubles(instrument: Instrument) -> Iterator[Remark]:
    seen: dict[str, str] = {}
    for place, provision in enumerate(instrument.provisions):
        body = provision.model_dump_json(exclude=LABELS, exclude_unset=True)
        if body in seen:
            message = f"'{provision.id}' says the same as '{seen[body]}'"
            yield "SV814", message, ("provisions", place)
        seen.setdefault(body, provision.id)


def _members(text: Text) -> Iterator[Remark]:
    parties, signed = text.instrument.parties, text.instrument.signed
    joined: dict[str, Moment] = {}
    for place, (actor, since) in enumerate(parties.acceded):
        if actor in joined:
            message = f"'{actor}' accedes twice"
            yield "SV815", message, ("parties", "acceded", place)
        joined.setdefault(actor, since)
    roles = (
        parties.original,
        parties.members,
        parties.incl,
        parties.signatories,
        parties.guarantors,
    )
    listed = {*joined, *(a for role in roles for a in role)}
    for place, (actor, left) in enumerate(parties.former):
        here = ("parties", "former", place)
        start = joined.get(actor) or signed
        if start is not None and left.before(start):
            yield "SV815", f"'{actor}' leaves on {left}, before it belongs ({start})", (*here, 1)
        elif actor not in listed and not parties.group:
            message = f"'{actor}' leaves on {left} and is nowhere listed as having belonged"
            yield "SV815", message, here
    for place, pair in enumerate(parties.suspended):
        if pair.to is not None and pair.to.before(pair.from_):
            message = f"the suspension ends on {pair.to}, before it begins"
            yield "SV815", message, ("parties", "suspended", place, "to")


def _readings(instrument: Instrument) -> Iterator[Remark]:
    known = {p.id for p in instrument.provisions}
    for place, reading in enumerate(instrument.official_readings):
        here: Path = ("official_readings", place)
        if reading.provision and reading.provision not in known:
            message = f"the reading is of '{reading.provision}', which the text does not have"
            yield "SV816", message, (*here, "provision")
    changes = [
        (("official_readings", i, "patches", j, "path"), patch)
        for i, reading in enumerate(instrument.official_readings)
        for j, patch in enumerate(reading.patches)
    ]
    changes += [
        (("amended", i, "patches", j, "path"), patch)
        for i, amendment in enumerate(instrument.amended)
        for j, patch in enumerate(amendment.patches)
    ]
    for path, patch in changes:
        parts = patch.path.split(".")
        if parts[0] == "provisions" and len(parts) > 1 and parts[1] not in {"*", *known}:
            message = f"the change is to '{parts[1]}', which the text does not have"
            yield "SV816", message, path


def _hours(instrument: Instrument) -> Iterator[Remark]:
    force = instrument.in_force
    if force is None:
        return
    moments: list[tuple[Moment | None, Path]] = [
        (force.start, ("in_force", "from")),
        (force.to, ("in_force", "to")),
    ]
    for place, version in enumerate(force.versions):
        moments.append((version.from_, ("in_force", "versions", place, "from")))
        moments.append((version.to, ("in_force", "versions", place, "to")))
    for moment, path in moments:
        if moment is not None and moment.precision == "instant" and not moment.zoned:
            yield "SV808", f"the hour has no zone: {moment}", path
