"""``servanda solve`` as a user meets it: tables, JSON, pictures, sweeps, refusals with a code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.unit.cli.test_commands import run

Capture = pytest.CaptureFixture[str]
ENTRY = """EFG 2 R "entry" { "firm" "rival" }
p "" 1 1 "" { "stay out" "enter" } 0
t "" 1 "" { 0 2 }
p "" 2 1 "" { "fight" "share" } 0
t "" 2 "" { -1 0 }
t "" 3 "" { 1 1 }
"""
CHICKEN = 'NFG 1 R "chicken" { "A" "B" } { 2 2 } 0 0 1 -1 -1 1 -5 -5'


def data(capsys: Capture, *arguments: str) -> dict[str, Any]:
    code, out, err = run(capsys, "solve", *arguments, "--json")
    assert code == 0, err
    assert len(out.splitlines()) == 1
    found: dict[str, Any] = json.loads(out)
    return found


def test_an_efg_file_gives_the_published_object(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "entry.efg"
    file.write_text(ENTRY, encoding="utf-8")
    found = data(capsys, str(file), "--concept", "spe")
    assert found["concept"] == "spe"
    assert found["status"] == "complete"
    (one,) = found["equilibria"]
    assert one["behaviour"] == {
        "firm": {"1": {"stay out": 0.0, "enter": 1.0}},
        "rival": {"1": {"fight": 0.0, "share": 1.0}},
    }
    assert one["values"] == {"firm": 1.0, "rival": 1.0}
    assert one["residual"] < 1e-12
    assert one["outcomes"] == {"end 1": 0.0, "end 2": 0.0, "end 3": 1.0}


def test_a_strategic_form_uses_the_information_set_1(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "chicken.nfg"
    file.write_text(CHICKEN, encoding="utf-8")
    found = data(capsys, str(file), "--concept", "nash")
    assert len(found["equilibria"]) == 3
    assert all(set(e["behaviour"]["A"]) == {"1"} for e in found["equilibria"])
    code, out, _ = run(capsys, "solve", str(file), "--concept", "nash")
    assert code == 0
    assert "3 Nash equilibria. These are all of them." in out


def test_logit_at_a_precision(capsys: Capture) -> None:
    found = data(capsys, "egame12", "--precision", "2", "--set", "u24=0.5")
    assert found["precision"] == 2.0
    second = found["equilibria"][0]["behaviour"]["Second"]["1"]["R"]
    assert second == pytest.approx(1 / (1 + 2.718281828459045**-1), abs=1e-9)
    assert found["equilibria"][0]["kind"] == "principal branch"
    assert found["game"]["parameters"]["u24"] == 0.5


def test_the_table_says_what_is_played_believed_and_reached(capsys: Capture) -> None:
    code, out, err = run(
        capsys, "solve", "unilateral-deterrence", "--concept", "pbe", "--set", "pD=0.2"
    )
    assert code == 0
    told = " ".join(out.split())
    for needed in (
        "3 perfect Bayesian equilibria. These are all of them.",
        "steadfast deterrence",
        "bluff",
        "soft challenger stay 0.57, demand 0.43",
        "may vary belief in",
        "it ends in status quo 0.40",
    ):
        assert needed in told
    assert "In this model" in err
    assert max(len(line) for line in out.splitlines()) <= 80


def test_a_sweep_finds_the_band_of_the_half_hearted_guarantee(
    capsys: Capture, tmp_path: Path
) -> None:
    arguments = ("guarantee-moral-hazard", "--concept", "spe", "--sweep", "k=0:1:21")
    found = data(capsys, *arguments)
    assert len(found["sweep"]) == 21
    assert found["swept"] == {"parameter": "k", "low": 0.0, "high": 1.0}
    (band,) = (r for r in found["regions"] if r["kind"] == "attack and war")
    assert band["from"] == pytest.approx(1 / 3, abs=1e-3)
    assert band["to"] == pytest.approx(4 / 7, abs=1e-3)
    assert found["sweep"][10]["equilibria"][0]["outcomes"]["war alone"] == pytest.approx(0.5)
    code, out, _ = run(capsys, "solve", *arguments)
    assert code == 0
    assert "attack and war" in out
    assert "0.3333 to 0.5714" in out


def test_pictures_and_charts_are_written(capsys: Capture, tmp_path: Path) -> None:
    picture, page, spec = (tmp_path / name for name in ("t.svg", "c.html", "c.json"))
    arguments = ("entry-deterrence", "--concept", "spe", "--sweep", "share=0.5:3:6")
    code, _, err = run(capsys, "solve", *arguments, "--picture", str(picture), "--chart", str(page))
    assert code == 0
    assert picture.read_text("utf-8").startswith("<svg")
    text = page.read_text("utf-8")
    assert not re.search(r"""(src|srcset|href|url\()\s*=?\s*["']?https?:""", text)
    assert "What this is not" in text
    assert str(picture) in err
    assert run(capsys, "solve", *arguments, "--chart", str(spec))[0] == 0
    assert "vconcat" in json.loads(spec.read_text("utf-8"))


def test_the_catalogue_is_listed(capsys: Capture) -> None:
    code, out, _ = run(capsys, "solve", "--list")
    assert code == 0
    assert "unilateral-deterrence" in out
    assert "Zagare" in out
    code, out, _ = run(capsys, "solve", "--list", "--json")
    games = {game["name"]: game for game in json.loads(out)["games"]}
    assert games["extended-deterrence"]["ends"] == 10
    assert games["extended-deterrence"]["parameters"]["q"] == 0.2


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("unheard-of",), 2, "SV890"),
        (("chickn",), 2, "Did you mean 'chicken'"),
        (("lewis-schultz",), 3, "SV897"),
        (("no-such-file.efg",), 1, "SV100"),
        (("chicken", "--set", "win=often"), 2, "SV892"),
        (("chicken", "--set", "wins=2"), 2, "SV861"),
        (("chicken", "--set", "win"), 2, "NAME=VALUE"),
        (("chicken", "--sweep", "win"), 2, "SV894"),
        (("chicken", "--sweep", "win=2:1:5"), 2, "SV894"),
        (("chicken", "--sweep", "win=0:1:1000000"), 2, "SV894"),
        (("chicken", "--sweep", "wins=0:1:5"), 2, "SV861"),
        (("chicken", "--concept", "trembling"), 2, "trembling"),
        (("chicken", "--precision", "-1"), 2, "SV887"),
        (("chicken", "--chart", "c.html"), 2, "--sweep"),
        (("chicken", "--concept", "nash", "--picture", "t.svg", "--show", "9"), 2, "SV896"),
        (
            ("chicken", "--concept", "nash", "--sweep", "win=1:2:2", "--chart", "c.docx"),
            2,
            "SV895",
        ),
        ((), 2, "--list"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_code(
    arguments: tuple[str, ...],
    code: int,
    says: str,
    capsys: Capture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    ended, out, err = run(capsys, "solve", *arguments)
    assert (ended, out) == (code, "")
    assert says in err
    assert "Traceback" not in err


def test_a_strategic_form_takes_no_parameters(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "chicken.nfg"
    file.write_text(CHICKEN, encoding="utf-8")
    code, _, err = run(capsys, "solve", str(file), "--concept", "nash", "--set", "q=1")
    assert code == 2
    assert "SV892" in err
    code, _, err = run(capsys, "solve", str(file), "--concept", "nash", "--sweep", "q=0:1:3")
    assert code == 2
    assert "SV894" in err


def test_a_broken_file_shows_every_problem_with_its_place(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "broken.efg"
    file.write_text(ENTRY.replace("{ -1 0 }", "{ -1 }"), encoding="utf-8")
    code, _, err = run(capsys, "solve", str(file))
    assert code == 1
    assert "broken.efg:5:" in err
