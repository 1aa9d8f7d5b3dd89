"""Nash equilibria against Gambit 17: enumpure, enummixed and enumpoly on random games."""

import numpy as np
import pytest
from tests.unit.games.play import signalling

from servanda.games import Form, read_efg, solve, write_efg, write_nfg
from servanda.games.catalogue import entry

pygambit = pytest.importorskip(
    "pygambit",
    reason="pygambit 17.0.0b2 is not installed; NOT CHECKED: Nash equilibria against Gambit's",
)


def form(rng, shape, ties=False):
    size = (*shape, len(shape))
    payoffs = rng.integers(0, 4, size=size) if ties else rng.normal(size=size).round(3)
    labels = tuple(tuple(str(s + 1) for s in range(n)) for n in shape)
    return Form("random", tuple("ABCD"[: len(shape)]), labels, payoffs.astype(float))


def gambits(game, method, tmp_path, **options):
    """Mixed strategies of all players one after the other, [equilibrium, strategy]."""
    path = tmp_path / "game.nfg"
    path.write_text(write_nfg(game))
    read = pygambit.read_nfg(str(path))
    answer = getattr(pygambit.nash, method)(read, **options)
    rows = [
        [float(p) for player in read.players for _, p in point[player]]
        for point in answer.equilibria
    ]
    return np.array(rows).reshape(len(rows), sum(game.shape))


def ours(game):
    solution = solve(game, "nash", most=10_000)
    assert solution.status == "complete"
    for e in solution.equilibria:
        assert e.residual < 1e-9
    return np.array([e.behaviour for e in solution.equilibria]).reshape(-1, sum(game.shape))


def within(some, others):
    """Whether each of some is among the others."""
    gap = np.abs(some[:, None] - others[None]).max(axis=2)
    return bool((gap.min(axis=1, initial=np.inf) < 1e-6).all())


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("shape", [(2, 2), (3, 2), (3, 3), (2, 5), (4, 4), (6, 5)])
def test_two_players_have_the_extreme_equilibria_of_gambit(shape, ties, tmp_path):
    rng = np.random.default_rng([*shape, ties])
    for _ in range(10):
        game = form(rng, shape, ties)
        mine = ours(game)
        gambit = gambits(game, "enummixed_solve", tmp_path, rational=False)
        assert within(mine, gambit)
        assert within(gambit, mine)


@pytest.mark.parametrize("shape", [(2, 2, 2), (3, 2, 2), (2, 2, 2, 2)])
def test_more_players_miss_nothing_that_gambit_finds(shape, tmp_path):
    """Gambit leaves out some here; a generic game has an odd number of them (Wilson 1971)."""
    rng = np.random.default_rng([*shape])
    for _ in range(12):
        game = form(rng, shape)
        mine = ours(game)
        assert within(gambits(game, "enumpoly_solve", tmp_path), mine)
        assert len(mine) % 2 == 1


@pytest.mark.parametrize("shape", [(4, 4), (3, 3, 2), (2, 2, 2, 2)])
def test_pure_ones_are_those_of_gambit(shape, tmp_path):
    rng = np.random.default_rng([*shape, 1])
    for _ in range(10):
        game = form(rng, shape)
        mine = ours(game)
        pure = mine[(np.abs(mine - mine.round()) < 1e-9).all(axis=1)]
        gambit = gambits(game, "enumpure_solve", tmp_path)
        assert len(pure) == len(gambit)
        if len(pure):
            assert within(pure, gambit)


def test_trees_lead_to_the_expected_payoffs_of_gambit(tmp_path):
    """Behaviour off the path is not unique, so that payoffs are compared."""
    for seed in range(15):
        rng = np.random.default_rng([seed, 3])
        game = signalling(rng.normal(size=(2, 2, 2, 2)).round(2), 0.5)
        solution = solve(game, "nash", most=10_000)
        path = tmp_path / "game.efg"
        path.write_text(write_efg(game))
        read = pygambit.read_efg(str(path))
        answer = pygambit.nash.enummixed_solve(read, rational=False)
        values = np.array([[p for _, p in point.payoffs] for point in answer.equilibria])
        mine = np.array([e.values for e in solution.equilibria])
        assert within(mine, values)
        assert within(values, mine)


def test_the_horse_has_the_payoffs_of_gambits_catalogue():
    theirs = read_efg(pygambit.catalog.load("journals/ijgt/selten1975/fig1").to_efg())
    ours_, theirs_ = entry("seltens-horse").tree.payoffs()[0], theirs.payoffs()[0]
    assert {tuple(row) for row in ours_.tolist()} == {tuple(row) for row in theirs_.tolist()}
