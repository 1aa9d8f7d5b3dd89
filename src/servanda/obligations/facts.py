"""The facts of an incident as known on a day; what is absent is unknown, never false."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from servanda.domain.incident import Incident
from servanda.domain.moment import Moment

__all__ = ["ABSENT", "Facts", "day_of", "plain", "words_of"]

ABSENT = "unknown"


def plain(value: Any) -> Any:
    """Turn the words true and false into truth values; leave everything else as it is."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value, value)
    return value


def day_of(value: Any) -> Moment | None:
    """Read a fact as a moment; None where it is none, because then the day is not known.

    Examples:
        >>> day_of("2015-05-05"), day_of("in May"), day_of(None)
        ('2015-05-05', None, None)
    """
    try:
        return Moment(value) if isinstance(value, str) else None
    except ValueError:
        return None


def words_of(value: Any) -> tuple[str, ...]:
    """Read a fact as a list of words; empty where it is neither a word nor a list.

    Examples:
        >>> words_of("sea"), words_of(["sea", "air"]), words_of({"by": "sea"})
        (('sea',), ('sea', 'air'), ())
    """
    if isinstance(value, str):
        return (value,)
    return tuple(str(v) for v in value) if isinstance(value, (list, tuple)) else ()


class Facts:
    """A view of an incident's facts with two clocks: when it happened and what was known when.

    Args:
        incident: the incident.
        as_of: day of knowledge; None for all that the incident records.
    """

    __slots__ = ("as_of", "event", "incident", "raw")

    def __init__(self, incident: Incident, as_of: Moment | None) -> None:
        """Keep the incident and the day."""
        self.incident = incident
        self.raw: Mapping[str, Any] = incident.facts
        self.as_of = as_of
        self.event = incident.date

    def get(self, name: str) -> Any:
        """Return a fact as known on the day, or the word ``unknown``."""
        value = self.raw.get(name, ABSENT)
        if isinstance(value, Mapping) and "unknown_until" in value:
            known = day_of(value["unknown_until"])
            if self.as_of is not None and (known is None or self.as_of.before(known)):
                return ABSENT
            return plain(value.get("then", ABSENT))
        return plain(value)

    def names(self, name: str) -> tuple[str, ...]:
        """Return a fact as a tuple of words; empty where it is unknown."""
        value = self.get(name)
        return () if value == ABSENT else words_of(value)

    def has(self, name: str) -> bool:
        """Say whether the incident records the fact at all."""
        return name in self.raw

    @property
    def kind(self) -> str:
        """What happened, as one word, or ``unknown``."""
        return str(self.get("kind"))

    @property
    def targets(self) -> tuple[str, ...]:
        """Whom it hit."""
        return self.names("target")

    @property
    def actors(self) -> tuple[str, ...]:
        """Who did it, as assessed on the day; empty while nobody has attributed it."""
        if not self.attributed:
            return ()
        value = self.raw.get("actor")
        if isinstance(value, Mapping):
            latest = str(value.get("assessed", value.get("first_reports", "")))
            return (latest,) if latest else ()
        return self.names("actor")

    @property
    def attributed(self) -> bool:
        """Whether somebody has attributed the incident by the day of knowledge."""
        if self.as_of is None:
            return True
        status = True
        timeline = self.raw.get("timeline")
        for entry in timeline if isinstance(timeline, (list, tuple)) else ():
            at = day_of(entry.get("at")) if isinstance(entry, Mapping) else None
            if at is not None and at.not_after(self.as_of):
                status = str(entry.get("attribution", "")) != ABSENT
        when = self.raw.get("attribution")
        if isinstance(when, Mapping) and "at" in when:
            at = day_of(when["at"])
            status = status and at is not None and at.not_after(self.as_of)
        return status

    @property
    def place(self) -> Mapping[str, Any]:
        """Where it happened."""
        value = self.raw.get("place")
        if isinstance(value, Mapping):
            return value
        return {"name": value} if isinstance(value, str) else {}

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions the place lies in."""
        return words_of(self.place.get("region"))

    def request(self) -> tuple[str, Moment | None]:
        """Return how help was asked for and when.

        Returns:
            one of ``yes``, ``consultation``, ``no``, ``unknown``, and the moment if recorded.
        """
        value = self.get("requested")
        if self.has("requested_by"):
            return "consultation" if value == ABSENT else "yes", None
        if isinstance(value, Mapping):
            moment = day_of(value.get("at", value.get("consultation")))
            if self.as_of is not None and moment is not None and self.as_of.before(moment):
                return "no", None
            return ("consultation" if "consultation" in value else "yes"), moment
        if value is True:
            return "yes", None
        if value is False:
            return "no", None
        if isinstance(value, str) and value.startswith("consultation"):
            return "consultation", None
        return "unknown", None

    def requesters(self) -> tuple[str, ...]:
        """Return who asked, where that is recorded."""
        value = self.raw.get("requested")
        if isinstance(value, Mapping) and "by" in value:
            return words_of(value["by"])
        return self.names("requested_by")

    def provokers(self) -> tuple[str, ...] | None:
        """Return who provoked it: empty for nobody, None where it is unknown."""
        value = self.get("provoked")
        if value is False:
            return ()
        if isinstance(value, Mapping):
            return words_of(value.get("by"))
        if value is True:
            return self.targets
        return None
