"""Why a guarantor would or would not act: the terms of its decision, with the numbers in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.deterrence.model import CLASSES, CODE, Crisis, Exposure, Stakes
from servanda.domain.errors import ModelError

__all__ = ["Term", "Why", "explain"]


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a decision.

    Attributes:
        name: stake, standing, commitment, forces, pool or cost.
        value: what it adds to the utility of acting, in units of the guarantor's cost of war.
        formula: the formula with the numbers in it.
        words: what it means, in a sentence.
    """

    name: str
    value: float
    formula: str
    words: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why one guarantor acts as it does in one cell and kind, at the reference state.

    Attributes:
        guarantor, kind: ids.
        klass: how the text binds it, "mixed" where draws differ.
        acts: probability that it acts, over all decisions of its body.
        blocked: probability that its body is blocked (0 where it decides for itself).
        difference: how much its acting raises the chance that the defence holds.
        terms: they sum to ``balance`` for one draw; means of each over several draws.
        balance: utility of acting less that of standing aside.
        words: the whole in a sentence.
    """

    guarantor: str
    kind: str
    klass: str
    acts: float
    blocked: float
    difference: float
    terms: tuple[Term, ...]
    balance: float
    words: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """Numbers of one cell and kind over draws, arrays [draw, guarantor] unless said."""

    q: NDArray[np.float64]
    able: NDArray[np.float64]
    idle: NDArray[np.float64]
    pool: NDArray[np.float64]
    presence: NDArray[np.float64]


def _see(exposure: Exposure, stakes: Stakes, crisis: Crisis, cell: int, k: int) -> _Seen:
    forward, troops = exposure.forward[:, cell], exposure.troops[:, cell]
    hours = exposure.delay_hours[:, cell, :, k] + stakes.t_move
    late = exposure.share[:, cell, :, k] * np.exp(-hours / stakes.tau0[:, None])
    able = np.minimum(1.0, forward + (1.0 - forward) * late) * stakes.m
    q = crisis.honour[:, cell, :, k]
    pool, open_way = np.zeros_like(q), _passes(exposure, crisis, cell, k)
    label = exposure.pool[:, cell, :, k]
    for i in range(q.shape[1]):
        same = (label == label[:, i : i + 1]) & (label >= 0)
        total = (same * stakes.m).sum(axis=1)
        others = (same * stakes.m * q).sum(axis=1) - same[:, i] * stakes.m[:, i] * q[:, i]
        pool[:, i] = np.divide(others, total, out=np.zeros_like(total), where=total > 0.0)
    return _Seen(
        q=q,
        able=able,
        idle=forward * stakes.m,
        pool=pool * open_way,
        presence=1.0 - np.exp(-troops / stakes.n0[:, None]),
    )


def _passes(exposure: Exposure, crisis: Crisis, cell: int, k: int) -> NDArray[np.float64]:
    """Chance that each guarantor's body lets it act together with the others; 1 outside bodies."""
    body = exposure.body[:, cell, :, k]
    blocked = crisis.blocked[:, cell, k, :]
    if blocked.shape[1] == 0:
        return np.ones(body.shape)
    mine = np.take_along_axis(blocked, np.maximum(body, 0), axis=1)
    passes: NDArray[np.float64] = np.where(body >= 0, 1.0 - mine, 1.0)
    return passes


def _difference(seen: _Seen, stakes: Stakes, rows: NDArray[np.intp], i: int) -> float:
    """Mean over draws of E[dP_i], the others acting independently with their q.

    Sums over a grid of 513 nodes in numpy: slow and plain, so that it also checks the kernel.
    """
    got = []
    for d in rows:
        x, idle, q = seen.able[d], seen.idle[d], seen.q[d]
        width = max(float(x.sum()), 1e-300) / 512
        mass = np.zeros(513 + 2 * x.size)
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

        def good(more: float, total: NDArray[np.float64] = total, g: float = g) -> object:
            power = (total + more) ** g
            return power / (power + 1.0)

        aside = (1 - loose) * np.asarray(good(0.0)) + loose * np.asarray(good(float(idle[i])))
        got.append(float(mass @ (np.asarray(good(float(x[i]))) - aside)))
    return float(np.mean(got))


def _moved(mass: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Shift mass by ``step`` nodes, splitting it linearly between two."""
    whole, part = int(step), step - int(step)
    out = np.zeros_like(mass)
    out[whole:] += (1 - part) * mass[: mass.size - whole]
    out[whole + 1 :] += part * mass[: mass.size - whole - 1]
    return out


def _terms(
    exposure: Exposure,
    stakes: Stakes,
    seen: _Seen,
    place: tuple[int, int, int],
    rows: NDArray[np.intp],
    difference: float,
) -> tuple[Term, ...]:
    cell, i, k = place

    def mean(values: NDArray[np.float64]) -> float:
        return float(np.mean(values[rows]))

    b, kappa = mean(stakes.b[:, i]), mean(exposure.commitment[:, cell, i, k])
    presence, pool = mean(seen.presence[:, i]), mean(seen.pool[:, i])
    size, nu = mean(stakes.size[:, k]), mean(stakes.nu[:, i])
    a1, a2, a3 = mean(stakes.a1), mean(stakes.a2), mean(stakes.a3)
    commitment = mean(stakes.a1 * exposure.commitment[:, cell, i, k])
    lent = mean(stakes.a3 * exposure.commitment[:, cell, i, k] * seen.pool[:, i])
    forces = mean(stakes.a2 * seen.presence[:, i])
    cost = mean(stakes.size[:, k] * (1.0 + stakes.nu[:, i]))
    standing = mean(stakes.a0[:, i])
    return (
        Term(
            "stake",
            b * difference,
            f"{b:.3f} x {difference:.4f}",
            f"acting raises the chance that the defence holds by {difference:.1%}",
        ),
        Term("standing", standing, f"{standing:.3f}", "cost of default without any promise"),
        Term(
            "commitment",
            commitment,
            f"{a1:.3f} x {kappa:.3f}",
            "cost of breaking its word" if kappa > 0.0 else "it gave no word",
        ),
        Term(
            "forces",
            forces,
            f"{a2:.3f} x {presence:.3f}",
            "cost of abandoning its forces in theatre"
            if presence > 0.0
            else "it has no forces in theatre",
        ),
        Term(
            "pool",
            lent,
            f"{a3:.3f} x {kappa:.3f} x {pool:.3f}",
            "cost of standing aside while others of the clause act"
            if lent > 0.0
            else "no others whose acts would shame it",
        ),
        Term(
            "cost",
            -cost,
            f"-{size:.3f} x (1 + {nu:.3f})",
            "cost of acting, nuclear risk included",
        ),
    )


def explain(
    exposure: Exposure,
    stakes: Stakes,
    crisis: Crisis,
    *,
    cell: int,
    kind: str,
    draw: int | None = None,
) -> tuple[Why, ...]:
    """Say why each guarantor would or would not act, in this model, at the reference state.

    Args:
        exposure: what was given to ``solve``.
        stakes: what was given to ``solve``.
        crisis: what ``solve`` returned.
        cell: index of the cell.
        kind: id of the incident kind.
        draw: one draw, or None for means over draws (of which at most 200 are looked at for
            the difference that acting makes).

    Returns:
        One ``Why`` per guarantor, in the order of the exposure.

    Raises:
        ModelError: SV610 for an unknown cell, kind or draw.
    """
    if kind not in exposure.kinds or not 0 <= cell < exposure.cells:
        raise ModelError(f"no cell {cell} or no kind {kind!r}", code=CODE)
    if draw is not None and not 0 <= draw < exposure.draws:
        raise ModelError(f"no draw {draw}: there are {exposure.draws}", code=CODE)
    k = exposure.kinds.index(kind)
    rows = np.arange(exposure.draws) if draw is None else np.array([draw])
    few = rows[:: max(1, rows.size // 200)]
    seen = _see(exposure, stakes, crisis, cell, k)
    passes = _passes(exposure, crisis, cell, k)
    whys = []
    for i, guarantor in enumerate(exposure.guarantors):
        difference = _difference(seen, stakes, few, i)
        terms = _terms(exposure, stakes, seen, (cell, i, k), rows, difference)
        balance = sum(term.value for term in terms)
        classes = {CLASSES[c] for c in exposure.klass[rows, cell, i, k]}
        acts = float(seen.q[rows, i].mean())
        blocked = float(1.0 - passes[rows, i].mean())
        gain = max(terms[:-1], key=lambda term: term.value)
        verdict = "more likely to act than not" if acts > 0.5 else "more likely to stand aside"
        words = (
            f"{guarantor} is {verdict} in this model ({acts:.0%}): most for acting speaks "
            f"{gain.name} ({gain.value:+.2f}), against it the cost ({terms[-1].value:+.2f})"
        )
        if blocked > 0.0:
            words += f"; its body is blocked in {blocked:.0%} of cases, its word still counting"
        whys.append(
            Why(
                guarantor=guarantor,
                kind=kind,
                klass=classes.pop() if len(classes) == 1 else "mixed",
                acts=acts,
                blocked=blocked,
                difference=difference,
                terms=terms,
                balance=balance,
                words=words,
            )
        )
    return tuple(whys)
