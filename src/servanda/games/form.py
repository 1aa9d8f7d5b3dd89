"""A game in strategic form: everybody chooses once, nobody sees the others' choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.games.tree import CHANCE, DECISION, TERMINAL, Tree

__all__ = ["MAX_CELLS", "Form", "form_of", "pure_strategies", "strategy_names"]

MAX_CELLS = 1_000_000
MAX_WORK = 200_000_000

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A strategic form.

    Attributes:
        title: what the game is called.
        players: their names.
        strategies: the labels of each player's strategies.
        payoffs: float64[strategy of player 1, ..., strategy of player n, player].
        note: what the file says about itself.

    Examples:
        >>> from servanda.games import read_nfg
        >>> form = read_nfg('NFG 1 R "chicken" { "A" "B" } { 2 2 } 2 2 3 1 1 3 0 0')
        >>> form.shape, form.payoffs[1, 0].tolist()
        ((2, 2), [3.0, 1.0])
    """

    title: str
    players: tuple[str, ...]
    strategies: tuple[tuple[str, ...], ...]
    payoffs: Floats
    note: str = ""

    @property
    def n_players(self) -> int:
        """The number of players."""
        return len(self.players)

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of strategies of each player."""
        return tuple(len(labels) for labels in self.strategies)

    def tree(self) -> Tree:
        """Return the same game as a tree: one information set, named "1", for each player.

        Payoff rows stand in the order of the cells, the last player's strategy running fastest.

        Examples:
            >>> from servanda.games import read_nfg
            >>> read_nfg('NFG 1 R "g" { "A" "B" } { 2 2 } 2 2 3 1 1 3 0 0').tree().infoset_names
            ('1', '1')
        """
        shape, n = self.shape, self.n_players
        kinds, sets, rows, edges, moves = _simultaneous(shape)
        count = np.array([shape[s] if s >= 0 else 0 for s in sets], dtype=np.int32)
        first = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int32)
        labels = [label for own in self.strategies for label in own]
        start = np.concatenate([[0], np.cumsum(shape)[:-1]]).astype(np.int32)
        return Tree(
            title=self.title,
            players=self.players,
            parameters={},
            kind=np.array(kinds, dtype=np.int8),
            infoset=np.array(sets, dtype=np.int32),
            terminal=np.array(rows, dtype=np.int32),
            first=first,
            count=count,
            child=np.array(edges, dtype=np.int32),
            move=np.array(moves, dtype=np.int32),
            owner=np.arange(n, dtype=np.int32),
            action0=start,
            actions=np.array(shape, dtype=np.int32),
            infoset_names=("1",) * n,
            action_names=tuple(labels),
            outcome_names=("",) * prod(shape),
            payoff=np.ascontiguousarray(self.payoffs.reshape(-1, n)),
            probability=np.zeros(0),
            node_names=("",) * len(kinds),
            note=self.note,
        )


def _simultaneous(
    shape: tuple[int, ...],
) -> tuple[list[int], list[int], list[int], list[int], list[int]]:
    """Lay out the tree of a strategic form in preorder: kinds, sets, rows, edges, moves."""
    below = [1]  # nodes of a subtree, from the last player upwards
    for size in reversed(shape):
        below.append(1 + size * below[-1])
    below.reverse()
    start = [sum(shape[:i]) for i in range(len(shape))]
    kinds: list[int] = []
    sets: list[int] = []
    rows: list[int] = []
    edges: list[int] = []
    moves: list[int] = []
    levels = [0]
    row = 0
    while levels:
        level = levels.pop()
        node = len(kinds)
        if level == len(shape):
            kinds.append(TERMINAL)
            sets.append(-1)
            rows.append(row)
            row += 1
            continue
        kinds.append(DECISION)
        sets.append(level)
        rows.append(-1)
        edges += [node + 1 + i * below[level + 1] for i in range(shape[level])]
        moves += [start[level] + i for i in range(shape[level])]
        levels += [level + 1] * shape[level]
    return kinds, sets, rows, edges, moves


def pure_strategies(tree: Tree, player: int) -> Ints:
    """Return a player's pure strategies, reduced: what own earlier moves rule out stays open.

    Returns:
        int32[strategy, own information set], the action taken, -1 where the set cannot be reached;
        own information sets are those with ``owner == player`` in the order of the tree.

    Raises:
        ModelError: there are more than a million (SV859).
    """
    own = np.flatnonzero(tree.owner == player).tolist()
    before = _own_before(tree, player)
    rows: list[tuple[int, ...]] = [()]
    for place, h in enumerate(own):
        last = before[h]
        choices = range(int(tree.action0[h]), int(tree.action0[h] + tree.actions[h]))
        made: list[tuple[int, ...]] = []
        for row in rows:
            open_ = last < 0 or last in row
            made += [(*row, a) for a in choices] if open_ else [(*row, -1)]
        rows = made
        if len(rows) * (place + 1) > MAX_CELLS:
            _too_large(f"'{tree.players[player]}' has more than {len(rows):,} pure strategies")
    return np.array(rows, dtype=np.int32).reshape(len(rows), len(own))


def strategy_names(tree: Tree, strategies: Ints) -> tuple[str, ...]:
    """Return a label for each strategy: its actions, ``*`` where a set cannot be reached.

    Examples:
        >>> from servanda.games import read_nfg
        >>> tree = read_nfg('NFG 1 R "g" { "A" "B" } { 2 2 } 2 2 3 1 1 3 0 0').tree()
        >>> strategy_names(tree, pure_strategies(tree, 0))
        ('1', '2')
    """
    label = tree.action_names
    return tuple("/".join(label[a] if a >= 0 else "*" for a in row) for row in strategies.tolist())


def form_of(tree: Tree, values: Mapping[str, float] | None = None) -> Form:
    """Return the reduced strategic form of a tree; see `Tree.form`.

    Raises:
        ModelError: it is too large (SV859), or the values do not fit the parameters.
    """
    strategies = [pure_strategies(tree, player) for player in range(tree.n_players)]
    shape = tuple(len(rows) for rows in strategies)
    if prod(shape) > MAX_CELLS or prod(shape) * tree.n_terminals > MAX_WORK:
        size = " x ".join(str(n) for n in shape)
        _too_large(f"the strategic form would have {size} cells")
    payoff = tree.payoffs(values)[0]
    cells = np.zeros((*shape, tree.n_players))
    for row, weight, taken in _paths(tree, tree.chance(values)[0]):
        plays = np.full((), weight)
        for player, own in enumerate(strategies):
            needed = [a for a in taken if tree.owner[_set_of(tree, a)] == player]
            fits = np.ones(len(own))
            for action in needed:
                fits *= (own == action).any(axis=1)
            plays = np.multiply.outer(plays, fits)
        cells += plays[..., None] * payoff[row]
    names = [strategy_names(tree, own) for own in strategies]
    return Form(tree.title, tree.players, _labels(names), cells, tree.note)


def _labels(names: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(label or "-" for label in own) for own in names)


def _set_of(tree: Tree, action: int) -> int:
    return int(np.searchsorted(tree.action0, action, side="right")) - 1


def _paths(tree: Tree, chances: Floats) -> list[tuple[int, float, tuple[int, ...]]]:
    """Return for each terminal its payoff row, nature's probability and the actions on the way."""
    found: list[tuple[int, float, tuple[int, ...]]] = []
    open_: list[tuple[int, float, tuple[int, ...]]] = [(0, 1.0, ())]
    while open_:
        node, weight, taken = open_.pop()
        if tree.kind[node] == TERMINAL:
            found.append((int(tree.terminal[node]), weight, taken))
            continue
        for edge in range(tree.first[node], tree.first[node] + tree.count[node]):
            child, move = int(tree.child[edge]), int(tree.move[edge])
            if tree.kind[node] == CHANCE:
                open_.append((child, weight * float(chances[move]), taken))
            else:
                open_.append((child, weight, (*taken, move)))
    return found


def _own_before(tree: Tree, player: int) -> dict[int, int]:
    """Return for each own information set the own action taken last before it, -1 for none."""
    last = np.full(tree.n_nodes, -1, dtype=np.int32)
    found: dict[int, int] = {}
    for node in range(tree.n_nodes):
        own = tree.kind[node] == DECISION and tree.owner[tree.infoset[node]] == player
        if own:
            found.setdefault(int(tree.infoset[node]), int(last[node]))
        for edge in range(tree.first[node], tree.first[node] + tree.count[node]):
            last[tree.child[edge]] = tree.move[edge] if own else last[node]
    return found


def _too_large(what: str) -> None:
    raise ModelError(
        f"{what}, more than {MAX_CELLS:,} cells or {MAX_WORK:,} steps; "
        "solve the tree itself with concept qre or spe",
        "SV859",
    )
