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

with p and pi ~ w exp(lambda Q) the chances of the mover's action, of its reply and of the second
party's choice, and M, W and N what these choices are worth: the mean sum p Q (agent quantal
response), or the log-sum value (1/lambda) log sum w exp(lambda Q) = sum p Q - KL(p | w) / lambda,
which charges a party for departing from its reference weights.

References:
    McKelvey & Palfrey 1998, doi:10.1023/A:1009905800005, for agent quantal response; McFadden 1978
    for the log-sum value; Mattsson & Weibull 2002, doi:10.1016/S0899-8256(02)00014-3, for the
    charge; Doraszelski & Judd 2012, doi:10.3982/QE153, for one mover
    at a time in continuous time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Acts", "Graph", "Pace", "Work"]


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
    precision (0: it raids with that chance), ``second_flow`` its status quo. ``charged`` says
    whether choices are worth their log-sum value instead of their mean.
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
    charged: bool


class Work(NamedTuple):
    """Room for one block of states, counted by i and j; t counts what the mover weighs.

    What the mover weighs are staying (0), the ends joined to one (1) and the trials (from 2), with
    reference weights ``share``. Joining is exact: a log-sum of log-sums is one. They are worth
    ``fixed[i, t] + rise[i, t] V(up of i) + fall[i, t] V(down of i)``, ``hold[i, t]`` is what is
    fixed for the second party; ``reply`` and ``reply_hold`` say the same of an end that replies to
    a raid, ``worth`` and ``reply_worth`` what those ends count for once chosen, ``among``
    and ``reply_among`` float64[i, kind] how the kinds share the ends.
    The equations read ``factor[i] V(i) = base[i] + sum over near edges of rate times V + ...``, the
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
    worth: Floats
    reply: Floats
    reply_hold: Floats
    reply_worth: Floats
    x: Floats
    y: Floats
    pi: Floats
    p: Floats
    let: Floats
    g: Floats
    h: Floats
    second_g: Floats
    gap: Floats
    second_gap: Floats
    slope: Floats
    second_slope: Floats
    q: Floats
    best: Floats
    seen: Floats
