"""A duty as it stands in one incident, and the steps by which it came to stand so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Duty", "Turn"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One step in the life of a duty: when, into which state, because of what, on which record."""

    at: str | None
    state: str
    because: str
    record: str | None = None


@dataclass(slots=True)
class Duty:
    """The life of a duty, power or prohibition in one incident, for all bearers who share it.

    ``character`` is ``duty``, ``power`` or ``prohibition``. ``since`` is when the present state
    began, ``due`` the stated and ``due_soft`` the softened deadline. ``aside`` are the records that
    name this duty and changed nothing in it, with the reason.
    """

    instrument: str
    provision: str
    bearers: tuple[str, ...]
    incident: str
    character: str
    state: str
    due: str | None = None
    due_soft: str | None = None
    history: list[Turn] = field(default_factory=list)
    aside: dict[str, str] = field(default_factory=dict)

    @property
    def since(self) -> str | None:
        """When the present state began."""
        began: str | None = None
        for turn in reversed(self.history):
            if turn.state != self.state:
                break
            began = turn.at
        return began

    def published(self) -> Iterator[dict[str, Any]]:
        """Yield the published JSON shape, one object for each bearer."""
        history = [asdict(turn) for turn in self.history]
        for bearer in self.bearers:
            yield {
                "instrument": self.instrument,
                "provision": self.provision,
                "bearer": bearer,
                "incident": self.incident,
                "character": self.character,
                "state": self.state,
                "since": self.since,
                "due": self.due,
                "due_soft": self.due_soft,
                "history": history,
            }
