"""`servanda forecast` and `servanda backtest negotiation` as a user runs them."""

import json
from pathlib import Path

import pytest

from servanda.cli import main

TEXT = """issue,actor,position,power,salience,reference_point,date
troops,UKR,100,4,95,0,2025-03-01
troops,GBR,90,6,70,0,2025-03-01
troops,ITA,20,4,60,0,2025-03-01
troops,USA,10,10,30,0,2025-03-01
troops,ITA,30,4,60,0,2025-08-01
clause,UKR,100,4,90,0,2025-03-01
clause,GBR,40,6,30,0,2025-03-01
clause,ITA,100,4,80,0,2025-03-01
clause,USA,30,10,60,0,2025-03-01
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "positions.csv"
    path.write_text(TEXT, "utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(a) for a in arguments])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_json_has_what_outside_checks_rely_on(capsys, table):
    code, out, _ = run(capsys, "forecast", table, "--map", "power=capability", "--json")
    assert code == 0
    found = json.loads(out)
    assert [i["issue"] for i in found["issues"]] == ["troops", "clause"]
    for item in found["issues"]:
        assert {"issue", "models", "blockers"} <= set(item)
        for name, model in item["models"].items():
            assert set(model["quantiles"]) == {"0.1", "0.5", "0.9"}, name
            assert sum(p for _, p in model["crps_ready"]) == pytest.approx(1.0)
            assert isinstance(model["mean"], float)
    assert "combined" in found["issues"][0]["models"]
    assert "coercive" in found["caution"]
    rounds = found["issues"][0]["models"]["published-code"]["rounds"]
    assert rounds[0]["positions"]["UKR"] == pytest.approx(100)


def test_one_model_by_name(capsys, table):
    _, out, _ = run(
        capsys, "forecast", table, "--map", "power=capability", "--model", "compromise", "--json"
    )
    assert set(json.loads(out)["issues"][0]["models"]) == {"compromise"}


def test_text_names_blockers_and_what_would_turn_it(capsys, table):
    _, out, err = run(capsys, "forecast", table, "--map", "power=capability", "--story")
    for word in ("troops", "combined", "Blockers", "Smallest changes", "Who moved whom", "Trades"):
        assert word in out
    assert "--issue" in err


def test_who_moved(capsys, table):
    arguments = ("--map", "power=capability", "--moved", "2025-03-31..2025-08-31")
    _, out, _ = run(capsys, "forecast", table, *arguments, "--json")
    moves = json.loads(out)["moved"]
    assert moves[0]["actor"] == "ITA"
    assert moves[0]["shift"] > 0


def test_a_missing_column_names_the_option_that_helps(capsys, table):
    code, _, err = run(capsys, "forecast", table)
    assert code == 1
    assert "SV920" in err
    assert "--map" in err


def test_a_wrong_model_is_wrong_usage(capsys, table):
    code, _, err = run(capsys, "forecast", table, "--map", "power=capability", "--model", "oracle")
    assert code == 2
    assert "SV929" in err


def test_an_actor_outside_the_library_is_refused(capsys, tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("issue,actor,position,salience,capability\na,Atlantis,1,50,1\n", "utf-8")
    code, _, err = run(capsys, "forecast", path, "--actors", "library")
    assert code == 1
    assert "SV926" in err


def test_the_models_are_listed(capsys):
    code, out, _ = run(capsys, "forecast", "--list")
    assert code == 0
    assert "published-code" in out


@pytest.mark.parametrize("suffix", ["html", "json"])
def test_charts_are_written(capsys, table, tmp_path, suffix):
    file = tmp_path / f"chart.{suffix}"
    code, _, _ = run(
        capsys, "forecast", table, "--map", "power=capability", "--chart", file, "--json"
    )
    assert code == 0
    assert "troops" in file.read_text("utf-8")


def test_a_chart_of_another_kind_is_refused(capsys, table, tmp_path):
    code, _, err = run(
        capsys, "forecast", table, "--map", "power=capability", "--chart", tmp_path / "x.png"
    )
    assert code == 2
    assert "SV937" in err


def test_hostile_names_stay_text(capsys, tmp_path):
    path, page = tmp_path / "p.csv", tmp_path / "p.html"
    name = "<img src=x onerror=alert(1)></script>"
    path.write_text(
        f'issue,actor,position,salience,capability\n"{name}","{name}",1,50,1\n"{name}",B,2,50,1\n',
        "utf-8",
    )
    assert run(capsys, "forecast", path, "--chart", page)[0] == 0
    text = page.read_text("utf-8")
    assert "<img" not in text
    assert "onerror=alert(1)></script" not in text


def test_the_backtest_scores_a_folder_of_decisions(capsys, tmp_path):
    issues = ["issue,proposal,outcome,reference_point"]
    rows = ["issue,actor,position,salience,capability"]
    for k in range(12):
        issues.append(f"i{k},p{k // 2},{(k * 37) % 101},")
        rows += [f"i{k},A,0,{30 + 5 * k},1", f"i{k},B,100,60,2", f"i{k},C,{8 * k},20,1"]
    (tmp_path / "my-issues.csv").write_text("\n".join(issues) + "\n", "utf-8")
    (tmp_path / "my-positions.csv").write_text("\n".join(rows) + "\n", "utf-8")
    fitted = tmp_path / "fitted.yaml"
    code, out, _ = run(
        capsys, "backtest", "negotiation", "--data", tmp_path, "--folds", 3, "--json",
        "--write", fitted, "--source", "made up",
    )  # fmt: skip
    assert code == 0
    found = json.loads(out)
    assert found["issues"] == 12
    assert found["proposals"] == 6
    assert found["models"]["combined"]["crps"] > 0
    assert "made up" in fitted.read_text("utf-8")
    assert run(capsys, "backtest", "negotiation", "--data", tmp_path)[0] == 0


def test_a_backtest_without_decisions_is_wrong_usage(capsys, tmp_path):
    assert run(capsys, "backtest", "negotiation")[0] == 2
    code, _, err = run(capsys, "backtest", "negotiation", "--data", tmp_path)
    assert code == 2
    assert "SV936" in err
