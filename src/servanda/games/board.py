"""One game with numbers for payoffs and chances, ready for the solvers that enumerate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.games.tree import Tree

__all__ = ["Board", "board_of", "excerpt"]

Floats = NDArray[np.float64]

LARGEST = 1e100  # payoffs beyond it cannot be added, scaled and compared


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """A tree as lists, in the numbering of nodes, information sets and actions of its `Tree`.

    Attributes:
        parent: [node], -1 for the root.
        via: [node], how its parent leads to it: an action >= 0, or -1 - c for chance edge c.
        children: [node][place]; at a decision node in the order of its actions.
        infoset: [node], -1 where nobody decides.
        payoff: float64[node, player], 0 at inner nodes; scaled to a range of 1 for each player.
        chance: float64[chance edge].
        owner: [infoset], the player.
        choices: [infoset], its actions (global indices).
        members: [infoset], its nodes.
        scale, shift: float64[player]; payoff in its own unit = shift + scale * payoff.
        n_players, n_actions: sizes.
    """

    parent: tuple[int, ...]
    via: tuple[int, ...]
    children: tuple[tuple[int, ...], ...]
    infoset: tuple[int, ...]
    payoff: Floats
    chance: Floats
    owner: tuple[int, ...]
    choices: tuple[tuple[int, ...], ...]
    scale: Floats
    shift: Floats
    n_actions: int
    members: tuple[tuple[int, ...], ...] = field(init=False)

    def __post_init__(self) -> None:
        """Collect the nodes of each information set."""
        members: list[list[int]] = [[] for _ in self.owner]
        for node, h in enumerate(self.infoset):
            if h >= 0:
                members[h].append(node)
        object.__setattr__(self, "members", tuple(tuple(nodes) for nodes in members))

    @property
    def n_players(self) -> int:
        """The number of players."""
        return int(self.payoff.shape[1])

    @property
    def n_nodes(self) -> int:
        """The number of nodes."""
        return len(self.parent)

    def reach(self, behaviour: Floats) -> Floats:
        """Return the probability of reaching each node.

        Args:
            behaviour: float64[action, batch].

        Returns:
            float64[node, batch].
        """
        found = np.ones((self.n_nodes, behaviour.shape[1]))
        for node in range(1, self.n_nodes):
            found[node] = found[self.parent[node]] * self.branch(node, behaviour)
        return found

    def value(self, behaviour: Floats) -> Floats:
        """Return what each player expects at each node.

        Args:
            behaviour: float64[action, batch].

        Returns:
            float64[node, player, batch], in scaled payoffs.
        """
        found = np.zeros((self.n_nodes, self.n_players, behaviour.shape[1]))
        found += self.payoff[:, :, None]
        for node in range(self.n_nodes - 1, 0, -1):
            found[self.parent[node]] += found[node] * self.branch(node, behaviour)
        return found

    def branch(self, node: int, behaviour: Floats) -> Floats | float:
        """Return the probability of the branch into a node, [batch] or a number."""
        via = self.via[node]
        return behaviour[via] if via >= 0 else float(self.chance[-1 - via])

    def path(self, node: int) -> list[int]:
        """Return the nodes from the one below the root down to this one."""
        found = []
        while self.parent[node] >= 0:
            found.append(node)
            node = self.parent[node]
        return found[::-1]

    def own(self, values: Floats) -> Floats:
        """Return scaled values float64[player] in the players' own units."""
        return self.shift + self.scale * values


def board_of(tree: Tree, values: Mapping[str, float] | None = None) -> Board:
    """Put numbers into a tree.

    Args:
        tree: the game.
        values: parameters; the others keep their default.

    Returns:
        The game with numbers, payoffs scaled to [0, 1] for every player.

    Raises:
        ModelError: as `Tree.payoffs` and `Tree.chance`.
    """
    payoffs = tree.payoffs(values)[0]
    low = payoffs.min(axis=0)
    high = payoffs.max(axis=0)
    if max(np.abs(low).max(), np.abs(high).max()) > LARGEST:
        worst = max(-low.min(), high.max())
        message = f"a payoff of size {worst:g} is too large to compute with; at most {LARGEST:g}"
        raise ModelError(message, "SV853")
    spread = high - low
    spread[spread == 0.0] = 1.0
    kids, via = [], [-1] * tree.n_nodes
    for node in range(tree.n_nodes):
        edges = range(tree.first[node], tree.first[node] + tree.count[node])
        kids.append(tuple(int(tree.child[e]) for e in sorted(edges, key=lambda e: tree.move[e])))
        for edge in edges:
            move = int(tree.move[edge])
            via[tree.child[edge]] = move if tree.infoset[node] >= 0 else -1 - move
    scaled = np.zeros((tree.n_nodes, tree.n_players))
    ends = tree.terminal >= 0
    scaled[ends] = (payoffs[tree.terminal[ends]] - low) / spread
    return Board(
        parent=tuple(tree.parents().tolist()),
        via=tuple(via),
        children=tuple(kids),
        infoset=tuple(tree.infoset.tolist()),
        payoff=scaled,
        chance=tree.chance(values)[0],
        owner=tuple(tree.owner.tolist()),
        choices=tuple(
            tuple(range(a, a + n)) for a, n in zip(tree.action0, tree.actions, strict=True)
        ),
        scale=spread,
        shift=low,
        n_actions=tree.n_actions,
    )


def excerpt(board: Board, root: int, ends: Mapping[int, Floats]) -> tuple[Board, Sequence[int]]:
    """Cut a subgame out of a game.

    Args:
        board: the whole game.
        root: the node where the subgame begins.
        ends: nodes of it to be treated as its ends, with the payoffs float64[player] there.

    Returns:
        The subgame, whose actions keep their numbers, and its information sets by their numbers
        in the whole game.
    """
    kept: list[int] = []
    queue = [root]
    while queue:
        node = queue.pop()
        kept.append(node)
        if node not in ends:
            queue.extend(reversed(board.children[node]))
    place = {node: i for i, node in enumerate(kept)}
    sets = sorted({board.infoset[n] for n in kept if n not in ends and board.infoset[n] >= 0})
    number = {h: i for i, h in enumerate(sets)}
    payoff = np.array([ends.get(n, board.payoff[n]) for n in kept])
    part = Board(
        parent=tuple(place[board.parent[n]] if n != root else -1 for n in kept),
        via=tuple(board.via[n] for n in kept),
        children=tuple(
            () if n in ends else tuple(place[c] for c in board.children[n]) for n in kept
        ),
        infoset=tuple(
            -1 if n in ends or board.infoset[n] < 0 else number[board.infoset[n]] for n in kept
        ),
        payoff=payoff,
        chance=board.chance,
        owner=tuple(board.owner[h] for h in sets),
        choices=tuple(board.choices[h] for h in sets),
        scale=board.scale,
        shift=board.shift,
        n_actions=board.n_actions,
    )
    return part, sets
