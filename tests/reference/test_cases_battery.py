"""The reference battery: 113 findings that a lawyer expects of 58 incidents."""

from pathlib import Path

from tests.scenarios.battery import demand, score

from servanda.domain.incident import Case
from servanda.domain.instrument import Instrument
from servanda.scenario.reading import read


def loaded(folder: Path, model, pattern: str):
    found = {}
    for path in sorted(folder.glob(pattern)):
        got = read(path, model, foreign=True)
        assert got.value is not None, (path.name, got.problems)
        found[path.stem] = got.value
    return found


def test_the_engine_finds_what_the_reference_coder_expects(reference: Path):
    instruments = loaded(reference / "instruments", Instrument, "*.yaml")
    cases = loaded(reference / "cases", Case, "s*.yaml")
    assert len(cases) == 58
    kept = score(instruments, cases.values())
    assert kept.items == 113
    assert kept.rooted >= 40
    demand(kept)
