"""The participation game in an analyst's words: who joins in, given what the others do.

This is the engine's inner question on its own, for batches of games: useful to study one
coalition, to check the numbers against enumeration, and to explain a single draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.deterrence.model import CODE
from servanda.domain.errors import ModelError

__all__ = ["Answer", "Coalition", "participate", "uniqueness_bound"]

Floats = NDArray[np.float64]

PER_GAME = ("lam", "phi", "base", "rival", "g", "floor")
PER_BODY = ("rule", "need", "barred")
#: As many as the kernel lists cases for (``servanda.numerics.seating``).
MOST_BODIES, MOST_LEADERS = 8, 4


@dataclass(frozen=True, slots=True)
class Coalition:
    """A batch of participation games; arrays are [game, guarantor] unless said.

    Guarantor i acts with probability ``logistic(lam (stake E[dP] + credit + pooled sum_{j != i}
    w_j h_j - cost))``; the defence holds with ``D^g / (D^g + rival^g)``, ``D`` = base + helpers.

    Attributes:
        able: capability added when acting, in units of the challenger's.
        idle: capability of forward forces that fight unordered with probability ``phi``.
        stake: worth of a successful defence.
        credit: cost of default that does not depend on others.
        pooled: cost of default per unit of the pool's acting share.
        cost: cost of acting.
        prior: where the search for a fixed point starts, in [0, 1].
        weight: capability by which members count in their pool (normalised inside).
        pool: int, -1 or a clause index. body: int, -1 or the index of a body (0 to 7).
        veto: utility of blocking before the stake in acting together is taken off.
        gives: what a guarantor bound by a promise brings; 0 where it promised nothing.
        nuclear: bool.
        lam, phi, base, rival, g, floor: [game] precision, chance that forward forces fight,
            own capability, the challenger's, contest exponent, promised total to be reached.
        word: the part of ``credit`` that counts only where the body that waits is open.
        owes: the part of ``floor`` that this guarantor promised.
        vote: weight in the vote of its body; inf where its block alone is enough.
        leads: int, a bit for each body whose members wait for this guarantor (at most 4 lead).
        rule: [game, body] 0 vote, 1 after one of the leaders, 2 after all of them.
        need: [game, body] share of the votes that a decision needs, 1 for consensus.
        barred: bool[game, body], kept shut from outside.
    """

    able: Floats
    idle: Floats
    stake: Floats
    credit: Floats
    pooled: Floats
    cost: Floats
    prior: Floats
    weight: Floats
    pool: NDArray[np.int64]
    body: NDArray[np.int64]
    veto: Floats
    gives: Floats
    nuclear: NDArray[np.bool_]
    lam: Floats
    phi: Floats
    base: Floats
    rival: Floats
    g: Floats
    floor: Floats
    word: Floats | float = 0.0
    owes: Floats | float = 0.0
    vote: Floats | float = 1.0
    leads: NDArray[np.int64] | int = 0
    rule: NDArray[np.int64] | int = 0
    need: Floats | float = 1.0
    barred: NDArray[np.bool_] | bool = False

    def __post_init__(self) -> None:
        """Bring all arrays to one shape and refuse what the formulas cannot take."""
        shape = np.shape(self.able)
        if len(shape) != 2:
            raise ModelError(f"able needs axes game, guarantor; it has shape {shape}", code=CODE)
        whole, logical = ("pool", "body", "leads", "rule"), ("nuclear", "barred")
        for name in self.__slots__:
            kind: Any = np.int64 if name in whole else np.bool_ if name in logical else np.float64
            wanted = shape[:1] if name in PER_GAME else shape
            wanted = (shape[0], MOST_BODIES) if name in PER_BODY else wanted
            value = np.broadcast_to(np.asarray(getattr(self, name), dtype=kind), wanted)
            if np.isnan(value).any() or (name != "vote" and not np.isfinite(value).all()):
                raise ModelError(f"{name} holds values that are not finite", code=CODE)
            object.__setattr__(self, name, np.ascontiguousarray(value))
        if (self.able < self.idle).any() or (self.idle < 0.0).any():
            raise ModelError("needs 0 <= idle <= able: acting includes forward forces", code=CODE)
        if not (self.base > 0.0).all() or not (self.rival > 0.0).all():
            raise ModelError("base and rival are capabilities and must be > 0", code=CODE)
        if self.body.size and self.body.max() >= MOST_BODIES:
            raise ModelError(f"body: at most {MOST_BODIES} can decide at once", code=CODE)
        if ((np.asarray(self.leads) != 0).sum(axis=1) > MOST_LEADERS).any():
            raise ModelError(f"leads: at most {MOST_LEADERS} can be waited for", code=CODE)


@dataclass(frozen=True, slots=True)
class Answer:
    """Who acts and what comes of it; arrays are [game] unless said.

    Attributes:
        q: [game, guarantor] probability of acting, over all decisions of bodies.
        defence: expected probability that the defence holds.
        helped: probability that a guarantor with capability acts.
        reached: probability that the promised floor is reached (any act where it is 0).
        helper_share: E[1 - exp(-helping capability / rival)].
        nuclear: probability that a nuclear guarantor acts.
        q_open, q_shut: the same given that the guarantor's own body is open or shut.
        found: [game, 3, guarantor] q at the fixed points found from the prior, from nobody acting
            and from everybody acting, where no vote is blocked and all who are waited for act.
        blocked: [game, body] probability that a body is shut: its vote blocked, or those waited
            for not acting. reached_open, reached_shut: ``reached`` given that; nan where it cannot
            arise or nothing is owed then.
        bound: below 1 the fixed point is unique.
        residual: largest last change of q. spread: of ``defence`` over the fixed points found.
        status: 0 one found, 1 several, 2 not converged.
    """

    q: Floats
    q_open: Floats
    q_shut: Floats
    found: Floats
    defence: Floats
    helped: Floats
    reached: Floats
    helper_share: Floats
    nuclear: Floats
    blocked: Floats
    reached_open: Floats
    reached_shut: Floats
    bound: Floats
    residual: Floats
    spread: Floats
    status: NDArray[np.int8]


def _seats(
    coalition: Coalition, columns: tuple[str, ...]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Stack the players' numbers and marks as the kernel reads them."""
    pool = coalition.pool
    rows = {
        "x": coalition.able,
        "idle": coalition.idle,
        "stake": coalition.stake,
        "credit": coalition.credit,
        "pooled": coalition.pooled,
        "cost": coalition.cost,
        "prior": coalition.prior,
        "weight": coalition.weight,
        "veto": coalition.veto,
        "gives": coalition.gives,
        "shadow": coalition.nuclear.astype(np.float64),
        "effort": np.zeros_like(coalition.able),
        "word": coalition.word,
        "owes": coalition.owes,
        "vote": coalition.vote,
    }
    players = np.ascontiguousarray(np.stack([rows[name] for name in columns], axis=1))
    rank, leads = np.zeros_like(pool), np.asarray(coalition.leads)
    own = np.where(coalition.body >= 0, 1 << np.maximum(coalition.body, 0), 0)
    # Nobody waits for its own act.
    marks = np.stack([pool, coalition.body, rank, leads & ~own], axis=1)
    return players, np.ascontiguousarray(marks)


def participate(
    coalition: Coalition,
    *,
    selection: int = 0,
    nodes: int = 257,
    tolerance: float = 1e-12,
    threads: int | None = None,
) -> Answer:
    """Solve participation games: a quantal response equilibrium of each (McKelvey-Palfrey 1995).

    The fixed point is sought from the prior; where the bound does not prove it unique also from
    nobody acting and everybody acting, and a game with several is marked.

    Args:
        coalition: the games.
        selection: 0 reports the fixed point reached from the prior, 1 the one with the lowest
            defence, 2 the highest.
        nodes: nodes of the capability grid.
        tolerance: largest last change of any q that counts as converged.
        threads: None for all processors of this process.

    Returns:
        The answers. Order of the guarantors does not matter; one that adds nothing, owes nothing
        and stands outside pools and bodies changes nothing for the others.

    >>> one = {name: np.zeros((1, 1)) for name in Coalition.__slots__[:13]}
    >>> one |= {"able": np.ones((1, 1)), "pool": np.array([[-1]]), "body": np.array([[-1]])}
    >>> lone = Coalition(**one, lam=4.0, phi=0.0, base=0.5, rival=1.0, g=1.0, floor=0.0)
    >>> participate(lone).q.round(3)  # nothing at stake: a coin is tossed
    array([[0.5]])
    """
    from servanda.numerics.coalition import OUTCOMES, solve_games
    from servanda.numerics.seating import COLUMNS, desk, workspace
    from servanda.numerics.threads import over_rows

    games, most = coalition.able.shape
    players, marks = _seats(coalition, COLUMNS)
    game = np.stack(
        [getattr(coalition, name) for name in PER_GAME],
        axis=1,
    )
    rules = np.stack([np.asarray(getattr(coalition, name), np.float64) for name in PER_BODY])
    q, found = np.zeros((3, games, most)), np.zeros((games, 3, most))
    shut = np.full((3, games, MOST_BODIES), np.nan)
    shut[0] = 0.0
    outcome = np.zeros((games, len(OUTCOMES)))

    def work(start: int, stop: int) -> None:
        scratch = workspace(most, nodes)
        solve_games(
            start,
            stop,
            players,
            marks,
            game,
            rules,
            nodes,
            selection,
            tolerance,
            q,
            found,
            shut,
            outcome,
            scratch,
            desk(most, nodes),
        )

    over_rows(work, games, threads=threads, block=64)
    got = dict(zip(OUTCOMES, outcome.T, strict=True))
    return Answer(
        q=q[0],
        q_open=q[1],
        q_shut=q[2],
        found=found,
        blocked=shut[0],
        reached_open=shut[1],
        reached_shut=shut[2],
        status=got["status"].astype(np.int8),
        **{
            name: got[name]
            for name in (
                "defence",
                "helped",
                "reached",
                "helper_share",
                "nuclear",
                "bound",
                "residual",
                "spread",
            )
        },
    )


def uniqueness_bound(coalition: Coalition, *, nodes: int = 257) -> Floats:
    """Bound the slope of the joint response; below 1 the fixed point is unique.

    ``lam max_i (stake_i able_i sum_{j != i} able_j max|P''| + pooled_i) / 4``: the logistic has
    slope at most lam/4, and a second difference of P is at most the product of the two
    capabilities and the largest curvature (or 1).

    Args:
        coalition: the games.
        nodes: where the curvature is looked at.

    Returns:
        float64[game].
    """
    total = coalition.able.sum(axis=1, keepdims=True)
    d = coalition.base[:, None] + total * np.linspace(0.0, 1.0, nodes)
    g = coalition.g[:, None]
    p = d**g / (d**g + coalition.rival[:, None] ** g)
    steep = (np.abs(p * (1 - p) * ((g - 1) - 2 * g * p)) * g / d**2).max(axis=1, keepdims=True)
    pairs = np.minimum(
        coalition.able * steep * (total - coalition.able), coalition.able.shape[1] - 1
    )
    slope = np.abs(coalition.stake * pairs) + np.abs(coalition.pooled)
    bound: Floats = coalition.lam * slope.max(axis=1, initial=0.0) / 4.0
    return bound
