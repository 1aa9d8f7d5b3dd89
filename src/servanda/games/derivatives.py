"""How behaviour changes with every number of a game: implicit derivatives of logit equilibria.

On its branch a logit equilibrium is a smooth function of payoffs, chances and precisions wherever
the branch does not turn; its derivatives follow from the equations themselves, without solving
again (implicit function theorem). They hold for the equilibrium that was found, near where it was
found: they say nothing about jumps to another one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from servanda.domain.errors import ModelError
from servanda.games.batch import Behaviour, plan_of

__all__ = ["Derivatives", "along", "in_chance", "in_parameters", "in_payoffs", "in_precision"]

Floats = NDArray[np.float64]

_LANES, _BLOCK = 16, 1024


@dataclass(frozen=True, slots=True, eq=False)
class Derivatives:
    """Derivatives of behaviour and values, per unit of what is varied.

    Attributes:
        action: float64[draw, ..., action], of the probability of each action.
        value: float64[draw, ..., player], of the expected payoffs. The axes between say in which
            direction; NaN for draws without a solution.
    """

    action: Floats
    value: Floats


def along(
    behaviour: Behaviour,
    *,
    payoffs: ArrayLike | None = None,
    chance: ArrayLike | None = None,
    precision: ArrayLike | None = None,
    threads: int | None = None,
) -> Derivatives:
    """Differentiate along any directions in payoffs, chances and precisions together.

    Args:
        behaviour: a batch solved by ``solve_batch``.
        payoffs: float64[direction, terminal, player] or [draw, direction, terminal, player]: what
            one unit of the direction adds; None for nothing.
        chance: float64[direction, chance edge] or [draw, direction, chance edge]; should add 0 in
            sum at every move of nature.
        precision: float64[direction, player] or [draw, direction, player].
        threads: None for all processors of this process.

    Returns:
        Derivatives with axes draw, direction.

    Raises:
        ModelError: shapes that do not belong to the game or to each other (SV882).

    Examples:
        >>> from servanda.games import read_efg, solve_batch
        >>> tree = read_efg('''EFG 2 R "entry" { "firm" }
        ... p "" 1 1 "" { "stay out" "enter" } 0
        ... t "" 1 "" { 0 }
        ... t "" 2 "" { 1 }''')
        >>> found = solve_batch(tree, tree.payoffs(), 2.0)
        >>> along(found, precision=[[1.0]]).action.round(4)  # p (1 - p) x gain
        array([[[-0.105,  0.105]]])
    """
    tree, inputs = behaviour.tree, behaviour.inputs
    terminals, players = tree.n_terminals, len(tree.players)
    draws = len(behaviour.action)
    given = {
        "payoffs": _seed("payoffs", payoffs, (terminals, players), draws),
        "chance": _seed("chance", chance, (inputs.chance.shape[1],), draws),
        "precision": _seed("precision", precision, (players,), draws),
    }
    counts = {seed.shape[1] for seed in given.values() if seed is not None}
    if len(counts) != 1:
        raise ModelError(
            "payoffs, chance and precision must name the same number of directions, at least one",
            code="SV882",
        )
    directions = counts.pop()
    sizes = (terminals * players, inputs.chance.shape[1], players)
    seeds = [
        np.zeros((1, directions, size)) if seed is None else np.ascontiguousarray(seed)
        for seed, size in zip(given.values(), sizes, strict=True)
    ]
    return _run(behaviour, seeds, directions, threads)


def _run(
    behaviour: Behaviour, seeds: Sequence[Floats], directions: int, threads: int | None
) -> Derivatives:
    from servanda.numerics.threads import over_rows
    from servanda.numerics.tree_slopes import slopes

    plan, inputs = plan_of(behaviour.tree), behaviour.inputs
    draws = len(behaviour.action)
    action = np.zeros((draws, directions, plan.actions))
    value = np.zeros((draws, directions, plan.root.size))
    sizes = np.array([plan.actions, plan.probabilities, plan.values])
    lanes = max(1, min(_LANES, draws))

    def work(begin: int, end: int) -> None:
        slopes(
            plan.tape, plan.root, sizes, inputs.pay, inputs.chance, inputs.precision,
            behaviour.odds, *seeds, begin, end, lanes, action, value,
        )  # fmt: skip

    over_rows(work, draws, threads=threads, block=_BLOCK)
    action[behaviour.status == 2] = np.nan
    value[behaviour.status == 2] = np.nan
    return Derivatives(action, value)


def _seed(name: str, given: ArrayLike | None, tail: tuple[int, ...], draws: int) -> Floats | None:
    """Bring directions to [draw or 1, direction, slot]."""
    if given is None:
        return None
    seed = np.asarray(given, np.float64)
    if seed.ndim == len(tail) + 1:
        seed = seed[None]
    if seed.ndim != len(tail) + 2 or seed.shape[2:] != tail or seed.shape[0] not in {1, draws}:
        raise ModelError(
            f"directions in {name} have shape {seed.shape}; give (directions, "
            f"{', '.join(map(str, tail))}), with {draws} draws in front if they differ",
            code="SV882",
        )
    return seed.reshape(seed.shape[0], seed.shape[1], int(np.prod(tail)))


def in_payoffs(behaviour: Behaviour, *, threads: int | None = None) -> Derivatives:
    """Differentiate in every payoff.

    Args:
        behaviour: a batch solved by ``solve_batch``.
        threads: None for all processors of this process.

    Returns:
        Derivatives with axes draw, terminal, player.
    """
    terminals, players = behaviour.tree.n_terminals, len(behaviour.tree.players)
    unit = np.eye(terminals * players).reshape(-1, terminals, players)
    found = along(behaviour, payoffs=unit, threads=threads)
    draws = len(behaviour.action)
    return Derivatives(
        found.action.reshape(draws, terminals, players, -1),
        found.value.reshape(draws, terminals, players, -1),
    )


def in_precision(behaviour: Behaviour, *, threads: int | None = None) -> Derivatives:
    """Differentiate in the precision of every player.

    Args:
        behaviour: a batch solved by ``solve_batch``.
        threads: None for all processors of this process.

    Returns:
        Derivatives with axes draw, player; their sum over players is the derivative in a
        precision common to all.
    """
    return along(behaviour, precision=np.eye(len(behaviour.tree.players)), threads=threads)


def in_chance(behaviour: Behaviour, *, threads: int | None = None) -> Derivatives:
    """Differentiate in every chance, its other branches giving way in proportion.

    Args:
        behaviour: a batch solved by ``solve_batch``.
        threads: None for all processors of this process.

    Returns:
        Derivatives with axes draw, chance edge. NaN where a chance is 0 or 1: there the
        derivative is one-sided at best.
    """
    tree, chance = behaviour.tree, behaviour.inputs.chance
    draws, edges = chance.shape
    seed = np.zeros((draws, edges, edges))
    for node in np.flatnonzero(tree.kind == 2):
        group = tree.move[tree.first[node] : tree.first[node] + tree.count[node]]
        for edge in group:
            with np.errstate(divide="ignore", invalid="ignore"):
                rate = chance[:, group] / (1.0 - chance[:, edge, None])
                seed[:, edge, group] = np.where(chance[:, edge, None] > 0.0, -rate, np.nan)
            seed[:, edge, edge] = np.where(chance[:, edge] > 0.0, 1.0, np.nan)
    return along(behaviour, chance=seed, threads=threads)


def in_parameters(
    behaviour: Behaviour,
    names: Sequence[str],
    values: Mapping[str, ArrayLike] | None = None,
    *,
    threads: int | None = None,
) -> Derivatives:
    """Differentiate in named parameters of the game, through payoffs and chances.

    Args:
        behaviour: a batch solved with ``tree.payoffs(values)`` and ``tree.chance(values)``.
        names: the parameters.
        values: the parameter values it was solved with; the others have their defaults.
        threads: None for all processors of this process.

    Returns:
        Derivatives with axes draw, parameter.

    Raises:
        ModelError: an unknown parameter, or values that do not fit the batch (SV882).
    """
    tree = behaviour.tree
    if not names:
        raise ModelError("name at least one parameter of the game", code="SV882")
    payoffs = np.stack([tree.payoff_partials(name, values) for name in names], axis=1)
    chance = np.stack([tree.chance_partials(name, values) for name in names], axis=1)
    return along(behaviour, payoffs=payoffs, chance=chance, threads=threads)
