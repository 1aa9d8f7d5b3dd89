"""Each model on tables small enough to work out by hand."""

import numpy as np
import pytest

from servanda.domain.errors import ModelError, ScenarioError
from servanda.negotiation import Issue, Settings, Table, forecast, read_table
from servanda.negotiation.exchange import exchange


def issue(positions, saliences=None, capabilities=None, reference=None, name="a") -> Issue:
    n = len(positions)
    return Issue(
        name=name,
        actors=tuple("ABCDEFGH"[:n]),
        position=np.array(positions, float),
        salience=np.array(saliences or [0.5] * n, float),
        capability=np.array(capabilities or [1.0] * n, float),
        std_error=np.zeros(n),
        reference=reference,
    )


def point(one: Issue, model: str, **settings: object) -> float:
    found = forecast(Table((one,)), [model], Settings(**settings))
    return found.issues[0].models[model].point


def test_means_weigh_as_their_names_say():
    one = issue([0, 100], saliences=[0.9, 0.1], capabilities=[1, 3])
    assert point(one, "mean") == 50
    assert point(one, "salience-mean") == pytest.approx(10)
    assert point(one, "power-mean") == pytest.approx(75)
    assert point(one, "compromise") == pytest.approx(25)


def test_medians():
    one = issue([0, 10, 100], capabilities=[1, 1, 5])
    assert point(one, "median") == 10
    assert point(one, "weighted-median") == 100
    assert point(issue([0, 10]), "median") == 5


def test_nash_with_a_distant_disagreement_lies_between():
    assert point(issue([0, 100]), "nash") == pytest.approx(50, abs=0.01)
    assert 50 < point(issue([0, 100], capabilities=[1, 2]), "nash-quadratic") < 100


def test_nash_at_the_status_quo_gives_nothing_to_whom_nothing_can_be_given():
    # the second actor stands at the status quo and cannot gain
    one = issue([0, 100], reference=100.0)
    assert point(one, "nash-status-quo") > 90


def test_nash_at_the_status_quo_splits_what_both_gain():
    one = issue([40, 60], reference=0.0)
    assert 40 <= point(one, "nash-status-quo") <= 60


def test_a_setter_gets_its_best_point_that_nobody_vetoes():
    one = issue([0, 30, 60], capabilities=[1, 1, 1], reference=100.0)
    # the last actor accepts what lies within 40 of 60
    assert point(one, "veto", setter="A") == pytest.approx(20)
    assert point(one, "veto", setter="C") == pytest.approx(60)
    # two of three suffice: the first two accept anything from 0 to 60
    assert point(one, "veto", setter="A", majority=0.6) == pytest.approx(0)


def test_who_stands_at_the_reference_point_vetoes_everything_else():
    one = issue([0, 100], reference=100.0)
    assert point(one, "veto", setter="A") == pytest.approx(100)


def test_without_a_reference_point_the_setter_gets_its_way_and_a_note_says_so():
    found = forecast(Table((issue([0, 100]),)), ["veto"]).issues[0].models["veto"]
    assert found.point == 0
    assert any("reference point" in note for note in found.notes)
    assert any("agenda setter" in note for note in found.notes)


def test_one_position_is_the_forecast_of_every_model():
    for model in forecast(Table((issue([7, 7, 7]),))).issues[0].models.values():
        assert model.value.tolist() == [7.0]


def test_nobody_who_cares_counts_all_alike():
    one = issue([0, 100], saliences=[0.0, 0.0])
    assert point(one, "compromise") == 50
    assert point(one, "published-code") == pytest.approx(50)


def test_uncertain_positions_widen_the_forecast():
    one = issue([20, 80])
    unsure = one.changed(std_error=np.array([15.0, 15.0]))
    width = {}
    for key, table in (("sure", one), ("unsure", unsure)):
        found = forecast(Table((table,)), ["printed"], Settings(draws=400)).issues[0]
        width[key] = found.models["printed"].value.size
    assert width["unsure"] > width["sure"]


def test_two_actors_trade_what_they_care_little_for():
    cares = issue([0, 100], saliences=[0.9, 0.1], name="p")
    other = issue([0, 100], saliences=[0.1, 0.9], name="q")
    found = exchange((cares, other))
    assert len(found.trades) == 1
    assert found.after["p"] == pytest.approx(0.0)
    assert found.after["q"] == pytest.approx(100.0)
    assert found.gain == pytest.approx({"A": 0.08, "B": 0.08})
    assert found.stable


def test_alike_saliences_leave_nothing_to_trade():
    found = exchange((issue([0, 100], name="p"), issue([0, 100], name="q")))
    assert found.trades == ()


def test_a_bystander_can_lose_by_a_trade():
    first = issue([0, 100, 100], saliences=[0.9, 0.1, 0.8], name="p")
    second = issue([0, 100, 50], saliences=[0.1, 0.9, 0.1], name="q")
    found = exchange((first, second))
    assert found.trades
    assert found.trades[0].others["C"] < 0


def test_a_model_nobody_knows_is_refused():
    with pytest.raises(ModelError) as caught:
        forecast(Table((issue([0, 1]),)), ["crystal-ball"])
    assert caught.value.code == "SV929"


def test_settings_out_of_range_are_refused():
    with pytest.raises(ModelError) as caught:
        forecast(Table((issue([0, 1]),)), settings=Settings(majority=0.0))
    assert caught.value.code == "SV935"


def test_an_actor_outside_the_registry_is_refused_with_a_hint():
    text = "issue,actor,position,salience,capability\na,ITL,1,50,1\na,USA,2,50,1\n"
    with pytest.raises(ScenarioError) as caught:
        read_table(text, actors={"ITA", "USA"})
    problem = caught.value.problems[0]
    assert problem.code == "SV926"
    assert "ITA" in (problem.context or "")


def test_a_blank_capability_is_filled_from_the_others_and_named():
    text = (
        "issue,actor,position,salience,capability\n"
        "a,X,0,50,1\na,Y,50,50,\na,Z,100,50,5\na,W,,50,5\n"
    )
    found = read_table(text)
    one = found.table.issues[0]
    assert one.actors == ("X", "Y", "Z")
    assert one.capability.tolist() == [1.0, 3.0, 5.0]
    assert [w.code for w in found.warnings] == ["SV932"]
    assert any("W" in note for note in one.notes)


def test_saliences_are_parts_or_per_cents():
    row = "issue,actor,position,salience,capability\na,X,0,{},1\na,Y,50,{},1\n"
    assert read_table(row.format(0.5, 1)).table.issues[0].salience.tolist() == [0.5, 1.0]
    assert read_table(row.format(50, 100)).table.issues[0].salience.tolist() == [0.5, 1.0]
