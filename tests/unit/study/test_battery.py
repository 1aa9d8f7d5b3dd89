"""`servanda test`: what is compared, what counts as a failure, and what a bad file does."""

import xml.dom.minidom
from pathlib import Path

import pytest

from servanda.domain.errors import ModelError
from servanda.report.battery import battery_text, junit_xml
from servanda.study.agreement import uncompared
from servanda.study.battery import run_battery

TEXT = """
id: {id}
title: Coast Treaty
kind: treaty
legal_force: binding
in_force: {{from: 2005-01-01}}
parties: {{original: [FRA, ITA, ESP]}}
provisions:
  - id: assist
    modality: duty
    act: assist
    bearer: each_party
    trigger: {{kinds: [armed_attack], object: party}}
    deadline: {{hours: 48}}
"""
CASE = """
id: {id}
title: An attack
date: 2019-11-30T05:00+01:00
facts: {{actor: RUS, target: ITA, kind: armed_attack}}
expect:
  - instrument: {text}
    provision: {provision}
    {stated}
"""


def case(
    folder: Path,
    stated: str,
    *,
    name: str = "raid",
    text: str = "coast",
    provision: str = "assist",
) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(CASE.format(id=name, text=text, provision=provision, stated=stated))
    return path


def treaty(folder: Path, name: str = "coast") -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.yaml").write_text(TEXT.format(id=name))


@pytest.mark.parametrize("place", ["inside", "folder", "beside", "given", "among"])
def test_texts_are_found_where_a_lawyer_puts_them(tmp_path: Path, place: str):
    cases = tmp_path / "cases"
    cases.mkdir()
    where = {
        "folder": cases / "instruments",
        "beside": tmp_path / "instruments",
        "given": tmp_path / "texts",
        "among": cases,
    }
    stated = "finding: triggered"
    if place == "inside":
        body = "\n".join("  " + line for line in CASE.format(
            id="raid", text="coast", provision="assist", stated=stated).splitlines())  # fmt: skip
        texts = "\n".join("    " + line for line in TEXT.format(id="coast").strip().splitlines())
        (cases / "raid.yaml").write_text(f"instruments:\n  -\n{texts}\ncase:{body}\n")
    else:
        case(cases, stated)
        treaty(where[place])
    folders = [str(where["given"])] if place == "given" else []
    battery = run_battery(str(cases), folders=folders)
    assert not battery.problems
    assert battery.passed
    assert [c.case.id for c in battery.cases] == ["raid"]


@pytest.mark.parametrize(
    ("stated", "what"),
    [
        ("finding: not_triggered", {"finding"}),
        ("bearers: [FRA]", {"bearers"}),
        ("bearer_count: 3", {"bearer_count"}),
        ("due: 2019-12-02T06:00+01:00", {"due"}),
        ("by: RUS", {"by"}),
        ("holder: FRA", {"holder"}),
        ("by_version: {FRA: breach}", {"by_version"}),
        ("missing: [requested]", {"missing"}),
        ("why: [area]", {"why"}),
        ("{finding: breach, due: 2019-12-03}", {"finding", "due"}),
    ],
)
def test_whatever_is_stated_is_compared(tmp_path: Path, stated: str, what: set[str]):
    treaty(tmp_path / "instruments")
    lines = stated.strip("{}").split(", ") if stated.startswith("{") else [stated]
    case(tmp_path, "\n    ".join(lines))
    battery = run_battery(str(tmp_path))
    (item,) = battery.cases[0].held
    assert not battery.passed
    assert {d.what for d in item.differences} == what


def test_the_same_instant_in_another_zone_agrees(tmp_path: Path):
    treaty(tmp_path / "instruments")
    case(tmp_path, "due: 2019-12-02T04:00+00:00\n    bearers: [ESP, FRA]\n    bearer_count: 2")
    assert run_battery(str(tmp_path)).passed


def test_a_reason_that_the_engine_gives_besides_is_told_and_no_failure(tmp_path: Path):
    treaty(tmp_path / "instruments")
    path = case(tmp_path, "finding: not_triggered\n    why: [target]")
    facts = "target: UKR, kind: border_closure"
    path.write_text(path.read_text().replace("target: ITA, kind: armed_attack", facts))
    battery = run_battery(str(tmp_path))
    (item,) = battery.cases[0].held
    assert battery.passed
    assert set(item.found.why) == {"target", *item.further}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"provision": "asist"}, "did you mean 'assist'"),
        ({"text": "cost"}, "did you mean 'coast'"),
        ({"text": "no-such-thing-at-all"}, "no instrument 'no-such-thing-at-all'"),
    ],
)
def test_what_can_be_held_against_nothing_fails_in_words(tmp_path: Path, change, says: str):
    treaty(tmp_path / "instruments")
    case(tmp_path, "finding: triggered", **change)
    battery = run_battery(str(tmp_path))
    (item,) = battery.cases[0].held
    assert not battery.passed
    assert says in item.trouble
    assert battery.tally.items == 1
    assert battery.tally.exact == 0


def test_bad_files_are_all_reported_and_the_others_still_run(tmp_path: Path):
    treaty(tmp_path / "instruments")
    (tmp_path / "instruments" / "torn.yaml").write_text("id: torn\ntitle: [\n")
    (tmp_path / "instruments" / "odd.yaml").write_text(
        TEXT.format(id="odd").replace("modality", "modalty")
    )
    case(tmp_path, "finding: triggered", name="good")
    case(tmp_path, "findng: triggered", name="typo")
    case(tmp_path, "finding: trigered", name="word")
    case(tmp_path, "finding: triggered", name="lost", text="odd")
    (tmp_path / "twice.yaml").write_text((tmp_path / "good.yaml").read_text())
    (tmp_path / "notes.yaml").write_text("shopping: [bread]\n")
    battery = run_battery(str(tmp_path))
    places = {(Path(p.span.file).name, p.code) for p in battery.errors}
    assert {
        ("torn.yaml", "SV105"),
        ("odd.yaml", "SV201"),
        ("typo.yaml", "SV201"),
        ("word.yaml", "SV204"),
        ("twice.yaml", "SV310"),
        ("notes.yaml", "SV200"),
    } <= places
    assert all(p.span.line >= 1 for p in battery.errors)
    results = {c.file.rsplit("/", 1)[-1]: c.passed for c in battery.cases}
    assert results["good.yaml"] is True
    assert results["lost.yaml"] is False
    assert not battery.passed


def test_foreign_keys_are_warnings_only_where_texts_of_others_are_given(tmp_path: Path):
    texts = tmp_path / "texts"
    treaty(texts)
    (texts / "coast.yaml").write_text((texts / "coast.yaml").read_text() + "colour: blue\n")
    cases = tmp_path / "cases"
    cases.mkdir()
    case(cases, "finding: triggered\n    mood: calm")
    battery = run_battery(str(cases), folders=[str(texts)])
    assert {p.severity for p in battery.problems} == {"warning"}
    assert len(battery.problems) == 2
    assert battery.passed


def test_a_folder_without_cases_does_not_pass(tmp_path: Path):
    assert not run_battery(str(tmp_path)).passed


@pytest.mark.parametrize("arguments", [{"source": "no/such"}, {"folders": ["no/such"]}])
def test_an_absent_folder_is_refused(arguments):
    with pytest.raises(ModelError):
        run_battery(**arguments)


def test_the_coders_remarks_are_listed_as_not_compared(tmp_path: Path):
    treaty(tmp_path / "instruments")
    case(tmp_path, "finding: triggered\n    act: assist\n    note: plain")
    battery = run_battery(str(tmp_path))
    (item,) = battery.cases[0].held
    assert uncompared(item.expected) == ("act",)
    assert "stated but not compared: act (1)" in battery_text(battery)


def test_junit_counts_what_failed_and_what_could_not_be_read(tmp_path: Path):
    treaty(tmp_path / "instruments")
    case(tmp_path, "finding: triggered", name="good")
    case(tmp_path, "finding: breach", name="bad")
    case(tmp_path, 'finding: triggered\n    note: "<&\\">"\n    when: x', name="odd")
    written = junit_xml(run_battery(str(tmp_path)))
    parsed = xml.dom.minidom.parseString(written)  # noqa: S318 - our own
    suite = parsed.getElementsByTagName("testsuite")[0]
    counts = {name: suite.getAttribute(name) for name in ("tests", "failures", "errors")}
    assert counts == {"tests": "3", "failures": "1", "errors": "1"}
    (failure,) = parsed.getElementsByTagName("failure")
    assert failure.getAttribute("message") == "finding: found triggered, expected breach"
    assert len(parsed.getElementsByTagName("error")) == 1


def test_the_published_object_holds_every_count(tmp_path: Path):
    treaty(tmp_path / "instruments")
    case(tmp_path, "finding: breach\n    why: [time]")
    data = run_battery(str(tmp_path)).published()
    assert data["passed"] is False
    assert data["summary"]["exact"] == 0
    assert data["summary"]["mean_missing_jaccard"] is None
    (row,) = data["cases"][0]["expectations"]
    assert {d["what"] for d in row["differences"]} == {"finding", "why"}
