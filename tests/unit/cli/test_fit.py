"""``servanda fit``: the JSON that outside checks rely on, tables in three formats, refusals."""

import json
from pathlib import Path

import pytest
from tests.unit.cli.test_commands import run
from tests.unit.games.estimation import samples

from servanda.games.estimation import Table, simulate_table

FORMULA = "end ~ a | 0 | a + b - 1 | b"


def write(table: Table, path: Path) -> str:
    """Write a table as CSV."""
    names = list(table.columns)
    lines = [",".join(names)]
    for row in range(table.rows):
        cells = []
        for name in names:
            column = table.columns[name]
            cells.append(
                f"{column.numbers[row]:.17g}"
                if column.numbers is not None
                else column.levels[column.codes[row]]
            )
        lines.append(",".join(cells))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def data(tmp_path: Path) -> str:
    made = simulate_table("egame12", FORMULA, samples.covariates(300),
                          [0.3, 0.6, 0.5, -0.4, 0.2, 0.8], seed=3)  # fmt: skip
    return write(made, tmp_path / "d.csv")


def fitted(capsys: pytest.CaptureFixture[str], data: str, *more: str) -> tuple[int, str, str]:
    return run(capsys, "fit", "--data", data, "--model", "egame12", "--formula", FORMULA,
               "--outcomes", "sq,yield,war", *more)  # fmt: skip


def test_json_has_the_keys_that_stay(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = fitted(capsys, data, "--json")
    found = json.loads(out)
    assert code == 0
    assert {"log_likelihood", "n", "converged", "warnings", "coefficients"} <= set(found)
    assert found["n"] == 300
    assert found["converged"] is True
    assert found["warnings"] == []
    names = [line["name"] for line in found["coefficients"]]
    assert names == ["u1(sq):(Intercept)", "u1(sq):a", "u1(war):a", "u1(war):b",
                     "u2(war):(Intercept)", "u2(war):b"]  # fmt: skip
    assert all(line["std_error"] > 0 for line in found["coefficients"])


def test_the_table_says_what_was_fitted(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = fitted(capsys, data, "--errors", "private", "--link", "logit", "--effects",
                          "--check", "20", "--against", "end ~ b | 0 | a - 1 | a")  # fmt: skip
    assert code == 0
    for word in ("private information", "logistic", "95 % interval", "u1(yield)  fixed at 0",
                 "Log likelihood", "Average effects", "Data that the model makes", "Vuong",
                 "Clarke"):  # fmt: skip
        assert word in out
    assert max(len(line) for line in out.splitlines()) <= 100


@pytest.mark.parametrize("suffix", [".md", ".tex", ".json"])
def test_the_table_is_written(
    suffix: str, data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"table{suffix}"
    code, _, err = fitted(capsys, data, "--write", str(file))
    assert code == 0
    assert str(file) in err
    text = file.read_text("utf-8")
    if suffix == ".json":
        assert json.loads(text)["n"] == 300
    elif suffix == ".md":
        rows = [line for line in text.splitlines() if line.startswith("|")]
        assert len(rows) == 8
        assert len({line.count("|") for line in rows}) == 1
    else:
        assert text.count("\\\\\n") >= 10
        assert "\\begin{tabular}" in text
        assert text.count("{") == text.count("}")


def test_special_characters_are_escaped_in_latex(
    data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from servanda.report.estimates import _tex

    assert _tex("u1(~a_b)") == r"u1(\textasciitilde{}a\_b)"


def test_a_game_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    game = tmp_path / "crisis.yaml"
    game.write_text(samples.CRISIS, encoding="utf-8")
    formula = "end ~ challenger(sq) = a | defender(war) = b"
    made = simulate_table(samples.tree(samples.CRISIS), formula, samples.covariates(400),
                          [0.3, 0.6, 0.5, 0.8], seed=3)  # fmt: skip
    path = write(made, tmp_path / "d.csv")
    code, out, err = run(capsys, "fit", "--data", path, "--model", str(game), "--formula", formula,
                         "--json")  # fmt: skip
    assert code == 0, err
    assert json.loads(out)["coefficients"][1]["name"] == "challenger(sq):a"


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (("--write", "t.doc"), 2, "ends in .md"),
        (("--fix", "u1(sq):a=much"), 2, "SV973"),
        (("--se", "clustered"), 2, "SV966"),
        (("--weights", "w"), 2, "SV962"),
        (("--first-stage", "a"), 2, "SV962"),
        (("--against", "end ~"), 2, "SV961"),
        (("--link", "cloglog"), 2, "cloglog"),
    ],
)
def test_wrong_usage_ends_with_two_and_says_why(
    more: tuple[str, ...],
    code: int,
    words: str,
    data: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ended, out, err = fitted(capsys, data, *more)
    assert (ended, out) == (code, "")
    assert words in err


def test_an_absent_file_ends_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = fitted(capsys, "nowhere.csv")
    assert code == 1
    assert "SV100" in err


def test_an_unknown_model_ends_with_two(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "fit", "--data", data, "--model", "egame21", "--formula", FORMULA)
    assert code == 2
    assert "SV968" in err
