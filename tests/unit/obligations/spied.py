"""Facts that remember which of them were read."""

from typing import Any

from servanda.domain.incident import Incident
from servanda.domain.moment import Moment
from servanda.obligations.facts import Facts


class Spy(dict):
    """A dictionary of facts that keeps the names under which somebody looked."""

    def __init__(self, facts: dict[str, Any]) -> None:
        super().__init__(facts)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.read.add(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        # that a fact is recorded at all is something read of it
        self.read.add(str(name))
        return super().__contains__(name)


def spied(incident: Incident, as_of: Moment | None = None) -> tuple[Facts, Spy]:
    """Return the facts of an incident and the spy that watches them."""
    spy = Spy(dict(incident.facts))
    facts = Facts(incident.model_copy(update={"facts": spy}), as_of)
    facts.raw = spy
    spy.read.clear()
    return facts, spy
