"""Perfect Bayesian equilibria of crisis games whose answers are known."""

import numpy as np
import pytest
from tests.unit.games.play import (
    UNILATERAL,
    Ends,
    chance,
    horse,
    move,
    sunk_cost,
    tree,
    unilateral,
)

from servanda.domain.errors import ModelError
from servanda.games import solve


def found(game, **more):
    solution = solve(game, "pbe", **more)
    assert solution.status == "complete"
    for e in solution.equilibria:
        assert e.residual < 1e-9
    return solution


def ranges(solution, number):
    """The free ranges of one equilibrium: (kind, action or node) -> (low, high)."""
    shown = solution.published()["equilibria"][number].get("free", [])
    return {
        (f["player"], f["infoset"], f.get("action", f.get("node"))): (f["low"], f["high"])
        for f in shown
    }


class TestSeltensHorse:
    def test_the_imperfect_equilibrium_is_not_among_them(self):
        for e in found(horse()).equilibria:
            assert e.behaviour[1] == 1.0, "player 1 plays C"
            assert e.values == pytest.approx([1.0, 1.0, 1.0])

    def test_the_whole_set_is_given_by_ranges(self):
        solution = found(horse())
        assert len(solution.equilibria) == 2
        pure, mixed = (ranges(solution, n) for n in (0, 1))
        assert pure[("3", "1", "D")] == pytest.approx((0.0, 1 / 3))
        assert mixed[("3", "1", "L")] == pytest.approx((0.0, 1 / 4))
        third = next(k for k in solution.published()["equilibria"][1]["beliefs"] if "3" in k)
        held = solution.published()["equilibria"][1]["beliefs"][third]
        assert held["D"] == pytest.approx(1 / 3)


class TestUnilateralDeterrence:
    """The conditions of Zagare and Kilgour 2000, with r*, c1 and c2 from the payoffs."""

    C, D = UNILATERAL["challenger"], UNILATERAL["defender"]
    R = (D["CD"] - D["DC"]) / (D["CD"] - D["DD-"])
    C1 = (C["DC"] - C["SQ"]) / (C["DC"] - C["CD"])
    C2 = (C["DC"] - C["SQ"]) / (C["DC"] - C["DD+"])

    def classes(self, p_c, p_d):
        """Name each equilibrium by who attacks and what the soft defender does."""
        solution = found(unilateral(p_c, p_d))
        names = {}
        for e in solution.published()["equilibria"]:
            challenger, defender = e["behaviour"]["challenger"], e["behaviour"]["defender"]
            hard, soft = (challenger[h]["attack"] for h in ("1", "2"))
            resists = defender["2"]["resist"]
            free = any(f["kind"] == "behaviour" for f in e.get("free", []))
            names[(_grade(hard), _grade(soft), "range" if free else _grade(resists))] = e
        return names

    def test_constants(self):
        assert pytest.approx(0.5) == self.C1
        assert pytest.approx(2 / 3) == self.C2
        assert pytest.approx(4 / 7) == self.R

    @pytest.mark.parametrize("p_d", [0.1, 0.4, 0.6, 0.9])
    @pytest.mark.parametrize("p_c", [0.1, 0.5, 0.8])
    def test_exactly_the_classes_of_the_book_exist(self, p_c, p_d):
        # Steadfast deterrence always, with a soft defender who resists or mixes; where a hard
        # defender is likely enough also with one who concedes.
        expected = {("no", "no", "yes"), ("no", "no", "range")}
        if p_d > self.C2:
            expected.add(("no", "no", "no"))
        elif p_d > self.C1:
            expected.add(("yes", "no", "no"))
        elif p_c > self.R:
            expected.add(("yes", "yes", "no"))
        else:
            expected.add(("yes", "mixed", "mixed"))
        assert set(self.classes(p_c, p_d)) == expected

    @pytest.mark.parametrize(("p_c", "p_d"), [(0.2, 0.2), (0.4, 0.1), (0.05, 0.45)])
    def test_bluffs_have_the_frequency_of_the_formula(self, p_c, p_d):
        bluff = self.classes(p_c, p_d)[("yes", "mixed", "mixed")]
        attack = bluff["behaviour"]["challenger"]["2"]["attack"]
        resist = bluff["behaviour"]["defender"]["2"]["resist"]
        assert attack == pytest.approx(p_c * (1 - self.R) / ((1 - p_c) * self.R))
        assert resist == pytest.approx((self.C1 - p_d) / (1 - p_d))

    def test_deterrence_needs_the_belief_that_the_attacker_is_soft_enough(self):
        e = self.classes(0.3, 0.3)[("no", "no", "yes")]
        held = [f for f in e["free"] if f["infoset"] == "2" and f["node"].startswith("hard")]
        assert (held[0]["low"], held[0]["high"]) == pytest.approx((0.0, self.R))


def _grade(p):
    return "no" if p < 1e-9 else "yes" if p > 1 - 1e-9 else "mixed"


class TestTyingHands:
    def separates(self, solution):
        for e in solution.published()["equilibria"]:
            sender = e["behaviour"]["sender"]
            if abs(sender["1"]["signal"] - sender["2"]["signal"]) > 1 - 1e-9:
                return True
        return False

    @pytest.mark.parametrize("cost", [0.1, 0.5, 0.9, 1.0, 1.3])
    @pytest.mark.parametrize("war", [0.1, 0.4])
    def test_a_sunk_cost_alone_does_not_separate_two_types(self, cost, war):
        assert not self.separates(found(sunk_cost(cost, war)))

    def test_it_does_where_fighting_is_worth_less_than_nothing_to_the_hard_type(self):
        assert self.separates(found(sunk_cost(1.2, -0.5)))


class TestBeliefsOffThePath:
    def test_nobody_signals_what_he_does_not_know(self):
        """An uninformed player deviates: the last mover keeps the prior, so one answer is left."""
        end = Ends()

        def below(a, b):
            last = move(2, 1, ("x", end(2, a)), ("y", end(0, b)))
            return move(1, 1, ("out", end(1, 0)), ("in", last))

        # x is worth 0.7 by the prior and y 0.3; by the belief in the second type alone y is best.
        game = tree(
            ("1", "2"),
            chance("type", ("first", 0.7, below(1, 0)), ("second", 0.3, below(0, 1))),
        )
        solution = found(game)
        assert len(solution.equilibria) == 1
        (e,) = solution.equilibria
        assert e.behaviour.tolist() == [0.0, 1.0, 1.0, 0.0]

    def test_and_keeps_it_where_the_deviation_does_not_pay(self):
        end = Ends()

        def below(a, b):
            last = move(2, 1, ("x", end(2, a)), ("y", end(0, b)))
            return move(1, 1, ("out", end(3, 0)), ("in", last))

        game = tree(
            ("1", "2"),
            chance("type", ("first", 0.7, below(1, 0)), ("second", 0.3, below(0, 1))),
        )
        (e,) = found(game).equilibria
        assert not e.free, "beliefs after the deviation are settled by what 1 knew"
        held = e.beliefs[np.flatnonzero(game.infoset == 1)]
        assert held == pytest.approx([0.7, 0.3])

    def test_a_subgame_off_the_path_is_played_in_equilibrium(self):
        """Matching pennies after a deviation: one cannot believe what the other does not do."""
        end = Ends()
        reply = [move(2, 1, ("h", end(a, -a)), ("t", end(-a, a))) for a in (1.0, -1.0)]
        pennies = move(1, 2, ("h", reply[0]), ("t", reply[1]))
        game = tree(("1", "2"), move(1, 1, ("out", end(0.5, 0.0)), ("in", pennies)))
        (e,) = found(game).equilibria
        assert e.behaviour == pytest.approx([1.0, 0.0, 0.5, 0.5, 0.5, 0.5])
        assert not e.free


def test_three_types_have_a_belief_of_two_dimensions():
    end = Ends()
    rows = [
        move(
            1,
            t + 1,
            ("quiet", end(1, 0)),
            ("loud", move(2, 1, ("yield", end(2, t)), ("fight", end(0, 1)))),
        )
        for t in range(3)
    ]
    game = tree(
        ("1", "2"),
        chance("type", *[(str(t), odds, rows[t]) for t, odds in enumerate((0.25, 0.25, 0.5))]),
    )
    solution = found(game)
    quiet = [
        n
        for n, e in enumerate(solution.equilibria)
        if all(e.behaviour[game.action0[game.owner == 0]] == 1.0) and e.behaviour[3] > 0.5
    ]
    assert quiet, "all types stay quiet for fear of a fight"
    free = ranges(solution, quiet[0])
    # Fighting is best where the mean type is at most 1: the third type has at most one half.
    assert free[("2", "1", "2/loud")] == pytest.approx((0.0, 0.5))
    assert free[("2", "1", "0/loud")] == pytest.approx((0.0, 1.0))


def test_too_many_supports_are_refused_with_the_size_and_the_way_out():
    end = Ends()

    def below(player):
        if player > 2:
            return end(*np.random.default_rng(end.count).normal(size=2).round(3))
        return move(player, 1, *[(str(k), below(player + 1)) for k in range(9)])

    with pytest.raises(ModelError, match=r"2 information sets with 18 actions.*qre") as refusal:
        solve(tree(("1", "2"), below(1)), "pbe")
    assert refusal.value.code == "SV886"


def test_fewer_may_be_asked_for():
    solution = solve(unilateral(0.2, 0.2), "pbe", most=1)
    assert len(solution.equilibria) == 1
    assert solution.status == "truncated"
    assert "more" in solution.note
