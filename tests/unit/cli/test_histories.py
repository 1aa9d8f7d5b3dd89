"""``servanda histories`` and ``servanda compare --brief`` as a user meets them."""

import json
from pathlib import Path

import pytest

from servanda.cli.root import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


QUICK = ("--draws", "20", "--no-rivals", "--no-report", "--quiet")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("histories", "border-pact"), 2, "--option"),
        (("histories", "border-pact", "--option", "none", "--count", "0"), 2, "SV650"),
        (("histories", "border-pact", "--option", "none", "--count", "many"), 2, "--count"),
        (("histories", "border-pact", "--option", "none", "--draw", "usual"), 2, "SV651"),
        (("histories", "border-pact", "--option", "unheard-of"), 3, "SV603"),
        (("histories", "border-pact", "--option", "none", "--posterior", "x"), 2, "SV634"),
        (("histories", "border-pact", "--option", "none", "--picture", "x.png"), 2, ".svg"),
        (("histories", "no-such-scenario", "--option", "none"), 1, "no-such-scenario"),
        (("compare", "border-pact", "--brief", "unheard-of", *QUICK), 3, "SV603"),
        (("compare", "border-pact", "--brief", "none", "--as-of", "yesterday"), 2, "SV606"),
        (("compare", "border-pact", "--switch-draws", "0"), 2, "--switch-draws"),
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
    assert list(tmp_path.iterdir()) == []


def test_courses_are_printed_drawn_and_given_as_data(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    picture = tmp_path / "courses.svg"
    asked = ("histories", "border-pact", "--option", "none", "--count", "4", "--seed", "2")
    code, out, err = run(capsys, *asked, "--picture", str(picture))
    assert code == 0
    assert "Of these 4 courses" in " ".join(out.split())
    assert picture.read_text("utf-8").startswith("<svg")
    assert str(picture) in err
    code, out, err = run(capsys, *asked, "--json")
    data = json.loads(out)
    assert code == 0
    assert err == ""
    assert len(data["courses"]) == 4
    assert data["typical_of"] == 101
    assert {"draw", "seed", "ended_early", "projected", "peace_years"} <= set(data)
    again = json.loads(run(capsys, *asked, "--json", "--draw", str(data["draw"]))[1])
    assert again["courses"] == data["courses"]


def test_the_page_of_one_option_is_printed_in_place_of_the_comparison(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = run(capsys, "compare", "border-pact", "--brief", "none", *QUICK)
    assert code == 0
    assert "Does peace still hold?" in out
    assert "The claim" not in out
    code, out, _ = run(capsys, "compare", "border-pact", "--brief", "none", *QUICK, "--json")
    assert {"switches", "break_evens", "rivals"} <= set(json.loads(out))
