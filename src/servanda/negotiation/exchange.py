"""Position exchange over several issues: each gives way where it cares less.

Two actors stand on opposite sides of the expected outcome on two issues and weigh the issues
differently. Each then moves on the issue that matters less to it, towards the other, by amounts
that let both gain equally. Trades come about in the order of what they gain; after each the
expected outcomes (power and salience weighted means) are computed anew, an actor's position on an
issue is traded once, and a trade whose gain has gone is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from servanda.negotiation.model import Issue

__all__ = ["MAX_LINKED", "Exchange", "Trade", "exchange"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Most issues that are searched for trades together, and most cells (pairs of actors times pairs
#: of issues) of one search.
MAX_LINKED, MAX_CELLS = 12, 1_000_000
#: Gains below this share of a span count as none.
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Trade:
    """One exchange that both partners gain from, or at least lose nothing by.

    Attributes:
        first: the actor that moves on ``gives``, the issue that the other cares for more.
        second: the actor that moves on ``gets``.
        gives: the issue on which ``first`` moves.
        gets: the issue on which ``second`` moves.
        moved_first: signed shift of the position of ``first``, on the scale of the issue.
        moved_second: signed shift of the position of ``second``.
        gain_first: what ``first`` gains at the moment of the trade: salience times spans by which
            the outcomes come nearer.
        gain_second: the same of ``second``.
        others: by third actor what the trade does to it, same unit; those it leaves alone are
            absent.
    """

    first: str
    second: str
    gives: str
    gets: str
    moved_first: float
    moved_second: float
    gain_first: float
    gain_second: float
    others: dict[str, float]

    @property
    def joint(self) -> float:
        """What both gain together."""
        return self.gain_first + self.gain_second


@dataclass(frozen=True, slots=True)
class Exchange:
    """All trades of a negotiation and what they lead to.

    Attributes:
        before: by issue the expected outcome without trades.
        after: by issue the expected outcome after all trades.
        trades: in the order in which they come about.
        position: by issue float64[actor], positions taken after all trades.
        gain: by actor what all trades together do to it, measured from its first positions.
        stable: whether no pair is left that could still gain; every actor and issue was free.
        left: the best gain that a pair could still have, were traded positions free again.
    """

    before: dict[str, float]
    after: dict[str, float]
    trades: tuple[Trade, ...]
    position: dict[str, Floats]
    gain: dict[str, float]
    stable: bool
    left: float


class _Desk:
    """Positions of all actors on all issues while trades come about, in spans of each issue."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        """Lay the issues side by side; an actor absent from one has no weight there."""
        self.issues = tuple(issues)
        self.actors = tuple(dict.fromkeys(a for issue in issues for a in issue.actors))
        row = {name: k for k, name in enumerate(self.actors)}
        shape = (len(issues), len(self.actors))
        self.ideal = np.zeros(shape)
        self.salience = np.zeros(shape)
        self.weight = np.zeros(shape)
        self.there = np.zeros(shape, np.bool_)
        self.span = np.array([issue.span or 1.0 for issue in issues])
        for p, issue in enumerate(issues):
            at = [row[name] for name in issue.actors]
            self.ideal[p, at] = issue.relative(issue.position)
            self.salience[p, at] = issue.salience
            self.weight[p, at] = issue.weight
            self.there[p, at] = True
        self.taken = self.ideal.copy()
        self.free = self.there.copy()

    def outcomes(self) -> Floats:
        """float64[issue], the weighted means of the positions taken."""
        return np.asarray((self.weight * self.taken).sum(axis=1))

    def worth(self, outcome: Floats) -> Floats:
        """float64[issue, actor], minus the weighted distance of the outcomes from the ideals."""
        return np.asarray(-self.salience * np.abs(self.ideal - outcome[:, None]))


@dataclass(frozen=True, slots=True)
class _Offers:
    """The best trade of every pair of actors for one pair of issues.

    ``size[i, j]`` is what both gain together where i moves on issue q and j on issue p.
    """

    size: Floats
    on_p: Floats
    on_q: Floats

    def of(self, i: int, j: int) -> tuple[float, float, float]:
        """Return the numbers of one pair of actors."""
        return float(self.size[i, j]), float(self.on_p[i, j]), float(self.on_q[i, j])


class _Found(NamedTuple):
    """A trade worth making: i moves on issue q, j on issue p, the outcomes by as much."""

    size: float
    on_p: float
    on_q: float
    i: int
    j: int
    p: int
    q: int


def exchange(issues: Sequence[Issue]) -> Exchange:
    """Let the actors of a negotiation trade positions until no pair gains any more.

    Args:
        issues: at most ``MAX_LINKED`` issues of one negotiation.

    Returns:
        Trades, outcomes and what every actor, partner or not, makes of them.

    Raises:
        ValueError: there are more issues than that, or too many actors for a search.

    References:
        Stokman & Van Oosten 1994, in Bueno de Mesquita & Stokman, European Community Decision
        Making, ch. 5
    """
    desk = _Desk(issues)
    cells = (len(desk.issues) * len(desk.actors)) ** 2
    if len(desk.issues) > MAX_LINKED or cells > MAX_CELLS:
        raise ValueError("too many issues or actors to search for trades")
    start = desk.outcomes()
    trades: list[Trade] = []
    known: dict[tuple[int, int], _Found] = {}
    stale = frozenset(range(len(desk.issues)))
    while (found := _best(desk, desk.free, known, stale)) is not None:
        trades.append(_realise(desk, found))
        stale = frozenset((found.p, found.q))
    end = desk.outcomes()
    change = (desk.worth(end) - desk.worth(start)).sum(axis=0)
    left = _best(desk, desk.there, {}, frozenset(range(len(desk.issues))))
    names = [issue.name for issue in desk.issues]
    scale = list(zip(names, desk.issues, desk.span, strict=True))
    return Exchange(
        before={n: i.low + s * float(o) for (n, i, s), o in zip(scale, start, strict=True)},
        after={n: i.low + s * float(o) for (n, i, s), o in zip(scale, end, strict=True)},
        trades=tuple(trades),
        position={
            n: np.array([i.low + s * desk.taken[p, desk.actors.index(a)] for a in i.actors])
            for p, (n, i, s) in enumerate(scale)
        },
        gain=dict(zip(desk.actors, map(float, change), strict=True)),
        stable=left is None,
        left=0.0 if left is None else left.size,
    )


def _best(
    desk: _Desk, free: Flags, known: dict[tuple[int, int], _Found], stale: frozenset[int]
) -> _Found | None:
    """Return the trade that gains most, None where none does.

    ``known`` keeps the best of each pair of issues; only pairs with a stale issue are sized up.
    """
    outcome = desk.outcomes()
    issues = range(len(desk.issues))
    for p in issues:
        for q in issues:
            if p != q and (p in stale or q in stale):
                offers = _offers(desk, free, outcome, p, q)
                i, j = divmod(int(np.argmax(offers.size)), len(desk.actors))
                known[p, q] = _Found(*offers.of(i, j), i, j, p, q)
    best = max(known.values(), key=lambda found: found.size, default=None)
    return best if best is not None and best.size > _LEAST else None


def _offers(desk: _Desk, free: Flags, outcome: Floats, p: int, q: int) -> _Offers:
    """Size up every pair: i wants p and moves on q, j wants q and moves on p."""
    side = desk.ideal - outcome[:, None]
    s, taken, weight = desk.salience, desk.taken, desk.weight
    able = free[q][:, None] & free[p][None, :]
    opposed = (side[p][:, None] * side[p][None, :] < 0) & (side[q][:, None] * side[q][None, :] < 0)
    # what i can bring about on q by moving as far as j stands, and j on p, without passing the
    # position of the one who gains
    reach_q = weight[q][:, None] * np.abs(taken[q][:, None] - desk.ideal[q][None, :])
    reach_p = weight[p][None, :] * np.abs(taken[p][None, :] - desk.ideal[p][:, None])
    reach_q = np.minimum(reach_q, np.abs(side[q])[None, :])
    reach_p = np.minimum(reach_p, np.abs(side[p])[:, None])
    want_p = s[p][:, None] + s[p][None, :]
    want_q = s[q][:, None] + s[q][None, :]
    # equal gains: want_p * on_p = want_q * on_q
    common = np.minimum(want_p * reach_p, want_q * reach_q)
    on_p = np.divide(common, want_p, out=np.zeros_like(common), where=want_p > 0)
    on_q = np.divide(common, want_q, out=np.zeros_like(common), where=want_q > 0)
    gain = s[p][:, None] * on_p - s[q][:, None] * on_q
    size = np.where(able & opposed, 2.0 * gain, -np.inf)
    return _Offers(size, on_p, on_q)


def _realise(desk: _Desk, found: _Found) -> Trade:
    """Move both partners and note what it does to everybody."""
    i, j, p, q = found.i, found.j, found.p, found.q
    before = desk.worth(desk.outcomes()).sum(axis=0)
    moves = []
    for actor, partner, issue, shift in ((i, j, q, found.on_q), (j, i, p, found.on_p)):
        way = np.sign(desk.ideal[issue, partner] - desk.taken[issue, actor])
        step = float(way) * shift / desk.weight[issue, actor]
        desk.taken[issue, actor] += step
        desk.free[issue, actor] = False
        moves.append(step * float(desk.span[issue]))
    change = desk.worth(desk.outcomes()).sum(axis=0) - before
    others = {
        name: float(change[k])
        for k, name in enumerate(desk.actors)
        if k not in (i, j) and abs(change[k]) > _LEAST
    }
    return Trade(
        first=desk.actors[i],
        second=desk.actors[j],
        gives=desk.issues[q].name,
        gets=desk.issues[p].name,
        moved_first=moves[0],
        moved_second=moves[1],
        gain_first=float(change[i]),
        gain_second=float(change[j]),
        others=others,
    )
