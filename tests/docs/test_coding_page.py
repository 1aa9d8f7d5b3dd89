"""The page on coding an instrument: its files load, its commands print what it shows."""

from __future__ import annotations

import shlex
from importlib import import_module
from pathlib import Path

import pytest
from tests.unit.cli.test_commands import run
from tools.worked_example import PAGE, Shown, commands, files

from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument
from servanda.obligations import assess, kinds
from servanda.obligations.facts import READS

TEXT = PAGE.read_text("utf-8")


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in files().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


@pytest.mark.parametrize("shown", commands(), ids=lambda s: s.command)
def test_a_command_prints_what_the_page_shows(
    shown: Shown, example: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program, *arguments = shlex.split(shown.command)
    assert program == "servanda"
    code, out, talk = run(capsys, *arguments)
    assert code == 0
    assert shown.printed, "the page shows no output"
    missing = shown.missing_from(out or talk)
    assert missing is None, f"not printed:\n{missing}\n\nprinted:\n{out or talk}"


def test_another_output_is_noticed() -> None:
    shown = Shown("x", ("one", "[...]", "three"))
    assert shown.missing_from("one\ntwo\nthree\n") is None
    assert shown.missing_from("one\ntwo\nthree\nfour\n") is not None
    assert shown.missing_from("zero\none\nthree\n") is not None
    assert Shown("x", ("one",)).missing_from("one\ntwo") is not None


def test_the_page_shows_every_command_of_the_engine() -> None:
    shown = " ".join(s.command for s in commands())
    for words in ("check", "assess", "--trace", "--flip", "test", "questions"):
        assert words in shown


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading, without its head."""
    part = TEXT.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_presumption_names_a_place_in_the_code() -> None:
    table = rows("What is presumed")
    assert len(table) > 15
    for row in table:
        module, name = row[2].strip("`").split(".")
        assert hasattr(import_module(f"servanda.obligations.{module}"), name), row


def test_every_fact_that_triggers_read_is_listed() -> None:
    listed = " ".join(row[0] for row in rows("Facts"))
    recorded = {fact for name in kinds.READS for fact in READS.get(name, (name,))}
    for fact in recorded - {"date"}:
        assert f"`{fact}`" in listed, fact


# --- what the page says of words, tried ---------------------------------------------------------


def found(provision: dict, facts: dict, *others: dict, **text: object):
    """Assess one duty of an invented pact between AAA and BBB."""
    duty = {"id": "d", "modality": "duty", "act": "assist", "bearer": "each_party"}
    trigger = {"kinds": ["armed_attack"], "object": "party", **provision.pop("trigger", {})}
    pact = Instrument.model_validate(
        {"id": "p", "title": "P", "kind": "treaty", "parties": {"original": ["AAA", "BBB"]},
         "provisions": [{**duty, "trigger": trigger, **provision}, *others], **text}
    )  # fmt: skip
    plain = {"kind": "armed_attack", "actor": "RUS", "target": "AAA"}
    raid = Incident(id="i", title="I", date="2026-01-01", facts={**plain, **facts})
    return assess([pact], raid)[0]


def exception(**more: object) -> dict:
    return {"id": "x", "modality": "exception", "excepts": ["d"], **more}


CLAIMS = {
    "an attribution nobody made is missing":
        (({}, {"attribution": "unclear"}), "triggered_if"),
    "so is a disputed one":
        (({}, {"attribution": "denied"}), "triggered_if"),
    "force is read both ways":
        (({}, {"kind": "drone_strike"}), "contested"),
    "force on a grave scale is an attack":
        (({}, {"kind": "drone_strike", "scale": "large"}), "triggered"),
    "a group is no state":
        (({"trigger": {"actor": "third_state"}}, {"actor_type": "non_state"}), "not_triggered"),
    "a text may speak of both":
        (({"trigger": {"actor": "state_or_group"}}, {"actor_type": "non_state"}), "triggered"),
    "other than leaves out":
        (({"trigger": {"actor": "state_other_than_RUS_and_CHN"}}, {}), "not_triggered"),
    "a description is answered by the record alone":
        (({"trigger": {"actor": "sea_monster"}}, {}), "triggered_if"),
    "and the record answers it":
        (({"trigger": {"actor": "sea_monster"}}, {"actor_is_sea_monster": True}), "triggered"),
    "a negated request is turned round":
        (({"conditions": "no_request"}, {"requested": True}), "not_triggered"),
    "an unknown condition is looked up":
        (({"conditions": "full_moon"}, {}), "triggered_if"),
    "a softening condition keeps nothing from arising":
        (({"conditions": "constitutional_processes"}, {}), "triggered"),
    "an exception in words does not apply by silence":
        (({"exceptions": "full_moon"}, {}), "triggered"),
    "it applies where it is recorded":
        (({"exceptions": "full_moon"}, {"full_moon": True}), "not_triggered"),
    "an exception as a provision leaves doubt while its condition is unknown":
        (({}, {}, exception(conditions="full_moon")), "triggered_if"),
    "an exception about force is met by an attack":
        (({}, {}, exception(trigger={"kinds": ["use_of_force"]})), "not_triggered"),
    "an exception with a strange word leaves the duty in doubt":
        (({}, {}, exception(trigger={"kinds": ["ramming"]})), "triggered_if"),
    "a vote refused":
        (({"decision": {"organ": "council", "rule": "majority"}},
          {"council_decided": False}), "not_triggered"),
    "a vote pending":
        (({"decision": {"organ": "council", "rule": "majority"}}, {}), "triggered"),
    "a finding that must come first":
        (({"decision": {"organ": "council", "rule": "finding_of_council"}}, {}), "triggered_if"),
    "a veto under consensus":
        (({"decision": {"organ": "council", "rule": "consensus"}},
          {"vetoed_by": "BBB"}), "not_triggered"),
    "a strange word is missing":
        (({"trigger": {"kinds": ["attack_by_sea_monster"]}}, {}), "triggered_if"),
    "the record answers in the words of the text":
        (({"trigger": {"kinds": ["attack_by_sea_monster"]}},
          {"attack_by_sea_monster": True}), "triggered"),
    "a place known too coarsely is not outside":
        (({"area": "aegean_sea"}, {"place": {"region": "mediterranean_sea"}}), "triggered_if"),
    "a sea lies in a larger one":
        (({"area": "mediterranean_sea"}, {"place": {"region": "aegean_sea"}}), "triggered"),
    "nobody named judges":
        (({"trigger": {"judged_by": "unspecified"}}, {}), "undetermined"),
    "an attack by a party on a stranger":
        (({"trigger": {"of": "SWE"}}, {"actor": "BBB", "target": "SWE"}), "not_triggered"),
}  # fmt: skip


@pytest.mark.parametrize("claim", CLAIMS)
def test_what_the_page_says_of_words_holds(claim: str) -> None:
    (arguments, expected) = CLAIMS[claim]
    finding = found(*({**part} for part in arguments))
    assert finding.finding == expected, finding.trace


def test_the_trace_tells_a_disputed_attribution_from_an_unknown_one() -> None:
    notes = []
    for word in ("disputed", "unknown"):
        finding = found({}, {"attribution": word})
        assert finding.missing == ("attribution",)
        notes.append({leaf.note for leaf in finding.trace.leaves() if leaf.missing})
    assert notes[0] != notes[1]


def test_a_groups_deed_is_read_both_ways_where_the_text_leaves_groups_open() -> None:
    text = {"trigger": {"actor": "third_state"}}
    both = found(text, {"actor_type": "non_state"}, unspecified=["non_state_groups"])
    assert both.finding == "contested"


def test_an_amendment_works_from_its_date() -> None:
    patch = {"path": "provisions.d.trigger.kinds", "value": ["cyber_attack"]}
    before, after = (
        found({}, {}, amended=[{"date": day, "effect": "narrows it", "patches": [patch]}])
        for day in ("2027-01-01", "2025-01-01")
    )
    assert (before.finding, after.finding) == ("triggered", "not_triggered")


def test_texts_assessed_together_supersede_one_another() -> None:
    old = Instrument(id="old", title="O", kind="treaty", parties={"original": ["AAA", "BBB"]},
                     in_force={"from": "2000-01-01"},
                     provisions=[{"id": "d", "modality": "duty", "act": "assist",
                                  "bearer": "each_party"}])  # fmt: skip
    new = old.model_copy(update={"id": "new"})
    new = Instrument.model_validate(
        {**new.model_dump(by_alias=True, exclude_unset=True),
         "relations": [{"kind": "supersedes", "to": "old"}]}
    )  # fmt: skip
    raid = Incident(id="i", title="I", date="2026-01-01", facts={})
    both = assess([old, new], raid)
    assert [f.finding for f in both] == ["lapsed", "triggered"]
    assert assess([old], raid)[0].finding == "triggered"
