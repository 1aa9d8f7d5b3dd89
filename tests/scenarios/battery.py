"""Hold the engine's findings against those that a coder expects, and count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from servanda.domain.finding import Finding
from servanda.domain.incident import Case, Expectation
from servanda.domain.instrument import Instrument
from servanda.obligations import assess
from servanda.scenario import shelf

SURE = frozenset({"triggered", "not_triggered", "breach"})
DOUBTFUL = frozenset({"contested", "undetermined"})
OWED = frozenset({"triggered", "breach"})
NOT_OWED = frozenset({"not_triggered", "not_in_force", "lapsed"})


@dataclass
class Score:
    """What the battery counts; the lists name the items that went wrong."""

    items: int = 0
    wrong: list[str] = field(default_factory=list)
    rooted: int = 0
    wrong_root: list[str] = field(default_factory=list)
    overlaps: list[float] = field(default_factory=list)
    too_sure: list[str] = field(default_factory=list)
    false_alarms: list[str] = field(default_factory=list)
    wrong_bearers: list[str] = field(default_factory=list)
    wrong_due: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)

    @property
    def exact(self) -> float:
        return 1.0 - len(self.wrong) / self.items

    @property
    def root_share(self) -> float:
        return 1.0 - len(self.wrong_root) / self.rooted

    @property
    def overlap(self) -> float:
        return sum(self.overlaps) / len(self.overlaps)


def score(instruments: Mapping[str, Instrument], cases: Iterable[Case]) -> Score:
    """Assess every expectation of the cases."""
    kept = Score()
    for case in cases:
        for expected in case.expect:
            text = instruments[expected.instrument]
            (found,) = assess(
                [text],
                case.incident,
                actors=shelf.actors(),
                as_of=expected.as_of,
                provisions={expected.provision},
            )
            _count(kept, f"{case.id} {text.id}:{expected.provision}", expected, found)
    return kept


def _count(kept: Score, name: str, expected: Expectation, found: Finding) -> None:
    kept.items += 1
    if expected.finding in DOUBTFUL and found.finding in SURE:
        kept.too_sure.append(name)
    if expected.finding in NOT_OWED and found.finding in OWED:
        kept.false_alarms.append(name)
    if found.finding == "not_triggered" and not found.why:
        kept.unexplained.append(name)
    if found.finding != expected.finding:
        kept.wrong.append(f"{name}: {found.finding}, not {expected.finding}")
        return
    _compare(kept, name, expected, found)


def _compare(kept: Score, name: str, expected: Expectation, found: Finding) -> None:
    roots = {shelf.reason_roots().get(word, word) for word in expected.why}
    if roots:
        kept.rooted += 1
        if not roots & set(found.why):
            kept.wrong_root.append(f"{name}: {found.why}, not {sorted(roots)}")
    if expected.missing:
        wanted, got = set(expected.missing), set(found.missing)
        kept.overlaps.append(len(wanted & got) / len(wanted | got))
    if expected.bearers and set(expected.bearers) != set(found.bearers):
        kept.wrong_bearers.append(f"{name}: {found.bearers}, not {expected.bearers}")
    if expected.due and expected.due.earliest.isoformat()[:16] != (found.due or "")[:16]:
        kept.wrong_due.append(f"{name}: {found.due}, not {expected.due}")


def demand(kept: Score) -> None:
    """Assert the standard that the battery sets."""
    assert kept.exact >= 0.98, kept.wrong
    assert kept.root_share >= 0.95, kept.wrong_root
    assert kept.overlap >= 0.85, kept.overlaps
    assert not kept.too_sure
    assert len(kept.false_alarms) < 0.01 * kept.items, kept.false_alarms
    # Whether the one attacked also "acts to meet the danger" is coded both ways.
    assert len(kept.wrong_bearers) <= 1, kept.wrong_bearers
    assert not kept.wrong_due
    assert not kept.unexplained
