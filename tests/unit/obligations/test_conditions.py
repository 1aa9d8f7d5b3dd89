"""Whom, by whom, what, where, asked for, provoked, decided: one condition at a time."""

import pytest
from tests.unit.obligations.texts import ACTORS, duty, found, one, pact, raid, well_traced

HOME = {"name": "Lissia", "sovereign": "LIS", "region": ["coast"]}


def triggered_by(**trigger) -> dict:
    return {"trigger": {"kinds": ["armed_attack"], "object": "party"} | trigger}


def test_the_plain_duty_is_owed_by_everybody_but_victim_and_attacker():
    full = one(pact(), raid())
    assert (full.finding, full.bearers, full.why, full.missing) == (
        "triggered",
        ("OST", "SUN"),
        (),
        (),
    )
    assert one(pact(), raid(actor="SUN")).bearers == ("OST",)
    well_traced(full)


def test_target():
    assert one(pact(), raid(target="DOR", actor="brand")).why == ("target",)
    assert one(pact(), raid(target=None)).missing == ("target",)
    only = pact(duty(**triggered_by(object="OST")))
    assert one(only, raid()).why == ("target",)
    assert found(only, raid(target="OST")) == "triggered"


def test_a_beneficiary_is_protected_and_not_bound():
    text = pact(parties={"guarantors": ["OST", "SUN"]}, beneficiaries=["LIS"])
    assert one(text, raid()).bearers == ("OST", "SUN")


def test_actor():
    named = pact(duty(**triggered_by(actor="DOR")))
    assert found(named, raid()) == "triggered"
    assert one(named, raid(actor="brand")).why == ("actor",)
    assert one(named, raid(actor=None)).missing == ("actor",)
    secret = pact(duty(**triggered_by(actor="any", actor_secret="DOR")))
    assert one(secret, raid(actor="brand")).finding == "triggered"


def test_a_group_under_a_text_that_speaks_of_states_is_read_both_ways_if_left_open():
    text = pact(duty(**triggered_by(actor="any_state")), unspecified=["non_state_actors"])
    group = one(text, raid(actor="brand", actor_type="non_state"))
    assert (group.finding, group.why) == ("contested", ("text_ambiguity",))
    assert {r.finding for r in group.readings} == {"triggered", "not_triggered"}
    plain = pact(duty(**triggered_by(actor="any_state")))
    assert one(plain, raid(actor="brand", actor_type="non_state")).why == ("actor",)
    wide = pact(duty(**triggered_by(actor=["any_state", "armed_group"])))
    assert found(wide, raid(actor="brand", actor_type="non_state")) == "triggered"


def test_a_party_against_a_party_is_contested_where_the_text_leaves_it_open():
    text = pact(unspecified=["attack_by_another_party"])
    assert found(text, raid(actor="OST")) == "contested"
    assert one(text, raid(actor="OST", target="DOR")).finding == "not_triggered"


KINDS = [
    ("invasion", {}, "triggered", ()),
    ("ultimatum", {}, "not_triggered", ("kind",)),
    ("riot", {}, "not_triggered", ("kind",)),
    ("riot", {"outside_hand": "claimed"}, "contested", ("kind",)),
    ("skirmish", {}, "contested", ("threshold",)),
    ("self_defence_of_other_side", {}, "not_triggered", ("target",)),
    ("armed_attack", {"deliberate": False}, "not_triggered", ("deliberate",)),
    ("cyber", {"effects_comparable_to_armed_attack": False}, "not_triggered", ("kind",)),
]


@pytest.mark.parametrize(("kind", "facts", "word", "why"), KINDS, ids=str)
def test_what_happened_against_armed_attack(kind, facts, word, why):
    got = one(pact(), raid(kind=kind, **facts))
    assert (got.finding, got.why) == (word, why)
    well_traced(got)


MISSING = [
    ("cyber", {}, "effects_comparable_to_armed_attack"),
    ("terror", {}, "directed_from_abroad"),
    ("ramming", {}, "armed_attack_threshold"),
    ("impact", {}, "deliberate"),
    ("never_heard_of", {}, "armed_attack_threshold"),
    (None, {}, "kind"),
]


@pytest.mark.parametrize(("kind", "facts", "wanted"), MISSING, ids=str)
def test_a_kind_short_of_attack_asks_for_what_would_settle_it(kind, facts, wanted):
    got = one(pact(), raid(kind=kind, **facts))
    assert got.finding == "triggered_if"
    assert wanted in got.missing


@pytest.mark.parametrize("kind", ["solar_eclipse", "zzz", "lissian_festival"])
def test_an_unknown_trigger_word_neither_satisfies_nor_fails(kind):
    got = one(pact(duty(trigger={"kinds": [kind], "object": "party"})), raid())
    assert (got.finding, got.missing) == ("triggered_if", (kind,))
    both = pact(duty(trigger={"kinds": [kind, "armed_attack"], "object": "party"}))
    assert found(both, raid()) == "triggered"


def test_a_nuclear_trigger_needs_the_word():
    text = pact(duty(trigger={"kinds": ["nuclear_attack"], "object": "party"}))
    assert one(text, raid(nuclear=False)).why == ("kind",)
    assert one(text, raid()).missing == ("nuclear_threat_established",)
    assert found(text, raid(nuclear=True)) == "triggered"


def test_a_renewed_attack_needs_a_cessation_before():
    text = pact(duty(trigger={"kinds": ["renewed_dorvanian_attack"], "object": "party"}))
    assert one(text, raid()).missing == ("ceasefire_in_force_before",)
    assert found(text, raid(ceasefire_in_force_before=True)) == "triggered"
    running = one(text, raid(ceasefire_in_force_before=False))
    assert (running.finding, running.why) == ("contested", ("text_ambiguity",))
    other = one(text, raid(actor="brand", ceasefire_in_force_before=True))
    assert other.why == ("actor",)


def in_area(*include, **rest):
    return pact(duty(area="zone"), areas={"zone": {"include": list(include), **rest}})


AREAS = [
    ({"what": "territory_of_party"}, HOME, {"sovereign": "DOR"}),
    ({"what": "territory_of_party", "where": ["coast"]}, HOME, HOME | {"region": "hills"}),
    ({"what": "territory_of", "who": "LIS"}, HOME, {"sovereign": "OST"}),
    (
        {"what": "named", "name": "skerry_islands"},
        {"name": "Skerry Islands"},
        {"name": "Long Sands"},
    ),
    ({"what": "metropolitan_territory_of_party"}, HOME, HOME | {"island": "true"}),
    (
        {"what": "territories_under_administration"},
        {"sovereign": "disputed", "administered_by": "LIS"},
        {"sovereign": "disputed", "administered_by": "DOR"},
    ),
    (
        {
            "what": "islands_of_party",
            "where": ["coast"],
            "north_of_tropic_of_cancer": True,
        },
        HOME | {"island": "true", "north_of_tropic_of_cancer": "true"},
        HOME | {"island": "true", "north_of_tropic_of_cancer": "false"},
    ),
]


@pytest.mark.parametrize(("part", "inside", "outside"), AREAS, ids=str)
def test_moving_the_place_out_of_the_area_ends_the_duty(part, inside, outside):
    assert found(in_area(part), raid(place=inside)) == "triggered"
    got = one(in_area(part), raid(place=outside))
    assert (got.finding, got.why) == ("not_triggered", ("area",))
    well_traced(got)


def test_an_area_clause_has_its_dates():
    part = {"what": "named", "name": "skerry_islands", "to": "2012-07-03"}
    place = {"name": "Skerry Islands"}
    assert found(in_area(part), raid("2012-07-03", place=place)) == "triggered"
    late = one(in_area(part), raid("2012-07-04", place=place))
    assert set(late.why) & {"area", "time"}


def test_forces_are_covered_only_where_the_clause_puts_them():
    text = in_area({"what": "forces_vessels_aircraft_of_party", "where": ["coast"]})
    at_sea = {"region": "coast", "sovereign": "none"}
    assert found(text, raid(object="vessel", place=at_sea)) == "triggered"
    assert one(text, raid(object="town", place=at_sea)).why == ("area",)
    assert one(text, raid(object="vessel", place={"region": "far"})).why == ("area",)


def test_an_exclusion_beats_the_inclusion():
    text = in_area({"what": "territory_of_party"}, exclude=["skerry_islands"])
    assert one(text, raid(place=HOME | {"name": "Skerry Islands"})).why == ("area",)
    assert found(text, raid(place=HOME)) == "triggered"
    clause = {"id": "x", "modality": "exception", "area_excluded": ["skerry_islands"]}
    text = pact(duty(area="zone"), clause, areas={"zone": {"include": ["coast"]}})
    assert one(text, raid(place=HOME | {"name": "Skerry Islands"})).why == ("area",)


def test_no_place_no_victim_leaves_the_area_unknown():
    got = one(in_area({"what": "territory_of_party"}), raid(target=None))
    assert set(got.missing) == {"target", "place"}


def test_object():
    text = pact(duty(object=["power_plants"]))
    assert found(text, raid(object="power_plant")) == "triggered"
    assert one(text, raid(object="school")).why == ("object",)
    assert one(text, raid()).missing == ("object",)


def test_request():
    text = pact(duty(conditions=["request_of_party"]))
    assert one(text, raid()).missing == ("requested",)
    assert found(text, raid(requested=True)) == "triggered"
    assert one(text, raid(requested=False)).why == ("request",)
    assert one(text, raid(requested=True, requested_by="DOR")).why == ("request",)
    talk = one(text, raid(requested={"consultation": "2015-05-05T08:00+02:00"}))
    assert talk.missing == ("request_under_a1",)


def test_a_request_is_unmade_before_it_is_made():
    text = pact(duty(conditions=["request_of_party"]))
    asked = raid(requested={"by": "LIS", "at": "2015-05-07T08:00+02:00"})
    assert one(text, asked, as_of="2015-05-06").why == ("request",)
    assert found(text, asked, as_of="2015-05-08") == "triggered"


def test_provocation():
    text = pact(duty(conditions=["without_provocation"]))
    assert one(text, raid()).missing == ("provoked",)
    assert found(text, raid(provoked=False)) == "triggered"
    assert one(text, raid(provoked={"by": "LIS"})).why == ("provocation",)
    assert found(text, raid(provoked={"by": "OST"})) == "triggered"
    assert found(text, raid(provoked="contested")) == "contested"


def test_a_text_silent_on_provocation_is_read_both_ways_where_the_victim_used_force_first():
    struck = {"by": "LIS", "first_use": "2015-05-01"}
    got = one(pact(), raid(provoked=struck))
    assert (got.finding, got.why) == ("contested", ("provocation",))
    assert found(pact(), raid(provoked={"by": "LIS", "act": "insult"})) == "triggered"
    left_open = pact(unspecified=["party_that_attacked_first"])
    assert found(left_open, raid(provoked={"by": "LIS"})) == "contested"
    assert found(pact(), raid(provoked=False)) == "triggered"


def test_preconditions_of_their_own():
    text = pact(duty(conditions=["snow_has_melted"]))
    assert one(text, raid()).missing == ("snow_has_melted",)
    assert found(text, raid(snow_has_melted=True)) == "triggered"
    assert one(text, raid(snow_has_melted=False)).why == ("precondition",)
    assert one(text, raid(snow_has_melted="perhaps")).missing == ("snow_has_melted",)


def test_constitutional_processes_soften_how_and_not_whether():
    assert found(pact(duty(conditions=["constitutional_processes"])), raid()) == "triggered"


def test_help_that_waits_for_another_s_help():
    text = pact(duty(conditions=["after_SUN"]))
    assert one(text, raid()).missing == ("assistance_by_SUN",)
    assert found(text, raid(assistance_by_SUN=True)) == "triggered"
    assert one(text, raid(sundhallic_assistance_given=False)).why == ("precondition",)


def test_a_decision_is_asked_for_where_the_kind_leaves_the_case_open():
    text = pact(duty(decision={"organ": "council", "rule": "consensus"}))
    facts = {"kind": "cyber", "effects_comparable_to_armed_attack": True}
    assert one(text, raid(**facts)).missing == ("request_or_council_decision",)
    assert found(text, raid(council_decided=True, **facts)) == "triggered"
    assert found(text, raid()) == "triggered"


def test_consultation_is_a_right_until_somebody_calls():
    talk = duty(act="consult", trigger={"kinds": ["threat"], "object": "party",
                                        "judged_by": "any_party"})  # fmt: skip
    assert found(pact(talk), raid(kind="ultimatum")) == "available"
    called = one(pact(talk), raid(kind="ultimatum", requested={"by": "LIS"}))
    assert called.finding == "triggered"
    assert "LIS" in called.bearers


def test_without_a_registry_codes_still_work():
    assert one(pact(), raid(), actors={}).bearers == ("OST", "SUN")
    assert "LIS" in ACTORS


def test_a_stated_doubt_lifts_the_presumption():
    assert one(pact(), raid(intent="disputed")).missing == ("deliberate",)
    assert one(pact(), raid(directed_from_abroad="unknown")).missing == ("directed_from_abroad",)
