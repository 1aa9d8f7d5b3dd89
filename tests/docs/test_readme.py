"""What the README shows, works."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def blocks(language: str) -> list[str]:
    text = (ROOT / "README.md").read_text("utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_python_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = blocks("python")
    assert len(example.strip().splitlines()) <= 10
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "README.md", "exec"), {})  # noqa: S102 - our own text
    printed = capsys.readouterr().out
    assert "years given a cessation" in printed
    assert "outlasts at 10 years" in printed


def test_every_command_named_exists() -> None:
    from servanda.cli.root import COMMANDS

    text = (ROOT / "README.md").read_text("utf-8")
    for command in re.findall(r"`servanda ([a-z]+)", text):
        assert command in COMMANDS


def test_pictures_and_pages_named_exist() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / target).exists(), target
