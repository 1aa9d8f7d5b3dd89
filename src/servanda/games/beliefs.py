"""Beliefs at information sets, where they come from, and whether choices are best given them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from servanda.games.board import Board, board_of

if TYPE_CHECKING:
    from servanda.games.tree import Tree

__all__ = ["Earlier", "bayes", "beliefs", "earlier_sets", "mismatch", "regret", "sequential_regret"]

Floats = NDArray[np.float64]


def beliefs(tree: Tree, behaviour: Floats, values: Mapping[str, float] | None = None) -> Floats:
    """Return what players believe by Bayes' rule when everybody behaves as given.

    Args:
        tree: the game.
        behaviour: float64[action], summing to one at every information set.
        values: parameters; the others keep their default.

    Returns:
        float64[node]: the probability of a decision node given its information set; nan where
        the set is never reached and at other nodes.

    Examples:
        >>> from servanda.games import read_efg
        >>> tree = read_efg('''EFG 2 R "" { "a" "b" }
        ... p "" 1 1 "" { "l" "r" } 0
        ... p "" 2 1 "" { "x" "y" } 0
        ... t "" 1 "" { 1 1 }
        ... t "" 2 "" { 0 0 }
        ... p "" 2 1 "" { "x" "y" } 0
        ... t "" 3 "" { 0 0 }
        ... t "" 4 "" { 1 1 }''')
        >>> beliefs(tree, np.array([0.25, 0.75, 1.0, 0.0]))[[0, 1, 4]]
        array([1.  , 0.25, 0.75])
    """
    return bayes(board_of(tree, values), np.asarray(behaviour, dtype=np.float64))


def sequential_regret(
    tree: Tree, behaviour: Floats, held: Floats, values: Mapping[str, float] | None = None
) -> float:
    """Return the most that anybody could gain by another choice at a single information set.

    By the one-deviation principle 0 means that behaviour is sequentially rational given beliefs
    that follow Bayes' rule along each player's own moves (Hendon, Jacobsen & Sloth 1996).

    Args:
        tree: the game.
        behaviour: float64[action].
        held: float64[node], beliefs; sets with nan are left out.
        values: parameters; the others keep their default.

    Returns:
        The gain as a share of the range of that player's payoffs.
    """
    return regret(board_of(tree, values), behaviour, held, everywhere=False)


def bayes(board: Board, behaviour: Floats) -> Floats:
    """Return float64[node], the beliefs by Bayes' rule; nan where it says nothing."""
    reach = board.reach(behaviour[:, None])[:, 0]
    found = np.full(board.n_nodes, np.nan)
    for nodes in board.members:
        total = reach[list(nodes)].sum()
        if total > 0.0:
            found[list(nodes)] = reach[list(nodes)] / total
    return found


def gains(board: Board, behaviour: Floats, held: Floats, h: int) -> Floats:
    """Return what each action of set h is worth to its player given beliefs, float64[action]."""
    value = board.value(behaviour[:, None])[:, board.owner[h], 0]
    nodes = board.members[h]
    table = np.array([value[list(board.children[node])] for node in nodes])
    worth: Floats = held[list(nodes)] @ table
    return worth


def regret(board: Board, behaviour: Floats, held: Floats, *, everywhere: bool = True) -> float:
    """Return the largest gain from another choice at one set, in scaled payoffs.

    Args:
        board: the game.
        behaviour: float64[action].
        held: float64[node], beliefs.
        everywhere: whether beliefs are needed at every set; else sets with nan are left out.

    Returns:
        The gain; infinite where beliefs or behaviour that count are nan.
    """
    worst = 0.0
    for h, nodes in enumerate(board.members):
        if everywhere or np.isfinite(held[list(nodes)]).all():
            worth = gains(board, behaviour, held, h)
            gain = float(worth.max() - worth @ behaviour[list(board.choices[h])])
            worst = max(worst, gain) if np.isfinite(gain) else np.inf
    return worst


def mismatch(board: Board, behaviour: Floats, held: Floats) -> float:
    """Return how far beliefs are from Bayes' rule at the sets that are reached.

    It is infinite where Bayes' rule gives a belief and none is held.
    """
    right = bayes(board, behaviour)
    apart = np.abs(right - held)[np.isfinite(right)]
    return float(np.where(np.isnan(apart), np.inf, apart).max(initial=0.0))


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier information set through which every node of a later one passes.

    Attributes:
        infoset: the earlier set.
        roots: its node above each node of the later set.
        paths: for each node of the later set the nodes after ``roots``, whose branches count;
            the choice at the earlier set is left out where it is the same for all, for then it
            says nothing.
    """

    infoset: int
    roots: tuple[int, ...]
    paths: tuple[tuple[int, ...], ...]


def earlier_sets(board: Board, h: int) -> tuple[Earlier, ...]:
    """Return the information sets that may settle beliefs at h, the nearest first."""
    ways = [[0, *board.path(node)] for node in board.members[h]]
    found: list[tuple[int, Earlier]] = []
    shared = set.intersection(*({board.infoset[n] for n in way[:-1]} for way in ways))
    for g in shared - {-1}:
        cuts = [next(i for i, n in enumerate(way) if board.infoset[n] == g) for way in ways]
        tails = [way[cut + 1 :] for way, cut in zip(ways, cuts, strict=True)]
        if len({board.via[tail[0]] for tail in tails}) == 1:
            tails = [tail[1:] for tail in tails]
        roots = tuple(way[cut] for way, cut in zip(ways, cuts, strict=True))
        found.append((-min(cuts), Earlier(g, roots, tuple(map(tuple, tails)))))
    return tuple(
        earlier for _, earlier in sorted(found, key=lambda pair: (pair[0], pair[1].infoset))
    )
