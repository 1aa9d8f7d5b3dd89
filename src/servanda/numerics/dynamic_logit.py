"""Equilibria of two-player dynamic games with logit choices, for batches of payoffs.

In each period both players choose at once, knowing the state; the next state follows from both
actions. Each action's value to its player is disturbed by a private type-1 extreme value shock of
precision ``lam``, fresh in each period. An equilibrium is a fixed point in values net of shocks,

    v_i(s, a) = sum_b p_j(b | s) [gain_i(s, a, b) + beta sum_t move(s, a, b, t) V_i(t)],
    V_i(s) = (1/lam) log mean_a exp(lam v_i(s, a)),   p_i(a | s) ~ exp(lam v_i(s, a)).

The mean instead of the sum under the logarithm takes a constant off every value; choices are the
same, and lam = 0, even odds, is an ordinary case.

The *principal branch* starts at lam = 0, where one linear system has one solution, and follows
the solution up to the lam asked for by secant steps, each put right by Newton's method. Where no
step succeeds (the branch turns back), damped iteration takes over at full lam. More starts, one for
each pair of actions that both hold to, look for further equilibria. For one player alone the map
is a contraction of modulus beta; for two it need not be, so nothing shows that all are found.

References:
    Rust 1987, doi:10.2307/1911259, for values net of shocks; McKelvey & Palfrey 1995 and
    Eibelshaeuser & Poensgen 2019 for the path in lam; Grassmann, Taksar & Heyman 1985 for long-run
    shares without subtraction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from servanda.numerics.elimination import eliminate
from servanda.numerics.jit import kernel, part
from servanda.numerics.logit_choice import soft_choice

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Game", "equilibria", "long_run", "slopes"]

GOAL = 1e-12
CORRECTIONS = 12
POLISH = 60
FIRST_STEP = 1.0 / 64.0
LAST_STEP = 1e-6
MOST_STEPS = 4000
SWEEPS = 1500
DAMP = 0.5
LEAST_DAMP = 0.02
HELD = 40.0
LEAST_LAM = 1e-3


class Game(NamedTuple):
    """Payoffs and moves.

    ``gain`` float64[draw, player, state, act of player 0, act of player 1] is what a period brings
    each player; ``move`` float64[state, act of 0, act of 1, state after] are probabilities, the
    same in every draw; ``beta`` and ``lam`` float64[draw] are discount factor in [0, 1) and
    precision of the shocks, at least 0.
    """

    gain: Floats
    move: Floats
    beta: Floats
    lam: Floats


class Work(NamedTuple):
    """Room for one draw.

    Choices ``p`` [player, state, act] and their log-sum values ``top`` [player, state]; ``q``
    [player, state, own act, other act] is what a pair of actions brings; ``gap`` [player, state,
    act] is the error of the fixed point, ``jac`` [player x state x act, the same] its derivative.
    """

    p: Floats
    top: Floats
    q: Floats
    gap: Floats
    jac: Floats


@part
def make_room(states: int, acts: int) -> Work:
    """Allocate for one thread."""
    n = 2 * states * acts
    return Work(
        np.empty((2, states, acts)),
        np.empty((2, states)),
        np.empty((2, states, acts, acts)),
        np.empty((2, states, acts)),
        np.empty((n, n)),
    )


@part
def measure(d: int, lam: float, game: Game, v: Floats, work: Work) -> float:
    """Fill choices, values and the gap ``v - map(v)``; return the largest absolute gap."""
    states, acts = v.shape[1], v.shape[2]
    even = np.ones(acts)
    for i in range(2):
        for s in range(states):
            work.top[i, s] = soft_choice(v[i, s], even, lam, work.p[i, s])
    worst = 0.0
    for i in range(2):
        for s in range(states):
            for a in range(acts):
                mean = 0.0
                for b in range(acts):
                    a0, a1 = (a, b) if i == 0 else (b, a)
                    later = 0.0
                    for t in range(states):
                        later += game.move[s, a0, a1, t] * work.top[i, t]
                    work.q[i, s, a, b] = game.gain[d, i, s, a0, a1] + game.beta[d] * later
                    mean += work.p[1 - i, s, b] * work.q[i, s, a, b]
                work.gap[i, s, a] = v[i, s, a] - mean
                error = abs(work.gap[i, s, a])
                if not error <= worst:
                    worst = error
    return worst


@part
def differentiate(d: int, lam: float, game: Game, work: Work) -> None:
    """Fill the derivative of the gap by the values, after ``measure``."""
    states, acts = work.p.shape[1], work.p.shape[2]
    half = states * acts
    work.jac[:] = 0.0
    for i in range(2):
        for s in range(states):
            for a in range(acts):
                row = i * half + s * acts + a
                work.jac[row, row] = 1.0
                mean = 0.0
                for b in range(acts):
                    mean += work.p[1 - i, s, b] * work.q[i, s, a, b]
                for b in range(acts):
                    chance = work.p[1 - i, s, b]
                    column = (1 - i) * half + s * acts + b
                    work.jac[row, column] -= lam * chance * (work.q[i, s, a, b] - mean)
                    a0, a1 = (a, b) if i == 0 else (b, a)
                    for t in range(states):
                        weight = game.beta[d] * chance * game.move[s, a0, a1, t]
                        if weight != 0.0:
                            for c in range(acts):
                                work.jac[row, i * half + t * acts + c] -= weight * work.p[i, t, c]


@part
def newton(d: int, lam: float, game: Game, v: Floats, work: Work, most: int, halve: bool) -> float:
    """Newton's method from ``v``, in place; returns the largest gap that is left.

    With ``halve`` a step that does not lower the gap is shortened; without, one that does not at
    least halve it ends the attempt, as a corrector should that starts near the solution.
    """
    flat = v.reshape(v.size)
    left = measure(d, lam, game, v, work)
    before = np.empty(v.size)
    for _ in range(most):
        if left <= GOAL or not np.isfinite(left):
            break
        differentiate(d, lam, game, work)
        step = work.gap.copy().reshape(v.size)
        if not eliminate(work.jac, step):
            break
        before[:] = flat
        share, now = 1.0, np.inf
        while True:
            for k in range(v.size):
                flat[k] = before[k] - share * step[k]
            now = measure(d, lam, game, v, work)
            if now < left or not halve or share < 1e-4:
                break
            share *= 0.5
        if not now < (left if halve else 0.5 * left):
            for k in range(v.size):
                flat[k] = before[k]
            break
        left = now
    final: float = measure(d, lam, game, v, work)
    return final


@part
def calm(d: int, lam: float, game: Game, v: Floats, work: Work) -> float:
    """Damped iteration of the map, damped harder while the gap does not shrink, then Newton."""
    damp, best, stale = DAMP, np.inf, 0
    left = measure(d, lam, game, v, work)
    for _ in range(SWEEPS):
        if left <= 1e-6 or not np.isfinite(left):
            break
        stale = 0 if left < best else stale + 1
        best = min(best, left)
        if stale >= 30:
            damp, stale = max(LEAST_DAMP, 0.7 * damp), 0
        for i in range(2):
            for s in range(v.shape[1]):
                for a in range(v.shape[2]):
                    v[i, s, a] -= damp * work.gap[i, s, a]
        left = measure(d, lam, game, v, work)
    final: float = newton(d, lam, game, v, work, POLISH, True)
    return final


@part
def climb(d: int, game: Game, v: Floats, work: Work) -> float:
    """Follow the principal branch from lam = 0 up to the draw's own; returns the gap there.

    If the branch cannot be followed, ``v`` is where it was lost and the gap is what it is at full
    lam.
    """
    v[:] = 0.0
    full = game.lam[d]
    newton(d, 0.0, game, v, work, POLISH, True)
    last, guess = v.copy(), v.copy()
    at, behind, step = 0.0, 0.0, FIRST_STEP
    for _ in range(MOST_STEPS):
        if at >= 1.0 or step < LAST_STEP:
            break
        to = min(1.0, at + step)
        lean = (to - at) / (at - behind) if at > behind else 0.0
        for i in range(2):
            for s in range(v.shape[1]):
                for a in range(v.shape[2]):
                    guess[i, s, a] = v[i, s, a] + lean * (v[i, s, a] - last[i, s, a])
        if newton(d, to * full, game, guess, work, CORRECTIONS, False) <= 1e-9:
            last[:] = v
            v[:] = guess
            behind, at, step = at, to, 1.5 * step
        else:
            step *= 0.4
    left: float = newton(d, full, game, v, work, POLISH, False) if at >= 1.0 else np.inf
    return left


@part
def hold(a: int, b: int, size: float, v: Floats) -> None:
    """Set ``v`` as if player 0 held to act ``a`` and player 1 to ``b`` in every state."""
    v[:] = 0.0
    v[0, :, a] = size
    v[1, :, b] = size


@kernel
def equilibria(first: int, last: int, game: Game, more: Floats, v: Floats, left: Floats) -> None:
    """Solve draws ``first`` to ``last`` from every start.

    Args:
        first: first draw.
        last: one past the last draw.
        game: payoffs and moves.
        more: float64[further start, player, state, act], values times ``lam`` to begin Newton's
            method at, which also finds equilibria that iteration runs away from.
        v: float64[draw, start, player, state, act], overwritten with values. Start 0 is the
            principal branch; the next act x act hold to a pair of actions at first and iterate;
            then come the further starts.
        left: float64[draw, start], overwritten with the largest absolute error of the fixed
            point; above 1e-10 means that no equilibrium was found from there. For start 0 inf
            means that the branch turned back.
    """
    states, acts = v.shape[3], v.shape[4]
    work = make_room(states, acts)
    for d in range(first, last):
        left[d, 0] = climb(d, game, v[d, 0], work)
        unit = 1.0 / max(game.lam[d], LEAST_LAM)
        k = 1
        for a in range(acts):
            for b in range(acts):
                hold(a, b, HELD * unit, v[d, k])
                left[d, k] = calm(d, game.lam[d], game, v[d, k], work)
                k += 1
        for m in range(more.shape[0]):
            v[d, k] = unit * more[m]
            left[d, k] = newton(d, game.lam[d], game, v[d, k], work, POLISH, True)
            k += 1


@kernel
def slopes(first: int, last: int, game: Game, v: Floats, p: Floats, jac: Floats) -> None:
    """Choices at given values, and how the error of the fixed point moves with the values.

    Args:
        first: first draw.
        last: one past the last draw.
        game: payoffs and moves.
        v: float64[draw, player, state, act].
        p: float64[draw, player, state, act], overwritten with choices.
        jac: float64[draw, n, n] with n = player x state x act, overwritten with the derivative of
            ``v - map(v)``.
    """
    work = make_room(v.shape[2], v.shape[3])
    for d in range(first, last):
        measure(d, game.lam[d], game, v[d], work)
        differentiate(d, game.lam[d], game, work)
        p[d] = work.p
        jac[d] = work.jac


@part
def chain_of(p: Floats, move: Floats, step: Floats) -> None:
    """Probabilities of the next state, float64[state, state after], under choices of one draw."""
    states, acts = p.shape[1], p.shape[2]
    step[:] = 0.0
    for s in range(states):
        for a in range(acts):
            for b in range(acts):
                for t in range(states):
                    step[s, t] += p[0, s, a] * p[1, s, b] * move[s, a, b, t]


@part
def censor(step: Floats) -> None:
    """Take states out from the last on; column n is left with visits to n per visit below it."""
    for n in range(step.shape[0] - 1, 0, -1):
        out = 0.0
        for t in range(n):
            out += step[n, t]
        for s in range(n):
            step[s, n] /= out
            for t in range(n):
                step[s, t] += step[s, n] * step[n, t]


@kernel
def long_run(p: Floats, move: Floats, share: Floats) -> None:
    """Long-run shares of the states under given choices, without subtraction.

    Args:
        p: float64[draw, player, state, act]; every state must be reached from every other.
        move: float64[state, act of 0, act of 1, state after].
        share: float64[draw, state], overwritten; rows sum to 1.
    """
    draws, states = p.shape[0], p.shape[2]
    step = np.empty((states, states))
    for d in range(draws):
        chain_of(p[d], move, step)
        censor(step)
        share[d, 0], total = 1.0, 1.0
        for n in range(1, states):
            share[d, n] = 0.0
            for s in range(n):
                share[d, n] += share[d, s] * step[s, n]
            total += share[d, n]
        for n in range(states):
            share[d, n] /= total
