"""What the obligations engine says of one provision and one incident, and what it leaves open."""

from __future__ import annotations

from typing import Any, Literal

from servanda.domain.noun import Noun, Tokens

__all__ = ["Finding", "Gap", "Question", "Trace", "VariantReading"]

Truth = Literal["true", "false", "unknown", "contested", "open"]


class Trace(Noun):
    """One node of the reasoning: what was asked, the answer, the clause and the facts it rests on.

    ``root`` is the root reason (area, time, target, ...) where the node decides against the
    finding; ``missing`` the facts or slots that would settle it.
    """

    label: str
    truth: Truth
    root: str | None = None
    clause: str | None = None
    facts: dict[str, Any] = {}
    missing: Tokens = ()
    note: str | None = None
    children: tuple[Trace, ...] = ()


class VariantReading(Noun):
    """The finding under one defensible reading of a text that can be read in several ways."""

    reading: str
    finding: str
    by: str | None = None
    note: str | None = None


class Finding(Noun):
    """The engine's answer for one provision of one instrument and one incident.

    ``finding`` is about text and facts only; what states did is practice and never enters here.
    ``why`` lists root reasons, ``missing`` unknown facts (``triggered_if``) or open slots
    (``undetermined``), ``readings`` both answers where they differ (``contested``).
    """

    incident: str
    instrument: str
    provision: str
    finding: str
    why: Tokens = ()
    missing: Tokens = ()
    bearers: Tokens = ()
    due: str | None = None
    due_soft: str | None = None
    by: Tokens = ()
    holder: Tokens = ()
    force: str | None = None
    act: Tokens = ()
    readings: tuple[VariantReading, ...] = ()
    by_version: dict[str, str] = {}
    as_of: str | None = None
    trace: Trace | None = None


class Gap(Noun):
    """A slot the text of an instrument leaves open."""

    instrument: str
    slot: str
    name: str
    provision: str | None = None


class Question(Noun):
    """A gap with its worth and the wording to ask.

    ``value`` is in the unit named by ``value_kind``: ``findings_flipped`` counts findings over the
    incident bank that change between practice options, ``net_benefit`` is value of information.
    """

    slot: str
    instrument: str
    question: str
    ask: str
    addressee: str | None = None
    value: float | None = None
    value_kind: str = "findings_flipped"
    interval: tuple[float, float] | None = None
    changes: Tokens = ()
    options: Tokens = ()
    reason: str | None = None
