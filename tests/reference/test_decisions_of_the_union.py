"""Decisions of the European Union (DEU I to III, development part): what the docs say of scores."""

from pathlib import Path

import numpy as np
import pytest

from servanda.negotiation.calibrated import fitted
from servanda.study.decision_fit import DecisionBacktest, backtest_decisions
from servanda.study.decisions import Decisions, read_decisions


@pytest.fixture(scope="module")
def decisions(reference: Path) -> Decisions:
    return read_decisions(reference / "negotiation")


@pytest.fixture(scope="module")
def backtest(decisions: Decisions) -> DecisionBacktest:
    return backtest_decisions(decisions)


def test_every_issue_with_an_outcome_is_scored(decisions: Decisions):
    assert len(decisions.issues) == 179
    assert decisions.undecided == 9


def test_the_combination_reaches_its_marks_on_proposals_left_out(backtest: DecisionBacktest):
    found = backtest.scores["combined"]
    assert found.crps <= 15.5
    assert 0.75 <= found.coverage <= 0.85
    assert found.width <= 60.0


def test_the_best_point_model_reaches_its_mark(backtest: DecisionBacktest):
    assert min(score.mae for score in backtest.scores.values()) <= 22.4
    assert backtest.scores["condorcet"].mae <= 22.4


def test_the_combination_beats_its_parts_as_a_distribution(backtest: DecisionBacktest):
    crps = {name: score.crps for name, score in backtest.scores.items()}
    assert min(crps, key=lambda name: crps[name]) == "combined"


def test_what_ships_is_what_is_fitted(backtest: DecisionBacktest):
    shipped = fitted()
    assert shipped.provenance.sha256 == backtest.digest
    assert shipped.mixture.model_dump() == pytest.approx(backtest.mixture.model_dump())
    for name, spread in backtest.spreads.items():
        assert shipped.spreads[name].model_dump() == pytest.approx(spread.model_dump()), name
    assert shipped.cross_validated.crps == pytest.approx(backtest.scores["combined"].crps, abs=1e-3)


@pytest.mark.deep
def test_the_marks_do_not_hang_on_how_proposals_are_cut(decisions: Decisions):
    for seed in range(2, 8):
        found = backtest_decisions(decisions, seed=seed).scores["combined"]
        assert found.crps <= 15.6, seed
        assert 0.75 <= found.coverage <= 0.85, seed
        assert found.width <= 60.0, seed


def test_the_score_of_a_forecast_is_the_distance_of_two_draws():
    from servanda.negotiation.model import Distribution

    stream = np.random.default_rng(5)
    value, probability = np.sort(stream.random(6)), stream.dirichlet(np.ones(6))
    found = Distribution(value, probability, 0.0).crps(0.4)
    apart = np.abs(value[:, None] - value[None, :])
    by_pairs = probability @ np.abs(value - 0.4) - 0.5 * probability @ apart @ probability
    assert found == pytest.approx(by_pairs, abs=1e-12)
