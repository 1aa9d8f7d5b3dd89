"""The review queue: claims by what deciding on them would change, and the decisions so far.

Decisions are lines of the store. The latest line about a claim counts, and ``undo`` takes the
latest line that still counts back, by another line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from servanda.domain.errors import ModelError
from servanda.evidence.positions import HALF_LIFE, Observation, Point, observations, positions
from servanda.evidence.records import Claim, Reading
from servanda.evidence.store import Store, claim_id

__all__ = ["EDITABLE", "Item", "applied", "decide", "queue", "standing", "undo"]

EDITABLE = ("speaker", "proposal", "stance", "certainty", "kind", "via")
Clock = Callable[[], str]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Item:
    """One claim in the queue: its effect is how far its actor's position moves without it."""

    id: str
    reading: Reading
    claim: Claim
    effect: float
    without: float | None
    state: str = "open"


def standing(decisions: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return for each claim the decision that counts, undone ones left out."""
    undone = {d["undoes"] for d in decisions if d["decision"] == "undo"}
    return {d["claim"]: d for d in decisions if d["decision"] != "undo" and d["hash"] not in undone}


def decide(
    store: Store, id_: str, decision: str, who: str, *, changes: dict[str, Any] | None = None,
    note: str = "", clock: Clock = _now,
) -> dict[str, Any]:  # fmt: skip
    """Add a decision on a claim.

    Args:
        store: where to.
        id_: the claim's identifier.
        decision: ``accept``, ``reject`` or ``edit``.
        who: the reviewer.
        changes: for ``edit``: new values of some of `EDITABLE`.
        note: why, in words.
        clock: gives the time, ISO.

    Raises:
        ModelError: no such decision, nobody named, or a change that is none (SV909).
    """
    if decision not in {"accept", "reject", "edit"}:
        raise ModelError(f"'{decision}' is no decision; there are accept, reject, edit.", "SV909")
    if not who.strip():
        raise ModelError("a decision needs the name of the reviewer (--by NAME).", "SV909")
    changes = dict(changes or {})
    wrong = [k for k in changes if k not in EDITABLE]
    if wrong or (decision == "edit") != bool(changes):
        raise ModelError(
            (
                f"an edit changes one or more of {', '.join(EDITABLE)}; not "
                f"{', '.join(wrong) or 'nothing'}."
            ),
            "SV909",
        )
    return store.decide(
        {
            "claim": id_,
            "decision": decision,
            "who": who,
            "when": clock(),
            "changes": changes,
            "note": note,
        }
    )


def undo(store: Store, who: str, *, clock: Clock = _now) -> dict[str, Any]:
    """Take back the latest decision that still counts.

    Raises:
        ModelError: there is none (SV909).
    """
    decisions = store.decisions()
    undone = {d["undoes"] for d in decisions if d["decision"] == "undo"}
    open_ = [d for d in decisions if d["decision"] != "undo" and d["hash"] not in undone]
    if not open_:
        raise ModelError("there is no decision to undo.", "SV909")
    last = open_[-1]
    return store.decide(
        {
            "claim": last["claim"],
            "decision": "undo",
            "undoes": last["hash"],
            "who": who,
            "when": clock(),
        }
    )


def applied(readings: Sequence[Reading], decisions: Sequence[dict[str, Any]]) -> list[Reading]:
    """Return the readings with edits made and rejected claims left out."""
    counts = standing(decisions)
    found = []
    for reading in readings:
        claims = []
        for claim in reading.claims:
            decision = counts.get(claim_id(reading.sha256, claim))
            if decision and decision["decision"] == "reject":
                continue
            if decision and decision["decision"] == "edit":
                claim = replace(claim, **decision["changes"])
            if decision and decision["decision"] in {"accept", "edit"}:
                claim = replace(claim, certainty=max(claim.certainty, 0.95))
            claims.append(claim)
        found.append(replace(reading, claims=tuple(claims)))
    return found


def queue(
    readings: Sequence[Reading],
    decisions: Sequence[dict[str, Any]],
    *,
    half_life: float = HALF_LIFE,
) -> list[Item]:
    """Return the claims not decided on, those first that move a position most.

    The effect of a claim is the larger of how far the position moves without it and how far it
    would move if its stance were turned round, times one minus its certainty.
    """
    counts = standing(decisions)
    rows = observations(applied(readings, decisions))
    now = {(p.actor, p.proposal): p for p in positions(rows, half_life=half_life)}
    by_claim = {c: r for r in rows for c in r.claims}
    items = []
    for reading in readings:
        for claim in reading.claims:
            id_ = claim_id(reading.sha256, claim)
            if id_ in counts:
                continue
            effect, without = _effect(id_, claim, rows, now, by_claim, half_life)
            items.append(Item(id_, reading, claim, effect, without))
    return sorted(items, key=lambda i: (-i.effect, i.reading.sha256, i.claim.span))


def _effect(
    id_: str, claim: Claim, rows: Sequence[Observation], now: dict[tuple[str, str], Point],
    by_claim: dict[str, Observation], half_life: float,
) -> tuple[float, float | None]:  # fmt: skip
    own = by_claim.get(id_)
    if own is None:
        return 0.0, None
    if own.perception:
        return 0.02, None
    key = (own.actor, own.proposal)
    mine = [r for r in rows if (r.actor, r.proposal) == key]
    point = now.get(key)
    if point is None:
        return 0.0, None
    left = positions([r for r in mine if r is not own], as_of=point.day, half_life=half_life)
    turned = positions(
        [replace(r, stance=-r.stance) if r is own else r for r in mine],
        as_of=point.day,
        half_life=half_life,
    )
    moves = abs(left[0].position - point.position) if left else abs(point.position) + 0.2
    turns = abs(turned[0].position - point.position) if turned else 0.0
    effect = max(moves, turns * (1 - claim.certainty)) * (1.05 - claim.certainty)
    return round(effect, 6), left[0].position if left else None
