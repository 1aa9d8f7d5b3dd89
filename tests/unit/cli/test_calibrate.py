"""``calibrate`` and ``backtest`` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.calibration.cases import CLUSTERS
from tests.unit.cli.test_commands import run

from servanda import library


@pytest.fixture
def book(tmp_path: Path) -> Path:
    head, *rows = library.path("casebook.csv").read_text("utf-8").splitlines(keepends=True)
    kept = [row for row in rows if any(f",{name}," in row for name in CLUSTERS)]
    (tmp_path / "book.csv").write_text(head + "".join(kept), "utf-8")
    return tmp_path / "book.csv"


def test_calibrate_writes_what_it_found(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "posterior"
    code, printed, _ = run(
        capsys, "calibrate", "--casebook", str(book), "--draws", "600", "--out", str(out), "--json"
    )
    assert code == 0
    data = json.loads(printed)
    assert data["casebook"]["clusters"] == len(CLUSTERS)
    assert set(data["fits"]["durability"]["a2_models"]) == {"strong", "near_zero"}
    assert {p.name for p in out.iterdir()} == {
        "durability.csv",
        "durability.yaml",
        "posterior.svg",
    }


def test_backtest_prints_model_and_kaplan_meier(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "scores.json"
    code, printed, _ = run(
        capsys,
        *("backtest", "durability", "--casebook", str(book), "--draws", "600", "--out", str(out)),
    )
    assert code == 0
    assert "Kaplan-Meier, by type" in printed
    assert "expected" in printed
    models = [s["model"] for s in json.loads(out.read_text("utf-8"))["main"]["scores"]]
    assert models[0] == "model, a2 strong"
    assert models[-2:] == ["Kaplan-Meier, pooled", "Kaplan-Meier, by type"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("calibrate", "--leave-out", "atlantis"), 2, "SV634"),
        (("calibrate", "--casebook", "none.csv"), 1, "SV100"),
        (("calibrate", "--draws", "5"), 2, "--draws"),
        (("backtest", "negotiation"), 2, "negotiation"),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: tuple[str, ...],
    code: int,
    says: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    ended, _, err = run(capsys, *arguments)
    assert ended == code
    assert says in err


def test_a_bad_casebook_is_refused_with_places(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book.write_text(book.read_text("utf-8").replace(",rwanda,1993.6,", ",rwanda,1999.6,"), "utf-8")
    code, _, err = run(capsys, "calibrate", "--casebook", str(book))
    assert code == 1
    assert "SV630" in err
    assert "book.csv:" in err
