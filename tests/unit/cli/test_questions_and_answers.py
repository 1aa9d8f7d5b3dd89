"""`test`, `questions` and `answer` at the command line: exit codes and one object on stdout."""

import json
from pathlib import Path

import pytest
from tests.unit.cli.test_commands import run

CASE = """
id: raid
title: An attack on Poland
date: 2026-03-01
facts: {actor: RUS, actor_type: state, target: POL, kind: armed_attack, deliberate: true,
  place: {name: Gdansk, sovereign: POL, administered_by: POL, region: [europe]}}
expect:
  - {instrument: us-jpn-1960, provision: art5, finding: FINDING}
"""


def test_test_passes_fails_and_writes_junit(capsys, tmp_path: Path):
    path = tmp_path / "raid.yaml"
    path.write_text(CASE.replace("FINDING", "not_triggered"))
    code, out, _ = run(capsys, "test", str(tmp_path))
    assert (code, "cases passed: 1 of 1" in out) == (0, True)
    path.write_text(CASE.replace("FINDING", "triggered"))
    code, out, _ = run(capsys, "test", str(tmp_path), "--junit", str(tmp_path / "out.xml"))
    assert code == 1
    assert "finding: found not_triggered, expected triggered" in out
    assert 'failures="1"' in (tmp_path / "out.xml").read_text()
    code, out, err = run(capsys, "test", str(tmp_path), "--json")
    assert (code, err) == (1, "")
    assert json.loads(out)["summary"]["expectations"] == 1


def test_test_shows_where_a_file_is_wrong_and_runs_the_rest(capsys, tmp_path: Path):
    (tmp_path / "raid.yaml").write_text(CASE.replace("FINDING", "not_triggered"))
    (tmp_path / "torn.yaml").write_text(CASE.replace("expect:", "expct:"))
    code, out, err = run(capsys, "test", str(tmp_path))
    assert code == 1
    assert "torn.yaml:7:1  SV201" in err
    assert "did you mean 'expect'" in err
    assert "cases passed: 1 of 1" in out


def test_a_case_that_expects_nothing_is_no_pass(capsys, tmp_path: Path):
    (tmp_path / "raid.yaml").write_text(CASE.partition("expect:")[0] + "expect: []\n")
    code, out, _ = run(capsys, "test", str(tmp_path), "--junit", str(tmp_path / "out.xml"))
    assert code == 1
    assert "nothing expected" in out
    assert 'failures="1"' in (tmp_path / "out.xml").read_text()
    code, out, _ = run(capsys, "test", str(tmp_path), "--json")
    data = json.loads(out)
    assert (code, data["passed"], data["cases"][0]["passed"]) == (1, False, False)
    assert data["cases"][0]["trouble"] == "nothing expected"


def test_an_unknown_state_is_a_wrong_request(capsys, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "new", "mine", "--from", "ukraine-2025")[0] == 0
    code, _, err = run(capsys, "questions", "meloni-proposal-2025", "--to", "ZZZ")
    assert (code, "'ZZZ'" in err) == (2, True)
    words = ("rule", "--instrument", "meloni-2025-08-18", "--by", "ZZZ", "--date", "2026-03-01")
    rest = ("--option", "none", "--source", "https://example.org/reply")
    code, _, err = run(capsys, "answer", "mine", *words, *rest)
    assert (code, "'ZZZ'" in err) == (2, True)


def test_questions_print_the_published_keys_and_nothing_else(capsys):
    code, out, err = run(capsys, "questions", "meloni-proposal-2025", "--to", "ITA", "--json")
    assert (code, err) == (0, "")
    rows = json.loads(out)["questions"]
    assert {"slot", "question", "value", "interval", "changes", "ask"} <= set(rows[0])
    code, out, _ = run(capsys, "questions", "meloni-proposal-2025", "--top", "3", "--json")
    assert len(json.loads(out)["questions"]) == 3


def test_an_answer_is_recorded_and_the_question_goes(capsys, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "new", "mine", "--from", "ukraine-2025")[0] == 0
    words = ("rule", "--instrument", "meloni-2025-08-18", "--by", "ITA", "--date", "2026-03-01")
    rest = ("--option", "none", "--source", "https://example.org/reply")
    code, out, _ = run(capsys, "answer", "mine", *words, *rest, "--dry-run")
    assert (code, "Would write" in out) == (0, True)
    code, out, err = run(capsys, "answer", "mine", *words, *rest, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["versions"][0]["settled"] == ["rule"]
    code, out, _ = run(capsys, "questions", "mine", "--json")
    assert "rule" not in {row["slot"] for row in json.loads(out)["questions"]}
    assert run(capsys, "check", "mine")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("answer", "ukraine-2025", "rule"), "missing: --instrument, --by, --date"),
        (("answer", "x", "rule", "--instrument", "i", "--by", "b", "--date", "d"), "SV100"),
        (("questions", "no-such-text"), "SV613"),
        (("questions", "ukraine-2025", "--top", "0"), "--top"),
        (("test", "no/such/folder"), "SV613"),
        (("test", "--instruments", "no/such/folder"), "SV608"),
    ],
)
def test_what_cannot_be_done_is_said(capsys, arguments, says: str):
    code, out, err = run(capsys, *arguments)
    assert code != 0
    assert out == ""
    assert says in err
    assert "Traceback" not in err
