"""What a text leaves open, and which open slot changes most when it is settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from servanda.domain.actor import Actor
from servanda.domain.finding import Gap, Question
from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument
from servanda.domain.patch import patched
from servanda.domain.slot import PracticeOption, Slot
from servanda.obligations.binding import bind
from servanda.obligations.solve import assess

__all__ = ["gaps", "questions"]

#: In how many ways the other open slots are settled while one is looked at.
ROUNDS = 4

Signature = dict[tuple[str, str, str], object]


def gaps(instrument: Instrument, slots: Sequence[Slot]) -> tuple[Gap, ...]:
    """List the slots of the checklist that the text itself says it leaves open.

    One name may open two slots (an area and how occupied land is treated); a name that belongs to
    no slot of the checklist is its own slot.
    """
    found = []
    for name in instrument.unspecified:
        matching = [slot for slot in slots if name in slot.fills]
        for slot in matching:
            found.append(Gap(instrument=instrument.id, slot=slot.id, name=name))
        if not matching:
            found.append(Gap(instrument=instrument.id, slot=name, name=name))
    return tuple(found)


def questions(
    instruments: Iterable[Instrument],
    slots: Sequence[Slot],
    incidents: Sequence[Incident],
    *,
    actors: Mapping[str, Actor] | None = None,
    addressee: str | None = None,
) -> tuple[Question, ...]:
    """Rank open slots by how many findings over the incident bank hang on them.

    Each open slot is settled by each of its practice options in turn, the other open slots in
    several different ways, so that the text can be assessed at all; what then differs between the
    options is counted and averaged: finding, strength, bearers, means, clock.

    Args:
        instruments: the proposals.
        slots: the checklist.
        incidents: the bank.
        actors: registry.
        addressee: who is asked; selects the wording.

    Returns:
        Questions by falling value, ``value_kind`` ``findings_flipped``; equal values keep the
        order of the checklist.
    """
    by_id = {slot.id: slot for slot in slots}
    order = {slot.id: place for place, slot in enumerate(slots)}
    ranked: list[Question] = []
    for instrument in instruments:
        found = [g for g in gaps(instrument, slots) if g.slot in by_id]
        names: dict[str, str] = {}
        for gap in found:
            names.setdefault(gap.slot, gap.name)
        settled = frozenset(g.name for g in found)
        for slot_id, name in names.items():
            slot = by_id[slot_id]
            changes = _changes(
                instrument, slot, [by_id[s] for s in names], settled, incidents, actors
            )
            ranked.append(_question(instrument, slot, name, changes, addressee))
    return tuple(sorted(ranked, key=lambda q: (-(q.value or 0.0), order[q.slot])))


def _changes(
    instrument: Instrument,
    slot: Slot,
    still_open: Sequence[Slot],
    settled: frozenset[str],
    incidents: Sequence[Incident],
    actors: Mapping[str, Actor] | None,
) -> tuple[float, tuple[str, ...]]:
    """Count what moves with the slot, averaged over several ways to settle all the others."""
    if len(slot.options) < 2:
        return 0.0, ()
    counted, moved_keys = 0, dict[str, None]()
    for round_ in range(ROUNDS):
        others = [
            s.options[(round_ + place) % len(s.options)]
            for place, s in enumerate(still_open)
            if s.id != slot.id and s.options
        ]
        signatures = [
            _signature(instrument, [*others, option], settled, incidents, actors)
            for option in slot.options
        ]
        keys = dict.fromkeys(k for s in signatures for k in s)
        moved = [k for k in keys if len({repr(s.get(k)) for s in signatures}) > 1]
        counted += len(moved)
        moved_keys.update((f"{incident}: {what}", None) for incident, _, what in moved)
    return counted / ROUNDS, tuple(moved_keys)


def _signature(
    instrument: Instrument,
    options: Sequence[PracticeOption],
    settled: frozenset[str],
    incidents: Sequence[Incident],
    actors: Mapping[str, Actor] | None,
) -> Signature:
    patches = [p for option in options for p in option.patches]
    text = patched(instrument, patches, settles=settled, overwrite=False)
    found: Signature = {}
    for incident in incidents:
        for f in assess([text], incident, actors=actors, trace=False):
            bound = bind(text, text.provision(f.provision), actors=actors, on=incident.date)
            if bound.klass == "none":
                continue
            parts = {
                "finding": f.finding,
                "strength": bound.klass,
                "who": tuple(sorted(f.bearers)),
                "means": (bound.military, bound.floor_share),
                "clock": (f.due, f.due_soft),
                "rule": (bound.body, bound.rule),
            }
            for what, value in parts.items():
                found[(incident.id, f.provision, what)] = value
    return found


def _question(
    instrument: Instrument,
    slot: Slot,
    name: str,
    changes: tuple[float, tuple[str, ...]],
    addressee: str | None,
) -> Question:
    ask = slot.ask.get(addressee or "", slot.question)
    return Question(
        slot=slot.id,
        instrument=instrument.id,
        question=slot.question,
        ask=ask,
        addressee=addressee if addressee in slot.ask else None,
        value=changes[0],
        changes=changes[1],
        options=tuple(o.text for o in slot.options),
        reason=None if changes[0] else f"no finding over the bank hangs on {name}",
    )
