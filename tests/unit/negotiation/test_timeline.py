"""Dated positions: decay, what was known on a day, who moved."""

import pytest

from servanda.domain.moment import Moment
from servanda.negotiation.reading import read_positions, read_table
from servanda.negotiation.timeline import known_on, moved

TEXT = """issue,actor,position,salience,capability,date,std_error,weight
cover,ITA,100,80,2,2025-03-06,5,1
cover,ITA,60,90,2,2025-08-18,5,1
cover,USA,20,60,9,2025-03-01,10,1
cover,POL,80,70,3,2025-08-20,5,1
"""


def test_newer_stands_outweigh_older_ones():
    _, stands, problems = read_positions(TEXT)
    assert not problems
    day = Moment("2025-08-18")
    found = known_on(stands, day, half_life=165.0)["cover", "ITA"]
    # the first stand is 165 days older and counts half
    assert found.position == pytest.approx((60 + 0.5 * 100) / 1.5)
    assert found.rows == 2
    assert found.newest == "2025-08-18"
    # they lie apart, so the error is larger than that of either
    assert found.std_error > 5


def test_what_was_not_known_on_a_day_is_absent_and_not_neutral():
    _, stands, _ = read_positions(TEXT)
    found = known_on(stands, Moment("2025-03-05"))
    assert set(found) == {("cover", "USA")}


def test_a_table_as_of_a_day_has_the_actors_known_then():
    found = read_table(TEXT, as_of=Moment("2025-03-31")).table.issues[0]
    assert found.actors == ("ITA", "USA")
    assert found.position.tolist() == [100.0, 20.0]


def test_the_newest_salience_holds():
    assert read_table(TEXT).table.issues[0].salience.tolist()[0] == 0.9


def test_who_moved_between_two_days():
    _, stands, _ = read_positions(TEXT)
    moves = moved(stands, Moment("2025-03-31"), Moment("2025-08-31"), half_life=30.0)
    first = moves[0]
    assert first.actor == "ITA"
    assert first.shift is not None
    assert first.shift < -35
    assert first.z is not None
    assert first.z < -3
    unknown = {m.actor: m for m in moves}["POL"]
    assert unknown.before is None
    assert unknown.shift is None
    still = {m.actor: m for m in moves}["USA"]
    assert still.shift == pytest.approx(0.0)


def test_evidence_weights_count():
    text = (
        "issue,actor,position,salience,capability,date,weight\n"
        "a,X,0,50,1,2025-01-01,3\na,X,100,50,1,2025-01-02,1\n"
    )
    _, stands, _ = read_positions(text)
    found = known_on(stands, half_life=1e9)["a", "X"]
    assert found.position == pytest.approx(25.0, abs=1e-3)


def test_positions_from_evidence_take_their_weights_from_another_table():
    placed = "issue,actor,position,date\na,X,0,2025-01-01\na,X,10,2025-01-01\na,Y,100,2025-02-01\n"
    weights = "actor,issue,salience,capability\nX,,50,2\nY,,20,1\nY,a,80,\n"
    found = read_table(placed, weights=weights).table.issues[0]
    # two stands of one day are pooled
    assert found.position.tolist() == [5.0, 100.0]
    assert found.salience.tolist() == [0.5, 0.8]
    assert found.capability.tolist() == [2.0, 1.0]


def test_problems_of_both_tables_are_told_at_once():
    placed = "issue,actor,position\na,X,zero\na,Y,100\n"
    weights = "actor,salience,capability\nX,500,2\n"
    found = read_positions(placed, "p.csv", weights=weights)[2]
    assert {p.code for p in found} >= {"SV922", "SV923"}


def test_a_day_before_all_evidence_is_refused():
    from servanda.domain.errors import ScenarioError

    with pytest.raises(ScenarioError) as caught:
        read_table(TEXT, as_of=Moment("2020-01-01"))
    assert caught.value.problems[0].code == "SV925"
