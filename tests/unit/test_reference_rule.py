"""Missing reference data is skipped with a count; where the data is there, a skip fails."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"
CASES = """
import pytest

def test_takes_the_fixture(reference):
    assert reference.is_dir()

def test_skips_by_itself():
    pytest.skip("SERVANDA_REFERENCE holds no such file")

@pytest.mark.deep
def test_heavy():
    assert True
"""


def run(folder: Path, reference: str | None, deep: bool = False) -> str:
    """Run the cases with this project's conftest; return what pytest prints."""
    shutil.copy(CONFTEST, folder / "conftest.py")
    (folder / "test_cases.py").write_text(CASES)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = deep\n")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"SERVANDA_REFERENCE", "SERVANDA_DEEP"} and not name.startswith("PYTEST")
    }
    if reference is not None:
        environment["SERVANDA_REFERENCE"] = reference
    if deep:
        environment["SERVANDA_DEEP"] = "1"
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(folder)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return ended.stdout


def test_without_the_data_tests_skip_and_are_counted(tmp_path: Path):
    shown = run(tmp_path, reference=None)
    assert "3 skipped" in shown
    assert "NOT RUN: 2 tests; to run: set SERVANDA_REFERENCE" in shown
    assert "NOT RUN: 1 test; to run: make test-deep" in shown


def test_with_the_data_a_skip_for_its_sake_fails(tmp_path: Path):
    shown = run(tmp_path, reference=str(tmp_path))
    assert "1 failed, 1 passed, 1 skipped" in shown
    assert "skipped although SERVANDA_REFERENCE is set" in shown


@pytest.mark.parametrize("named", ["nowhere", "test_cases.py"])
def test_a_wrong_folder_fails(tmp_path: Path, named: str):
    shown = run(tmp_path, reference=str(tmp_path / named))
    assert "which is no folder" in shown


def test_the_deep_run_runs_heavy_tests(tmp_path: Path):
    assert "1 passed, 2 skipped" in run(tmp_path, reference=None, deep=True)
