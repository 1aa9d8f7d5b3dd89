"""What comes of acts: the probabilities of outcomes at given chances of acting."""

from __future__ import annotations

import math

from servanda.numerics.jit import part
from servanda.numerics.seating import (
    AWAY,
    BODY,
    CLOSED,
    DECAY,
    EFFORT,
    FLOOR_NODES,
    GIFT,
    IDLE,
    MIXED,
    OPENED,
    OWED_OPEN,
    OWED_SHUT,
    SHADOW,
    WHEN_OPEN,
    WHEN_SHUT,
    Q,
    X,
)

__all__ = ["OUTCOMES", "tally", "wear"]

# Entries of the outcome.
DEFENCE, HELPED, REACHED, SHARE, NUCLEAR, EFFORT_OUT = range(6)
RESIDUAL, SPREAD, STATUS, BLOCKED, BOUND, OWED = range(6, 12)
#: Names of the entries of an outcome, in order.
OUTCOMES = (
    "defence",
    "helped",
    "reached",
    "helper_share",
    "nuclear",
    "effort",
    "residual",
    "spread",
    "status",
    "blocked",
    "bound",
    "owed",
)
# Halves are rounded up even where rounding errors leave them a little short.
ROUND = 0.5 + 1e-9


@part
def wear(table, n, phi, rival, scratch):  # type: ignore[no-untyped-def]
    """Work out what each player's acting, or its forces unordered, leaves of exp(-help/rival)."""
    for i in range(n):
        idle = table[IDLE, i]
        scratch[DECAY, i] = math.exp(-table[X, i] / rival)
        scratch[AWAY, i] = (1.0 - phi) + phi * math.exp(-idle / rival) if idle > 0.0 else 1.0


@part
def _reach_floor(n, scratch, threshold, mass):  # type: ignore[no-untyped-def]
    """Probability that those who gave their word together give at least ``threshold``.

    Gifts are rounded to 1/32 of the threshold with the rounding error carried on, so that all
    of them together are exact; a coalition within 1/32 of the threshold counts as reaching it.
    """
    if threshold <= 0.0:
        none = 1.0
        for i in range(n):
            if scratch[GIFT, i] > 0.0:
                none *= 1.0 - scratch[Q, i]
        return 1.0 - none
    for j in range(FLOOR_NODES + 1):
        mass[j] = 0.0
    mass[0] = 1.0
    sofar, placed = 0.0, 0
    for i in range(n):
        if scratch[GIFT, i] <= 0.0:
            continue
        sofar += scratch[GIFT, i] / threshold * FLOOR_NODES
        step = min(math.floor(sofar + ROUND) - placed, FLOOR_NODES)
        placed = math.floor(sofar + ROUND)
        q = scratch[Q, i]
        over = 0.0
        for j in range(FLOOR_NODES - step, FLOOR_NODES):
            over += mass[j]
        mass[FLOOR_NODES] += q * over
        for j in range(FLOOR_NODES - 1, step - 1, -1):
            mass[j] += q * (mass[j - step] - mass[j])
        for j in range(min(step, FLOOR_NODES)):
            mass[j] *= 1.0 - q
    return mass[FLOOR_NODES] + mass[FLOOR_NODES - 1]


@part
def _owed(n, scratch, threshold):  # type: ignore[no-untyped-def]
    """Say whether anything is owed: somebody's word counts, or a floor is promised."""
    if threshold > 0.0:
        return True
    for i in range(n):  # noqa: SIM110 (a generator does not compile)
        if scratch[GIFT, i] > 0.0:
            return True
    return False


@part
def tally(  # type: ignore[no-untyped-def]
    out, weight, value, table, tags, n, bodies, open_ones, threshold, ruled, scratch, mass
):
    """Add the outcomes at the current q, times weight; ``open_ones`` has the bits of open bodies.

    ``out[REACHED]`` takes in only cases in which something is owed, ``out[OWED]`` their weight.
    """
    idle_hands = peaceful = calm = 1.0
    effort = 0.0
    for i in range(n):
        q, body = scratch[Q, i], tags[BODY, i]
        calm *= q * scratch[DECAY, i] + (1.0 - q) * scratch[AWAY, i]
        if table[X, i] > 0.0:
            idle_hands *= 1.0 - q
            peaceful *= 1.0 - q * table[SHADOW, i]
        effort += q * table[EFFORT, i]
        scratch[MIXED, i] += weight * q
        if body >= 0:
            scratch[OPENED if (open_ones >> body) & 1 else CLOSED, i] += weight * q
    out[DEFENCE] += weight * value
    out[HELPED] += weight * (1.0 - idle_hands)
    out[SHARE] += weight * (1.0 - calm)
    out[NUCLEAR] += weight * (1.0 - peaceful)
    out[EFFORT_OUT] += weight * effort
    if not _owed(n, scratch, threshold):
        return
    reached = weight * _reach_floor(n, scratch, threshold, mass)
    out[REACHED] += reached
    out[OWED] += weight
    for b in range(bodies):
        is_open = (open_ones >> b) & 1
        ruled[WHEN_OPEN if is_open else WHEN_SHUT, b] += reached
        ruled[OWED_OPEN if is_open else OWED_SHUT, b] += weight
