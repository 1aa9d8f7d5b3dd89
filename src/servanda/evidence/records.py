"""What reading a text gives: claims, incidents and flags, all with offsets into the text as given.

Offsets are half-open and count code points of the text, never bytes or UTF-16 units.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

__all__ = ["Claim", "Flag", "Incident", "Kind", "Reading", "Span", "Unresolved"]

Kind = Literal["direct", "mixed", "indirect", "position"]


class Span(NamedTuple):
    """A half-open stretch of code points."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the characters."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Say whether two spans share a character."""
        return self.start < other.end and other.start < self.end

    def covers(self, other: Span) -> bool:
        """Say whether the other lies in this one."""
        return self.start <= other.start and other.end <= self.end

    def published(self) -> dict[str, int]:
        """Return the span as JSON has it."""
        return {"start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement or position of one speaker.

    ``span`` is what is said (or where the stand is taken), ``cue`` the word that says that
    somebody says it. ``stance`` runs from -1 to 1 towards ``proposal``; None is no stance, 0 is
    silence. ``reports_position_of`` is (actor, proposal, stance): what the speaker says of
    somebody else, which is never that actor's own position.
    """

    kind: Kind
    speaker: str
    speaker_span: Span
    cue: Span
    span: Span
    quotes: tuple[Span, ...] = ()
    proposal: str | None = None
    stance: float | None = None
    certainty: float = 0.5
    via: str | None = None
    on_behalf_of: str | None = None
    reports_position_of: tuple[str, str | None, float | None] | None = None
    conditional: bool = False
    date: str | None = None
    rule: str = ""

    def published(self) -> dict[str, Any]:
        """Return the claim as the JSON of ``servanda read`` has it, without the source's hash."""
        about = self.reports_position_of
        return {
            "kind": self.kind,
            "speaker": self.speaker,
            "start": self.span.start,
            "end": self.span.end,
            "quotes": [q.published() for q in self.quotes],
            "proposal": self.proposal,
            "stance": self.stance,
            "certainty": self.certainty,
            "via": self.via,
            "reports_position_of": list(about) if about else None,
            "on_behalf_of": self.on_behalf_of,
            "conditional": self.conditional,
            "date": self.date,
            "speaker_span": self.speaker_span.published(),
            "cue_span": self.cue.published(),
            "rule": self.rule,
        }


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that happened, as the text tells it; ``perpetrator`` is None where it is open."""

    span: Span
    kind: str
    perpetrator: str | None = None
    target: str | None = None
    target_class: str | None = None
    domain: str | None = None
    place: str | None = None
    date: str | None = None
    attributed_to: str | None = None

    def published(self) -> dict[str, Any]:
        """Return the incident as JSON has it."""
        own = ("perpetrator", "target", "target_class", "domain", "place", "date", "attributed_to")
        return {
            **self.span.published(),
            "kind": self.kind,
            **{name: getattr(self, name) for name in own},
        }


@dataclass(frozen=True, slots=True)
class Flag:
    """Something about the source that a reader should know before relying on it."""

    kind: str
    span: Span
    says: str = ""
    suggests: str | None = None

    def published(self) -> dict[str, Any]:
        """Return the flag as JSON has it."""
        return {
            "kind": self.kind,
            **self.span.published(),
            "says": self.says,
            "suggests": self.suggests,
        }


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Speech of somebody whom the registry does not know: for review, never a claim."""

    name: str
    speaker_span: Span
    span: Span

    def published(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {"name": self.name, **self.span.published()}


@dataclass(frozen=True, slots=True)
class Reading:
    """A text read: what was found, and how.

    ``level`` is 0 for the standard library's rules, 1 with the small parser, 3 with a language
    model's second opinion.
    """

    text: str
    sha256: str
    claims: tuple[Claim, ...] = ()
    incidents: tuple[Incident, ...] = ()
    flags: tuple[Flag, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    published_on: str | None = None
    level: int = 0
    notes: tuple[str, ...] = field(default=())

    def published(self) -> dict[str, Any]:
        """Return the object that ``servanda read --json`` prints for one text."""
        return {
            "claims": [{"source_sha256": self.sha256, **c.published()} for c in self.claims],
            "incidents": [{"source_sha256": self.sha256, **i.published()} for i in self.incidents],
            "flags": [{"source_sha256": self.sha256, **f.published()} for f in self.flags],
            "unresolved": [u.published() for u in self.unresolved],
            "sources": [
                {
                    "sha256": self.sha256,
                    "published": self.published_on,
                    "code_points": len(self.text),
                    "level": self.level,
                }
            ],
            "notes": list(self.notes),
        }
