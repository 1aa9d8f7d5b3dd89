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
    assert "In this model peace lasts less than eight years in" in printed
    assert "No conditions were found" not in printed
    assert "\nfirst" in printed
    assert "('a', 'b', 'c')" in printed
    worthless = re.search(r"\('lag',\) \S+ \((\S+),", printed)
    assert worthless is not None
    assert float(worthless[1]) == 0.0


def test_methods_named_in_the_tables_exist() -> None:
    for name in re.findall(r"`found\.(\w+)\(", PAGE):
        assert hasattr(Exploration, name) or name == "at", name
    for name in re.findall(r"`indices\.(\w+)", PAGE):
        assert name in sensitivity.Indices.__dataclass_fields__, name
