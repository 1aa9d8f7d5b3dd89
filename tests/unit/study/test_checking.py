"""One command checks every kind of file."""

from pathlib import Path

import pytest

from servanda.study.checking import check

ROOT = Path(__file__).parents[3]


def test_a_good_game_has_no_problems() -> None:
    assert check(str(ROOT / "docs" / "formats" / "game.yaml")) == ()


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("broken.efg", 'EFG 2 R "g" { "A" ', "SV852"),
        ("short.nfg", 'NFG 1 R "g" { "A" "B" } { 1 2 } 1 1 2', "SV854"),
        ("game.yaml", "game: g\ntitle: T\nplayers: [A]\ntree: {payoffs: [1, 2]}\n", "SV854"),
        ("unknown.yaml", "game: g\ntitle: T\nplayers: [A]\ntree: {payoffs: [1]}\nx: 1\n", "SV201"),
        ("other.yaml", "players: [A]\n", "SV200"),
    ],
)
def test_the_problems_of_a_game_are_those_of_the_format(
    tmp_path: Path, name: str, text: str, code: str
) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    found = check(str(file))
    assert code in {problem.code for problem in found}


def test_an_absent_game_is_said_to_be_absent(tmp_path: Path) -> None:
    assert [p.code for p in check(str(tmp_path / "nowhere.efg"))] == ["SV100"]
