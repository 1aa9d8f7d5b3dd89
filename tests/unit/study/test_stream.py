"""Streams of incidents: two clocks, growing knowledge, records, and the days to which they run."""

import json
from pathlib import Path

import pytest
from tests.unit.obligations.texts import ACTORS, duty, pact

from servanda.domain.errors import ModelError, ScenarioError
from servanda.domain.moment import Moment
from servanda.study.stream import Stream, is_stream, stream

HEAD = "id,date,title,facts,known\n"
ATTACK = "kind=armed_attack; actor=DOR; actor_type=state; target=LIS; deliberate=true"
TEXT = pact(duty(conditions=["request_of_party"], deadline={"hours": 24}))


def run(tmp_path: Path, rows: str, *texts, **rest) -> Stream:
    path = tmp_path / "incidents.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    chosen = texts or (TEXT,)
    return stream(str(path), {text.id: text for text in chosen}, actors=ACTORS, **rest)


def words(result: Stream) -> list[tuple[str, str, str | None]]:
    return [(f.incident, f.finding, f.as_of) for f in result.findings]


def test_findings_follow_the_order_of_events_and_the_undated_come_last(tmp_path: Path) -> None:
    rows = f"b,2015-06-02,B,{ATTACK},\nc,,C,{ATTACK},\na,2015-06-01,A,{ATTACK},\n"
    assert [word[0] for word in words(run(tmp_path, rows))] == ["a", "b", "c"]


def test_a_later_row_changes_the_finding_from_then_on(tmp_path: Path) -> None:
    rows = f"a,2015-06-01T04:00Z,A,{ATTACK},\na,,,requested=true,2015-06-03\n"
    result = run(tmp_path, rows)
    assert words(result) == [
        ("a", "triggered_if", "2015-06-01T04:00Z"),
        ("a", "triggered", "2015-06-03"),
    ]
    [one] = [d for d in result.duties if "OST" in d.bearers]
    assert [(t.at, t.state) for t in one.history][:2] == [
        ("2015-06-01T04:00Z", "dormant"),
        ("2015-06-03", "live"),
    ]


def test_a_row_that_changes_no_finding_adds_none(tmp_path: Path) -> None:
    rows = f"a,2015-06-01,A,{ATTACK},\na,,,weather=bad,2015-06-03\n"
    assert [word[1] for word in words(run(tmp_path, rows))] == ["triggered_if"]


def test_a_dated_request_wakes_the_duty_when_it_is_made(tmp_path: Path) -> None:
    asked = ATTACK + "; requested.by=LIS; requested.at=2015-06-01T09:00Z"
    result = run(tmp_path, f"a,2015-06-01T04:00Z,A,{asked},\n")
    assert [word[1] for word in words(result)] == ["not_triggered", "triggered"]
    assert result.duties[0].due == "2015-06-02T09:00+00:00"
    assert result.duties[0].since == "2015-06-01T09:00Z"


def test_the_day_of_knowledge_cuts_rows_and_time(tmp_path: Path) -> None:
    rows = (
        f"a,2015-06-01T04:00Z,A,{ATTACK}; requested=true,\n"
        f"b,2015-07-01T04:00Z,B,{ATTACK}; requested=true,\n"
        "no,2015-06-20,No,kind=refusal; actor=OST; act=assist; answers=a,\n"
    )
    early = run(tmp_path, rows, as_of=[Moment("2015-06-01")])
    assert [d.state for d in early.duties] == ["live"]
    later = run(tmp_path, rows, as_of=[Moment("2015-06-10")])
    assert [d.state for d in later.duties] == ["due"]
    whole = run(tmp_path, rows)
    assert {b: d.state for d in whole.duties for b in d.bearers if d.incident == "a"} == {
        "OST": "breached",
        "SUN": "due",
    }


def test_several_days_of_knowledge_give_a_finding_each(tmp_path: Path) -> None:
    rows = f"a,2015-06-01,A,{ATTACK},\na,,,requested=true,2015-06-03\n"
    days = [Moment("2015-06-04"), Moment("2015-06-02")]
    assert words(run(tmp_path, rows, as_of=days)) == [
        ("a", "triggered_if", "2015-06-02"),
        ("a", "triggered", "2015-06-04"),
    ]


def test_a_denunciation_ends_what_comes_after_it_for_the_one_who_left(tmp_path: Path) -> None:
    rows = (
        f"a,2015-06-01,A,{ATTACK}; requested=true,\n"
        f"b,2015-09-01,B,{ATTACK}; requested=true,\n"
        "out,2015-06-10,Out,kind=denunciation; actor=OST; instrument=coast; effective=2015-08-01,\n"
    )
    result = run(tmp_path, rows)
    [second] = [f for f in result.findings if f.incident == "b"]
    assert second.bearers == ("SUN",)
    states = {(d.incident, b): d.state for d in result.duties for b in d.bearers}
    assert states == {("a", "OST"): "lapsed", ("a", "SUN"): "live", ("b", "SUN"): "live"}
    assert result.untouched == ()


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ("kind=fulfilment; actor=OST; act=assist", "which incident"),
        ("kind=fulfilment; act=assist; answers=a", "who acted"),
        ("kind=fulfilment; actor=OST; act=assist; answers=zzz", "no incident zzz"),
        ("kind=fulfilment; actor=DOR; act=assist; answers=a", "of its author that fits"),
        ("kind=release; actor=DOR; answers=a", "not theirs to release"),
        ("kind=release; actor=LIS; bearer=DOR; answers=a", "whom it frees"),
        ("kind=denunciation; actor=OST; instrument=other", "none of the texts"),
        ("kind=denunciation; actor=OST; instrument=coast", "not known"),
        ("kind=denunciation; instrument=coast; effective=2015-08-01", "who denounces"),
    ],
)
def test_a_record_that_changes_nothing_is_named_with_the_reason(
    tmp_path: Path, facts: str, says: str
) -> None:
    rows = f"a,2015-06-01,A,{ATTACK}; requested=true,\nrow,2015-06-02,Row,{facts},\n"
    [(name, why)] = run(tmp_path, rows).untouched
    assert name == "row"
    assert says in why


def test_a_record_that_meets_a_duty_asleep_is_listed_with_the_reason(tmp_path: Path) -> None:
    row = "no,2015-06-02,No,kind=refusal; actor=OST; act=assist; answers=a,\n"
    [(name, why)] = run(tmp_path, f"a,2015-06-01,A,{ATTACK},\n{row}").untouched
    assert name == "no"
    assert "nothing was owed" in why
    assert "requested" in why
    assert "coast a1" in why


def test_a_record_that_changed_one_duty_is_not_listed_for_another(tmp_path: Path) -> None:
    second = pact(duty(trigger={"kinds": ["threat"], "object": "party"}), id="other")
    row = "no,2015-06-02,No,kind=refusal; actor=OST; act=assist; answers=a,\n"
    owed = f"a,2015-06-01,A,{ATTACK}; requested=true,\n"
    assert run(tmp_path, owed + row, TEXT, second).untouched == ()


def test_a_refusal_before_the_deadline_and_help_in_time_end_well(tmp_path: Path) -> None:
    rows = (
        f"a,2015-06-01T08:00Z,A,{ATTACK}; requested=true,\n"
        "no,2015-06-01T10:00Z,No,kind=refusal; actor=OST; act=assist; answers=a,\n"
        "yes,2015-06-01T20:00Z,Yes,kind=fulfillment; actor=OST; act=assist; answers=a,\n"
    )
    result = run(tmp_path, rows)
    [one] = [d for d in result.duties if d.bearers == ("OST",)]
    assert [t.state for t in one.history] == ["live", "live", "met"]
    assert result.untouched == ()
    assert [f.incident for f in result.findings] == ["a"]


def test_a_history_never_runs_backwards(tmp_path: Path) -> None:
    row = f"a,2015-06-01T08:00Z,A,{ATTACK}; requested=true,2015-06-03\n"
    row += "more,2015-06-20,More,kind=armed_attack; target=DOR,\n"
    one = run(tmp_path, row).duties[0]
    assert [(t.at, t.state) for t in one.history] == [
        ("2015-06-03", "live"),
        ("2015-06-03", "due"),
    ]
    assert one.due == "2015-06-02T08:00+00:00"


@pytest.mark.parametrize("rest", [{"modality": "duty"}, {"modality": "intention"}, {}])
def test_a_clause_without_a_trigger_has_no_life_in_an_incident(tmp_path: Path, rest: dict) -> None:
    standing = duty(id="a8", act="keep_forces_ready", trigger=None, **rest)
    result = run(tmp_path, f"a,2015-06-01,A,{ATTACK}; requested=true,\n", pact(duty(), standing))
    assert {d.provision for d in result.duties} == {"a1"}
    assert {f.provision for f in result.findings} == {"a1", "a8"}


def test_a_prohibition_without_a_trigger_is_broken_by_an_incident(tmp_path: Path) -> None:
    ban = duty(id="a7", modality="prohibition", act="use_force", trigger=None)
    parties = {"original": ["LIS", "OST", "DOR"]}
    result = run(tmp_path, f"a,2015-06-01,A,{ATTACK},\n", pact(duty(), ban, parties=parties))
    states = {b: d.state for d in result.duties if d.provision == "a7" for b in d.bearers}
    assert states["DOR"] == "breached"


def test_facts_that_a_record_does_not_take_stop_the_reading(tmp_path: Path) -> None:
    rows = f"a,2015-06-01,A,{ATTACK},\n"
    rows += "free,2015-06-02,F,kind=release; actor=LIS; answers=a; bearers=OST; colour=red,\n"
    with pytest.raises(ScenarioError) as caught:
        run(tmp_path, rows, as_of=[Moment("2015-06-01")])
    first, second = caught.value.problems
    assert (first.code, first.span.line if first.span else 0) == ("SV505", 3)
    assert "'bearers'" in first.message
    assert "did you mean 'bearer'?" in (first.context or "")
    assert "'colour'" in second.message


def test_a_kind_that_is_nearly_a_record_is_warned_of_and_stays_an_incident(tmp_path: Path) -> None:
    rows = f"a,2015-06-01,A,{ATTACK},\n"
    rows += "no,2015-06-02,No,kind=refusall; actor=OST; act=assist; answers=a,\n"
    result = run(tmp_path, rows)
    [one] = [p for p in result.problems if p.severity == "warning"]
    assert (one.code, one.span.line if one.span else 0) == ("SV505", 3)
    assert "refusall" in one.message
    assert "did you mean 'refusal'?" in (one.context or "")
    assert {f.incident for f in result.findings} == {"a", "no"}


def test_incidents_without_a_date_come_last_and_it_is_said(tmp_path: Path) -> None:
    rows = f"c,,C,{ATTACK},\nb,2015-06-02,B,{ATTACK},\nd,,D,{ATTACK}; requested=true,\n"
    rows += "row,,Row,kind=refusal; actor=OST; act=assist; answers=d,\n"
    result = run(tmp_path, rows)
    assert list(dict.fromkeys(f.incident for f in result.findings)) == ["b", "c", "d"]
    assert [d.incident for d in result.duties][-1] == "d"
    [one] = result.problems
    assert (one.severity, one.code) == ("warning", "SV504")
    assert "2 incidents have no date" in one.message
    assert "c, d" in one.message
    assert run(tmp_path, f"b,2015-06-02,B,{ATTACK},\n").problems == ()


def test_a_row_that_turns_out_to_be_a_record_is_no_incident(tmp_path: Path) -> None:
    rows = f"a,2015-06-01,A,{ATTACK}; requested=true,\n"
    rows += "no,2015-06-02,No,actor=OST; act=assist; answers=a,\nno,,,kind=refusal,2015-06-04\n"
    result = run(tmp_path, rows)
    assert {f.incident for f in result.findings} == {"a"}


def test_a_right_that_no_incident_gives_has_no_life_in_one(tmp_path: Path) -> None:
    leave = duty(id="a9", modality="power", act="withdraw", trigger=None)
    result = run(tmp_path, f"a,2015-06-01,A,{ATTACK}; requested=true,\n", pact(duty(), leave))
    assert {d.provision for d in result.duties} == {"a1"}
    assert {f.provision for f in result.findings} == {"a1", "a9"}


def test_the_forms_of_a_table_give_the_same(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    rows = [
        {"id": "a", "date": "2015-06-01", "title": "A", "facts": ATTACK, "known": None},
        {"id": "a", "date": None, "title": None, "facts": "requested=true", "known": "2015-06-03"},
    ]
    csv_form = run(tmp_path, f"a,2015-06-01,A,{ATTACK},\na,,,requested=true,2015-06-03\n")
    lines = tmp_path / "incidents.jsonl"
    lines.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    columns = tmp_path / "incidents.parquet"
    polars.DataFrame(rows).write_parquet(columns)
    for path in (lines, columns):
        again = stream(str(path), {TEXT.id: TEXT})
        assert words(again) == words(csv_form)
        assert again.duties == csv_form.duties


def test_what_is_wrong_is_said_with_its_place(tmp_path: Path) -> None:
    twice = f"a,2015-06-01,A,{ATTACK},2015-06-05\na,,,requested=true,2015-06-03\n"
    with pytest.raises(ScenarioError) as caught:
        run(tmp_path, twice)
    [problem] = caught.value.problems
    assert (problem.code, problem.span.line if problem.span else 0) == ("SV310", 3)
    soon = "out,2015-06-10,Out,kind=denunciation; actor=OST; effective=soon,\n"
    with pytest.raises(ScenarioError) as caught:
        run(tmp_path, soon)
    assert caught.value.problems[0].code == "SV505"
    with pytest.raises(ModelError, match="no incident"):
        run(tmp_path, "n,2015-06-10,N,kind=fulfilment; actor=OST; answers=a,\n")
    with pytest.raises(ModelError, match="known by 2014"):
        run(tmp_path, f"a,2015-06-01,A,{ATTACK},\n", as_of=[Moment("2014-01-01")])


def test_progress_is_told_in_hundreds(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    rows = "".join(f"i{n},2015-06-01,I,{ATTACK},\n" for n in range(250))
    run(tmp_path, rows, progress=lambda done, total, seconds: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_what_is_published_is_plain_and_complete(tmp_path: Path) -> None:
    result = run(tmp_path, f"a,2015-06-01T04:00Z,A,{ATTACK}; requested=true,\n", trace=True)
    data = json.loads(json.dumps(result.published()))
    assert set(data) >= {"findings", "duties", "untouched", "until", "warnings"}
    assert data["findings"][0]["trace"]["children"]
    assert {row["bearer"] for row in data["duties"]} == {"OST", "SUN"}
    assert set(data["duties"][0]["history"][0]) >= {"at", "state", "because"}


@pytest.mark.parametrize(("name", "yes"), [("a.csv", 1), ("a.jsonl", 1), ("a.yaml", 0), ("a", 0)])
def test_a_stream_is_told_by_its_name(name: str, yes: int) -> None:
    assert is_stream(name) is bool(yes)
