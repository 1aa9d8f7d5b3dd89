"""Many draws of one game solved at once: the logit equilibrium on its principal branch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from servanda.domain.errors import ModelError
from servanda.games.conditional import beliefs_of

if TYPE_CHECKING:
    from servanda.games.tree import Tree
    from servanda.numerics.tree_plan import Plan

__all__ = ["Behaviour", "Inputs", "inputs_of", "plan_of", "solve_batch"]

Floats = NDArray[np.float64]
Statuses = NDArray[np.int8]

# A residual above this is not called a solution, whatever the iteration said.
TOLERANCE = 1e-10
# Above this a solution is sharpened; the behaviour may move so far in doing so.
_ROUGH, _NEAR = 1e-11, 1e-4
_LANES, _BLOCK = 64, 8192


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """The numbers of a batch, checked and brought to one number of draws.

    Attributes:
        pay: float64[draw, terminal x player], row by row of the payoffs.
        chance: float64[draw or 1, chance edge].
        precision: float64[draw, player].
    """

    pay: Floats
    chance: Floats
    precision: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Behaviour:
    """What the players do in every draw; unpacks as ``action, status``.

    Attributes:
        action: float64[draw, action], probability of each action given that its information set
            is reached. Rows with status 2 hold NaN.
        status: int8[draw]; 0 the principal branch, followed in steps of precision; 1 the same
            branch, followed by arc length round a fold; 2 not found.
        residual: float64[draw], largest difference between a probability and the logit of its
            conditional expected payoffs.
        value: float64[draw, player], expected payoffs of the game.
        spent: int32[draw], how often the game was evaluated on the way.
        odds: float64[draw, unknown], log-odds of the information sets that were solved for.
        tree: the game.
        inputs: the numbers it was solved with.
    """

    action: Floats
    status: Statuses
    residual: Floats
    value: Floats
    spent: NDArray[np.int32]
    odds: Floats
    tree: Tree
    inputs: Inputs

    def __iter__(self) -> Iterator[NDArray[np.generic]]:
        """Give the probabilities and the status, in this order."""
        yield self.action
        yield self.status

    @property
    def unconverged_share(self) -> float:
        """Share of the draws without a solution; 0 in an empty batch."""
        return float((self.status == 2).mean()) if self.status.size else 0.0

    def belief(self, draw: int = 0) -> Floats:
        """Return the beliefs of one draw.

        Args:
            draw: which one.

        Returns:
            float64[node]: the probability of a decision node given that its information set is
            reached, by Bayes' rule; NaN at other nodes and where the draw has no solution. A node
            alone in its set has 1.
        """
        if self.status[draw] == 2:
            return np.full(self.tree.kind.size, np.nan)
        chance = self.inputs.chance[draw if len(self.inputs.chance) > 1 else 0]
        pay, precision = self.inputs.pay[draw], self.inputs.precision[draw]
        return beliefs_of(self.tree, self.action[draw], pay, precision, chance)


def solve_batch(
    tree: Tree,
    payoffs: ArrayLike,
    precision: ArrayLike,
    *,
    chance: ArrayLike | None = None,
    threads: int | None = None,
    start: ArrayLike | None = None,
) -> Behaviour:
    """Solve a game for many draws: its agent logit equilibria (McKelvey and Palfrey 1998).

    In every information set the probability of an action is logit in its expected payoff given
    that the set is reached, with beliefs by Bayes' rule. The branch of equilibria that starts at
    precision 0, where all actions are equally likely, is followed to the precision asked for;
    with several precisions all grow in proportion. Other equilibria may exist: see ``solve``.

    Args:
        tree: the game; no information set may be met twice on one path.
        payoffs: float64[draw, terminal, player], as ``tree.payoffs`` gives them; one draw is
            used for all.
        precision: a number, float64[draw] or float64[draw, player]; >= 0, in units of 1/payoff.
        chance: float64[draw, chance edge]; None for the tree's own.
        threads: None for all processors of this process. Results do not depend on it.
        start: float64[draw, action] or [action]: look for the equilibrium near this behaviour by
            Newton's method, on whichever branch it lies.

    Returns:
        The behaviour; trouble with single draws is in its ``status``.

    Raises:
        ModelError: shapes that disagree (SV880), numbers that are not finite, negative precision
            or chances that are no probabilities (SV881).

    Examples:
        >>> from servanda.games import read_efg
        >>> tree = read_efg('''EFG 2 R "entry" { "firm" "rival" }
        ... p "" 1 1 "" { "stay out" "enter" } 0
        ... t "" 1 "" { 0 2 }
        ... p "" 2 1 "" { "fight" "share" } 0
        ... t "" 2 "" { -1 0 }
        ... t "" 3 "" { 1 1 }''')
        >>> action, status = solve_batch(tree, tree.payoffs(), [0.0, 2.0])
        >>> action.round(3)
        array([[0.5  , 0.5  , 0.5  , 0.5  ],
               [0.179, 0.821, 0.119, 0.881]])
        >>> status
        array([0, 0], dtype=int8)
    """
    from servanda.numerics.tree_qre import BRANCH, WARM

    plan = plan_of(tree)
    inputs = inputs_of(tree, payoffs, precision, chance)
    odds = np.zeros((len(inputs.pay), plan.unknowns))
    if start is not None:
        odds[:] = _odds(plan, _behaviour(plan, start, len(odds)))
    result = _run(plan, inputs, odds, BRANCH if start is None else WARM, threads)
    _sharpen(tree, plan, inputs, result, threads)
    result.status[~(result.residual <= TOLERANCE)] = 2
    result.action[result.status == 2] = np.nan
    result.value[result.status == 2] = np.nan
    return Behaviour(
        result.action, result.status, result.residual, result.value, result.spent, result.odds,
        tree, inputs,
    )  # fmt: skip


@dataclass(slots=True)
class _Result:
    """What the kernel writes."""

    odds: Floats
    action: Floats
    value: Floats
    residual: Floats
    status: Statuses
    spent: NDArray[np.int32]


def _run(plan: Plan, inputs: Inputs, odds: Floats, how: int, threads: int | None) -> _Result:
    from servanda.numerics.threads import over_rows
    from servanda.numerics.tree_qre import solve, workspace

    draws = len(odds)
    result = _Result(
        odds, np.empty((draws, plan.actions)), np.empty((draws, plan.root.size)),
        np.zeros(draws), np.zeros(draws, np.int8), np.zeros(draws, np.int32),
    )  # fmt: skip
    lanes = min(_LANES, draws)
    sizes = np.array([plan.actions, plan.probabilities, plan.values, plan.live_payoffs])

    def work(begin: int, end: int) -> None:
        desk = workspace(plan, inputs.precision.shape[1], lanes)
        solve(
            plan.tape, plan.live, plan.unknown_sets, plan.payoffs, plan.root, sizes,
            inputs.pay, inputs.chance, inputs.precision, begin, end, desk, how,
            odds, result.action, result.value, result.residual, result.status, result.spent,
        )  # fmt: skip

    over_rows(work, draws, threads=threads, block=_BLOCK)
    return result


def _sharpen(tree: Tree, plan: Plan, inputs: Inputs, result: _Result, threads: int | None) -> None:
    """Solve again, from the answer, for all sets at once where rounding has grown too much."""
    from servanda.numerics.tree_qre import WARM

    rough = np.flatnonzero((result.residual > _ROUGH) & (result.status < 2))
    if not rough.size:
        return
    wide = plan_of(tree, wide=True)
    chance = inputs.chance[rough] if len(inputs.chance) > 1 else inputs.chance
    some = Inputs(inputs.pay[rough], chance, inputs.precision[rough])
    again = _run(wide, some, _odds(wide, result.action[rough]), WARM, threads)
    better = (again.status == 0) & (again.residual < result.residual[rough])
    better &= abs(again.action - result.action[rough]).max(axis=1) < _NEAR
    kept = rough[better]
    result.action[kept] = again.action[better]
    result.value[kept] = again.value[better]
    result.residual[kept] = again.residual[better]
    result.odds[kept] = _odds(plan, again.action[better])


def _behaviour(plan: Plan, start: ArrayLike, draws: int) -> Floats:
    """Check the behaviour to start from."""
    given = np.asarray(start, np.float64)
    total = plan.actions
    if given.shape not in {(total,), (draws, total), (1, total)}:
        raise ModelError(
            f"start has shape {given.shape}; give ({draws}, {total}) for draws and actions",
            code="SV880",
        )
    if not ((given >= 0.0) & (given <= 1.0)).all():
        raise ModelError("start holds numbers that are no probabilities", code="SV881")
    return np.atleast_2d(given)


def _odds(plan: Plan, action: Floats) -> Floats:
    """Log-odds of the unknown sets in a given behaviour [draw, action]."""
    logs = np.log(np.maximum(action, 1e-300))
    parts = [
        logs[:, a0 + 1 : a0 + count] - logs[:, a0 : a0 + 1] for a0, count, _ in plan.unknown_sets
    ]
    return np.concatenate(parts, axis=1) if parts else np.zeros((len(action), 0))


def inputs_of(
    tree: Tree, payoffs: ArrayLike, precision: ArrayLike, chance: ArrayLike | None = None
) -> Inputs:
    """Check the numbers of a batch and bring them to one number of draws.

    Args:
        tree: the game.
        payoffs: as in ``solve_batch``.
        precision: as in ``solve_batch``.
        chance: as in ``solve_batch``.

    Returns:
        The numbers as the kernels read them.

    Raises:
        ModelError: as in ``solve_batch``.
    """
    terminals, players = tree.n_terminals, len(tree.players)
    pay = np.asarray(payoffs, np.float64)
    if pay.shape[1:] != (terminals, players) or pay.ndim != 3:
        raise ModelError(
            f"payoffs have shape {pay.shape}; this game needs (draws, {terminals}, {players})",
            code="SV880",
        )
    lam = np.asarray(precision, np.float64)
    if lam.ndim == 1:
        lam = lam[:, None]
    if lam.ndim > 2 or (lam.ndim == 2 and lam.shape[1] not in {1, players}):
        raise ModelError(
            f"precision has shape {lam.shape}; give a number, (draws,) or (draws, {players})",
            code="SV880",
        )
    odds = np.atleast_2d(np.asarray(tree.chance() if chance is None else chance, np.float64))
    if odds.ndim != 2 or odds.shape[1] != tree.n_chance:
        raise ModelError(
            f"chance has shape {odds.shape}; this game needs (draws, {tree.n_chance})",
            code="SV880",
        )
    sizes = {len(pay), len(lam) if lam.ndim == 2 else 1, len(odds)} - {1}
    if len(sizes) > 1:
        raise ModelError(f"the numbers of draws disagree: {sorted(sizes)}", code="SV880")
    draws = sizes.pop() if sizes else 1
    _check_numbers(tree, pay, lam, odds)
    flat = np.ascontiguousarray(pay.reshape(len(pay), terminals * players))
    return Inputs(
        np.ascontiguousarray(np.broadcast_to(flat, (draws, terminals * players))),
        np.ascontiguousarray(odds),
        np.ascontiguousarray(np.broadcast_to(lam, (draws, players))),
    )


def _check_numbers(tree: Tree, pay: Floats, lam: Floats, odds: Floats) -> None:
    for name, numbers in (("payoffs", pay), ("precision", lam), ("chance", odds)):
        if not np.isfinite(numbers).all():
            raise ModelError(f"{name} holds numbers that are not finite", code="SV881")
    if (lam < 0.0).any():
        raise ModelError("a precision is below 0; give numbers from 0 upwards", code="SV881")
    if (odds < 0.0).any():
        raise ModelError("a chance is below 0; give probabilities", code="SV881")
    for node in np.flatnonzero(tree.kind == 2):
        edges = tree.move[tree.first[node] : tree.first[node] + tree.count[node]]
        if (abs(odds[:, edges].sum(axis=1) - 1.0) > 1e-8).any():
            raise ModelError("the chances of a move of nature do not sum to 1", code="SV881")


def plan_of(tree: Tree, *, wide: bool = False) -> Plan:
    """Return the programme of a tree's shape; the last ones are kept.

    Args:
        tree: the game.
        wide: solve for all information sets that depend on one another, not for the fewest.

    Returns:
        The plan; it does not depend on payoffs, chance or names.
    """
    arrays = (
        tree.kind, tree.infoset, tree.terminal, tree.first, tree.count, tree.child, tree.move,
        tree.owner, tree.action0, tree.actions,
    )  # fmt: skip
    key = tuple(np.ascontiguousarray(array, np.int64).tobytes() for array in arrays)
    return _plan(key, (len(tree.players), tree.n_terminals, tree.n_chance), wide)


@lru_cache(maxsize=64)
def _plan(key: tuple[bytes, ...], sizes: tuple[int, int, int], wide: bool) -> Plan:
    from servanda.numerics.tree_plan import Topology, make_plan

    kind, infoset, terminal, first, count, child, move, owner, action0, actions = (
        np.frombuffer(item, np.int64) for item in key
    )
    shape = Topology(
        kind, infoset, terminal, first, count, child, move, owner, action0, actions, *sizes
    )
    return make_plan(shape, wide)
