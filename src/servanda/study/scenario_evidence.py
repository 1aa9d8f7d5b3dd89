"""The positions of a scenario down to quote, source, hash and reviewer, in two steps.

The first step is the position with what it says; the second its source with address and hash, and
who looked at the coding. A source whose text was not archived has no hash, and the reason stands
in its place; the coding itself always has one, so that a review holds for what was reviewed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servanda.domain.errors import ModelError
from servanda.domain.option import Position
from servanda.domain.scenario import Scenario
from servanda.evidence.review import decide, standing, undo
from servanda.evidence.store import Store
from servanda.study.banks import scenario_at

__all__ = ["Traced", "position_id", "reviewed", "traced"]

_NOT_KEPT = "the text was read but not archived; read it with --store to keep its hash"


@dataclass(frozen=True, slots=True)
class Traced:
    """A coded position with its source and reviewer."""

    id: str
    position: Position
    source: dict[str, Any]
    sha256: str | None
    reason: str | None
    coding_sha256: str
    reviewer: str | None
    decision: str | None
    when: str | None

    def published(self) -> dict[str, Any]:
        """Return the record as JSON has it."""
        said = self.position.model_dump(mode="json", exclude_none=True)
        own = ("id", "source", "sha256", "reason", "coding_sha256", "reviewer", "decision", "when")
        return {"position": said, **{name: getattr(self, name) for name in own}}


def position_id(position: Position) -> str:
    """Return the identifier of a coded position: a hash of what it says and where it is from."""
    return _hash(position)[:16]


def _hash(position: Position) -> str:
    data = position.model_dump(mode="json", exclude_none=True)
    text = json.dumps(data, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def traced(
    source: str, wanted: str | None = None, decisions: Sequence[dict[str, Any]] = ()
) -> list[Traced]:
    """Open the positions of a scenario.

    Args:
        source: a scenario folder or the name of an example.
        wanted: ``ACTOR:OPTION`` or an identifier; all positions if left out.
        decisions: of a store, where reviewers have looked at the codings.

    Raises:
        ModelError: there is no such scenario (SV611) or position (SV909).

    Examples:
        >>> found = traced("ukraine-2025", "ITA:cover-2025-03-06")
        >>> found[0].source["id"] == found[0].position.source
        True
    """
    resolved = scenario_at(source)
    if resolved is None:
        raise ModelError(f"there is no scenario '{source}'.", "SV611")
    scenario = resolved.scenario
    counts = standing(decisions)
    found = [
        _traced(scenario, position, counts)
        for position in scenario.positions
        if wanted is None or _fits(position, wanted)
    ]
    if not found:
        raise ModelError(f"the scenario has no position '{wanted}'.", "SV909")
    return found


def reviewed(
    source: str, store: str | None, texts: Sequence[str], who: str
) -> list[dict[str, Any]]:
    """Make decisions on coded positions in a store, if any are given, and return all of it.

    Args:
        source: the scenario; without a store, its own ``evidence`` folder is looked into.
        store: the folder of decisions.
        texts: ``ID=accept``, ``ID=reject`` or ``undo``.
        who: the reviewer.

    Raises:
        ModelError: a decision cannot be made (SV909).
    """
    folder = Path(store) if store else _own_folder(source)
    if folder is None or (not texts and not (folder / "reviews.jsonl").is_file()):
        if texts:
            raise ModelError("a review is kept in a store: add --store FOLDER.", "SV909")
        return []
    kept = Store(folder)
    for text in texts:
        id_, _, what = text.partition("=")
        if text == "undo":
            undo(kept, who)
            continue
        traced(source, id_)
        decide(kept, id_, what, who)
    return kept.decisions()


def _own_folder(source: str) -> Path | None:
    path = Path(source)
    return path / "evidence" if path.is_dir() else None


def _fits(position: Position, wanted: str) -> bool:
    actor, sign, about = wanted.partition(":")
    if not sign:
        return position_id(position) == wanted
    return position.actor == actor and about in {position.option, position.issue}


def _traced(scenario: Scenario, position: Position, counts: dict[str, dict[str, Any]]) -> Traced:
    source = next((s for s in scenario.sources if s.id == position.source), None)
    data = source.model_dump(mode="json", exclude_none=True) if source else {"id": position.source}
    sha = source.sha256 if source else None
    id_ = position_id(position)
    decision = counts.get(id_)
    return Traced(
        id=id_,
        position=position,
        source=data,
        sha256=sha,
        reason=None if sha else _NOT_KEPT,
        coding_sha256=_hash(position),
        reviewer=decision["who"] if decision else None,
        decision=decision["decision"] if decision else None,
        when=decision["when"] if decision else None,
    )
