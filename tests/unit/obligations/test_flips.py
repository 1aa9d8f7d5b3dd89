"""Smallest changes of facts: what they are, that they hold, and that no part of them does."""

import time
from itertools import combinations

import pytest
from tests.unit.obligations.texts import ACTORS, duty, pact, raid

from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument
from servanda.domain.moment import Moment
from servanda.obligations import assess
from servanda.obligations.changes import altered
from servanda.obligations.endings import ends_on
from servanda.obligations.flips import NO, Flip, flip

AREA = {"home": {"include": [{"what": "territory_of_party", "where": ["europe"]}]}}


def flips(text: Instrument, incident: Incident, **rest: object) -> tuple[Flip, ...]:
    return flip(text, "a1", incident, actors=ACTORS, **rest)  # type: ignore[arg-type]


def word(text: Instrument, incident: Incident, as_of: Moment | None = None) -> str:
    [found] = assess([text], incident, actors=ACTORS, as_of=as_of, provisions={"a1"})
    return found.finding


def verified(text: Instrument, incident: Incident, found: tuple[Flip, ...]) -> None:
    """Assert that each flip does what it says, and that no part of it leaves the side it was on."""
    before = word(text, incident)
    for one in found:
        assert one.before == before
        if one.needs != "facts":
            assert one.after is None
            continue
        assert word(text, altered(incident, one.changes)) == one.after != before
        for size in range(1, len(one.changes)):
            for part in combinations(one.changes, size):
                got = word(text, altered(incident, part))
                assert (got in NO) == (before in NO)


def facts_of(found: tuple[Flip, ...]) -> list[set[str]]:
    return [{change.fact for change in one.changes} for one in found]


@pytest.mark.parametrize(
    ("text", "incident", "fact"),
    [
        (pact(), raid(target="DOR", actor="brand"), "target"),
        (pact(), raid(kind="ultimatum"), "kind"),
        (pact(), raid("2004-01-01"), "date"),
        (pact(duty(conditions=["request_of_party"])), raid(requested=False), "requested"),
        (pact(duty(conditions=["unprovoked"])), raid(provoked={"by": "LIS"}), "provoked"),
        (
            pact(duty(conditions=["snow_has_melted"])),
            raid(snow_has_melted=False),
            "snow_has_melted",
        ),
        (pact(duty(object=["power_plants"])), raid(object="school"), "object"),
        (pact(), raid(deliberate=False), "deliberate"),
        (
            pact(duty(area="home"), areas=AREA),
            raid(place={"sovereign": "DOR", "administered_by": "DOR", "region": ["asia"]}),
            "place",
        ),
    ],
)
def test_a_no_names_the_one_fact_that_would_have_made_it_a_yes(
    text: Instrument, incident: Incident, fact: str
) -> None:
    assert word(text, incident) in NO
    found = flips(text, incident)
    assert {fact} in facts_of(found)
    assert any(one.after == "triggered" for one in found)
    verified(text, incident, found)


def test_two_failing_conditions_take_two_facts() -> None:
    text = pact(duty(conditions=["request_of_party"]))
    incident = raid(kind="ultimatum", requested=False)
    found = flips(text, incident)
    assert {"kind", "requested"} in facts_of(found)
    assert all(len(one.changes) == 2 for one in found)
    verified(text, incident, found)


def test_three_failing_conditions_take_three_facts() -> None:
    text = pact(duty(conditions=["request_of_party", "snow_has_melted"]))
    incident = raid(kind="ultimatum", requested=False, snow_has_melted=False)
    found = flips(text, incident)
    assert facts_of(found) == [{"kind", "requested", "snow_has_melted"}]
    verified(text, incident, found)


def test_accession_on_the_day_comes_before_another_victim() -> None:
    parties = {"original": ["LIS", "OST"], "acceded": [["SUN", "2016-01-01"]]}
    found = flips(pact(parties=parties), raid(target="SUN"))
    assert found[0].changes[0].new == "2016-01-01"


@pytest.mark.parametrize("fact", ["date", "target", "kind", "deliberate"])
def test_a_duty_owed_names_what_would_lift_it(fact: str) -> None:
    text = pact()
    found = flips(text, raid(), most=9)
    assert {fact} in facts_of(found)
    assert all(one.after in NO for one in found)
    verified(text, raid(), found)


def test_a_duty_falls_away_outside_the_area_and_after_the_end() -> None:
    text = pact(duty(area="home"), areas=AREA, in_force={"from": "2005-01-01", "years": 15})
    incident = raid(place={"sovereign": "LIS", "administered_by": "LIS", "region": ["europe"]})
    found = flips(text, incident, most=9)
    by_fact = {one.changes[0].fact: one for one in found}
    assert by_fact["place"].after == "not_triggered"
    assert by_fact["date"].after in ("not_in_force", "lapsed")
    verified(text, incident, found)


def test_an_unknown_fact_is_decided_either_way_by_its_answer() -> None:
    text = pact(duty(conditions=["snow_has_melted"]))
    found = flips(text, raid(), most=9)
    answers = {
        (one.changes[0].new, one.after)
        for one in found
        if [c.fact for c in one.changes] == ["snow_has_melted"]
    }
    assert answers == {(True, "triggered"), (False, "not_triggered")}
    verified(text, raid(), found)


def test_several_unknown_facts_are_answered_together_for_a_yes_and_singly_for_a_no() -> None:
    text = pact(duty(conditions=["snow_has_melted", "request_of_party"]))
    found = flips(text, raid(), most=9)
    assert {"snow_has_melted", "requested"} in [
        {c.fact for c in f.changes} for f in found if f.after == "triggered"
    ]
    assert {"snow_has_melted"} in [
        {c.fact for c in f.changes} for f in found if f.after == "not_triggered"
    ]


def test_where_readings_differ_no_fact_is_offered_but_the_hinge() -> None:
    text = pact(duty(trigger={"kinds": ["armed_attack"], "object": "party", "actor": "any_state"}))
    incident = raid(actor="brand", actor_type="non_state")
    if word(text, incident) != "contested":
        incident = raid(kind="skirmish", scale="limited")
    assert word(text, incident) == "contested"
    [one] = flips(text, incident)
    assert (one.needs, one.changes, one.after) == ("reading", (), None)
    assert one.settled_by


def test_a_contested_fact_can_be_settled_by_an_inquiry() -> None:
    text = pact(duty(conditions=["unprovoked"]))
    incident = raid(provoked="contested")
    assert word(text, incident) == "contested"
    found = flips(text, incident)
    assert found[0].needs == "reading"
    assert {"provoked"} in facts_of(found[1:])
    verified(text, incident, found)


def test_a_thin_text_names_its_open_slots() -> None:
    text = pact(
        duty(modality="proposed_duty", bearer="unspecified"),
        kind="proposal",
        parties={},
        beneficiaries=["LIS"],
        unspecified=["who_is_bound"],
    )
    assert word(text, raid()) == "undetermined"
    [one] = flips(text, raid())
    assert (one.needs, one.settled_by) == ("slot", ("who_is_bound",))


def test_a_text_that_never_bound_is_helped_by_no_fact() -> None:
    text = pact(in_force={"from": "never"})
    [one] = flips(text, raid())
    assert (one.before, one.needs) == ("not_in_force", "text")


def test_the_day_of_knowledge_is_kept() -> None:
    text = pact(duty(conditions=["request_of_party"]))
    incident = raid(requested={"by": "LIS", "at": "2015-05-09"})
    early, late = Moment("2015-05-06"), Moment("2015-05-10")
    assert word(text, incident, early) == "not_triggered"
    assert {"requested"} in facts_of(flips(text, incident, as_of=early))
    assert all(one.before == "triggered" for one in flips(text, incident, as_of=late))


def test_a_silent_provision_has_no_flip_and_an_unknown_one_is_an_error() -> None:
    text = pact(duty(), duty(id="rule", modality="decision_rule"))
    assert flip(text, "rule", raid(), actors=ACTORS) == ()
    with pytest.raises(KeyError):
        flip(text, "a9", raid(), actors=ACTORS)


def test_the_incident_itself_is_not_touched() -> None:
    incident = raid(target="DOR", actor="brand")
    before = incident.model_dump()
    flips(pact(), incident)
    assert incident.model_dump() == before


def test_a_published_flip_is_plain_data() -> None:
    [first, *_] = flips(pact(), raid(kind="ultimatum"))
    assert first.published() == {
        "before": "not_triggered",
        "after": "triggered",
        "needs": "facts",
        "changes": [{"fact": "kind", "old": "ultimatum", "new": "armed_attack"}],
        "settled_by": [],
    }


def test_a_finding_of_three_failures_is_flipped_within_a_moment() -> None:
    text = pact(duty(conditions=["request_of_party", "snow_has_melted"]))
    incident = raid(kind="ultimatum", requested=False, snow_has_melted=False)
    flips(text, incident)
    quickest = min(_seconds(text, incident) for _ in range(5))
    assert quickest < 0.25  # 50 ms on a quiet machine; this guards against an explosion


def _seconds(text: Instrument, incident: Incident) -> float:
    started = time.perf_counter()
    flips(text, incident)
    return time.perf_counter() - started


@pytest.mark.parametrize(
    ("in_force", "last"),
    [
        ({"from": "2024-02-24", "years": 10}, "2034-02-24"),
        ({"from": "2024-02-29", "years": 1}, "2025-03-01"),
        ({"from": "2024-02-24", "to": "2026-01-01"}, "2026-01-01"),
        ({"from": "2024-02-24"}, None),
        ({"from": "2024-02-24", "years": 5, "auto_extend_years": 5}, None),
        ({"from": "conditional"}, None),
        ({"from": "2024-02-24", "years": 9999}, None),
    ],
)
def test_the_end_of_a_text_is_read_off_its_dates(in_force: dict, last: str | None) -> None:
    assert ends_on(pact(in_force=in_force)) == last
