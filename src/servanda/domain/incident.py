"""Something that happened, with facts that may be unknown; and a case with expected findings."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from servanda.domain.instrument import SourceList
from servanda.domain.moment import Moment
from servanda.domain.noun import Flag, Identifier, Noun, Tokens

__all__ = ["Case", "Expectation", "Incident"]

FINDINGS = (
    "triggered",
    "triggered_if",
    "not_triggered",
    "contested",
    "undetermined",
    "available",
    "permitted",
    "breach",
    "limits",
    "not_in_force",
    "lapsed",
)


class Incident(Noun):
    """One incident: an event time, facts, and for the incident bank its crisis kind.

    A fact that is absent is unknown, not false. ``crisis`` says how the deterrence engine treats it
    (a probe or an attack) and ``size`` names the assumption with its size relative to a full-scale
    ground attack; ``own_unit`` marks a strike on forces that a guarantor has stationed.
    """

    id: Identifier
    title: str
    date: Moment | None = None
    known: Moment | None = None
    hypothetical: Flag = False
    crisis: Literal["probe", "attack"] | None = None
    size: str | None = None
    own_unit: Flag = False
    facts: dict[str, Any] = {}
    note: str | None = None


class Expectation(Noun):
    """What a lawyer expects the engine to say of one provision."""

    instrument: str
    provision: str
    finding: Literal[FINDINGS] | None = None  # type: ignore[valid-type]
    why: Tokens = ()
    missing: Tokens = ()
    as_of: Moment | None = None
    by_version: dict[str, str] = {}
    bearers: Tokens = ()
    bearer_count: int | None = None
    bearer_group: str | None = None
    due: Moment | None = None
    due_soft: Moment | None = None
    by: str | None = None
    breach_by: str | None = None
    holder: str | None = None
    invoked_by: str | None = None
    act: str | None = None
    content: str | None = None
    effect: str | None = None
    force: str | None = None
    means: str | None = None
    minimum: str | None = None
    military_duty: str | None = None
    deadline: str | None = None
    contested: Flag | None = None
    contested_by: Tokens = ()
    also_contested: Tokens = ()
    would_trigger_if: Tokens = ()
    otherwise: str | None = None
    area_ok: Flag | None = None
    object_ok: Flag | None = None
    text_has_no_provocation_clause: Flag | None = None
    if_: str | None = Field(default=None, alias="if")
    note: str | None = None


class Case(Noun):
    """An incident together with the findings a lawyer expects; ``practice`` is kept apart."""

    format: Literal["1"] = "1"
    id: Identifier
    title: str
    date: Moment
    hypothetical: Flag = False
    facts: dict[str, Any] = {}
    expect: tuple[Expectation, ...] = ()
    practice: dict[str, Any] = {}
    difficulty: Literal["1", "2", "3"] | None = None
    sources: SourceList = SourceList()
    confidence: dict[str, str] = {}

    @property
    def incident(self) -> Incident:
        """The incident of the case, without what is expected of it."""
        return Incident(
            id=self.id,
            title=self.title,
            date=self.date,
            hypothetical=self.hypothetical,
            facts=self.facts,
        )
