"""Truths of the obligations engine that hold for any facts and any words."""

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.unit.obligations.texts import ACTORS, duty, one, pact, raid, well_traced

from servanda.domain.finding import Trace
from servanda.domain.incident import FINDINGS, Incident
from servanda.domain.instrument import Instrument
from servanda.obligations import assess, bind, explain, gaps
from servanda.obligations.kleene import (
    CONTESTED,
    FALSE,
    OPEN,
    TRUE,
    UNKNOWN,
    all_of,
    any_of,
)
from servanda.scenario import shelf

SURE = {"triggered", "not_triggered"}
KINDS = ("armed_attack", "skirmish", "cyber", "ultimatum", "riot", "terror", "ramming", "unheard")

plain_facts = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(KINDS),
        "target": st.sampled_from(["LIS", "OST", "DOR"]),
        "actor": st.sampled_from(["DOR", "brand"]),
        "actor_type": st.sampled_from(["state", "non_state"]),
        "requested": st.booleans(),
        "snow_has_melted": st.booleans(),
        "effects_comparable_to_armed_attack": st.booleans(),
        "object": st.sampled_from(["power_plant", "school"]),
        "scale": st.sampled_from(["small", "large"]),
    },
)
plain_texts = st.builds(
    lambda conditions, kinds, thing: pact(
        duty(conditions=conditions, object=thing, trigger={"kinds": kinds, "object": "party"})
    ),
    st.lists(st.sampled_from(["request_of_party", "snow_has_melted"]), unique=True),
    st.lists(st.sampled_from(["armed_attack", "threat", "solar_eclipse"]), min_size=1, unique=True),
    st.sampled_from([[], ["power_plants"]]),
)


def about(facts: dict) -> Incident:
    return raid(**(dict.fromkeys(("actor", "actor_type", "target", "kind")) | facts))


@given(plain_texts, plain_facts, st.text("abcdefgh_", min_size=1, max_size=12), st.booleans())
def test_an_unrelated_fact_changes_no_finding(text, facts, word, value):
    more = facts | {f"weather_{word}": value}
    assert one(text, about(more)) == one(text, about(facts))


@given(plain_texts, plain_facts, st.data())
def test_forgetting_a_fact_never_makes_the_answer_surer_in_the_other_direction(text, facts, data):
    name = data.draw(st.sampled_from([*facts, "nothing"]))
    less = {k: v for k, v in facts.items() if k != name}
    before, after = one(text, about(facts)), one(text, about(less))
    if after.finding in SURE and before.finding in SURE:
        assert after.finding == before.finding
    if before.finding == "triggered_if":
        assert after.finding not in SURE


@given(plain_texts, plain_facts)
def test_every_finding_is_a_known_word_with_a_full_trace(text, facts):
    found = one(text, about(facts))
    assert found.finding in FINDINGS
    well_traced(found)
    assert explain(found, actors=ACTORS).endswith(".")


words = st.one_of(
    st.text("abcdefghijklmnopqrstuvwxyz_", max_size=14),
    st.sampled_from(["LIS", "DOR", "league", "armed_attack", "any_party", "request_of_DOR",
                     "consensus", "after_SUN", "true", "unknown", "2015-13-40", "other_side"]),
)  # fmt: skip
tokens = st.lists(words, max_size=3)
facts_value = st.recursive(
    st.one_of(words, st.booleans(), st.none(), st.integers(), st.floats(allow_nan=False)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["by", "at", "then", "unknown_until", "region", "sovereign", "name",
                             "consultation", "assessed", "drones", "shots"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)  # fmt: skip
NAMES = ["actor", "target", "kind", "place", "requested", "provoked", "timeline", "attribution",
         "object", "scale", "deliberate", "nuclear", "domain", "intent", "outside_hand",
         "requested_by", "directed_from_abroad", "concerted_action_possible"]  # fmt: skip
wild_facts = st.dictionaries(st.sampled_from(NAMES), facts_value, max_size=6)
wild_provisions = st.fixed_dictionaries(
    {"id": st.just("a1"), "modality": st.one_of(words, st.sampled_from(
        ["duty", "prohibition", "power", "permission", "limit", "proposed_duty"]))},
    optional={
        "act": tokens,
        "bearer": tokens,
        "toward": tokens,
        "object": tokens,
        "area": tokens,
        "area_excluded": tokens,
        "domain": tokens,
        "conditions": tokens,
        "exceptions": tokens,
        "discretion": words,
        "decision": st.fixed_dictionaries({}, optional={"organ": tokens, "rule": words}),
        "response": st.fixed_dictionaries({}, optional={"content": tokens, "military": words}),
        "deadline": st.fixed_dictionaries({}, optional={"hours": st.floats(1e-3, 1e300)}),
        "trigger": st.fixed_dictionaries(
            {},
            optional={
                "kinds": tokens,
                "object": tokens,
                "of": tokens,
                "actor": tokens,
                "qualifier": tokens,
                "judged_by": tokens,
            },
        ),
    },
)  # fmt: skip
wild_areas = st.dictionaries(
    st.sampled_from(["zone", "sea"]),
    st.fixed_dictionaries(
        {},
        optional={
            "include": st.lists(
                st.one_of(
                    words,
                    st.fixed_dictionaries(
                        {"what": words},
                        optional={
                            "who": tokens,
                            "where": st.lists(
                                st.one_of(
                                    words,
                                    st.dictionaries(
                                        st.sampled_from(["name", "by_reading_of"]), tokens
                                    ),
                                ),
                                max_size=2,
                            ),
                        },
                    ),
                ),
                max_size=3,
            ),
            "exclude": tokens,
        },
    ),
    max_size=2,
)
wild_force = st.fixed_dictionaries(
    {"from": st.sampled_from(["2005-02-28", "2004-02-29", "2005", "conditional", "never"])},
    optional={
        "years": st.floats(1e-3, 1e300),
        "hours": st.floats(1e-3, 1e300),
        "condition": tokens,
        "ends_if": tokens,
    },
)


@given(wild_provisions, wild_areas, wild_force, wild_facts, tokens)
def test_no_word_and_no_fact_makes_the_engine_fail(provision, areas, force, facts, open_names):
    try:
        text = pact(provision, areas=areas, in_force=force, unspecified=open_names)
        incident = Incident(id="r", title="R", date="2015-05-05", facts=facts)
    except ValidationError:
        return
    for as_of in (None, "2015-05-06"):
        for found in assess([text], incident, actors=ACTORS, as_of=as_of and incident.date):
            assert found.finding in FINDINGS
            assert explain(found, actors=ACTORS)
    bind(text, text.provision("a1"), actors=ACTORS, on=incident.date)
    gaps(text, shelf.slots())
    assert isinstance(text, Instrument)


truths = st.sampled_from([TRUE, FALSE, UNKNOWN, CONTESTED, OPEN])
nodes = st.lists(st.builds(Trace, st.just("n"), truths), max_size=5)
NOT = {TRUE: FALSE, FALSE: TRUE, UNKNOWN: UNKNOWN}


@given(nodes, nodes, st.randoms(use_true_random=False))
def test_joining_is_associative_and_the_order_does_not_matter(first, second, random):
    mixed = [*first, *second]
    random.shuffle(mixed)
    for join in (all_of, any_of):
        nested = join("x", [join("a", first), join("b", second)]).truth
        flat = join("x", mixed).truth
        if first and second:
            assert nested == flat
        assert join("x", [*mixed, *mixed]).truth == flat


@given(nodes)
def test_a_false_part_decides_a_conjunction_and_a_true_part_a_disjunction(parts):
    has = {p.truth for p in parts}
    assert (all_of("x", parts).truth == FALSE) == (FALSE in has)
    if parts:
        assert (any_of("x", parts).truth == TRUE) == (TRUE in has)
    for earlier, later in ((OPEN, CONTESTED), (CONTESTED, UNKNOWN), (UNKNOWN, TRUE)):
        if has == {earlier, later}:
            assert all_of("x", parts).truth == earlier


@given(st.lists(st.sampled_from([TRUE, FALSE, UNKNOWN]), min_size=1, max_size=5))
def test_without_open_and_contested_it_is_strong_kleene_logic(values):
    parts = [Trace("n", v) for v in values]
    mirrored = [Trace("n", NOT[v]) for v in values]
    assert NOT[all_of("x", parts).truth] == any_of("x", mirrored).truth
