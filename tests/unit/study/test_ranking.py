"""Comparing options over the same draws: ties, ranks, regret, luck apart from doubt."""

import numpy as np
import pytest

from servanda.study.arrays import Arrays, estimate
from servanda.study.ranking import drivers_of, order, outlasts, rank_probabilities, regret


def arrays(rates: np.ndarray) -> Arrays:
    """Options with constant hazards: survival exp(-rate t), known restricted means."""
    outcomes = {"rmst": (1.0 - np.exp(-20.0 * rates)) / rates}
    for horizon in (5, 10, 20):
        outcomes[f"rmst_{horizon}"] = (1.0 - np.exp(-horizon * rates)) / rates
    for year in range(21):
        outcomes[f"s_{year:02d}"] = np.exp(-year * rates)
    names = tuple("abcdef"[: rates.shape[1]])
    return Arrays(names, outcomes, {})


def test_the_lower_hazard_outlasts_in_every_draw() -> None:
    pairs = outlasts(arrays(np.array([[0.02, 0.2]] * 5)), 0.01)
    assert pairs["a>b"].by_horizon == {"5": 1.0, "10": 1.0, "20": 1.0}
    assert pairs["b>a"].by_horizon == {"5": 0.0, "10": 0.0, "20": 0.0}
    assert pairs["a>b"].mean_difference["20"] > 0.0


def test_equal_options_are_a_tie_and_count_half() -> None:
    pairs = outlasts(arrays(np.full((7, 2), 0.05)), 0.01)
    assert pairs["a>b"].by_horizon["10"] == 0.5
    assert pairs["a>b"].ties["10"] == 1.0


def test_both_directions_add_up_to_one() -> None:
    rates = np.random.default_rng(1).uniform(0.01, 0.3, (200, 3))
    pairs = outlasts(arrays(rates), 0.01)
    for horizon in ("5", "10", "20"):
        there, back = pairs["a>c"].by_horizon[horizon], pairs["c>a"].by_horizon[horizon]
        assert there + back == pytest.approx(1.0)
        lived = pairs["a>c"].lived_once[horizon] + pairs["c>a"].lived_once[horizon]
        assert lived == pytest.approx(1.0, abs=1e-12)


def test_lived_once_agrees_with_the_closed_form_of_two_exponentials() -> None:
    a, b, horizon = 0.05, 0.12, 20.0
    pairs = outlasts(arrays(np.array([[a, b]])), 0.01)
    both = np.exp(-(a + b) * horizon)
    exact = b / (a + b) * (1.0 - both) + 0.5 * both
    assert pairs["a>b"].lived_once["20"] == pytest.approx(exact, abs=2e-4)


def test_ranks_share_ties_and_sum_to_one() -> None:
    shares = rank_probabilities(arrays(np.array([[0.1, 0.1, 0.2], [0.3, 0.1, 0.2]])))
    assert shares["a"] == pytest.approx((0.25, 0.25, 0.5))
    assert shares["b"] == pytest.approx((0.75, 0.25, 0.0))
    for row in shares.values():
        assert sum(row) == pytest.approx(1.0)


def test_regret_is_zero_only_for_the_best_in_every_draw() -> None:
    lost = regret(arrays(np.array([[0.02, 0.2], [0.03, 0.2]])))
    assert lost["a"] == 0.0
    assert lost["b"] > 0.0


def test_drivers_leave_out_what_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    cause, noise = rng.normal(size=3000), rng.normal(size=3000)
    found = drivers_of(
        {"cause": cause, "noise": noise, "same": np.ones(3000)},
        2.0 * cause + 0.1 * rng.normal(size=3000),
    )
    assert found[0][0] == "cause"
    assert found[0][1] > 0.95
    assert "same" not in [name for name, _, _ in found]


def test_weighted_quantiles_follow_the_weights() -> None:
    values = np.array([0.0, 1.0])
    assert estimate(values, "1", np.array([1.0, 3.0])).mean == pytest.approx(0.75)
    nothing = estimate(values, "1", np.zeros(2))
    assert nothing.mean is None
    assert nothing.reason


def test_order_is_stable_under_ties() -> None:
    assert order({"b": 1.0, "a": 1.0, "c": 2.0}) == ("c", "a", "b")
