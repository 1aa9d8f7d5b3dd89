"""Files of other programs: the PLOVER gold standard records, and what we write read back."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from tests.scoring import OWN, read_report, reports

from servanda.domain.errors import ModelError
from servanda.evidence.exchange import annotation, dna, plover, tables
from servanda.evidence.positions import observations, positions
from servanda.evidence.records import Reading, Span
from servanda.evidence.registry import parsed_registry
from servanda.evidence.store import claim_id


@pytest.fixture(scope="module")
def readings() -> list[Reading]:
    return [read_report(d) for d in reports(OWN)[:8]]


def test_plover_gold_standard_records_are_read(reference: Path):
    text = (reference / "evidence" / "plover-gsr-0.5b1.json").read_text("utf-8")
    found = plover.read_lines(text)
    assert len(found) == 322
    unknown = {r["event"] for r in found if r["event_now"] is None}
    assert unknown == {"INVESTIGATE"}


def test_plover_lines_round_trip(readings: list[Reading]):
    lines = plover.write_lines(readings)
    back = plover.read_lines(lines)
    assert {r["event"] for r in back} <= set(plover.TYPES)
    claims = [r["servanda"]["claim"] for r in back if "claim" in r["servanda"]]
    wanted = [json.loads(json.dumps(c.published())) for r in readings for c in r.claims]
    assert claims == wanted


def test_parquet_round_trip(readings: list[Reading], tmp_path: Path):
    path = tmp_path / "claims.parquet"
    tables.write_table(readings, path)
    back = tables.claims_from(path)
    for reading in readings:
        assert back.get(reading.sha256, []) == list(reading.claims)
    with pytest.raises(ModelError, match="no table"):
        tables.claims_from(Path(__file__))


def test_dna_round_trip(readings: list[Reading], tmp_path: Path):
    path = tmp_path / "claims.dna"
    registry = parsed_registry({k: reports(OWN)[0][k] for k in ("actors", "proposals")})
    left_out = dna.write_dna(readings, path, registry)
    back = dna.read_dna(path)
    kept = [
        (r, c) for r in readings for c in r.claims
        if c.proposal and c.stance is not None and abs(c.stance) >= dna.NEUTRAL
    ]  # fmt: skip
    assert len(back) == len(kept) > 20
    assert left_out + len(back) == sum(len(r.claims) for r in readings)
    for row, (reading, claim) in zip(back, kept, strict=True):
        assert (row["start"], row["stop"]) == claim.span
        assert row["source_sha256"] == reading.sha256
        assert row["concept"] == claim.proposal
        assert row["agreement"] == ((claim.stance or 0) > 0)
    with sqlite3.connect(path) as base:
        texts = [t for (t,) in base.execute("SELECT Text FROM DOCUMENTS")]
    assert not "".join(texts).strip()  # no text is passed on unless asked
    with pytest.raises(ModelError, match="exists"):
        dna.write_dna(readings, path, registry)


def test_annotations_round_trip_and_find_their_place_after_blanks_changed(readings: list[Reading]):
    found = again = 0
    for reading in readings:
        items = annotation.collection([reading])["first"]["items"]
        spaced = reading.text.replace(" ", "  ").replace(". ", ".\n")
        for item, claim in zip(items, reading.claims, strict=True):
            assert annotation.anchored(item, reading.text) == claim.span
            found += 1
            place = annotation.anchored(item, spaced)
            same = (
                place is not None
                and place.of(spaced).split() == claim.span.of(reading.text).split()
            )
            again += same
    assert again >= 0.99 * found


def test_utf16_units_count_astral_characters_twice():
    text = "😀 Emmanuel Macron opposes a ceasefire."
    from servanda.evidence import read

    item = annotation.collection([read(text, level=0)])["first"]["items"][0]
    points, _, units = item["target"]["selector"]
    assert units["start"] == points["start"] + 1


def test_positions_table_is_what_the_negotiation_engine_reads(readings: list[Reading]):
    points = positions(observations(readings))
    text = tables.write_positions(points, {"dornik": {"salience": "80", "capability": "20"}})
    head, *rows = text.splitlines()
    assert head.split(",")[:5] == ["issue", "actor", "position", "salience", "capability"]
    assert len(rows) == len(points)
    assert any(",dornik," in r and ",80,20," in r for r in rows)
    assert any(",,," in r for r in rows if ",dornik," not in r)  # not known is empty, never zero


def test_a_cell_that_looks_like_a_formula_is_defused(readings: list[Reading]):
    point = replace(positions(observations(readings))[0], actor="=HYPERLINK(1)")
    assert ",'=HYPERLINK(1)," in tables.write_positions([point])


def test_an_identifier_does_not_depend_on_the_stance(readings: list[Reading]):
    claim = readings[0].claims[0]
    sha = readings[0].sha256
    assert claim_id(sha, claim) == claim_id(sha, replace(claim, stance=0.123))
    assert claim_id(sha, claim) != claim_id(sha, replace(claim, span=Span(0, 1)))
