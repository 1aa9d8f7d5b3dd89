"""Logit equilibria where replies are almost steps: the principal branch, or how far it went."""

import warnings

import numpy as np
import pytest
from tests.unit.games.play import signalling

from servanda.games import Form, logit, solve
from servanda.games.catalogue import entry, names
from servanda.games.solution import Equilibrium

STEEP = [1e5, 1e7, 1e9, 1e12]
MIXED = {
    "chicken": np.array([0.8, 0.2, 0.8, 0.2]),
    "inspection": np.array([2 / 3, 1 / 3, 1 / 3, 2 / 3]),
}


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("precision", STEEP)
def test_every_game_of_the_catalogue_has_an_answer(name, precision):
    solution = solve(entry(name).tree, "qre", precision=precision)
    assert solution.equilibria
    first = solution.equilibria[0]
    if solution.status == "truncated":
        assert "followed to precision" in solution.note
    # What a rounding of payoffs moves a reply by, payoffs ranging over up to 10.
    assert first.residual < max(1e-6, 1e-15 * precision)
    # The branch is where it was at a precision that numbers separate well.
    before = solve(entry(name).tree, "qre", precision=2_000.0).equilibria[0]
    assert first.behaviour == pytest.approx(before.behaviour, abs=0.03)


@pytest.mark.parametrize("name", MIXED)
@pytest.mark.parametrize("precision", STEEP)
def test_a_mixed_limit_is_reached(name, precision):
    first = solve(entry(name).tree, "qre", precision=precision).equilibria[0]
    assert first.behaviour == pytest.approx(MIXED[name], abs=10.0 / precision + 1e-4)


@pytest.mark.parametrize("precision", STEEP)
def test_the_equilibrium_in_the_middle_is_not_lost(precision):
    """A stag hunt has three at high precision; where rounding counts they are not called all."""
    solution = solve(entry("stag-hunt").tree, "qre", precision=precision)
    assert len(solution.equilibria) == 3
    if max(e.residual for e in solution.equilibria) > 1e-10:
        assert solution.status == "found"


@pytest.mark.parametrize("precision", STEEP)
def test_two_by_two_games_keep_their_branch(precision):
    rng = np.random.default_rng(8)
    for _ in range(6):
        game = Form("", ("A", "B"), (("x", "y"),) * 2, rng.normal(size=(2, 2, 2)).round(2))
        first = solve(game, "qre", precision=precision).equilibria[0]
        before = solve(game, "qre", precision=2_000.0).equilibria[0]
        assert first.behaviour == pytest.approx(before.behaviour, abs=0.02)


def bluff():
    """A signalling game in which beliefs after a rare message decide, and rounding with them."""
    rng = np.random.default_rng(7)
    for _ in range(5):
        payoffs = rng.normal(size=(2, 2, 2, 2)).round(2)
    return signalling(payoffs, 0.4)


@pytest.mark.parametrize("precision", [1e7, 1e9])
def test_where_rounding_ends_the_branch_the_listing_says_so(precision):
    solution = solve(bluff(), "qre", precision=precision)
    assert solution.status == "truncated"
    (only,) = solution.equilibria
    assert only.note.startswith("at precision")
    reached = float(only.note.split()[-1])
    assert 1e4 < reached < precision
    assert f"{reached:.4g}" in solution.note
    assert only.residual < 1e-5
    near = solve(bluff(), "qre", precision=0.5 * reached)
    assert near.status != "truncated"
    assert near.equilibria[0].behaviour == pytest.approx(only.behaviour, abs=1e-3)


@pytest.mark.parametrize("precision", [1e15, 1e30, 1e100, 1e308])
@pytest.mark.parametrize("name", ["chicken", "inspection", "seltens-horse", "egame123"])
def test_beyond_all_numbers_something_is_still_said(name, precision):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        solution = solve(entry(name).tree, "qre", precision=precision)
    assert len(solution.equilibria) >= 1
    assert np.isfinite(solution.equilibria[0].behaviour).all()
    if solution.status == "truncated":
        assert "followed to precision" in solution.note


def test_a_large_game_is_shown_at_the_highest_precision_that_was_found(monkeypatch):
    labels = (tuple("abcdefghij"),) * 2
    game = Form("", ("A", "B"), labels, np.random.default_rng(3).normal(size=(10, 10, 2)))
    even = Equilibrium(np.full(20, 0.1), np.ones(game.tree().n_nodes), np.zeros(2), 0.0)
    monkeypatch.setattr(logit, "_by_kernel", lambda *at: [even] if at[-1] <= 1.0 else [])
    solution = solve(game, "qre", precision=3.0)
    assert (solution.status, len(solution.equilibria)) == ("truncated", 1)
    assert "precision 0.75" in solution.note
    assert solution.equilibria[0].note == "at precision 0.75"
