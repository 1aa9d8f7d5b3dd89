"""All of it together: actors, instruments, options, incidents, positions, assumptions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from servanda.domain.actor import Actor
from servanda.domain.assumption import Assumption
from servanda.domain.evidence import Claim, Source
from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument
from servanda.domain.moment import Moment
from servanda.domain.noun import Flag, Identifier, Noun, Number, Tokens
from servanda.domain.option import Deployment, Guarantor, Option, Position
from servanda.domain.slot import Slot

__all__ = ["ClaimUnderTest", "ReportSentence", "Resolved", "Scenario"]


class ReportSentence(Noun):
    """One sentence of the report a scenario starts from, in our own words.

    ``computes`` names what servanda computes about it, ``open`` what stays open, ``flags`` what is
    wrong or unsupported in the report.
    """

    id: Identifier
    says: str
    options: Tokens = ()
    computes: str | None = None
    open: str | None = None
    flags: Tokens = ()


class ClaimUnderTest(Noun):
    """A comparative claim somebody made: one option lasts longer than others."""

    id: Identifier
    says: str
    by: Identifier
    date: Moment
    better: Identifier
    than: Tokens
    certainty: str
    source: str


class Perspective(Noun):
    """A decision maker and the weights of its net benefit (identifiers of assumptions)."""

    actor: Identifier
    war_weight: Identifier
    escalation_weight: Identifier
    cost_weight: Identifier
    can_bring_about: Tokens = ()


class Scenario(Noun):
    """A scenario as its author writes it; cross-references are checked when it is read.

    ``instruments`` and ``actors`` name entries of the library or of the scenario's own folder;
    ``own_actors`` declares actors the library does not have.
    """

    format: Literal["1"] = "1"
    id: Identifier
    title: str
    summary: str
    as_of: Moment
    horizon_years: Number = Field(default=20.0, gt=0, le=100)
    protege: Identifier
    challenger: Identifier
    addressee: Identifier | None = None
    actors: Tokens = ()
    own_actors: tuple[Actor, ...] = ()
    instruments: Tokens = ()
    guarantors: tuple[Guarantor, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    incidents: tuple[Incident, ...] = ()
    options: tuple[Option, ...] = ()
    positions: tuple[Position, ...] = ()
    perspectives: tuple[Perspective, ...] = ()
    report: tuple[ReportSentence, ...] = ()
    claims: tuple[Claim, ...] = ()
    under_test: tuple[ClaimUnderTest, ...] = ()
    sources: tuple[Source, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    use_library_defaults: Flag = True


class Resolved(Noun):
    """A scenario with every name looked up: what the engines and the study work on.

    ``assumptions`` holds the library defaults overlaid by the scenario's own; ``options`` have
    their includes merged; ``instruments`` and ``actors`` are the objects named.
    """

    scenario: Scenario
    actors: dict[str, Actor]
    instruments: dict[str, Instrument]
    options: tuple[Option, ...]
    assumptions: dict[str, Assumption]
    slots: tuple[Slot, ...]
    content_hash: str
    folder: str | None = None
