"""Hold what the engine finds against what a lawyer expects, field by field, and count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from servanda.domain.finding import Finding
from servanda.domain.incident import Expectation
from servanda.domain.moment import Moment

__all__ = ["COMPARED", "Difference", "Held", "Tally", "differences", "tally", "uncompared"]

SURE = frozenset({"triggered", "not_triggered", "breach"})
DOUBTFUL = frozenset({"contested", "undetermined"})
OWED = frozenset({"triggered", "breach"})
NOT_OWED = frozenset({"not_triggered", "not_in_force", "lapsed"})

#: What of an expectation is held against the finding; everything else in it is the coder's remark.
COMPARED = (
    *("finding", "why", "missing", "bearers", "bearer_count", "due", "due_soft"),
    *("by", "holder", "by_version"),
)
ADDRESS = ("instrument", "provision", "as_of", "note")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which the finding is not what was expected."""

    what: str
    expected: Any
    found: Any


@dataclass(frozen=True, slots=True)
class Held:
    """One expectation held against the engine.

    ``found`` is None where there was nothing to hold it against; ``trouble`` then says why.
    ``roots`` are the root reasons that the stated ones belong to.
    """

    case: str
    expected: Expectation
    found: Finding | None
    differences: tuple[Difference, ...] = ()
    trouble: str | None = None
    roots: frozenset[str] = frozenset()

    @property
    def agrees(self) -> bool:
        """Whether everything that was stated and can be compared came out as stated."""
        return self.trouble is None and not self.differences

    @property
    def further(self) -> tuple[str, ...]:
        """Root reasons that the engine gives besides those stated; no disagreement."""
        if self.found is None or not self.expected.why or not self.agrees:
            return ()
        return tuple(w for w in self.found.why if w not in self.roots)

    @property
    def name(self) -> str:
        """Case, instrument and provision, with the day of knowledge where one is given."""
        day = f" as of {self.expected.as_of}" if self.expected.as_of else ""
        return f"{self.case} {self.expected.instrument}:{self.expected.provision}{day}"


@dataclass(frozen=True, slots=True)
class Tally:
    """What a battery counts; the lists name the items.

    ``items`` all expectations of a finding, ``exact`` those found so; ``rooted`` the exact ones
    with a stated reason, ``right_roots`` those of them that share a root reason with the finding;
    ``overlap`` the mean Jaccard index of stated and found ``missing``, None where none is stated;
    ``too_sure`` sure answers where the coder has none; ``false_alarms`` duties or breaches where
    the coder has none.
    """

    items: int
    exact: int
    rooted: int
    right_roots: int
    overlap: float | None
    too_sure: tuple[str, ...]
    false_alarms: tuple[str, ...]
    unexplained: tuple[str, ...]

    def published(self) -> dict[str, Any]:
        """Return the counts with shares, null where there is nothing to divide by."""
        return {
            "items": self.items,
            "exact": self.exact,
            "exact_share": _share(self.exact, self.items),
            "rooted": self.rooted,
            "right_roots": self.right_roots,
            "right_root_share": _share(self.right_roots, self.rooted),
            "mean_missing_jaccard": self.overlap,
            "too_sure": list(self.too_sure),
            "false_alarms": list(self.false_alarms),
            "unexplained": list(self.unexplained),
        }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def differences(
    expected: Expectation, found: Finding, roots: Mapping[str, str]
) -> tuple[Difference, ...]:
    """Return every compared field in which the finding differs from what is expected.

    Lists are compared as sets, except that the engine may give more root reasons than are stated:
    several conditions can fail at once. A field that is not stated is not compared.

    Args:
        expected: what a lawyer wrote.
        found: what the engine said of the same provision.
        roots: reason code -> root reason, for `why`.

    Examples:
        >>> wanted = Expectation(instrument="p", provision="a", finding="breach", by="AAA")
        >>> got = Finding(incident="i", instrument="p", provision="a", finding="breach", by=("B",))
        >>> [(d.what, d.expected, d.found) for d in differences(wanted, got, {})]
        [('by', ['AAA'], ['B'])]
    """
    pairs = (
        ("finding", expected.finding, found.finding),
        ("why", _set(roots.get(word, word) for word in expected.why), _set(found.why)),
        ("missing", _set(expected.missing), _set(found.missing)),
        ("bearers", _set(expected.bearers), _set(found.bearers)),
        ("bearer_count", expected.bearer_count, len(found.bearers)),
        ("due", expected.due, found.due),
        ("due_soft", expected.due_soft, found.due_soft),
        ("by", _set(expected.by and [expected.by]), _set(found.by)),
        ("holder", _set(expected.holder and [expected.holder]), _set(found.holder)),
        ("by_version", dict(expected.by_version), dict(found.by_version)),
    )
    return tuple(
        Difference(what, wanted, got)
        for what, wanted, got in pairs
        if wanted not in (None, [], {}) and not _same(what, wanted, got)
    )


def _set(words: Iterable[str] | str | None) -> list[str]:
    return sorted(set(words or ()))


def _same(what: str, wanted: Any, got: Any) -> bool:
    if what == "why":
        return set(wanted) <= set(got)
    if isinstance(wanted, Moment):
        return got is not None and _interval(wanted) == _interval(str(got))
    return bool(wanted == got)


def _interval(text: str) -> tuple[datetime, datetime] | str:
    """Return what a date stands for; what is none, such as a fraction of a second, as it is."""
    try:
        moment = Moment(text)
    except ValueError:
        return text
    return moment.earliest, moment.latest


def uncompared(expected: Expectation) -> tuple[str, ...]:
    """Return what an expectation states that the engine's finding has no counterpart for."""
    stated = (name for name in type(expected).model_fields if name in expected.model_fields_set)
    return tuple(name for name in stated if name not in (*COMPARED, *ADDRESS))


def tally(held: Iterable[Held], roots: Mapping[str, str]) -> Tally:
    """Count how well findings and expectations agree.

    An expectation that could not be held against anything counts as an item that is not exact.
    Roots and `missing` are scored on exact findings only, roots by one root in common.
    """
    items = [h for h in held if h.expected.finding is not None]
    exact = [
        (h.expected, h.found) for h in items if h.found and h.found.finding == h.expected.finding
    ]
    rooted, right = 0, 0
    overlaps: list[float] = []
    for expected, found in exact:
        wanted = {roots.get(word, word) for word in expected.why}
        rooted += bool(wanted)
        right += bool(wanted & set(found.why))
        if expected.missing:
            asked, got = set(expected.missing), set(found.missing)
            overlaps.append(len(asked & got) / len(asked | got))
    return Tally(
        items=len(items),
        exact=len(exact),
        rooted=rooted,
        right_roots=right,
        overlap=sum(overlaps) / len(overlaps) if overlaps else None,
        too_sure=_names(items, DOUBTFUL, SURE),
        false_alarms=_names(items, NOT_OWED, OWED),
        unexplained=tuple(
            h.name
            for h in items
            if h.found and h.found.finding == "not_triggered" and not h.found.why
        ),
    )


def _names(
    items: Iterable[Held], expected: frozenset[str], found: frozenset[str]
) -> tuple[str, ...]:
    return tuple(
        h.name
        for h in items
        if h.expected.finding in expected and h.found is not None and h.found.finding in found
    )
