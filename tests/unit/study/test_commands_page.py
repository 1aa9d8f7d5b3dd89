"""The files that the page of commands shows work as it says."""

import re
from pathlib import Path

from servanda.scenario.starting import copy_example
from servanda.study.answers import record, replies_of
from servanda.study.battery import run_battery

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "commands.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_case_on_the_page_passes(tmp_path: Path):
    (shown,) = (b for b in BLOCKS if "\ncase:" in b)
    (tmp_path / "raid.yaml").write_text(shown)
    assert run_battery(str(tmp_path)).passed


def test_the_replies_on_the_page_can_be_recorded(tmp_path: Path):
    (shown,) = (b for b in BLOCKS if b.startswith("answers:"))
    (tmp_path / "answers.yaml").write_text(shown)
    mine = copy_example("ukraine-2025", tmp_path / "mine")
    (version,) = record(mine, replies_of(tmp_path / "answers.yaml")).versions
    assert {"decision_rule", "duration"}.isdisjoint(version.still_open)
