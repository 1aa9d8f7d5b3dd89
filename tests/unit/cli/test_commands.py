"""The commands as a user meets them: exit codes, data on stdout, talk on stderr, kind errors."""

import json
from pathlib import Path

import pytest

from servanda.cli.root import COMMANDS, main

QUICK = ("--draws", "20", "--no-rivals", "--no-report", "--quiet")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    assert "Example" in out
    assert f"servanda {command}" in out


def test_a_mistyped_command_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "compaer")
    assert code == 2
    assert out == ""
    assert "Did you mean 'compare'?" in err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("compare", "no-such-scenario"), 1, "no-such-scenario"),
        (("compare", "border-pact", "--as-of", "yesterday"), 2, "SV606"),
        (("compare", "border-pact", "--option", "unheard-of", *QUICK), 3, "SV603"),
        (("compare", "border-pact", "--rival", "a2=middling", *QUICK), 2, "near_zero"),
        (("compare", "border-pact", "--rival", "nonsense", *QUICK), 2, "NAME=VALUE"),
        (("compare", "border-pact", "--draws", "0"), 2, "--draws"),
        (("explain", "SV9999"), 2, "no code"),
        (("verify", "."), 3, "SV701"),
        (("assess", "border-pact", "--incident", "unheard-of"), 2, "SV609"),
        (("assess", "border-pact", "--instruments", "/no/such/folder"), 2, "SV608"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_code(
    arguments: tuple[str, ...],
    code: int,
    says: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    got, out, err = run(capsys, *arguments)
    assert (got, out) == (code, "")
    assert says in err
    assert "Traceback" not in err


def test_compare_prints_one_object_and_verify_finds_the_same_bits(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, "compare", "border-pact", *QUICK, "--json")
    assert code == 0
    assert err == ""
    data = json.loads(out)
    assert {"options", "outlasts", "rank_probabilities", "questions", "drivers", "run"} <= set(data)
    for option in data["options"].values():
        assert len(option["survival"]) == 21
        for key in ("reached", "peace_years", "peace_years_reached", "attack_10y", "deterred"):
            assert {"mean", "p05", "p50", "p95"} <= set(option[key])
    pair = next(iter(data["outlasts"].values()))
    assert {"5", "10", "20", "ties", "lived_once"} <= set(pair)
    assert data["conditions"] is None
    assert data["conditions_reason"]
    code, out, _ = run(capsys, "verify", data["run"]["folder"], "--json")
    assert code == 0
    assert json.loads(out)["grade"] == "identical"


def test_a_number_can_be_opened(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _, out, _ = run(capsys, "compare", "border-pact", *QUICK, "--json")
    data = json.loads(out)
    option = list(data["options"])[-1]
    code, out, _ = run(
        capsys, "explain", f"options.{option}.peace_years", "--run", data["run"]["folder"]
    )
    assert code == 0
    assert data["run"]["hash"][:8] in out
    assert "seed 1" in out


def test_a_new_scenario_checks_and_compares(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from servanda.scenario.starting import Answers, start

    monkeypatch.chdir(tmp_path)
    start(tmp_path / "first", Answers('A "quoted" case', "MDA", "RUS", ("ROU", "FRA"), "assist"))
    code, _, err = run(capsys, "check", "first")
    assert code == 0, err
    code, out, err = run(capsys, "compare", "first", *QUICK, "--json")
    assert code == 0, err
    assert set(json.loads(out)["options"]) == {"none", "pact", "pact-and-force"}


def test_new_never_overwrites(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "new", "mine", "--from", "border-pact")[0] == 0
    code, _, err = run(capsys, "new", "mine", "--from", "border-pact")
    assert code == 3
    assert "exists already" in err
    assert run(capsys, "check", "mine")[0] == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_printed(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "completion", shell)
    assert code == 0
    assert "_SERVANDA_COMPLETE" in out
