"""The words of the engine stand on the pages that explain them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools import glossary

from servanda.domain.finding import Finding
from servanda.domain.incident import FINDINGS
from servanda.obligations.bulk import ROOTS
from servanda.obligations.kleene import AND_ORDER, OR_ORDER

CONCEPTS = Path(__file__).parents[2] / "docs" / "concepts"
FINDINGS_PAGE = (CONCEPTS / "findings.md").read_text("utf-8")


def test_the_glossary_is_as_the_code_has_it() -> None:
    assert glossary.PAGE.read_text("utf-8") == glossary.glossary_page()


def test_the_nouns_stand_in_order() -> None:
    head = glossary.PAGE.read_text("utf-8").partition(glossary.MARK)[0]
    nouns = re.findall(r"^(\w[\w ]*)\n:   ", head, re.MULTILINE)
    assert len(nouns) > 20
    assert nouns == sorted(nouns)


def test_a_word_without_explanation_stops_the_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glossary, "ROOTS", (*ROOTS, "weather"))
    with pytest.raises(ValueError, match="weather"):
        glossary.glossary_page()


def test_the_page_on_findings_has_every_finding_and_root_and_answer() -> None:
    for word in (*FINDINGS, *ROOTS, *AND_ORDER):
        if word != "beneficiary":  # a root of cases; the engine says `target`
            assert f"`{word}`" in FINDINGS_PAGE, word


def test_the_order_of_answers_is_that_of_the_code() -> None:
    table = re.findall(r"^\| `(\w+)` \| .* \| .*(?:decides|must be).*\|$", FINDINGS_PAGE, re.M)
    assert table == sorted(AND_ORDER, key=AND_ORDER.__getitem__, reverse=True)
    turned = "true,\ncontested, unknown, open, false"
    assert turned in FINDINGS_PAGE
    order = sorted(OR_ORDER, key=OR_ORDER.__getitem__, reverse=True)
    assert order == re.split(r",\s*", turned)


def test_the_page_on_findings_explains_what_stands_beside_them() -> None:
    plain = {"incident", "instrument", "provision", "finding", "trace", "act"}
    for name in set(Finding.model_fields) - plain:
        assert f"`{name}`" in FINDINGS_PAGE, name
