"""The numbers behind one decision: what acting changes, and what each reason for acting weighs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from servanda.deterrence.flips import REFERENCE, narrow
from servanda.deterrence.model import Crisis, Exposure, Stakes
from servanda.deterrence.solve import solve

__all__ = ["Seen", "difference", "see"]

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

CELLS = 512
#: A cost of default that leaves no choice, in costs of a full war.
FORCED = 1e3


@dataclass(frozen=True, slots=True)
class Seen:
    """Numbers of one cell and kind, arrays [draw, guarantor].

    ``q`` is the chance of acting, ``able`` and ``idle`` the capability in the field with and
    without an order, ``pool`` the acting share of the others of its clause, ``presence`` forward
    presence, ``open_way`` the chance that its body passes or that those it waits for act, ``word``
    the chance that its word counts.
    """

    q: Floats
    able: Floats
    idle: Floats
    pool: Floats
    presence: Floats
    open_way: Floats
    word: Floats


def see(exposure: Exposure, stakes: Stakes, crisis: Crisis, cell: int, k: int) -> Seen:
    """Collect the numbers of one cell and kind."""
    forward, troops = exposure.forward[:, cell], exposure.troops[:, cell]
    hours = exposure.delay_hours[:, cell, :, k] + stakes.t_move
    late = exposure.share[:, cell, :, k] * np.exp(-hours / stakes.tau0[:, None])
    q = crisis.honour[:, cell, :, k]
    body, blocked = exposure.body[:, cell, :, k], crisis.blocked[:, cell, k, :]
    way = np.ones_like(q)
    waits = np.zeros(q.shape, np.bool_)
    if blocked.shape[1]:
        mine = np.take_along_axis(blocked, np.maximum(body, 0), axis=1)
        way = np.where(body >= 0, 1.0 - mine, 1.0)
        waits = (body >= 0) & exposure.ruled.waits[np.maximum(body, 0)]
    return Seen(
        q=q,
        able=np.minimum(1.0, forward + (1.0 - forward) * late) * stakes.m,
        idle=forward * stakes.m,
        pool=_pooled(exposure.pool[:, cell, :, k], stakes.m, q) * way,
        presence=1.0 - np.exp(-troops / stakes.n0[:, None]),
        open_way=way,
        word=np.where(waits, way, 1.0),
    )


def _pooled(label: NDArray[np.int16], m: Floats, q: Floats) -> Floats:
    """Acting share of the others of each guarantor's clause."""
    pool = np.zeros_like(q)
    for i in range(q.shape[1]):
        same = (label == label[:, i : i + 1]) & (label >= 0)
        total = (same * m).sum(axis=1)
        others = (same * m * q).sum(axis=1) - same[:, i] * m[:, i] * q[:, i]
        pool[:, i] = np.divide(others, total, out=np.zeros_like(total), where=total > 0.0)
    return pool


def difference(
    exposure: Exposure, stakes: Stakes, seen: Seen, place: tuple[int, int], rows: Rows, i: int
) -> float:
    """Mean over draws of how much acting raises the chance that the defence holds.

    The others act independently with their chances; those for whom others wait look ahead, so for
    them the crisis is solved once with the act forced and once with standing aside forced.
    """
    cell, k = place
    present = np.unique(exposure.body[rows, cell, :, k])
    ruled = exposure.ruled
    if any(ruled.leaders[b, i] and ruled.waits[b] for b in present[present >= 0]):
        return _forced(narrow(exposure, stakes, cell, k, rows), i)
    return float(np.mean([_one(stakes, seen, d, i) for d in rows]))


def _forced(case: tuple[Exposure, Stakes], i: int) -> float:
    exposure, stakes = case
    found = []
    for must in (FORCED, -FORCED):
        a0 = stakes.a0.copy()
        a0[:, i] = must
        crisis = solve(exposure, replace(stakes, a0=a0), REFERENCE, threads=1)
        found.append(float(crisis.defence.mean()))
    return found[0] - found[1]


def _one(stakes: Stakes, seen: Seen, d: int, i: int) -> float:
    """E[dP_i] in draw d. Sums over a plain grid in numpy, so that it also checks the kernel."""
    x, idle, q = seen.able[d], seen.idle[d], seen.q[d]
    width = max(float(x.sum()), 1e-300) / CELLS
    mass = np.zeros(CELLS + 1 + 2 * x.size)
    mass[0] = 1.0
    for j in range(x.size):
        if j != i and x[j] > 0.0:
            loose = float(stakes.phi_f[d]) if idle[j] > 0.0 else 0.0
            mass = (
                q[j] * _moved(mass, x[j] / width)
                + (1 - q[j]) * loose * _moved(mass, idle[j] / width)
                + (1 - q[j]) * (1 - loose) * mass
            )
    total = stakes.m_p[d] + width * np.arange(mass.size)
    g = stakes.g[d]
    loose = float(stakes.phi_f[d]) if idle[i] > 0.0 else 0.0

    def good(more: float) -> Floats:
        power: Floats = (total + more) ** g
        return power / (power + 1.0)

    aside = (1 - loose) * good(0.0) + loose * good(float(idle[i]))
    return float(mass @ (good(float(x[i])) - aside))


def _moved(mass: Floats, step: float) -> Floats:
    """Shift mass by ``step`` nodes, splitting it linearly between two."""
    whole, part = int(step), step - int(step)
    out = np.zeros_like(mass)
    out[whole:] += (1 - part) * mass[: mass.size - whole]
    out[whole + 1 :] += part * mass[: mass.size - whole - 1]
    return out
