"""PLOVER event records as JSON lines: what was said and what happened as coded events.

PLOVER (Open Event Data Alliance) has sixteen types; the mapping here is by stance and kind. Fields
of our own stand under ``servanda`` so that a record can be read back without loss. In PLOVER's
words an event is what this project calls a claim or an incident.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from servanda.domain.errors import ModelError
from servanda.evidence.records import Claim, Incident, Reading
from servanda.evidence.store import claim_id

__all__ = ["TYPES", "normalised", "read_lines", "records", "write_lines"]

TYPES = (
    "ACCUSE", "AGREE", "AID", "ASSAULT", "COERCE", "CONCEDE", "CONSULT", "COOPERATE", "MOBILIZE",
    "PROTEST", "REJECT", "REQUEST", "RETREAT", "SANCTION", "SUPPORT", "THREATEN",
)  # fmt: skip
_OLDER = {"DEMAND": "REQUEST", "DISAPPROVE": "ACCUSE", "FIGHT": "ASSAULT"}
_MODES = {"air-strike": "aerial", "shelling": "firearms", "ground-attack": "beat", "casualties": ""}


def normalised(type_: str) -> str | None:
    """Return the current name of a type, from that of the 2016 records; None where there is none.

    Examples:
        >>> normalised("FIGHT"), normalised("AGREE"), normalised("INVESTIGATE")
        ('ASSAULT', 'AGREE', None)
    """
    name = _OLDER.get(type_.upper(), type_.upper())
    return name if name in TYPES else None


def _type(claim: Claim) -> str:
    rule = claim.rule.split(":")[0]
    if rule in {"threaten"}:
        return "THREATEN"
    if claim.stance is None or abs(claim.stance) < 0.15:
        return "CONSULT"
    if claim.stance < 0:
        return "REJECT"
    if rule in {"call_for", "demand", "request", "urge", "ask_for", "noun"} or claim.stance >= 0.95:
        return "REQUEST"
    return "SUPPORT"


def records(readings: Sequence[Reading]) -> Iterator[dict[str, Any]]:
    """Return the records of claims and incidents, in order of the texts."""
    for reading in readings:
        for claim in reading.claims:
            id_ = claim_id(reading.sha256, claim)
            yield {
                "id": f"SERVANDA-{id_}",
                "date": claim.date or reading.published_on or "",
                "source": [
                    {"actorText": claim.speaker_span.of(reading.text), "code": claim.speaker}
                ],
                "target": [{"actorText": claim.proposal or "", "code": claim.proposal or ""}],
                "event": _type(claim),
                "eventText": claim.cue.of(reading.text),
                "mode": "verbal",
                "context": [claim.proposal] if claim.proposal else [],
                "language": "en",
                "servanda": {"source_sha256": reading.sha256, "claim": claim.published()},
            }
        for number, incident in enumerate(reading.incidents):
            yield _incident(reading, incident, number)


def _incident(reading: Reading, incident: Incident, number: int) -> dict[str, Any]:
    return {
        "id": f"SERVANDA-{reading.sha256[:12]}-I{number}",
        "date": incident.date or reading.published_on or "",
        "source": [{"actorText": incident.perpetrator or "", "code": incident.perpetrator or ""}],
        "target": [{"actorText": incident.target or "", "code": incident.target or ""}],
        "event": "ASSAULT",
        "eventText": incident.kind,
        "mode": _MODES.get(incident.kind, ""),
        "context": ["military"],
        "language": "en",
        "servanda": {"source_sha256": reading.sha256, "incident": incident.published()},
    }


def write_lines(readings: Sequence[Reading]) -> str:
    """Return the records as JSON lines."""
    return "".join(
        json.dumps(r, ensure_ascii=False, sort_keys=True) + "\n" for r in records(readings)
    )


def read_lines(text: str) -> list[dict[str, Any]]:
    """Read PLOVER records: JSON lines, or a JSON list as in the gold standard records.

    Documentation objects are left out; a type of 2016 is given its current name, one without a
    successor stays as it is with ``event_now`` None.

    Raises:
        ModelError: a line is no record (SV910).
    """
    stripped = text.strip()
    try:
        items = (
            json.loads(stripped)
            if stripped.startswith("[")
            else [json.loads(x) for x in stripped.splitlines() if x.strip()]
        )
    except (ValueError, RecursionError):
        raise ModelError(
            "the PLOVER file is neither JSON lines nor a JSON list.", "SV910"
        ) from None
    found = []
    for number, item in enumerate(items, 1):
        if not isinstance(item, dict) or not isinstance(item.get("event"), str):
            raise ModelError(f"record {number} has no 'event'.", "SV910")
        if item["event"] == "DOCUMENT":
            continue
        found.append({**item, "event_now": normalised(item["event"])})
    return found
