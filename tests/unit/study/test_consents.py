"""From a scenario's options to the engine that says who would agree."""

import numpy as np
import pytest

from servanda.domain.errors import ModelError
from servanda.negotiation.adoption import adopt
from servanda.scenario.folder import load
from servanda.study.handover.consents import Worth, consent_payoffs, consent_rule


def worth(**changes: np.ndarray) -> Worth:
    plain = {
        "stake": np.array([[0.4, 0.2]]),
        "peace": np.array([[0.5]]),
        "cost": np.array([[[0.0, 0.05]]]),
        "called": np.array([[0.2]]),
        "honoured": np.array([[[0.5, 1.0]]]),
        "acting": np.array([[1.0, 0.5]]),
    }
    return Worth(**(plain | changes))


def test_value_is_peace_less_costs():
    found = consent_payoffs(("o",), ("A", "B"), worth(), 4.0)
    assert found.value[0, 0].tolist() == pytest.approx([0.4 * 0.5 - 0.1, 0.2 * 0.5 - 0.05 - 0.1])


def test_what_an_actor_has_said_counts_and_silence_changes_nothing():
    stance = np.array([[np.nan, -0.8]])
    found = consent_payoffs(("o",), ("A", "B"), worth(stance=stance), 4.0).value
    plain = consent_payoffs(("o",), ("A", "B"), worth(), 4.0).value
    assert found[0, 0, 0] == plain[0, 0, 0]
    assert found[0, 0, 1] == pytest.approx(plain[0, 0, 1] - 0.4)


def test_an_unknown_stake_stays_unknown():
    found = consent_payoffs(("o",), ("A", "B"), worth(stake=np.array([[np.nan, 0.2]])), 4.0)
    assert found.unknown("o", "A")
    assert not found.unknown("o", "B")


def test_arrays_of_other_axes_are_refused():
    with pytest.raises(ModelError) as caught:
        consent_payoffs(("o",), ("A", "B"), worth(called=np.array([0.2])), 4.0)
    assert caught.value.code == "SV935"


def test_rules_of_the_founding_case_ask_everybody_but_the_challenger():
    resolved = load("ukraine-2025")
    options = {o.id: o for o in resolved.scenario.options}
    members = {"NATO": ("USA", "ITA", "FRA")}
    truce = consent_rule(options["truce-first"], "RUS", members)
    assert truce.kind == "agreement"
    assert truce.asked == ("UKR",)
    membership = consent_rule(options["membership"], "RUS", members)
    assert membership.consent == ("USA", "ITA", "FRA", "UKR")
    assert membership.ratification == ("USA", "ITA", "FRA")
    force = next(o for o in options.values() if o.adoption and o.adoption.minimum_force)
    coalition = consent_rule(force, "RUS", members, {"GBR": 10_000.0}, 20_000.0)
    assert set(coalition.required) <= set(coalition.consent)
    assert coalition.minimum == 20_000.0
    assert set(coalition.free) == set(coalition.ratification) - set(coalition.consent)


def test_a_rule_and_payoffs_give_a_chance():
    resolved = load("ukraine-2025")
    option = next(o for o in resolved.scenario.options if o.id == "bilaterals")
    rule = consent_rule(option, "RUS", {})
    n = len(rule.asked)
    arrays = Worth(
        stake=np.full((3, n), 0.4),
        peace=np.full((3, 1), 0.5),
        cost=np.zeros((3, 1, n)),
        called=np.zeros((3, 1)),
        honoured=np.zeros((3, 1, n)),
        acting=np.ones((3, n)),
    )
    payoffs = consent_payoffs((option.id,), rule.asked, arrays, 4.0)
    found = adopt(payoffs, {option.id: rule})[option.id]
    each = 1 / (1 + np.exp(-4.0 * 0.2))
    assert found.chance == pytest.approx(each**n)
    assert len(found.blockers) == n
