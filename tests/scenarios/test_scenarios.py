"""Run every case of this folder; see README.md for how to read one."""

from pathlib import Path

import pytest

from servanda.study.battery import run_battery

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_case(path: Path):
    battery = run_battery(str(path))
    assert not battery.problems
    (tested,) = battery.cases
    assert tested.case.id == path.stem
    assert tested.held
    for item in tested.held:
        assert item.agrees, (item.name, item.trouble, item.differences)
        assert not item.further, (item.name, item.further)


def test_the_folder_passes_as_a_whole():
    battery = run_battery(str(HERE))
    assert battery.passed
    assert len(battery.cases) == len(FILES) >= 6
