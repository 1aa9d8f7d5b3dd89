"""What the obligations engine says of one provision and one incident, and what it leaves open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from servanda.domain.noun import Noun, Tokens

__all__ = ["Finding", "Gap", "Question", "Trace", "VariantReading", "made", "unsaid"]


@dataclass(slots=True)
class Trace:
    """One node of the reasoning: what was asked, the answer, the clause and the facts it rests on.

    ``truth`` is one of true, false, unknown, contested (two readings differ) and open (the text
    does not say); ``roots`` are the root reasons (area, time, target, ...) that a false or
    contested node gives, ``missing`` the facts or slots that would settle an unknown or open one.
    A leaf cites its clause; a node with children is decided by them.
    """

    label: str
    truth: str
    roots: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None
    clause: str | None = None
    children: tuple[Trace, ...] = ()

    def published(self) -> dict[str, Any]:
        """Return what is said, without what is empty."""
        said = {
            "label": self.label,
            "truth": self.truth,
            "roots": list(self.roots),
            "missing": list(self.missing),
            "facts": dict(self.facts),
            "note": self.note,
            "clause": self.clause,
            "children": [child.published() for child in self.children],
        }
        return {key: value for key, value in said.items() if value}

    def leaves(self) -> Sequence[Trace]:
        """Return the nodes that decide, in order: those without children."""
        if not self.children:
            return (self,)
        found: list[Trace] = []
        for child in self.children:
            if child.children:
                found.extend(child.leaves())
            else:
                found.append(child)
        return found


class VariantReading(Noun):
    """The finding under one defensible reading of a text that can be read in several ways."""

    reading: str
    finding: str
    by: str | None = None
    note: str | None = None


class Finding(Noun):
    """The engine's answer for one provision of one instrument and one incident.

    ``mode`` says what the provision is: duty, power, restraint or limit, ``modality`` how the text
    puts it; ``standing`` marks a clause without a trigger, which is owed apart from any incident;
    ``presumed`` names the facts that nobody recorded and the answer takes for granted.
    ``finding`` is about text and facts only; what states did is practice and never enters here.
    ``why`` lists root reasons, ``missing`` unknown facts (``triggered_if``) or open slots
    (``undetermined``), ``readings`` both answers where they differ (``contested``). ``decision``
    says who invokes and which body decides by which rule, and in its ``state`` how far that has
    come, so that a duty can be owed and blocked; ``response`` what the text says is owed.
    """

    incident: str
    instrument: str
    provision: str
    finding: str
    mode: str | None = None
    modality: str | None = None
    standing: bool = False
    presumed: Tokens = ()
    why: Tokens = ()
    missing: Tokens = ()
    bearers: Tokens = ()
    due: str | None = None
    due_soft: str | None = None
    by: Tokens = ()
    holder: Tokens = ()
    force: str | None = None
    act: Tokens = ()
    liability: str | None = None
    decision: dict[str, Any] = {}
    response: dict[str, Any] = {}
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


_UNSAID: dict[str, Any] = {
    name: "" if field.is_required() else field.default
    for name, field in Finding.model_fields.items()
}
_FIELDS = set(Finding.model_fields)
# the slots of a model, written past its own checks: by name it takes five times as long
_put_values = BaseModel.__dict__["__dict__"].__set__
_put_set = BaseModel.__dict__["__pydantic_fields_set__"].__set__
_put_extra = BaseModel.__dict__["__pydantic_extra__"].__set__
_put_private = BaseModel.__dict__["__pydantic_private__"].__set__


def unsaid() -> dict[str, Any]:
    """Return every field of a finding that says nothing yet."""
    return dict(_UNSAID)


def made(values: dict[str, Any]) -> Finding:
    """Make a finding from values that the engine knows to be right, without checking them again.

    ``values`` holds every field, as `unsaid` gives them to begin with.

    A hundred provisions are held against an incident in a millisecond or two; validation would
    take longer than the law.
    """
    finding = Finding.__new__(Finding)
    _put_values(finding, values)
    _put_set(finding, _FIELDS)
    _put_extra(finding, None)
    _put_private(finding, None)
    return finding
