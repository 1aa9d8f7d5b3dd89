"""The pages on the library document every column, mark and file."""

from __future__ import annotations

import re
from pathlib import Path

from servanda import library
from servanda.scenario import shelf

DATA = Path(__file__).parents[2] / "docs" / "data"


def test_the_codebook_documents_every_column() -> None:
    page = (DATA / "casebook.md").read_text("utf-8")
    documented = set(re.findall(r"`(\w+)`", page))
    assert set(shelf.casebook()[0]) <= documented


def test_the_codebook_names_the_counts_of_the_file() -> None:
    page = (DATA / "casebook.md").read_text("utf-8")
    rows = shelf.casebook()
    events = [row for row in rows if row["event"] == "1"]
    assert f"holds {len(rows)} episodes" in page
    assert f"{len(events)} of which ended in an attack" in page
    assert f"{len({row['cluster'] for row in rows})} clusters" in page
    one_sided = [row for row in events if row["event_kind"] != "attack_by_protected"]
    assert f"{len(one_sided)} events" in page


def test_the_sources_page_lists_every_file_of_the_library() -> None:
    page = (DATA / "sources.md").read_text("utf-8")
    for entry in library.path().iterdir():
        if entry.name.endswith((".yaml", ".csv")):
            assert f"`{entry.name}`" in page, entry.name
    assert f"{len(shelf.instrument_ids())} coded texts" in page
    assert f"{len(shelf.case_ids())} incidents" in page


def test_the_page_on_texts_explains_every_mark_of_source() -> None:
    page = (DATA / "instruments.md").read_text("utf-8")
    for text in shelf.instruments().values():
        for provision in text.provisions:
            assert f"`{provision.clause_source}`" in page


def test_the_page_on_cases_explains_every_finding() -> None:
    page = (DATA / "cases.md").read_text("utf-8")
    for case in shelf.cases().values():
        for expected in case.expect:
            assert f"`{expected.finding}`" in page
