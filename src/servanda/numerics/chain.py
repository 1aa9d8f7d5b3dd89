"""A decision chain in continuous time with two parties: what it is made of.

The *mover* gets chances to act at rate ``omega``: it stays, or takes an action. An action either
ends the process for a lump, or is a *trial*: it ends with probability ``eps`` for its lump, else is
accepted (costs ``loss``, moves ``up``) or not (brings ``gain``, moves ``down``). The *second party*
gets chances at rate ``rival``: it restrains itself, or makes a *raid*, which brings it ``raid`` at
the mover's expense and to which the mover replies at once: it lets it pass (the state moves to
``fray``) or ends the process. Nature moves along edges. With Q(stay) = V(s), Q(restrain) = U(s),

    (rho + sum mu + omega + rival) V(s) = rho flow + sum mu V(s') + omega M(s)
                                          + rival [(1 - pi) V(s) + pi (W(s) - raid)],
    (rho + sum mu + omega + rival) U(s) = rho second_flow + sum mu U(s')
                                          + omega sum_a p(a) U(s after a) + rival N(s),

M, W and N being log-sum values (1/lambda) log sum w exp(lambda Q) of the mover's action, of its
reply and of the second party's choice, p and pi the probabilities that go with them.

References:
    McFadden 1978 for the log-sum value; Doraszelski & Judd 2012, doi:10.3982/QE153, for one mover
    at a time in continuous time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from servanda.numerics.jit import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = [
    "Acts",
    "Graph",
    "Pace",
    "Work",
    "back_solve",
    "factorise",
    "fill_acts",
    "fill_nature",
    "room",
    "soft_choice",
    "soft_few",
    "soft_pair",
]

SMALL = 0.05
LARGE = 500.0


class Graph(NamedTuple):
    """Where states lead, the same for every draw.

    ``row`` int64[state] points into the act tables; edges of nature in compressed rows
    (``edge_ptr`` int64[state + 1], ``edge_to``, ``edge_code`` into the rates, ``edge_weight``);
    target ``len(row)`` is the good end, worth the flow for ever; codes from ``passing`` on lead to
    the next phase. ``up`` and ``down`` int64[state] are the states after an accepted and an
    unaccepted trial, ``fray`` the one after a raid that was let pass; all lie in the state's own
    block. ``block`` int64[blocks + 1] cuts the states; edges between blocks lead to later ones.
    ``toll`` float64[state, kind] says how much of the mover's toll an action costs there,
    ``broken`` float64[state, kind] which share of an action's ends is counted as end 5 instead.
    ``label`` int64[state] and ``mark`` float64[state] are carried for counting; ``start`` is where
    the process begins.
    """

    row: Ints
    edge_ptr: Ints
    edge_to: Ints
    edge_code: Ints
    edge_weight: Floats
    up: Ints
    down: Ints
    fray: Ints
    block: Ints
    toll: Floats
    broken: Floats
    label: Ints
    mark: Floats
    passing: int
    start: int


class Acts(NamedTuple):
    """What actions lead to: float64[draw, row, kind], weights and classes per kind.

    ``lump`` is the mover's value of an end, ``other`` the second party's. An action that ends the
    process does so in end 0 with probability ``first * second``, in end 1 with ``first * (1 -
    second)``, in end 2 otherwise; ``flag`` and ``tally`` are probabilities counted along.
    ``reply_lump``, ``reply_other`` and ``reply_flag`` are the same for an end that replies to a
    raid. ``weight`` float64[1 + kind] are the reference weights, stay first, ``reply`` those of the
    reply, let pass first; ``trial`` bool[kind].
    """

    lump: Floats
    other: Floats
    accept: Floats
    first: Floats
    second: Floats
    flag: Floats
    tally: Floats
    reply_lump: Floats
    reply_other: Floats
    reply_flag: Floats
    weight: Floats
    reply: Floats
    trial: NDArray[np.bool_]


class Pace(NamedTuple):
    """Rates and values per draw: float64[draw], ``rates`` float64[draw, code].

    ``ready`` is the chance that a second party without a motive raids, ``second_lam`` its
    precision (0: it raids with that chance), ``second_flow`` its status quo.
    """

    lam: Floats
    rho: Floats
    flow: Floats
    omega: Floats
    rival: Floats
    gain: Floats
    loss: Floats
    eps: Floats
    toll: Floats
    raid: Floats
    ready: Floats
    second_lam: Floats
    second_flow: Floats
    rates: Floats


class Work(NamedTuple):
    """Room for one block of states, counted by i and j; t counts what the mover weighs.

    What the mover weighs are staying (0), the ends joined to one (1) and the trials (from 2), with
    reference weights ``share``. Joining is exact: a log-sum of log-sums is one. They are worth
    ``fixed[i, t] + rise[i, t] V(up of i) + fall[i, t] V(down of i)``, ``hold[i, t]`` is what is
    fixed for the second party; ``reply`` and ``reply_hold`` say the same of an end that replies to
    a raid, ``among`` and ``reply_among`` float64[i, kind] how the kinds share the ends. The
    equations read ``factor[i] V(i) = base[i] + sum over near edges of rate times V + ...``, the
    second party's with ``second_base``; edges inside the block stand in compressed rows
    (``near_ptr``, ``near_to``, ``near_rate``). ``x`` and ``y`` are the values sought, ``pi`` the
    chances of a raid, ``p`` the mover's choice, ``let`` its chance of letting a raid pass; ``gap``,
    ``second_gap`` and ``slope`` errors and derivatives, ``q`` room for a choice. ``best``
    float64[3, state] keeps a solution, ``seen`` float64[2, state] the range of ``pi``.
    """

    share: Floats
    factor: Floats
    base: Floats
    second_base: Floats
    near_ptr: Ints
    near_to: Ints
    near_rate: Floats
    among: Floats
    reply_among: Floats
    fixed: Floats
    hold: Floats
    rise: Floats
    fall: Floats
    reply: Floats
    reply_hold: Floats
    x: Floats
    y: Floats
    pi: Floats
    p: Floats
    let: Floats
    gap: Floats
    second_gap: Floats
    slope: Floats
    q: Floats
    best: Floats
    seen: Floats


@kernel
def soft_choice(q: Floats, weight: Floats, lam: float, p: Floats) -> float:
    """Log-sum value of a choice and, into ``p``, its probabilities; right down to lam = 0.

    Entries of weight 0 are left out. For a small spread ``lam * q`` the sum is taken about the
    mean, so that nothing cancels as lam goes to 0.
    """
    top, low, mean, total = -np.inf, np.inf, 0.0, 0.0
    for a in range(q.size):
        if weight[a] > 0.0:
            top = max(top, q[a])
            low = min(low, q[a])
            mean += weight[a] * q[a]
            total += weight[a]
    mean /= total
    near = lam * (top - low) < SMALL
    centre = mean if near else top
    tail, mass = 0.0, 0.0
    for a in range(q.size):
        p[a] = 0.0
        if weight[a] > 0.0:
            x = lam * (q[a] - centre)
            e = np.expm1(x) if near else np.exp(x)
            share = weight[a] / total
            tail += share * e
            p[a] = share * (e + 1.0) if near else share * e
            mass += p[a]
    for a in range(q.size):
        p[a] /= mass
    if lam == 0.0:
        return mean
    value: float = centre + (np.log1p(tail) if near else np.log(tail)) / lam
    return value


@kernel
def soft_pair(rest: float, act: float, ready: float, lam: float) -> tuple[float, float]:
    """Log-sum value of two alternatives and the probability of the second.

    Args:
        rest: value of the first, of reference weight ``1 - ready``.
        act: value of the second.
        ready: reference weight of the second, in [0, 1].
        lam: precision; 0 gives the mean and ``ready``.
    """
    z = act - rest
    if lam == 0.0 or ready == 0.0 or ready == 1.0:
        return rest + ready * z, ready
    if abs(lam * z) > LARGE:
        if z < 0.0:
            return rest + np.log1p(-ready) / lam, ready / (1.0 - ready) * np.exp(lam * z)
        return act + np.log(ready) / lam, 1.0
    if abs(lam * z) < SMALL:
        over = ready * np.expm1(lam * z)
        return rest + np.log1p(over) / lam, (ready + over) / (1.0 + over)
    acted = ready * np.exp(lam * z)
    total = 1.0 - ready + acted
    return rest + np.log(total) / lam, acted / total


@kernel
def soft_few(q: Floats, weight: Floats, lam: float, p: Floats) -> float:
    """The log-sum value of a choice among few, taken about the first, and its probabilities.

    The first must have a weight; weights add up to 1. The same as ``soft_choice``, which is left
    the small and the large spreads, at a third of the time.
    """
    far = 0.0
    for a in range(1, q.size):
        far = max(far, abs(q[a] - q[0]))
    if not SMALL < lam * far < LARGE:
        slow: float = soft_choice(q, weight, lam, p)
        return slow
    total = weight[0]
    for a in range(1, q.size):
        p[a] = weight[a] * np.exp(lam * (q[a] - q[0]))
        total += p[a]
    scale = 1.0 / total
    p[0] = weight[0] * scale
    for a in range(1, q.size):
        p[a] *= scale
    value: float = q[0] + np.log(total) / lam
    return value


@kernel
def factorise(a: Floats, n: int) -> None:
    """Factors of ``a`` in place, without pivots: ``a`` is diagonally dominant."""
    for i in range(n):
        inverse = 1.0 / a[i, i]
        for j in range(i + 1, n):
            if a[j, i] != 0.0:
                f = a[j, i] * inverse
                a[j, i] = f
                for c in range(i + 1, n):
                    a[j, c] -= f * a[i, c]


@kernel
def back_solve(a: Floats, b: Floats, n: int) -> None:
    """Solve with the factors of ``factorise``; ``b`` is overwritten."""
    for i in range(n):
        x = b[i]
        for c in range(i):
            x -= a[i, c] * b[c]
        b[i] = x
    for i in range(n - 1, -1, -1):
        x = b[i]
        for c in range(i + 1, n):
            x -= a[i, c] * b[c]
        b[i] = x / a[i, i]


@kernel
def room(acts: Acts, wide: int, edges: int) -> Work:
    """Room for blocks of up to ``wide`` states with up to ``edges`` edges."""
    trials, ends, kinds = 0, 0.0, acts.trial.size
    for k in range(acts.trial.size):
        if acts.trial[k]:
            trials += 1
        else:
            ends += acts.weight[1 + k]
    share = np.empty(2 + trials)
    share[0], share[1] = acts.weight[0], ends
    t = 2
    for k in range(acts.trial.size):
        if acts.trial[k]:
            share[t] = acts.weight[1 + k]
            t += 1
    return Work(
        share,
        np.empty(wide),
        np.empty(wide),
        np.empty(wide),
        np.empty(wide + 1, dtype=np.int64),
        np.empty(edges, dtype=np.int64),
        np.empty(edges),
        np.empty((wide, kinds)),
        np.empty((wide, kinds)),
        np.zeros((wide, 2 + trials)),
        np.zeros((wide, 2 + trials)),
        np.zeros((wide, 2 + trials)),
        np.zeros((wide, 2 + trials)),
        np.empty(wide),
        np.empty(wide),
        np.empty(wide),
        np.empty(wide),
        np.empty(wide),
        np.empty((wide, 2 + trials)),
        np.empty(wide),
        np.empty(wide),
        np.empty(wide),
        np.empty((wide, wide)),
        np.empty(2 + trials),
        np.empty((3, wide)),
        np.zeros((2, wide)),
    )


@kernel
def fill_nature(
    d: int,
    first: int,
    last: int,
    v: Floats,
    u: Floats,
    raids: Floats,
    graph: Graph,
    pace: Pace,
    work: Work,
) -> None:
    """Gather what nature and the flows bring in one block, given the values of later blocks.

    What nature leads to serves as a first guess, also of the chances of a raid (``raids``).
    """
    rho, here = pace.rho[d], 0
    for s in range(first, last):
        i = s - first
        work.near_ptr[i] = here
        total, known = rho + pace.omega[d] + pace.rival[d], rho * pace.flow[d]
        other, guess, hope = rho * pace.second_flow[d], pace.flow[d], pace.second_flow[d]
        chance = pace.ready[d]
        for e in range(graph.edge_ptr[s], graph.edge_ptr[s + 1]):
            to = graph.edge_to[e]
            rate = pace.rates[d, graph.edge_code[e]] * graph.edge_weight[e]
            total += rate
            if to < last:
                work.near_to[here], work.near_rate[here] = to - first, rate
                here += 1
            else:
                known += rate * v[to]
                other += rate * u[to]
                if to < raids.size:
                    guess, hope, chance = v[to], u[to], raids[to]
        work.factor[i], work.base[i], work.second_base[i] = total, known, other
        work.x[i], work.y[i], work.pi[i] = guess, hope, chance
    work.near_ptr[last - first] = here


@kernel
def joined(
    weight: Floats, values: Floats, others: Floats, lam: float, p: Floats
) -> tuple[float, float]:
    """Log-sum value of alternatives and the second party's mean over them."""
    value, mean = soft_choice(values, weight, lam, p), 0.0
    for a in range(p.size):
        mean += p[a] * others[a]
    return value, mean


@kernel
def fill_acts(
    d: int,
    first: int,
    last: int,
    lam: float,
    graph: Graph,
    acts: Acts,
    pace: Pace,
    work: Work,
) -> None:
    """Gather what the mover weighs in one block, at its precision ``lam``."""
    kinds, eps = acts.trial.size, pace.eps[d]
    weight, reply = np.zeros(kinds), acts.reply[1:]
    lump = np.empty(kinds)
    for k in range(kinds):
        weight[k] = 0.0 if acts.trial[k] else acts.weight[1 + k]
    for s in range(first, last):
        i, row, t = s - first, graph.row[s], 2
        for k in range(kinds):
            lump[k] = acts.lump[d, row, k] - graph.toll[s, k] * pace.toll[d]
            if acts.trial[k]:
                rise = (1.0 - eps) * acts.accept[d, row, k]
                fall = (1.0 - eps) * (1.0 - acts.accept[d, row, k])
                toll = graph.toll[s, k] * pace.toll[d]
                paid = fall * pace.gain[d] - rise * pace.loss[d] - toll
                work.fixed[i, t] = eps * acts.lump[d, row, k] + paid
                work.hold[i, t] = eps * acts.other[d, row, k] - fall * pace.gain[d]
                work.rise[i, t], work.fall[i, t] = rise, fall
                t += 1
        if work.share[1] > 0.0:
            work.fixed[i, 1], work.hold[i, 1] = joined(
                weight, lump, acts.other[d, row], lam, work.among[i]
            )
        work.reply[i], work.reply_hold[i] = joined(
            reply, acts.reply_lump[d, row], acts.reply_other[d, row], lam, work.reply_among[i]
        )
