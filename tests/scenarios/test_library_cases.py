"""The battery over the cases that the library ships, and proof that the battery notices harm."""

import pytest
from tests.scenarios.battery import demand, score

from servanda.scenario import shelf
from servanda.study.battery import run_battery


def damaged(change):
    """Change every provision of every instrument of the library."""
    return {
        name: text.model_copy(
            update={"provisions": tuple(p.model_copy(update=change) for p in text.provisions)}
        )
        for name, text in shelf.instruments().items()
    }


def test_the_engine_finds_what_the_cases_of_the_library_expect():
    battery = run_battery()
    assert battery.tally.items >= 113
    assert not battery.problems
    demand(battery)


@pytest.mark.parametrize(
    "change", [{"trigger": None}, {"area": ()}, {"conditions": ()}, {"modality": "duty"}], ids=str
)
def test_the_battery_notices_texts_that_lose_a_part(change):
    battery = score(damaged(change), shelf.cases().values())
    with pytest.raises(AssertionError):
        demand(battery)
