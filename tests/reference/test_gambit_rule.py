"""Without pygambit a run says what is not checked, and the deep run fails."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.unit.test_reference_rule import CONFTEST

HERE = Path(__file__).parent
# A module of the name that cannot be found stands before the installed package.
MISSING = "raise ModuleNotFoundError('no pygambit here')\n"


def run_without(folder: Path, deep: bool) -> str:
    """Run the heads of two files of tests, up to the import of pygambit, where it is missing."""
    (folder / "pygambit.py").write_text(MISSING)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -ra\n")
    shutil.copy(CONFTEST, folder / "conftest.py")
    for name in ("test_nash_gambit.py", "test_qre_gambit.py"):
        _, after = (HERE / name).read_text("utf-8").split("pygambit = pytest.importorskip", 1)
        wanted = f"pygambit = pytest.importorskip{after.split(')', 1)[0]})"
        text = f"import pytest\n\n{wanted}\n\n\ndef test_something():\n    pass\n"
        (folder / name).write_text(text)
    return pytest_in(folder, deep)


def pytest_in(folder: Path, deep: bool) -> str:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "SERV"))
    }
    environment |= {"SERVANDA_DEEP": "1"} if deep else {}
    environment["COLUMNS"] = "200"
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(folder)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return f"{ended.stdout}\nended with {ended.returncode}"


def test_an_ordinary_run_says_what_is_not_checked(tmp_path: Path) -> None:
    shown = run_without(tmp_path, deep=False)
    assert "NOT RUN: 2 tests; to run: install pygambit" in shown
    assert "NOT CHECKED: Nash equilibria" in shown
    assert "NOT CHECKED: logit equilibria" in shown
    assert "failed" not in shown
    assert "error" not in shown


def test_the_deep_run_fails(tmp_path: Path) -> None:
    shown = run_without(tmp_path, deep=True)
    assert "2 errors" in shown
    assert "the deep run needs pygambit" in shown
    assert "ended with 0" not in shown


def test_the_deep_run_lets_other_skips_be(tmp_path: Path) -> None:
    shutil.copy(CONFTEST, tmp_path / "conftest.py")
    (tmp_path / "test_other.py").write_text("import pytest\n\npytest.importorskip('no_such')\n")
    shown = pytest_in(tmp_path, deep=True)
    assert "1 skipped" in shown
    assert "error" not in shown


def test_every_file_that_asks_gambit_says_what_is_not_checked() -> None:
    asking = list(HERE.glob("test_*_gambit.py"))
    assert len(asking) >= 4
    for path in asking:
        assert "NOT CHECKED: " in path.read_text("utf-8"), path.name
