"""When a text binds, whom it binds on the day, and by when the duty is due."""

import pytest
from tests.unit.obligations.texts import duty, found, one, pact, raid

LENGTHS = [
    ({"from": "2005-01-01", "to": "2014-12-31"}, "2014-12-31", "2015-01-01"),
    ({"from": "2005-01-01", "years": 10}, "2014-12-31", "2015-01-02"),
    ({"from": "2015-05-01T12:00+00:00", "hours": 30}, "2015-05-02T17:59+00:00",
     "2015-05-02T18:01+00:00"),
    ({"from": "2010-03-01", "years": 0.5}, "2010-08-01", "2010-10-01"),
]  # fmt: skip


@pytest.mark.parametrize(("force", "inside", "after"), LENGTHS, ids=str)
def test_moving_the_date_past_the_end_turns_owed_into_lapsed(force, inside, after):
    text = pact(in_force=force)
    assert found(text, raid(inside)) == "triggered"
    assert found(text, raid(after)) == "lapsed"
    assert one(text, raid(after)).why == ("time",)


def test_before_entry_into_force_nothing_is_owed():
    assert found(pact(), raid("2004-12-31")) == "not_in_force"
    assert found(pact(in_force={"from": "never"}), raid()) == "not_in_force"
    assert found(pact(in_force=None), raid("2004-05-31")) == "not_in_force"


def test_automatic_extension_keeps_a_text_alive():
    text = pact(in_force={"from": "2005-01-01", "years": 5, "auto_extend_years": 5})
    assert found(text, raid()) == "triggered"


def test_a_length_beyond_the_calendar_has_no_end():
    assert found(pact(in_force={"from": "2005-01-01", "years": 1e9}), raid()) == "triggered"
    assert found(pact(in_force={"from": "2005-01-01", "hours": 1e12}), raid()) == "triggered"


def test_a_condition_of_entry_is_true_false_or_unknown():
    text = pact(in_force={"from": "conditional", "condition": ["ceasefire"]})
    unknown = one(text, raid())
    assert unknown.finding == "triggered_if"
    assert unknown.missing == ("ceasefire_in_force_before",)
    assert found(text, raid(ceasefire_in_force_before=True)) == "triggered"
    assert found(text, raid(ceasefire_in_force_before=False)) == "not_in_force"


def test_an_event_that_ends_the_text_ends_it_once_it_is_a_fact():
    text = pact(in_force={"from": "2005-01-01", "ends_if": ["membership_of_lissia"]})
    assert found(text, raid()) == "triggered"
    assert found(text, raid(membership_of_lissia=True)) == "lapsed"


def test_sides_that_differ_on_the_start_are_kept_apart():
    sides = [{"by": "LIS", "from": "2015-05-01"}, {"by": "DOR", "from": "2015-05-10"}]
    text = pact(in_force={"from": "contested", "versions": sides})
    between = one(text, raid())
    assert between.finding == "contested"
    assert between.by_version == {"LIS": "triggered", "DOR": "not_in_force"}
    assert {r.by: r.finding for r in between.readings} == between.by_version
    assert found(text, raid("2015-06-01")) == "triggered"
    assert found(text, raid("2015-04-01")) == "not_in_force"


def test_sides_that_differ_on_the_end_leave_it_to_an_extension():
    sides = [{"by": "LIS", "from": "2015-05-01", "days": 30}, {"by": "DOR", "from": "2015-05-10"}]
    text = pact(in_force={"from": "contested", "versions": sides, "extension": "mutual_agreement"})
    late = one(text, raid("2015-06-05"))
    assert late.finding == "triggered_if"
    assert set(late.missing) == {"extension_agreed", "start_version"}
    assert found(text, raid("2015-07-01")) == "lapsed"


def test_turning_the_attacker_s_victim_into_a_party_raises_the_duty():
    text = pact(parties={"original": ["OST", "SUN"], "acceded": [["LIS", "2012-01-01"]]})
    assert one(text, raid("2011-12-31")).why == ("target",)
    assert found(text, raid("2012-01-01")) == "triggered"


def test_a_party_that_left_is_neither_protected_nor_bound():
    left = {"original": ["LIS", "OST", "SUN"], "former": [["SUN", "2014-01-01"]]}
    assert one(pact(parties=left), raid("2013-12-31")).bearers == ("OST", "SUN")
    assert one(pact(parties=left), raid()).bearers == ("OST",)
    assert one(pact(parties=left), raid(target="SUN")).why == ("target",)


def test_a_suspended_link_is_not_counted_between_those_two_alone():
    link = [{"between": ["LIS", "SUN"], "from": "2015-01-01"}]
    text = pact(parties={"original": ["LIS", "OST", "SUN"], "suspended": link})
    assert one(text, raid("2014-12-31")).bearers == ("OST", "SUN")
    assert one(text, raid()).bearers == ("OST",)
    assert one(text, raid(target="OST")).bearers == ("LIS", "SUN")


def test_a_group_binds_those_who_belong_to_it_on_the_day():
    text = pact(
        duty(bearer="league", toward="LIS"),
        parties={"guarantors": ["league"]},
        beneficiaries=["LIS"],
    )
    assert one(text, raid()).bearers == ("OST", "SUN")
    assert one(text, raid("2009-12-31")).bearers == ("OST",)
    assert one(text, raid("2021-01-01")).bearers == ("OST",)


def test_a_successor_stands_in_for_a_party_that_is_no_more():
    text = pact(parties={"original": ["LIS", "OLD"], "successor": {"OLD": "OST"}})
    assert one(text, raid()).bearers == ("OST",)


def test_the_clock_runs_from_the_request_and_a_softener_softens_it():
    text = pact(duty(deadline={"hours": 24}))
    asked = raid(requested={"by": "LIS", "at": "2015-05-05T12:00+02:00"})
    assert one(text, asked).due == "2015-05-06T12:00+02:00"
    assert one(text, raid()).due == "2015-05-06T04:00+02:00"
    soft = one(pact(duty(deadline={"days": 2, "softener": "where_possible"})), raid())
    assert (soft.due, soft.due_soft) == (None, "2015-05-07T04:00+02:00")


def test_no_instant_no_clock():
    text = pact(duty(deadline={"hours": 24}))
    dated = one(text, raid("2015-05-05"))
    assert (dated.finding, dated.due, dated.due_soft) == ("triggered", None, None)
    assert one(pact(duty(deadline="forthwith")), raid()).due is None
    assert one(pact(duty(deadline={"hours": 1e15})), raid()).due is None
    assert one(pact(duty(deadline={"at": "2015-05-09"})), raid()).due == "2015-05-09"


def test_reports_that_differ_on_what_the_clock_counts_are_readings():
    text = pact(duty(deadline={"hours": 24, "counts": ["as_consultation", "as_help"]}))
    assert len(one(text, raid()).readings) == 2


def test_two_clocks_what_happened_and_what_was_known():
    facts = {
        "attribution": {"at": "2015-05-10", "by": "OST"},
        "deliberate": {"unknown_until": "2015-05-12", "then": True},
    }
    text = pact()
    early = one(text, raid(**facts), as_of="2015-05-06")
    assert early.finding == "triggered_if"
    assert "attribution" in early.missing
    assert early.as_of == "2015-05-06"
    assert found(text, raid(**facts), as_of="2015-05-13") == "triggered"
    assert found(text, raid(**facts)) == "triggered"


def test_membership_follows_the_event_and_not_the_day_of_knowledge():
    text = pact(parties={"original": ["LIS", "OST"], "acceded": [["SUN", "2016-01-01"]]})
    assert one(text, raid(), as_of="2017-01-01").bearers == ("OST",)


def test_asking_later_neither_ends_a_duty_that_arose_nor_reaches_back_to_a_deed():
    ended = pact(in_force={"from": "2005-01-01", "to": "2015-12-31"})
    assert found(ended, raid(), as_of="2016-06-01") == "triggered"
    ban = {"id": "n1", "modality": "prohibition", "act": "attack", "bearer": ["DOR"]}
    later = pact(ban, signed="2015-05-10", in_force={"from": "2015-05-10"})
    assert found(later, raid(), as_of="2015-06-01") == "not_in_force"


def test_asking_early_about_an_invented_incident_looks_at_its_own_day():
    text = pact(in_force={"from": "2015-01-01"})
    assert found(text, raid(), as_of="2014-01-01") == "triggered"


def test_a_duty_to_act_reaches_an_attack_that_goes_on_at_its_entry_into_force():
    text = pact(in_force={"from": "2015-06-01"})
    assert found(text, raid(), as_of="2015-05-20") == "not_in_force"
    assert found(text, raid(), as_of="2015-06-02") == "triggered"
