"""Guarantees that are tested are not a random sample of those that are given."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.deterrence.alliances import mix

from servanda.deterrence import Levels, choose, solve
from servanda.deterrence.selection import reliability
from servanda.domain.errors import ModelError
from servanda.study.calibration import posterior

REFERENCE = Levels(posture=(1.0,), credibility=(1.0,), forces=(1.0,), alignment=(1.0,))
DRAWS = 2000


@pytest.fixture(scope="module")
def alliances():
    cover, wants, omega, weights = mix(DRAWS)
    return cover, wants, omega, weights, solve(cover, wants, REFERENCE)


@pytest.mark.parametrize("least_size", [1.0, 0.5])
def test_reliability_when_tested_falls_in_the_published_range(alliances, least_size):
    # 22 to 50 % of alliance members that faced a war fought (Sabrosky 1980, Berkemeier and Fuhrmann
    # 2018): the event there is a war, so full-scale attacks count, with or without limited ones.
    _, wants, omega, weights, crisis = alliances
    wars = wants.size[0] >= least_size
    found = reliability(crisis, wants, omega, weights=weights, tests=wars)
    assert 0.22 <= found.mixed_tested <= 0.50
    assert found.mixed_promised > found.mixed_tested + 0.03


@pytest.mark.parametrize("name", posterior.names())
@pytest.mark.parametrize("rival", ["strong", "near_zero"])
def test_the_published_range_holds_in_the_posterior(alliances, name, rival):
    cover, wants, _, weights, _ = alliances
    fitted = posterior.load(name).under(rival)
    rows = np.resize(np.arange(fitted["a1"].size), DRAWS)
    wants = replace(wants, **{key: fitted[key][rows] for key in ("a1", "a2", "s_q")})
    crisis = solve(cover, wants, REFERENCE)
    found = reliability(
        crisis, wants, fitted["omega_c"][rows], weights=weights, tests=wants.size[0] >= 0.5
    )
    assert 0.22 <= found.mixed_tested <= 0.50
    assert found.mixed_promised > found.mixed_tested


def test_the_promise_exceeds_the_test_for_every_type_of_the_mix(alliances):
    _, wants, omega, weights, crisis = alliances
    found = reliability(crisis, wants, omega, weights=weights)
    promised = weights > 0.0
    assert (found.promised > found.tested)[promised].all()
    effect = found.deterrent_effect(len(weights) - 1)
    assert effect[-1] == 0.0
    assert effect[:-1].max() == effect[4]  # the stationed pact spares most attacks


def test_small_windows_weigh_draws_by_their_hazard(alliances):
    cover, wants, omega, weights, crisis = alliances
    found = reliability(crisis, wants, omega, weights=weights, window=1e-9)

    kinds = choose(crisis, wants).by_kind[:, :, 0, 0, 0, 0][:, :, ~wants.probe]
    honoured = crisis.at_reference("honoured")[:, :, ~wants.probe]
    rate = omega[:, None, None] * kinds
    expected = (rate * honoured).sum(axis=(0, 2)) / rate.sum(axis=(0, 2))
    assert np.allclose(found.tested, expected, rtol=1e-6)
    assert cover.cells == found.tested.size


def test_weights_and_tests_are_checked(alliances):
    _, wants, omega, weights, crisis = alliances
    with pytest.raises(ModelError, match="weights"):
        reliability(crisis, wants, omega, weights=-weights)
    with pytest.raises(ModelError, match="weights"):
        reliability(crisis, wants, omega, weights=weights[:2])
    with pytest.raises(ModelError, match="test"):
        reliability(crisis, wants, omega, tests=wants.probe)
