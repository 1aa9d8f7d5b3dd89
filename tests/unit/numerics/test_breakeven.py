"""Break-evens of differences whose course is known: found where they are, and only there."""

import numpy as np
import pytest

from servanda.numerics.breakeven import LEAST_DRAWS, Screen, run_along

Columns = dict[str, np.ndarray]


def columns(seed: int, draws: int = 800, many: int = 30) -> tuple[Columns, np.random.Generator]:
    luck = np.random.default_rng(seed)
    return {f"x{i}": luck.uniform(size=draws) for i in range(many)}, luck


def test_a_known_break_even_is_found_with_an_interval_that_mostly_holds_it() -> None:
    held = 0
    for seed in range(40):
        given, luck = columns(seed)
        difference = 3.0 * (given["x0"] - 0.6) + luck.normal(size=800)
        (first, *_) = Screen(given, 1).explainers(difference)
        assert first.name == "x0"
        (place,) = run_along(given["x0"], difference, seed=1).places
        assert place.rising
        assert place.at == pytest.approx(0.6, abs=0.12)
        held += place.low <= 0.6 <= place.high
    assert held >= 30  # 90% in the limit; about 86% at this size


def test_the_unit_of_an_assumption_does_not_matter() -> None:
    given, luck = columns(3)
    difference = 2.0 * (given["x0"] - 0.5) + 0.5 * luck.normal(size=800)
    (plain,) = run_along(given["x0"], difference, seed=1).places
    (stretched,) = run_along(np.exp(5.0 * given["x0"]), difference, seed=1).places
    assert np.log(stretched.at) / 5.0 == pytest.approx(plain.at, abs=0.01)


def test_a_difference_of_one_sign_crosses_nowhere() -> None:
    for seed in range(10):
        given, luck = columns(seed)
        difference = 1.0 + 2.0 * given["x1"] + luck.normal(size=800)
        assert Screen(given, 1).explainers(difference)[0].name == "x1"
        along = run_along(given["x1"], difference, seed=1)
        assert along.places == ()
        assert along.signs == (1,)
        assert not along.crosses


def test_a_lead_that_fades_out_is_no_lead_of_the_other() -> None:
    given, luck = columns(5, draws=2000)
    scale = given["x0"] ** 2
    difference = 4.0 * scale * (1.0 + 0.3 * luck.normal(size=2000))
    along = run_along(given["x0"], difference, seed=1, margin=0.2)
    assert along.places == ()
    (fade,) = along.fades
    assert fade.rising
    assert fade.low < np.sqrt(0.05) < fade.high + 0.03


def test_noise_alone_names_nothing_in_about_nineteen_cases_of_twenty() -> None:
    named = 0
    for seed in range(60):
        given, luck = columns(100 + seed, draws=400)
        named += bool(Screen(given, 1).explainers(luck.normal(size=400)))
    assert named <= 8


def test_what_scales_every_difference_does_not_hide_what_turns_it() -> None:
    given, luck = columns(7, draws=2000)
    scale = np.exp(4.0 * given["x0"])
    difference = scale * (0.4 + given["x1"] + 0.1 * luck.normal(size=2000))
    found = Screen(given, 1).explainers(difference)
    assert [e.name for e in found[:2]] == ["x0", "x1"]
    assert found[1].share > 0.5


def test_two_crossings_are_told_apart() -> None:
    given, luck = columns(8, draws=2000)
    difference = 6.0 * ((given["x1"] - 0.5) ** 2 - 0.05) + 0.5 * luck.normal(size=2000)
    along = run_along(given["x1"], difference, seed=1)
    assert along.signs == (1, -1, 1)
    assert [round(place.at, 1) for place in along.places] == [0.3, 0.7]


def test_too_few_draws_and_differences_that_do_not_vary_name_nothing() -> None:
    given, luck = columns(9, draws=LEAST_DRAWS - 1)
    assert Screen(given, 1).explainers(10.0 * given["x0"]) == ()
    given, luck = columns(9)
    assert Screen(given, 1).explainers(np.full(800, 0.3)) == ()
    assert Screen({"same": np.ones(800)}, 1).explainers(luck.normal(size=800)) == ()


def test_the_same_seed_gives_the_same_answer() -> None:
    given, luck = columns(10)
    difference = given["x0"] - 0.5 + luck.normal(size=800)
    first, again = (run_along(given["x0"], difference, seed=4) for _ in range(2))
    assert first.mean.tobytes() == again.mean.tobytes()
    assert first.low.tobytes() == again.low.tobytes()
    assert Screen(given, 4).explainers(difference) == Screen(given, 4).explainers(difference)


def test_tied_values_share_a_group() -> None:
    luck = np.random.default_rng(11)
    rough = luck.integers(0, 3, size=900).astype(float)
    difference = rough - 1.0 + 0.3 * luck.normal(size=900)
    (found,) = Screen({"rough": rough}, 1).explainers(difference, most=1)
    assert found.share > 0.5
