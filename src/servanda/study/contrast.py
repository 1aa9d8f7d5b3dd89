"""Two texts side by side: what each says of every slot, and whom each binds in every incident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from servanda.domain.actor import Actor
from servanda.domain.finding import Finding
from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument
from servanda.domain.problem import Problem
from servanda.domain.slot import Slot
from servanda.obligations import assess, bind
from servanda.obligations.fillings import Filling, fill
from servanda.obligations.prohibitions import restrains
from servanda.scenario import shelf
from servanda.study.banks import bank_of, founding_bank, instrument_at
from servanda.study.display import Displayed

__all__ = ["Contrast", "Cover", "IncidentRow", "Side", "SlotRow", "contrast", "side_by_side"]

#: How far a finding goes towards help that is owed.
COVER = {
    "triggered": "owed",
    "triggered_if": "in_doubt",
    "contested": "in_doubt",
    "undetermined": "in_doubt",
    "available": "may",
    "permitted": "may",
}
ORDER = ("none", "may", "in_doubt", "owed")
#: Classes of binding from the weakest on; talk counts less than any help.
STRENGTH = ("none", "permitted", "consult", "mandate", "discretionary", "political", "binding")
NO_DUTY = frozenset({"exception", "limit", "condition", "termination", "decision_rule"})


@dataclass(frozen=True, slots=True)
class Cover:
    """The strongest duty of one text in one incident: what is found, who owes it, by when.

    ``level`` is ``owed``, ``in_doubt``, ``may`` or ``none``; ``binding`` the class of the duty, of
    which ``consult`` is talk only. ``provision`` is None where the text has no duty at all.
    """

    level: str
    finding: str | None = None
    provision: str | None = None
    binding: str | None = None
    bearers: tuple[str, ...] = ()
    due: str | None = None
    due_soft: str | None = None
    why: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """What one text says of one slot: ``stated``, ``open`` or ``silent``, with the values.

    ``fields`` names for each value the field that holds it.
    """

    status: str
    values: tuple[Any, ...] = ()
    provisions: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One slot of the checklist under both texts."""

    slot: str
    question: str
    a: Side
    b: Side

    @property
    def differs(self) -> bool:
        """Whether the texts do not say the same."""
        return self.a.status != self.b.status or _sorted(self.a.values) != _sorted(self.b.values)


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One incident under both texts."""

    incident: str
    title: str
    a: Cover
    b: Cover


@dataclass(frozen=True, slots=True)
class Contrast(Displayed):
    """Two texts slot by slot and incident by incident."""

    a: Instrument
    b: Instrument
    slots: tuple[SlotRow, ...]
    incidents: tuple[IncidentRow, ...]
    bank: str = ""
    problems: tuple[Problem, ...] = ()

    def ahead(self, *, a: bool) -> tuple[str, ...]:
        """Return the incidents in which one text owes something and the other does not.

        Args:
            a: whether the first text is the one that owes.
        """
        return tuple(
            row.incident
            for row in self.incidents
            if (row.a, row.b)[not a].level == "owed" and (row.b, row.a)[not a].level != "owed"
        )

    def published(self) -> dict[str, Any]:
        """Return the published JSON shape of ``assess --diff``."""
        slots = [asdict(row) | {"differs": row.differs} for row in self.slots]
        return {
            "diff": {
                "a": {"instrument": self.a.id, "title": self.a.title},
                "b": {"instrument": self.b.id, "title": self.b.title},
                "slots": slots,
                "incidents": [asdict(row) for row in self.incidents],
                "bank": self.bank,
                "only_a_owes": list(self.ahead(a=True)),
                "only_b_owes": list(self.ahead(a=False)),
            },
            "warnings": [p.model_dump(mode="json", exclude_none=True) for p in self.problems],
        }


def contrast(first: str, second: str, *, incidents: str | None = None) -> Contrast:
    """Put two instruments side by side.

    Args:
        first: a file, or the name of an instrument of the library.
        second: likewise.
        incidents: a scenario or a table of incidents; by default those of the founding example.

    Raises:
        ScenarioError: a file has problems.
        ModelError: there is no such instrument or scenario.
    """
    problems: list[Problem] = []
    texts = [instrument_at(name, problems) for name in (first, second)]
    bank = founding_bank() if incidents is None else bank_of(incidents)
    actors = {**shelf.actors(), **bank.actors}
    done = side_by_side(texts[0], texts[1], bank.incidents, shelf.slots(), actors=actors)
    return Contrast(done.a, done.b, done.slots, done.incidents, bank.source, tuple(problems))


def side_by_side(
    a: Instrument,
    b: Instrument,
    incidents: Sequence[Incident],
    slots: Sequence[Slot],
    *,
    actors: Mapping[str, Actor],
) -> Contrast:
    """Compare two texts over slots and incidents that are at hand.

    Args:
        a: one text.
        b: the other.
        incidents: the bank.
        slots: the checklist.
        actors: registry.
    """
    said = [{f.slot: _side(f) for f in fill(text, slots)} for text in (a, b)]
    silent = Side("silent")
    rows = tuple(
        SlotRow(s.id, s.question, said[0].get(s.id, silent), said[1].get(s.id, silent))
        for s in slots
    )
    found = tuple(
        IncidentRow(i.id, i.title, _cover(a, i, actors), _cover(b, i, actors)) for i in incidents
    )
    return Contrast(a, b, rows, found)


def _side(filling: Filling) -> Side:
    named = tuple(dict.fromkeys(s.provision for s in filling.says if s.provision))
    held = {repr(s.value): s.path for s in reversed(filling.says)}
    fields = tuple(held[repr(value)] for value in filling.values)
    return Side(filling.state, filling.values, named, fields)


def _cover(text: Instrument, incident: Incident, actors: Mapping[str, Actor]) -> Cover:
    """Return the strongest duty of a text in an incident.

    A duty to help that is not ruled out stands before one to talk, and what is owed before what is
    in doubt.
    """
    found: list[tuple[tuple[int, ...], Finding, str]] = []
    for finding in assess([text], incident, actors=actors, trace=False):
        provision = text.provision(finding.provision)
        if restrains(provision) or provision.modality in NO_DUTY:
            continue
        klass = bind(text, provision, actors=actors, on=incident.date).klass
        level = ORDER.index(_level(finding))
        helps = int(level > 0 and STRENGTH.index(klass) > STRENGTH.index("consult"))
        found.append(((int(level > 0), helps, level, STRENGTH.index(klass)), finding, klass))
    if not found:
        return Cover("none")
    _, best, klass = max(found, key=lambda item: item[0])
    return Cover(
        _level(best),
        best.finding,
        best.provision,
        klass,
        best.bearers or best.holder,
        best.due,
        best.due_soft,
        best.why,
        best.missing,
    )


def _level(finding: Finding) -> str:
    return COVER.get(finding.finding, "none")


def _sorted(values: tuple[Any, ...]) -> list[str]:
    return sorted(repr(value) for value in values)
