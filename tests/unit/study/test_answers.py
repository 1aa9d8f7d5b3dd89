"""`servanda answer`: a reply becomes a dated version, nothing is lost and nothing overwritten."""

import re
from pathlib import Path

import pytest

from servanda.domain.errors import ModelError, ScenarioError
from servanda.domain.instrument import Instrument
from servanda.report.answers import answer_text
from servanda.scenario.folder import check, load
from servanda.scenario.reading import read
from servanda.scenario.starting import copy_example
from servanda.study.answers import record, replies_of
from servanda.study.questioning import questions
from servanda.study.replies import Reply, reply_sets

ITALIAN = "meloni-2025-08-18"
ADDRESS = "https://example.org/reply"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return copy_example("ukraine-2025", tmp_path / "mine")


def reply(**rest) -> Reply:
    base = {"slot": "rule", "instrument": ITALIAN, "by": "ITA", "date": "2026-03-01"}
    return Reply.model_validate({**base, "source": ADDRESS, **rest})


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def written(folder: Path, name: str) -> Instrument:
    got = read(folder / "instruments" / f"{name}.yaml", Instrument)
    assert not got.problems
    return got.value


def test_a_reply_is_a_new_dated_version_with_its_source(mine: Path):
    before = load(mine).instruments[ITALIAN]
    record(mine, [reply(option="consensus", text="By agreement of all.")])
    text = written(mine, "meloni-2026-03-01")
    assert text.version_of == "meloni-proposal-2025"
    assert text.known_from == "2026-03-01"
    assert "decision_rule" not in text.unspecified
    assert set(text.unspecified) == set(before.unspecified) - {"decision_rule"}
    last = text.statements[-1]
    assert (last.by, last.date, last.says) == ("ITA", "2026-03-01", "By agreement of all.")
    assert last.source == ADDRESS
    assert text.sources.seen == (*before.sources.seen, ADDRESS)
    assert text.provision("assist").decision.rule == "consensus"
    assert text.statements[:-1] == before.statements
    assert text.official_readings == before.official_readings
    assert check(mine) == ()


def test_the_scenario_keeps_every_line_and_its_comments(mine: Path):
    old = (mine / "scenario.yaml").read_text().splitlines()
    record(mine, [reply(option="consensus")])
    new = (mine / "scenario.yaml").read_text().splitlines()
    lost = [line for line in old if line not in new]
    assert lost == ["as_of: 2026-02-01"]
    place = iter(new)
    assert all(any(line == other for other in place) for line in old if line not in lost)


def test_options_take_the_new_version_up_from_its_day(mine: Path):
    recorded = record(mine, [reply(option="consensus")])
    scenario = load(mine).scenario
    by_id = {o.id: o for o in scenario.options}
    copies = recorded.versions[0].options
    assert {"cover-2025-08-18", "truce-then-cover", "force-and-cover"} == set(copies)
    for old, new in copies.items():
        assert by_id[old].superseded_from == "2026-03-01"
        assert by_id[new].known_from == "2026-03-01"
        assert by_id[new].superseded_from is None
        assert by_id[new].version_of == by_id[old].version_of
        assert by_id[new].adoption == by_id[old].adoption
        named = {n for p in by_id[new].phases for n in p.instruments}
        assert ITALIAN not in named
    assert by_id["cover-2025-03-20"].superseded_from == "2025-08-20"
    assert "cover-2026-03-01" in by_id["force-and-cover-2026-03-01"].includes
    assert scenario.as_of == "2026-03-01"


def test_the_slot_is_asked_no_more(mine: Path):
    record(mine, [reply(option="consensus")])
    asked = questions(str(mine))
    assert list(asked.instruments) == ["meloni-2026-03-01"]
    assert "rule" not in {a.weighed.question.slot for a in asked.asked}


def test_what_changes_is_said_by_incident(mine: Path):
    recorded = record(mine, [reply(slot="area", option="administered")], dry_run=True)
    flips = {(c.incident, c.before, c.after) for c in recorded.versions[0].changes}
    assert any(before == "undetermined" for _, before, _ in flips)
    assert "becomes" in answer_text(recorded)


def test_a_dry_run_writes_nothing_and_says_the_same(mine: Path):
    before = files_of(mine)
    dry = record(mine, [reply(option="consensus")], dry_run=True)
    assert files_of(mine) == before
    real = record(mine, [reply(option="consensus")])
    assert dry.published() | {"dry_run": False} == real.published()
    assert dry.published()["dry_run"] is True


def test_nothing_is_overwritten(mine: Path):
    before = files_of(mine)
    record(mine, [reply(option="consensus")])
    record(mine, [reply(slot="area", option="administered", instrument="meloni-2026-03-01")])
    after = files_of(mine)
    assert set(after) - set(before) == {
        "instruments/meloni-2026-03-01.yaml",
        "instruments/meloni-2026-03-01-2.yaml",
    }
    assert [n for n in before if before[n] != after[n]] == ["scenario.yaml"]
    assert check(mine) == ()


@pytest.mark.parametrize(
    ("slot", "gone", "left"),
    [
        ("area", "area_and_occupied_territory", "occupied_areas"),
        ("occupied", "area_and_occupied_territory", "area"),
    ],
)
def test_of_a_name_that_opens_two_slots_the_other_stays_open(mine: Path, slot, gone, left):
    option = {"area": "administered", "occupied": "excluded"}[slot]
    record(mine, [reply(slot=slot, option=option)])
    names = written(mine, "meloni-2026-03-01").unspecified
    assert gone not in names
    assert left in names


def test_a_slot_that_is_open_under_two_names_loses_both_and_one_name_alone_only_itself(mine: Path):
    both = record(mine, [reply(slot="legal_force", option="ratified_treaty")], dry_run=True)
    assert not {"legal_form", "ratification"} & set(both.versions[0].still_open)
    voted = reply(slot="ratification", text="The Chambers vote.", settles=True)
    one = record(mine, [voted], dry_run=True)
    assert "legal_form" in one.versions[0].still_open
    assert "ratification" not in one.versions[0].still_open


NO_ANSWER = "We can't say."


def test_words_alone_are_recorded_and_leave_the_slot_open(mine: Path):
    before = load(mine).instruments[ITALIAN]
    recorded = record(mine, [reply(text=NO_ANSWER)])
    text = written(mine, "meloni-2026-03-01")
    assert text.unspecified == before.unspecified
    last = text.statements[-1]
    assert (last.date, last.by, last.says, last.source) == ("2026-03-01", "ITA", NO_ANSWER, ADDRESS)
    version = recorded.published()["versions"][0]
    assert (version["settled"], version["recorded"]) == ([], ["rule"])
    assert version["changes"] == []
    assert "decision rule stays open" in answer_text(recorded, 100)
    assert "rule" in {a.weighed.question.slot for a in questions(str(mine)).asked}
    assert check(mine) == ()


@pytest.mark.parametrize(
    "rest",
    [
        {"text": "None needed.", "settles": True},
        {"text": "None needed.", "option": "none"},
        {"text": "None needed.", "set": {"provisions.assist.decision.rule": "none"}},
    ],
    ids=["settles", "option", "set"],
)
def test_an_option_a_value_or_the_word_of_whoever_records_it_settles(mine: Path, rest: dict):
    version = record(mine, [reply(**rest)], dry_run=True).published()["versions"][0]
    assert (version["settled"], version["recorded"]) == (["rule"], [])
    assert "decision_rule" not in version["still_open"]


def test_settling_without_a_word_settles_nothing(mine: Path):
    with pytest.raises(ModelError) as refused:
        record(mine, [reply(settles=True)])
    assert refused.value.code == "SV617"


def test_many_findings_change_and_not_changes(mine: Path):
    many = answer_text(record(mine, [reply(option="consensus")], dry_run=True), 120)
    assert re.search(r"[2-9]\d* findings over the incident bank change:", many)


def test_the_question_as_asked_names_its_slot(mine: Path):
    asked = reply(slot="Can one partner stop the answer?", option="none")
    assert record(mine, [asked], dry_run=True).versions[0].settled[0].slots == ("rule",)


def test_a_practice_option_never_overwrites_what_the_text_says(mine: Path):
    record(mine, [reply(slot="response_kind", option="all_means")])
    response = written(mine, "meloni-2026-03-01").provision("assist").response
    assert response.content == load(mine).instruments[ITALIAN].provision("assist").response.content
    assert response.military == "included"


def test_a_value_set_by_path_replaces_it(mine: Path):
    sets = reply_sets(["provisions.consult24.deadline={hours: 12, counts: [decision]}"])
    record(mine, [reply(slot="what_happens_at_hour_25", set=sets)])
    deadline = written(mine, "meloni-2026-03-01").provision("consult24").deadline
    assert (deadline.hours, deadline.counts) == (12, ("decision",))


def test_replies_of_one_day_make_one_version_and_later_ones_the_next(mine: Path, tmp_path: Path):
    file = tmp_path / "answers.yaml"
    file.write_text(
        "answers:\n"
        f"  - {{slot: duration, instrument: {ITALIAN}, option: ten_years, by: ITA,\n"
        f"     date: 2026-04-01, source: '{ADDRESS}'}}\n"
        f"  - {{slot: rule, instrument: {ITALIAN}, option: none, by: ITA, date: 2026-03-01,\n"
        f"     source: '{ADDRESS}'}}\n"
        f"  - {{slot: minimum, instrument: {ITALIAN}, by: ITA, date: 2026-03-01,\n"
        f"     set: {{provisions.assist.response.floor_share: 0.1}}, source: '{ADDRESS}'}}\n"
    )
    recorded = record(mine, replies_of(file))
    assert [v.instrument.id for v in recorded.versions] == [
        "meloni-2026-03-01",
        "meloni-2026-04-01",
    ]
    last = written(mine, "meloni-2026-04-01")
    assert {"duration", "decision_rule", "minimum_response"}.isdisjoint(last.unspecified)
    assert last.provision("assist").response.floor_share == 0.1
    assert last.in_force.years == 10
    assert check(mine) == ()


def test_a_bad_file_of_replies_is_a_problem_with_a_place(tmp_path: Path):
    file = tmp_path / "answers.yaml"
    file.write_text("answers:\n  - {slot: rule, instrment: x, by: ITA, date: 2026-03-01}\n")
    with pytest.raises(ScenarioError) as refused:
        replies_of(file)
    assert {p.code for p in refused.value.problems} == {"SV201", "SV202"}
    assert all(p.span.line == 2 for p in refused.value.problems)


REFUSED = [
    ({"slot": "decison_rule"}, "SV614", "did you mean 'decision_rule'"),
    ({"option": "concensus"}, "SV614", "did you mean 'consensus'"),
    ({"instrument": "meloni-2025-08-81", "option": "none"}, "SV614", f"did you mean '{ITALIAN}'"),
    ({"option": "none", "date": "2025-03-01"}, "SV615", "earlier"),
    ({"option": "none", "date": "soon"}, "SV615", "soon"),
    ({"option": "none", "date": "2026"}, "SV615", "day"),
    ({"option": "none", "instrument": "meloni-2025-03-20"}, "SV615", ITALIAN),
    ({"option": "none", "source": ""}, "SV616", "source"),
    ({"option": "none", "source": "no/such/file.pdf"}, "SV616", "no/such/file.pdf"),
    ({}, "SV617", "no option"),
    ({"text": "   "}, "SV617", "no option"),
    ({"slot": "request", "text": "It does."}, "SV617", "leaves no 'request' open"),
    ({"option": "none", "by": "ITAL"}, "SV613", "did you mean"),
    ({"set": {"provisions.asist.discretion": "whether"}}, "SV604", "did you mean 'assist'"),
    ({"set": {"provisions.assist.discretoin": "whether"}}, "SV604", "discretoin"),
    ({"set": {"provisions.assist": "whether"}}, "SV604", "no field"),
    ({"set": {"provisions.assist.response.floor_share": "2"}}, "SV604", "floor_share"),
]


@pytest.mark.parametrize(("change", "code", "says"), REFUSED, ids=lambda v: str(v)[:40])
def test_what_cannot_be_recorded_is_refused_and_leaves_no_trace(mine, change, code, says):
    before = files_of(mine)
    with pytest.raises(ModelError) as refused:
        record(mine, [reply(**change)])
    assert refused.value.code == code
    assert says in str(refused.value)
    assert files_of(mine) == before


def test_of_several_replies_one_bad_one_leaves_no_trace(mine: Path):
    before = files_of(mine)
    with pytest.raises(ModelError):
        record(mine, [reply(option="none"), reply(slot="nonsense", date="2026-04-01")])
    assert files_of(mine) == before


def test_a_file_in_the_scenario_is_a_source(mine: Path):
    (mine / "evidence" / "reply.md").write_text("We decide by consensus.\n")
    record(mine, [reply(option="consensus", source="evidence/reply.md")])
    assert written(mine, "meloni-2026-03-01").sources.seen[-1] == "evidence/reply.md"
    assert check(mine) == ()


def test_a_shipped_example_is_not_written_to():
    from servanda.scenario.folder import example_path

    for source in ("ukraine-2025", example_path("ukraine-2025")):
        with pytest.raises(ModelError) as refused:
            record(source, [reply(option="none")])
        assert refused.value.code == "SV618"
        assert "servanda new NAME --from ukraine-2025" in str(refused.value)


@pytest.mark.parametrize("pair", ["no-sign", "=x", "a=[open", "a={b"])
def test_a_pair_that_cannot_be_read_is_refused(pair: str):
    with pytest.raises(ModelError) as refused:
        reply_sets([pair])
    assert refused.value.code == "SV604"


def test_another_scenario_with_lists_in_brackets_is_extended_too(tmp_path: Path):
    mine = copy_example("border-pact", tmp_path / "mine")
    asked = questions(str(mine)).asked[0].weighed
    option = asked.slot.options[0].id
    recorded = record(
        mine,
        [
            Reply(
                slot=asked.slot.id,
                instrument="assistance-pact",
                option=option,
                by="ostmere",
                date="2026-02-01",
                source=ADDRESS,
            )
        ],
    )
    assert recorded.versions[0].instrument.id == "assistance-pact-2026-02-01"
    assert [p for p in check(mine) if p.severity == "error"] == []
    assert "assistance-pact-2026-02-01" in load(mine).instruments
