"""Coded instruments and cases: quoting limits, bearers, names, faith to the first coding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from servanda.domain.incident import Case
from servanda.domain.instrument import Instrument, Provision
from servanda.scenario import shelf
from servanda.scenario.reading import read

LONGEST_QUOTE = 12
OWING = {
    "duty",
    "duty_soft",
    "proposed_duty",
    "proposed_discretionary",
    "declaration_to_act",
    "intention",
    "intention_to_bind",
    "prohibition",
    "conditional_prohibition",
}
SOURCES = {
    "seen",
    "seen_reported",
    "seen_gloss",
    "seen_translated",
    "seen_in_russian",
    "seen_twin_text_with_poland",
    "gloss",
    "memory",
    "memory_gist_confirmed",
}
OWN = {
    "meloni-2025-03-06",
    "meloni-2025-03-20",
    "meloni-2025-08-18",
    "ukr-membership-nato",
    "european-force-2025",
    "air-sea-truce-2025",
}
ROLES = (
    "original members guarantors guarantor possible_guarantors signatories declaring mediator "
    "enacting issuing supporting_declaration also_signed parallel_statements mirrored_by incl"
)
# Roles and groups that the texts name and no registry can list.
OPEN_PARTIES = {"individual_states"}

PROVISIONS = [(text.id, one.id) for text in shelf.instruments().values() for one in text.provisions]


def _provision(text: str, name: str) -> Provision:
    return shelf.instrument(text).provision(name)


def test_the_library_holds_the_first_coding_and_the_dated_versions() -> None:
    assert len(shelf.instruments()) == 39 + len(OWN)
    assert set(shelf.instruments()) >= OWN
    assert len(shelf.cases()) == 58
    for name, text in shelf.instruments().items():
        assert text.id == name


@pytest.mark.parametrize(("text", "name"), PROVISIONS)
def test_a_provision_is_told_cited_and_marked(text: str, name: str) -> None:
    one = _provision(text, name)
    assert one.clause or one.clause_gloss, "no clause, neither quoted nor in own words"
    assert len((one.clause or "").split()) <= LONGEST_QUOTE
    assert one.art, "no citation"
    assert one.clause_source in SOURCES
    if one.modality in OWING:
        assert one.bearer, "nobody bears it"


@pytest.mark.parametrize("name", shelf.instrument_ids())
def test_an_instrument_has_source_confidence_and_known_parties(name: str) -> None:
    text = shelf.instrument(name)
    assert text.sources.seen or text.sources.cited
    assert text.confidence
    assert len({one.id for one in text.provisions}) == len(text.provisions)
    known = {*shelf.actors(), *OPEN_PARTIES}
    for role in ROLES.split():
        for party in getattr(text.parties, role):
            assert party in known, f"{role}: {party}"
    assert text.parties.group is None or text.parties.group in shelf.actors()
    for party in text.beneficiaries:
        assert party in shelf.actors()
    if text.version_of:
        assert text.version_of in shelf.instruments()
        assert text.known_from is not None


def test_dated_versions_of_the_italian_proposal_leave_their_own_slots_open() -> None:
    first, second, third = (
        set(shelf.instrument(name).unspecified) for name in sorted(OWN) if name.startswith("meloni")
    )
    assert {"automatic_or_not", "reciprocity"} <= first
    assert not {"automatic_or_not", "reciprocity"} & second, "answered on 18 March 2025"
    assert "what_happens_at_hour_25" in third - first - second
    readings = shelf.instrument("meloni-2025-08-18").official_readings
    counted = [reading.patches[0].value["counts"] for reading in readings]
    assert counted == [["consultation"], ["decision"], ["help"]]


@pytest.mark.parametrize("name", shelf.case_ids())
def test_a_case_speaks_of_provisions_and_reasons_that_exist(name: str) -> None:
    case = shelf.case(name)
    assert case.id == name
    assert case.expect
    for expected in case.expect:
        shelf.instrument(expected.instrument).provision(expected.provision)
        for reason in expected.why:
            assert reason in shelf.reason_roots(), reason
        for bearer in expected.bearers:
            assert bearer in shelf.actors()


FIRST_CODING = {
    # What was tidied on purpose; everything else must say the same as the first coding.
    ("meloni-proposal-2025", "parties"),
    ("us-phl-1951", "art4", "act"),
    ("eu-counter-2025", "response", "act"),
    ("cst-1992", "parties"),
    ("taiwan-relations-act-1979", "in_force"),
    ("taiwan-relations-act-1979", "in_force_note"),
}
WORDING = {"clause", "clause_gloss"}


def _said(thing: Any) -> dict[str, Any]:
    dumped: dict[str, Any] = thing.model_dump(by_alias=True, exclude_defaults=True)
    return dumped


def test_tidied_instruments_say_what_the_first_coding_says(reference: Path) -> None:
    files = sorted((reference / "instruments").glob("*.yaml"))
    assert len(files) == 39
    for file in files:
        first = read(file, Instrument).value
        assert first is not None, file.name
        tidied = shelf.instrument(first.id)
        before, after = _said(first), _said(tidied)
        before.pop("provisions"), after.pop("provisions")
        for key in before.keys() | after.keys():
            if (first.id, key) not in FIRST_CODING:
                assert after.get(key) == before.get(key), f"{first.id}: {key}"
        assert [p.id for p in tidied.provisions] == [p.id for p in first.provisions]
        for old, new in zip(first.provisions, tidied.provisions, strict=True):
            _same_provision(first.id, old, new)


def _same_provision(text: str, old: Provision, new: Provision) -> None:
    before, after = _said(old), _said(new)
    for key in (before.keys() | after.keys()) - WORDING:
        if (text, old.id, key) in FIRST_CODING or (key == "bearer" and not old.bearer):
            continue
        assert after.get(key) == before.get(key), f"{text} {old.id}: {key}"
    if old.clause and new.clause:
        assert new.clause.lower() in old.clause.lower(), "the short phrase is not verbatim"


def test_tidied_cases_are_the_first_coding(reference: Path) -> None:
    files = sorted((reference / "cases").glob("s*.yaml"))
    assert len(files) == 58
    for file in files:
        first = read(file, Case).value
        assert first is not None, file.name
        assert _said(shelf.case(first.id)) == _said(first)
