"""Fitting: the top is a top, options do what they say, what is wrong is said."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.games.estimation import samples

from servanda.domain.errors import ModelError
from servanda.games.estimation import Penalty, Table, fit, simulate_table
from servanda.games.estimation.maximise import maximise, value_at

BETA = {
    "egame12": [0.3, 0.6, 0.5, -0.4, 0.2, 0.8],
    "egame122": [0.3, 0.6, -0.2, 0.5, 0.4, 0.1, 0.9, -0.5, 0.7],
    "egame123": [0.3, 0.6, 0.4, 0.2, 0.9, 0.3, 0.5, -0.4, 0.7, -0.1, 0.8],
}
LABELS = {
    "egame12": ("sq", "yield", "war"),
    "egame122": ("LL", "LR", "RL", "RR"),
    "egame123": ("sq", "yield", "stalemate", "war"),
}


def made(model: str, rows: int = 600, seed: int = 1, **options: object) -> Table:
    return simulate_table(
        model, samples.FORMULAS[model], samples.covariates(rows, seed), BETA[model], seed=seed,
        **options,
    )  # fmt: skip


@pytest.mark.parametrize("model", list(BETA))
@pytest.mark.parametrize("link", ["probit", "logit"])
@pytest.mark.parametrize("errors", ["agent", "private"])
def test_a_fit_ends_on_a_top_near_the_truth(model, link, errors):
    table = made(model, link=link, errors=errors)
    found = fit(model, samples.FORMULAS[model], table, link=link, errors=errors,
                outcomes=LABELS[model])  # fmt: skip
    assert found.converged
    assert np.abs(found.optimum.gradient).max() < 1e-6
    wide = np.sqrt(np.diag(found.covariance))
    assert (np.abs(found.beta - BETA[model]) < 4 * wide).all()
    random = np.random.default_rng(0)
    design, family = found.built.design, found.built.family
    for _ in range(20):
        near = found.beta + 0.05 * wide * random.normal(size=len(wide))
        assert value_at(family, design, near, Penalty()) <= found.log_likelihood


def test_the_information_is_minus_the_second_derivative_of_the_likelihood():
    found = fit("egame123", samples.FORMULAS["egame123"], made("egame123"), errors="private",
                outcomes=LABELS["egame123"])  # fmt: skip
    design, family = found.built.design, found.built.family
    step = 1e-5
    for place in range(len(found.beta)):
        moved = [found.beta.copy(), found.beta.copy()]
        moved[0][place] += step
        moved[1][place] -= step
        slopes = [design.gradient(family.at(design.eta(one)).score) for one in moved]
        column = -(slopes[0] - slopes[1]) / (2 * step)
        assert np.allclose(column, found.optimum.information[place], rtol=1e-5, atol=1e-4)


def test_a_sequential_start_is_near_the_top_and_others_lead_to_the_same():
    table = made("egame123", rows=800)
    found = fit("egame123", samples.FORMULAS["egame123"], table, starts=6,
                outcomes=LABELS["egame123"])  # fmt: skip
    alone = fit("egame123", samples.FORMULAS["egame123"], table, starts=0,
                outcomes=LABELS["egame123"])  # fmt: skip
    assert alone.log_likelihood == pytest.approx(found.log_likelihood, abs=1e-9)
    assert np.allclose(alone.beta, found.beta, atol=1e-7)


def test_the_same_seed_gives_the_same_bits():
    table = made("egame12", rows=150)
    one, two = (
        fit("egame12", samples.FORMULAS["egame12"], table, se="bootstrap", replicates=12, seed=5,
            outcomes=LABELS["egame12"])
        for _ in range(2)
    )  # fmt: skip
    assert one.beta.tobytes() == two.beta.tobytes()
    assert one.covariance.tobytes() == two.covariance.tobytes()


def test_a_weight_of_two_is_the_row_twice_and_a_weight_of_zero_is_no_row():
    table = made("egame12", rows=300)
    weights = np.resize([0.0, 1.0, 2.0, 1.0], 300)
    rows = np.repeat(np.arange(300), weights.astype(int))
    options = {"outcomes": LABELS["egame12"]}
    weighted = fit("egame12", samples.FORMULAS["egame12"],
                   table.with_columns({"w": weights}), weights="w", **options)  # fmt: skip
    repeated = fit("egame12", samples.FORMULAS["egame12"], table.take(rows), **options)
    assert np.allclose(weighted.beta, repeated.beta, atol=1e-8)
    assert np.allclose(weighted.covariance, repeated.covariance, rtol=1e-6)
    assert weighted.built.weightless == 75
    assert "75 rows have weight zero" in weighted.warnings[0].message


def test_a_fixed_coefficient_stays_and_the_others_move_to_it():
    table = made("egame12")
    free = fit("egame12", samples.FORMULAS["egame12"], table, outcomes=LABELS["egame12"])
    held = fit("egame12", samples.FORMULAS["egame12"], table, outcomes=LABELS["egame12"],
               fixed={"u1(sq):a": 0.0})  # fmt: skip
    line = held.coefficient("u1(sq):a")
    assert (line.estimate, line.std_error, line.fixed) == (0.0, None, True)
    assert held.log_likelihood < free.log_likelihood
    same = fit("egame12", "y ~ 1 | 0 | a + b - 1 | b", table, outcomes=LABELS["egame12"])
    assert held.log_likelihood == pytest.approx(same.log_likelihood, abs=1e-8)


def test_a_utility_held_at_a_number_shifts_the_others():
    table, options = made("egame12"), {"outcomes": LABELS["egame12"]}
    base = fit("egame12", "y ~ a | 0 | b | b", table, **options)
    moved = fit("egame12", "y ~ a | 0 | b | b", table, fixed={"u1(yield)": 0.25}, **options)
    assert moved.log_likelihood == pytest.approx(base.log_likelihood, abs=1e-8)
    constants = [n.startswith("u1") and n.endswith("(Intercept)") for n in base.names]
    assert np.allclose(moved.beta - base.beta, np.where(constants, 0.25, 0.0), atol=1e-6)


def test_a_common_scale_is_recovered_where_utilities_are_given():
    """R's fixedUtils: with utilities known, only the scale of the shocks is estimated."""
    data = samples.covariates(4000)
    truth = [-1.0, 0.4, 0.8, np.log(0.5)]
    formula = "y ~ 1 | 0 | 1 | 1"
    for link, word in (("probit", "sigma"), ("logit", "lambda")):
        table = simulate_table("egame12", formula, data, truth, seed=3, scale="~ 1", link=link)
        found = fit("egame12", formula, table, scale="~ 1", link=link, outcomes=LABELS["egame12"],
                    fixed={"u1(sq):(Intercept)": -1.0, "u1(war):(Intercept)": 0.4,
                           "u2(war):(Intercept)": 0.8})  # fmt: skip
        line = found.coefficient(f"log({word}):(Intercept)")
        assert abs(line.estimate - np.log(0.5)) < 4 * line.std_error
        assert found.free == 1


def test_a_scale_may_depend_on_covariates_by_player():
    data = samples.covariates(6000)
    formula, scale = "y ~ a | 0 | 1 | b", "~ a - 1 | b - 1"
    truth = [0.3, 0.6, 0.5, 0.2, 0.8, 0.4, -0.3]
    table = simulate_table("egame12", formula, data, truth, seed=4, scale=scale)
    found = fit("egame12", formula, table, scale=scale, outcomes=LABELS["egame12"])
    assert found.names[-2:] == ("log(sigma1):a", "log(sigma2):b")
    wide = np.sqrt(np.diag(found.covariance))
    assert (np.abs(found.beta - truth) < 4 * wide).all()


def test_sandwich_and_clustered_errors():
    table = made("egame12", rows=800)
    formula, options = samples.FORMULAS["egame12"], {"outcomes": LABELS["egame12"]}
    plain = fit("egame12", formula, table, **options)
    sandwich = fit("egame12", formula, table, se="sandwich", **options)
    assert np.allclose(np.diag(sandwich.covariance), np.diag(plain.covariance), rtol=0.35)
    twice = table.take(np.repeat(np.arange(800), 2)).with_columns(
        {"id": np.repeat(np.arange(800.0), 2)}
    )
    clustered = fit("egame12", formula, twice, se="clustered", cluster="id", **options)
    assert np.allclose(clustered.covariance, sandwich.covariance * 800 / 799, rtol=1e-5)
    robust = fit("egame12", formula, twice, se="sandwich", **options)
    assert np.allclose(2 * robust.covariance, sandwich.covariance, rtol=1e-5)


def test_a_bootstrap_agrees_with_the_information():
    table = made("egame12", rows=600)
    plain = fit("egame12", samples.FORMULAS["egame12"], table, outcomes=LABELS["egame12"])
    booted = fit("egame12", samples.FORMULAS["egame12"], table, outcomes=LABELS["egame12"],
                 se="bootstrap", replicates=60)  # fmt: skip
    ratio = np.sqrt(np.diag(booted.covariance) / np.diag(plain.covariance))
    assert (ratio > 0.6).all()
    assert (ratio < 1.7).all()
    assert booted.replicates.shape[1] == len(plain.beta)


def test_an_ultimatum_is_recovered_with_both_ends_censored():
    data = samples.covariates(1500)
    truth = [3.0, 1.0, 5.0, 1.2, np.log(2.5), np.log(0.8)]
    table = simulate_table("ultimatum", "offer + accept ~ a | b", data, truth, seed=6, highest=10.0)
    offer = table.numbers("offer")
    assert (offer == 0).any()
    assert offer.max() <= 10
    found = fit("ultimatum", "offer + accept ~ a | b", table, highest=10.0)
    assert found.names == ("R1:(Intercept)", "R1:a", "R2:(Intercept)", "R2:b", "log(s1)", "log(s2)")
    wide = np.sqrt(np.diag(found.covariance))
    assert (np.abs(found.beta - truth) < 4 * wide).all()
    offers = fit("ultimatum", "offer ~ a | b", table, highest=10.0, replies=False)
    assert offers.converged
    assert np.sqrt(offers.covariance[5, 5]) > wide[5]


SIGNALLING = "sq + cd + sf + bd ~ 0 | 1 | 0 | a | 1 | 1 | b"


@pytest.mark.parametrize("method", ["ml", "npl"])
def test_a_signalling_game_is_recovered(method):
    data = samples.covariates(500)
    data |= {name: np.full(500, 40.0 if name == "sq" else 0.0) for name in ("sq", "cd", "sf", "bd")}
    truth = [1.0, -1.2, 0.4, -1.2, -1.0, 0.3, 0.5]
    table = simulate_table("lewis-schultz", SIGNALLING, data, truth, seed=2)
    found = fit("lewis-schultz", SIGNALLING, table, method=method, starts=1)
    assert found.converged
    wide = np.sqrt(np.diag(found.covariance))
    assert (np.abs(found.beta - truth) < 4 * wide).all()


def test_equilibrium_likelihood_is_at_least_the_nested_one():
    data = samples.covariates(300)
    data |= {name: np.full(300, 30.0 if name == "sq" else 0.0) for name in ("sq", "cd", "sf", "bd")}
    truth = [1.0, -1.2, 0.4, -1.2, -1.0, 0.3, 0.5]
    table = simulate_table("lewis-schultz", SIGNALLING, data, truth, seed=9)
    exact, nested = (
        fit("lewis-schultz", SIGNALLING, table, method=m, starts=0) for m in ("ml", "npl")
    )
    assert exact.log_likelihood >= nested.log_likelihood - 1e-6


def test_trees_that_nobody_named_are_fitted():
    data = samples.covariates(2500)
    for text, formula, truth, options in (
        (samples.CRISIS, "end ~ challenger(sq) = a | challenger(war) = b - 1 | defender(war) = b",
         [0.3, 0.5, 0.8, -0.2, 0.7], {}),
        (samples.BLIND, "end ~ A(war) = a | B(war) = b", [0.3, 0.5, 0.8, -0.2], {"link": "logit"}),
        (samples.TYPES, "end ~ A(loss) = a | B(loss) = b", [1.0, 0.5, -0.2, 0.4],
         {"errors": "private"}),
        (samples.THREE, "end ~ A(l) = a | B(f) = b", [0.1, 0.5, 0.2, 0.6], {}),
    ):  # fmt: skip
        game = samples.tree(text)
        table = simulate_table(game, formula, data, truth, seed=7, **options)
        found = fit(game, formula, table, starts=0, **options)
        assert found.converged
        wide = np.sqrt(np.diag(found.covariance))
        assert (np.abs(found.beta - truth) < 4 * wide).all(), text


def test_two_tops_are_told_apart():
    """A likelihood with a lower top of its own: the highest is reported, the other is listed."""
    table = made("egame12", rows=60, seed=11)
    found = fit("egame12", samples.FORMULAS["egame12"], table, outcomes=LABELS["egame12"])
    design, family = found.built.design, found.built.family
    lower = maximise(family, design, -5 * found.beta)
    assert lower.objective <= found.log_likelihood + 1e-9
    assert all(value <= found.log_likelihood for value in found.others)


@pytest.mark.parametrize("kind", ["ridge", "firth"])
def test_a_penalty_gives_estimates_where_the_data_are_separated(kind):
    table = made("egame12", rows=200)
    side = np.where(np.asarray(table.column("y").codes) == 0, 0.0,
                    np.sign(table.numbers("b")))  # fmt: skip
    ends = np.where(side == 0, "sq", np.where(side > 0, "war", "yield"))
    split = table.with_columns({"y": ends.astype(object)})
    options = {"outcomes": LABELS["egame12"]}
    bare = fit("egame12", samples.FORMULAS["egame12"], split, **options)
    assert not bare.converged
    assert "SV976" in {problem.code for problem in bare.warnings}
    assert bare.coefficient("u2(war):b").estimate is None
    assert bare.coefficient("u1(sq):a").estimate is not None
    held = fit("egame12", samples.FORMULAS["egame12"], split, penalty=Penalty(kind, 1.0), **options)
    assert held.converged
    assert held.coefficient("u2(war):b").estimate > 0


def test_a_strong_ridge_pulls_slopes_to_zero_and_leaves_constants():
    table = made("egame12")
    found = fit("egame12", samples.FORMULAS["egame12"], table, outcomes=LABELS["egame12"],
                penalty=Penalty("ridge", 1e6))  # fmt: skip
    assert abs(found.coefficient("u2(war):b").estimate) < 1e-2
    assert abs(found.coefficient("u1(sq):(Intercept)").estimate) > 1e-2


def test_two_hundred_covariates():
    random = np.random.default_rng(0)
    rows = 2500
    data = {f"x{i}": random.normal(size=rows) for i in range(100)}
    left = " + ".join(f"x{i}" for i in range(100))
    formula = f"y ~ {left} | 0 | 1 | {left}"
    truth = np.concatenate([[0.3], 0.1 * random.normal(size=100), [0.5, 0.1],
                            0.1 * random.normal(size=100)])  # fmt: skip
    table = simulate_table("egame12", formula, data, truth, seed=1)
    found = fit("egame12", formula, table, starts=0, outcomes=LABELS["egame12"])
    assert len(found.names) == 203
    assert found.converged
    assert np.mean(np.abs(found.beta - truth) < 2 * np.sqrt(np.diag(found.covariance))) > 0.9


def test_more_coefficients_than_rows_are_refused():
    table = made("egame12", rows=5)
    with pytest.raises(ModelError, match="6 coefficients cannot be told from 5 rows"):
        fit("egame12", samples.FORMULAS["egame12"], table, outcomes=LABELS["egame12"])


def test_a_fit_reads_its_own_simulation():
    from servanda.games.estimation import check_fit, simulate

    table = made("egame12", rows=400)
    found = fit("egame12", samples.FORMULAS["egame12"], table, outcomes=LABELS["egame12"])
    again = fit("egame12", samples.FORMULAS["egame12"], simulate(found, seed=3),
                outcomes=LABELS["egame12"])  # fmt: skip
    assert again.converged
    checks = check_fit(found, draws=60)
    assert {c.what for c in checks} >= {"share of sq", "share of war where predicted high"}
    assert all(c.low <= c.mean <= c.high for c in checks)
    assert min(c.p_value for c in checks) > 0.005
    wrong = replace(found, optimum=replace(found.optimum, beta=found.beta + 1.0))
    assert min(c.p_value for c in check_fit(wrong, draws=60)) < 0.05
