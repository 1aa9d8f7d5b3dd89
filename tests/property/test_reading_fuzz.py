"""Damaged files are refused with code and place, never with a traceback, and quickly.

Files of the library and the examples are damaged at random (seeded) and checked as a user would.
"""

import random
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from servanda.domain.codes import CODES
from servanda.scenario.folder import check

SHORT = 300
DEEP = 20_000
SECONDS = 1.0
BITS = (
    *(b"\x00", b"\xff", b"\xef\xbb\xbf", b"\t", b"\r", b"\xe2\x80\xae", b"\xc2\x85", b"\n"),
    *(
        b"[",
        b"]",
        b"{",
        b"}",
        b"'",
        b'"',
        b"\\",
        b"#",
        b">",
        b"|",
        b"~",
        b", ",
        b": ",
        b"- ",
        b"? ",
    ),
    *(b"&a ", b"*a", b"!!python/object:os.system ", b"<<: ", b"%TAG ! x", b"---\n", b"...\n"),
    *(b"null", b"NO", b".nan", b"1e999", b"-1", b"0000-00-00", b"9999-12-31", b"2025-02-30"),
    *(b"{a: {b: {c: [[[[x]]]]}}}", b"options: []\n", b"provisions: []\n", b"expect: []\n"),
)
TABLE = b"id,date,title,facts\nraid,2025-04-01,A raid,kind=armed_attack; place.sovereign=UKR\n"


def corpus() -> list[tuple[bytes, str]]:
    root = files("servanda")
    found = [(TABLE, ".csv")]
    for folder in ("library/instruments", "library/cases", "examples/border-pact"):
        for entry in sorted(root.joinpath(folder).iterdir(), key=lambda e: e.name):
            if entry.name.endswith(".yaml"):
                found.append((entry.read_bytes(), ".yaml"))
    for name in ("assumptions.yaml", "slots.yaml"):
        found.append((root.joinpath("library", name).read_bytes()[:20_000], ".yaml"))
    return found


def cut(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    return data[:start] + data[start + chance.randrange(1, 40) :]


def insert(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(BITS) * chance.choice((1, 1, 1, 3, 90)) + data[at:]


def flip(data: bytes, chance: random.Random) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def repeat(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True) or [b"x"]
    at = chance.randrange(len(lines))
    return b"".join([*lines[:at], lines[at] * chance.choice((2, 3, 500)), *lines[at:]])


def shuffle(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    if len(lines) > 1:
        one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[one], lines[two] = lines[two], lines[one]
    return b"".join(lines)


def indent(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True) or [b"x"]
    at = chance.randrange(len(lines))
    lines[at] = b" " * chance.randrange(6) + lines[at].lstrip()
    return b"".join(lines)


def word(data: bytes, chance: random.Random) -> bytes:
    words = data.split(b" ")
    words[chance.randrange(len(words))] = words[chance.randrange(len(words))]
    return b" ".join(words)


DAMAGE: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    cut,
    insert,
    flip,
    repeat,
    shuffle,
    indent,
    word,
)


def damaged(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 2, 5))):
        data = chance.choice(DAMAGE)(data, chance)
    return data


def survive(count: int, seed: int, folder: Path) -> int:
    """Check that many damaged files; return how many were refused."""
    chance = random.Random(seed)
    sound = corpus()
    refused = 0
    for number in range(count):
        data, ending = chance.choice(sound)
        bad = damaged(data, chance)
        path = folder / f"file{ending}"
        path.write_bytes(bad)
        begun = time.process_time()
        problems = check(path)
        spent = time.process_time() - begun
        where = f"seed {seed}, file {number}"
        assert spent < SECONDS, where
        for item in problems:
            assert item.code in CODES, where
            assert item.span is not None, where
            assert item.span.line >= 1, where
            assert item.span.column >= 1, where
            assert item.message, where
        refused += any(item.severity == "error" for item in problems)
    return refused


def test_damaged_files_are_refused_with_code_and_place(tmp_path: Path):
    assert survive(SHORT, 1, tmp_path) > SHORT // 3


@pytest.mark.deep
def test_many_damaged_files_are_refused_with_code_and_place(tmp_path: Path):
    assert survive(DEEP, 2, tmp_path) > DEEP // 3
