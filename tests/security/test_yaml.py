"""Hostile YAML is refused within a second and within bounds of memory; nothing is executed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from servanda.domain import Case, Instrument, Scenario
from servanda.scenario.folder import check
from servanda.scenario.reading import read

MEGABYTES = 200
START = b"id: x\ntitle: x\nkind: x\nprovisions:"
PROBE = """
import json, re, sys, time
from pathlib import Path
from servanda.scenario.folder import check
begun = time.process_time()
problems = check(Path(sys.argv[1]))
spent = time.process_time() - begun
status = Path("/proc/self/status").read_text()
most = int(re.search(r"VmHWM:\\s+(\\d+)", status).group(1)) / 1024
print(json.dumps([[p.code for p in problems], spent, most]))
"""
HOSTILE = {
    "alias-bomb": b"".join(
        b"l%d: &l%d [%s]\n" % (n, n, b", ".join([b"*l%d" % (n - 1)] * 9) if n else b"x")
        for n in range(60)
    ),
    "brackets": b"a: " + b"[" * 900_000,
    "braces": b"{a: " * 240_000,
    "dashes": b"- " * 490_000,
    "question-marks": b"? " * 490_000,
    "directives": b"%TAG !a! tag:a\n" * 60_000,
    "one-list": b"a: [" + b"x," * 490_000 + b"]",
    "one-mapping": b"".join(b"k%d: 1\n" % n for n in range(49_000)),
    "wrong-items": START + b" [" + b"x," * 99_000 + b"]",
    "wrong-mappings": START + b"\n" + b"- {bearers: 1}\n" * 33_000,
    "wrong-unions": START + b" [{id: a, modality: duty, bearer: [" + b"{a: b}," * 33_000 + b"]}]",
    "one-line": b"title: " + b"x" * 990_000,
    "one-key": b"x" * 990_000 + b": 1",
    "open-quote": b'a: "' + b"x\n" * 490_000,
    "comments": b"# x\n" * 240_000,
    "blank-lines": b"\n" * 990_000,
    "same-key": b"a: 1\n" * 190_000,
    "anchors": b"- &a x\n" * 140_000,
    "tags": b"- !t x\n" * 140_000,
    "tabs": b"\t" * 990_000,
    "colons": b": " * 490_000,
    "nul": b"\0" * 990_000,
    "options": b"protege: x\noptions:\n"
    + b"".join(b"- {id: o%d, includes: [o%d]}\n" % (n, n + 1) for n in range(14_000)),
    "chain": b"id: x\ntitle: x\nsummary: x\nas_of: 2025\nprotege: a\nchallenger: b\noptions:\n"
    + b"".join(
        b"- {id: o%d, title: t, summary: s, includes: [o%d], phases: [{id: p, title: p}]}\n"
        % (n, n + 1)
        for n in range(4_000)
    ),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_refused_within_bounds(name: str, tmp_path: Path):
    path = tmp_path / "hostile.yaml"
    path.write_bytes(HOSTILE[name])
    ended = subprocess.run(
        [sys.executable, "-c", PROBE, str(path)], capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    codes, seconds, megabytes = json.loads(ended.stdout)
    assert codes
    assert len(codes) <= 101
    assert seconds < 1.5, f"{seconds:.2f} s"
    assert megabytes < MEGABYTES, f"{megabytes:.0f} MB"


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system ['echo servanda > {}']",
        "!!python/object/new:type {{args: [x, !!python/tuple [], {{}}], state: '{}'}}",
        "a: !!python/name:os.system",
        "a: !<tag:yaml.org,2002:python/module:os> {}",
        "a: ! {}",
    ],
)
def test_tags_execute_nothing(text: str, tmp_path: Path):
    trace = tmp_path / "trace"
    got = read(text.format(trace), Instrument)
    assert got.value is None
    assert "SV112" in {item.code for item in got.problems}
    assert not trace.exists()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("id: NO", "NO"),
        ("id: yes", "yes"),
        ("id: 010", "010"),
        ("id: 12:30:00", "12:30:00"),
        ("id: .nan", ".nan"),
        ("id: 0x1F", "0x1F"),
        ("id: 2025-03-18", "2025-03-18"),
        ("id: 'null'", "null"),
        ("id: null", None),
        ("id: ~", None),
        ("id:", None),
        ('id: ""', ""),
    ],
)
def test_scalars_stay_text(text: str, found: str | None):
    from servanda.scenario.reading import parse

    assert parse(text).data == {"id": found}


@pytest.mark.parametrize("number", ["9" * 5_000, "1e999", ".inf", "-.inf", ".nan", "nan", "inf"])
def test_numbers_must_be_finite(number: str):
    text = f"id: x\ntitle: x\nkind: x\nprovisions: [{{id: a, modality: m, distance_km: {number}}}]"
    assert [item.code for item in read(text, Instrument).problems] == ["SV206"]


def test_huge_integers_are_refused():
    text = "id: x\ntitle: x\ndate: 2025\nexpect: [{instrument: i, provision: p, finding: breach,"
    text += f" bearer_count: {'9' * 5_000}}}]"
    assert [item.code for item in read(text, Case).problems] == ["SV206"]


def test_a_name_that_is_no_path_is_a_problem():
    for name in ("", "\0", "a" * 5_000, "no/such/file.yaml", "/dev/null", "/proc/self/mem"):
        problems = check(name)
        assert problems
        assert {item.code for item in problems} <= {"SV100", "SV101", "SV105"}, name


def test_unknown_keys_of_foreign_files_are_warnings_and_dropped():
    text = "id: x\ntitle: x\nkind: x\nprovisions: [{id: a, modality: m, new: 1, trigger: {nw: 2}}]"
    got = read(text, Instrument, foreign=True)
    assert got.value is not None
    assert [(item.code, item.severity) for item in got.problems] == [("SV201", "warning")] * 2
    assert read(text, Instrument).value is None


def test_one_megabyte_is_the_limit():
    assert read(b"#" * 1_000_000, Scenario).problems[0].code == "SV101"
    assert read(b"#" * 1_000_001, Scenario).problems[0].code == "SV106"
    assert read("é" * 500_001, Scenario).problems[0].code == "SV106"
