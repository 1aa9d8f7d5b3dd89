"""Where an actor stands on a proposal over time, from claims, with a standard error.

An observation is an utterance, however many reports carry it. Its weight is certainty x directness
x source x 0.5 ** (age / half-life); what somebody says of another's position weighs nothing for
that other and is kept apart. The estimate is the weighted mean

    m = sum(w s) / sum(w),   se^2 = (0.25 + sum(w (s - m)^2)) / (1 + sum(w)) / sum(w),

in which the 0.25 is a prior variance with the weight of one observation, so that a single remark
never looks certain. No observation gives no position, which is not 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from servanda.evidence.clusters import Utterance, utterances
from servanda.evidence.records import Reading
from servanda.evidence.store import claim_id

__all__ = [
    "DIRECTNESS",
    "HALF_LIFE",
    "Observation",
    "Point",
    "observations",
    "positions",
    "timeline",
]

HALF_LIFE = 60.0
DIRECTNESS: Mapping[str, float] = {"direct": 1.0, "mixed": 0.9, "indirect": 0.75, "position": 0.6}
_PRIOR_VARIANCE = 0.25
_LEAST_WEIGHT = 1e-6


@dataclass(frozen=True, slots=True)
class Observation:
    """One utterance as evidence: who, on what, when, stance, weight without age, claims' ids.

    ``perception`` marks a claim about somebody else: ``actor`` is then whom it is about, and it
    does not enter the actor's position.
    """

    actor: str
    proposal: str
    day: str | None
    stance: float
    weight: float
    claims: tuple[str, ...]
    sources: int
    perception: bool = False
    said_by: str | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """An estimate at a day: mean stance, standard error, effective weight, claims it rests on."""

    actor: str
    proposal: str
    day: str
    position: float
    standard_error: float
    weight: float
    claims: tuple[str, ...]
    reversal: bool = False


def observations(
    readings: Sequence[Reading], *, rejected: frozenset[str] = frozenset(),
    source_weight: Callable[[Reading], float] | None = None,
) -> list[Observation]:  # fmt: skip
    """Return the observations in readings, each utterance once.

    Args:
        readings: what was read.
        rejected: ids of claims that a reviewer rejected.
        source_weight: 0 to 1 for a reading; 1 if left out.
    """
    kept = [
        replace(r, claims=tuple(c for c in r.claims if claim_id(r.sha256, c) not in rejected))
        for r in readings
    ]
    found = []
    for utterance in utterances(kept):
        made = _observed(utterance, kept, source_weight)
        if made is not None:
            found.append(made)
    return sorted(found, key=lambda o: (o.actor, o.proposal, o.day or "", o.claims))


def _observed(
    utterance: Utterance, readings: Sequence[Reading],
    source_weight: Callable[[Reading], float] | None,
) -> Observation | None:  # fmt: skip
    claim = utterance.claim
    ids = tuple(
        sorted({claim_id(readings[i].sha256, readings[i].claims[j]) for i, j in utterance.members})
    )
    trust = (
        max((source_weight(readings[i]) for i, _ in utterance.members), default=1.0)
        if source_weight
        else 1.0
    )
    if claim.reports_position_of is not None:
        about, proposal, stance = claim.reports_position_of
        if proposal is None or stance is None:
            return None
        return Observation(
            about, proposal, claim.date, stance, 0.0, ids, utterance.sources, True, claim.speaker
        )
    if claim.proposal is None or claim.stance is None:
        return None
    if claim.rule == "silence":
        return None  # silence is no position
    weight = claim.certainty * DIRECTNESS[claim.kind] * trust
    return Observation(
        claim.speaker, claim.proposal, claim.date, claim.stance, weight, ids, utterance.sources
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[-10:])
    except ValueError:
        pass
    try:
        return date.fromisoformat(f"{(text or '')[:7]}-15")
    except ValueError:
        return None


def _estimate(rows: Sequence[Observation], at: date | None, half_life: float) -> Point | None:
    total = mean = 0.0
    weights = []
    for row in rows:
        day = _day(row.day)
        age = max(0, (at - day).days) if at and day else 0
        weights.append(row.weight * 0.5 ** (age / half_life))
    total = math.fsum(weights)
    if total < _LEAST_WEIGHT:
        return None
    mean = math.fsum(w * r.stance for w, r in zip(weights, rows, strict=True)) / total
    spread = math.fsum(w * (r.stance - mean) ** 2 for w, r in zip(weights, rows, strict=True))
    error = math.sqrt((_PRIOR_VARIANCE + spread) / (1 + total) / total)
    signs = {r.stance > 0 for r in rows if abs(r.stance) >= 0.3}
    ids = tuple(sorted({c for r in rows for c in r.claims}))
    known = at.isoformat() if at else ""
    return Point(
        rows[0].actor, rows[0].proposal, known, mean, min(error, 1.0), total, ids, len(signs) == 2
    )


def positions(
    rows: Sequence[Observation], *, as_of: str | None = None, half_life: float = HALF_LIFE
) -> list[Point]:
    """Return the position of each actor on each proposal on a day.

    Args:
        rows: the observations.
        as_of: day of knowledge, ISO; the latest day observed if left out.
        half_life: days after which a statement weighs half.

    Examples:
        >>> one = Observation("a", "p", "2025-03-07", 0.8, 0.5, ("c1",), 1)
        >>> [(p.position, round(p.standard_error, 2)) for p in positions([one])]
        [(0.8, 0.58)]
    """
    at = _day(as_of) or max((d for d in (_day(r.day) for r in rows) if d), default=None)
    found = []
    for group in _grouped(rows, at).values():
        point = _estimate(group, at, half_life)
        if point is not None:
            found.append(point)
    return found


def _grouped(
    rows: Sequence[Observation], at: date | None
) -> dict[tuple[str, str], list[Observation]]:
    found: dict[tuple[str, str], list[Observation]] = {}
    for row in rows:
        day = _day(row.day)
        if row.perception or (at and day and day > at):
            continue
        found.setdefault((row.actor, row.proposal), []).append(row)
    return dict(sorted(found.items()))


def timeline(
    rows: Sequence[Observation], *, half_life: float = HALF_LIFE, every: int = 0
) -> list[Point]:
    """Return the positions on every day that brought an observation, or every so many days.

    Args:
        rows: the observations.
        half_life: days after which a statement weighs half.
        every: days between points; 0 for the days observed.
    """
    days = sorted({d for d in (_day(r.day) for r in rows if not r.perception) if d})
    if every > 0 and days:
        steps = range(0, (days[-1] - days[0]).days + every, every)
        days = [min(days[0] + timedelta(days=s), days[-1]) for s in steps]
    found = []
    for day in days:
        found += positions(rows, as_of=day.isoformat(), half_life=half_life)
    return sorted(found, key=lambda p: (p.actor, p.proposal, p.day))
