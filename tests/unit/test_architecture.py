"""The import rules hold, and breaking any one of them is noticed."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
PACKAGE = SOURCE / "servanda"

# Contract, file to spoil and the import that must be refused.
FORBIDDEN = [
    ("layers", "domain/spoiled.py", "import servanda.scenario"),
    ("layers", "games/spoiled.py", "import servanda.deterrence"),
    ("layers", "obligations/spoiled.py", "import servanda.durability"),
    ("layers", "durability/spoiled.py", "import servanda.deterrence"),
    ("layers", "study/spoiled.py", "import servanda.report"),
    ("layers", "report/spoiled.py", "import servanda.cli"),
    ("layers", "web/spoiled.py", "import servanda.cli"),
    ("layers", "library/spoiled.py", "import servanda.domain"),
    ("layers", "newcomer/__init__.py", "import servanda.domain"),
    ("engines", "deterrence/spoiled.py", "import servanda.obligations"),
    ("reading", "games/spoiled.py", "import servanda.scenario.spoiled"),
    ("numerics", "numerics/spoiled.py", "import servanda.domain"),
    ("numba", "study/spoiled.py", "import numba"),
    ("duckdb", "report/spoiled.py", "import duckdb"),
    ("click", "study/spoiled.py", "import click"),
    ("listening", "cli/spoiled.py", "import fastapi"),
    ("dask", "study/spoiled.py", "import dask"),
    ("domain", "domain/spoiled.py", "import numpy"),
]
NETWORK = {
    "aiohttp",
    "ftplib",
    "http.client",
    "httpx",
    "requests",
    "smtplib",
    "socket",
    "ssl",
    "urllib.request",
    "urllib3",
}
NETWORK_DOORS = ("evidence/fetch.py", "evidence/model.py", "web/")


def lint_imports(source: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Check the contracts on the package that lies in `source`."""
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as run; run()",
    ]
    command += ["--config", str(ROOT / "pyproject.toml"), "--no-cache", "--no-logo", *options]
    environment = os.environ | {"PYTHONPATH": str(source), "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(
        command, cwd=source, env=environment, capture_output=True, text=True, timeout=120
    )


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package's source that a test may spoil."""
    source = tmp_path_factory.mktemp("spoiled")
    for path in PACKAGE.rglob("*.py"):
        target = source / path.relative_to(SOURCE)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    (source / "servanda/scenario/spoiled.py").write_text('"""Not for engines."""\n')
    return source


def test_the_import_contracts_hold():
    checked = lint_imports(SOURCE)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert re.search(r"\b0 broken", checked.stdout)


@pytest.mark.parametrize(("contract", "file", "line"), FORBIDDEN)
def test_a_forbidden_import_breaks_its_contract(copied: Path, contract: str, file: str, line: str):
    spoiled = copied / "servanda" / file
    new_folder = not spoiled.parent.exists()
    spoiled.parent.mkdir(exist_ok=True)
    spoiled.write_text(f'"""Breaks a rule on purpose."""\n\n{line}\n')
    try:
        checked = lint_imports(copied, "--contract", contract)
    finally:
        spoiled.unlink()
        if new_folder:
            shutil.rmtree(spoiled.parent)
    assert checked.returncode == 1, checked.stdout + checked.stderr
    assert "1 broken" in checked.stdout, checked.stdout
    assert spoiled.stem in checked.stdout or "newcomer" in checked.stdout


def test_domain_needs_only_the_standard_library_and_pydantic():
    allowed = set(sys.stdlib_module_names) | {"pydantic", "pydantic_core", "servanda"}
    for path in sorted((PACKAGE / "domain").rglob("*.py")):
        strangers = {name.split(".")[0] for name in imported(path)} - allowed
        assert not strangers, f"{path.relative_to(ROOT)} imports {sorted(strangers)}"


def test_the_network_has_few_doors():
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE).as_posix()
        if place.startswith(NETWORK_DOORS):
            continue
        opened = imported(path) & NETWORK
        assert not opened, f"{place} imports {sorted(opened)}"


@pytest.mark.parametrize("rule", ["module size", "names"])
def test_modules_stay_short_and_plainly_named(rule: str):
    for path in sorted(PACKAGE.rglob("*.py")):
        if rule == "module size":
            lines = len(path.read_text(encoding="utf-8").splitlines())
            assert lines <= 440, f"{path.relative_to(ROOT)} has {lines} lines"
        else:
            vague = {"util", "utils", "helpers", "manager", "base", "core"}
            assert path.stem not in vague, path
            assert path.parent.name not in vague, path


def imported(path: Path) -> set[str]:
    """Return the full names of all modules that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names
