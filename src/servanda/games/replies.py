"""Logit replies at information sets, in logarithms, for numbers and for intervals alike."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.games.board import Board
from servanda.games.enclosure import Interval, exponential, log_share

__all__ = ["Replies", "make_replies", "trunk_of"]

Floats = NDArray[np.float64]
# Logarithm of the probability of each action: an array [point] or an interval.
Logs = dict[int, Any]

MOST_UNKNOWNS = 8
MOST_NODES = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Replies:
    """The game as a map from a few log-odds to the behaviour of everybody else.

    Attributes:
        board: the game.
        precision: float64[player], logit precision for scaled payoffs.
        leading: information sets whose log-odds are the unknowns; given these, the others follow
            one after the other.
        order: the others in the order in which they follow.
        trunk: [infoset][node of it], the branches on the way there that are not on the way to
            all nodes of the set.
    """

    board: Board
    precision: Floats
    leading: tuple[int, ...]
    order: tuple[int, ...]
    trunk: tuple[tuple[tuple[int, ...], ...], ...]

    @property
    def unknowns(self) -> int:
        """The number of log-odds to be found."""
        return sum(len(self.board.choices[h]) - 1 for h in self.leading)

    def everybody(self, odds: list[Any], share: Any = 1.0) -> Logs:
        """Return the log-probability of every action given the log-odds of the leading sets.

        Args:
            odds: the unknowns, each an array [point] or an interval; of each leading set the
                log-odds of its actions but the first against the first.
            share: of the precision, a number or array [point].

        Returns:
            Action -> array or interval.
        """
        logs: Logs = {}
        at = 0
        for h in self.leading:
            size = len(self.board.choices[h]) - 1
            self._enter(h, odds[at : at + size], logs)
            at += size
        for h in self.order:
            replies = self.differences(h, logs, odds[0] if odds else None)
            self._enter(h, [reply * share for reply in replies], logs)
        return logs

    def misses(self, odds: list[Any], share: Any = 1.0) -> list[Any]:
        """Return by how much the log-odds of the leading sets miss their own logit replies."""
        logs = self.everybody(odds, share)
        replies = [d * share for h in self.leading for d in self.differences(h, logs, odds[0])]
        return [reply - own for reply, own in zip(replies, odds, strict=True)]

    def differences(self, h: int, logs: Logs, like: Any) -> list[Any]:
        """Return precision times what each action of h but the first is worth above the first."""
        board, player = self.board, self.board.owner[h]
        shares = [exponential(x) for x in self.beliefs(h, logs, like)]
        found = []
        for place in range(1, len(board.choices[h])):
            gaps = [
                self._value(board.children[node][place], player, logs)
                - self._value(board.children[node][0], player, logs)
                for node in board.members[h]
            ]
            total = gaps[0]
            for share, gap in zip(shares[1:], gaps[1:], strict=True):
                total = total + share * (gap - gaps[0])
            found.append(_like(total, like) * float(self.precision[player]))
        return found

    def beliefs(self, h: int, logs: Logs, like: Any) -> list[Any]:
        """Return the log-probability of each node of h given that h is reached."""
        if len(self.board.members[h]) == 1:
            return [_like(0.0, like)]
        weights = [self._weight(branches, logs, like) for branches in self.trunk[h]]
        return [
            log_share([other - mine for j, other in enumerate(weights) if j != i])
            for i, mine in enumerate(weights)
        ]

    def _enter(self, h: int, odds: list[Any], logs: Logs) -> None:
        first, *others = self.board.choices[h]
        if not others:
            logs[first] = 0.0
            return
        logs[first] = log_share(list(odds))
        for place, action in enumerate(others):
            mine = odds[place]
            rest = [other - mine for j, other in enumerate(odds) if j != place]
            logs[action] = log_share([-mine, *rest])

    def _weight(self, branches: tuple[int, ...], logs: Logs, like: Any) -> Any:
        total = _like(0.0, like)
        for node in branches:
            via = self.board.via[node]
            if via >= 0:
                total = total + logs[via]
            else:
                # A branch that nature never takes has no weight, with room to stay finite.
                total = total + float(np.log(max(self.board.chance[-1 - via], 1e-300)))
        return total

    def _value(self, node: int, player: int, logs: Logs) -> Any:
        """Return what a player expects at a node, an array, an interval or a plain number."""
        board, kids = self.board, self.board.children[node]
        if not kids:
            return float(board.payoff[node, player])
        values = [self._value(kid, player, logs) for kid in kids]
        if board.infoset[node] < 0:
            odds = [float(board.chance[-1 - board.via[kid]]) for kid in kids]
            return sum(value * p for p, value in zip(odds[1:], values[1:], strict=True)) + (
                values[0] * odds[0]
            )
        total = values[0]
        for kid, value in zip(kids[1:], values[1:], strict=True):
            gap = value - values[0]
            total = total + exponential(_array(logs[board.via[kid]])) * gap
        return total


def _array(x: Any) -> Any:
    return x if isinstance(x, Interval | np.ndarray) else np.asarray(x, dtype=np.float64)


def _like(x: Any, like: Any) -> Any:
    """Spread a plain number over the points or cells of another quantity."""
    if isinstance(x, Interval) or like is None:
        return x if isinstance(x, Interval) else np.atleast_1d(np.asarray(x, dtype=np.float64))
    if isinstance(like, Interval):
        flat = np.zeros_like(like.low)
        return Interval(flat + x, flat + x, flat, flat)
    return np.zeros_like(like) + x


def make_replies(board: Board, precision: Floats) -> Replies | None:
    """Find the fewest unknowns from which the behaviour of all others follows.

    Args:
        board: the game.
        precision: float64[player], for scaled payoffs.

    Returns:
        The map, or None where the tree is large or more than 8 unknowns would be needed.
    """
    if board.n_nodes > MOST_NODES:
        return None
    trunk = tuple(trunk_of(board, h) for h in range(len(board.owner)))
    needs = {h: _needs(board, h, trunk[h]) for h in range(len(board.owner))}
    candidates = [h for h in needs if _returns(h, needs)]
    best: tuple[int, ...] | None = None
    for size in range(min(len(candidates), MOST_UNKNOWNS) + 1):
        options = [c for c in combinations(candidates, size) if _order(needs, c) is not None]
        options = [c for c in options if _coordinates(board, c) <= MOST_UNKNOWNS]
        if options:
            best = min(options, key=lambda c: _coordinates(board, c))
            break
        if size >= (4 if len(candidates) <= 16 else 2):
            break
    if best is None:
        return None
    return Replies(board, precision, best, _order(needs, best) or (), trunk)


def _coordinates(board: Board, sets: tuple[int, ...]) -> int:
    return sum(len(board.choices[h]) - 1 for h in sets)


def trunk_of(board: Board, h: int) -> tuple[tuple[int, ...], ...]:
    """Return the branches to each node of h without those that have the same move for all."""
    paths = [board.path(node) for node in board.members[h]]
    common = set.intersection(*({board.via[n] for n in path} for path in paths))
    return tuple(tuple(n for n in path if board.via[n] not in common) for path in paths)


def _needs(board: Board, h: int, trunk: tuple[tuple[int, ...], ...]) -> set[int]:
    """Return the information sets whose behaviour enters the reply at h."""
    found = {board.infoset[board.parent[n]] for path in trunk for n in path}
    queue = [kid for node in board.members[h] for kid in board.children[node]]
    while queue:
        node = queue.pop()
        found.add(board.infoset[node])
        queue.extend(board.children[node])
    return {g for g in found if g >= 0 and len(board.choices[g]) > 1}


def _returns(h: int, needs: dict[int, set[int]]) -> bool:
    """Tell whether the reply at h depends on itself through others."""
    seen: set[int] = set()
    queue = list(needs[h])
    while queue:
        g = queue.pop()
        if g == h:
            return True
        if g not in seen:
            seen.add(g)
            queue.extend(needs[g])
    return False


def _order(needs: dict[int, set[int]], leading: tuple[int, ...]) -> tuple[int, ...] | None:
    """Order the other sets so that each needs only earlier ones; None where that cannot be."""
    known, left = set(leading), [h for h in needs if h not in leading]
    found: list[int] = []
    while left:
        ready = [h for h in left if needs[h] <= known]
        if not ready:
            return None
        found += ready
        known.update(ready)
        left = [h for h in left if h not in known]
    return tuple(found)
