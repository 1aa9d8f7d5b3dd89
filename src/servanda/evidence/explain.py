"""From a position to its evidence in two steps: the claims it rests on, and each claim's source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from servanda.domain.errors import ModelError
from servanda.evidence.positions import HALF_LIFE, observations, positions
from servanda.evidence.records import Reading
from servanda.evidence.review import applied, standing
from servanda.evidence.store import claim_id

__all__ = ["ClaimTrace", "PositionTrace", "trace_claim", "trace_position"]


@dataclass(frozen=True, slots=True)
class ClaimTrace:
    """A claim with its words, source, hash and reviewer, who is None where nobody looked."""

    claim: str
    speaker: str
    words: str
    quotes: tuple[str, ...]
    stance: float | None
    certainty: float
    source_sha256: str
    source: str
    url: str | None
    start: int
    end: int
    rule: str
    reviewer: str | None
    decision: str | None
    when: str | None

    def published(self) -> dict[str, Any]:
        """Return the trace as JSON has it."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {
            "quotes": list(self.quotes)
        }


@dataclass(frozen=True, slots=True)
class PositionTrace:
    """A position with its formula filled in and the claims it rests on."""

    actor: str
    proposal: str
    position: float
    standard_error: float
    formula: str
    claims: tuple[ClaimTrace, ...]

    def published(self) -> dict[str, Any]:
        """Return the trace as JSON has it."""
        own = {
            k: getattr(self, k)
            for k in ("actor", "proposal", "position", "standard_error", "formula")
        }
        return {**own, "claims": [c.published() for c in self.claims]}


def trace_claim(
    id_: str, readings: Sequence[Reading], decisions: Sequence[dict[str, Any]] = (),
    sources: Sequence[dict[str, Any]] = (),
) -> ClaimTrace:  # fmt: skip
    """Open a claim: words, offsets, hash and address of the source, rule, reviewer.

    Raises:
        ModelError: there is no such claim (SV909).
    """
    about = {s["sha256"]: s for s in sources}
    decision = standing(decisions).get(id_)
    for reading in readings:
        for claim in reading.claims:
            if claim_id(reading.sha256, claim) != id_:
                continue
            source = about.get(reading.sha256, {})
            return ClaimTrace(
                claim=id_, speaker=claim.speaker, words=claim.span.of(reading.text),
                quotes=tuple(q.of(reading.text) for q in claim.quotes), stance=claim.stance,
                certainty=claim.certainty, source_sha256=reading.sha256,
                source=str(source.get("title") or source.get("name") or reading.sha256[:12]),
                url=source.get("url"), start=claim.span.start, end=claim.span.end, rule=claim.rule,
                reviewer=decision["who"] if decision else None,
                decision=decision["decision"] if decision else None,
                when=decision["when"] if decision else None,
            )  # fmt: skip
    raise ModelError(f"there is no claim {id_}.", "SV909")


def trace_position(
    actor: str, proposal: str, readings: Sequence[Reading],
    decisions: Sequence[dict[str, Any]] = (), sources: Sequence[dict[str, Any]] = (), *,
    as_of: str | None = None, half_life: float = HALF_LIFE,
) -> PositionTrace:  # fmt: skip
    """Open a position: the formula with its numbers, and every claim with its trace.

    Raises:
        ModelError: there is no evidence on it (SV909).
    """
    edited = applied(readings, decisions)
    rows = [r for r in observations(edited) if (r.actor, r.proposal) == (actor, proposal)]
    points = positions(rows, as_of=as_of, half_life=half_life)
    if not points:
        raise ModelError(f"there is no evidence on where {actor} stands on {proposal}.", "SV909")
    point = points[0]
    terms = " + ".join(f"{r.weight:.2f} x {r.stance:+.2f}" for r in rows if not r.perception)
    claims = tuple(trace_claim(c, edited, decisions, sources) for c in point.claims)
    return PositionTrace(
        actor, proposal, point.position, point.standard_error,
        (f"({terms}) / {point.weight:.2f}, weights halved every {half_life:g} days to "
        f"{point.day or 'no day'}"),
        claims,
    )  # fmt: skip
