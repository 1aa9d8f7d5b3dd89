"""From the words of a text to who decides by which rule, and how long it takes."""

from types import SimpleNamespace

import numpy as np
import pytest
from tests.unit.obligations.texts import ACTORS, duty, pact, raid

from servanda.obligations import bind
from servanda.obligations.ruling import JUST_OVER_HALF, share_of_votes
from servanda.study.completions import Body, duty_table
from servanda.study.handover.decisions import delays, rules, single_voters

RULES = [
    ({"organ": "council", "rule": "consensus"}, "consensus", "council", 1.0),
    ({"organ": "council", "rule": "unanimity_excluding_aggressor"}, "consensus", "council", 1.0),
    ({"rule": "agreement_of_all_guarantors"}, "consensus", "coast:a1", 1.0),
    ({"organ": "council", "rule": "two_thirds_binding"}, "majority", "council", 2 / 3),
    ({"rule": "three_quarters"}, "majority", "coast:a1", 0.75),
    ({"organ": "council", "rule": "simple_majority"}, "majority", "council", JUST_OVER_HALF),
    ({"organ": "council", "rule": "qualified_majority"}, "majority", "council", None),
    ({"organ": "council", "rule": "65_percent"}, "majority", "council", 0.65),
    ({"organ": "council", "veto": ["each"]}, "consensus", "council", 1.0),
    ({"organ": "council", "veto": ["OST"]}, "veto", "council", None),
    ({"invoked_by": "victim_state", "rule": "none", "organ": "none"}, "victim", None, None),
    ({"determined_by": ["victim_state"]}, "victim", None, None),
    ({"determined_by": "each_guarantor"}, "each", None, None),
    ({"organ": "council", "rule": "council_finding"}, "each", None, None),
    ({"organ": "council", "rule": "none_needed"}, "each", None, None),
    ({"rule": "after_SUN_acts"}, "after_one", "coast:a1", None),
]


@pytest.mark.parametrize(("decision", "kind", "body", "threshold"), RULES, ids=str)
def test_the_words_of_a_decision_give_its_rule(decision, kind, body, threshold):
    text = pact(duty(decision=decision))
    got = bind(text, text.provision("a1"), actors=ACTORS)
    assert (got.rule_kind, got.body, got.threshold) == (kind, body, threshold)


def test_the_rule_of_an_organ_may_stand_in_a_provision_of_its_own():
    vote = {"id": "a2", "modality": "decision_rule", "rule": "two_thirds", "organ": "council"}
    text = pact(duty(decision={"organ": "council"}), vote)
    assert bind(text, text.provision("a1")).threshold == pytest.approx(2 / 3)


def test_a_vote_of_one_party_without_an_organ_is_no_vote():
    text = pact(duty(bearer="OST", decision={"rule": "consensus"}))
    got = bind(text, text.provision("a1"), actors=ACTORS)
    assert (got.rule_kind, got.body) == ("each", None)


AFTER = [
    ("assistance_rendered_by_SUN_first", "after_one", ("SUN",)),
    ("assistance_rendered_by_SUN_or_OST_first", "after_one", ("SUN", "OST")),
    ("assistance_rendered_by_SUN_and_OST_first", "after_all", ("SUN", "OST")),
    ("after_20_years", "each", ()),
]


@pytest.mark.parametrize(("condition", "kind", "leaders"), AFTER)
def test_a_duty_that_waits_for_others_names_them(condition, kind, leaders):
    text = pact(duty(conditions=[condition]))
    got = bind(text, text.provision("a1"), actors=ACTORS)
    assert (got.rule_kind, got.leaders) == (kind, leaders)


def test_a_clock_for_talks_and_a_ceiling_are_read():
    clock = {"hours": 24, "counts": ["consultation"]}
    text = pact(duty(deadline=clock, response={"ceiling_share": 0.2}))
    got = bind(text, text.provision("a1"))
    assert (got.delay_hours, got.clock_counts_talks, got.ceiling_share) == (24.0, True, 0.2)
    text = pact(duty(deadline={"hours": 24, "counts": ["decision"]}))
    assert not bind(text, text.provision("a1")).clock_counts_talks


def test_shares_that_make_no_sense_are_no_numbers():
    for words in ("five_thirds", "9_of_3", "130_percent", "none", "constitutional_processes"):
        assert share_of_votes(words) is None


def table(*provisions):
    return duty_table(pact(*provisions), [raid()], ["OST", "SUN"], ACTORS, [], 1)


def test_a_duty_that_waits_is_listed_as_if_the_others_acted():
    plain = table(duty())
    waits = table(duty(conditions=["assistance_rendered_by_SUN_first"]))
    assert plain.klass.any()
    assert np.array_equal(plain.klass, waits.klass)
    assert waits.bodies == (Body("coast:a1", "after_one", None, ("SUN",)),)
    # A condition whose words name nobody stays open: it counts only in the wide reading.
    other = table(duty(conditions=["assistance_rendered_by_somebody"]))
    assert (other.klass[0] < other.klass[1]).any()
    assert other.bodies == ()


BODIES = (
    Body("council"),
    Body("assembly", "majority"),
    Body("pact:a1", "after_one", None, ("A", "B")),
    Body("pact:a2", "after_all", None, ("A", "Z")),
    Body("union", "veto", None, (), ("B", "RED")),
    Body("chamber", "majority", 0.6, (), ("C",)),
)
BOARD = SimpleNamespace(bodies=BODIES, names=("A", "B", "C"), challenger="RED")


class Columns:
    size = 2

    def column(self, name):
        hours = {"decide_each": 10.0, "decide_body": 30.0, "declare_hours": 5.0}
        return np.full(2, {**hours, "qualified_majority": 0.65}[name])


def test_rules_of_the_bodies():
    got = rules(BOARD, Columns())
    assert got.rule == (
        "consensus", "majority", "after_one", "after_all", "majority", "majority",
    )  # fmt: skip
    assert got.threshold[0].tolist() == [1.0, 0.65, 1.0, 1.0, 1.0, 0.6]
    assert got.votes[4].tolist() == [0.0, np.inf, 0.0]
    assert got.votes[5].tolist() == [1.0, 1.0, np.inf]
    assert got.leaders[2].tolist() == [True, True, False]
    # Nobody here would see Z act, and the adversary blocks where it may.
    assert got.barred.tolist() == [False, False, False, True, True, False]


def test_hours_under_every_rule():
    body = np.array([-1, 0, 2, 3])[None, None, :, None] * np.ones((2, 1, 1, 1), int)
    board = SimpleNamespace(bodies=BODIES, names=("A", "B", "C", "D"), challenger="RED")
    none, no = np.full(body.shape, np.nan), np.zeros(body.shape, bool)
    got = delays(board, Columns(), none, no, no, body)
    # C waits for the first of A (10) and B (30), D for A; then each decides for itself.
    assert got[0, 0, :, 0].tolist() == [10.0, 30.0, 20.0, 20.0]
    stated = np.full(body.shape, 24.0)
    assert delays(board, Columns(), stated, no, no, body)[0, 0, :2, 0].tolist() == [24.0, 24.0]
    talks = delays(board, Columns(), stated, ~no, no, body)
    assert talks[0, 0, :2, 0].tolist() == [34.0, 54.0]
    declared = delays(board, Columns(), none, no, ~no, body)
    assert declared[0, 0, :2, 0].tolist() == [15.0, 35.0]


def test_who_would_vote_alone_decides_for_itself():
    body = np.array([[[[0], [0], [1]]], [[[0], [-1], [2]]]])
    got = single_voters(BOARD, body)
    assert got[0, 0, :, 0].tolist() == [False, False, True]
    assert got[1, 0, :, 0].tolist() == [True, False, False]
