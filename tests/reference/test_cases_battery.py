"""The reference battery: 113 findings that a lawyer expects of 58 incidents."""

import time
from pathlib import Path

from tests.scenarios.battery import demand

from servanda.study.battery import run_battery


def test_the_engine_finds_what_the_reference_coder_expects(reference: Path):
    begun = time.process_time()
    battery = run_battery(str(reference / "cases"), folders=[str(reference / "instruments")])
    spent = time.process_time() - begun
    assert not battery.errors
    assert len(battery.cases) == 58
    assert battery.tally.items == 113
    assert battery.tally.rooted >= 40
    demand(battery)
    assert spent < 2


def test_the_texts_beside_the_cases_are_found_without_being_named(reference: Path):
    battery = run_battery(str(reference / "cases"))
    assert not battery.errors
    assert battery.tally.items == 113
    demand(battery)
