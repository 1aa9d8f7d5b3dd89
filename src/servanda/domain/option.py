"""What is on the table: options made of phases, the forces behind them, and who wants them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from servanda.domain.moment import Moment
from servanda.domain.noun import Flag, Identifier, Noun, Number, Tokens

__all__ = ["Adoption", "Deployment", "Guarantor", "Option", "Phase", "Position"]


class Guarantor(Noun):
    """A state that may be asked to act, with what it can bring and what it has refused.

    Every number is the identifier of an assumption: ``capability`` (theatre capability relative to
    the challenger), ``stake``, ``nuclear_cost``, ``reinforcement_hours``, ``response_ceiling``.
    """

    actor: Identifier
    capability: Identifier
    stake: Identifier | None = None
    nuclear_cost: Identifier | None = None
    reinforcement_hours: Identifier | None = None
    response_ceiling: Identifier | None = None
    default_cost: Identifier | None = None
    forward: Identifier | None = None
    gdp_musd: Identifier | None = None
    pivotal: Flag = False
    refuses: Tokens = ()
    source: str | None = None
    note: str | None = None


class Deployment(Noun):
    """Forces of an actor at a place for a time; ``troops`` names an assumption."""

    id: Identifier
    actor: Identifier
    place: str
    troops: Identifier
    mission: Literal["combat", "reassurance", "monitoring", "training", "air_policing"] = "combat"
    status: Literal["stationed", "offered", "sounded_out", "asked_for", "refused"] = "offered"
    unit_cost: Identifier | None = None
    known_from: Moment | None = None
    source: str | None = None
    note: str | None = None


class Phase(Noun):
    """One stretch of an option: the instruments and deployments that work in it.

    ``passes_on`` names the assumption with the hazard (per year) of passing to the next phase; the
    last phase has none. ``truce`` marks a phase that a frayed truce can hold up.
    """

    id: Identifier
    title: str
    instruments: Tokens = ()
    deployments: Tokens = ()
    entry: str | None = None
    passes_on: Identifier | None = None
    truce: Flag = False
    pending: Tokens = ()


class Adoption(Noun):
    """The rule by which an option comes about and whose consent it needs."""

    rule: Literal[
        "unanimity", "coalition", "bilateral", "executive", "declaration", "agreement", "none"
    ]
    consent: Tokens = ()
    ratification: Tokens = ()
    minimum_force: Identifier | None = None
    note: str | None = None


class Option(Noun):
    """A package on the table: a sequence of phases.

    ``includes`` takes the phases' instruments and deployments of other options over (merged phase
    by phase); ``version_of`` groups dated versions of one proposal; ``superseded_from`` is the day
    a later version replaced it.
    """

    id: Identifier
    title: str
    summary: str
    known_from: Moment | None = None
    version_of: Identifier | None = None
    superseded_from: Moment | None = None
    includes: Tokens = ()
    phases: tuple[Phase, ...] = ()
    backers: Tokens = ()
    reference: Flag = False
    adoption: Adoption | None = None
    adversary_loss: Identifier | None = None
    source: str | None = None
    note: str | None = None


class Position(Noun):
    """Where an actor stands on an option or issue, when, how firmly, and on what evidence.

    ``stance`` runs from -1 (opposed) to 1 (in favour), ``firmness`` from 0 to 1. With
    ``reported_by`` the position is what somebody else says of the actor, which is weaker.
    """

    actor: Identifier
    option: Identifier | None = None
    issue: str | None = None
    date: Moment
    stance: Number = Field(ge=-1, le=1)
    firmness: Number = Field(ge=0, le=1)
    gist: str
    reported_by: Identifier | None = None
    source: str
    quote: str | None = Field(default=None, max_length=120)
