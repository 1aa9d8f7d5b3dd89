"""The tutorial on games runs as it is printed; the catalogue page and the pictures are current."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from tests.unit.cli.test_commands import run
from tools import game_catalogue, game_pictures

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "concepts" / "games.md").read_text("utf-8")


def blocks(language: str, page: str = PAGE) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "half-a-promise.yaml").write_text(blocks("yaml")[0], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_command_of_the_tutorial_runs_and_prints_what_is_shown(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ""
    for block in blocks("sh"):
        for line in block.splitlines():
            code, out, err = run(capsys, *shlex.split(line)[1:])
            assert code == 0, err
            said += flat(out) + " "
    for block in blocks("text"):
        for line in block.splitlines():
            assert flat(line) in said
    assert (here / "regions.html").stat().st_size > 100_000
    for sort in ("steadfast deterrence", "deterrence by a mixed threat", "bluff"):
        assert sort in said


def test_the_picture_is_drawn_by_the_command_that_is_named(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = "servanda solve half-a-promise.yaml --picture tree.svg"
    assert command in flat(PAGE)
    assert run(capsys, *shlex.split(command)[1:])[0] == 0
    assert (here / "tree.svg").read_text("utf-8").startswith("<svg")


def test_the_python_of_the_tutorial_runs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known: dict[str, object] = {}
    for block in blocks("python"):
        exec(compile(block, "games.md", "exec"), known)  # noqa: S102 - our own text
    printed = capsys.readouterr().out
    assert "not solved: 0.0%" in printed
    assert "probability of war: median 0.0" in printed
    spec = json.loads((here / "war.json").read_text("utf-8"))
    rows = (
        spec["layer"][0]["data"]["values"] if "data" in spec["layer"][0] else spec["data"]["values"]
    )
    first, last = rows[0], rows[-1]
    assert first["middle"] > 0.1 > last["middle"], "a strong defender keeps the peace"
    assert all(0 <= row["low"] <= row["middle"] <= row["high"] <= 1 for row in rows)


def test_trees_of_the_tutorial_are_drawn_anew() -> None:
    for name, text in game_pictures.trees().items():
        assert (DOCS / "images" / name).read_text("utf-8") == text, (
            f"{name} is out of date: python -m tools.game_pictures"
        )


def test_pictures_named_exist() -> None:
    for target in re.findall(r"\.\./images/([\w.-]+)", PAGE):
        assert (DOCS / "images" / target).exists(), target


def test_the_page_of_the_catalogue_is_current() -> None:
    assert game_catalogue.page() == game_catalogue.PAGE.read_text("utf-8"), (
        "out of date: python -m tools.game_catalogue"
    )


def test_commands_shown_on_the_page_of_commands_run(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (DOCS / "commands.md").read_text("utf-8")
    section = page.split("## Solving a game")[1].split("\n## ")[0]
    (commands,) = blocks("sh", section)
    for line in commands.splitlines():
        assert run(capsys, *shlex.split(line)[1:])[0] == 0
    (shown,) = (json.loads(text) for text in blocks("json", section))
    arguments = ("guarantee-moral-hazard", "--concept", "spe", "--json")
    found = json.loads(run(capsys, "solve", *arguments)[1])
    one, same = shown["equilibria"][0], found["equilibria"][0]
    assert one["behaviour"] == same["behaviour"]
    assert one["beliefs"] == same["beliefs"]
    assert one["values"] == pytest.approx(same["values"])
    assert one["outcomes"].items() <= {k: round(v, 9) for k, v in same["outcomes"].items()}.items()
    assert one["kind"] == same["kind"]
