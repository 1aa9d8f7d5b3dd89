"""Two texts side by side: slots, incidents, and what one owes that the other does not."""

import json

import pytest
from tests.unit.obligations.texts import ACTORS, duty, pact, raid

from servanda.domain.errors import ModelError
from servanda.domain.slot import Slot
from servanda.report.contrast import contrast_table
from servanda.study.contrast import Contrast, contrast, side_by_side

SLOTS = [
    Slot(id="force", group="form", question="Treaty?", path="legal_force"),
    Slot(id="minimum", group="content", question="How much?", path="x", fills=["minimum"]),
]
TALK = duty(id="a2", act="consult", trigger={"kinds": ["threat"], "object": "party"})


def pair(a, b, *incidents) -> Contrast:
    return side_by_side(a, b, incidents or [raid()], SLOTS, actors=ACTORS)


def test_slots_stand_side_by_side() -> None:
    found = pair(pact(), pact(legal_force=None, unspecified=["minimum"]))
    rows = {row.slot: row for row in found.slots}
    assert (rows["force"].a.status, rows["force"].a.values) == ("stated", ("binding",))
    assert rows["force"].b.status == "silent"
    assert rows["minimum"].b.status == "open"
    assert all(row.differs for row in rows.values())
    assert not any(row.differs for row in pair(pact(), pact()).slots)


def test_who_owes_what_where_the_other_does_not() -> None:
    found = pair(pact(), pact(duty(conditions=["request_of_party"])), raid(requested=False))
    [row] = found.incidents
    assert (row.a.level, row.a.bearers, row.b.level) == ("owed", ("OST", "SUN"), "none")
    assert (found.ahead(a=True), found.ahead(a=False)) == (("raid",), ())


def test_doubt_is_neither_cover_nor_its_absence() -> None:
    found = pair(pact(), pact(duty(conditions=["snow_has_melted"])))
    assert found.incidents[0].b.level == "in_doubt"
    assert found.incidents[0].b.missing == ("snow_has_melted",)
    assert found.ahead(a=True) == ("raid",)


def test_help_stands_before_talk_unless_it_is_ruled_out() -> None:
    text = pact(duty(conditions=["snow_has_melted"]), TALK)
    [row] = pair(text, pact(TALK)).incidents
    assert (row.a.provision, row.a.level) == ("a1", "in_doubt")
    assert (row.b.provision, row.b.binding) == ("a2", "consult")
    [ruled_out] = pair(text, text, raid(snow_has_melted=False)).incidents
    assert ruled_out.a.provision == "a2"


def test_prohibitions_and_limits_are_no_duties_to_help() -> None:
    text = pact(duty(modality="prohibition", act="strike"), duty(id="x", modality="exception"))
    assert pair(text, pact()).incidents[0].a.finding is None


def test_the_founding_example_is_the_bank_where_none_is_given() -> None:
    found = contrast("meloni-2025-08-18", "nat-1949")
    assert found.bank == "ukraine-2025"
    assert len(found.incidents) >= 6
    data = json.loads(json.dumps(found.published()))["diff"]
    assert set(data) >= {"a", "b", "slots", "incidents", "only_a_owes", "only_b_owes"}
    assert len(data["slots"]) >= 35


def test_an_unknown_name_is_refused_with_a_suggestion() -> None:
    with pytest.raises(ModelError, match="nat-1949"):
        contrast("nat-1948", "nat-1949")


def test_numbers_and_days_are_said_in_words() -> None:
    text = contrast_table(contrast("fra-ukr-2024", "nat-1949"), 160)
    [row] = [line for line in text.splitlines() if line.startswith("entry duration")]
    assert "10 years" in row
    assert "from 2024-02-16" in row
    assert "from 1949-08-24" in row
    floor = pact(duty(response={"floor_share": 0.03}))
    slot = Slot(id="floor", group="g", question="?", path="provisions.*.response.floor_share")
    shown = side_by_side(floor, pact(), [raid()], [slot], actors=ACTORS)
    assert "at least 3% of the forces" in contrast_table(shown, 120)
