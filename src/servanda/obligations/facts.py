"""The facts of an incident as known on a day; what is absent is unknown, never false."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from servanda.domain.incident import Incident
from servanda.domain.moment import Moment
from servanda.obligations.places import around

__all__ = ["ABSENT", "READS", "Facts", "day_of", "plain", "words_of"]

ABSENT = "unknown"

#: Words by which a report says that nobody knows who it was.
NOBODY = frozenset({"", "unknown", "unidentified", "unattributed", "unclear", "none", "null"})
#: Words by which a report says that the attribution does not stand.
DOUBTFUL = frozenset(
    {"unknown", "disputed", "contested", "denied", "unclear", "pending", "none", "suspected"}
)

#: Which recorded facts stand behind each thing that a question may ask of an incident.
READS: dict[str, tuple[str, ...]] = {
    "kind": ("kind",),
    "targets": ("target",),
    "attributed": ("attribution", "timeline"),
    "disputed": ("attribution", "timeline"),
    "actors": ("actor", "attribution", "timeline"),
    "place": ("place",),
    "regions": ("place",),
    "objects": ("object",),
    "request": ("requested", "requested_by"),
    "requesters": ("requested", "requested_by"),
    "provokers": ("provoked", "target"),
    "event": ("date",),
    "deliberate": ("deliberate", "timeline"),
}

T = TypeVar("T")


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


def _arrived(raw: Mapping[str, Any], as_of: Moment | None) -> dict[str, Any]:
    """Collect what the entries of a timeline say by a day; later entries replace earlier ones."""
    found: dict[str, Any] = {}
    timeline = raw.get("timeline")
    for entry in timeline if isinstance(timeline, (list, tuple)) else ():
        if not isinstance(entry, Mapping):
            continue
        at = day_of(entry.get("at"))
        if at is not None and (as_of is None or at.not_after(as_of)):
            found |= {k: v for k, v in entry.items() if k not in ("at", "source", "note")}
    return found


class Facts:
    """A view of an incident's facts with two clocks: when it happened and what was known when.

    Args:
        incident: the incident.
        as_of: day of knowledge; None for all that the incident records.
    """

    def __init__(self, incident: Incident, as_of: Moment | None) -> None:
        """Keep the incident and the day."""
        self.incident = incident
        self.event = incident.date
        self.raw: Mapping[str, Any] = incident.facts
        self.as_of = as_of
        self._kept: dict[str, Any] = {}
        self._known: dict[str, Any] = {}
        self._later = _arrived(self.raw, as_of) if "timeline" in self.raw else {}

    def once(self, name: str, read: Callable[[], T]) -> T:
        """Work a thing out once per incident: a hundred provisions ask the same."""
        try:
            found: T = self._kept[name]
        except KeyError:
            found = self._kept[name] = read()
        return found

    def get(self, name: str) -> Any:
        """Return a fact as known on the day, or the word ``unknown``."""
        try:
            return self._known[name]
        except KeyError:
            found = self._known[name] = self._get(name)
            return found

    def _get(self, name: str) -> Any:
        value = self._later[name] if name in self._later else self.raw.get(name, ABSENT)
        if value is None:
            return ABSENT
        if name == "deliberate" and value == ABSENT and self._accident():
            return False
        if isinstance(value, dict) and "unknown_until" in value:
            known = day_of(value["unknown_until"])
            if self.as_of is not None and (known is None or self.as_of.before(known)):
                return ABSENT
            return plain(value.get("then", ABSENT))
        return plain(value)

    def _accident(self) -> bool:
        """Whether the latest attribution says by whose accident it was."""
        return "accident" in str(self._later.get("attribution", ""))

    def names(self, name: str) -> tuple[str, ...]:
        """Return a fact as a tuple of words; empty where it is unknown."""
        value = self.get(name)
        return () if value == ABSENT else words_of(value)

    def has(self, name: str) -> bool:
        """Say whether the incident records the fact at all."""
        return name in self.raw or name in self._later

    @cached_property
    def kind(self) -> str:
        """What happened, as one word, or ``unknown``."""
        return str(self.get("kind"))

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """Whom it hit."""
        return self.names("target")

    @cached_property
    def objects(self) -> tuple[str, ...]:
        """What was hit."""
        return self.names("object")

    @cached_property
    def actors(self) -> tuple[str, ...]:
        """Who did it, as assessed on the day; empty while nobody has attributed it."""
        if not self.attributed:
            return ()
        value = self.get("actor")
        # who a later report says it was, or who stood behind it
        later = self._later.get("attribution", ABSENT)
        if isinstance(later, str) and later not in DOUBTFUL and not isinstance(value, Mapping):
            first = () if value == ABSENT else words_of(value)
            return tuple(a for a in dict.fromkeys((*first, later)) if a not in NOBODY)
        if isinstance(value, Mapping):
            latest = str(
                value.get("assessed", value.get("first_reports", ""))
            )  # claims do not count
            return (latest,) if latest and latest not in DOUBTFUL else ()
        return tuple(a for a in words_of(value) if a not in NOBODY)

    @cached_property
    def attributed(self) -> bool:
        """Whether the incident is attributed by the day of knowledge, and nobody disputes it."""
        when = self._later.get("attribution", self.raw.get("attribution"))
        if isinstance(when, str) and (when in DOUBTFUL or when.startswith("claimed")):
            return False
        if isinstance(when, Mapping):
            if str(when.get("status", "")) in DOUBTFUL:
                return False
            if "unknown_until" in when and self.get("attribution") in DOUBTFUL:
                return False
        return self.as_of is None or self._attributed_by(self.as_of)

    def _attributed_by(self, day: Moment) -> bool:
        when = self.raw.get("attribution")
        if isinstance(when, Mapping) and "at" in when:
            at = day_of(when["at"])
            return at is not None and at.not_after(day)
        return True

    @cached_property
    def place(self) -> Mapping[str, Any]:
        """Where it happened."""
        value = self.get("place")
        if isinstance(value, Mapping):
            return {k: plain(v) for k, v in value.items()}
        return {"name": value} if isinstance(value, str) and value != ABSENT else {}

    @cached_property
    def regions(self) -> frozenset[str]:
        """The regions the place lies in, with every larger region around them."""
        return around(words_of(self.place.get("region")))

    def request(self) -> tuple[str, Moment | None]:
        """Return how help was asked for and when.

        Returns:
            one of ``yes``, ``consultation``, ``no``, ``unknown``, and the moment if recorded.
        """
        return self.once("request", self._request)

    def _request(self) -> tuple[str, Moment | None]:
        value = self.get("requested")
        if value == ABSENT and self.has("requested_by"):
            return "consultation", None
        if isinstance(value, Mapping):
            return self._dated_request(value)
        if value is True or self.has("requested_by"):
            return "yes", None
        if value is False:
            return "no", None
        if isinstance(value, str) and value.startswith("consultation"):
            return "consultation", None
        return "unknown", None

    def _dated_request(self, value: Mapping[str, Any]) -> tuple[str, Moment | None]:
        moment = day_of(value.get("at", value.get("consultation")))
        if self.as_of is not None and moment is not None and self.as_of.before(moment):
            return "no", None
        return ("consultation" if "consultation" in value else "yes"), moment

    def requesters(self) -> tuple[str, ...]:
        """Return who asked, where that is recorded."""
        value = self.raw.get("requested")
        if isinstance(value, Mapping) and "by" in value:
            return words_of(value["by"])
        return self.names("requested_by")

    @property
    def disputed(self) -> bool:
        """Whether the attribution is claimed by some and denied by others."""
        when = self.get("attribution")
        status = when.get("status", "") if isinstance(when, Mapping) else when
        return str(status) in ("disputed", "contested", "denied") or str(status)[:7] == "claimed"

    def provokers(self) -> tuple[str, ...] | None:
        """Return who provoked it: empty for nobody, None where it is unknown."""
        value = self.get("provoked")
        if value is False:
            return ()
        if isinstance(value, Mapping):
            return words_of(value.get("by")) or None
        if value is True:
            return self.targets
        return None
