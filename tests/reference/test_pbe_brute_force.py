"""Perfect Bayesian equilibria of signalling games against brute force over grids.

Two types, two messages, two responses. The oracle knows nothing of supports or polynomials: it
tries behaviour on a grid and asks of each point whether it is close to an equilibrium. The other
way round, what the solver returns is checked by formulas for this one game alone.
"""

from itertools import product

import numpy as np
import pytest
from tests.unit.games.play import signalling

from servanda.games import solve

GRID = np.linspace(0.0, 1.0, 21)
GAMES = 200
# The ordinary run looks at the first games only.
BATCHES = [
    batch if batch < 3 else pytest.param(batch, marks=pytest.mark.deep) for batch in range(20)
]


def draw(seed):
    """Payoffs [type, message, response, player] and the chance of the first type."""
    rng = np.random.default_rng([seed, 41])
    return rng.normal(size=(2, 2, 2, 2)).round(2), round(float(rng.uniform(0.15, 0.85)), 2)


def gains(payoff, prior, send, respond, belief):
    """What the best deviation gains for each type and at each message; arrays broadcast.

    ``send[t]`` and ``respond[m]`` are probabilities of the first message and response,
    ``belief[m]`` the probability of the first type after message m.
    """
    r = [np.stack([respond[m], 1.0 - respond[m]]) for m in (0, 1)]
    found = []
    for t in (0, 1):
        worth = [payoff[t, m, 0, 0] * r[m][0] + payoff[t, m, 1, 0] * r[m][1] for m in (0, 1)]
        have = send[t] * worth[0] + (1.0 - send[t]) * worth[1]
        found.append(np.maximum(worth[0], worth[1]) - have)
    for m in (0, 1):
        worth = [
            belief[m] * payoff[0, m, k, 1] + (1.0 - belief[m]) * payoff[1, m, k, 1] for k in (0, 1)
        ]
        have = worth[0] * r[m][0] + worth[1] * r[m][1]
        found.append(np.maximum(worth[0], worth[1]) - have)
    return np.maximum.reduce(np.broadcast_arrays(*found))


def bayes(prior, send, m):
    """The chance of a message, and of the first type given it."""
    first = prior * (send[0] if m == 0 else 1.0 - send[0])
    second = (1.0 - prior) * (send[1] if m == 0 else 1.0 - send[1])
    return first + second, first


def close_to_equilibrium(payoff, prior, tolerance):
    """Grid points whose best deviation gains at most the tolerance, [point, send and respond]."""
    s0, s1, r0, r1 = np.meshgrid(GRID, GRID, GRID, GRID, indexing="ij")
    worst = np.full(s0.shape, np.inf)
    chances = [bayes(prior, (s0, s1), m) for m in (0, 1)]
    # Where a message is never sent every belief on the grid is tried.
    for b0, b1 in product((None, *GRID), repeat=2):
        beliefs = []
        fits = np.ones(s0.shape, dtype=bool)
        for given, (total, first) in zip((b0, b1), chances, strict=True):
            sent = total > 0.0
            if given is None:
                fits &= sent
                beliefs.append(np.divide(first, total, out=np.zeros_like(total), where=sent))
            else:
                fits &= ~sent
                beliefs.append(np.full_like(total, given))
        if fits.any():
            part = np.flatnonzero(fits.ravel())
            flat = [x.ravel()[part] for x in (s0, s1, r0, r1)]
            held = [x.ravel()[part] for x in beliefs]
            gain = gains(payoff, prior, flat[:2], flat[2:], held)
            worst.ravel()[part] = np.minimum(worst.ravel()[part], gain)
    good = worst <= tolerance
    return np.stack([x[good] for x in (s0, s1, r0, r1)], axis=1)


def boxes(solution):
    """Lowest and highest probability of first message and response, [equilibrium, 4]."""
    order = (0, 6, 2, 4)
    low = np.array([e.behaviour[list(order)] for e in solution.equilibria]).reshape(-1, 4)
    high = low.copy()
    for row, e in enumerate(solution.equilibria):
        for part in e.free:
            if part.kind == "behaviour" and part.place in order:
                column = order.index(part.place)
                low[row, column], high[row, column] = part.low, part.high
    return low, high


@pytest.mark.parametrize("batch", range(20))
def test_what_is_found_is_an_equilibrium_by_hand(batch):
    for seed in range(batch * GAMES // 20, (batch + 1) * GAMES // 20):
        payoff, prior = draw(seed)
        game = signalling(payoff, prior)
        solution = solve(game, "pbe")
        assert solution.status == "complete"
        assert solution.equilibria, f"game {seed} has an equilibrium"
        for e in solution.equilibria:
            send, respond = e.behaviour[[0, 6]], e.behaviour[[2, 4]]
            nodes = [np.flatnonzero(game.infoset == h) for h in (1, 2)]
            belief = [e.beliefs[n[0]] for n in nodes]
            for m in (0, 1):
                total, first = bayes(prior, send, m)
                if total > 1e-12:
                    assert belief[m] == pytest.approx(first / total, abs=1e-9)
            assert gains(payoff, prior, send, respond, belief) < 1e-8
            assert e.residual < 1e-8


def distance(points, low, high):
    """How far each point is from the nearest equilibrium or its range."""
    outside = np.maximum(low[None] - points[:, None], points[:, None] - high[None])
    return np.maximum(outside, 0.0).max(axis=2).min(axis=1)


def zoom(payoff, prior, point):
    """Shrink a grid around a point toward the least gain from deviating; return both.

    Beliefs after an unsent message are tried on the whole grid each time.
    """
    offsets = np.array(list(product((-1.0, -0.5, 0.0, 0.5, 1.0), repeat=4)))
    width, best = GRID[1], np.inf
    for _ in range(45):
        tried = np.clip(point + width * offsets, 0.0, 1.0)
        gain = np.full(len(tried), np.inf)
        send, respond = tried[:, :2].T, tried[:, 2:].T
        chances = [bayes(prior, send, m) for m in (0, 1)]
        for loose in GRID:
            beliefs = [
                np.divide(first, total, out=np.full_like(total, loose), where=total > 0.0)
                for total, first in chances
            ]
            gain = np.minimum(gain, gains(payoff, prior, send, respond, beliefs))
        if gain.min() < best:
            best, point = gain.min(), tried[gain.argmin()]
        width *= 0.7
    return point, best


@pytest.mark.parametrize("batch", BATCHES)
def test_no_equilibrium_near_a_point_of_the_grid_is_missing(batch):
    seen = 0
    for seed in range(batch * GAMES // 20, (batch + 1) * GAMES // 20):
        payoff, prior = draw(seed)
        low, high = boxes(solve(signalling(payoff, prior), "pbe"))
        points = close_to_equilibrium(payoff, prior, 0.02)
        seen += len(points)
        far = points[distance(points, low, high) > 2.1 * GRID[1]] if len(points) else points
        for point in far[:: max(1, len(far) // 25)]:
            found, gain = zoom(payoff, prior, point)
            if gain < 1e-6:
                assert distance(found[None], low, high)[0] < 0.01, (seed, found)
    assert seen, "the grid comes close to some equilibrium"
