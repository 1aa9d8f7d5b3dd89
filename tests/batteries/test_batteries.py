"""The batteries of further coders: agreement, and every disagreement named with its reason."""

from pathlib import Path

import pytest
import yaml

from servanda.study.battery import run_battery

HERE = Path(__file__).parent
NAMES = ("second", "third", "fourth", "fifth", "sixth")
#: Findings right at least, in the order of the names.
LEAST = {"second": 0.95, "third": 0.93, "fourth": 0.88, "fifth": 0.93, "sixth": 0.94}


def listed(name):
    text = (HERE / "disagreements.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)[name]


@pytest.fixture(scope="module", params=NAMES)
def battery(request):
    folder = HERE / request.param
    run = run_battery(str(folder / "cases"), folders=[str(folder / "instruments")])
    return request.param, run


def test_every_file_can_be_read_and_every_provision_is_there(battery):
    _, run = battery
    assert not run.errors
    assert not [h.trouble for c in run.cases for h in c.held if h.trouble]


def test_the_engine_agrees_as_far_as_it_is_said_to(battery):
    name, run = battery
    kept = run.tally
    assert kept.exact >= LEAST[name] * kept.items
    assert kept.right_roots >= 0.94 * kept.rooted
    assert len(kept.false_alarms) < 0.01 * kept.items, kept.false_alarms
    assert not kept.unexplained


def test_every_disagreement_is_named_and_none_is_stale(battery):
    name, run = battery
    apart = {
        (c.case.id, h.expected.provision, h.found.finding)
        for c in run.cases
        for h in c.held
        for d in h.differences
        if d.what == "finding" and h.found is not None
    }
    named = {(e["case"], e["provision"], e["found"]) for e in listed(name)}
    assert apart == named


def test_every_reason_is_a_sentence():
    for name in NAMES:
        for entry in listed(name):
            assert len(entry["why"].split()) >= 6, entry
