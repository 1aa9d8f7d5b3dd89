"""Turn-0 probabilities of the spatial model of KTAB (KAPSARC Toolkit for Behavioral Analysis).

Three steps, with that program's default settings. Utilities without regard to risk give each
actor's position a chance to beat all others; how far that chance lies above or below the others
gives the actor's attitude to risk; and with utilities bent by that attitude the different
positions are compared again. Salience does not enter on a single line: it weighs dimensions
against each other, and there is only one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from servanda.negotiation.condorcet import beats
from servanda.negotiation.model import Issue, Voters, even_if_none
from servanda.numerics.rivalry import pair_support

__all__ = ["ktab"]

Floats = NDArray[np.float64]

#: Smallest strength of a coalition, relative to all capability; keeps 0/0 away.
_LEAST = 1e-10


def ktab(issue: Issue, voters: Voters) -> Floats:
    """Return the probabilities that KTAB gives to the positions before any bargaining.

    Args:
        issue: gives the line and the capabilities; saliences are not used.
        voters: drawn positions.

    Returns:
        float64[draw, option] over ``issue.stated``; rows sum to 1.

    References:
        Wise, Lester & Efird 2015, Multidimensional Bargaining Using KTAB, KAPSARC
    """
    if issue.span <= 0.0:
        return np.ones((len(voters.position), 1))
    capability = even_if_none(issue.capability)
    place = issue.relative(voters.position)
    order = np.argsort(place, axis=1, kind="stable")
    found = np.empty((len(place), issue.stated.size))
    options = issue.relative(issue.stated)
    for draw, row in enumerate(place):
        ranked = row[order[draw]]
        first = _chances(row, capability, ranked, np.zeros(row.size))
        attitude = np.empty(row.size)
        attitude[order[draw]] = _attitudes(first)
        found[draw] = _chances(row, capability, options, attitude)
    return found


def _chances(place: Floats, capability: Floats, option: Floats, attitude: Floats) -> Floats:
    """Chance that each option beats every other, given that one of them does."""
    # a drawn position may lie a little outside of the line; utility does not fall below 0 there
    far = np.minimum(np.abs(place[:, None] - option), 1.0)
    value = capability[:, None] * (1.0 - far) * (1.0 + far * attitude[:, None])
    strength = pair_support(place[None, :], option, value[None, :, :]) + _LEAST
    chance = beats(strength)[0]
    np.fill_diagonal(chance, 0.5)
    logs = np.log(np.maximum(chance, 1e-300)).sum(axis=1)
    share = np.exp(logs - logs.max())
    return np.asarray(share / share.sum())


def _attitudes(chance: Floats) -> Floats:
    """Place chances on the scale from -1/2 to 1, which is that program's middle setting."""
    low, high = float(chance.min()), float(chance.max())
    if high - low <= 1e-12:
        return np.zeros_like(chance)
    return (3.0 * chance - (high + 2.0 * low)) / (2.0 * (high - low))
