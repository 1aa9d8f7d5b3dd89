"""Who stands in the way on one issue, and the smallest change that turns the result.

The leading position beats every other when weighted gains are counted pair by pair. It is set
against what holds without a decision, where the table says so, else against its strongest rival.
A package changes one kind of thing for a few actors, each by the same fraction: positions move
towards the rival, saliences of the leader's friends fall and those of the rival's friends rise, or
the leader's friends are compensated. Of up to eight actors that can help every set is tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from servanda.negotiation.model import Issue

__all__ = ["EXHAUSTIVE", "Blocker", "Contest", "Package", "contest", "margin"]

Floats = NDArray[np.float64]

#: Of up to this many actors that can help all sets are tried; beyond, sets of up to ``_FEW`` of
#: those that can help most.
EXHAUSTIVE, _FEW, _HEAVIEST = 8, 3, 12
_STEPS = 60
#: How far past a tie a package goes, as a share of itself.
_PAST = 1e-6


@dataclass(frozen=True, slots=True)
class Blocker:
    """An actor that would rather have the rival than the leading position.

    Attributes:
        actor: who.
        position: where it stands.
        share: its share of the weighted gains on that side.
    """

    actor: str
    position: float
    share: float


@dataclass(frozen=True, slots=True)
class Package:
    """A change that makes the rival the stronger of the two.

    Attributes:
        kind: ``position``, ``salience`` or ``payment``.
        actors: who changes.
        fraction: how far each goes, of all the way: to the rival, to no (or full) salience, to
            full compensation.
        cost: what is given up together, as a share of all weight times the span of the issue.
        changes: by actor the new position, the new salience, or the payment (in the unit of cost).
        verified: whether the two were compared again with the change made and the rival won.
        exhaustive: whether every set of actors was tried.
    """

    kind: str
    actors: tuple[str, ...]
    fraction: float
    cost: float
    changes: dict[str, float]
    verified: bool
    exhaustive: bool

    def published(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return {
            "kind": self.kind,
            "actors": list(self.actors),
            "fraction": self.fraction,
            "cost": self.cost,
            "changes": self.changes,
            "verified": self.verified,
            "exhaustive": self.exhaustive,
        }


@dataclass(frozen=True, slots=True)
class Contest:
    """The leading position against its rival.

    Attributes:
        leading: the position that beats every other.
        rival: the reference point, or the position that comes nearest to beating it.
        chance: share of the support between the two that the leading one has.
        blockers: who prefers the rival, the weightiest first.
        packages: the cheapest change of each kind that turns it, cheapest first.
    """

    leading: float
    rival: float
    chance: float
    blockers: tuple[Blocker, ...]
    packages: tuple[Package, ...]


def margin(issue: Issue, leading: float, rival: float) -> Floats:
    """Return what each actor gains by the leading position over the rival, weighted.

    Returns:
        float64[actor], capability times salience times spans; negative for those who lose by it.
    """
    return _margin(issue.position, issue.capability * issue.salience, leading, rival, issue.span)


def contest(issue: Issue) -> Contest | None:
    """Set the leading position against its rival; None where all stand at one point.

    Where nobody has weight all count alike, as in every model.
    """
    if issue.span <= 0.0:
        return None
    weighty = _weighty(issue)
    points = weighty.stated
    loss = np.abs(weighty.position[:, None] - points) / weighty.span
    # rounded, so that of equally good points the lowest leads on any scale
    leading = float(points[np.argmin(np.round(weighty.weight @ loss, 12))])
    rival = _rival(weighty, leading)
    gains = margin(weighty, leading, rival)
    support, opposed = gains[gains > 0].sum(), -gains[gains < 0].sum()
    blockers = [
        Blocker(weighty.actors[k], float(weighty.position[k]), float(-gains[k] / opposed))
        for k in np.argsort(gains, kind="stable")
        if gains[k] < 0
    ]
    return Contest(
        leading=leading,
        rival=rival,
        chance=float(support / (support + opposed)) if support + opposed > 0 else 0.5,
        blockers=tuple(blockers),
        packages=_packages(weighty, leading, rival),
    )


def _weighty(issue: Issue) -> Issue:
    if (issue.capability * issue.salience).any():
        return issue
    ones = np.ones_like(issue.capability)
    return issue.changed(capability=ones, salience=0.5 * ones)


def _rival(issue: Issue, leading: float) -> float:
    if issue.reference is not None and issue.reference != leading:
        return issue.reference
    best, rival = -1.0, leading
    for point in map(float, issue.stated):
        if point != leading:
            gains = margin(issue, leading, point)
            total = np.abs(gains).sum()
            chance = float(-gains[gains < 0].sum() / total) if total > 0 else 0.5
            if chance > best + 1e-12:
                best, rival = chance, point
    return rival


def _margin(position: Floats, weight: Floats, leading: float, rival: float, span: float) -> Floats:
    return np.asarray(weight * (np.abs(position - rival) - np.abs(position - leading)) / span)


def _packages(issue: Issue, leading: float, rival: float) -> tuple[Package, ...]:
    gap = float(margin(issue, leading, rival).sum())
    if gap <= 0.0:
        return ()
    found = [
        package
        for search in (_by_position, _by_salience, _by_payment)
        if (package := search(issue, leading, rival, gap)) is not None
    ]
    return tuple(sorted(found, key=lambda package: package.cost))


def _sets(useful: Floats) -> tuple[NDArray[np.bool_], bool]:
    """Return the sets of actors to try, bool[set, actor], and whether these are all.

    Args:
        useful: float64[actor], what each could bring at most; 0 where it can bring nothing.
    """
    members = [int(k) for k in np.argsort(-useful, kind="stable") if useful[k] > 0.0]
    complete = len(members) <= EXHAUSTIVE
    if not complete:
        members = members[:_HEAVIEST]
    most = len(members) if complete else _FEW
    chosen = [c for size in range(1, most + 1) for c in combinations(members, size)]
    table = np.zeros((len(chosen), useful.size), np.bool_)
    for row, members_of in enumerate(chosen):
        table[row, list(members_of)] = True
    return table, complete


def _cheapest(fraction: Floats, cost: Floats, sets: NDArray[np.bool_]) -> int | None:
    """Return the cheapest set that reaches a tie; of equally cheap ones the smallest."""
    able = fraction <= 1.0 - _PAST
    if not able.any():
        return None
    least = cost[able].min()
    tied = np.flatnonzero(able & (cost <= least * (1.0 + 1e-9)))
    return int(tied[np.argmin(sets[tied].sum(axis=1))])


def _by_position(issue: Issue, leading: float, rival: float, gap: float) -> Package | None:
    weight = issue.capability * issue.salience
    gains = margin(issue, leading, rival)
    there = -weight * abs(leading - rival) / issue.span
    sets, complete = _sets(np.where(gains > there, gains - there, 0.0))
    if not len(sets):
        return None
    low, high = np.zeros(len(sets)), np.ones(len(sets))
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        moved = issue.position + middle[:, None] * (rival - issue.position)
        now = np.where(sets, _margin(moved, weight, leading, rival, issue.span), gains)
        ahead = now.sum(axis=1) > 0.0
        low, high = np.where(ahead, middle, low), np.where(ahead, high, middle)
    way = np.abs(issue.position - rival) / issue.span * weight / weight.sum()
    best = _cheapest(high, high * (sets @ way), sets)
    if best is None:
        return None
    fraction = float(high[best]) * (1.0 + _PAST)
    position = issue.position + np.where(sets[best], fraction, 0.0) * (rival - issue.position)
    return _package(
        issue.changed(position=position),
        ("position", leading, rival, issue.span),
        sets[best],
        (fraction, fraction * float(sets[best] @ way)),
        position,
        complete,
    )


def _by_salience(issue: Issue, leading: float, rival: float, gap: float) -> Package | None:
    pull = _margin(issue.position, issue.capability, leading, rival, issue.span)
    shift = np.where(pull > 0, -issue.salience, np.where(pull < 0, 1.0 - issue.salience, 0.0))
    brings = -pull * shift
    sets, complete = _sets(brings)
    if not len(sets):
        return None
    fraction = gap / (sets @ brings)
    price = issue.capability * np.abs(shift) / (issue.capability @ issue.salience)
    best = _cheapest(fraction, fraction * (sets @ price), sets)
    if best is None:
        return None
    used = float(fraction[best]) * (1.0 + _PAST)
    salience = issue.salience + np.where(sets[best], used, 0.0) * shift
    return _package(
        issue.changed(salience=salience),
        ("salience", leading, rival, issue.span),
        sets[best],
        (used, used * float(sets[best] @ price)),
        salience,
        complete,
    )


def _by_payment(issue: Issue, leading: float, rival: float, gap: float) -> Package | None:
    gains = margin(issue, leading, rival)
    total = float(issue.capability @ issue.salience)
    sets, complete = _sets(np.maximum(gains, 0.0))
    if not len(sets):
        return None
    fraction = gap / (sets @ np.maximum(gains, 0.0))
    best = _cheapest(fraction, np.full(len(sets), gap), sets)
    if best is None:
        return None
    used = float(fraction[best]) * (1.0 + _PAST)
    paid = np.where(sets[best], used * np.maximum(gains, 0.0), 0.0)
    return Package(
        kind="payment",
        actors=tuple(a for a, k in zip(issue.actors, sets[best], strict=True) if k),
        fraction=used,
        cost=float(paid.sum()) / total,
        changes={
            a: float(p) / total for a, p, k in zip(issue.actors, paid, sets[best], strict=True) if k
        },
        verified=bool((gains - paid).sum() < 0.0),
        exhaustive=complete,
    )


def _package(
    changed: Issue,
    about: tuple[str, float, float, float],
    chosen: NDArray[np.bool_],
    size: tuple[float, float],
    values: Floats,
    complete: bool,
) -> Package:
    """Make a package and compare the two positions again with the change made."""
    kind, leading, rival, span = about
    weight = changed.capability * changed.salience
    again = _margin(changed.position, weight, leading, rival, span)
    return Package(
        kind=kind,
        actors=tuple(a for a, k in zip(changed.actors, chosen, strict=True) if k),
        fraction=size[0],
        cost=size[1],
        changes={a: float(v) for a, v, k in zip(changed.actors, values, chosen, strict=True) if k},
        verified=bool(again.sum() < 0.0),
        exhaustive=complete,
    )
