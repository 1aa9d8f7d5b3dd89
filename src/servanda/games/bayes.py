"""Perfect Bayesian equilibria of small games: every support in turn, with the beliefs it needs.

Beliefs follow Bayes' rule at every information set that is reached. Off the path they do so given
the nearest earlier information set through which all nodes of the later one pass, as soon as the
later one is reached from there; a choice at the earlier set that is common to all of these nodes
says nothing. So a player who deviates signals nothing that he does not know himself, and behaviour
is perfect in every subgame. Other beliefs off the path are free: their whole range is part of the
answer.
"""

from __future__ import annotations

from itertools import islice

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.games.beliefs import mismatch, regret
from servanda.games.board import Board
from servanda.games.regions import solve_system
from servanda.games.solution import UNCONFIRMED, Equilibrium, Extent, Free
from servanda.games.supports import possible_supports
from servanda.games.systems import Region, System, systems

__all__ = ["MOST_CASES", "assessment", "least_steps", "most_regret", "perfect_bayesian"]

Floats = NDArray[np.float64]

MOST_CASES = 20_000
MOST_SETS = 120
# A candidate that somebody would leave for more than this is none; nor where it is more than a
# part of the smallest difference between payoffs, as far as rounding lets one tell.
MOST_REGRET = 1e-8
PART = 1e-3
EPSILON = float(np.finfo(np.float64).eps)


def perfect_bayesian(board: Board, most: int) -> tuple[list[Equilibrium], Extent]:
    """Find the perfect Bayesian equilibria of a game with numbers.

    Args:
        board: the game.
        most: stop after so many.

    Returns:
        Equilibria, one for each point or continuum and support; and how much of all that is.

    Raises:
        ModelError: SV886, more than `MOST_CASES` supports are to be tried.

    References:
        Fudenberg & Tirole 1991; Hendon, Jacobsen & Sloth 1996.
    """
    if len(board.owner) > MOST_SETS:
        raise ModelError(
            f"the game has {len(board.owner)} information sets and room for {MOST_SETS} where "
            "supports are tried; ask for spe or qre, or cut the tree",
            "SV886",
        )
    supports = list(islice(possible_supports(board), MOST_CASES + 1))
    if len(supports) > MOST_CASES:
        raise ModelError(
            f"the game has {len(board.owner)} information sets with {board.n_actions} actions and "
            f"more than {MOST_CASES} supports to try; ask for the logit equilibrium (qre), "
            "whose principal branch is found for any size, or cut the tree",
            "SV886",
        )
    found: list[Equilibrium] = []
    extent = Extent.WHOLE
    ends = [node for node, kids in enumerate(board.children) if not kids]
    tolerance = most_regret(board.own(board.payoff[ends]))
    # Pure equilibria first, then those with fewer mixtures.
    for support in sorted(supports, key=lambda sets: sum(map(len, sets))):
        for system in systems(board, support):
            regions, part = solve_system(system)
            good = [e for region in regions if (e := _equilibrium(system, region, tolerance))]
            # What the check refuses is left out, and may stand for something.
            extent = min(extent, part if len(good) == len(regions) else Extent.FOUND)
            found += good
        if len(found) > most:
            return found[:most], Extent.CUT
    return found, extent


def _equilibrium(system: System, region: Region, tolerance: float) -> Equilibrium | None:
    """Turn a solution into an equilibrium and check it from its behaviour and beliefs alone."""
    board = system.board
    behaviour, held = assessment(system, region.point)
    residual = max(regret(board, behaviour, held), mismatch(board, behaviour, held))
    if not residual <= tolerance:
        return None
    values = board.value(behaviour[:, None])[0, :, 0]
    free = tuple(
        Free(block.kind, block.infoset, block.places[place], low, high)
        for (number, place), (low, high) in region.ranges.items()
        for block in (system.blocks[number],)
    )
    unconfirmed = tuple(
        (block.kind, block.infoset, block.places[place])
        for number, place in region.unconfirmed
        for block in (system.blocks[number],)
    )
    note = UNCONFIRMED if unconfirmed else ""
    return Equilibrium(behaviour, held, board.own(values), residual, free, note, unconfirmed)


def most_regret(payoffs: Floats) -> float:
    """Return the most that somebody may gain by leaving what counts as an equilibrium.

    Args:
        payoffs: float64[end, player].

    Returns:
        A share of the range of payoffs; less where payoffs differ by very small parts of it.
    """
    return min(MOST_REGRET, max(PART * float(least_steps(payoffs).min()), EPSILON))


def least_steps(payoffs: Floats) -> Floats:
    """Return the smallest difference between two payoffs of each player.

    Args:
        payoffs: float64[end, player]; what may be rounding of equal payoffs is no difference.

    Returns:
        float64[player], as a share of the range of that player's payoffs; 1 where all are equal.

    Examples:
        >>> least_steps(np.array([[0.0, 5.0], [1.0, 5.0], [-99.0, 5.0]]))
        array([0.01, 1.  ])
    """
    found = np.ones(payoffs.shape[1])
    for player, own in enumerate(payoffs.T):
        values = np.unique(own)
        steps, size = np.diff(values), np.abs(values)
        steps = steps[steps > 8.0 * EPSILON * np.maximum(size[1:], size[:-1])]
        if len(steps):
            found[player] = steps.min() / (values[-1] - values[0])
    return found


def assessment(system: System, point: Floats) -> tuple[Floats, Floats]:
    """Return the behaviour float64[action] and the beliefs float64[node] of a solution."""
    behaviour, weights = system.spread(point[None])
    held = np.full(system.board.n_nodes, np.nan)
    for nodes in system.board.members:
        weight = weights[list(nodes), 0]
        held[list(nodes)] = weight / weight.sum()
    return behaviour[:, 0], held
