"""Trees of decisions as estimation needs them: who moves where, and where each path ends."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from servanda.domain.errors import ModelError
from servanda.games.tree import CHANCE, DECISION, Tree

__all__ = ["NAMED", "Move", "Shape", "Slot", "named_shape", "shape_of"]


@dataclass(frozen=True, slots=True)
class Move:
    """A node of a tree.

    Attributes:
        player: the place of who moves; -1 for nature, -2 where the game ends.
        children: the nodes that follow, in order of the actions.
        chances: the probability of each child, for nature.
        end: the place of the end, -1 where the game goes on.
        actions: labels of the actions.
    """

    player: int
    children: tuple[int, ...] = ()
    chances: tuple[float, ...] = ()
    end: int = -1
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """Where an equation stands: the utility of a player at ends of the game.

    Attributes:
        player: whose utility.
        ends: at which ends; the equation is added at each.
    """

    player: int
    ends: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A tree without covariates.

    Attributes:
        name: ``egame12`` or the title of a game.
        players: their names; of the named models ``1``, ``2``, ``3``.
        moves: nodes, a parent before its children; the first is the root.
        ends: the outcome of each end; ends with one label are told apart by nobody who only sees
            how the game ended.
        fixed: [player][end], the part of a payoff that is not estimated.
        slots: the utilities that the equations of a formula fill, in their order; empty where
            the formula names them.
        indicators: which actions, told by 0 and 1 columns, lead to which end: a tuple for each
            end with 0, 1 or None (not played) for each column; empty where the tree has none.
        tree: the game it was made of, if any.
    """

    name: str
    players: tuple[str, ...]
    moves: tuple[Move, ...]
    ends: tuple[str, ...]
    fixed: tuple[tuple[float, ...], ...]
    slots: tuple[Slot, ...] = ()
    indicators: tuple[tuple[int | None, ...], ...] = ()
    tree: Tree | None = None

    @property
    def perfect(self) -> bool:
        """Whether every mover knows all earlier moves, so that the tree is solved from its ends."""
        return self.tree is None or _all_alone(self.tree)

    def paths(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """Return for each end the (node, action) pairs that lead to it."""
        found: dict[int, tuple[tuple[int, int], ...]] = {0: ()}
        ends: list[tuple[tuple[int, int], ...]] = [()] * len(self.ends)
        for node, move in enumerate(self.moves):
            if move.end >= 0:
                ends[move.end] = found[node]
            for action, child in enumerate(move.children):
                found[child] = (*found[node], (node, action))
        return tuple(ends)

    def moves_twice(self) -> str:
        """Return the name of a player who moves twice on one path; empty if there is none."""
        for path in self.paths():
            movers = [self.moves[node].player for node, _ in path]
            for player in range(len(self.players)):
                if movers.count(player) > 1:
                    return self.players[player]
        return ""


def _named(
    name: str,
    moves: tuple[Move, ...],
    slots: tuple[tuple[int, int], ...],
    indicators: tuple[tuple[int | None, ...], ...],
) -> Shape:
    players = tuple(str(p + 1) for p in range(1 + max(move.player for move in moves)))
    ends = tuple(f"end {i + 1}" for i in range(len(indicators)))
    fixed = tuple(tuple(0.0 for _ in ends) for _ in players)
    placed = tuple(Slot(player, (end,)) for player, end in slots)
    return Shape(name, players, moves, ends, fixed, placed, indicators)


def _end(place: int) -> Move:
    return Move(-2, end=place)


# The trees of Signorino (2003) and of the R package `games`: left ends first.
NAMED = {
    "egame12": _named(
        "egame12",
        (Move(0, (1, 2)), _end(0), Move(1, (3, 4)), _end(1), _end(2)),
        ((0, 0), (0, 1), (0, 2), (1, 2)),
        ((0, None), (1, 0), (1, 1)),
    ),
    "egame122": _named(
        "egame122",
        (Move(0, (1, 4)), Move(1, (2, 3)), _end(0), _end(1), Move(1, (5, 6)), _end(2), _end(3)),
        ((0, 0), (0, 1), (0, 2), (0, 3), (1, 1), (1, 3)),
        ((0, 0), (0, 1), (1, 0), (1, 1)),
    ),
    "egame123": _named(
        "egame123",
        (
            Move(0, (1, 2)), _end(0), Move(1, (3, 4)), _end(1), Move(2, (5, 6)), _end(2), _end(3),
        ),
        ((0, 0), (0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (1, 3), (2, 3)),
        ((0, None, None), (1, 0, None), (1, 1, 0), (1, 1, 1)),
    ),
}  # fmt: skip


def named_shape(name: str) -> Shape:
    """Return a tree by name: egame12, egame122 or egame123.

    Raises:
        ModelError: there is none of that name (SV968).

    Examples:
        >>> named_shape("egame12").slots[-1]
        Slot(player=1, ends=(2,))
    """
    if name not in NAMED:
        raise ModelError(f"there is no model '{name}'; there are {', '.join(NAMED)}", "SV968")
    return NAMED[name]


def shape_of(tree: Tree) -> Shape:
    """Return the shape of a declared game; its payoffs at default values are what is not estimated.

    Ends take the label of their outcome, or else that of the last action, or else, where that
    comes twice, all actions on the way.

    Raises:
        ModelError: the game has no decision, or chances without a value (SV856).

    Examples:
        >>> from servanda.games import read_efg
        >>> shape = shape_of(read_efg('''EFG 2 R "entry" { "firm" "rival" }
        ... p "" 1 1 "" { "stay out" "enter" } 0
        ... t "" 1 "" { 0 2 }
        ... p "" 2 1 "" { "fight" "share" } 0
        ... t "" 2 "" { -1 0 }
        ... t "" 3 "" { 1 1 }'''))
        >>> shape.ends, shape.fixed
        (('stay out', 'fight', 'share'), ((0.0, -1.0, 1.0), (2.0, 0.0, 1.0)))
    """
    chances = tree.chance()[0]
    moves: list[Move] = []
    for node in range(tree.n_nodes):
        edges = slice(tree.first[node], tree.first[node] + tree.count[node])
        children = tuple(int(c) for c in tree.child[edges])
        how = [int(m) for m in tree.move[edges]]
        if tree.kind[node] == DECISION:
            labels = tuple(tree.action_names[m] for m in how)
            moves.append(Move(int(tree.owner[tree.infoset[node]]), children, actions=labels))
        elif tree.kind[node] == CHANCE:
            labels = tuple(tree.chance_names[m] for m in how) if tree.chance_names else ()
            odds = tuple(float(chances[m]) for m in how)
            moves.append(Move(-1, children, odds, actions=labels))
        else:
            moves.append(Move(-2, end=int(tree.terminal[node])))
    if not any(move.player >= 0 for move in moves):
        raise ModelError("nobody decides anything in this game", "SV968")
    pay = tree.payoffs()[0]
    fixed = tuple(tuple(float(x) for x in pay[:, p]) for p in range(tree.n_players))
    blank = ("",) * tree.n_terminals
    bare = Shape(tree.title, tree.players, tuple(moves), blank, fixed, tree=tree)
    return replace(bare, ends=_labels(tree, bare))


def _labels(tree: Tree, shape: Shape) -> tuple[str, ...]:
    """Return a label for each end."""
    ways = []
    for path in shape.paths():
        steps = [(shape.moves[node], action) for node, action in path]
        ways.append([m.actions[a] if m.actions else str(a + 1) for m, a in steps])
    last = [way[-1] for way in ways]
    return tuple(
        tree.outcome_names[end] or (last[end] if last.count(last[end]) == 1 else " / ".join(way))
        for end, way in enumerate(ways)
    )


def _all_alone(tree: Tree) -> bool:
    sets = tree.infoset[tree.kind == DECISION]
    return len(sets) == len(np.unique(sets))
