"""Beliefs in a logit equilibrium, also at information sets that are hardly ever reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from servanda.games.tree import Tree

__all__ = ["beliefs_of"]

Floats = NDArray[np.float64]


def beliefs_of(
    tree: Tree, action: Floats, pay: Floats, precision: Floats, chance: Floats
) -> Floats:
    """Return the beliefs of one draw.

    Args:
        tree: the game.
        action: float64[action], a logit equilibrium.
        pay: float64[terminal x player], payoffs row by row.
        precision: float64[player].
        chance: float64[chance edge].

    Returns:
        float64[node], by Bayes' rule; NaN where there is none. A probability too small for a
        number counts with its logarithm, formed again from the payoffs.
    """
    with np.errstate(divide="ignore"):
        logs, odds = np.log(action), np.log(chance)
    found = _beliefs(tree, logs, odds)
    for _ in range(tree.owner.size):
        if not np.isneginf(logs).any():
            break
        worth = _worth(tree, pay, action, chance)
        _refill(tree, worth, precision, found, logs)
        found = _beliefs(tree, logs, odds)
    return found


def _edges(tree: Tree, node: int) -> slice:
    return slice(tree.first[node], tree.first[node] + tree.count[node])


def _inside(tree: Tree, h: int) -> NDArray[np.intp]:
    return np.flatnonzero((tree.kind == 1) & (tree.infoset == h))


def _beliefs(tree: Tree, logs: Floats, odds: Floats) -> Floats:
    """Beliefs at decision nodes from the logarithms of all probabilities."""
    reach = np.zeros(tree.kind.size)
    for node in range(tree.kind.size):
        edges = _edges(tree, node)
        source = odds if tree.kind[node] == 2 else logs
        reach[tree.child[edges]] = reach[node] + source[tree.move[edges]]
    found = np.full(tree.kind.size, np.nan)
    for h in range(tree.owner.size):
        nodes = _inside(tree, h)
        if len(nodes) == 1:
            found[nodes] = 1.0
        elif np.isfinite(reach[nodes].max(initial=-np.inf)):
            weight = np.exp(reach[nodes] - reach[nodes].max())
            found[nodes] = weight / weight.sum()
    return found


def _worth(tree: Tree, pay: Floats, action: Floats, chance: Floats) -> Floats:
    """Expected payoffs [node, player] from each node on."""
    rows = pay.reshape(tree.n_terminals, len(tree.players))
    worth = np.zeros((tree.kind.size, len(tree.players)))
    for node in reversed(range(tree.kind.size)):
        if tree.kind[node] == 0:
            worth[node] = rows[tree.terminal[node]]
        else:
            edges = _edges(tree, node)
            source = chance if tree.kind[node] == 2 else action
            worth[node] = source[tree.move[edges]] @ worth[tree.child[edges]]
    return worth


def _refill(tree: Tree, worth: Floats, precision: Floats, belief: Floats, logs: Floats) -> None:
    """Write logit log probabilities where a set has one that is too small for a number."""
    for h, player in enumerate(tree.owner):
        acts = slice(tree.action0[h], tree.action0[h] + tree.actions[h])
        nodes = _inside(tree, h)
        if not np.isneginf(logs[acts]).any() or np.isnan(belief[nodes]).any():
            continue
        merit = np.zeros(tree.actions[h])
        for node in nodes:
            merit += belief[node] * worth[tree.child[_edges(tree, node)], player]
        merit *= precision[player]
        top = merit.max()
        logs[acts] = merit - top - np.log(np.exp(merit - top).sum())
