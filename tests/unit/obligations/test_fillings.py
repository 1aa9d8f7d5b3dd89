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
    assert of(text, "entry_duration").values == ("2015-01-01",)
    assert of(pact(), "entry_duration").state == "silent"


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
