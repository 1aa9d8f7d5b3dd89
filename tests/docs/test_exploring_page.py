"""The page on exploring runs as it is printed, and the migration tables name what exists."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from servanda.numerics import sensitivity
from servanda.study.exploration import Exploration

PAGE = (Path(__file__).parents[2] / "docs" / "concepts" / "exploring.md").read_text("utf-8")


@pytest.fixture(scope="module")
def printed() -> str:
    """Run all blocks in one fresh process."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) >= 7
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning:servanda", "-"],
        input="\n".join(blocks),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_blocks_run_and_say_what_the_page_says(printed: str) -> None:
    assert "('pact', 'nothing') 0" in printed
    assert "In this model peace lasts less than five years in" in printed
    assert "No conditions were found" not in printed
    assert re.search(r"^(first|second|neither)$", printed, re.M)
    assert "('a', 'b', 'c')" in printed
    found = re.findall(r"^\((.+)\) (\S+) \((\S+), (\S+)\)$", printed, re.M)
    worth = {names: (float(value), float(low)) for names, value, low, _ in found}
    assert worth["'word', 'lag'"][1] > 0.0  # told from nought, and more than either alone
    assert worth["'word', 'lag'"][0] > worth["'word',"][0]
    assert worth["'basis',"][0] < 0.05 * worth["'word', 'lag'"][0]


def test_methods_named_in_the_tables_exist() -> None:
    for name in re.findall(r"`found\.(\w+)\(", PAGE):
        assert hasattr(Exploration, name) or name == "at", name
    for name in re.findall(r"`indices\.(\w+)", PAGE):
        assert name in sensitivity.Indices.__dataclass_fields__, name
