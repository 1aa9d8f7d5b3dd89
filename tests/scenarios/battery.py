"""The standard that a battery of cases is held to."""

from collections.abc import Iterable, Mapping

from servanda.domain.incident import Case
from servanda.domain.instrument import Instrument
from servanda.study.battery import Battery, battery_of


def score(instruments: Mapping[str, Instrument], cases: Iterable[Case]) -> Battery:
    """Hold every expectation of the cases against the engine."""
    return battery_of(instruments, cases)


def apart(battery: Battery, *whats: str) -> list[str]:
    """Name the expectations that differ in one of these fields."""
    return [
        f"{h.name}: {d.found}, not {d.expected}"
        for c in battery.cases
        for h in c.held
        for d in h.differences
        if d.what in whats
    ]


def demand(battery: Battery) -> None:
    """Assert the standard that the battery sets."""
    kept = battery.tally
    assert kept.exact >= 0.98 * kept.items, apart(battery, "finding")
    assert kept.right_roots >= 0.95 * kept.rooted, apart(battery, "why")
    assert kept.overlap is not None
    assert kept.overlap >= 0.85, apart(battery, "missing")
    assert not kept.too_sure
    assert len(kept.false_alarms) < 0.01 * kept.items, kept.false_alarms
    # Whether the one attacked also "acts to meet the danger" is coded both ways.
    assert len(apart(battery, "bearers")) <= 1, apart(battery, "bearers")
    assert not apart(battery, "due", "due_soft", "by", "holder", "by_version")
    assert not kept.unexplained
    assert not [h.trouble for c in battery.cases for h in c.held if h.trouble]
