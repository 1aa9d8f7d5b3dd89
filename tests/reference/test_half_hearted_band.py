"""The half-hearted band against the catalogue's game of guarantee and moral hazard.

One guarantor, whose help comes with a known chance k, is the third party of the game. Its payoffs
follow from the crisis; the band of war is where best responses are attack and resist (after Benson,
Meirowitz and Ramsay 2014).
"""

import numpy as np
import pytest
from tests.unit.deterrence.cases import exposure, stakes

from servanda.deterrence import Levels, choose, half_hearted, solve
from servanda.study.solving import solved

DRAWS = 60
REFERENCE = Levels(posture=(1.0,), credibility=(1.0,), forces=(1.0,), alignment=(1.0,))
WAR, CONCESSION, CALM = "attack and war", "attack and concession", "deterrence"


@pytest.fixture(scope="module")
def study():
    """Draw crises in which the protege alone would concede and with help for certain would not."""
    rng = np.random.default_rng(11)
    k = rng.uniform(0.02, 0.98, DRAWS)
    ones = np.ones((DRAWS, 1))
    wants = stakes(
        DRAWS, 1, 1, probes=0, size=ones, nu=0.0 * ones, b=0.0 * ones,
        m=rng.uniform(1, 3, (DRAWS, 1)), t_move=0.0 * ones,
        m_p=rng.uniform(0.1, 0.6, DRAWS), g=np.full(DRAWS, 1.2),
        # the chance of help is k whatever else is the case
        lambda_g=np.ones(DRAWS), a0=(np.log(k / (1.0 - k)) + 1.0)[:, None],
        c_p=rng.uniform(0.35, 0.5, DRAWS), c_w=rng.uniform(0.02, 0.2, DRAWS),
        c_o=rng.uniform(0.0, 0.1, DRAWS), s_q=rng.uniform(0.05, 0.35, DRAWS),
        lambda_c=np.full(DRAWS, 1e5), lambda_p=np.full(DRAWS, 1e5),
    )  # fmt: skip
    none = np.zeros((DRAWS, 1, 1, 1))
    cover = exposure(
        DRAWS, 1, 1, 1, body=False, klass=none.astype(np.int8), share=none + 1.0, floor=none,
        delay_hours=none, commitment=none, pool=none - 1, troops=none[..., 0], forward=none[..., 0],
    )  # fmt: skip
    return k, wants, solve(cover, wants, REFERENCE, nodes=257, tolerance=1e-12)


def payoffs(k, wants, d):
    """Payoffs of the catalogue's game in draw d."""

    def good(more):
        power = (wants.m_p[d] + more) ** wants.g[d]
        return power / (power + 1.0)

    x = wants.m[d, 0]
    helpers = wants.c_g[d] * (1.0 - np.exp(-x)) + wants.c_n[d]
    return {
        "k": k[d],
        "cS": wants.s_q[d],
        "cC": 1.0 - wants.c_o[d],
        "cA": 1.0 - good(0.0) - wants.c_w[d] - wants.c_o[d],
        "cI": 1.0 - good(x) - wants.c_w[d] - helpers - wants.c_o[d],
        "tS": 1.0, "tC": 0.0, "tA": good(0.0) - wants.c_p[d], "tI": good(x) - wants.c_p[d],
    }  # fmt: skip


def test_the_band_is_where_the_game_has_attack_and_war(study):
    k, wants, crisis = study
    chosen = choose(crisis, wants)
    seen = set()
    for d in range(DRAWS):
        values = payoffs(k, wants, d)
        (kind,) = (
            kind.name for kind in solved("guarantee-moral-hazard", "spe", values=values).kinds
        )
        attack = chosen.attack[d, 0, 0, 0, 0, 0]
        resist = crisis.at_reference("resist")[d, 0, 0]
        expected = {WAR: (1.0, 1.0), CONCESSION: (1.0, 0.0), CALM: (0.0, 1.0)}[kind]
        assert (attack, resist) == pytest.approx(expected, abs=1e-6)
        seen.add(kind)
    assert seen == {WAR, CONCESSION, CALM}


def test_the_share_of_draws_in_the_band_is_the_games(study):
    k, wants, crisis = study
    inside = 0
    for d in range(DRAWS):
        values = payoffs(k, wants, d)
        kinds = solved("guarantee-moral-hazard", "spe", values=values).kinds
        # What the target would do alone belongs to the band: without help it concedes.
        inside += kinds[0].name == WAR and values["tA"] < values["tC"]
    assert 0 < inside < DRAWS
    assert half_hearted(crisis, wants)[0, 0] == pytest.approx(inside / DRAWS)
