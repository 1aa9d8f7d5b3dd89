"""The catalogue of problem codes is complete, and its snippets do what they say."""

import re
from pathlib import Path

import pytest

import servanda
from servanda.domain.codes import CODES, Code
from servanda.domain.problem import Problem
from servanda.games import reading as game_reading
from servanda.negotiation import reading as position_reading
from servanda.scenario.folder import check
from servanda.study.linting import Linting

SOURCE = Path(servanda.__file__).parent
MINIMAL = (Path(__file__).parents[2] / "bad" / "minimal.yaml").read_text(encoding="utf-8")
INSTRUMENT = """\
id: draft-pact
title: Draft pact
kind: draft
provisions:
  - {id: a, modality: duty, act: assist, bearer: each_party}
"""
GAME = """\
game: demand
title: A demand
players: [A, B]
tree: {player: A, actions: {stay: {payoffs: [0, 1]}, act: {payoffs: [1, 0]}}}
"""
SMALLEST = {"scenario": MINIMAL, "instrument": INSTRUMENT, "game": GAME}
BLOCK = re.compile(r"(?m)^(\w+):.*\n(?:[ -].*\n)*")
SHOWN = [code for code in CODES.values() if code.bad]


def whole(code: Code, snippet: str) -> str:
    """Put a snippet into a file: its top keys replace those of the smallest file of the kind."""
    if code.file not in SMALLEST:
        return snippet
    parts = {m.group(1): m.group(0) for m in BLOCK.finditer(SMALLEST[code.file])}
    parts |= {m.group(1): m.group(0) for m in BLOCK.finditer(snippet)}
    return "".join(parts.values())


def problems(code: Code, snippet: str, folder: Path) -> tuple[Problem, ...]:
    tables = {"incidents": "incidents.csv", "positions": "positions.csv"}
    path = folder / tables.get(code.file or "", "file.yaml")
    path.write_text(whole(code, snippet), encoding="utf-8")
    if code.file == "game":
        return game_reading.check(path)
    if code.file == "positions":
        return position_reading.check(path)
    # a short text is no whole treaty: the linter looks only at what is written for it
    return check(path, linters=[Linting(path)] if code.code.startswith("SV8") else [])


@pytest.mark.parametrize("code", SHOWN, ids=lambda c: c.code)
def test_bad_snippet_raises_its_code(code: Code, tmp_path: Path):
    assert code.bad is not None
    assert code.code in {item.code for item in problems(code, code.bad, tmp_path)}


@pytest.mark.parametrize("code", SHOWN, ids=lambda c: c.code)
def test_good_snippet_does_not(code: Code, tmp_path: Path):
    assert code.good is not None
    found = problems(code, code.good, tmp_path)
    # The shortest texts about YAML itself are no file of servanda, and that may be said.
    assert {item.code for item in found} <= ({"SV200", "SV201", "SV202"} - {code.code})
    if code.file != "text":
        assert not found


def test_every_code_in_the_source_is_in_the_catalogue():
    used = set()
    for path in SOURCE.rglob("*.py"):
        used |= set(re.findall(r"[\"'](SV\d{3})[\"']", path.read_text(encoding="utf-8")))
    assert used
    assert used <= set(CODES)


def test_codes_are_in_order_and_say_something():
    assert list(CODES) == sorted(CODES)
    for code in CODES.values():
        assert re.fullmatch(r"SV[1-9]\d\d", code.code)
        assert len(code.explanation) > 20
        assert code.title[0].isupper()
        assert code.remedy.endswith(".")
        assert (code.bad is None) == (code.good is None) == (code.file is None)


def test_titles_are_distinct():
    titles = [code.title for code in CODES.values()]
    assert len(titles) == len(set(titles))
