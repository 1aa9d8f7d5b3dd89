"""A thousand random games of ten shapes against Gambit's logit solver.

Both sides read the same rounded payoffs. Gambit has one precision for all, so payoffs are scaled
where the players' precisions differ.
"""

import numpy as np
import pytest
from tests.unit.games.naive import response
from tests.unit.games.shapes import SHAPES, efg

from servanda.games.batch import solve_batch

pygambit = pytest.importorskip(
    "pygambit",
    reason="pygambit 17.0.0b2 is not installed; NOT CHECKED: logit equilibria against Gambit's",
)

GAMES = 100


def gambit(tree, payoffs, precision, chance, path):
    """Behaviour at the first crossing of the precision on Gambit's principal branch."""
    path.write_text(efg(tree, payoffs, chance))
    game = pygambit.read_efg(str(path))
    (point,) = pygambit.qre.logit_solve_lambda(game, lam=[float(precision)])
    found = np.empty(len(tree.action_names))
    for player in game.players:
        for acts in dict(point.profile[player]).values():
            for label, probability in dict(acts).items():
                found[int(label[1:])] = float(probability)
    return found


def draws_of(tree, number, seed):
    rng = np.random.default_rng(seed)
    payoffs = rng.normal(0, 1, (number, tree.n_terminals, len(tree.players))).round(6)
    precision = rng.uniform(0.5, 8, number).round(6)
    chance = np.tile(tree.probability, (number, 1))
    if len(tree.probability) == 2:
        q = rng.uniform(0.1, 0.9, number).round(6)
        chance = np.stack([q, (1 - q).round(6)], axis=1)
    return payoffs, precision, chance


def settled(tree, payoffs, precision, chance, theirs):
    """Gambit stops within its own tolerance: finish with Newton's method from where it stopped."""
    one = solve_batch(tree, payoffs[None], precision, chance=chance[None], start=theirs)
    moved = abs(one.action[0] - theirs).max()
    assert moved < 1e-5
    return one.action[0]


@pytest.mark.parametrize("name", SHAPES)
def test_random_games(name, tmp_path):
    tree = SHAPES[name]()
    payoffs, precision, chance = draws_of(tree, GAMES, 21)
    mine = solve_batch(tree, payoffs, precision, chance=chance)
    assert (mine.status < 2).all()
    worst = 0.0
    for i in range(GAMES):
        theirs = gambit(tree, payoffs[i], precision[i], chance[i], tmp_path / "game.efg")
        worst = max(worst, abs(theirs - mine.action[i]).max())
    assert worst < 1e-7


def test_players_of_different_precision(tmp_path):
    tree = SHAPES["three players"]()
    payoffs, _, chance = draws_of(tree, 30, 22)
    scale = np.array([0.5, 1.0, 2.5])
    mine = solve_batch(tree, payoffs, 2.0 * np.ones((30, 1)) * scale)
    for i in range(30):
        scaled = (payoffs[i] * scale).round(6)
        exact = solve_batch(tree, scaled[None], 2.0)
        theirs = gambit(tree, scaled, 2.0, chance[i], tmp_path / "game.efg")
        assert abs(theirs - exact.action[0]).max() < 1e-7
        assert abs(theirs - mine.action[i]).max() < 1e-5  # rounding of the scaled payoffs


def test_round_folds_to_the_same_sheet(tmp_path):
    tree = SHAPES["deterrence"]()
    payoffs, precision, chance = draws_of(tree, 40_000, 23)
    mine = solve_batch(tree, payoffs, precision, chance=chance)
    folds = np.flatnonzero(mine.status == 1)
    assert len(folds) > 20
    for i in folds[:60]:
        theirs = gambit(tree, payoffs[i], precision[i], chance[i], tmp_path / "game.efg")
        better = settled(tree, payoffs[i], precision[i], chance[i], theirs)
        assert abs(better - mine.action[i]).max() < 1e-7
        answer, _, _ = response(
            tree, payoffs[i], precision[i] * np.ones(3), mine.action[i], chance[i]
        )
        assert abs(answer - mine.action[i]).max() < 1e-10
