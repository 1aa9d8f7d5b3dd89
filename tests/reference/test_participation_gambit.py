"""The participation game as an explicit simultaneous game, solved by Gambit.

With the same precision for all the fixed point is the logit equilibrium of the strategic form
(McKelvey and Palfrey 1995). Capabilities lie on the nodes of the grid, where it is exact.
"""

from itertools import product

import numpy as np
import pytest
from tests.unit.deterrence.cases import Enumeration, coalition

from servanda.deterrence.participation import participate

pygambit = pytest.importorskip(
    "pygambit",
    reason="pygambit 17.0.0b2 is not installed; NOT CHECKED: participation against Gambit",
)


def strategic_form(games, t=0):
    """Write game t as .nfg text: strategy 1 stands aside, strategy 2 acts."""
    n = games.able.shape[1]
    oracle = Enumeration(games, t)
    players = " ".join(f'"g{i}"' for i in range(n))
    rows = []
    for reverse in product((0.0, 1.0), repeat=n):
        h = np.array(reverse[::-1])  # the first player's strategy runs fastest
        good = oracle.defence(h)
        for i in range(n):
            default = games.credit[t, i] + games.pooled[t, i] * oracle.lent(h, i)
            payoff = games.stake[t, i] * good
            payoff -= games.cost[t, i] if h[i] else default
            rows.append(f"{payoff:.15f}")
    size = " ".join("2" for _ in range(n))
    return f'NFG 1 R "participation" {{ {players} }} {{ {size} }}\n\n{" ".join(rows)}\n'


@pytest.mark.parametrize("players", [2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_the_fixed_point_is_gambits(players, seed, tmp_path):
    rng = np.random.default_rng([seed, players])
    share = rng.multinomial(256 - players, np.ones(players) / players) + 1
    games = coalition(
        1,
        players,
        seed=seed,
        able=share[None, :] / 160.0,
        idle=np.zeros((1, players)),
        phi=np.zeros(1),
    )
    answer = participate(games, nodes=257, tolerance=1e-13)
    path = tmp_path / "participation.nfg"
    path.write_text(strategic_form(games))
    game = pygambit.read_nfg(str(path))
    (point,) = pygambit.qre.logit_solve_lambda(game, lam=[float(games.lam[0])])
    profile = point.profile
    acts = [float(profile[f"g{i}"]["2"]) for i in range(players)]
    assert answer.status[0] == 0
    assert np.abs(answer.q[0] - np.array(acts)).max() < 1e-7
