"""How a game ends: the probability of each outcome under given behaviour, for one or many draws."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from servanda.games.tree import Tree

__all__ = ["outcome_draws", "outcome_names", "outcome_shares"]

Floats = NDArray[np.float64]


def outcome_names(tree: Tree) -> tuple[str, ...]:
    """Return a name for every payoff row; an end without a name is called by its number.

    Examples:
        >>> from servanda.games.catalogue import entry
        >>> outcome_names(entry("entry-deterrence").tree)
        ('monopoly', 'market shared', 'price war')
    """
    return tuple(name or f"end {row}" for row, name in enumerate(tree.outcome_names, start=1))


def outcome_draws(
    tree: Tree, action: ArrayLike, values: Mapping[str, ArrayLike] | None = None
) -> dict[str, Floats]:
    """Return the probability of each outcome in every draw, ends of the same name added up.

    Args:
        tree: the game.
        action: float64[draw, action], as `servanda.games.solve_batch` gives it.
        values: parameter to number or array [draw], for the chances; the others keep their
            default.

    Returns:
        Outcome to float64[draw]; in every draw they sum to one.

    Raises:
        ModelError: as `Tree.chance`.
        ValueError: the chances and the behaviour have different numbers of draws.

    Examples:
        >>> from servanda.games.catalogue import entry
        >>> tree = entry("entry-deterrence").tree
        >>> found = outcome_draws(tree, [[0.5, 0.5, 1.0, 0.0], [0.0, 1.0, 0.5, 0.5]])
        >>> found["market shared"].tolist()
        [0.5, 0.5]
    """
    played = np.atleast_2d(np.asarray(action, dtype=np.float64))
    chance = tree.chance(values)
    draws = np.broadcast_shapes((len(played),), (len(chance),))[0]
    reach = np.ones((tree.n_nodes, draws))
    for node in range(tree.n_nodes):
        share = played if tree.infoset[node] >= 0 else chance
        for edge in range(tree.first[node], tree.first[node] + tree.count[node]):
            reach[tree.child[edge]] = reach[node] * share[:, tree.move[edge]]
    names = outcome_names(tree)
    found: dict[str, Floats] = {}
    for node in np.flatnonzero(tree.terminal >= 0).tolist():
        name = names[tree.terminal[node]]
        found[name] = found.get(name, np.zeros(draws)) + reach[node]
    return found


def outcome_shares(
    tree: Tree, action: ArrayLike, values: Mapping[str, float] | None = None
) -> dict[str, float]:
    """Return the probability of each outcome under one behaviour, float64[action].

    Arguments and errors as for `outcome_draws`.

    Examples:
        >>> from servanda.games.catalogue import entry
        >>> outcome_shares(entry("entry-deterrence").tree, [0.0, 1.0, 1.0, 0.0])["market shared"]
        1.0
    """
    return {name: float(share[0]) for name, share in outcome_draws(tree, action, values).items()}
