"""Audience costs in the dynamic game of Crisman-Cox and Gibilisco: do they make for peace?

Two states meet every period in peace, crisis or war. Each backs down, threatens or attacks; the
next period begins in the worse of what the two did. A state that falls short of the present level
while the other keeps it up pays its *audience cost*. ``solve`` looks for equilibria from many
starts and returns all that it finds; ``effects`` gives, at each of them, what a little more
audience cost does to who initiates and to the long-run shares of peace and war.

References:
    Crisman-Cox & Gibilisco 2018, AJPS 62(3):566-580, and its replication archive,
    doi:10.7910/DVN/XBNJD9. docs/concepts/audience-costs.md says what was taken from where.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from servanda.domain.errors import ModelError
from servanda.durability.checks import floats, within
from servanda.durability.model import OK, SEVERAL, UNCONVERGED
from servanda.numerics.dynamic_logit import Game, equilibria, long_run, slopes
from servanda.numerics.threads import over_rows

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = [
    "ACTS",
    "GAP",
    "STATES",
    "Dyads",
    "Effects",
    "Equilibria",
    "Signs",
    "effects",
    "signs",
    "solve",
]

STATES = ("peace", "crisis", "war")
ACTS = ("back down", "threaten", "attack")
GAP = 1e-10
"""Largest absolute error of the fixed point at which it counts as an equilibrium."""

SAME = 1e-6
HOLDS = len(ACTS) ** 2
WIDE, NARROW, LEAN = 20.0, 3.0, 4.0
BLOCK = 4


@dataclass(frozen=True, slots=True)
class Dyads:
    """Pairs of states, one per draw; payoffs per period in units of the shocks.

    Attributes:
        crisis: float64[draw, player], what a period that begins in crisis brings, against peace.
        war: float64[draw, player], what a period that begins in war brings, against peace.
        threat: float64[draw, player], cost of threatening.
        attack: float64[draw, player], cost of attacking.
        clash: float64[draw, state], what it brings each that neither backs down.
        audience: float64[draw, player], audience cost, at least 0.
        discount: float64[draw], weight of the next period, in [0, 1).
        precision: float64[draw], precision of the shocks, at least 0.

    Raises:
        ModelError: a shape does not fit, a value is not finite or out of its range.
    """

    crisis: Floats
    war: Floats
    threat: Floats
    attack: Floats
    clash: Floats
    audience: Floats
    discount: Floats
    precision: Floats

    def __post_init__(self) -> None:
        """Check shapes and ranges; keep contiguous copies."""
        pairs = ("crisis", "war", "threat", "attack", "clash", "audience")
        for name in (*pairs, "discount", "precision"):
            value = floats(name, getattr(self, name), 2 if name in pairs else 1)
            # A copy that may be written to: kernels are compiled anew for read-only arrays.
            object.__setattr__(self, name, value.copy())
        for name in (*pairs, "discount", "precision"):
            wide = (len(STATES),) if name == "clash" else (2,) if name in pairs else ()
            shape = (self.draws, *wide)
            if getattr(self, name).shape != shape:
                raise ModelError(f"{name} has shape {getattr(self, name).shape}, not {shape}")
        within("audience", self.audience, 0.0)
        within("discount", self.discount, 0.0, np.nextafter(1.0, 0.0))
        within("precision", self.precision, 0.0)

    @property
    def draws(self) -> int:
        """How many pairs there are."""
        return len(self.discount)

    @classmethod
    def alike(
        cls,
        audience: ArrayLike,
        *,
        crisis: ArrayLike,
        war: ArrayLike,
        threat: ArrayLike,
        attack: ArrayLike,
        clash: ArrayLike,
        discount: ArrayLike = 0.9,
        precision: ArrayLike = 1.0,
    ) -> Dyads:
        """Pairs that differ in nothing but their audience costs.

        Args:
            audience: float64[draw, player].
            crisis: for both players; a number or float64[draw], as are the others.
            war: as above.
            threat: as above.
            attack: as above.
            clash: float64[state] or float64[draw, state].
            discount: as above.
            precision: as above.

        Returns:
            The pairs.
        """
        cost = floats("audience", audience, 2)
        draws = len(cost)

        def spread(value: ArrayLike, *wide: int) -> Floats:
            array = np.asarray(value, dtype=np.float64)
            column = array[:, None] if wide == (2,) and array.ndim == 1 else array
            try:
                return np.broadcast_to(column, (draws, *wide))
            except ValueError as error:
                raise ModelError(f"shape {array.shape} does not fit {draws} draws") from error

        return cls(
            crisis=spread(crisis, 2),
            war=spread(war, 2),
            threat=spread(threat, 2),
            attack=spread(attack, 2),
            clash=spread(clash, len(STATES)),
            audience=cost,
            discount=spread(discount),
            precision=spread(precision),
        )


@dataclass(frozen=True, slots=True)
class Equilibria:
    """All equilibria found, one per row, by draw; the principal one of a draw first.

    Attributes:
        draw: int64[row], the draw it belongs to.
        values: float64[row, player, state, act], values net of shocks.
        choices: float64[row, player, state, act], probabilities.
        shares: float64[row, state], long-run shares of peace, crisis and war.
        gap: float64[row], largest absolute error of the fixed point, at most ``GAP``.
        principal: bool[row], whether the branch from even odds ends here.
        stable: bool[row], whether repeated soft replies, undamped, come back to it.
        slope: float64[row, n, n], derivative of the error of the fixed point, n = 2 x 3 x 3.
        status: int8[draw], ``OK`` one found, ``SEVERAL``, ``UNCONVERGED`` none.
        followed: bool[draw], whether the branch from even odds could be followed to its end.
    """

    draw: Ints
    values: Floats
    choices: Floats
    shares: Floats
    gap: Floats
    principal: Bools
    stable: Bools
    slope: Floats
    status: NDArray[np.int8]
    followed: Bools

    @property
    def first_move(self) -> Floats:
        """Probability of not backing down in peace, float64[row, player]."""
        return np.asarray(1.0 - self.choices[:, :, 0, 0])

    @property
    def initiation(self) -> Floats:
        """Share of all periods that begin in peace and in which a player moves, [row, player]."""
        return np.asarray(self.shares[:, :1] * self.first_move)

    @property
    def back_down(self) -> Floats:
        """Share of all periods in which a player pays its audience cost, [row, player]."""
        out = np.zeros((len(self.draw), 2))
        for i, s in itertools.product((0, 1), (1, 2)):
            falls = self.choices[:, i, s, :s].sum(axis=1)
            out[:, i] += self.shares[:, s] * falls * self.choices[:, 1 - i, s, s:].sum(axis=1)
        return out

    @property
    def most_peaceful(self) -> Bools:
        """Which row of each draw has the largest share of peace, bool[row]."""
        out = np.zeros(len(self.draw), dtype=np.bool_)
        for d in np.unique(self.draw):
            rows = np.flatnonzero(self.draw == d)
            out[rows[np.argmax(self.shares[rows, 0])]] = True
        return out


@dataclass(frozen=True, slots=True)
class Effects:
    """Derivatives by the audience cost of one player, at each equilibrium.

    Attributes:
        initiation: float64[row, whose cost, player].
        first_move: float64[row, whose cost, player].
        shares: float64[row, whose cost, state].
    """

    initiation: Floats
    first_move: Floats
    shares: Floats


@dataclass(frozen=True, slots=True)
class Signs:
    """Shares of cases, each an equilibrium and a player whose audience cost rises a little.

    ``cases`` how many; ``own_up`` it initiates more; ``rival_down`` the other initiates less;
    ``peace_up``; ``war_down``; ``own_up_war_down`` both, the published finding.
    """

    cases: int
    own_up: float
    rival_down: float
    peace_up: float
    war_down: float
    own_up_war_down: float


def solve(
    dyads: Dyads, *, starts: int = 60, seed: int = 0, threads: int | None = None
) -> Equilibria:
    """Look for equilibria of each pair from many starts.

    The starts are the branch from even odds, the nine pairs of actions that both may hold to, and
    ``starts`` random values, the same for every draw. Nothing shows that all equilibria are found.

    Args:
        dyads: the pairs.
        starts: number of random starts.
        seed: of the random starts.
        threads: how many threads; None for all processors.

    Returns:
        What was found; a draw without equilibrium has status ``UNCONVERGED`` and no row.

    Raises:
        ModelError: ``starts`` is negative.

    Examples:
        Stakes of the size of the shocks; one equilibrium is found. The first state initiates less
        with the higher audience cost, and there is more peace but also more war:

        >>> from servanda.durability import audience_costs as ac
        >>> stakes = {"crisis": 0.0, "war": -1.0, "threat": 1.0, "attack": 2.0}
        >>> pair = ac.Dyads.alike([[1.0, 1.0], [4.0, 1.0]], **stakes, clash=[-1.0, -1.0, -1.0])
        >>> found = ac.solve(pair, starts=4)
        >>> found.status.tolist(), found.followed.tolist()
        ([0, 0], [True, True])
        >>> found.shares.round(3).tolist()  # peace, crisis, war
        [[0.572, 0.354, 0.074], [0.586, 0.323, 0.091]]
        >>> found.initiation[:, 0].round(3).tolist()
        [0.13, 0.103]
    """
    if starts < 0:
        raise ModelError(f"starts is {starts}; it must be at least 0")
    game = _game(dyads)
    more = _starts(starts, seed)
    values = np.empty((dyads.draws, 1 + HOLDS + starts, 2, len(STATES), len(ACTS)))
    left = np.empty(values.shape[:2])

    def work(first: int, last: int) -> None:
        equilibria(first, last, game, more, values, left)

    over_rows(work, dyads.draws, threads=threads, block=BLOCK)
    kept = [(d, k) for d in range(dyads.draws) for k in _distinct(values[d], left[d], game.lam[d])]
    draw, start = np.array(kept, dtype=np.int64).reshape(-1, 2).T
    return _gather(game, draw, start, np.ascontiguousarray(values[draw, start]), left)


def effects(dyads: Dyads, found: Equilibria) -> Effects:
    """What a little more audience cost of either does, by implicit differentiation.

    Args:
        dyads: the pairs.
        found: their equilibria.

    Returns:
        Derivatives at each equilibrium, everything else held.
    """
    rows, n = len(found.draw), found.slope.shape[1]
    p, peace = found.choices, found.shares[:, 0]
    lam, move = dyads.precision[found.draw][:, None, None, None], _move()
    steps = np.einsum("rsa,rsb,sabt->rst", p[:, 0], p[:, 1], move)
    visits = np.linalg.inv(np.eye(len(STATES)) - steps + found.shares[:, None, :])
    initiation, first_move = np.empty((rows, 2, 2)), np.empty((rows, 2, 2))
    shares = np.empty((rows, 2, len(STATES)))
    for j in (0, 1):
        push = _paid(p, j).reshape(rows, n, 1)
        dv = -np.linalg.solve(found.slope, push).reshape(p.shape)
        dp = lam * p * (dv - (p * dv).sum(axis=3, keepdims=True))
        moved = np.einsum("rsa,rsb,sabt->rst", dp[:, 0], p[:, 1], move)
        moved += np.einsum("rsa,rsb,sabt->rst", p[:, 0], dp[:, 1], move)
        shares[:, j] = np.einsum("rs,rst,rtu->ru", found.shares, moved, visits)
        first_move[:, j] = -dp[:, :, 0, 0]
        initiation[:, j] = shares[:, j, :1] * found.first_move + peace[:, None] * first_move[:, j]
    return Effects(initiation, first_move, shares)


def signs(change: Effects, rows: Bools) -> Signs:
    """Count the signs of effects over some equilibria and both players.

    Args:
        change: what ``effects`` returned.
        rows: bool[row], the equilibria to count.

    Returns:
        Shares of cases; nan where there is none.
    """
    own = np.concatenate([change.initiation[rows, j, j] > 0.0 for j in (0, 1)])
    rival = np.concatenate([change.initiation[rows, j, 1 - j] < 0.0 for j in (0, 1)])
    peace = np.concatenate([change.shares[rows, j, 0] > 0.0 for j in (0, 1)])
    war = np.concatenate([change.shares[rows, j, 2] < 0.0 for j in (0, 1)])
    every = (own, rival, peace, war, own & war)
    return Signs(own.size, *(float(x.mean()) if x.size else np.nan for x in every))


def _move() -> Floats:
    """Next state: the worse of the two actions, whatever the state."""
    move = np.zeros((len(STATES), len(ACTS), len(ACTS), len(STATES)))
    for a, b in itertools.product(range(len(ACTS)), repeat=2):
        move[:, a, b, max(a, b)] = 1.0
    return move


def _game(dyads: Dyads) -> Game:
    """Payoffs per player, state and pair of actions."""
    state = np.arange(len(STATES))[:, None, None]
    acts = (np.arange(len(ACTS))[None, :, None], np.arange(len(ACTS))[None, None, :])
    gain = np.zeros((dyads.draws, 2, len(STATES), len(ACTS), len(ACTS)))
    for i in (0, 1):
        own, rival = acts[i], acts[1 - i]
        for value, where in (
            (dyads.crisis, state == 1),
            (dyads.war, state == 2),
            (-dyads.threat, own == 1),
            (-dyads.attack, own == 2),
            (-dyads.audience, (own < state) & (rival >= state)),
        ):
            gain[:, i] += value[:, i, None, None, None] * where
        firm = (own > 0) & (rival > 0)
        gain[:, i] += dyads.clash[:, :, None, None] * firm
    return Game(gain, _move(), dyads.discount, dyads.precision)


def _starts(count: int, seed: int) -> Floats:
    """Values times the precision to start from: half wide, half near holding to an action."""
    rng = np.random.default_rng(seed)
    more = rng.normal(size=(count, 2, len(STATES), len(ACTS)))
    more[::2] *= WIDE
    more[1::2] *= NARROW
    for k, i in itertools.product(range(1, count, 2), (0, 1)):
        more[k, i, :, rng.integers(len(ACTS))] += LEAN
    return more


def _distinct(values: Floats, left: Floats, lam: float) -> list[int]:
    """Return the first start that led to each distinct equilibrium of one draw."""
    kept: list[int] = []
    seen: list[Floats] = []
    for k in np.flatnonzero(left <= GAP):
        p = _soft(lam * values[k])
        if all(np.abs(p - other).max() > SAME for other in seen):
            seen.append(p)
            kept.append(int(k))
    return kept


def _soft(x: Floats) -> Floats:
    """Logit choice along the last axis."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


def _gather(game: Game, draw: Ints, start: Ints, values: Floats, left: Floats) -> Equilibria:
    """Work out choices, shares and stability of what was found."""
    rows, n = len(draw), values[0].size if len(draw) else 2 * len(STATES) * len(ACTS)
    mine = Game(game.gain[draw], game.move, game.beta[draw], game.lam[draw])
    choices, slope = np.empty_like(values), np.empty((rows, n, n))
    shares = np.empty((rows, len(STATES)))
    slopes(0, rows, mine, values, choices, slope)
    long_run(choices, game.move, shares)
    radius = np.abs(np.linalg.eigvals(np.eye(n) - slope)).max(axis=1, initial=0.0)
    count = np.bincount(draw, minlength=len(left))
    status = np.where(count == 0, UNCONVERGED, np.where(count == 1, OK, SEVERAL)).astype(np.int8)
    return Equilibria(
        draw=draw,
        values=values,
        choices=choices,
        shares=shares,
        gap=left[draw, start],
        principal=start == 0,
        stable=radius < 1.0,
        slope=slope,
        status=status,
        followed=left[:, 0] <= GAP,
    )


def _paid(p: Floats, j: int) -> Floats:
    """How the error of the fixed point moves with player ``j``'s audience cost."""
    out = np.zeros_like(p)
    for s in (1, 2):
        out[:, j, s, :s] = p[:, 1 - j, s, s:].sum(axis=1)[:, None]
    return out
