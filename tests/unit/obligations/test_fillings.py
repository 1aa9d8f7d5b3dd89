"""What a text says of each slot of the checklist: stated, open, or silent, and never guessed."""

import pytest
from tests.unit.obligations.texts import duty, pact

from servanda.domain.slot import PracticeOption, Slot
from servanda.obligations.fillings import fill
from servanda.scenario import shelf


def of(text, slot: str):
    (found,) = (f for f in fill(text, shelf.slots()) if f.slot == slot)
    return found


def test_every_slot_of_the_checklist_gets_one_answer():
    found = fill(pact(), shelf.slots())
    assert [f.slot for f in found] == [s.id for s in shelf.slots()]
    assert {f.state for f in found} <= {"stated", "open", "silent"}


def test_a_stated_slot_has_value_provision_and_clause():
    text = pact(duty(decision={"rule": "consensus"}, clause="by agreement", art="7"))
    got = of(text, "rule")
    assert got.state == "stated"
    assert got.values == ("consensus",)
    (said,) = got.says
    assert (said.provision, said.path) == ("a1", "provisions.a1.decision.rule")
    assert said.clause == "art. 7: by agreement"
    assert got.practice == ("consensus",)


def test_a_listed_name_is_open_whatever_the_fields_hold():
    text = pact(duty(response={"content": ["sanctions"]}), unspecified=["troops"])
    got = of(text, "response_kind")
    assert (got.state, got.names) == ("open", ("troops",))
    assert got.values == (("sanctions",),)


def test_one_name_opens_both_its_slots():
    text = pact(unspecified=["area_and_occupied_territory"])
    assert of(text, "area").state == of(text, "occupied").state == "open"


@pytest.mark.parametrize(
    ("provision", "slot"),
    [
        ({"response": {"minimum": "unspecified"}}, "minimum"),
        ({"response": {"military": "troops_unspecified"}}, "response_kind"),
        ({"conditions": ["constitutional_processes"]}, "request"),
        ({"conditions": ["constitutional_processes"]}, "joint_or_several"),
        ({"exceptions": ["self_defence"]}, "provocation"),
        ({"also": ["report_to_unsc"]}, "nuclear"),
        ({"effect": "treaty_ends"}, "breach"),
    ],
    ids=str,
)
def test_what_speaks_of_something_else_leaves_a_slot_silent(provision, slot):
    assert of(pact(duty(**provision)), slot).state == "silent"


@pytest.mark.parametrize(
    ("provision", "slot"),
    [
        ({"conditions": ["request_of_victim"]}, "request"),
        ({"exceptions": ["if_provoked"]}, "provocation"),
        ({"also": ["nuclear_cover"]}, "nuclear"),
        ({"trigger": {"object": ["public_vessels_of_party"]}}, "forces_abroad"),
        ({"trigger": {"kinds": ["future_armed_attack"]}}, "new_or_continuing"),
        ({"trigger": {"domains": ["sea"]}}, "domains"),
    ],
    ids=str,
)
def test_words_nobody_has_coded_before_are_read_by_what_they_share(provision, slot):
    assert of(pact(duty(**provision)), slot).state == "stated"


def test_a_clock_belongs_to_talk_or_to_help_by_what_it_counts():
    talk = duty(act="consult", deadline={"hours": 24})
    help_ = duty(id="a2", act="come_to_the_aid", deadline={"text": "at once"})
    text = pact(talk, help_)
    assert [s.provision for s in of(text, "consult_deadline").says] == ["a1"]
    assert [s.provision for s in of(text, "act_deadline").says] == ["a2"]
    assert of(text, "act_deadline").practice == ("at_once",)
    counted = pact(duty(deadline={"hours": 72, "for": "consultations"}))
    assert of(counted, "consult_deadline").state == "stated"
    assert of(counted, "act_deadline").state == "silent"


def test_a_dated_end_states_how_long():
    text = pact(in_force={"from": "2005-01-01", "to": "2015-01-01"})
    assert of(text, "entry_duration").values == ("2015-01-01", "2005-01-01")
    assert of(pact(in_force=None), "entry_duration").state == "silent"


@pytest.mark.parametrize("name", ["nat-1949", "anzus-1951", "us-rok-1953", "rio-1947"])
def test_a_date_of_entry_is_an_entry_and_no_link_to_a_ceasefire(name: str):
    text = shelf.instrument(name)
    assert of(text, "ceasefire_link").state == "silent"
    assert text.in_force.from_ in of(text, "entry_duration").values


#: What the library coded and what it does not answer: text, slot, value.
NO_ANSWER = [
    ("budapest-1994", "ceasefire_link", "1994-12-05"),
    ("blacksea-truce-2025", "ceasefire_link", "never"),
    ("ukr-membership-nato", "ceasefire_link", "conditional"),
    ("paris-declaration-2026", "adversary_consent", ("USA",)),
    ("budapest-1994", "adversary_consent", ("FRA", "CHN")),
    ("paris-declaration-2026", "area", ("land", "air", "sea")),
    ("mnf-intent-2026", "area", ("away_from_contact_line",)),
    ("eu-counter-2025", "trigger_kind", ("ukraine_invades_russia",)),
    ("us-28-point-2025", "trigger_kind", ("missile_on_moscow_or_st_petersburg_without_cause",)),
    ("fra-ukr-2024", "guarantors", ("all_participants",)),
    ("nat-1949", "guarantors", ("each_party",)),
    ("us-qatar-eo-2025", "beneficiary_status", ("QAT",)),
    ("blacksea-truce-2025", "legal_force", "not_in_force"),
    ("istanbul-draft-2022", "legal_force", "none"),
    ("nat-1949", "rule", "consensus_in_practice_text_silent"),
    ("ukr-membership-nato", "ceasefire_link", ("ratification_by_all_members",)),
]


@pytest.mark.parametrize(("name", "slot", "value"), NO_ANSWER, ids=str)
def test_a_field_that_answers_another_question_fills_nothing(name: str, slot: str, value):
    held = of(shelf.instrument(name), slot).values
    assert value not in held
    if isinstance(value, tuple):
        assert not any(set(value) <= set(v) for v in held if isinstance(v, tuple))


#: What the library says of a slot in another field than the slot's own.
ELSEWHERE = [
    ("mnf-intent-2026", "ceasefire_link", ("ceasefire",)),
    ("ukr-membership-nato", "entry_duration", "ratification_by_all_members"),
    ("csk-sun-1935", "provocation", ("unprovoked_aggression",)),
    ("us-28-point-2025", "provocation", "missile_on_moscow_or_st_petersburg_without_cause"),
    ("belgium-1839", "joint_or_several", ("each_guarantor_separately",)),
    ("teu-42-7", "guarantors", "EU_member_states"),
    ("belgium-1839", "beneficiary_status", ("BEL",)),
    ("arab-jdt-1950", "rule", "unanimity_excluding_aggressor"),
    ("blacksea-truce-2025", "area", "black_sea"),
]


@pytest.mark.parametrize(("name", "slot", "value"), ELSEWHERE, ids=str)
def test_what_another_field_answers_is_read_there(name: str, slot: str, value):
    held = of(shelf.instrument(name), slot).values
    assert value in held or value in {w for v in held if isinstance(v, tuple) for w in v}


def test_a_practice_is_recognised_by_all_that_it_writes():
    assert of(shelf.instrument("mnf-intent-2026"), "ceasefire_link").practice == ("ceasefire",)


def test_a_checklist_of_ones_own_is_read_the_same_way():
    option = PracticeOption(id="loud", text="loud", patches=[{"path": "contested", "value": "x"}])
    slot = Slot(id="noise", group="g", question="?", path="drafting_history", options=[option])
    (silent,) = fill(pact(), [slot])
    (stated,) = fill(pact(contested="x"), [slot])
    assert (silent.state, stated.state, stated.practice) == ("silent", "stated", ("loud",))


def test_every_open_name_of_the_library_is_open_in_a_slot():
    for text in shelf.instruments().values():
        listed = {n for f in fill(text, shelf.slots()) if f.state == "open" for n in f.names}
        assert listed == set(text.unspecified), text.id


def test_the_practice_a_text_is_named_for_is_recognised_often():
    """Slots and codings together: the option that names a text agrees with its fields."""
    agree = total = 0
    for text in shelf.instruments().values():
        for slot, found in zip(shelf.slots(), fill(text, shelf.slots()), strict=True):
            named = {o.id for o in slot.options if text.id in o.seen and o.patches}
            if named and found.state == "stated":
                total += 1
                agree += bool(named & set(found.practice))
    assert total > 60
    assert agree / total > 0.25
