"""Expected-utility challenges, round by round, in two readings of the same paper.

``printed`` follows the formulas as printed: the chance to win counts the votes on the two positions
at stake, each actor's utility is bent by its own attitude to risk, and of several offers of a class
the one that moves it least is taken. ``published-code`` computes as the program behind the
published numbers does: the chance to win is divided by the votes on all ordered pairs, an actor
lends its own attitude to its opponents, compromises are ranked by the weighted mean of the two
positions, and the test for capitulations holds for no pair. The two can end far apart, which is a
finding about the literature and no fault of the table.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from servanda.negotiation.averages import weighted_median
from servanda.negotiation.model import Distribution, Issue, Settings, Voters
from servanda.numerics.challenge import CODED, KINDS, PRINTED, Rounds, play_rounds

__all__ = ["READINGS", "challenge", "rounds_of"]

Floats = NDArray[np.float64]

READINGS = {"printed": PRINTED, "published-code": CODED}


def rounds_of(issue: Issue, voters: Voters, reading: str, settings: Settings) -> Rounds:
    """Play the rounds for every draw.

    Where nobody cares or nobody can do anything, all count alike.

    Args:
        issue: gives saliences and capabilities.
        voters: drawn positions.
        reading: ``printed`` or ``published-code``.
        settings: rounds and the chance Q.
    """
    able = issue.capability if issue.capability.any() else np.ones_like(issue.capability)
    care = issue.salience if (able * issue.salience).any() else np.ones_like(issue.salience)
    draws = len(voters.position)
    found = play_rounds(
        issue.relative(voters.position),
        np.broadcast_to(able / able.sum(), (draws, able.size)),
        np.broadcast_to(care, (draws, care.size)),
        rounds=settings.rounds,
        reading=READINGS[reading],
        stays=settings.stays,
    )
    return found._replace(position=issue.absolute(found.position))


def challenge(issue: Issue, voters: Voters, reading: str, settings: Settings) -> Distribution:
    """Forecast by where the weight lies after the last round.

    Args:
        issue: the issue.
        voters: drawn positions.
        reading: ``printed`` or ``published-code``.
        settings: rounds and the chance Q.

    Returns:
        Final positions with the weights of their actors; ``detail["rounds"]`` has median, mean and
        positions of every round of the table as it stands, the start included.
    """
    found = rounds_of(issue, voters, reading, settings)
    last = found.position[:, -1, :]
    order = np.argsort(last, axis=None, kind="stable")
    weight = np.tile(issue.weight, len(last)) / len(last)
    value, start = np.unique(last.ravel()[order], return_index=True)
    probability = np.add.reduceat(weight[order], start)
    kept = probability > 0.0
    value, probability = value[kept], probability[kept] / probability.sum()
    return Distribution(
        value, probability, float(value @ probability), detail={"rounds": _told(issue, found)}
    )


def _told(issue: Issue, found: Rounds) -> list[dict[str, object]]:
    median = weighted_median(found.position[0], issue.weight)
    told = []
    for number, row in enumerate(found.position[0]):
        told.append(
            {
                "round": number,
                "median": float(median[number]),
                "mean": float(row @ issue.weight),
                "positions": dict(zip(issue.actors, map(float, row), strict=True)),
                "moves": _moves(issue, found, number - 1) if number else [],
            }
        )
    return told


def _moves(issue: Issue, found: Rounds, number: int) -> list[dict[str, object]]:
    """Who took whose offer in one round, and what both expected of a challenge."""
    moves: list[dict[str, object]] = []
    for row, actor in enumerate(issue.actors):
        kind, partner = int(found.kind[0, number, row]), int(found.partner[0, number, row])
        if kind:
            mine, theirs = found.utility[0, number, row]
            moves.append(
                {
                    "actor": actor,
                    "to": issue.actors[partner],
                    "kind": KINDS[kind],
                    "from": float(found.position[0, number, row]),
                    "reaches": float(found.position[0, number + 1, row]),
                    "expects": float(mine),
                    "fears": float(theirs),
                }
            )
    return moves
