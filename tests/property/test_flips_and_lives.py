"""Truths of flips and of the lives of duties that hold for any facts and any record."""

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests.property.test_obligations import about, plain_facts, plain_texts
from tests.unit.obligations.texts import ACTORS, duty

from servanda.domain.finding import Finding
from servanda.domain.instrument import Provision
from servanda.domain.moment import Moment
from servanda.obligations import assess
from servanda.obligations.changes import altered
from servanda.obligations.endings import Ending
from servanda.obligations.flips import NO, YES, flip
from servanda.obligations.lifecycle import Heard, live_through
from servanda.obligations.records import RECORDS, Record

days = st.integers(1, 28).map(lambda d: Moment(f"2015-05-{d:02}"))
words = st.sampled_from(["triggered", "triggered_if", "contested", "not_triggered", "lapsed"])
findings = st.builds(
    lambda word, due: Finding(
        incident="raid", instrument="coast", provision="a1", finding=word,
        bearers=["OST", "SUN"], due=due if word == "triggered" else None,
    ),
    words,
    st.none() | days.map(lambda day: f"{day}T12:00+00:00"),
)  # fmt: skip
records = st.builds(
    lambda kind, at, known, actor, act: Record(
        f"{kind}-{at}", kind, at, (actor,), act, ("raid",), known=known
    ),
    st.sampled_from([k for k in RECORDS if k != "denunciation"]),
    st.none() | days,
    st.none() | days,
    st.sampled_from(["OST", "SUN", "LIS", "DOR"]),
    st.sampled_from([(), ("assist",), ("consult",)]),
)
heard = st.lists(st.tuples(days, findings), min_size=1, max_size=4, unique_by=lambda p: p[0]).map(
    lambda pairs: [Heard(at, one) for at, one in sorted(pairs, key=lambda p: p[0])]
)
ASSIST = Provision.model_validate(duty())


def word(text, incident) -> str:
    return assess([text], incident, actors=ACTORS, provisions={"a1"}, trace=False)[0].finding


@given(plain_texts, plain_facts)
def test_every_flip_holds_and_no_part_of_it_does(text, facts):
    incident = about(facts)
    before = word(text, incident)
    for one in flip(text, "a1", incident, actors=ACTORS):
        assert one.before == before
        if not one.changes:
            assert one.after is None
            continue
        assert word(text, altered(incident, one.changes)) == one.after != before
        goal = NO if one.after in NO else YES
        for size in range(1, len(one.changes)):
            for part in combinations(one.changes, size):
                left = word(text, altered(incident, part))
                assert (left in NO) if before in NO else (left not in goal)


@given(plain_texts, plain_facts)
def test_flips_are_the_same_twice(text, facts):
    once, twice = (flip(text, "a1", about(facts), actors=ACTORS) for _ in range(2))
    assert once == twice


@given(heard, st.none() | days)
def test_without_a_record_nothing_is_breached_met_or_released(said, until):
    for one in live_through(said, ASSIST, (), (), until=until, entitled=["LIS"]):
        assert {turn.state for turn in one.history} <= {"dormant", "live", "due"}


@given(heard, st.lists(records, max_size=5), days)
def test_a_breach_stands_on_a_refusal_by_that_bearer(said, told, until):
    refused = {a for r in told if r.kind == "refusal" for a in r.actors}
    for one in live_through(said, ASSIST, told, (), until=until, entitled=["LIS"]):
        if any(turn.state == "breached" for turn in one.history):
            assert set(one.bearers) <= refused


@given(heard, st.lists(records, max_size=5), days)
def test_every_bearer_has_one_life_whose_last_turn_is_its_state(said, told, until):
    found = live_through(said, ASSIST, told, (), until=until, entitled=["LIS"])
    bearers = [b for one in found for b in one.bearers]
    assert len(bearers) == len(set(bearers))
    for one in found:
        assert one.history[-1].state == one.state
        assert all(turn.because for turn in one.history)


@given(heard, st.lists(records, max_size=5), days)
def test_bearers_who_share_a_life_have_the_same_one_alone(said, told, until):
    def alone(bearer: str) -> list[Heard]:
        return [Heard(h.at, h.finding.model_copy(update={"bearers": (bearer,)})) for h in said]

    for one in live_through(said, ASSIST, told, (), until=until, entitled=["LIS"]):
        for bearer in one.bearers:
            [single] = live_through(alone(bearer), ASSIST, told, (), until=until, entitled=["LIS"])
            assert single.history == one.history


@given(heard, st.lists(records, max_size=5), st.lists(days, max_size=2), days)
def test_no_history_runs_backwards(said, told, ends, until):
    over = [Ending(day, "it ended") for day in ends]
    for one in live_through(said, ASSIST, told, over, until=until, entitled=["LIS"]):
        days_of = [Moment(turn.at) for turn in one.history]
        assert all(a.earliest <= b.latest for a, b in pairwise(days_of))


@given(heard, st.lists(records, max_size=5), days)
def test_nobody_is_released_by_itself_or_by_somebody_not_entitled(said, told, until):
    for one in live_through(said, ASSIST, told, (), until=until, entitled=["LIS", "OST"]):
        for turn in one.history:
            if turn.state == "released" and turn.record not in one.aside:
                by = {a for r in told if r.id == turn.record for a in r.actors}
                assert (by & {"LIS", "OST"}) - set(one.bearers)


@given(heard, st.lists(records, max_size=4, unique_by=lambda r: r.id), days)
def test_a_record_acts_or_is_set_aside_and_never_both(said, told, until):
    for one in live_through(said, ASSIST, told, (), until=until, entitled=["LIS"]):
        for name in one.aside:
            places = [i for i, turn in enumerate(one.history) if turn.record == name]
            assert len(places) == 1
            before = one.history[places[0] - 1].state if places[0] else "dormant"
            assert one.history[places[0]].state == before


@given(heard, st.lists(records, max_size=5), days)
def test_a_performance_known_by_the_end_is_never_left_in_breach(said, told, until):
    done = Record("done", "fulfilment", Moment("2015-05-28"), ("OST",), ("assist",), ("raid",))
    for one in live_through(said, ASSIST, [*told, done], (), until=until, entitled=["LIS"]):
        if "OST" in one.bearers and said[-1].at.not_after(done.at):
            assert one.state not in ("breached", "due", "live")
