"""Run every case of this folder; see README.md for how to read one."""

from pathlib import Path

import pytest

from servanda.domain.actor import Actor
from servanda.domain.finding import Finding
from servanda.domain.incident import Case, Expectation
from servanda.domain.instrument import Instrument
from servanda.obligations import assess
from servanda.scenario import shelf
from servanda.scenario.reading import read

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.yaml"))
LISTS = ("why", "missing", "bearers")


def section(path: Path, model, key: str):
    """Read what stands under a key of the file, or nothing where the key is absent."""
    if f"\n{key}:" not in f"\n{path.read_text('utf-8')}":
        return ()
    got = read(path, model, key=key)
    assert got.value is not None, got.problems
    return got.value


def compare(expected: Expectation, found: Finding) -> None:
    assert found.finding == expected.finding, found.trace
    for name in LISTS:
        if wanted := getattr(expected, name):
            assert set(getattr(found, name)) == set(wanted), (name, found.trace)
    for name in ("due", "due_soft"):
        if wanted := getattr(expected, name):
            assert getattr(found, name) == str(wanted)
    for name in ("by", "holder"):
        if wanted := getattr(expected, name):
            assert getattr(found, name) == (wanted,)
    if expected.by_version:
        assert found.by_version == expected.by_version


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_case(path: Path):
    case = section(path, Case, "case")
    assert case.id == path.stem
    assert case.expect
    own = {text.id: text for text in section(path, tuple[Instrument, ...], "instruments")}
    actors = {actor.id: actor for actor in section(path, tuple[Actor, ...], "actors")}
    for expected in case.expect:
        text = own.get(expected.instrument) or shelf.instrument(expected.instrument)
        (found,) = assess(
            [text],
            case.incident,
            actors=actors or shelf.actors(),
            as_of=expected.as_of,
            provisions={expected.provision},
        )
        compare(expected, found)


def test_the_folder_has_its_cases():
    assert len(FILES) >= 6
