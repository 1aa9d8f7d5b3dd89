"""The library is read once, typed, and fails as any other file would."""

import pytest

from servanda.domain import Case, Instrument
from servanda.scenario import shelf


def test_instruments_and_cases_are_named_after_their_files():
    for name, text in shelf.instruments().items():
        assert isinstance(text, Instrument)
        assert text.id == name
    for name, case in shelf.cases().items():
        assert isinstance(case, Case)
        assert case.id == name


def test_an_unknown_name_is_a_key_error():
    for fetch in (shelf.instrument, shelf.case):
        with pytest.raises(KeyError):
            fetch("no-such-thing")


def test_lists_are_keyed_by_their_identifiers():
    for table in (shelf.actors(), shelf.assumptions(), shelf.priors()):
        assert table
        assert all(row.id == name for name, row in table.items())
    assert set(shelf.prior_ids()) == set(shelf.priors())


def test_reason_codes_lead_to_roots():
    roots = shelf.reason_roots()
    assert roots["area_not_administered"] == "area"


def test_an_empty_cell_of_the_casebook_is_none():
    rows = shelf.casebook()
    assert rows
    assert all("" not in row.values() for row in rows)


def test_the_same_object_comes_back():
    assert shelf.actors() is shelf.actors()
