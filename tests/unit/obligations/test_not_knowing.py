"""Three kinds of not knowing stay apart, and every answer says why."""

import pytest
from tests.unit.obligations.texts import ACTORS, duty, leaves, one, pact, raid, well_traced

from servanda.domain.finding import Finding
from servanda.obligations import assess, explain
from servanda.scenario import shelf

THIN = {
    "kind": "proposal",
    "in_force": None,
    "signed": None,
    "parties": {},
    "beneficiaries": ["LIS"],
    "unspecified": ["who_is_bound", "trigger_threshold", "minimum_response"],
}


def test_an_unknown_fact_a_second_reading_and_a_thin_text_are_three_findings():
    unknown = one(pact(), raid(kind="cyber"))
    assert (unknown.finding, unknown.why, unknown.readings) == ("triggered_if", (), ())
    assert unknown.missing

    contested = one(pact(), raid(kind="skirmish"))
    assert (contested.finding, contested.missing) == ("contested", ())
    assert contested.why
    assert [r.finding for r in contested.readings] == ["triggered", "not_triggered"]

    thin = one(pact(duty(bearer="unspecified"), **THIN), raid())
    assert (thin.finding, thin.why) == ("undetermined", ())
    assert thin.missing == ("who_is_bound", "trigger_threshold")


def test_a_clause_on_help_hangs_on_the_slots_of_help():
    clause = duty(bearer="unspecified", response={"minimum": "unspecified"})
    assert one(pact(clause, **THIN), raid()).missing == ("minimum_response",)


def test_a_fact_that_rules_the_duty_out_rules_out_a_thin_text_too():
    thin = pact(duty(bearer="unspecified"), **THIN)
    assert one(thin, raid(target="DOR", actor="brand")).why == ("target",)


def test_a_thin_text_comes_before_a_second_reading_and_that_before_an_unknown_fact():
    thin = pact(duty(bearer="unspecified"), **THIN)
    assert one(thin, raid(kind="skirmish")).finding == "undetermined"
    asked = pact(duty(conditions=["request_of_party"]))
    both = one(asked, raid(kind="skirmish"))
    assert both.finding == "contested"
    assert both.readings[0].finding == "triggered_if"


def test_naming_the_guarantors_settles_a_thin_text():
    text = pact(duty(bearer="each_guarantor"), **(THIN | {"parties": {"guarantors": ["OST"]}}))
    assert one(text, raid()).bearers == ("OST",)


@pytest.mark.parametrize("name", shelf.instrument_ids())
def test_every_leaf_cites_its_clause_and_every_no_its_root(name):
    text = shelf.instrument(name)
    for case in shelf.cases().values():
        for finding in assess([text], case.incident, actors=shelf.actors()):
            well_traced(finding)
            if finding.finding in ("triggered_if", "undetermined"):
                assert finding.missing, (case.id, finding.provision)
            if finding.finding in ("contested", "lapsed", "not_in_force"):
                assert finding.why, (case.id, finding.provision)


def test_a_trace_names_text_and_article_and_can_be_left_out():
    got = one(pact(), raid())
    cited = {leaf.clause for leaf in leaves(got.trace)}
    assert cited == {"coast 1", "coast (entry into force and duration)"}
    (bare,) = assess([pact()], raid(), trace=False)
    assert bare.trace is None
    assert bare.finding == got.finding


def test_each_finding_has_its_sentence():
    for word, start in (("breach", "The undertaking was broken by Dorvane"),):
        finding = Finding(incident="i", instrument="p", provision="a", finding=word, by=["DOR"])

        assert explain(finding, actors=ACTORS).startswith(start)
    for text, facts, words in (
        (pact(), {"kind": "cyber"}, "not known: effects comparable"),
        (pact(), {"kind": "ultimatum"}, "what decides: kind"),
        (pact(duty(deadline={"hours": 24})), {}, "due 2015-05-06T04:00+02:00"),
    ):
        assert words in explain(one(text, raid(**facts)))
