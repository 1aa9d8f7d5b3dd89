"""How strongly a text binds, what it leaves open and which question is worth asking."""

import pytest
from tests.unit.obligations.texts import ACTORS, duty, pact

from servanda.domain.instrument import Patch
from servanda.domain.moment import Moment
from servanda.domain.patch import patched
from servanda.obligations import bind, gaps, questions
from servanda.scenario import shelf

KLASSES = [
    ({}, "binding", "binding"),
    ({"discretion": "whether"}, "binding", "discretionary"),
    ({"discretion": "content"}, "binding", "binding"),
    ({"modality": "declaration_to_act"}, "binding", "discretionary"),
    ({}, "political", "political"),
    ({"modality": "proposed_discretionary"}, "proposed", "political"),
    ({"modality": "permission"}, "binding", "permitted"),
    ({"act": "consult"}, "binding", "consult"),
    ({"act": "consult_and_assist"}, "binding", "binding"),
    ({"act": "deploy_force"}, "political", "mandate"),
    ({"act": "respect_borders"}, "binding", "none"),
    ({"modality": "exception"}, "binding", "none"),
]


@pytest.mark.parametrize(("change", "force", "klass"), KLASSES, ids=str)
def test_class(change, force, klass):
    text = pact(duty(**change), legal_force=force)
    assert bind(text, text.provision("a1")).klass == klass


MEANS = [
    ({"content": ["armed_force"]}, "included"),
    ({"content": ["armed_force_if_necessary"]}, "optional"),
    ({"content": ["sanctions", "arms"]}, "materiel"),
    ({"content": "action_deemed_necessary"}, "unspecified"),
    ({"military": "optional"}, "optional"),
    ({"military": "none"}, "none"),
    ({}, "unspecified"),
]


@pytest.mark.parametrize(("response", "means"), MEANS, ids=str)
def test_means(response, means):
    text = pact(duty(response=response))
    assert bind(text, text.provision("a1")).military == means


def test_rule_floor_clock_and_clause():
    text = pact(
        duty(
            decision={"organ": "council", "rule": "unanimity"},
            response={"floor_share": 0.1},
            deadline={"days": 2},
        )
    )
    got = bind(text, text.provision("a1"))
    assert (got.body, got.rule_kind, got.floor_share) == ("council", "consensus", 0.1)
    assert (got.delay_hours, got.clause) == (48.0, "coast:a1")
    plain = bind(pact(), pact().provision("a1"))
    assert (plain.body, plain.rule_kind, plain.delay_hours) == (None, "each", None)


def test_guarantors_are_those_of_the_day():
    text = pact(duty(bearer="league"))
    for day, members in (("2005-06-01", ("OST",)), ("2015-06-01", ("OST", "SUN"))):
        got = bind(text, text.provision("a1"), actors=ACTORS, on=Moment(day))
        assert got.guarantors == members


def proposal():
    return shelf.instrument("meloni-proposal-2025")


def test_every_name_the_proposal_leaves_open_is_a_gap():
    text = proposal()
    found = gaps(text, shelf.slots())
    assert {g.name for g in found} == set(text.unspecified)
    assert {g.slot for g in found} <= {s.id for s in shelf.slots()}


def test_a_name_that_no_slot_knows_is_a_gap_of_its_own():
    (gap,) = gaps(pact(unspecified=["colour_of_the_seal"]), shelf.slots())
    assert (gap.slot, gap.name) == ("colour_of_the_seal", "colour_of_the_seal")


@pytest.fixture(scope="module")
def asked():
    bank = [c.incident for c in shelf.cases().values() if c.facts.get("target") == "UKR"]
    return questions([proposal()], shelf.slots(), bank, actors=shelf.actors())


def test_the_first_ten_questions_on_the_proposal_are_distinct_open_slots_of_it(asked):
    open_slots = {g.slot for g in gaps(proposal(), shelf.slots())}
    first = [q.slot for q in asked[:10]]
    assert len(first) == len(set(first)) == 10
    assert set(first) <= open_slots


def test_the_first_twenty_questions_cover_all_fourteen_open_names(asked):
    names = proposal().unspecified
    assert len(names) == 14
    first = {q.slot for q in asked[:20]}
    covered = {g.name for g in gaps(proposal(), shelf.slots()) if g.slot in first}
    assert covered == set(names)


def test_questions_fall_in_value_and_say_when_nothing_hangs_on_them(asked):
    values = [q.value for q in asked]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0
    for question in asked:
        assert bool(question.changes) == (question.value > 0)
        assert (question.reason is None) == (question.value > 0)


def test_a_settled_slot_is_asked_no_more():
    text = patched(proposal(), [], settles=["decision_rule"])
    assert "rule" not in {q.slot for q in questions([text], shelf.slots(), [])}


def test_completing_leaves_alone_what_the_text_has_settled():
    text = pact(
        duty(response={"minimum": "unspecified", "military": "optional"}), legal_force="proposed"
    )
    patches = [
        Patch(path="legal_force", value="binding"),
        Patch(path="provisions.*.response.minimum", value="one_brigade"),
        Patch(path="provisions.*.response.military", value="included"),
        Patch(path="provisions.*.bearer", value="each_guarantor"),
        Patch(path="beneficiaries", value=["LIS"]),
    ]
    done = patched(text, patches, overwrite=False)
    provision = done.provision("a1")
    assert done.legal_force == "binding"
    assert done.beneficiaries == ("LIS",)
    assert provision.response.minimum == "one_brigade"
    assert provision.response.military == "optional"
    assert provision.bearer == ("each_party",)
    assert patched(text, patches).provision("a1").bearer == ("each_guarantor",)
    assert text.legal_force == "proposed"


def test_completing_twice_changes_nothing_more():
    patch = Patch(path="provisions.*.response.minimum", value="one_brigade")
    other = Patch(path="provisions.*.response.minimum", value="two_brigades")
    once = patched(pact(), [patch], overwrite=False)
    assert patched(once, [other], overwrite=False) == once
