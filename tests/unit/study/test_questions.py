"""`servanda questions`: which texts, which bank, which wording, and how ties are shown."""

import io
import json
import time
from itertools import pairwise
from pathlib import Path

import polars
import pytest

from servanda import study
from servanda.domain.errors import ModelError, ScenarioError
from servanda.obligations import gaps
from servanda.report.questions import questions_text
from servanda.scenario import shelf
from servanda.scenario.starting import copy_example
from servanda.study.questioning import questions

ITALIAN = "meloni-proposal-2025"
KEYS = {"slot", "question", "value", "interval", "changes", "ask", "value_kind"}


@pytest.fixture(scope="module")
def founding():
    return questions("ukraine-2025")


def test_study_has_the_verb():
    assert study.questions is questions


def test_a_scenario_asks_its_addressee_about_the_current_version(founding):
    assert list(founding.instruments) == ["meloni-2025-08-18"]
    assert founding.addressee == "ITA"
    rows = founding.published()["questions"]
    assert all(set(row) >= KEYS for row in rows)
    slots = {s.id: s for s in shelf.slots()}
    for row in rows:
        assert row["ask"] == slots[row["slot"]].ask["ITA"]
        assert [o["id"] for o in row["practice"]] == [o.id for o in slots[row["slot"]].options]


@pytest.mark.parametrize("source", ["ukraine-2025", ITALIAN])
def test_the_first_ten_are_distinct_open_slots_and_the_first_twenty_cover_all(source: str):
    asked = questions(source, to="ITA")
    (name,) = asked.instruments
    text = shelf.instrument(name)
    open_slots = {g.slot for g in gaps(text, shelf.slots())}
    rows = asked.published()["questions"]
    first = [row["slot"] for row in rows[:10]]
    assert len(set(first) & open_slots) >= 9
    assert {n for row in rows[:20] for n in row["names"]} == set(text.unspecified)


def test_values_fall_and_ties_name_each_other_in_the_order_of_what_they_bear_on(founding):
    rows = founding.published()["questions"]
    values = [row["value"] for row in rows]
    assert values == sorted(values, reverse=True)
    for row in rows:
        same = {r["slot"] for r in rows if r["value"] == row["value"]} - {row["slot"]}
        assert set(row["tied_with"]) == same
        assert row["rank"] == 1 + sum(v > row["value"] for v in values)
        assert (row["reason"] is None) == (row["value"] > 0)
    order = ("casus", "veto", "content", "time", "credibility", "exit")
    for one, two in pairwise(rows):
        if one["value"] == two["value"]:
            places = [min(order.index(e) for e in r["effect"]) for r in (one, two)]
            assert places[0] <= places[1]


def test_what_moves_is_said_with_the_outcome_of_each_practice_option(founding):
    for row in founding.published()["questions"]:
        ids = {o["id"] for o in row["practice"]}
        for move in row["moves"]:
            assert set(move["by_option"]) == ids
            assert len(set(move["by_option"].values())) > 1
            assert f"{move['incident']}: {move['provision']}, {move['what']}" in row["changes"]


def test_the_value_counts_findings_bearers_and_due_times_and_no_echo_of_the_clause(founding):
    rows = founding.published()["questions"]
    for row in rows:
        assert {m["what"] for m in row["moves"]} <= {"finding", "missing", "who", "clock"}
        assert {m["what"] for m in row["echoes"]["moves"]} <= {"strength", "means", "rule"}
        assert (row["value"] > 0) == bool(row["moves"])
        assert (row["echoes"]["count"] > 0) == bool(row["echoes"]["moves"])
        assert len(row["echoes"]["changes"]) == len(row["echoes"]["moves"])
    by_slot = {row["slot"]: row for row in rows}
    for slot in ("legal_force", "minimum", "response_kind"):
        assert by_slot[slot]["value"] == 0, slot
        assert by_slot[slot]["echoes"]["count"] > 0, slot
        assert "clause itself" in by_slot[slot]["reason"]
    assert {m["what"] for m in by_slot["attribution"]["moves"]} == {"missing"}
    rule = by_slot["rule"]
    assert rule["echoes"]["count"] > 0
    assert not any(m["what"] == "rule" for m in rule["moves"])


def test_among_equals_the_one_with_more_echoes_comes_first(founding):
    order = ("casus", "veto", "content", "time", "credibility", "exit")
    keys = [
        (-r["value"], min(order.index(e) for e in r["effect"]), -r["echoes"]["count"])
        for r in founding.published()["questions"]
    ]
    assert keys == sorted(keys)


def test_a_count_says_why_it_has_no_interval(founding):
    for row in founding.published()["questions"]:
        assert row["interval"] is None
        assert "not an estimate" in row["interval_reason"]


def test_a_floor_is_said_in_words(founding):
    rows = {row["slot"]: row for row in founding.published()["questions"]}
    said = {w for m in rows["minimum"]["echoes"]["moves"] for w in m["by_option"].values()}
    assert any("at least 3% of the forces" in w for w in said)
    assert "0.03" not in questions_text(founding, 100)


def test_an_option_brings_its_own_texts():
    asked = questions("ukraine-2025", option="coalition-2026", to="FRA")
    assert "paris-declaration-2026" in asked.instruments
    assert asked.addressee == "FRA"
    with pytest.raises(ModelError) as refused:
        questions("ukraine-2025", option="coalition-2062")
    assert refused.value.code == "SV609"
    assert "did you mean 'coalition-2026'" in str(refused.value)


def test_an_unknown_addressee_is_refused_with_a_near_name():
    with pytest.raises(ModelError) as refused:
        questions(ITALIAN, to="ITAL")
    assert refused.value.code == "SV613"


def test_without_an_addressee_the_neutral_question_is_asked():
    slots = {s.id: s for s in shelf.slots()}
    for row in questions(ITALIAN).published()["questions"]:
        assert row["ask"] == slots[row["slot"]].question
        assert row["addressee"] is None


def test_silent_slots_come_after_the_open_ones_and_are_marked():
    asked = questions(ITALIAN, silent=True)
    status = [a.status for a in asked.asked]
    assert status == sorted(status)
    silent = [a for a in asked.asked if a.status == "silent"]
    assert silent
    assert all(a.weighed.question.value is None for a in silent)
    assert {a.weighed.question.slot for a in silent}.isdisjoint(
        a.weighed.question.slot for a in asked.asked if a.status == "open"
    )


def test_a_name_that_no_slot_knows_is_asked_last_and_without_a_number(tmp_path: Path):
    path = tmp_path / "draft.yaml"
    path.write_text(
        "id: draft\ntitle: Draft\nkind: draft\nprovisions: []\n"
        "unspecified: [colour_of_the_seal, duration]\nmood: calm\n"
    )
    asked = questions(str(path))
    rows = asked.published()["questions"]
    assert [row["slot"] for row in rows] == ["entry_duration", "colour_of_the_seal"]
    assert rows[-1]["value"] is None
    assert rows[-1]["reason"]
    assert "colour of the seal" in rows[-1]["ask"]
    assert [p.severity for p in asked.problems] == ["warning"]


def test_the_bank_can_be_a_table_a_case_a_folder_or_a_scenario(tmp_path: Path):
    folder = copy_example("border-pact", tmp_path / "mine")
    table = tmp_path / "incidents.csv"
    table.write_text(
        "id,date,title,facts\none,2027-01-01,One,actor=RUS; target=UKR; kind=armed_attack\n"
    )
    case = tmp_path / "cases" / "two.yaml"
    case.parent.mkdir()
    case.write_text(
        "id: two\ntitle: Two\ndate: 2027-01-01\n"
        "facts: {actor: RUS, target: UKR, kind: armed_attack}\nexpect: []\n"
    )
    banks = {str(table): ["one"], str(case): ["two"], str(case.parent): ["two"]}
    for source, names in banks.items():
        asked = questions(ITALIAN, incidents=source)
        assert [i.id for i in asked.bank.incidents] == names
    assert len(questions(ITALIAN, incidents=str(folder)).bank.incidents) > 3
    assert len(questions(ITALIAN, incidents="border-pact").bank.incidents) > 3


def test_a_bank_may_be_a_table_that_grows(tmp_path: Path):
    rows = (
        "id,date,title,facts,known\n"
        "one,2027-01-01,One,actor=RUS; target=UKR; kind=armed_attack,2027-01-01\n"
        "one,2027-01-01,One,place.sovereign=UKR,2027-01-03\n"
        "gift,2027-01-02,Gift,kind=fulfilment; incident=one,2027-01-02\n"
    )
    (tmp_path / "bank.csv").write_text(rows)
    line = {"id": "two", "date": "2027-02-01", "title": "Two"}
    line |= {"facts": {"actor": "RUS", "target": "UKR", "kind": "armed_attack"}}
    (tmp_path / "bank.jsonl").write_text(json.dumps(line) + "\n")
    (tmp_path / "bank.parquet").write_bytes(parquet(line))
    grown = questions(ITALIAN, incidents=str(tmp_path / "bank.csv")).bank.incidents
    assert [i.id for i in grown] == ["one"]  # what somebody did is no incident
    assert grown[0].facts["place"] == {"sovereign": "UKR"}
    for form in ("jsonl", "parquet"):
        asked = questions(ITALIAN, incidents=str(tmp_path / f"bank.{form}"))
        assert [i.id for i in asked.bank.incidents] == ["two"]


def parquet(row: dict) -> bytes:
    facts = "; ".join(f"{k}={v}" for k, v in row["facts"].items())
    stream = io.BytesIO()
    polars.DataFrame([{**row, "facts": facts}]).write_parquet(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"source": "no-such-text"}, ModelError),
        ({"source": ITALIAN, "option": "x"}, ModelError),
        ({"source": ITALIAN, "incidents": "no-such-bank"}, ModelError),
    ],
)
def test_what_is_not_there_is_refused(arguments, error):
    with pytest.raises(error):
        questions(**arguments)


def test_a_bad_instrument_file_is_a_problem_with_a_place(tmp_path: Path):
    path = tmp_path / "bad.yaml"
    path.write_text("id: bad\ntitle: Bad\nprovisions: []\n")
    with pytest.raises(ScenarioError) as refused:
        questions(str(path))
    assert refused.value.problems[0].code == "SV202"


def test_the_founding_case_is_asked_in_two_seconds():
    begun = time.process_time()
    questions("ukraine-2025")
    assert time.process_time() - begun < 2


def test_the_text_shows_wording_worth_ties_and_practice(founding):
    text = questions_text(founding, 100)
    assert "Can one partner stop the answer?" in text
    assert "tied with" in text
    assert "(nat-1949" in text
    assert len(questions_text(founding, 100, top=2)) < len(text)
    assert "further question" in questions_text(founding, 100, top=2)
    assert max(len(line) for line in questions_text(founding, 72).splitlines()) <= 72


def test_a_scenario_where_nothing_is_a_proposal_asks_about_what_is_open():
    asked = questions("border-pact")
    assert list(asked.instruments) == ["assistance-pact"]
    assert asked.asked
