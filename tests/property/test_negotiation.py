"""What holds of every table of positions: scale, degenerate input, trades, packages, seeds."""

import os
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from servanda.negotiation import MODELS, Issue, Settings, Table, forecast
from servanda.negotiation.condorcet import support
from servanda.negotiation.contest import contest, margin
from servanda.negotiation.exchange import exchange
from servanda.negotiation.reading import read_positions
from servanda.numerics.challenge import play_rounds
from servanda.numerics.rivalry import pair_support, stationary
from servanda.numerics.tipping import at_least

PLACES = st.integers(0, 20).map(lambda n: n * 5.0)
SHARES = st.integers(0, 10).map(lambda n: n / 10.0)


@st.composite
def issues(draw, least=1, most=8, name="a", error=False):
    n = draw(st.integers(least, most))
    reference = draw(st.none() | PLACES)
    return Issue(
        name=name,
        actors=tuple(f"A{k}" for k in range(n)),
        position=np.array(draw(st.lists(PLACES, min_size=n, max_size=n))),
        salience=np.array(draw(st.lists(SHARES, min_size=n, max_size=n))),
        capability=np.array(draw(st.lists(SHARES, min_size=n, max_size=n))) * 3.0,
        std_error=np.full(n, 4.0 if error else 0.0),
        reference=reference,
    )


@given(issues())
def test_every_model_answers_every_table(issue: Issue):
    found = forecast(Table((issue,))).issues[0].models
    assert set(found) == set(MODELS)
    for name, model in found.items():
        assert np.isfinite(model.value).all(), name
        assert model.probability.sum() == pytest.approx(1.0), name
        assert (model.probability >= 0).all(), name
        assert (np.diff(model.value) > 0).all(), name
        assert np.isfinite(model.point), name
        if name != "veto":
            room = 1e-9 * max(1.0, issue.span)
            assert issue.low - room <= model.point <= issue.high + room, name


@given(issues(least=2), st.sampled_from([0.01, 0.5, 3.0, 1000.0]), st.sampled_from([-70.0, 0.3]))
def test_forecasts_follow_shift_and_scale(issue: Issue, scale: float, shift: float):
    moved = issue.changed(
        position=issue.position * scale + shift,
        reference=None if issue.reference is None else issue.reference * scale + shift,
    )
    first, second = (forecast(Table((i,))).issues[0] for i in (issue, moved))
    for name, model in first.models.items():
        other = second.models[name]
        near = 1e-6 * max(1.0, issue.span) * scale
        assert other.point == pytest.approx(model.point * scale + shift, abs=near), name
        assert other.mean == pytest.approx(model.mean * scale + shift, abs=near), name
        for share in (0.1, 0.5, 0.9):
            apart = other.quantile(share) - (model.quantile(share) * scale + shift)
            assert abs(apart) <= near, (name, share)
    if first.contest is not None and second.contest is not None:
        assert second.contest.chance == pytest.approx(first.contest.chance, abs=1e-9)


@given(issues(least=2))
def test_support_is_the_sum_over_voters(issue: Issue):
    assume(issue.span > 0)
    found = support(issue, issue.voters(1, 0))[0]
    points = issue.stated
    far = np.abs(issue.position[:, None] - points) / issue.span
    for a in range(points.size):
        for b in range(points.size):
            gains = issue.weight * np.maximum(0.0, far[:, b] - far[:, a])
            assert found[a, b] == pytest.approx(gains.sum(), abs=1e-12)


@given(st.integers(2, 6), st.integers(0, 10_000))
def test_shares_of_the_chain_are_its_long_run(points: int, seed: int):
    beats = np.random.default_rng(seed).random((points, points)) * 0.98 + 0.01
    share = stationary(beats[None])[0]
    chain = beats.T / points
    np.fill_diagonal(chain, 0.0)
    np.fill_diagonal(chain, 1.0 - chain.sum(axis=1))
    assert np.abs(share @ chain - share).max() < 1e-10


@st.composite
def negotiations(draw):
    count = draw(st.integers(2, 3))
    n = draw(st.integers(2, 5))
    return tuple(draw(issues(least=n, most=n, name=f"i{k}")) for k in range(count))


@given(negotiations())
def test_every_trade_leaves_both_partners_no_worse(table: tuple[Issue, ...]):
    found = exchange(table)
    for trade in found.trades:
        assert trade.gain_first >= -1e-9
        assert trade.gain_second >= -1e-9
        assert trade.gain_first == pytest.approx(trade.gain_second, abs=1e-7)
        assert trade.gives != trade.gets


@given(negotiations())
def test_trades_add_up_to_what_everybody_makes_of_them(table: tuple[Issue, ...]):
    found = exchange(table)
    actors = table[0].actors
    summed = dict.fromkeys(actors, 0.0)
    for trade in found.trades:
        summed[trade.first] += trade.gain_first
        summed[trade.second] += trade.gain_second
        for actor, change in trade.others.items():
            summed[actor] += change
    for issue in table:
        assert issue.weight @ found.position[issue.name] == pytest.approx(
            found.after[issue.name], abs=1e-7
        )
    for actor in actors:
        assert summed[actor] == pytest.approx(found.gain[actor], abs=1e-6)
    # an actor trades an issue once
    used = [(t.first, t.gives) for t in found.trades] + [(t.second, t.gets) for t in found.trades]
    assert len(used) == len(set(used))


@given(issues(least=2, most=6))
def test_packages_turn_the_result_and_nothing_smaller_of_their_set_does(issue: Issue):
    found = contest(issue)
    if found is None:
        return
    weighty = issue if (issue.capability * issue.salience).any() else None
    assume(weighty is not None)
    gap = margin(issue, found.leading, found.rival).sum()
    assert gap >= -1e-9
    for package in found.packages:
        assert package.verified
        assert package.exhaustive
        if package.kind == "payment":
            continue
        for part, turns in ((1.0, True), (0.999, False)):
            changed = {}
            for actor, value in package.changes.items():
                old = getattr(issue, package.kind)[issue.place(actor)]
                changed[actor] = old + part * (value - old)
            column = getattr(issue, package.kind).copy()
            for actor, value in changed.items():
                column[issue.place(actor)] = value
            again = issue.changed(**{package.kind: column})
            weight = again.capability * again.salience
            gains = weight * (
                np.abs(again.position - found.rival) - np.abs(again.position - found.leading)
            )
            assert (gains.sum() < 0) == turns, (package, part)


@given(issues(least=2, most=5))
def test_no_set_of_actors_is_cheaper_by_salience(issue: Issue):
    found = contest(issue)
    assume(found is not None and (issue.capability * issue.salience).any())
    package = next((p for p in found.packages if p.kind == "salience"), None)
    pull = issue.capability * (
        np.abs(issue.position - found.rival) - np.abs(issue.position - found.leading)
    )
    gap = float(pull @ issue.salience)
    assume(gap > 1e-9)
    total = float(issue.capability @ issue.salience)
    shift = np.where(pull > 0, -issue.salience, np.where(pull < 0, 1 - issue.salience, 0.0))
    costs = []
    for size in range(1, len(issue.actors) + 1):
        for members in combinations(range(len(issue.actors)), size):
            at = list(members)
            brings = float(-(pull[at] * shift[at]).sum())
            if brings > gap * (1 + 2e-6):
                share = gap / brings
                costs.append(share * float(issue.capability[at] @ np.abs(shift[at])) / total)
    if package is None:
        assert not costs
    else:
        assert package.cost == pytest.approx(min(costs), rel=1e-4)


@given(issues(least=3, error=True), st.integers(0, 99))
def test_the_same_seed_gives_the_same_bits_on_any_number_of_threads(issue: Issue, seed: int):
    settings = Settings(draws=40, seed=seed)
    before = os.environ.get("SERVANDA_THREADS")
    found = []
    try:
        for threads in ("1", "3"):
            os.environ["SERVANDA_THREADS"] = threads
            found.append(forecast(Table((issue,)), settings=settings).issues[0].models)
    finally:
        if before is None:
            del os.environ["SERVANDA_THREADS"]
        else:
            os.environ["SERVANDA_THREADS"] = before
    for name in MODELS:
        assert found[0][name].value.tobytes() == found[1][name].value.tobytes()
        assert found[0][name].probability.tobytes() == found[1][name].probability.tobytes()


@given(st.integers(1, 6), st.integers(0, 10_000))
def test_draws_of_a_batch_do_not_touch_each_other(draws: int, seed: int):
    stream = np.random.default_rng(seed)
    x, c, s = stream.random((3, draws, 6))
    together = play_rounds(x, c, s, rounds=4)
    alone = [play_rounds(x[d][None], c[d][None], s[d][None], rounds=4) for d in range(draws)]
    for d in range(draws):
        assert together.position[d].tobytes() == alone[d].position[0].tobytes()


@given(st.integers(1, 15), st.integers(0, 10_000))
def test_the_chance_that_enough_comes_together(members: int, seed: int):
    stream = np.random.default_rng(seed)
    chance = stream.random((3, members))
    amount = stream.integers(0, 9, members).astype(float)
    wanted = float(stream.integers(0, 30))
    found = at_least(chance, amount, wanted)
    bits = (np.arange(2**members)[:, None] >> np.arange(members)) & 1
    enough = bits @ amount >= wanted
    for d in range(3):
        each = np.where(bits == 1, chance[d], 1 - chance[d]).prod(axis=1)
        exact = float(each[enough].sum())
        if members <= 12:
            assert found[d] == pytest.approx(exact, abs=1e-12)
        else:
            assert found[d] <= exact + 1e-12
            assert found[d] == pytest.approx(exact, abs=0.2)


CELLS = st.sampled_from(
    [
        "",
        "a",
        "b",
        "0",
        "50",
        "100",
        "-1",
        "1e9",
        "1e300",
        "nan",
        "inf",
        '"',
        "x,y",
        "2025-01-01",
        "=1",
    ]
) | st.text(max_size=8)


@given(st.lists(st.lists(CELLS, min_size=5, max_size=7).map(",".join), max_size=8))
def test_whatever_a_stranger_writes_is_answered_or_refused_with_places(rows: list[str]):
    text = "issue,actor,position,salience,capability,std_error,date\n" + "\n".join(rows)
    table, _, problems = read_positions(text, "p.csv")
    assert (table is None) == any(p.severity == "error" for p in problems)
    assert all(p.span is not None and p.span.file == "p.csv" for p in problems)
    if table is not None:
        for item in forecast(table, settings=Settings(draws=3)).issues:
            assert all(np.isfinite(m.point) for m in item.models.values())


def test_voters_given_in_any_order_make_the_same_table():
    stream = np.random.default_rng(3)
    x, points = stream.random((1, 9)), np.sort(stream.random(5))
    value = -np.abs(x[:, :, None] - points)
    order = stream.permutation(9)
    first = pair_support(x, points, value)
    second = pair_support(x[:, order], points, value[:, order])
    assert np.abs(first - second).max() < 1e-14
