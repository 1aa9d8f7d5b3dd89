"""The linter for instruments: what it says, where it says it, and when it holds its peace."""

from pathlib import Path

import pytest
from tests.unit.obligations.texts import ACTORS, duty, one, pact, raid

from servanda.domain.instrument import Instrument
from servanda.domain.patch import patched
from servanda.obligations.lint import lint, unknown_words
from servanda.scenario import shelf
from servanda.scenario.folder import check
from servanda.study.linting import Linting

SLOTS = shelf.slots()
FLOOR = {"content": ["armed_force"], "military": "included", "minimum": "one_brigade"}


def said(text: Instrument) -> list[tuple[str, str]]:
    """Return codes and dotted paths, in order."""
    found = lint(text, actors=ACTORS, slots=SLOTS)
    return [(code, ".".join(map(str, path))) for code, _, path in found]


def codes(text: Instrument) -> list[str]:
    return [code for code, _ in said(text)]


def talk(**rest) -> dict:
    return duty(act="consult", **rest)


def test_a_sound_text_passes_in_silence():
    assert said(pact(talk(), duty(id="a2", response=FLOOR, area=["black_sea"]))) == []


# --- SV801 ----


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"trigger": {"kinds": ["armed_attack"], "actor": "LIS", "of": "LIS"}}, "trigger.actor"),
        ({"area": ["black_sea"], "area_excluded": ["black_sea"]}, "area_excluded"),
        ({"conditions": ["ceasefire", "no_ceasefire"]}, "conditions"),
        ({"conditions": ["request_of_DOR"]}, "conditions.0"),
        ({"domain": ["sea"], "trigger": {"kinds": ["threat"], "domains": ["air"]}}, "domain"),
        ({"area": ["black_sea"], "trigger": {"kinds": ["threat"], "where": ["pacific"]}}, "area"),
    ],
)
def test_a_clause_whose_parts_contradict_each_other_can_never_fire(change: dict, part: str):
    assert said(pact(talk(**change))) == [("SV801", f"provisions.0.{part}")]


@pytest.mark.parametrize(
    "change",
    [
        {"trigger": {"kinds": ["armed_attack"], "actor": ["LIS", "DOR"], "of": "LIS"}},
        {"trigger": {"kinds": ["armed_attack"], "actor": "DOR", "of": "LIS"}},
        {"area": ["black_sea", "pacific"], "area_excluded": ["black_sea"]},
        {"conditions": ["request_of_LIS"]},
        {"domain": ["sea", "air"], "trigger": {"kinds": ["threat"], "domains": ["air"]}},
        {"domain": ["any"], "trigger": {"kinds": ["threat"], "domains": ["air"]}},
        {"area": ["tasman_sea"], "trigger": {"kinds": ["threat"], "where": ["pacific"]}},
    ],
)
def test_a_clause_that_can_fire_is_left_alone(change: dict):
    assert said(pact(talk(**change))) == []


def test_an_attacker_that_is_gone_before_the_text_begins():
    actors = {**ACTORS, "OLD": ACTORS["DOR"].model_copy(update={"id": "OLD", "to": "1999-12-31"})}
    old = actors["OLD"].model_validate({**actors["OLD"].model_dump(by_alias=True)})
    text = pact(talk(trigger={"kinds": ["armed_attack"], "actor": "OLD"}))
    found = list(lint(text, actors={**actors, "OLD": old}, slots=SLOTS))
    assert [code for code, _, _ in found] == ["SV801"]


def test_a_text_that_never_binds_says_so_once():
    found = said(pact(talk(), duty(id="a2", response=FLOOR), in_force={"from": "never"}))
    assert found == [("SV801", "in_force.from")]


def test_dates_that_end_before_they_begin():
    part = {"what": "territory_of_party", "from": "2010", "to": "2001"}
    text = pact(
        talk(area=["coast"]),
        areas={"coast": {"include": [part]}},
        in_force={"from": "contested", "versions": [{"by": "LIS", "from": "2010", "to": "2009"}]},
    )
    assert said(text) == [
        ("SV801", "in_force.versions.0.to"),
        ("SV801", "areas.coast.include.0.to"),
    ]


def test_an_area_that_leaves_out_what_it_includes():
    text = pact(
        talk(area=["coast"]), areas={"coast": {"include": ["black_sea"], "exclude": ["black_sea"]}}
    )
    assert said(text) == [("SV801", "areas.coast.exclude")]


# --- SV802 to SV805 ----


def test_a_role_that_nobody_fills_bears_nothing():
    assert said(pact(talk(bearer="guarantors"))) == [("SV802", "provisions.0.bearer")]


def test_an_unnamed_bearer_is_a_question_where_the_text_admits_it():
    assert codes(pact(talk(bearer="unspecified"))) == ["SV802"]
    assert codes(pact(talk(bearer="unspecified"), unspecified=["who_is_bound"])) == []


def test_help_to_a_beneficiary_that_the_text_does_not_have():
    clause = duty(response=FLOOR, trigger={"kinds": ["armed_attack"], "object": "beneficiary"})
    assert codes(pact(clause)) == ["SV803"]
    assert codes(pact(clause, beneficiaries=["DOR"])) == []


def test_help_to_oneself():
    alone = {"parties": {"original": ["LIS"]}}
    clause = duty(response=FLOOR, trigger={"kinds": ["armed_attack"]})
    assert codes(pact(clause, **alone)) == ["SV803"]
    assert codes(pact(clause, **alone, beneficiaries=["OST"])) == []


def test_duty_to_help_against_duty_to_stay_neutral():
    help_ = duty(response=FLOOR)
    neutral = duty(id="a2", act="observe_neutrality", bearer="OST")
    assert said(pact(help_, neutral)) == [("SV804", "provisions.1")]
    elsewhere = {**neutral, "trigger": {"kinds": ["economic_coercion"]}}
    assert codes(pact(help_, elsewhere)) == []
    other_bearer = {**help_, "bearer": "LIS"}
    assert codes(pact(other_bearer, neutral)) == []


def test_must_and_must_not_do_the_same():
    monitor = {"id": "m", "modality": "duty", "act": "monitor", "bearer": "LIS"}
    banned = {"id": "n", "modality": "prohibition", "act": "monitor", "bearer": "each_party"}
    assert said(pact(monitor, banned)) == [("SV804", "provisions.1")]
    assert said(pact(banned, monitor)) == [("SV804", "provisions.1")]
    assert said(pact(monitor, {**banned, "bearer": "OST"})) == []


def test_an_exception_to_a_clause_that_is_not_there():
    assert codes(pact(talk(exceptions=["art7"]))) == ["SV805"]
    assert codes(pact(talk(exceptions=["self_defence"]), talk(id="art7", bearer="LIS"))) == []


def test_an_exception_that_names_what_it_excepts():
    out = {"id": "x", "modality": "exception", "act": "self_defence", "bearer": "DOR"}
    assert said(pact(talk(), {**out, "excepts": ["a1"]})) == []
    assert said(pact(talk(), {**out, "excepts": ["a9"]})) == [("SV805", "provisions.1.excepts.0")]
    assert said(pact(talk(), {**out, "excepts": ["x"]})) == [("SV805", "provisions.1.excepts.0")]


def test_a_clause_that_gives_way_does_not_collide():
    monitor = {"id": "m", "modality": "duty", "act": "monitor", "bearer": "LIS"}
    banned = {"id": "n", "modality": "prohibition", "act": "monitor", "bearer": "LIS"}
    assert codes(pact(monitor, banned)) == ["SV804"]
    assert codes(pact(monitor, {**banned, "excepts": ["m"]})) == []


def test_a_text_that_supersedes_itself():
    text = pact(talk(), relations=[{"kind": "supersedes", "to": "coast"}])
    assert said(text) == [("SV801", "relations.0.to")]


def test_an_exception_for_somebody_bound_to_nothing():
    out = {"id": "x", "modality": "exception", "act": "no_troops_sent", "bearer": "SUN"}
    bound = talk(bearer=["LIS", "OST"])
    assert said(pact(bound, out)) == [("SV805", "provisions.1.bearer")]
    assert said(pact(talk(), out)) == []
    unsettled = {**bound, "bearer": "unspecified"}
    assert said(pact(unsettled, out, unspecified=["who_is_bound"])) == []


# --- SV806 to SV808, SV813 ----


@pytest.mark.parametrize(
    "response",
    [None, {"military": "included"}, {"military": "included", "minimum": "unspecified"}],
)
def test_help_without_a_floor(response: dict | None):
    clause = duty(response=response) if response else duty()
    assert codes(pact(clause)) == ["SV806"]
    assert codes(pact(clause, unspecified=["minimum_response"])) == []


def test_a_share_is_a_floor():
    assert codes(pact(duty(response={"military": "included", "floor_share": "0.1"}))) == []


def test_all_help_without_a_floor_is_one_line():
    text = pact(duty(), duty(id="a2", bearer="LIS"), duty(id="a3", bearer="OST"))
    assert codes(text) == ["SV806"]


def test_an_organ_without_a_rule():
    clause = talk(decision={"organ": "council"})
    assert codes(pact(clause)) == ["SV807"]
    assert codes(pact(clause, unspecified=["decision_rule"])) == []
    rule = {"id": "r", "modality": "decision_rule", "rule": "unanimity"}
    assert codes(pact(clause, rule)) == []
    assert codes(pact(talk(decision={"organ": "council", "rule": "consensus"}))) == []


def test_a_length_of_time_without_a_start():
    assert codes(pact(talk(deadline={"hours": 24}))) == ["SV808"]
    assert codes(pact(talk(deadline={"hours": 24, "counts_from": "request"}))) == []
    assert codes(pact(talk(deadline={"hours": 24}, conditions=["request_of_party"]))) == []
    assert codes(pact(talk(deadline={"hours": 24}), unspecified=["deadline"])) == []
    assert codes(pact(talk(deadline="immediately"))) == []


def test_a_length_of_time_that_several_acts_share():
    clause = duty(act=["consult", "inform"], deadline={"hours": 24, "counts_from": "request"})
    assert codes(pact(clause)) == ["SV808"]
    clause["deadline"]["counts"] = ["consultation"]
    assert codes(pact(clause)) == []


def test_an_hour_without_a_zone():
    assert codes(pact(talk(deadline={"at": "2025-02-15T00:00"}))) == ["SV808"]
    assert codes(pact(talk(deadline={"at": "2025-02-15T00:00+02:00"}))) == []
    assert codes(pact(talk(deadline={"by": "2025-02-15"}))) == []


def test_help_that_does_not_say_whether_by_arms():
    vague = {"content": ["suitable_measures"], "minimum": "one_measure"}
    assert codes(pact(duty(response=vague))) == ["SV813"]
    assert codes(pact(duty(response=vague), unspecified=["troops"])) == []
    assert codes(pact(duty(response={**vague, "content": ["armed_force"]}))) == []


# --- SV809 to SV812 ----


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"modality": "vow"}, "modality"),
        ({"trigger": {"kinds": ["solar_eclipse"]}}, "trigger.kinds.0"),
        ({"trigger": {"kinds": ["attack_by_martian_fleet"]}}, "trigger.kinds.0"),
        ({"conditions": ["full_moon"]}, "conditions.0"),
        ({"bearer": ["each_party", "wizards"]}, "bearer.1"),
        ({"act": ["consult", "sing"]}, "act.1"),
    ],
)
def test_a_word_that_nobody_has_given_a_meaning(change: dict, part: str):
    assert said(pact(talk() | change)) == [("SV809", f"provisions.0.{part}")]


FIELDS = [
    ({"trigger": {"kinds": ["armed_attack"], "actor": "martians"}}, "trigger.actor"),
    ({"trigger": {"kinds": ["armed_attack"], "object": "dreams"}}, "trigger.object"),
    ({"trigger": {"kinds": ["armed_attack"], "of": "dreams"}}, "trigger.of"),
    ({"trigger": {"kinds": ["armed_attack"], "threshold": "hefty"}}, "trigger.threshold"),
    ({"trigger": {"kinds": ["armed_attack"], "domains": ["sea", "dream"]}}, "trigger.domains"),
    ({"trigger": {"kinds": ["armed_attack"], "baseline": "tuesday"}}, "trigger.baseline"),
    ({"trigger": {"kinds": ["armed_attack"], "judged_by": "oracle"}}, "trigger.judged_by"),
    ({"trigger": {"kinds": ["armed_attack"], "qualifier": "on_a_whim"}}, "trigger.qualifier"),
    ({"object": ["dreams"]}, "object"),
    ({"toward": ["wizards"]}, "toward"),
    ({"domain": ["dream"]}, "domain"),
    ({"exceptions": ["full_moon"]}, "exceptions"),
    ({"decision": {"determined_by": "oracle"}}, "decision.determined_by"),
    ({"decision": {"rule": "drawing_lots"}}, "decision.rule"),
    ({"deadline": "in good time"}, "deadline.text"),
    ({"deadline": {"hours": 24, "for": "naps", "counts_from": "request"}}, "deadline.for"),
    ({"deadline": {"hours": 24, "counts": "naps", "counts_from": "request"}}, "deadline.counts"),
    ({"response": {**FLOOR, "military": "somewhat"}}, "response.military"),
]


@pytest.mark.parametrize(("change", "field"), FIELDS, ids=lambda v: v if isinstance(v, str) else "")
def test_a_word_that_the_engine_does_not_know_is_said_in_whatever_field(change: dict, field: str):
    found = [r for r in lint(pact(talk() | change), actors=ACTORS, slots=SLOTS) if r[0] == "SV809"]
    assert len(found) == 1
    assert f"in {field} the word" in found[0][1]
    assert unknown_words(pact(talk() | change), ACTORS)[0][0] == f"provisions.a1.{field}"


def test_words_of_a_field_are_put_in_one_line():
    clauses = [talk(id=f"a{n}", exceptions=[f"full_moon_{n}"]) for n in range(1, 4)]
    found = [r for r in lint(pact(*clauses), actors=ACTORS, slots=SLOTS) if r[0] == "SV809"]
    assert len(found) == 1
    assert "'full_moon_1', 'full_moon_2', 'full_moon_3' have no meaning" in found[0][1]
    assert [word for _, word in unknown_words(pact(*clauses), ACTORS)] == [
        "full_moon_1",
        "full_moon_2",
        "full_moon_3",
    ]


@pytest.mark.parametrize(
    ("field", "word"),
    [(f, w) for f in ("threshold", "baseline") for w in ("hefty", "flagrant", "future_attack_only")]
    + [("threshold", "any_armed_attack"), ("baseline", "any"), ("judged_by", "oracle")]
    + [("judged_by", "each_party"), ("actor", "martians"), ("actor", "any_state")],
)
def test_linter_and_engine_know_the_same_words(field: str, word: str):
    text = pact(duty(trigger={"kinds": ["armed_attack"], "object": "party", field: word}))
    known = all(w != word for _, w in unknown_words(text, ACTORS))
    waits = any(word in name for name in one(text, raid()).missing)
    assert known is not waits


def test_the_practice_of_the_checklist_is_understood():
    """What the checklist offers as an answer raises no warning about words."""
    for slot in SLOTS:
        for option in slot.options:
            text = patched(pact(talk(), duty(id="a2")), option.patches, overwrite=True)
            strange = {(p.split(".", 2)[-1], w) for p, w in unknown_words(text, ACTORS)}
            assert strange <= NOT_READ, (slot.id, option.id)


#: Practice that names somebody or something which only a text can fill in.
NOT_READ = {("trigger.actor", "named_adversary")}


def test_a_word_is_reported_once():
    text = pact(talk(conditions=["full_moon"]), talk(id="a2", conditions=["full_moon", "request"]))
    assert codes(text) == ["SV809"]


def test_names_of_the_registry_are_understood_inside_words():
    text = pact(talk(trigger={"kinds": ["renewed_dorvanian_attack"]}))
    assert codes(text) == []
    bare = [code for code, _, _ in lint(text, slots=SLOTS)]
    assert bare == ["SV809"]


@pytest.mark.parametrize("part", ["area", "where"])
def test_an_area_that_is_not_declared(part: str):
    places = {"area": ["treaty_zone"]}
    if part == "where":
        places = {"trigger": {"kinds": ["threat"], "where": ["treaty_zone"]}}
    assert codes(pact(talk(**places))) == ["SV810"]
    areas = {"treaty_zone": {"include": [{"what": "territory_of_party"}]}}
    assert codes(pact(talk(**places), areas=areas)) == []


@pytest.mark.parametrize("area", ["black_sea", "none", "territory_of_party", "europe_south"])
def test_areas_with_a_meaning_need_no_declaration(area: str):
    assert codes(pact(talk(area=[area]))) == []


def test_an_open_slot_that_the_checklist_does_not_know():
    text = pact(talk(), unspecified=["deadline", "colour_of_the_seal"])
    assert said(text) == [("SV811", "unspecified.1")]
    assert list(lint(text, actors=ACTORS)) == []


def test_listed_as_open_and_filled():
    assert said(pact(duty(response=FLOOR), unspecified=["minimum"])) == [("SV812", "unspecified.0")]
    thin = duty(id="a2", bearer="LIS")
    assert said(pact(duty(response=FLOOR), thin, unspecified=["minimum"])) == []
    ends = {"in_force": {"from": "2005-01-01", "to": "2010-01-01"}, "unspecified": ["duration"]}
    assert codes(pact(talk(), **ends)) == ["SV812"]


@pytest.mark.parametrize("word", ["unspecified", "contested_by_two", "proposed"])
def test_a_word_for_open_fills_nothing(word: str):
    text = pact(duty(response={**FLOOR, "minimum": word}), unspecified=["minimum"])
    assert codes(text) == []


# --- SV814 to SV816 ----


def test_the_same_clause_twice():
    assert said(pact(talk(), talk(id="a2", art="2"))) == [("SV814", "provisions.1")]
    assert said(pact(talk(), talk(id="a2", bearer="LIS"))) == []


@pytest.mark.parametrize(
    ("parties", "part"),
    [
        ({"acceded": [["DOR", "2010"]], "former": [["DOR", "2008"]]}, "former.0.1"),
        ({"former": [["DOR", "2008"]]}, "former.0"),
        ({"former": [["LIS", "2001"]]}, "former.0.1"),
        ({"acceded": [["DOR", "2010"], ["DOR", "2012"]]}, "acceded.1"),
        (
            {"suspended": [{"between": ["LIS", "OST"], "from": "2010", "to": "2009"}]},
            "suspended.0.to",
        ),
    ],
)
def test_a_membership_that_cannot_be(parties: dict, part: str):
    text = pact(talk(), parties={"original": ["LIS", "OST", "SUN"], **parties})
    assert said(text) == [("SV815", f"parties.{part}")]


def test_a_reading_of_a_clause_that_is_not_there():
    reading = {"on": "cyber", "says": "counts", "provision": "a9"}
    patched = {"on": "air", "says": "counts", "patches": [{"path": "provisions.a8.domain"}]}
    text = pact(talk(), official_readings=[reading, patched])
    assert said(text) == [
        ("SV816", "official_readings.0.provision"),
        ("SV816", "official_readings.1.patches.0.path"),
    ]


# --- the library, the examples, the command ----

#: What the linter says of the library, looked at one by one: each is true of the coded text.
LIBRARY = {
    "SV801": {"blacksea-truce-2025"},
    "SV802": {"minsk-1-2014"},
    "SV808": {
        "istanbul-draft-2022",
        "ita-ukr-2024",
        "meloni-2025-08-18",
        "meloni-proposal-2025",
        "minsk-2-2015",
    },
    "SV809": {
        "blacksea-truce-2025",
        "easter-truce-2025",
        "eu-counter-2025",
        "fra-csk-1925",
        "locarno-1925",
        "minsk-1-2014",
        "rus-blr-2024",  # extremist groups: the engine asks the record who that is
        "taiwan-relations-act-1979",
        "triple-alliance-1912",
        "us-28-point-2025",
    },
    "SV810": {"minsk-2-2015", "mnf-intent-2026"},
    "SV813": {"anzus-1951", "us-jpn-1960"},
    "SV815": {"cst-1992"},
}


@pytest.mark.parametrize("code", [f"SV8{n:02}" for n in range(1, 17)])
def test_warnings_about_the_library_are_those_that_were_looked_at(code: str):
    found = {
        text.id
        for text in shelf.instruments().values()
        for said_, _, _ in lint(text, actors=shelf.actors(), slots=SLOTS)
        if said_ == code
    }
    if code in LIBRARY:
        assert found <= LIBRARY[code]
    elif code != "SV806":  # many old treaties set no floor and say so nowhere
        assert not found


def test_at_most_a_handful_of_lines_for_a_library_text():
    for text in shelf.instruments().values():
        found = list(lint(text, actors=shelf.actors(), slots=SLOTS))
        assert len(found) <= 5, text.id
        assert len({(code, path) for code, _, path in found}) == len(found)


def test_every_path_leads_to_a_place_in_the_file():
    for text in shelf.instruments().values():
        data = text.model_dump(by_alias=True)
        for _, _, path in lint(text, actors=shelf.actors(), slots=SLOTS):
            inner = data
            for step in path:
                inner = inner[step]


@pytest.mark.parametrize("example", ["ukraine-2025", "border-pact"])
def test_examples_are_clean_and_library_texts_in_them_are_left_alone(example: str):
    assert check(example, linters=[Linting(example)]) == ()


def test_own_actors_of_a_scenario_are_known(tmp_path: Path):
    folder = tmp_path / "case"
    (folder / "instruments").mkdir(parents=True)
    minimal = Path(__file__).parents[2] / "bad" / "minimal.yaml"
    (folder / "scenario.yaml").write_text(minimal.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "instruments" / "pact.yaml").write_text(
        "id: pact\ntitle: P\nkind: treaty\nparties: {original: [lissia, dorvane]}\nprovisions:\n"
        "  - {id: a1, modality: duty, act: consult, bearer: lissia}\n"
        "  - {id: a2, modality: duty, act: sing, bearer: [dorvane, elves]}\n",
        encoding="utf-8",
    )
    found = [p for p in check(folder, linters=[Linting(folder)]) if p.code == "SV809"]
    assert [p.severity for p in found] == ["warning", "warning"]
    assert "'elves'" in found[0].message + found[1].message
    assert "'lissia'" not in found[0].message + found[1].message
