"""Estimates of the R packages `games` and `sigInt`, polished to the exact optimum, and their traps.

Source: the data of both packages; Signorino (2003), Leblang (2003), Crisman-Cox and Gibilisco
(2021). Optima in ``reference/strategic/expected`` were found by Newton steps on an independent
likelihood.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from servanda.games.estimation import Table, fit, read_table, vuong
from servanda.games.estimation.model import Fitted

LEBLANG = (
    "outcome ~ capcont + lreserves + overval + creditgrow + USinterest + service + contagion + "
    "prioratt - 1 | 1 | 1 | unifgov + lexports + preelec + postelec + rightgov + realinterest + "
    "capcont + lreserves"
)
DATA_122 = "y ~ x1 + x2 | x3 + f1 | 0 | x4 + x5 | z1 + z2 | z3 + f2"
DATA_123 = "y ~ x1 + x2 | 0 | x3 | x4 + x5 | 0 | x6 | x7 | x8"
ULTIMATUM = "offer + accept ~ x1 + x2 + x3 + x4 + w1 + w2 | z1 + z2 + z3 + z4 + w1 + w2"
SANCTIONS = (
    "sq + cd + sf + bd ~ sqrt(senderecondep) + senderdemocracy + contig + ally - 1 | "
    "anticipatedsendercosts | sqrt(targetecondep) + anticipatedtargetcosts + contig + ally | "
    "sqrt(senderecondep) + senderdemocracy + lncaprat | targetdemocracy + lncaprat | "
    "senderdemocracy | -1"
)
BALANCE = "esc + war ~ balanc + s_wt_re1 | 0 | balanc | balanc + s_wt_re1"
REGIME = "esc + war ~ regime1 | 0 | regime1 + regime2 | regime1 + regime2"


@pytest.fixture(scope="module")
def strategic(reference: Path) -> Path:
    return reference / "strategic"


def top_holds(found: Fitted) -> None:
    """Check that the end of a climb is a top: no slope, and everything around is lower."""
    assert found.converged
    units = found.built.design.units
    free = found.built.design.free
    assert np.abs((found.optimum.gradient / units)[free]).max() < 1e-5
    family, design = found.built.family, found.built.design
    wide = np.sqrt(np.diag(found.covariance))
    random = np.random.default_rng(0)
    for _ in range(30):
        near = found.beta + 0.02 * wide * random.normal(size=len(wide))
        assert float(design.weights @ family.at(design.eta(near)).log) <= found.log_likelihood


def test_every_expected_estimate_is_reached(strategic: Path):
    files = sorted((strategic / "expected").glob("*.json"))
    assert files
    for file in files:
        known = json.loads(file.read_text())
        formula = DATA_123 if known["formula"] == "same" else known["formula"]
        errors, link = known["error_structure"], known["link"]
        table = read_table(strategic / known["data"])
        found = fit(known["model"], formula, table, link=link, errors=errors)
        best = known["optimum"]
        assert found.names == tuple(best["coef"])
        assert found.n == known["n_obs"]
        assert abs(found.log_likelihood - best["loglik"]) < 1e-6
        values = np.array(list(best["coef"].values()))
        assert np.allclose(found.beta, values, rtol=1e-7, atol=1e-9)
        wide = np.sqrt(np.diag(found.covariance))
        assert np.allclose(wide, list(best["se"].values()), rtol=1e-6)
        top_holds(found)


@pytest.mark.parametrize(
    ("model", "data", "formula"),
    [
        ("egame12", "leblang2003.csv", LEBLANG),
        ("egame122", "data_122.csv", DATA_122),
        ("egame123", "data_123.csv", DATA_123),
    ],
)
@pytest.mark.parametrize("link", ["probit", "logit"])
@pytest.mark.parametrize("errors", ["agent", "private"])
def test_every_tree_of_the_package_with_every_kind_of_shock(
    strategic: Path, model: str, data: str, formula: str, link: str, errors: str
):
    starts = 0 if data.startswith("leblang") else 2
    table = read_table(strategic / data)
    found = fit(model, formula, table, link=link, errors=errors, starts=starts)
    top_holds(found)
    assert not [problem for problem in found.warnings if problem.code in ("SV976", "SV977")]


def test_indicator_columns_say_the_same_as_outcome_labels(strategic: Path):
    table = read_table(strategic / "data_122.csv")
    one = fit("egame122", DATA_122, table, starts=0)
    two = fit("egame122", DATA_122.replace("y ~", "a1 + a2 ~"), table, starts=0)
    assert np.allclose(one.beta, two.beta, atol=1e-10)
    assert one.built.outcomes == ("LL", "LR", "RL", "RR")
    assert two.built.outcomes == ("~a1,~a2", "~a1,a2", "a1,~a2", "a1,a2")


def test_the_order_of_leblangs_outcomes_is_the_published_one(strategic: Path):
    found = fit("egame12", LEBLANG, read_table(strategic / "leblang2003.csv"), starts=0)
    assert found.built.outcomes == ("no attack", "devaluation", "defense")
    assert found.names[0] == "u1(no attack):capcont"
    assert "u2(defense):realinterest" in found.names
    assert not found.warnings


def test_balance_of_power_is_a_ridge_and_is_not_reported(strategic: Path):
    """R's own example of a non-nested test stops on it with coefficients in the thousands."""
    table = read_table(strategic / "war1800.csv")
    known = table.column("regime1").known & table.column("regime2").known
    for rows in (table, table.take(np.flatnonzero(known))):
        found = fit("egame12", BALANCE, rows)
        assert not found.converged
        assert "SV977" in {problem.code for problem in found.warnings}
        assert all(line.estimate is None and line.reason for line in found.coefficients)
    regime = fit("egame12", REGIME, table)
    assert regime.converged
    with pytest.raises(Exception, match="no top"):
        vuong(found, regime)


def test_the_ultimatum_recovers_what_its_authors_simulated(strategic: Path):
    table = read_table(strategic / "data_ult.csv")
    found = fit("ultimatum", ULTIMATUM, table, highest=15.0)
    top_holds(found)
    assert found.names[0] == "R1:(Intercept)"
    assert found.names[-2:] == ("log(s1)", "log(s2)")
    held = fit("ultimatum", ULTIMATUM, table, highest=15.0, fixed={"s1": 5.0, "s2": 1.0})
    assert held.coefficient("log(s1)").estimate == pytest.approx(np.log(5))
    assert held.log_likelihood < found.log_likelihood
    # the simulation had scales of 5 and 1: the data do not tell the two apart
    assert 2 * (found.log_likelihood - held.log_likelihood) < 9.2
    offers = fit("ultimatum", ULTIMATUM, table, highest=15.0, replies=False)
    top_holds(offers)


def test_lower_tops_of_the_classroom_offers_are_climbed_over(strategic: Path):
    """A trap that the package documents: from its start the optimiser ends on a lower top."""
    table = read_table(strategic / "student_offers.csv")
    found = fit("ultimatum", "offer + accept ~ gender1 | gender2", table, fixed={"s2": 1.0})
    top_holds(found)
    random = np.random.default_rng(3)
    from servanda.games.estimation.maximise import maximise

    design = found.built.design
    for _ in range(10):
        start = found.beta + 3 * random.normal(size=len(found.beta)) / design.units
        start = np.where(design.free, start, design.fixed)
        tried = maximise(found.built.family, design, start)
        assert tried.objective <= found.log_likelihood + 1e-6


def test_the_range_of_the_classroom_offers_is_the_published_one(strategic: Path):
    table = read_table(strategic / "student_offers.csv")
    found = fit("ultimatum", "offer + accept ~ gender1 | gender2", table, fixed={"s2": 1.0})
    assert found.built.family.highest == 100
    assert "SV975" in {problem.code for problem in found.warnings}


def test_the_sanctions_game_three_ways(strategic: Path):
    table = read_table(strategic / "sanctionsData.csv")
    found = {m: fit("lewis-schultz", SANCTIONS, table, method=m, starts=0)
             for m in ("pl", "npl", "ml")}  # fmt: skip
    assert found["npl"].names[0] == "SA:sqrt(senderecondep)"
    assert found["npl"].n == 418
    assert found["ml"].log_likelihood > found["npl"].log_likelihood > found["pl"].log_likelihood
    assert found["npl"].extra["last_change"] < 1e-8
    # the nested estimate is an equilibrium of every row
    from servanda.games.estimation.signalling import SignallingFamily, roots

    eta = found["npl"].built.design.eta(found["npl"].beta)
    counts = found["npl"].built.family.counts
    exact = SignallingFamily(counts)
    exact.choose(eta)
    assert exact.at(eta).log.sum() == pytest.approx(found["npl"].log_likelihood, abs=1e-5)
    assert sum(len(rows) for rows, _ in roots(eta)) >= 418


def test_first_stage_columns_are_used_where_the_table_has_them(strategic: Path):
    table = read_table(strategic / "sanctionsData.csv")
    named = fit("lewis-schultz", SANCTIONS, table, method="pl", starts=0,
                first_stage=("PRhat", "PFhat"))  # fmt: skip
    found = fit("lewis-schultz", SANCTIONS, table, method="pl", starts=0)
    assert np.allclose(named.beta, found.beta)
    bare = Table(table.name, {k: c for k, c in table.columns.items() if k != "PRhat"}, table.rows)
    own = fit("lewis-schultz", SANCTIONS, bare, method="npl", starts=0)
    nested = fit("lewis-schultz", SANCTIONS, table, method="npl", starts=0)
    assert own.log_likelihood == pytest.approx(nested.log_likelihood, abs=1e-4)
