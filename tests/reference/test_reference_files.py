"""The reference codings of instruments and cases load as they are."""

from pathlib import Path

from servanda.domain import Case, Instrument
from servanda.scenario.reading import read
from servanda.scenario.writing import write


def test_all_39_instruments_load(reference: Path):
    files = sorted((reference / "instruments").glob("*.yaml"))
    assert len(files) == 39
    provisions = 0
    for path in files:
        got = read(path, Instrument)
        assert got.problems == (), path.name
        assert got.value is not None
        assert got.value.id == path.stem
        provisions += len(got.value.provisions)
    assert provisions == 127


def test_all_58_cases_load(reference: Path):
    files = sorted(p for p in (reference / "cases").glob("*.yaml") if p.stem != "reason-codes")
    assert len(files) == 58
    expectations = 0
    for path in files:
        got = read(path, Case)
        assert got.problems == (), path.name
        assert got.value is not None
        expectations += len(got.value.expect)
    assert expectations == 113


def test_reference_files_survive_writing(reference: Path):
    for folder, model in (("instruments", Instrument), ("cases", Case)):
        for path in (reference / folder).glob("*.yaml"):
            if path.stem == "reason-codes":
                continue
            value = read(path, model).value
            assert value is not None
            assert read(write(value), model).value == value, path.name
