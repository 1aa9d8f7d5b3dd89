"""What stays the same over all draws: who takes part, which kinds, which cells, which texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.domain.actor import Actor
from servanda.domain.errors import ModelError
from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument
from servanda.domain.option import Deployment, Guarantor, Option
from servanda.domain.scenario import Resolved
from servanda.obligations import assess
from servanda.study.completions import Body, DutyTable

__all__ = ["Board", "Cell", "OwnWord", "adopted", "assessed_incidents", "board", "crisis_incidents"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One distinct combination of instruments and deployments that some phase works with."""

    instruments: tuple[str, ...]
    deployments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnWord:
    """What a text makes of the challenger's own acts.

    ``broken`` bool[kind]: kinds of incident by which the challenger breaks an undertaking that it
    gave in the text; ``given``: the text is one that binds and no truce or mere proposal, so that
    who breaks it turns from guarantor to challenger.
    """

    broken: NDArray[np.bool_]
    given: bool


@dataclass(frozen=True, slots=True)
class Board:
    """What stays the same over all draws: who, which kinds, which cells, which tables."""

    options: tuple[Option, ...]
    guarantors: tuple[Guarantor, ...]
    incidents: tuple[Incident, ...]
    cells: tuple[Cell, ...]
    cell_of: NDArray[np.int16]
    tables: dict[str, DutyTable]
    deployments: dict[str, Deployment]
    bodies: tuple[Body, ...]
    clauses: tuple[str, ...]
    twins: NDArray[np.intp]
    nuclear: NDArray[np.bool_]
    challenger: str
    challenger_nuclear: bool
    actors: dict[str, Actor]
    words: dict[str, OwnWord]

    @property
    def names(self) -> tuple[str, ...]:
        """The guarantors' identifiers, in order."""
        return tuple(g.actor for g in self.guarantors)


def board(resolved: Resolved, options: Sequence[Option], tables: dict[str, DutyTable]) -> Board:
    """Lay out the cells of a comparison: phases with the same content share one."""
    scenario = resolved.scenario
    cells: dict[Cell, int] = {}
    width = max((len(o.phases) for o in options), default=1) or 1
    cell_of = np.full((len(options), width), -1, np.int16)
    for row, option in enumerate(options):
        for column, phase in enumerate(option.phases):
            cell = Cell(tuple(sorted(phase.instruments)), tuple(sorted(phase.deployments)))
            cell_of[row, column] = cells.setdefault(cell, len(cells))
    actors = resolved.actors
    challenger = actors.get(scenario.challenger)
    return Board(
        options=tuple(options),
        guarantors=scenario.guarantors,
        incidents=crisis_incidents(resolved),
        cells=tuple(cells),
        cell_of=cell_of,
        tables=tables,
        deployments={d.id: d for d in scenario.deployments},
        bodies=tuple(dict.fromkeys(b for t in tables.values() for b in t.bodies)),
        clauses=tuple(dict.fromkeys(c for t in tables.values() for c in t.clauses)),
        twins=assessed_incidents(crisis_incidents(resolved), scenario.protege)[1],
        nuclear=np.array([actors[g.actor].nuclear for g in scenario.guarantors], np.bool_),
        challenger=scenario.challenger,
        challenger_nuclear=bool(challenger and challenger.nuclear),
        actors=actors,
        words={
            name: own_word(resolved.instruments[name], crisis_incidents(resolved), resolved)
            for name in dict.fromkeys(n for cell in cells for n in cell.instruments)
        },
    )


#: Words in the kind of a text that gives the challenger no part in a guarantee.
NO_WORD = frozenset({"truce", "ceasefire", "armistice", "proposal", "draft"})


def own_word(text: Instrument, incidents: Sequence[Incident], resolved: Resolved) -> OwnWord:
    """Say by which incidents the challenger would break its own word in a text.

    Only findings that are sure count, on the text as it is: an open slot breaks no word.
    """
    challenger = resolved.scenario.challenger
    broken = np.zeros(len(incidents), np.bool_)
    for kind, incident in enumerate(incidents):
        for finding in assess([text], incident, actors=resolved.actors, trace=False):
            broken[kind] |= finding.finding == "breach" and challenger in finding.by
    return OwnWord(broken, not NO_WORD & set(text.kind.split("_")))


def crisis_incidents(resolved: Resolved) -> tuple[Incident, ...]:
    """Return the incidents of the bank that the crisis game plays, in order.

    Raises:
        ModelError: the bank has no attack, so there is nothing to deter (SV602).
    """
    kinds = tuple(adopted(i) for i in resolved.scenario.incidents if i.crisis is not None)
    if not any(i.crisis == "attack" for i in kinds):
        raise ModelError(
            "the incident bank has no incident with `crisis: attack`; add one with a `size`",
            code="SV602",
        )
    return kinds


def adopted(incident: Incident) -> Incident:
    """Return the incident with the assumption that the option's texts have entered into force.

    An option is compared as if it stood; whether it would come about is a number of its own.
    """
    return incident.model_copy(update={"facts": {**incident.facts, "in_force_assumed": True}})


def assessed_incidents(
    incidents: Sequence[Incident], protege: str
) -> tuple[tuple[Incident, ...], NDArray[np.intp]]:
    """Return the incidents to put before the texts, and where each kind finds its twin.

    A strike on a guarantor's own unit needs a unit. For phases without one the same strike falls on
    the protege's forces: a twin incident, assessed after the others.

    Returns:
        incidents with their twins, and int[kind]: the twin's place, or the kind's own.
    """
    bank, twins = list(incidents), np.arange(len(incidents))
    for kind, incident in enumerate(incidents):
        if incident.own_unit:
            facts = {**incident.facts, "target": protege, "requested": "true"}
            twins[kind] = len(bank)
            bank.append(incident.model_copy(update={"facts": facts}))
    return tuple(bank), twins
