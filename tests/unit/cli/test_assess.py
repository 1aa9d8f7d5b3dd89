"""``servanda assess`` as a user meets it: flips, texts side by side, streams, days of knowledge."""

import json
from pathlib import Path

import pytest
from tests.unit.cli.test_commands import run

Capture = pytest.CaptureFixture[str]
ROWS = """\
id,date,title,facts,known
raid,2027-03-01T04:00+02:00,Raid,kind=armed_attack; actor=RUS; actor_type=state; target=UKR; \
place.sovereign=UKR; place.region=europe; deliberate=true; ceasefire_in_force_before=true; \
requested.by=UKR; requested.at=2027-03-01T08:00+02:00,
talks,2027-03-01T20:00+02:00,Talks,kind=fulfilment; actor=FRA; act=consult; answers=raid,
odd,2027-03-02,Odd,kind=refusal; actor=ITA; act=consult; answers=nothing,
"""


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "incidents.csv"
    path.write_text(ROWS, encoding="utf-8")
    return str(path)


def test_flip_says_the_smallest_change_in_words_and_in_json(capsys: Capture) -> None:
    case = ("assess", "s57-sweden-2023", "--only", "nat-1949", "--flip")
    code, out, _ = run(capsys, *case)
    assert code == 0
    assert "to duty, if the date were 2024-03-07 instead of 2023-05-01" in " ".join(out.split())
    data = json.loads(run(capsys, *case, "--json")[1])
    found = {f["provision"]: f["flip"] for f in data["findings"]}
    assert found["art5"][0]["changes"] == [
        {"fact": "date", "old": "2023-05-01", "new": "2024-03-07"}
    ]
    assert found["art5"][0]["after"] == "triggered"


def test_without_flip_no_finding_has_the_key(capsys: Capture) -> None:
    data = json.loads(run(capsys, "assess", "s57-sweden-2023", "--json")[1])
    assert all("flip" not in f for f in data["findings"])


def test_several_days_of_knowledge_give_a_finding_each(capsys: Capture) -> None:
    days = ("--as-of", "2001-09-12", "--as-of", "2001-10-03")
    data = json.loads(
        run(capsys, "assess", "s01-911-nato", "--only", "nat-1949", *days, "--json")[1]
    )
    found = {f["as_of"]: f["finding"] for f in data["findings"] if f["provision"] == "art5"}
    assert found == {"2001-09-12": "triggered_if", "2001-10-03": "triggered"}


def test_diff_shows_slots_and_incidents_and_who_owes_more(capsys: Capture) -> None:
    code, out, err = run(capsys, "assess", "--diff", "gbr-swe-2022", "nat-1949")
    assert code == 0
    for needed in (
        "A  gbr-swe-2022",
        "B  nat-1949",
        "legal force",
        "ground-attack",
        "owes something",
    ):
        assert needed in out
    assert "not legal advice" in err
    assert max(len(line) for line in out.splitlines()) <= 80
    data = json.loads(run(capsys, "assess", "--diff", "gbr-swe-2022", "nat-1949", "--json")[1])
    assert data["diff"]["b"]["instrument"] == "nat-1949"


def test_diff_takes_a_table_of_incidents(capsys: Capture, table: str) -> None:
    command = ("assess", "--diff", "fra-ukr-2024", "nat-1949", "--incidents", table, "--json")
    rows = json.loads(run(capsys, *command)[1])["diff"]["incidents"]
    assert {"raid"} <= {row["incident"] for row in rows}


def test_a_stream_prints_a_timeline_that_fits(capsys: Capture, table: str) -> None:
    code, out, err = run(capsys, "assess", table, "--only", "fra-ukr-2024")
    assert code == 0
    for needed in (
        "Duties from 2027-03-01",
        "met since",
        "nothing is recorded",
        "odd: there is no",
    ):
        assert needed in " ".join(out.split()), needed
    assert max(len(line) for line in out.splitlines()) <= 80
    assert "no breach" in err


def test_a_stream_in_json_has_findings_and_duties(capsys: Capture, table: str) -> None:
    data = json.loads(run(capsys, "assess", table, "--only", "fra-ukr-2024", "--json")[1])
    states = {
        row["bearer"]: row["state"] for row in data["duties"] if row["provision"] == "consult24"
    }
    assert states["FRA"] == "met"
    assert data["untouched"][0]["record"] == "odd"
    early = ("--as-of", "2027-03-01T10:00+02:00", "--json")
    data = json.loads(run(capsys, "assess", table, "--only", "fra-ukr-2024", *early)[1])
    assert {r["state"] for r in data["duties"] if r["provision"] == "consult24"} == {"live"}


def test_a_stream_takes_the_instruments_of_a_folder(
    capsys: Capture, table: str, tmp_path: Path
) -> None:
    (tmp_path / "treaties").mkdir()
    (tmp_path / "treaties" / "own.yaml").write_text(
        'format: "1"\nid: own\ntitle: Own\nkind: treaty\nlegal_force: binding\n'
        "in_force: {from: 2000-01-01}\nparties: {original: [UKR, ITA]}\nprovisions:\n"
        "  - {id: p1, modality: duty, act: assist, bearer: each_party,\n"
        "     trigger: {kinds: [armed_attack], object: party}}\n",
        encoding="utf-8",
    )
    folder = str(tmp_path / "treaties")
    data = json.loads(run(capsys, "assess", table, "--instruments", folder, "--json")[1])
    assert {f["instrument"] for f in data["findings"]} == {"own"}
    assert {row["bearer"] for row in data["duties"]} == {"ITA"}


def test_a_text_that_is_nowhere_is_refused_with_a_suggestion(capsys: Capture) -> None:
    ended, out, err = run(capsys, "assess", "--diff", "nat-1949", "nat-1948")
    assert ended != 0
    assert out == ""
    assert "did you mean 'nat-1949'" in err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((), 2, "Name a case"),
        (("s57-sweden-2023", "--diff", "nat-1949", "rio-1947"), 2, "--diff takes"),
        (("s57-sweden-2023", "--incidents", "x.csv"), 2, "goes with --diff"),
        (("s57-sweden-2023", "--only", "nat-1948"), 2, "SV609"),
        (("s57-sweden-2023", "--as-of", "soon"), 2, "SV606"),
        (("s57-sweden-2023", "--incident", "x"), 2, "a case has one incident"),
        (("TABLE", "--flip"), 2, "not for a stream"),
        (("TABLE", "--only", "nat-1948"), 2, "did you mean 'nat-1949'"),
        (("TABLE", "--as-of", "1999-01-01", "--only", "nat-1949"), 2, "SV609"),
        (("absent.csv", "--only", "nat-1949"), 1, "SV100"),
    ],
)
def test_wrong_requests_are_refused_with_a_reason(
    arguments: tuple[str, ...], code: int, says: str, capsys: Capture, table: str
) -> None:
    asked = (table if part == "TABLE" else part for part in arguments)
    ended, out, err = run(capsys, "assess", *asked)
    assert (ended, out) == (code, "")
    assert says in err
