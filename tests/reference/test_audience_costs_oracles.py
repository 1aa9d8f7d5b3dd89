"""The dynamic game of audience costs against oracles that share no code with the kernel."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import root

from servanda.domain.errors import ModelError
from servanda.durability import audience_costs as ac
from servanda.durability.model import OK, SEVERAL, UNCONVERGED
from servanda.numerics.dynamic_logit import Game, equilibria, long_run

pygambit = pytest.importorskip("pygambit", reason="pygambit 17.0.0b2 is not installed")

STATES, ACTS = range(3), range(3)


def random_dyads(draws: int, seed: int, size: float = 1.0, **given: float) -> ac.Dyads:
    rng = np.random.default_rng(seed)
    pairs = {n: size * rng.normal(size=(draws, 2)) for n in ("crisis", "war", "threat", "attack")}
    return ac.Dyads(
        **pairs,
        clash=size * rng.normal(size=(draws, 3)),
        audience=size * rng.gamma(1.0, size=(draws, 2)),
        discount=np.full(draws, given.get("discount", 0.9)),
        precision=np.full(draws, given.get("precision", 1.0)),
    )


def payoff(dyads: ac.Dyads, d: int, i: int, s: int, own: int, rival: int) -> float:
    """What a period brings, word by word from the description of the game."""
    worth = [0.0, dyads.crisis[d, i], dyads.war[d, i]][s]
    worth -= [0.0, dyads.threat[d, i], dyads.attack[d, i]][own]
    if own > 0 and rival > 0:
        worth += dyads.clash[d, s]
    if own < s <= rival:
        worth -= dyads.audience[d, i]
    return float(worth)


def slow_map(dyads: ac.Dyads, d: int, v: np.ndarray, lam: float) -> np.ndarray:
    """One application of the fixed point map, with plain loops and the sum under the logarithm."""
    beta = dyads.discount[d]
    p = np.exp(lam * v - (lam * v).max(axis=2, keepdims=True))
    p /= p.sum(axis=2, keepdims=True)
    top = np.log(np.exp(lam * (v - v.max())).sum(axis=2)) / lam + v.max()
    out = np.zeros_like(v)
    for i in (0, 1):
        for s in STATES:
            for own in ACTS:
                for rival in ACTS:
                    later = beta * top[i, max(own, rival)]
                    worth = payoff(dyads, d, i, s, own, rival) + later
                    out[i, s, own] += p[1 - i, s, rival] * worth
    return out


def shift(dyads: ac.Dyads, d: int) -> float:
    """Constant between values with the sum and with the mean under the logarithm."""
    beta, lam = dyads.discount[d], dyads.precision[d]
    return float(beta * np.log(3.0) / lam / (1.0 - beta))


def slow_branch(dyads: ac.Dyads, d: int, steps: int = 120) -> np.ndarray:
    """Choices at the end of the branch from even odds, by many small steps of a general solver."""
    v = np.zeros(18)
    for lam in np.linspace(0.0, dyads.precision[d], steps + 1)[1:]:
        # Differences alone matter near lam = 0, where the constant of the sum grows without bound.
        constant = dyads.discount[d] * np.log(3.0) / lam / (1.0 - dyads.discount[d])

        def gap(x: np.ndarray, lam: float = lam, constant: float = constant) -> np.ndarray:
            values = x.reshape(2, 3, 3) + constant
            return (values - slow_map(dyads, d, values, lam)).ravel()

        v = root(gap, v, tol=1e-12).x
    p = np.exp(lam * v.reshape(2, 3, 3))
    return p / p.sum(axis=2, keepdims=True)


@pytest.mark.parametrize("size", [1.0, 8.0])
def test_every_equilibrium_is_a_fixed_point_of_the_slow_map(size: float) -> None:
    dyads = random_dyads(40, 1, size)
    found = ac.solve(dyads, starts=10)
    assert (found.status != UNCONVERGED).all()
    assert found.gap.max() < ac.GAP
    for row, d in enumerate(found.draw):
        values = found.values[row] + shift(dyads, d)
        again = slow_map(dyads, d, values, dyads.precision[d])
        assert np.abs(again - values).max() < 1e-10 * max(1.0, np.abs(values).max())


def test_the_principal_branch_is_that_of_small_steps() -> None:
    dyads = random_dyads(5, 2, 1.5)
    found = ac.solve(dyads, starts=0)
    assert found.followed.all()
    for d in range(dyads.draws):
        (row,) = np.flatnonzero(found.principal & (found.draw == d))
        assert np.abs(found.choices[row] - slow_branch(dyads, d)).max() < 1e-8


def test_without_precision_everybody_plays_at_even_odds() -> None:
    found = ac.solve(random_dyads(5, 3, 20.0, precision=0.0), starts=6)
    assert found.status.tolist() == [OK] * 5
    assert np.allclose(found.choices, 1.0 / 3.0, rtol=0.0, atol=1e-15)
    # The worse of two even draws: 1, 3 and 5 ninths.
    assert np.allclose(found.shares, [1 / 9, 3 / 9, 5 / 9], rtol=0.0, atol=1e-14)


def gambit(mine: np.ndarray, theirs: np.ndarray, precision: float, file: Path) -> list[float]:
    """Logit equilibrium of a game of two players, [own act, other's act] each, after Gambit."""
    pairs = (f"{mine[a, b]:.12f} {theirs[b, a]:.12f}" for b in ACTS for a in ACTS)
    file.write_text('NFG 1 R "static" { "1" "2" } { 3 3 }\n\n' + " ".join(pairs) + "\n")
    game = pygambit.read_nfg(str(file))
    (point,) = pygambit.qre.logit_solve_lambda(game, lam=[precision])
    return [float(q) for player in game.players for q in dict(point.profile[player]).values()]


@pytest.mark.parametrize("precision", [0.5, 2.0])
def test_without_a_future_each_state_is_a_static_logit_game(
    precision: float, tmp_path: Path
) -> None:
    dyads = random_dyads(4, 4, 1.0, discount=0.0, precision=precision)
    found = ac.solve(dyads, starts=0)
    for d in range(dyads.draws):
        (row,) = np.flatnonzero(found.principal & (found.draw == d))
        for s in STATES:
            mine, theirs = (
                np.array([[payoff(dyads, d, i, s, a, b) for b in ACTS] for a in ACTS])
                for i in (0, 1)
            )
            odds = gambit(mine, theirs, precision, tmp_path / "game.nfg")
            assert np.allclose(found.choices[row, :, s].ravel(), odds, rtol=0.0, atol=1e-5)


def mirrored(dyads: ac.Dyads) -> ac.Dyads:
    pairs = ("crisis", "war", "threat", "attack", "audience")
    return dataclasses.replace(dyads, **{n: getattr(dyads, n)[:, ::-1] for n in pairs})


def test_names_of_the_players_do_not_matter() -> None:
    dyads = random_dyads(30, 5, 3.0)
    one, two = ac.solve(dyads, starts=0), ac.solve(mirrored(dyads), starts=0)
    assert one.followed.tolist() == two.followed.tolist()
    first, second = one.principal.nonzero()[0], two.principal.nonzero()[0]
    assert np.allclose(one.choices[first], two.choices[second][:, ::-1], rtol=0.0, atol=1e-9)
    assert np.allclose(one.shares[first], two.shares[second], rtol=0.0, atol=1e-9)
    by, yb = ac.effects(dyads, one), ac.effects(mirrored(dyads), two)
    turned = yb.initiation[second][:, ::-1, ::-1]
    assert np.allclose(by.initiation[first], turned, rtol=1e-6, atol=1e-9)


def single_player(seed: int) -> tuple[Game, np.ndarray, np.ndarray]:
    """A game in which nothing that player 1 does matters to player 0 or to the state."""
    rng = np.random.default_rng(seed)
    reward, chance = 3.0 * rng.normal(size=(3, 3)), rng.dirichlet(np.ones(3), size=(3, 3))
    gain = np.zeros((1, 2, 3, 3, 3))
    gain[0, 0] = reward[:, :, None]
    gain[0, 1] = rng.normal(size=(3, 3, 3))
    move = np.repeat(chance[:, :, None, :], 3, axis=2)
    return Game(gain, np.ascontiguousarray(move), np.array([0.9]), np.array([2.0])), reward, chance


@pytest.mark.parametrize("seed", range(5))
def test_one_player_alone_solves_a_contraction(seed: int) -> None:
    game, reward, chance = single_player(seed)

    def alone(v: np.ndarray) -> np.ndarray:
        top = np.log(np.exp(2.0 * v).mean(axis=1)) / 2.0
        return reward + 0.9 * chance @ top

    rng = np.random.default_rng([seed, 1])
    one, two = 10.0 * rng.normal(size=(2, 3, 3))
    assert np.abs(alone(one) - alone(two)).max() <= 0.9 * np.abs(one - two).max()
    for _ in range(400):
        one = alone(one)
    values, left = np.empty((1, 10, 2, 3, 3)), np.empty((1, 10))
    equilibria(0, 1, game, np.empty((0, 2, 3, 3)), values, left)
    assert (left <= ac.GAP).all()
    assert np.abs(values[0, :, 0] - one).max() < 1e-10


def test_long_run_shares_are_those_of_the_chain() -> None:
    rng = np.random.default_rng(6)
    p = rng.dirichlet(np.ones(3), size=(20, 2, 3))
    move, share = rng.dirichlet(np.ones(3), size=(3, 3, 3)), np.empty((20, 3))
    long_run(p, move, share)
    chain = np.einsum("dsa,dsb,sabt->dst", p[:, 0], p[:, 1], move)
    power = np.linalg.matrix_power(chain, 400)
    assert np.allclose(share[:, None, :], power, rtol=0.0, atol=1e-13)


def test_effects_are_those_of_small_differences() -> None:
    dyads, h = random_dyads(10, 7, 2.0), 1e-5
    found = ac.solve(dyads, starts=0)
    change, rows = ac.effects(dyads, found), found.principal.nonzero()[0]
    for j in (0, 1):
        ends = []
        for sign in (-1.0, 1.0):
            cost = dyads.audience.copy() + 0.01
            cost[:, j] += sign * h
            ends.append(ac.solve(dataclasses.replace(dyads, audience=cost), starts=0))
        base = ac.solve(dataclasses.replace(dyads, audience=dyads.audience + 0.01), starts=0)
        rows = base.principal.nonzero()[0]
        change = ac.effects(dyads, base)
        low, high = (e.principal.nonzero()[0] for e in ends)
        for name, exact in (("initiation", change.initiation), ("shares", change.shares)):
            low_value, high_value = (
                getattr(e, name)[r] for e, r in zip(ends, (low, high), strict=True)
            )
            slope = (high_value - low_value) / (2.0 * h)
            assert np.allclose(exact[rows, j], slope, rtol=1e-4, atol=1e-7)


def test_numbers_do_not_depend_on_threads() -> None:
    dyads = random_dyads(9, 8, 6.0)
    one, two = ac.solve(dyads, starts=5, threads=1), ac.solve(dyads, starts=5, threads=2)
    assert np.array_equal(one.values, two.values)
    assert np.array_equal(one.draw, two.draw)


def test_high_stakes_have_several_equilibria_and_say_so() -> None:
    stag = ac.Dyads.alike(
        [[4.0, 4.0]], crisis=0.0, war=0.0, threat=9.0, attack=9.0, clash=[14.0, 14.0, 14.0]
    )
    found = ac.solve(stag)
    assert found.status.tolist() == [SEVERAL]
    assert found.most_peaceful.sum() == 1
    assert len(found.draw) % 2 == 1  # indices sum to 1 where none is missing


GOOD = {"crisis": 0.0, "war": 0.0, "threat": 1.0, "attack": 1.0, "clash": [0.0, 0.0, 0.0]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"audience": [[-1.0, 0.0]]}, "audience is -1"),
        ({"audience": [1.0, 0.0]}, "axes"),
        ({"audience": [[1.0, 0.0, 0.0]]}, "shape"),
        ({"discount": 1.0}, "discount is 1"),
        ({"precision": -1.0}, "precision is -1"),
        ({"crisis": [1.0, 2.0, 3.0]}, "does not fit 1 draws"),
        ({"war": float("nan")}, "not finite"),
    ],
)
def test_what_means_nothing_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        ac.Dyads.alike(**({"audience": [[1.0, 1.0]]} | GOOD | change))


def test_a_negative_number_of_starts_is_refused() -> None:
    with pytest.raises(ModelError, match="starts is -1"):
        ac.solve(ac.Dyads.alike([[1.0, 1.0]], **GOOD), starts=-1)
