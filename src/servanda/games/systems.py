"""The conditions of an equilibrium with given supports as equations and inequalities."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from servanda.games.beliefs import Earlier, earlier_sets
from servanda.games.board import Board
from servanda.games.boxes import corners
from servanda.games.supports import Support

__all__ = ["INSIDE", "ODD", "SLACK", "Block", "Region", "System", "divided", "outside", "systems"]

Floats = NDArray[np.float64]
Conditions = Callable[[Floats], tuple[Floats, Floats]]

# Inequalities may be missed by this, in scaled payoffs; supports end this close to 0 and 1.
SLACK = 1e-10
INSIDE = 1e-9
# Values at corners below this size are taken for rounding.
ROUNDING = 1e-13
POSITIVE = 1e-6
# Numbers at which no condition vanishes by chance.
ODD = np.array([0.3819660113, 0.2360679775, 0.4142135624, 0.3027756377, 0.1622776602])


@dataclass(frozen=True, slots=True)
class Block:
    """A probability distribution to be found: over actions, or over the nodes of a set.

    The last of ``places`` takes what the others, the unknowns of the block, leave over.
    """

    kind: Literal["behaviour", "belief"]
    infoset: int
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """A solution of a system, or a continuum of them.

    Attributes:
        point: float64[unknown], one solution.
        ranges: (block, place in it) -> lowest and highest probability; only those that vary.
        unconfirmed: (block, place in it) of what seems to vary, where it could not be shown how
            far.
    """

    point: Floats
    ranges: dict[tuple[int, int], tuple[float, float]]
    unconfirmed: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """One case: supports at every set, and which beliefs follow from what.

    Attributes:
        board: the game.
        support: actions of positive probability.
        blocks: what is unknown.
        settled: [infoset], the earlier set that settles beliefs there, or None.
        reached: [infoset], whether the set is reached with positive probability.
    """

    board: Board
    support: Support
    blocks: tuple[Block, ...]
    settled: tuple[Earlier | None, ...]
    reached: tuple[bool, ...]

    @property
    def unknowns(self) -> int:
        """The number of unknowns."""
        return sum(len(block.places) - 1 for block in self.blocks)

    def spread(self, points: Floats) -> tuple[Floats, Floats]:
        """Turn unknowns into behaviour and weights of nodes.

        Args:
            points: float64[point, unknown].

        Returns:
            Behaviour float64[action, point], and float64[node, point]: the weights of the nodes
            of an information set, which are its beliefs up to a common factor.
        """
        board, count = self.board, len(points)
        behaviour = np.zeros((board.n_actions, count))
        weights = np.ones((board.n_nodes, count))
        for support in self.support:
            behaviour[support[0]] = 1.0
        at = 0
        for block in self.blocks:
            target = behaviour if block.kind == "behaviour" else weights
            if block.kind == "belief":
                target[list(board.members[block.infoset])] = 0.0
            size = len(block.places) - 1
            part = points[:, at : at + size].T
            target[list(block.places[:-1])] = part
            target[block.places[-1]] = 1.0 - part.sum(axis=0)
            at += size
        reach = board.reach(behaviour)
        for h in self._from_above():
            self._weigh(h, behaviour, reach, weights)
        return behaviour, weights

    def conditions(self, points: Floats) -> tuple[Floats, Floats]:
        """Return indifference within supports (to be 0) and all that has to be >= 0.

        Args:
            points: float64[point, unknown].

        Returns:
            float64[point, equation] and float64[point, inequality].
        """
        behaviour, weights = self.spread(points)
        value = self.board.value(behaviour)
        equal: list[Floats] = []
        least: list[Floats] = [
            1.0 - points[:, at].sum(axis=1) for at in self.columns() if len(at) > 1
        ]
        for h, support in enumerate(self.support):
            player, nodes = self.board.owner[h], self.board.members[h]
            worth = np.zeros((len(self.board.choices[h]), len(points)))
            for node in nodes:
                kids = self.board.children[node]
                worth += weights[node] * value[list(kids), player]
            first = self.board.choices[h][0]
            best = worth[support[0] - first]
            for action in self.board.choices[h]:
                if action in support[1:]:
                    equal.append(worth[action - first] - best)
                elif action not in support:
                    least.append(best - worth[action - first])
        return _table(equal, len(points)), _table(least, len(points))

    def regret(self, points: Floats) -> Floats:
        """Return the most that anybody gains by another action at one set given beliefs there.

        Unlike in `conditions` beliefs sum to 1, so that a set that is hardly reached counts as
        much as any other.

        Args:
            points: float64[point, unknown], inside the support.

        Returns:
            float64[point], in scaled payoffs; infinite where a set has no beliefs.
        """
        behaviour, weights = self.spread(points)
        value = self.board.value(behaviour)
        worst = np.zeros(len(points))
        with np.errstate(divide="ignore", invalid="ignore"):
            for h, nodes in enumerate(self.board.members):
                kids = np.array([self.board.children[node] for node in nodes])
                held = weights[list(nodes)] / weights[list(nodes)].sum(axis=0)
                worth = np.einsum("np,nap->ap", held, value[kids, self.board.owner[h]])
                played = (worth * behaviour[list(self.board.choices[h])]).sum(axis=0)
                worst = np.maximum(worst, worth.max(axis=0) - played)
        return np.where(np.isnan(worst), np.inf, worst)

    def columns(self) -> list[list[int]]:
        """Return the unknowns of each block."""
        found, at = [], 0
        for block in self.blocks:
            found.append(list(range(at, at + len(block.places) - 1)))
            at += len(block.places) - 1
        return found

    def block_of(self, unknown: int) -> int:
        """Return the number of the block of an unknown."""
        return next(b for b, columns in enumerate(self.columns()) if unknown in columns)

    def _from_above(self) -> list[int]:
        return sorted(range(len(self.board.owner)), key=lambda h: self.board.members[h][0])

    def _weigh(self, h: int, behaviour: Floats, reach: Floats, weights: Floats) -> None:
        nodes = self.board.members[h]
        earlier = self.settled[h]
        if self.reached[h]:
            weights[list(nodes)] = reach[list(nodes)]
        elif earlier is not None:
            for node, root, path in zip(nodes, earlier.roots, earlier.paths, strict=True):
                weight = weights[root].copy()
                for step in path:
                    weight = weight * self.board.branch(step, behaviour)
                weights[node] = weight


def divided(system: System) -> Conditions:
    """Return the conditions without factors that are positive inside the support.

    An action off whose path nothing matters makes every condition there vanish with its
    probability, and its zeros hide whether there are others. What is affine in an unknown u and
    vanishes where u = 0 is u times its value at u = 1; and likewise for 1 - u.

    Args:
        system: at most some 10 unknowns, for all corners are looked at.

    Returns:
        Equations and inequalities as of `System.conditions`, in the same order.
    """
    unknowns = system.unknowns
    ends = corners(np.zeros((1, unknowns)), np.ones((1, unknowns)))[0]
    table = np.abs(np.concatenate(system.conditions(ends), axis=1))
    # Where to take each condition: nan for the unknown's own value.
    taken = np.full((table.shape[1], unknowns), np.nan)
    for block, columns in zip(system.blocks, system.columns(), strict=True):
        for unknown in columns if block.kind == "behaviour" else []:
            for side in (0.0, 1.0):
                on_face = table[ends[:, unknown] == side].max(axis=0, initial=0.0) < ROUNDING
                taken[on_face & np.isnan(taken[:, unknown]), unknown] = 1.0 - side
    kinds, kind_of = np.unique(np.nan_to_num(taken, nan=2.0), axis=0, return_inverse=True)

    def conditions(points: Floats) -> tuple[Floats, Floats]:
        found = np.empty((len(points), table.shape[1]))
        equations = 0
        for number, kind in enumerate(kinds):
            equal, least = system.conditions(np.where(kind < 2.0, kind, points))
            equations, mine = equal.shape[1], kind_of.ravel() == number
            found[:, mine] = np.concatenate([equal, least], axis=1)[:, mine]
        return found[:, :equations], found[:, equations:]

    return conditions


def outside(system: System) -> bool:
    """Prove, if so, that no solution has every action of its support.

    What is affine in each unknown is inside the box a mixture of its values at all corners. So a
    combination of the conditions that no solution makes positive, and that is nowhere negative
    at the corners but somewhere positive, is positive wherever all unknowns are inside. A linear
    programme looks for one.

    Args:
        system: the conditions; at most 10 unknowns.

    Returns:
        Whether it is proven, up to rounding.
    """
    # The linear programmes are slow to import and rarely needed.
    from scipy.optimize import linprog

    count = system.unknowns
    equal, least = system.conditions(corners(np.zeros((1, count)), np.ones((1, count)))[0])
    table = np.concatenate([equal, -least], axis=1)
    if not table.shape[1]:
        return False
    signs = [(-1.0, 1.0)] * equal.shape[1] + [(0.0, 1.0)] * least.shape[1]
    answer = linprog(-table.sum(axis=0), A_ub=-table, b_ub=np.zeros(len(table)), bounds=signs)
    if answer.x is None:
        return False
    mixed = table @ answer.x
    if mixed.min() < -10 * ROUNDING * (1.0 + np.abs(answer.x).sum()):
        return False
    # Beliefs may be 0 or 1, so that it has to be positive somewhere whichever of these they are.
    believed = np.zeros(count, dtype=np.int64)
    for block, columns in zip(system.blocks, system.columns(), strict=True):
        believed[columns] = block.kind == "belief"
    groups = np.arange(2**count) & int((believed << np.arange(count)).sum())
    return all(mixed[groups == group].max() > POSITIVE for group in np.unique(groups))


def systems(board: Board, support: Support) -> Iterator[System]:
    """Give the cases of one choice of supports.

    There is one, unless beliefs at a set that is never reached settle those at a later one: then
    which of its nodes have positive probability makes a difference, and each case comes in turn.

    Args:
        board: the game.
        support: the actions of positive probability at every set.

    Yields:
        Systems of conditions.
    """
    mixing = [Block("behaviour", h, acts) for h, acts in enumerate(support) if len(acts) > 1]
    live = _reached_nodes(board, support)
    reached = tuple(any(node in live for node in nodes) for nodes in board.members)
    loose = [h for h, nodes in enumerate(board.members) if not reached[h] and len(nodes) > 1]
    loose.sort(key=lambda h: board.members[h][0])
    above = {h: earlier_sets(board, h) for h in loose}
    leading = {earlier.infoset for found in above.values() for earlier in found} & set(loose)
    options = [_node_sets(board.members[h]) if h in leading else [board.members[h]] for h in loose]
    seen: set[tuple[tuple[int, ...], ...]] = set()
    for held in product(*options):
        case = _case(board, support, live, reached, dict(zip(loose, held, strict=True)), above)
        settled, believed = case
        key = tuple(believed.get(h, ()) for h in loose)
        if key in seen:
            continue
        seen.add(key)
        blocks = mixing + [Block("belief", h, nodes) for h, nodes in believed.items()]
        yield System(board, support, tuple(blocks), settled, reached)


def _case(
    board: Board,
    support: Support,
    live: set[int],
    reached: tuple[bool, ...],
    held: dict[int, tuple[int, ...]],
    above: dict[int, tuple[Earlier, ...]],
) -> tuple[tuple[Earlier | None, ...], dict[int, tuple[int, ...]]]:
    """Say for every set off the path what settles its beliefs; the others are to be found."""
    positive = {
        node
        for h, nodes in enumerate(board.members)
        for node in nodes
        if len(nodes) == 1 or (reached[h] and node in live)
    }
    settled: list[Earlier | None] = [None] * len(board.owner)
    believed: dict[int, tuple[int, ...]] = {}
    for h, found in above.items():
        for earlier in found:
            nodes = [
                node
                for node, root, path in zip(
                    board.members[h], earlier.roots, earlier.paths, strict=True
                )
                if root in positive and all(_allowed(board, support, step) for step in path)
            ]
            if nodes:
                settled[h] = earlier
                positive.update(nodes)
                break
        else:
            believed[h] = held[h]
            positive.update(held[h])
    return tuple(settled), believed


def _allowed(board: Board, support: Support, node: int) -> bool:
    via = board.via[node]
    if via < 0:
        return bool(board.chance[-1 - via] > 0.0)
    return via in support[board.infoset[board.parent[node]]]


def _reached_nodes(board: Board, support: Support) -> set[int]:
    live = {0}
    for node in range(1, board.n_nodes):
        if board.parent[node] in live and _allowed(board, support, node):
            live.add(node)
    return live


def _node_sets(nodes: tuple[int, ...]) -> list[tuple[int, ...]]:
    return list(chain.from_iterable(combinations(nodes, size) for size in range(1, len(nodes) + 1)))


def _table(columns: list[Floats], count: int) -> Floats:
    return np.stack(columns, axis=1) if columns else np.zeros((count, 0))
