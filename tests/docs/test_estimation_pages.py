"""The pages on estimation run as they are printed, the worked one on the data it names."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from servanda.domain.assumption import Assumption

CONCEPTS = Path(__file__).parents[2] / "docs" / "concepts"
WORKED = (CONCEPTS / "estimation-worked.md").read_text("utf-8")
PAGE = (CONCEPTS / "estimation.md").read_text("utf-8")
FROM_R = (CONCEPTS / "estimation-from-r.md").read_text("utf-8")


def blocks(language: str, page: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def test_the_worked_page_prints_what_it_shows(
    reference: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known: dict[str, object] = {}
    codes, shown = blocks("python", WORKED), blocks("text", WORKED)
    assert len(codes) == len(shown) == 4
    for code, text in zip(codes, shown, strict=True):
        exec(compile(code, "estimation-worked.md", "exec"), known)  # noqa: S102
        assert capsys.readouterr().out == text
    entry = known["entry"]
    (written,) = yaml.safe_load(blocks("yaml", WORKED)[0])
    rival = written["rivals"]["disputes"]["distribution"]["beta"]
    assert rival == {k: round(v, 3) for k, v in entry["distribution"]["beta"].items()}
    assert written["range"] == entry["range"]


def test_the_assumption_of_the_worked_page_is_one_of_a_scenario() -> None:
    (written,) = yaml.safe_load(blocks("yaml", WORKED)[0])
    found = Assumption(**written)
    assert found.shown == "judgement"
    assert not found.verified


def test_a_scenario_with_the_estimate_has_no_problem(tmp_path: Path) -> None:
    from servanda.scenario.folder import check
    from servanda.scenario.starting import copy_example

    folder = tmp_path / "mine"
    copy_example("ukraine-2025", folder)
    file = folder / "scenario.yaml"
    text = file.read_text("utf-8")
    file.write_text(
        text.replace("\nassumptions:\n", f"\nassumptions:\n{blocks('yaml', WORKED)[0]}")
    )
    assert not [problem for problem in check(folder) if problem.severity == "error"]


def test_the_python_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks("python", PAGE)
    exec(compile(code, "estimation.md", "exec"), {})  # noqa: S102
    assert "True" in capsys.readouterr().out


def test_options_named_on_the_pages_exist() -> None:
    from servanda.cli.fit import command

    known = {option for parameter in command.params for option in parameter.opts}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE + FROM_R))
    assert named <= known | {"--json"}
    for parameter in known - {"--data", "--seed", "--json", "--min-offer", "--strength"}:
        assert (
            parameter in PAGE + FROM_R
            or parameter in CliRunner().invoke(command, ["--help"]).output
        )


def test_the_first_command_of_the_page_runs(
    reference: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.unit.cli.test_commands import run

    monkeypatch.chdir(reference / "strategic")
    code, out, err = run(capsys, *shlex.split(blocks("sh", PAGE)[0])[1:])
    assert code == 0, err
    assert "u2(esc,war)" in out
