"""Solve the crises of a study and the challenger's choice among them."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from servanda.deterrence.model import CODE, Choice, Crisis, Exposure, Levels, Stakes
from servanda.domain.errors import ModelError

__all__ = ["SELECTIONS", "choose", "half_hearted", "solve"]

Selection = Literal["prior", "low", "high"]
#: Which fixed point is reported where there are several: the one reached from the word given,
#: the one with the lowest expected defence, or the one with the highest.
SELECTIONS: tuple[Selection, ...] = ("prior", "low", "high")
#: Most bodies of all cells together: they are told apart by bits.
MOST_IDS = 60


def _agree(exposure: Exposure, stakes: Stakes) -> None:
    """Refuse an exposure and stakes that do not belong together."""
    have = (stakes.draws, stakes.m.shape[1], stakes.size.shape[1])
    want = (exposure.draws, len(exposure.guarantors), len(exposure.kinds))
    if have != want:
        raise ModelError(
            f"stakes have (draws, guarantors, kinds) {have}, the exposure {want}", code=CODE
        )
    _few(exposure)


def _few(exposure: Exposure) -> None:
    """Refuse more bodies or leaders in one crisis than their cases can be listed for."""
    from servanda.numerics.seating import MOST_BODIES, MOST_LEADERS

    if len(exposure.bodies) > MOST_IDS:
        raise ModelError(f"at most {MOST_IDS} bodies, found {len(exposure.bodies)}", code=CODE)
    present = [(exposure.body == b).any(axis=2) for b in range(len(exposure.bodies))]
    at_once = np.sum(present, axis=0).max(initial=0) if present else 0
    if at_once > MOST_BODIES:
        raise ModelError(
            f"at most {MOST_BODIES} bodies can decide on one incident, found {at_once}: "
            "merge bodies with the same members",
            code=CODE,
        )
    leading = [
        np.any([p for p, names in zip(present, exposure.ruled.leaders, strict=True) if names[i]], 0)
        for i in range(len(exposure.guarantors))
        if exposure.ruled.leaders[:, i].any()
    ]
    waited = np.sum(leading, axis=0).max(initial=0) if leading else 0
    if waited > MOST_LEADERS:
        raise ModelError(
            f"at most {MOST_LEADERS} guarantors can be waited for on one incident, found {waited}: "
            "name fewer, or let one of them stand for all",
            code=CODE,
        )


def _by_kind(array: NDArray[Any]) -> NDArray[Any]:
    """Move the guarantor axis last, so that a kernel reads it in one piece."""
    return np.moveaxis(array, 2, 3)


def _pack(exposure: Exposure, stakes: Stakes) -> tuple[NDArray[Any], ...]:
    """Stack the inputs as the kernel reads them."""
    from servanda.numerics.crisis import NUMBERS

    terms = [
        _by_kind(getattr(exposure, n)) for n in ("floor", "share", "delay_hours", "commitment")
    ]
    return (
        np.stack([getattr(stakes, name) for name in NUMBERS], axis=1),
        np.stack([stakes.m, stakes.b, stakes.nu, stakes.a0, stakes.t_move]),
        stakes.size,
        stakes.nuclear,
        stakes.pivotal,
        np.stack(terms),
        np.stack([_by_kind(exposure.body), _by_kind(exposure.pool)]),
        np.stack([exposure.troops, exposure.forward]),
        *_bodies(exposure),
    )


def _bodies(exposure: Exposure) -> tuple[NDArray[Any], ...]:
    """Number the rules as the kernel reads them: rule and barred, need, votes, leaders' bits."""
    from servanda.numerics.seating import AFTER_ALL, AFTER_ONE, VOTED

    codes = {"consensus": VOTED, "majority": VOTED, "after_one": AFTER_ONE, "after_all": AFTER_ALL}
    rules = exposure.ruled
    kinds = np.array([codes[rule] for rule in rules.rule], np.float64)
    agree = np.array([rule == "consensus" for rule in rules.rule], np.bool_)
    bits = (rules.leaders & rules.waits[:, None]) * (1 << np.arange(len(rules.rule)))[:, None]
    return (
        np.stack([kinds, rules.barred.astype(np.float64)]),
        np.where(agree, 1.0, rules.threshold),
        rules.votes,
        bits.sum(axis=0, dtype=np.int64),
    )


def solve(
    exposure: Exposure,
    stakes: Stakes,
    levels: Levels,
    *,
    selection: Selection = "prior",
    nodes: int = 65,
    tolerance: float = 1e-6,
    threads: int | None = None,
) -> Crisis:
    """Say what one crisis would bring in every draw, cell, state and kind, in this model.

    Each guarantor weighs its stake in the defence, the cost of default and the cost of acting,
    given what the others are expected to do (a logit quantal response equilibrium; McKelvey and
    Palfrey 1995). The protege and the challenger respond to the result.

    Args:
        exposure: what the texts put at stake.
        stakes: what the actors want and can do.
        levels: multipliers that make up the states.
        selection: which fixed point is reported where there are several.
        nodes: nodes of the capability grid. The error of ``defence`` falls with the square;
            65 gives about 2e-5 on average and 1e-4 at worst with 16 guarantors, 257 about
            1e-6 and 7e-6 (docs/model.md section 2).
        tolerance: a fixed point is accepted when no q moves more than this.
        threads: None for all processors of this process.

    Returns:
        The tables; every number in [0, 1] that is a probability, and a status for each.
        They take 90 bytes per draw, cell, state and kind: pass blocks of draws if memory is short.

    Raises:
        ModelError: SV610 where exposure and stakes do not fit each other.
    """
    from servanda.numerics.crisis import FIELDS, crisis_tables
    from servanda.numerics.seating import desk, workspace
    from servanda.numerics.threads import over_rows

    _agree(exposure, stakes)
    if nodes < 3 or selection not in SELECTIONS:
        raise ModelError(f"needs nodes >= 3 and a selection of {SELECTIONS}", code=CODE)
    shape = (exposure.draws, exposure.cells, *levels.shape, len(exposure.kinds))
    out = np.empty((len(FIELDS), *shape))
    status = np.empty(shape, dtype=np.int8)
    flat = (*shape[:2], -1, shape[-1])
    rows, codes = out.reshape(len(FIELDS), *flat), status.reshape(flat)
    honour = np.empty((3, *shape[:2], shape[-1], len(exposure.guarantors)))
    shut = np.zeros((3, *shape[:2], shape[-1], len(exposure.bodies)))
    axes = tuple(np.asarray(getattr(levels, name), dtype=np.float64) for name in levels.names)
    pick = SELECTIONS.index(selection)

    given = _pack(exposure, stakes)

    def work(start: int, stop: int) -> None:
        crisis_tables(
            start,
            stop,
            *given,
            axes,
            levels.reference,
            nodes,
            pick,
            tolerance,
            workspace(len(exposure.guarantors), nodes),
            desk(len(exposure.guarantors), nodes, len(exposure.bodies)),
            rows,
            codes,
            honour,
            shut,
        )

    over_rows(work, exposure.draws, threads=threads)
    tables = dict(zip(FIELDS, out, strict=True))
    acts = np.ascontiguousarray(np.moveaxis(honour, 4, 3))
    return Crisis(
        **tables,
        status=status,
        honour=acts[0],
        honour_open=acts[1],
        honour_shut=acts[2],
        blocked=shut[0],
        honoured_open=shut[1],
        honoured_shut=shut[2],
        promised=np.asarray((exposure.commitment > 0.0).any(axis=2)),
        cell_of=exposure.cell_of,
        levels=levels,
    )


def reference_weights(probe: NDArray[np.bool_]) -> tuple[float, NDArray[np.float64]]:
    """Weights of staying and of each kind when nothing is at stake.

    Classes, not kinds, carry the weight: stay 1/2, probes 1/4, attacks 1/4 (1/2 where a class is
    absent), each split evenly over its kinds, so that splitting a kind changes nothing.

    Args:
        probe: bool[kind].

    Returns:
        The weight of staying and the weights of the kinds; they sum to 1.

    >>> reference_weights(np.array([True, False, False]))
    (0.5, array([0.25 , 0.125, 0.125]))
    """
    if probe.size == 0:
        return 1.0, np.zeros(0)
    probes, attacks = int(probe.sum()), int((~probe).sum())
    each = 0.25 if probes and attacks else 0.5
    return 0.5, np.where(probe, each / max(probes, 1), each / max(attacks, 1))


def choose(crisis: Crisis, stakes: Stakes) -> Choice:
    """Say what the challenger does at its next chance, in this model.

    ``p(a) = pi0(a) exp(lambda_c U_a) / sum``. A probe leaves the status quo standing: it gains
    ``g_b`` if unanswered, loses ``x_b`` if answered (somebody helps), and with probability ``eps``
    turns into a fight worth ``attack_value``.

    Args:
        crisis: the tables of ``solve``.
        stakes: the same stakes.

    Returns:
        Probabilities at every state; ``stay`` and ``by_kind`` sum to 1.
    """

    def wide(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return values.reshape(-1, *([1] * (crisis.defence.ndim - 1)))

    lam, calm = wide(stakes.lambda_c), wide(stakes.s_q)
    eps = wide(stakes.eps)
    answered = crisis.helped
    small = calm + (1.0 - answered) * wide(stakes.g_b) - answered * wide(stakes.x_b)
    probing = (1.0 - eps) * small + eps * crisis.attack_value
    utility = np.where(stakes.probe, probing, crisis.attack_value)
    stay0, kind0 = reference_weights(stakes.probe)
    gain = lam * (utility - calm)
    top = np.maximum(gain.max(axis=-1, keepdims=True), 0.0) if gain.shape[-1] else 0.0 * calm
    kinds = kind0 * np.exp(gain - top)
    rest = stay0 * np.exp(-top)
    total = rest + kinds.sum(axis=-1, keepdims=True)
    by_kind = kinds / total
    precise = np.where(lam > 0.0, lam, 1.0)
    mean = (kind0 * (utility - calm)).sum(axis=-1, keepdims=True)
    value = calm + np.where(lam > 0.0, (np.log(total) + top) / precise, mean)
    return Choice(
        stay=(rest / total)[..., 0],
        by_kind=by_kind,
        probe=by_kind[..., stakes.probe].sum(axis=-1),
        attack=by_kind[..., ~stakes.probe].sum(axis=-1),
        value=value[..., 0],
        utility=utility,
    )


def half_hearted(crisis: Crisis, stakes: Stakes) -> NDArray[np.float64]:
    """Share of draws in which a half-hearted guarantee produces a war, as best responses.

    The band of Benson, Meirowitz and Ramsay (2014), at precision without limit: the protege
    would concede with no helpers, resists at the expected defence, and the challenger attacks all
    the same. Taken at the reference state; the other guarantors' acts are those of the crisis.

    Args:
        crisis: the tables of ``solve``.
        stakes: the same stakes.

    Returns:
        float64[cell, kind], shares in [0, 1].
    """
    power = stakes.m_p**stakes.g
    alone = (power / (power + 1.0))[:, None, None]
    defence = crisis.at_reference("defence")
    cost = stakes.c_p[:, None, None]

    def column(name: str) -> NDArray[np.float64]:
        values: NDArray[np.float64] = getattr(stakes, name)[:, None, None]
        return values

    price = column("c_g") * crisis.at_reference("helper_share")
    price = price + column("c_n") * crisis.at_reference("nuclear") + column("c_w")
    attack = stakes.size[:, None, :] * ((1.0 - defence) - price) - column("c_o")
    inside = (alone < cost) & (defence > cost) & (attack > column("s_q"))
    share: NDArray[np.float64] = inside.mean(axis=0)
    return share
