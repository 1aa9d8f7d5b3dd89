"""What a text leaves open, and which open slot changes most when it is settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from servanda.domain.actor import Actor
from servanda.domain.finding import Finding, Gap, Question
from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument
from servanda.domain.patch import patched
from servanda.domain.slot import PracticeOption, Slot
from servanda.obligations.binding import Binding, bind
from servanda.obligations.solve import assess

__all__ = [
    "EFFECTS",
    "Move",
    "Weighed",
    "changes_of",
    "floor_words",
    "gaps",
    "parts",
    "questions",
    "weigh",
]

#: In how many ways the other open slots are settled while one is looked at.
ROUNDS = 4

#: What a slot bears on, the weightiest first: the order among slots of equal value.
EFFECTS = ("casus", "veto", "content", "time", "credibility", "exit")

#: The parts of a finding that make the value of a slot: whether the case arises, what it waits
#: for, for whom, by when. The others only repeat what the clause itself says, whatever happens.
COUNTED = frozenset({"finding", "missing", "who", "clock"})

#: No slot of the checklist knows the name: nothing can be counted.
UNKNOWN_NAME = "no slot of the checklist has this name, so nothing could be counted"

Signature = dict[tuple[str, str, str], object]


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that hangs on a slot: a part of the finding on a provision in an incident.

    ``what`` is finding, missing, who, clock, strength, means or rule; ``outcomes`` gives it for
    each practice option of the slot, in one way of settling the other open slots.
    """

    incident: str
    provision: str
    what: str
    outcomes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A question with the names it is open under and the moves behind its value.

    ``echoes`` are moves in which the finding only repeats the words of the clause: how strongly it
    binds, with what means, by which rule. They are counted apart, in ``echo_count``, and make no
    part of the value.
    """

    question: Question
    names: tuple[str, ...]
    slot: Slot | None
    moves: tuple[Move, ...] = ()
    echoes: tuple[Move, ...] = ()
    echo_count: float = 0.0


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
    options is counted and averaged: finding, what it waits for, bearers, due time. What the finding
    merely repeats from the clause (strength, means, rule) is no part of the value.

    Args:
        instruments: the proposals.
        slots: the checklist.
        incidents: the bank.
        actors: registry.
        addressee: who is asked; selects the wording.

    Returns:
        Questions by falling value, ``value_kind`` ``findings_flipped``. Equal values stand in the
        order of what the slot bears on (whether the case arises, who can stop it, what is owed, by
        when, how credibly, how to leave), then by falling count of echoes, then of the checklist.
        A name that no slot knows has no value and comes last.
    """
    found = weigh(instruments, slots, incidents, actors=actors, addressee=addressee)
    return tuple(item.question for item in found)


def weigh(
    instruments: Iterable[Instrument],
    slots: Sequence[Slot],
    incidents: Sequence[Incident],
    *,
    actors: Mapping[str, Actor] | None = None,
    addressee: str | None = None,
) -> tuple[Weighed, ...]:
    """Rank open slots as `questions` does, and keep what moves with each."""
    by_id = {slot.id: slot for slot in slots}
    place = {slot.id: (_weight(slot), i) for i, slot in enumerate(slots)}
    ranked: list[Weighed] = []
    for instrument in instruments:
        found = gaps(instrument, slots)
        names: dict[str, list[str]] = {}
        for gap in found:
            names.setdefault(gap.slot, []).append(gap.name)
        still = [by_id[s] for s in names if s in by_id]
        completed = _Completed(instrument, {g.name for g in found}, incidents, actors)
        for slot_id, own in names.items():
            slot = by_id.get(slot_id)
            if slot is None:
                ranked.append(Weighed(_bare(instrument, slot_id), tuple(own), None))
                continue
            found_moves = _moves(slot, still, completed)
            question = _question(instrument, slot, own, found_moves, addressee)
            _, moves, count, echoes = found_moves
            ranked.append(Weighed(question, tuple(own), slot, moves, echoes, count))
    last = (len(EFFECTS), len(slots))

    def key(item: Weighed) -> tuple[bool, float, int, float, int]:
        value = item.question.value
        effect, order = place.get(item.question.slot, last)
        return value is None, -(value or 0.0), effect, -item.echo_count, order

    return tuple(sorted(ranked, key=key))


def _weight(slot: Slot) -> int:
    """Return the place of the weightiest thing a slot bears on."""
    return min((EFFECTS.index(e) for e in slot.effect if e in EFFECTS), default=len(EFFECTS))


#: The value of a slot with its moves, the count of its echoes with theirs.
Moves = tuple[float, tuple[Move, ...], float, tuple[Move, ...]]


def _moves(slot: Slot, still_open: Sequence[Slot], completed: _Completed) -> Moves:
    """Count what moves with the slot, averaged over several ways to settle all the others."""
    if len(slot.options) < 2:
        return 0.0, (), 0.0, ()
    counted = {True: 0, False: 0}
    moved: dict[tuple[str, str, str], Move] = {}
    for round_ in range(ROUNDS):
        chosen = {
            s.id: s.options[(round_ + place) % len(s.options)]
            for place, s in enumerate(still_open)
            if s.options
        }
        signatures = [completed.signature(chosen | {slot.id: o}) for o in slot.options]
        for key in dict.fromkeys(k for s in signatures for k in s):
            outcomes = [_words(s.get(key)) for s in signatures]
            if len(set(outcomes)) > 1 and not _follows(key, signatures):
                counted[key[2] in COUNTED] += 1
                ids = (o.id for o in slot.options)
                moved.setdefault(key, Move(*key, tuple(zip(ids, outcomes, strict=True))))
    telling = tuple(m for m in moved.values() if m.what in COUNTED)
    echoes = tuple(m for m in moved.values() if m.what not in COUNTED)
    return counted[True] / ROUNDS, telling, counted[False] / ROUNDS, echoes


def _follows(key: tuple[str, str, str], signatures: Sequence[Signature]) -> bool:
    """Say whether a move is one with another: what is missing goes with its finding."""
    whole = (key[0], key[1], "finding")
    return key[2] == "missing" and len({s.get(whole) for s in signatures}) > 1


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(v) for v in value if v is not None) or "none"
    return "none" if value is None else str(value)


class _Completed:
    """The completions of one text, each assessed over the bank once."""

    def __init__(
        self,
        instrument: Instrument,
        settled: Iterable[str],
        incidents: Sequence[Incident],
        actors: Mapping[str, Actor] | None,
    ) -> None:
        # readings are of the text as it stands; a completed one is taken as written
        self.bare = instrument.model_copy(update={"official_readings": ()})
        self.settled = frozenset(settled)
        self.incidents = incidents
        self.actors = actors
        self.known: dict[tuple[str, ...], Signature] = {}

    def signature(self, chosen: Mapping[str, PracticeOption]) -> Signature:
        """Return everything that could move, for one way of settling all open slots."""
        key = tuple(option.id for option in chosen.values())
        if key not in self.known:
            patches = [p for option in chosen.values() for p in option.patches]
            text = patched(self.bare, patches, settles=self.settled, overwrite=False)
            self.known[key] = self._assessed(text)
        return self.known[key]

    def _assessed(self, text: Instrument) -> Signature:
        found: Signature = {}
        bindings: dict[tuple[str, str | None], Binding] = {}
        for incident in self.incidents:
            for f in assess([text], incident, actors=self.actors, trace=False):
                at = (f.provision, incident.date)
                if at not in bindings:
                    provision = text.provision(f.provision)
                    bindings[at] = bind(text, provision, actors=self.actors, on=incident.date)
                if bindings[at].klass != "none":
                    for what, value in parts(f, bindings[at]).items():
                        found[(incident.id, f.provision, what)] = value
        return found


def floor_words(share: float | None) -> str | None:
    """Say in words how much of its forces a guarantor has to bring at the least.

    Examples:
        >>> floor_words(0.03), floor_words(0), floor_words(None)
        ('at least 3% of the forces', 'no floor', None)
    """
    if share is None:
        return None
    return f"at least {100 * share:g}% of the forces" if share else "no floor"


def parts(found: Finding, bound: Binding) -> dict[str, object]:
    """Return what of a finding may move when a slot is settled, by what it is."""
    return {
        "finding": found.finding,
        "missing": tuple(sorted(found.missing)),
        "strength": bound.klass,
        "who": tuple(sorted(found.bearers)),
        "means": (bound.military, floor_words(bound.floor_share)),
        "clock": (found.due, found.due_soft),
        "rule": (bound.body, bound.rule),
    }


def _question(
    instrument: Instrument,
    slot: Slot,
    names: Sequence[str],
    found: Moves,
    addressee: str | None,
) -> Question:
    value, moves, _, echoes = found
    reason = f"no finding over the bank hangs on {', '.join(names)}"
    if echoes:
        reason += "; only what the clause itself says differs"
    return Question(
        slot=slot.id,
        instrument=instrument.id,
        question=slot.question,
        ask=slot.ask.get(addressee or "", slot.question),
        addressee=addressee if addressee in slot.ask else None,
        value=value,
        changes=changes_of(moves),
        options=tuple(o.text for o in slot.options),
        reason=None if value else reason,
    )


def changes_of(moves: Iterable[Move]) -> tuple[str, ...]:
    """Name what moves: incident, provision, and the part of the finding."""
    return tuple(dict.fromkeys(f"{m.incident}: {m.provision}, {m.what}" for m in moves))


def _bare(instrument: Instrument, name: str) -> Question:
    """Ask about a name that the checklist does not have, in plain words."""
    asked = f"What does the text mean to say about: {name.replace('_', ' ')}?"
    return Question(
        slot=name, instrument=instrument.id, question=asked, ask=asked, reason=UNKNOWN_NAME
    )
