"""An option under its own rule: consent, blockers, packages, slots; the adversary's constraint."""

from itertools import combinations

import numpy as np
import pytest

from servanda.domain.errors import ModelError
from servanda.negotiation.acquiescence import acquiesce
from servanda.negotiation.adoption import adopt, chance_adopted, settle_slots
from servanda.negotiation.model import Payoffs, Rule


def payoffs(*values: float, precision: float = 4.0, **more: np.ndarray) -> Payoffs:
    actors = tuple("ABCDEFGH"[: len(values)])
    return Payoffs(("o",), actors, np.array([[values]], float), precision, **more)


def consent(value: float, precision: float = 4.0) -> float:
    return 1 / (1 + np.exp(-precision * value))


def test_unanimity_needs_every_government_and_every_parliament():
    given = payoffs(0.5, 0.2, ratifier=np.array([[[0.1, 0.3]]]))
    rule = Rule("unanimity", ("A", "B"), ratification=("A",))
    expected = consent(0.5) * consent(0.1) * consent(0.2)
    assert adopt(given, {"o": rule})["o"].chance == pytest.approx(expected)


def test_whoever_only_ratifies_is_asked_once():
    rule = Rule("agreement", ("A",), ratification=("B",))
    expected = consent(0.5) * consent(0.2)
    assert adopt(payoffs(0.5, 0.2), {"o": rule})["o"].chance == pytest.approx(expected)


def test_an_executive_act_hangs_on_one_office():
    rule = Rule("executive", ("A", "B"))
    assert adopt(payoffs(0.5, -9.0), {"o": rule})["o"].chance == pytest.approx(consent(0.5))


def test_a_coalition_needs_its_core_and_enough_force():
    rule = Rule(
        "coalition", ("A", "B", "C", "D"), force={"B": 10, "C": 20, "D": 5}, minimum=25,
        required=("A",),
    )  # fmt: skip
    found = float(chance_adopted(payoffs(0.3, 0.1, -0.1, 0.2), "o", rule)[0])
    q = {a: consent(v) for a, v in zip("ABCD", (0.3, 0.1, -0.1, 0.2), strict=True)}
    whole = 0.0
    for size in range(4):
        for members in combinations("BCD", size):
            if sum(rule.force[m] for m in members) >= 25:
                whole += np.prod([q[m] if m in members else 1 - q[m] for m in "BCD"])
    assert found == pytest.approx(q["A"] * whole)


def test_nobody_is_asked_where_no_consent_is_needed():
    assert adopt(payoffs(-1.0), {"o": Rule("none")})["o"].chance == 1.0


def test_an_unknown_value_is_neither_consent_nor_refusal():
    rule = Rule("bilateral", ("A", "B"))
    found = adopt(payoffs(0.5, np.nan), {"o": rule})["o"]
    assert found.unknown == ("B",)
    assert found.chance == 0.0
    assert found.high == pytest.approx(consent(0.5))


def test_the_blocker_is_whose_consent_would_be_worth_most():
    found = adopt(payoffs(0.5, -0.6, 0.1), {"o": Rule("unanimity", ("A", "B", "C"))})["o"]
    assert found.blockers[0].actor == "B"
    sure = consent(0.5) * consent(0.1)
    assert found.blockers[0].worth == pytest.approx(sure - found.chance)


def test_packages_flip_the_option_when_run_again():
    stream = np.random.default_rng(1)
    value = stream.normal(-0.1, 0.3, (200, 1, 4))
    value[:, :, 0] -= 0.8
    given = Payoffs(("o",), tuple("ABCD"), value)
    rule = Rule("coalition", tuple("ABCD"), force=dict.fromkeys("BCD", 1.0), minimum=1.0,
                required=("A",))  # fmt: skip
    found = adopt(given, {"o": rule})["o"]
    assert found.chance < 0.5
    payment = found.packages[0]
    assert payment.kind == "payment"
    assert payment.exhaustive
    for part, flips in ((1.0, True), (0.999, False)):
        again = value.copy()
        for actor in payment.actors:
            again[:, 0, "ABCD".index(actor)] += part * payment.size
        chance = chance_adopted(Payoffs(("o",), tuple("ABCD"), again), "o", rule).mean()
        assert (chance > 0.5) == flips


def test_no_set_of_actors_is_cheaper_to_pay():
    given = payoffs(-0.4, 0.6, -0.1, 0.3)
    rule = Rule("unanimity", tuple("ABCD"))
    found = adopt(given, {"o": rule})["o"].packages[0]
    for size in range(1, 5):
        for members in combinations(range(4), size):
            value = given.value.copy()
            value[:, :, list(members)] += found.total * (1 - 1e-6) / size
            assert chance_adopted(Payoffs(("o",), given.actors, value), "o", rule)[0] <= 0.5 + 1e-9


def test_a_filling_that_flips_an_option_comes_first():
    value = np.where(np.arange(100) % 2 == 0, 0.9, -0.7)[:, None, None]
    given = Payoffs(("o",), ("A",), value)
    found = adopt(given, {"o": Rule("bilateral", ("A",))})["o"]
    fillings = {
        "floor": tuple("none" if k % 2 else "air" for k in range(100)),
        "language": tuple("fr" if k % 4 < 2 else "en" for k in range(100)),
    }
    told = settle_slots(found, fillings)
    assert {(s.slot, s.flips) for s in told[:1]} == {("floor", True)}
    floor = {s.filling: s.chance for s in told if s.slot == "floor"}
    assert floor["air"] == pytest.approx(consent(0.9))
    assert floor["none"] == pytest.approx(consent(-0.7))
    language = [s for s in told if s.slot == "language"]
    assert all(not s.flips for s in language)


def test_a_rule_that_asks_a_stranger_is_refused():
    with pytest.raises(ModelError) as caught:
        adopt(payoffs(0.1), {"o": Rule("bilateral", ("A", "Z"))})
    assert caught.value.code == "SV935"


def test_arrays_of_the_wrong_shape_are_refused():
    with pytest.raises(ValueError, match="axes"):
        Payoffs(("o",), ("A",), np.zeros((3, 2, 1)))


def test_might_acquiesce_becomes_a_chance_with_its_conditions():
    stream = np.random.default_rng(2)
    cost, luck = stream.random((2, 3000))
    found = acquiesce(np.full(3000, 0.4), 0.9 - cost, {"cost": cost, "luck": luck})
    assert found.chance == pytest.approx(0.5, abs=0.03)
    assert found.conditions[0].name == "cost"
    assert found.conditions[0].low == 0.0
    assert found.conditions[0].high == 1.0
    assert abs(found.conditions[1].z) < 3


def test_unknown_values_count_for_neither():
    found = acquiesce(np.array([np.nan, 1.0, 0.0]), np.array([0.5, 0.5, 0.5]))
    assert found.chance == 0.5
    assert found.unknown == pytest.approx(1 / 3)
    nothing = acquiesce(np.array([np.nan]), np.array([0.0]))
    assert nothing.chance is None
