"""The decision rules as explicit trees, solved by servanda.games and by Gambit (n <= 3).

Capabilities lie on the nodes of the grid, where it is exact. The equilibrium is the logit one of
the agent form (McKelvey and Palfrey 1998). Votes that share one shock are no independent moves:
each member's chance to block comes from the tree, the body's from them by definition.
"""

from itertools import product

import numpy as np
import pytest
from tests.unit.deterrence.ruled import ALL, ONE, VOTE, Listing, ruled
from tests.unit.deterrence.trees import after_tree, on_the_grid, vote_tree

from servanda.deterrence.participation import participate
from servanda.games import read_efg
from servanda.games.equilibria import solve

NEAR = 1e-7


def by_games(text, lam, path):
    (found, *_) = solve(read_efg(text), "qre", precision=lam).published()["equilibria"]
    return {player: merged(sets.values()) for player, sets in found["behaviour"].items()}


def by_gambit(text, lam, path):
    pygambit = pytest.importorskip("pygambit", reason="pygambit 17.0.0b2 is not installed")
    path.write_text(text)
    game = pygambit.read_efg(str(path))
    (point,) = pygambit.qre.logit_solve_lambda(game, lam=[lam])
    return {player: merged(dict(point.profile[player]).values()) for player in game.players}


def merged(behaviours):
    """Join the behaviour at all information sets of a player: their action labels differ."""
    return {label: float(p) for acts in behaviours for label, p in dict(acts).items()}


SOLVERS = {"games": by_games, "gambit": by_gambit}


def drawn(players, seed, rules, **given):
    """Draw a game on the grid with modest precision, so that its equilibrium is unique."""
    share = on_the_grid(players, seed)
    same = {"able": share, "gives": share, "weight": share, "pool": np.zeros((1, players))}
    return ruled(players, seed, rules, **same, lam=3.0, **given)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("players", [2, 3])
@pytest.mark.parametrize("need", [1.0, 2 / 3, 0.5 + 1e-6])
def test_a_vote_with_the_willing_as_fallback(need, players, seed, solver, tmp_path):
    games = drawn(
        players, seed, (VOTE,), body=np.zeros((1, players)), need=np.full((1, 8), need),
        vote=np.ones((1, players)), veto=0.5 * np.arange(players)[None, :] - 0.6,
    )  # fmt: skip
    answer = participate(games, nodes=257, tolerance=1e-13)
    found = SOLVERS[solver](vote_tree(games), 3.0, tmp_path / "vote.efg")
    p = np.sort([found[f"v{i}"]["block@vote"] for i in range(players)])[::-1]
    # Members block in the order of p: blocked once the blockers hold more than can be spared.
    spare = int(np.floor((1.0 - need) * players + 1e-9))
    assert answer.blocked[0, 0] == pytest.approx(p[spare], abs=NEAR)
    for i in range(players):
        shut = found[f"g{i}"]["acts@blocked"]
        passed = found[f"g{i}"]["acts@passed"]
        assert answer.q_shut[0, i] == pytest.approx(shut, abs=NEAR)
        assert answer.q_open[0, i] == pytest.approx(passed, abs=NEAR)
        overall = p[spare] * shut + (1.0 - p[spare]) * passed
        assert answer.q[0, i] == pytest.approx(overall, abs=NEAR)


CASES = {
    "one leader, one follower": (2, ONE, [0, -1], [0, 1]),
    "one leader, two followers": (3, ONE, [0, 0, -1], [0, 0, 1]),
    "one leader, one follower, one beside": (3, ONE, [0, -1, -1], [0, 1, 0]),
    "after one of two": (3, ONE, [0, -1, -1], [0, 1, 1]),
    "after both": (3, ALL, [0, -1, -1], [0, 1, 1]),
    "a leader that waits for another": (3, ONE, [0, 1, -1], [0, 1, 2]),
}


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("case", CASES)
def test_after_another_acts(case, seed, solver, tmp_path):
    players, rule, body, leads = CASES[case]
    games = drawn(players, seed, (rule, rule), body=np.array([body]), leads=np.array([leads]))
    answer = participate(games, nodes=257, tolerance=1e-13)
    found = SOLVERS[solver](after_tree(games), 3.0, tmp_path / "after.efg")
    leaders = Listing(games).leaders
    lead = {i: found[f"g{i}"]["acts@first"] for i in leaders}
    for i in range(players):
        if i in leaders:
            q = lead[i]
        else:
            q = 0.0
            for h in product((0, 1), repeat=len(leaders)):
                acts = zip(leaders, h, strict=True)
                chance = np.prod([lead[j] if x else 1.0 - lead[j] for j, x in acts])
                q += chance * found[f"g{i}"][f"acts@{''.join(map(str, h))}"]
        assert answer.q[0, i] == pytest.approx(q, abs=NEAR)
    for b in set(body) - {-1}:
        named = [lead[i] for i in leaders if leads[i] >> b & 1]
        live = 1.0 - np.prod([1.0 - x for x in named]) if rule == ONE else np.prod(named)
        assert answer.blocked[0, b] == pytest.approx(1.0 - live, abs=NEAR)
