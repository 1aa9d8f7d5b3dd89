"""How a tree is played, for many observations at once: probabilities of all ends and their slopes.

Every later move is anticipated by earlier movers (Signorino 2003). Under agent errors each action
has a shock of its own, unknown beforehand even to who makes it; under private information each
payoff has one that its owner alone knows, so that an earlier mover's difference has the standard
deviation ``sqrt(1 + sum of squared continuation probabilities)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.games.estimation.links import Link, many, two
from servanda.games.estimation.shape import Move, Shape

__all__ = ["Errors", "Play", "Wiring", "play", "refuse_unplayable"]

Floats = NDArray[np.float64]
Errors = Literal["agent", "private"]


@dataclass(frozen=True, slots=True)
class Wiring:
    """Which index enters where.

    Attributes:
        shape: the tree.
        link, errors: the shocks.
        utility: (player, end) to the indices whose sum is that utility.
        scale: player to the index that is the logarithm of the scale of the shocks; players
            without one have scale 1.
        indices: how many there are.
    """

    shape: Shape
    link: Link
    errors: Errors
    utility: Mapping[tuple[int, int], tuple[int, ...]]
    scale: Mapping[int, int]
    indices: int


@dataclass(slots=True, eq=False)
class Play:
    """The game played.

    Attributes:
        log_ends: float64[end, row], log probability of each end.
        slopes: float64[end, index, row], its derivatives.
        log_action: (node, action) to float64[row]: the log probability of the action where its
            mover decides.
        action_slopes: (node, action) to float64[index, row].
    """

    log_ends: Floats
    slopes: Floats
    log_action: dict[tuple[int, int], Floats] = field(default_factory=dict)
    action_slopes: dict[tuple[int, int], Floats] = field(default_factory=dict)


@dataclass(slots=True)
class _Value:
    """A number for each row, with its slopes [index, row]."""

    number: Floats
    slope: Floats


@dataclass(slots=True)
class _Ahead:
    """What can still happen behind a node: worth to those who moved before, and its spread."""

    worth: dict[int, _Value]
    variance: _Value | None


def refuse_unplayable(wiring: Wiring) -> None:
    """Refuse combinations of tree, errors and link for which no likelihood is known here.

    Raises:
        ModelError: SV969, with what to do instead.
    """
    shape = wiring.shape
    if not shape.perfect:
        raise ModelError(
            f"in '{shape.name}' somebody moves without knowing an earlier move; such trees are "
            "estimated with --errors agent --link logit (logit equilibrium)",
            "SV969",
        )
    wide = any(len(move.children) > 2 and move.player >= 0 for move in shape.moves)
    if wiring.errors == "private":
        if who := shape.moves_twice():
            raise ModelError(
                f"'{who}' moves twice on one path of '{shape.name}', and what a mover knows "
                "would carry over; use --errors agent, or the model lewis-schultz",
                "SV969",
            )
        if wide and wiring.link == "logit":
            raise ModelError(
                "with private information, three actions or more need --link probit", "SV969"
            )


def play(wiring: Wiring, eta: Floats) -> Play:
    """Play the tree for given indices.

    Args:
        wiring: tree, shocks and where indices enter.
        eta: float64[index, row].

    Returns:
        The probabilities with their slopes.
    """
    shape = wiring.shape
    rows = eta.shape[1]
    found = Play(
        np.zeros((len(shape.ends), rows)), np.zeros((len(shape.ends), wiring.indices, rows))
    )
    ahead: dict[int, _Ahead] = {}
    above = _above(shape)
    for node in range(len(shape.moves) - 1, -1, -1):
        move = shape.moves[node]
        if move.end >= 0:
            ahead[node] = _end(wiring, move.end, above[node], eta)
            continue
        below = [ahead.pop(child) for child in move.children]
        if move.player >= 0:
            logs, slopes = _decide(wiring, move, below, eta)
            for action in range(len(move.children)):
                found.log_action[node, action] = logs[action]
                found.action_slopes[node, action] = slopes[action]
        else:
            with np.errstate(divide="ignore"):
                logs = [np.full(rows, c) for c in np.log(np.array(move.chances))]
            slopes = [np.zeros((wiring.indices, rows)) for _ in move.children]
        ahead[node] = _mix(above[node], below, logs, slopes)
    _along_paths(shape, found)
    return found


def _along_paths(shape: Shape, found: Play) -> None:
    for end, path in enumerate(shape.paths()):
        for node, action in path:
            move = shape.moves[node]
            if move.player >= 0:
                found.log_ends[end] += found.log_action[node, action]
                found.slopes[end] += found.action_slopes[node, action]
            else:
                with np.errstate(divide="ignore"):
                    found.log_ends[end] += np.log(move.chances[action])


def _above(shape: Shape) -> list[frozenset[int]]:
    """Return for each node the players who move before it."""
    found: list[frozenset[int]] = [frozenset()] * len(shape.moves)
    for node, move in enumerate(shape.moves):
        here = found[node] | ({move.player} if move.player >= 0 else frozenset())
        for child in move.children:
            found[child] = here
    return found


def _end(wiring: Wiring, end: int, players: frozenset[int], eta: Floats) -> _Ahead:
    rows = eta.shape[1]
    worth = {}
    for player in players:
        number = np.full(rows, wiring.shape.fixed[player][end])
        slope = np.zeros((wiring.indices, rows))
        for index in wiring.utility.get((player, end), ()):
            number += eta[index]
            slope[index] += 1.0
        worth[player] = _Value(number, slope)
    if wiring.errors == "agent":
        return _Ahead(worth, None)
    return _Ahead(worth, _Value(np.ones(rows), np.zeros((wiring.indices, rows))))


def _decide(
    wiring: Wiring, move: Move, below: list[_Ahead], eta: Floats
) -> tuple[list[Floats], list[Floats]]:
    """Return log probability and slopes [index, row] of each action."""
    worth = [one.worth[move.player] for one in below]
    index = wiring.scale.get(move.player)
    scale = np.exp(-eta[index]) if index is not None else None
    if len(below) == 2:
        return _decide_two(wiring.link, worth, [one.variance for one in below], scale, index)
    rows = eta.shape[1]
    units = np.ones(rows) if scale is None else scale
    spreads = [np.ones(rows) if one.variance is None else np.sqrt(one.variance.number)
               for one in below]  # fmt: skip
    value = np.stack([w.number for w in worth]) * units
    logs, in_value, in_spread = many(value, np.stack(spreads), wiring.link)
    value_slopes = [w.slope * units for w in worth]
    if index is not None:
        for place, slope in enumerate(value_slopes):
            slope[index] -= value[place]
    slopes = []
    for a in range(len(below)):
        total = np.zeros_like(worth[0].slope)
        for b, one in enumerate(below):
            total += in_value[a, b] * value_slopes[b]
            if one.variance is not None:
                total += in_spread[a, b] * one.variance.slope / (2 * spreads[b])
        slopes.append(total)
    return list(logs), slopes


def _decide_two(
    link: Link,
    worth: list[_Value],
    variance: list[_Value | None],
    scale: Floats | None,
    index: int | None,
) -> tuple[list[Floats], list[Floats]]:
    gap = worth[1].number - worth[0].number
    slope = worth[1].slope - worth[0].slope
    if variance[0] is None or variance[1] is None:
        z = gap / np.sqrt(2.0)
        slope /= np.sqrt(2.0)
    else:
        total = variance[0].number + variance[1].number
        root = np.sqrt(total)
        z = gap / root
        slope = slope / root - (z / (2 * total)) * (variance[0].slope + variance[1].slope)
    if scale is not None and index is not None:
        z = z * scale
        slope = slope * scale
        slope[index] -= z
    yes, no, up, down = two(z, link)
    return [no, yes], [down * slope, up * slope]


def _mix(
    players: frozenset[int], below: list[_Ahead], logs: list[Floats], slopes: list[Floats]
) -> _Ahead:
    shares = [np.exp(log) for log in logs]
    worth = {}
    for player in players:
        number = np.zeros_like(shares[0])
        slope = np.zeros_like(slopes[0])
        for p, one, s in zip(shares, below, slopes, strict=True):
            part = p * one.worth[player].number
            number += part
            slope += p * one.worth[player].slope
            slope += part * s
        worth[player] = _Value(number, slope)
    if below[0].variance is None:
        return _Ahead(worth, None)
    number = np.zeros_like(shares[0])
    slope = np.zeros_like(slopes[0])
    for p, one, s in zip(shares, below, slopes, strict=True):
        if one.variance is not None:
            square = p * p
            number += square * one.variance.number
            slope += square * (one.variance.slope + 2 * s * one.variance.number)
    return _Ahead(worth, _Value(number, slope))
