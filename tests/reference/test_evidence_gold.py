"""The labelled reports of the reference set, and the founding report, scored as `tests/scoring`."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.scoring import OWN, Score, read_report, reports, score_into

from servanda.evidence import grammar

pytestmark = pytest.mark.skipif(not grammar.available(), reason="the parser is not installed")


def scored(documents: list[dict[str, Any]], **options: Any) -> Score:
    total = Score()
    for document in documents:
        score_into(total, document, read_report(document, **options))
    return total


@pytest.fixture(scope="module")
def founding(reference: Path) -> dict[str, Any]:
    """Return the labels of the founding report with its text, which is not ours to keep."""
    text = reference.parent / "seed" / "article.txt"
    if not text.is_file():
        pytest.skip("the text of the founding report is not beside the reference data")
    labels = json.loads((reference / "evidence" / "seed-gold.json").read_text("utf-8"))
    return {**labels, "text": text.read_text("utf-8"), "published": "2025-03-07"}


def test_visible_gold_reaches_its_bars(reference: Path, founding: dict[str, Any]):
    figures = scored([founding, *reports(reference / "evidence")]).figures()
    assert figures["quote_f1"] >= 0.85, figures
    assert figures["statement_f1"] >= 0.75, figures
    assert figures["stance_sign"] >= 0.85, figures
    assert figures["proposal"] >= 0.85, figures
    assert figures["incident_recall"] >= 0.95, figures
    assert figures["incident_precision"] >= 0.90, figures
    assert figures["third_party_as_own"] == 0, figures


def test_own_reports_reach_the_same_bars():
    documents = reports(OWN)
    assert len(documents) >= 20
    figures = scored(documents).figures()
    assert figures["quote_f1"] >= 0.85, figures
    assert figures["statement_f1"] >= 0.75, figures
    assert figures["stance_sign"] >= 0.85, figures
    assert figures["incident_recall"] >= 0.95, figures
    assert figures["incident_precision"] >= 0.90, figures
    assert figures["third_party_as_own"] == 0, figures


def test_without_the_parser_the_reader_still_reads_and_says_so():
    documents = reports(OWN)
    figures = scored(documents, level=0).figures()
    assert figures["quote_f1"] >= 0.6, figures
    assert figures["statement_f1"] >= 0.5, figures
    assert figures["third_party_as_own"] == 0, figures
    assert "without a parser" in read_report(documents[0], level=0).notes[0]


def test_five_of_the_seven_errors_of_the_founding_report_are_flagged(founding: dict[str, Any]):
    total = Score()
    score_into(total, founding, read_report(founding))
    found, labelled = total.errors
    assert labelled == 7
    assert found >= 5


def test_other_reports_are_not_flooded_with_flags(reference: Path):
    kinds = {"outdated-office", "wrong-office", "misspelt-name", "unsupported-comparison"}
    documents = [*reports(reference / "evidence"), *reports(OWN)]
    false = 0
    for document in documents:
        labelled = {e["kind"] for e in document["source_errors"]}
        false += sum(f.kind in kinds - labelled for f in read_report(document).flags)
    assert false <= 0.2 * len(documents)


def test_quotes_are_the_characters_of_the_source(reference: Path):
    opening, closing = '“"«„‘', '”"»“’'
    for document in [*reports(reference / "evidence"), *reports(OWN)]:
        reading = read_report(document)
        for claim in reading.claims:
            assert 0 <= claim.span.start < claim.span.end <= len(reading.text)
            for quote in claim.quotes:
                words = quote.of(reading.text)
                assert words[0] in opening
                assert words[-1] in closing


def test_what_trump_says_of_others_is_never_theirs(founding: dict[str, Any], reference: Path):
    claims = read_report(founding).claims
    about = [
        c.reports_position_of for c in claims if c.speaker == "trump" and c.reports_position_of
    ]
    assert [(a[0], a[1]) for a in about if a] == [("russia", "european-force")]
    lavrov = next(d for d in reports(reference / "evidence") if d["id"].startswith("s3"))
    told = read_report(lavrov).claims
    assert not [c for c in told if c.speaker == "putin"]
    assert ("putin", "european-force") in {
        c.reports_position_of[:2] for c in told if c.reports_position_of
    }
