"""Asking for help and checking a file stay quick: nothing heavy is loaded for them.

Counted in modules, not in milliseconds; `make bench` measures the time.
"""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "altair",
    "dask",
    "duckdb",
    "fastapi",
    "jinja2",
    "llvmlite",
    "matplotlib",
    "numba",
    "numpy",
    "pandas",
    "polars",
    "scipy",
    "spacy",
    "starlette",
    "uvicorn",
    "xarray",
}
PROBE = """
import json, sys
from servanda.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    code = end.code
else:
    code = 0
names = sorted({name.split(".")[0] for name in sys.modules})
print(json.dumps([code or 0, names]), file=sys.stderr)
"""


def loaded(*arguments: str) -> tuple[int, set[str]]:
    """Run a command in a fresh interpreter; return its exit code and the packages it loaded."""
    ended = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True, timeout=120
    )
    lines = ended.stderr.splitlines()
    assert lines, ended.stdout
    assert lines[-1].startswith("["), ended.stderr
    code, names = json.loads(lines[-1])
    return code, set(names)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["check", "--help"],
        ["compare", "--help"],
        ["check", "border-pact"],
        ["check", "ukraine-2025"],
    ],
    ids=" ".join,
)
def test_nothing_heavy_is_loaded(arguments: list[str]):
    code, names = loaded(*arguments)
    assert code == 0
    assert not names & HEAVY


def test_the_package_alone_loads_no_part_of_itself():
    shown = subprocess.run(
        [sys.executable, "-c", "import sys, servanda; print('servanda.domain' in sys.modules)"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert shown.stdout.strip() == "False", shown.stderr


def test_the_probe_would_notice_a_heavy_module():
    ended = subprocess.run(
        [sys.executable, "-c", "import numpy\n" + PROBE, "--version"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "numpy" in json.loads(ended.stderr.splitlines()[-1])[1]
