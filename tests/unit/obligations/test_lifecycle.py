"""The life of a duty: every state, what brings it about, and that silence is never a breach."""

import pytest
from tests.unit.obligations.texts import duty, pact

from servanda.domain.finding import Finding
from servanda.domain.incident import Incident
from servanda.domain.instrument import Provision
from servanda.domain.moment import Moment
from servanda.obligations.endings import Ending, endings, takes_effect
from servanda.obligations.lifecycle import Duty, Heard, character_of, live_through
from servanda.obligations.records import Record, near_record, strange_facts

ATTACK, CLOCK, END = Moment("2015-05-05T04:00Z"), "2015-05-06T04:00+00:00", Moment("2015-06-01")
ASSIST = Provision.model_validate(duty())


def finding(word: str = "triggered", **rest: object) -> Finding:
    base: dict[str, object] = {"bearers": ["OST"], "due": CLOCK}
    return Finding(incident="raid", instrument="coast", provision="a1", finding=word, **base | rest)


def record(
    kind: str, at: str | None = "2015-05-05T12:00Z", *, known: str | None = None, **facts: object
) -> Record:
    base = {"kind": kind, "actor": "OST", "act": "assist", "answers": "raid"}
    days = {"date": at and Moment(at), "known": known and Moment(known)}
    made = Record.of(Incident(id=f"row-{kind}", title="Row", facts=base | facts, **days))
    assert made is not None
    return made


def life(*records: Record, heard: list[Heard] | None = None, **rest: object) -> Duty:
    [one] = lives(*records, heard=heard, **rest)
    return one


def lives(
    *records: Record,
    heard: list[Heard] | None = None,
    provision: Provision = ASSIST,
    **rest: object,
) -> tuple[Duty, ...]:
    more: dict[str, object] = {"until": END, "entitled": ["LIS"]} | rest
    return live_through(heard or [Heard(ATTACK, finding())], provision, records, **more)


def states(one: Duty) -> list[str]:
    return [turn.state for turn in one.history]


def test_a_duty_is_live_until_its_deadline_and_due_after_it() -> None:
    assert life(until=Moment("2015-05-05")).state == "live"
    one = life()
    assert (one.state, one.since) == ("due", CLOCK)
    assert states(one) == ["live", "due"]


@pytest.mark.parametrize("until", ["2015-06-01", "2099-01-01"])
def test_however_long_nothing_is_recorded_it_is_no_breach(until: str) -> None:
    one = life(until=Moment(until))
    assert one.state == "due"
    assert "nothing is recorded" in one.history[-1].because


def test_without_a_present_no_deadline_arrives() -> None:
    assert life(until=None).state == "live"


def test_a_softened_deadline_is_said_to_be_soft() -> None:
    one = life(heard=[Heard(ATTACK, finding(due=None, due_soft=CLOCK))])
    assert one.state == "due"
    assert "softened" in one.history[-1].because


def test_what_is_performed_is_met() -> None:
    one = life(record("fulfilment"))
    assert (one.state, one.history[-1].record) == ("met", "row-fulfilment")
    assert states(one) == ["live", "met"]


def test_a_performance_after_the_deadline_is_met_and_called_late() -> None:
    one = life(record("fulfilment", "2015-05-09"))
    assert states(one) == ["live", "due", "met"]
    assert f"after the deadline {CLOCK}" in one.history[-1].because


def test_a_performance_on_the_very_deadline_is_in_time() -> None:
    one = life(record("fulfilment", "2015-05-06T04:00Z"))
    assert states(one) == ["live", "met"]
    assert "after" not in one.history[-1].because


def test_a_refusal_once_due_is_a_breach_on_the_facts_as_entered() -> None:
    one = life(record("refusal", "2015-05-09"))
    assert states(one) == ["live", "due", "breached"]
    assert "as entered" in one.history[-1].because


def test_a_refusal_in_advance_is_no_breach_before_performance_is_due() -> None:
    ahead = life(record("refusal"), until=Moment("2015-05-05"))
    assert states(ahead) == ["live", "live"]
    assert "refused in advance" in ahead.history[-1].because
    one = life(record("refusal"))
    assert [(t.at, t.state) for t in one.history[1:]] == [
        ("2015-05-05T12:00Z", "live"),
        (CLOCK, "breached"),
    ]
    assert one.history[-1].record == "row-refusal"


def test_who_refused_in_advance_can_still_perform_in_time() -> None:
    one = life(record("refusal"), record("fulfilment", "2015-05-05T20:00Z"))
    assert states(one) == ["live", "live", "met"]
    assert "late" not in one.history[-1].because


def test_who_was_in_breach_can_still_perform_and_is_called_late() -> None:
    one = life(record("refusal"), record("fulfilment", "2015-05-09"))
    assert states(one) == ["live", "live", "breached", "met"]
    assert "late" in one.history[-1].because
    at_once = [Heard(ATTACK, finding(due=None))]
    assert life(record("refusal"), heard=at_once).state == "breached"
    one = life(record("refusal"), record("fulfilment", "2015-05-09"), heard=at_once)
    assert states(one) == ["live", "breached", "met"]
    assert "late: after the refusal of 2015-05-05T12:00Z" in one.history[-1].because


def test_a_deadline_whose_instant_is_not_known_leaves_a_refusal_without_a_breach() -> None:
    dated = Provision.model_validate(duty(deadline={"hours": 24}))
    one = life(record("refusal"), heard=[Heard(ATTACK, finding(due=None))], provision=dated)
    assert states(one) == ["live", "live"]
    assert "not known" in one.history[-1].because
    soon = Provision.model_validate(duty(deadline={"text": "immediately"}))
    heard = [Heard(ATTACK, finding(due=None))]
    assert life(record("refusal"), heard=heard, provision=soon).state == "breached"


def test_a_refusal_outlives_a_time_in_which_nothing_seemed_owed() -> None:
    heard = [
        Heard(ATTACK, finding(due=None)),
        Heard(Moment("2015-05-10"), finding("not_triggered", due=None)),
        Heard(Moment("2015-05-20"), finding(due=None)),
    ]
    one = life(record("refusal"), heard=heard)
    assert states(one) == ["live", "breached", "dormant", "live", "breached"]


def test_a_deadline_stands_at_its_own_day_when_later_findings_repeat_it() -> None:
    heard = [Heard(ATTACK, finding()), Heard(Moment("2015-05-20"), finding(why=["more"]))]
    assert [(t.at, t.state) for t in life(heard=heard).history] == [
        (ATTACK, "live"),
        (CLOCK, "due"),
    ]


def test_every_step_stands_at_the_day_from_which_it_could_be_known() -> None:
    heard = [Heard(Moment("2015-05-08"), finding())]
    assert [(t.at, t.state) for t in life(heard=heard).history] == [
        ("2015-05-08", "live"),
        ("2015-05-08", "due"),
    ]
    told = record("fulfilment", "2015-05-05T12:00Z", known="2015-05-20")
    one = life(told)
    assert [(t.at, t.state) for t in one.history] == [
        (ATTACK, "live"),
        (CLOCK, "due"),
        ("2015-05-20", "met"),
    ]
    assert "on 2015-05-05T12:00Z" in one.history[-1].because
    assert "late" not in one.history[-1].because
    early = life(record("fulfilment", "2015-05-06"), heard=heard)
    assert [(t.at, t.state) for t in early.history] == [
        ("2015-05-08", "live"),
        ("2015-05-08", "met"),
    ]


def test_a_text_ends_in_a_life_on_the_day_on_which_its_end_is_known() -> None:
    heard = [Heard(ATTACK, finding(due=None))]
    left = Ending(Moment("2015-05-10"), "OST left", "OST", Moment("2015-05-20"))
    one = life(heard=heard, endings=[left])
    assert (one.history[-1].at, one.state) == ("2015-05-20", "lapsed")


def test_what_changes_nothing_stands_at_its_place_in_the_history() -> None:
    one = life(record("refusal", act=None))
    assert states(one) == ["live", "live", "due"]
    assert one.history[1].at == "2015-05-05T12:00Z"
    assert one.aside == {"row-refusal": "which act it was is not said"}


def test_refusing_talks_breaks_no_duty_to_help() -> None:
    assert life(record("refusal", act="consult")).state == "due"


def test_a_record_without_an_act_proves_nothing_and_says_so() -> None:
    for kind in ("fulfilment", "refusal"):
        one = life(record(kind, act=None))
        assert one.state == "due"
        assert "which act it was is not said" in one.history[1].because


def test_a_record_that_names_the_provision_needs_no_act() -> None:
    assert life(record("fulfilment", act=None, provision="a1")).state == "met"
    assert life(record("fulfilment", act=None, provision="a2")).state == "due"


@pytest.mark.parametrize(
    "facts",
    [{"actor": "SUN"}, {"answers": "other"}, {"instrument": "else"}, {"actor": None}],
)
def test_a_record_of_somebody_or_something_else_changes_nothing(facts: dict) -> None:
    assert states(life(record("fulfilment", **facts))) == ["live", "due"]


def test_of_two_acts_one_is_a_part() -> None:
    both = Provision.model_validate(duty(act=["consult", "send_arms"]))
    first = record("fulfilment", act="consult_in_the_capital")
    one = life(first, provision=both)
    assert one.state == "due"
    assert "in part" in one.history[1].because
    assert "only a part" in one.history[-1].because
    assert life(first, record("fulfilment", act="send"), provision=both).state == "met"
    assert life(record("refusal", act="send_arms"), provision=both).state == "due"


def test_only_those_to_whom_it_is_owed_can_release() -> None:
    freed = record("release", actor="LIS")
    assert life(freed).state == "released"
    assert life(record("release", actor="DOR")).state == "due"
    assert life(record("release", actor="LIS", bearer="SUN")).state == "due"


def test_a_release_frees_from_the_act_or_the_provision_it_names_only() -> None:
    assert life(record("release", actor="LIS", act="consult")).state == "due"
    assert life(record("release", actor="LIS", act=None, provision="a2")).state == "due"
    assert life(record("release", actor="LIS", act=None, provision="a1")).state == "released"
    assert life(record("release", actor="LIS", act=None)).state == "released"
    both = Provision.model_validate(duty(act=["consult", "send_arms"]))
    first = record("release", actor="LIS", act="consult")
    one = life(first, provision=both)
    assert states(one) == ["live", "live", "due"]
    assert "released in part (consult)" in one.history[1].because
    rest = record("fulfilment", act="send_arms", at="2015-05-05T13:00Z")
    assert life(first, rest, provision=both).state == "met"


@pytest.mark.parametrize("bearer", [None, "LIS"])
def test_nobody_releases_itself(bearer: str | None) -> None:
    own = [Heard(ATTACK, finding(bearers=["LIS", "OST"]))]
    found = lives(record("release", actor="LIS", bearer=bearer), heard=own)
    state = {b: one.state for one in found for b in one.bearers}
    assert state == {"LIS": "due", "OST": "due" if bearer else "released"}
    [mine] = [one for one in found if one.bearers == ("LIS",)]
    assert bool(mine.aside) is bool(bearer)
    assert not bearer or "cannot release itself" in mine.aside["row-release"]


def test_of_two_who_release_together_each_frees_the_other() -> None:
    own = [Heard(ATTACK, finding(bearers=["LIS", "OST"]))]
    both = record("release", actor=["LIS", "OST"], bearer=["LIS", "OST"])
    found = lives(both, heard=own, entitled=["LIS", "OST"])
    assert [one.state for one in found] == ["released", "released"]


@pytest.mark.parametrize(
    ("records", "says"),
    [
        ((record("fulfilment"), record("refusal", "2015-05-07")), "it had been met before"),
        ((record("release", actor="LIS"), record("refusal", "2015-05-07")), "released before"),
        ((record("refusal"), record("release", "2015-05-07", actor="LIS")), "in breach"),
    ],
)
def test_a_record_that_comes_after_the_end_says_what_had_been(records, says: str) -> None:
    one = life(*records)
    assert says in one.aside[records[-1].id]


def test_the_end_of_the_text_lapses_a_live_duty_but_not_what_was_due() -> None:
    open_ended = [Heard(ATTACK, finding(due=None))]
    over = Ending(Moment("2015-05-20"), "the text ended")
    assert life(heard=open_ended, endings=[over]).state == "lapsed"
    late = life(endings=[over])
    assert late.state == "due"
    assert "not undone" in late.history[-1].because


def test_the_end_of_a_membership_lapses_that_partys_duty_only() -> None:
    heard = [Heard(ATTACK, finding(due=None, bearers=["OST", "SUN"]))]
    left = Ending(Moment("2015-05-20"), "SUN left the text", "SUN")
    found = {b: one.state for one in lives(heard=heard, endings=[left]) for b in one.bearers}
    assert found == {"OST": "live", "SUN": "lapsed"}


def test_an_end_before_the_incident_touches_nothing() -> None:
    heard = [Heard(ATTACK, finding(due=None))]
    assert life(heard=heard, endings=[Ending(Moment("2010-01-01"), "x")]).state == "live"


def test_no_text_ends_in_the_life_of_a_duty_whose_incident_has_no_date() -> None:
    undated = [Heard(None, finding(due=None))]
    assert life(heard=undated, endings=[Ending(Moment("2010-01-01"), "x")]).state == "live"


def test_an_undated_refusal_is_not_called_early() -> None:
    one = life(record("refusal", None))
    assert [t.state for t in one.history] == ["live", "live", "breached"]
    assert "in advance" not in " ".join(t.because for t in one.history)


def test_bearers_with_one_life_share_it() -> None:
    heard = [Heard(ATTACK, finding(bearers=["OST", "SUN", "DOR"]))]
    found = lives(record("fulfilment", actor="SUN"), heard=heard)
    assert {one.bearers: one.state for one in found} == {("OST", "DOR"): "due", ("SUN",): "met"}
    rows = [row for one in found for row in one.published()]
    assert [row["bearer"] for row in rows] == ["OST", "DOR", "SUN"]
    assert set(rows[0]) >= {"instrument", "provision", "incident", "state", "since", "due",
                            "due_soft", "history"}  # fmt: skip


@pytest.mark.parametrize("word", ["triggered_if", "contested", "undetermined"])
def test_what_is_in_doubt_sleeps_and_says_why(word: str) -> None:
    one = life(record("refusal"), heard=[Heard(ATTACK, finding(word, missing=["attribution"]))])
    assert one.state == "dormant"
    assert "nothing was owed" in one.history[-1].because


def test_what_is_not_owed_has_no_life() -> None:
    assert lives(heard=[Heard(ATTACK, finding("not_triggered"))]) == ()
    assert lives(heard=[Heard(ATTACK, finding("triggered", bearers=[]))]) == ()


def test_a_duty_comes_alive_with_knowledge_and_finds_what_was_done_before() -> None:
    known = Moment("2015-05-10")
    heard = [
        Heard(ATTACK, finding("triggered_if", missing=["attribution"], due=None)),
        Heard(known, finding(due=None)),
    ]
    one = life(record("fulfilment"), heard=heard)
    assert states(one) == ["dormant", "live", "met"]
    assert [turn.at for turn in one.history] == [ATTACK, known, known]
    assert "on 2015-05-05T12:00Z" in one.history[-1].because


def test_later_knowledge_can_take_a_duty_and_a_breach_away() -> None:
    heard = [
        Heard(ATTACK, finding()),
        Heard(Moment("2015-05-20"), finding("not_triggered", why=["actor"], due=None)),
    ]
    one = life(record("refusal", "2015-05-09"), heard=heard)
    assert states(one) == ["live", "due", "breached", "dormant"]
    assert "on later knowledge not owed" in one.history[-1].because


def test_a_power_is_live_and_exercised_and_cannot_be_refused() -> None:
    power = Provision.model_validate(duty(modality="power", act="call_a_meeting"))
    heard = [Heard(ATTACK, finding("permitted", due=None))]
    assert character_of(power) == "power"
    assert life(heard=heard, provision=power).state == "live"
    used = life(record("exercise", act="call"), heard=heard, provision=power)
    assert used.state == "exercised"
    assert life(record("refusal", act="call"), heard=heard, provision=power).state == "live"


def test_a_prohibition_stands_or_is_broken_by_those_who_broke_it() -> None:
    ban = Provision.model_validate(duty(modality="prohibition", act="strike", trigger=None))
    broken = finding("breach", bearers=["OST", "DOR"], by=["DOR"], due=None)
    found = lives(heard=[Heard(ATTACK, broken)], provision=ban)
    assert {one.bearers: one.state for one in found} == {("OST",): "standing", ("DOR",): "breached"}


def test_a_denunciation_works_from_its_day_or_after_the_notice_of_the_text() -> None:
    leave = record("denunciation", "2015-01-31", instrument="coast", effective="2015-05-20")
    assert takes_effect(pact(), leave) == "2015-05-20"
    open_end = record("denunciation", "2015-01-31", instrument="coast")
    assert takes_effect(pact(), open_end) is None
    notice = {"id": "exit", "modality": "termination", "effect_after_months": 13}
    assert takes_effect(pact(duty(), notice), open_end) == "2016-02-29"
    assert [e.actor for e in endings(pact(), [leave])] == ["OST"]
    elsewhere = record("denunciation", instrument="other", effective="2015-05-20")
    assert endings(pact(), [elsewhere]) == ()


def test_the_american_spelling_is_a_fulfilment_and_near_misses_are_told() -> None:
    assert life(record("fulfillment")).state == "met"
    kinds = {
        "refusall": "refusal",
        "realease": "release",
        "Refusal": "refusal",
        "fulfilled": "fulfilment",
        "denounciation": "denunciation",
        "military_exercise": None,
        "exercises": None,
        "armed_attack": None,
        "hostage_release": None,
    }
    for kind, meant in kinds.items():
        assert near_record(Incident(id="r", title="R", facts={"kind": kind})) == meant, kind


def test_facts_that_a_record_does_not_take_are_told() -> None:
    facts = {"kind": "release", "actor": "LIS", "answers": "raid", "bearers": "OST", "acts": "x"}
    assert strange_facts(Incident(id="r", title="R", facts=facts)) == ("bearers", "acts")
    other = {"kind": "fulfillment", "actor": "OST", "bearer": "OST", "note": "n", "source": "s"}
    assert strange_facts(Incident(id="r", title="R", facts=other)) == ("bearer",)
    attack = {"kind": "armed_attack", "bearers": "x"}
    assert strange_facts(Incident(id="r", title="R", facts=attack)) == ()


def test_a_row_of_another_kind_is_an_incident() -> None:
    row = Incident(id="r", title="R", facts={"kind": "armed_attack"})
    assert Record.of(row) is None
    bad = Incident(id="r", title="R", facts={"kind": "denunciation", "effective": "soon"})
    with pytest.raises(ValueError, match="date"):
        Record.of(bad)
