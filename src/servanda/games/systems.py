"""The conditions of an equilibrium with given supports as equations and inequalities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from servanda.games.beliefs import Earlier, earlier_sets
from servanda.games.board import Board
from servanda.games.supports import Support

__all__ = ["INSIDE", "SLACK", "Block", "Region", "System", "systems"]

Floats = NDArray[np.float64]

# Inequalities may be missed by this, in scaled payoffs; supports end this close to 0 and 1.
SLACK = 1e-10
INSIDE = 1e-9


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
    """

    point: Floats
    ranges: dict[tuple[int, int], tuple[float, float]]


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
