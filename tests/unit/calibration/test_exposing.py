"""What an episode puts at stake in the engines: the rules that the documentation lists."""

from __future__ import annotations

import numpy as np
import pytest

from servanda.deterrence.model import CLASSES
from servanda.domain.episode import Episode
from servanda.scenario import shelf
from servanda.study.calibration.episodes import shipped_casebook
from servanda.study.calibration.exposing import Case, case_of
from servanda.study.calibration.hazards import run_case
from servanda.study.calibration.nuisances import FREE, Nuisances, blocks, prior_columns

BOOK = shipped_casebook()
BY_ID = {e.id: e for e in BOOK.episodes}
DRAWS = 300


def parameters(draws: int = DRAWS, **given: float) -> dict[str, np.ndarray]:
    columns = prior_columns(shelf.assumptions(), FREE, seed=3, draws=draws, purpose="test")
    return columns | {name: np.full(draws, value) for name, value in given.items()}


def case(episode: Episode | str, draws: int = DRAWS, **given: float) -> Case:
    found = BY_ID[episode] if isinstance(episode, str) else episode
    nuisances = Nuisances(shelf.assumptions(), 3, 0, draws)
    return case_of(found, BOOK.type_of(found), parameters(draws, **given), nuisances)


def changed(episode: str, **change: object) -> Episode:
    return BY_ID[episode].model_copy(update=change)


@pytest.mark.parametrize("episode", BOOK.episodes, ids=lambda e: e.id)
def test_every_episode_can_be_read_by_the_engines(episode: Episode) -> None:
    made = case(episode, draws=20)
    bound = episode.n_guarantors - episode.challenger_is_guarantor
    assert len(made.exposure.guarantors) == max(1, min(bound, 4))
    assert made.exposure.klass.max() == (CLASSES.index(episode.klass) if bound else 0)
    assert (made.exposure.commitment[made.exposure.klass == 0] == 0.0).all()


def test_a_challenger_that_is_a_guarantor_does_not_count() -> None:
    assert BY_ID["CB057"].n_guarantors == 3
    assert len(case("CB057").exposure.guarantors) == 2


def test_a_bystander_without_an_army_stands_in_for_nobody() -> None:
    made = case("CB033")
    assert made.stakes.m.max() == 0.0
    assert made.levels.forces == (1.0,)
    assert made.levels.credibility == (1.0,)


def test_only_forces_that_may_fight_count() -> None:
    assert case("CB019").exposure.troops.sum(axis=2) == pytest.approx(400_000)
    assert case("CB055").exposure.troops.max() == 0.0  # peacekeepers
    assert case("CB073").exposure.troops.max() == 0.0  # observers


def test_without_a_coded_number_the_typical_one_counts() -> None:
    made = case(changed("CB043", force_size_approx=0))
    assert made.exposure.troops.sum(axis=2) == pytest.approx(12_000)


def test_missions_bring_less_than_states() -> None:
    assert np.median(case("CB055").stakes.m) < 0.3 < np.median(case("CB016").stakes.m)


def test_the_coded_ratio_pulls_the_default_towards_it() -> None:
    usual = np.median(case(changed("CB033", capratio_entry=None)).stakes.m_p)
    small = changed("CB033", capratio_entry=0.02, capratio_low=0.02, capratio_high=0.02)
    equal = changed("CB033", capratio_entry=0.45, capratio_low=0.45, capratio_high=0.45)
    pulled = np.median(case(small).stakes.m_p)
    assert 0.02 < pulled < usual
    assert np.median(case(equal).stakes.m_p) > pulled


def test_the_ratio_of_the_entry_is_taken_back_to_the_start_of_the_peace() -> None:
    """A peace that is old at entry had a weaker challenger when it began."""
    young = changed("CB033", peace_start=1971.4)
    assert np.median(case("CB033").stakes.m_p) > np.median(case(young).stakes.m_p)


def test_a_falling_ratio_speeds_up_the_challenger() -> None:
    falls, steady, rises = (
        np.median(case(changed("CB033", capratio_5y_change=c)).tempo.mu_drift)
        for c in (-0.4, 0.0, 0.3)
    )
    assert falls > steady > rises >= 0.0


def test_nothing_but_the_challenger_ends_peace() -> None:
    tempo = case("CB019").tempo
    assert tempo.omega_p.max() == tempo.mu_settle.max() == 0.0


def test_episodes_of_a_cluster_share_their_challenger_and_no_others() -> None:
    nuisances = Nuisances(shelf.assumptions(), 1, 0, 50)
    assert np.array_equal(nuisances.of("a", "c_w"), nuisances.of("a", "c_w"))
    assert not np.array_equal(nuisances.of("a", "c_w"), nuisances.of("b", "c_w"))
    one, two = case("CB002"), case("CB004")
    assert np.array_equal(one.stakes.c_w, two.stakes.c_w)
    assert not np.array_equal(one.stakes.b[:, 0], two.stakes.b[:, 0])


def test_more_draws_leave_the_first_ones_alone() -> None:
    assert blocks(2500) == [(0, slice(0, 1000)), (1, slice(1000, 2000)), (2, slice(2000, 2500))]
    few = prior_columns(shelf.assumptions(), FREE, seed=3, draws=1000, purpose="test")
    many = prior_columns(shelf.assumptions(), FREE, seed=3, draws=2000, purpose="test")
    assert all(np.array_equal(few[name], many[name][:1000]) for name in FREE)


def test_the_hazard_of_a_challenger_that_always_has_a_chance() -> None:
    """Twice the chances, held at the same values, is about twice the hazard; hazards add up."""
    made = case("CB033")
    total, rate, curve, status = run_case(made, 0.0, 10.0)
    assert (status == 0).all()
    assert (np.diff(curve, axis=1) >= -1e-9).all()
    assert curve[:, 20] == pytest.approx(total, abs=1e-9)  # year 10
    first, _, _, _ = run_case(made, 0.0, 4.0)
    rest, _, _, _ = run_case(made, 4.0, 10.0)
    assert first + rest == pytest.approx(total, rel=1e-6)
    nearby, _, _, _ = run_case(made, 0.0, 10.02)
    assert rate == pytest.approx((nearby - total) / 0.02, rel=2e-2)


def test_chances_scale_the_hazard() -> None:
    slow = run_case(case("CB033", omega_c=0.05), 0.0, 10.0)[0]
    fast = run_case(case("CB033", omega_c=0.1), 0.0, 10.0)[0]
    assert np.median(fast / slow) == pytest.approx(2.0, rel=0.2)
