"""The smallest change of facts that changes a finding, found by search and verified by the engine.

A finding of *no* invites the question what would have made it a *yes*; a duty that is owed, what
would have lifted it; a finding that hangs on unknown facts, which answers decide it. Where the
readings differ or the text is too thin, no fact can help, and it is said what would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from servanda.domain.actor import Actor
from servanda.domain.finding import Finding
from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument
from servanda.domain.moment import Moment
from servanda.obligations.changes import Change, Possible, altered
from servanda.obligations.facts import ABSENT, Facts
from servanda.obligations.solve import assess

__all__ = ["Flip", "flip"]

NO = frozenset({"not_triggered", "not_in_force", "lapsed"})
YES = frozenset({"triggered", "breach", "available", "permitted"})
DEPTH = 3
BUDGET = 200
#: The surer a changed finding is, the earlier it is shown.
SURENESS = ("triggered", "breach", "permitted", "available", *sorted(NO), "contested",
            "triggered_if", "undetermined")  # fmt: skip

Goal = Callable[[str], bool]
Changes = tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Flip:
    """A smallest change of facts, with the finding before and after it.

    ``needs`` says what it takes: ``facts``, or ``reading``, ``slot`` and ``text`` where no fact
    can help. Then ``changes`` is empty, ``after`` is None and ``settled_by`` names the hinge that
    readers differ on, the open slots, or the clause on entry into force.
    """

    before: str
    after: str | None
    changes: Changes = ()
    needs: str = "facts"
    settled_by: tuple[str, ...] = ()

    def published(self) -> dict[str, Any]:
        """Return the published JSON shape: plain values only."""
        return {
            "before": self.before,
            "after": self.after,
            "needs": self.needs,
            "changes": [{"fact": c.fact, "old": c.old, "new": c.new} for c in self.changes],
            "settled_by": list(self.settled_by),
        }


def flip(
    instrument: Instrument,
    provision_id: str,
    incident: Incident,
    *,
    actors: Mapping[str, Actor] | None = None,
    as_of: Moment | None = None,
    most: int = 4,
) -> tuple[Flip, ...]:
    """Find the smallest changes of facts that change the finding on a provision.

    One fact is tried before two, two before three, and only sets of which no part suffices are
    returned. The values tried come from the text; that none is found does not show that there is
    none. What is not known stays not known unless the change answers it.

    Args:
        instrument: the text.
        provision_id: one of its provisions.
        incident: what happened.
        actors: registry for group memberships, names and adjectives.
        as_of: day of knowledge.
        most: how many changes to return for each way the finding can turn.

    Returns:
        changes in order of sureness; empty where the provision has no finding or nothing was found.

    Raises:
        KeyError: the instrument has no such provision.

    Examples:
        >>> trigger = {"kinds": ["armed_attack"], "object": "party"}
        >>> pact = Instrument(id="p", title="P", kind="treaty",
        ...     parties={"original": ["AAA", "BBB"]}, provisions=[{"id": "a1", "modality": "duty",
        ...     "act": "assist", "bearer": "each_party", "trigger": trigger}])
        >>> raid = Incident(id="r", title="R", facts={"target": "CCC", "kind": "armed_attack"})
        >>> flip(pact, "a1", raid)[0].changes
        (Change(fact='target', old='CCC', new='AAA', drops=()),)
    """
    instrument.provision(provision_id)
    search = _Search(instrument, provision_id, incident, actors or {}, as_of)
    start = search.run(())
    if start is None:
        return ()
    found: list[Flip] = []
    if start.finding in ("contested", "undetermined"):
        found.append(_beyond_facts(start))
        recorded = search.disputed(start)
        goals: tuple[Goal, ...] = (YES.__contains__, NO.__contains__) if recorded else ()
        for goal in goals:
            found += search.smallest(start, goal, most, only=recorded)
        return tuple(found)
    for goal in _goals(start.finding):
        found += search.smallest(start, goal, most)
    if not found and start.finding in NO and search.timeless():
        found.append(Flip(start.finding, None, needs="text", settled_by=("entry_into_force",)))
    return tuple(_as_known(one, Facts(incident, as_of)) for one in found)


def _as_known(one: Flip, facts: Facts) -> Flip:
    """Let every change start from what was known on the day, not from what is recorded since."""
    changes = tuple(
        change
        if change.fact == "date" or facts.get(change.fact) != ABSENT
        else replace(change, old=None)
        for change in one.changes
    )
    return replace(one, changes=changes)


def _goals(before: str) -> tuple[Goal, ...]:
    if before in NO:
        return (lambda word: word not in NO,)
    if before == "triggered_if":
        return (YES.__contains__, NO.__contains__)
    return (NO.__contains__,)


def _beyond_facts(finding: Finding) -> Flip:
    """Say what would settle a finding that no fact settles."""
    if finding.finding == "undetermined":
        return Flip("undetermined", None, needs="slot", settled_by=finding.missing)
    leaves = finding.trace.leaves() if finding.trace is not None else ()
    told = [leaf.note for leaf in leaves if leaf.truth == "contested" and leaf.note]
    hinges = tuple(dict.fromkeys(told))
    return Flip("contested", None, needs="reading", settled_by=hinges or finding.why)


@dataclass(slots=True)
class _Search:
    """Runs of the engine on changed incidents, each once, within a budget."""

    instrument: Instrument
    provision: str
    incident: Incident
    actors: Mapping[str, Actor]
    as_of: Moment | None
    _kept: dict[frozenset[tuple[str, str]], Finding | None] = field(default_factory=dict)
    _spent: int = 0

    def run(self, changes: Changes) -> Finding | None:
        """Assess the incident with the changes; None where the provision has no finding."""
        key = frozenset(c.key for c in changes)
        if key not in self._kept:
            self._spent += 1
            incident = altered(self.incident, changes) if changes else self.incident
            found = assess(
                [self.instrument],
                incident,
                actors=self.actors,
                as_of=self.as_of,
                provisions={self.provision},
            )
            self._kept[key] = found[0] if found else None
        return self._kept[key]

    def smallest(
        self, start: Finding, goal: Goal, most: int, only: frozenset[str] | None = None
    ) -> list[Flip]:
        """Search sets of one fact, then of two, then of three, along what still fails."""
        self._spent = 0
        frontier: list[Changes] = [()]
        for _ in range(DEPTH):
            found: list[Changes] = []
            further: list[Changes] = []
            for changes in frontier:
                for change in self._candidates(changes, goal, only):
                    if self._spent >= BUDGET:
                        break
                    self._try((*changes, change), changes, goal, found, further)
            minimal = [c for c in _unique(found) if self._minimal(c, goal)]
            if minimal:
                return self._chosen(start, minimal, most)
            frontier = sorted(_unique(further), key=self._open)[:24]
        return []

    def _try(
        self, changes: Changes, parent: Changes, goal: Goal, found: list[Changes],
        further: list[Changes],
    ) -> None:  # fmt: skip
        result = self.run(changes)
        if result is None:
            return
        if goal(result.finding):
            found.append(changes)
        elif goal("not_triggered") or self._progress(result, self.run(parent)):
            further.append(changes)

    def _candidates(
        self, changes: Changes, goal: Goal, only: frozenset[str] | None
    ) -> Iterator[Change]:
        """Yield changes of further facts that bear on what decides now."""
        state = self.run(changes)
        if state is None:
            return
        incident = altered(self.incident, changes)
        text = self.instrument
        possible = Possible(text, text.provision(self.provision), incident, self.actors)
        taken = {c.fact for c in changes}
        seen: set[tuple[str, str]] = set()
        for change in _bearing(possible, state, goal):
            wanted = only is None or change.fact in only
            if change.fact not in taken and change.key not in seen and wanted:
                seen.add(change.key)
                yield change

    def _progress(self, result: Finding, parent: Finding | None) -> bool:
        """Say whether something that failed or was missing no longer is."""
        if parent is None:
            return False
        now, before = _doubts(result), _doubts(parent)
        return not before <= now

    def _open(self, changes: Changes) -> int:
        result = self.run(changes)
        return len(_doubts(result)) if result is not None else 99

    def _minimal(self, changes: Changes, goal: Goal) -> bool:
        """Verify that no part of the changes suffices."""
        for size in range(1, len(changes)):
            for part in combinations(changes, size):
                result = self.run(part)
                if result is not None and goal(result.finding):
                    return False
        return True

    def _chosen(self, start: Finding, sets: list[Changes], most: int) -> list[Flip]:
        """Return one change for each set of facts, the surest findings first."""
        flips: dict[frozenset[str], Flip] = {}
        order = {word: rank for rank, word in enumerate(SURENESS)}
        made = []
        for changes in sets:
            result = self.run(changes)
            if result is not None:
                made.append(Flip(start.finding, result.finding, changes))
        for one in sorted(made, key=lambda f: order.get(f.after or "", len(order))):
            flips.setdefault(frozenset(c.fact for c in one.changes), one)
        return list(flips.values())[:most]

    def disputed(self, finding: Finding) -> frozenset[str]:
        """Return the facts that the record itself calls contested: an inquiry could settle them."""
        if finding.trace is None:
            return frozenset()
        return frozenset(
            name
            for leaf in finding.trace.leaves()
            if leaf.truth == "contested"
            for name in leaf.facts
            if self.incident.facts.get(name) in ("contested", "disputed")
        )

    def timeless(self) -> bool:
        """Say whether the text has no day on which it could bind."""
        force = self.instrument.in_force
        return force is not None and force.from_ == "never"


def _bearing(possible: Possible, state: Finding, goal: Goal) -> Iterator[Change]:
    """Yield the changes that bear on a finding, towards the goal."""
    leaves = list(state.trace.leaves()) if state.trace is not None else []
    if goal("not_triggered"):
        for name in state.missing:
            yield from possible.answered(name, yes=False)
        yield from possible.against()
        return
    failing = [leaf for leaf in leaves if leaf.truth in ("false", "unknown", "contested")]
    for leaf in failing:
        yield from possible.toggled(leaf.facts)
        for name in leaf.missing:
            yield from possible.answered(name, yes=True)
            yield from possible.answered(name, yes=False)
    for root in state.why:
        yield from possible.towards(root)
    for name in state.missing:
        yield from possible.answered(name, yes=True)


def _doubts(finding: Finding) -> frozenset[str]:
    return frozenset((*finding.why, *finding.missing))


def _unique(sets: Iterable[Changes]) -> list[Changes]:
    kept: dict[frozenset[tuple[str, str]], Changes] = {}
    for changes in sets:
        kept.setdefault(frozenset(c.key for c in changes), changes)
    return list(kept.values())
