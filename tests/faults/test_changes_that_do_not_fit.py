"""A reading or an amendment whose change does not fit the text is refused with a code.

Nobody notices such a change when the file is written; it must not break the engine years later, on
the first incident after its date.
"""

import json
from typing import Any

import pytest

from servanda.domain.errors import ServandaError
from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument
from servanda.domain.moment import Moment
from servanda.obligations import assess
from servanda.scenario.reading import read

DUTY = {
    "id": "a1",
    "modality": "duty",
    "act": "assist",
    "bearer": "each_party",
    "trigger": {"kinds": ["armed_attack"]},
}
RAID = Incident(
    id="raid",
    title="Raid",
    date=Moment("2024-03-02"),
    facts={"actor": "DOR", "target": "LIS", "kind": "armed_attack"},
)
UNFIT = {
    "no number": {"path": "provisions.a1.deadline.hours", "value": "soon"},
    "no such key": {"path": "provisions.a1.brillig", "value": "x"},
    "no path": {"path": "", "value": "x"},
    "only dots": {"path": "..", "value": "x"},
    "all provisions": {"path": "provisions", "value": "x"},
    "below a list": {"path": "provisions.a1.trigger.kinds.x", "value": "y"},
    "no identifier": {"path": "provisions.a1.id", "value": "b c"},
    "a whole provision": {"path": "provisions.a1", "value": None},
}


def text_with(change: dict[str, Any], how: str) -> str:
    reading = {"on": "x", "says": "y", "patches": [change]}
    amendment = {"date": "2010-01-01", "effect": "e", "patches": [change]}
    data = {
        "id": "p1",
        "title": "Pact",
        "kind": "treaty",
        "parties": {"original": ["LIS", "OST"]},
        "provisions": [DUTY],
    }
    more = {"official_readings": [reading]} if how == "reading" else {"amended": [amendment]}
    return json.dumps({**data, **more})


def held_against(text: Instrument) -> str | None:
    """Return the code with which the engine refuses the text, None where it gives findings."""
    try:
        return None if assess([text], RAID) else "nothing"
    except ServandaError as error:
        return str(getattr(error, "code", ""))


@pytest.mark.parametrize("how", ["reading", "amendment"])
def test_a_change_that_fits_is_read_and_works(how: str):
    fitting = {"path": "provisions.a1.conditions", "value": ["request_of_party"]}
    got = read(text_with(fitting, how), Instrument)
    assert not got.problems
    assert held_against(got.value) is None


@pytest.mark.parametrize("how", ["reading", "amendment"])
@pytest.mark.parametrize("name", [n for n in UNFIT if n != "a whole provision"])
def test_a_change_that_does_not_fit_never_ends_in_a_traceback(name: str, how: str):
    got = read(text_with(UNFIT[name], how), Instrument)
    if got.value is None:
        assert got.errors
    else:
        assert held_against(got.value), "the change was passed over in silence"


def test_a_reading_of_an_area_on_no_day_never_ends_in_a_traceback():
    where = [{"name": "europe", "by_reading_of": "someday"}]
    data = json.loads(text_with(UNFIT["no number"], "none"))
    del data["amended"]
    data["areas"] = {"zone": {"include": [{"what": "territory_of_party", "where": where}]}}
    data["provisions"][0]["area"] = "zone"
    got = read(json.dumps(data), Instrument)
    assert got.errors or held_against(got.value) != "nothing"


@pytest.mark.parametrize("how", ["reading", "amendment"])
def test_a_change_of_a_whole_provision_is_refused_with_a_code(how: str):
    got = read(text_with(UNFIT["a whole provision"], how), Instrument)
    assert got.errors or held_against(got.value) == "SV604"
