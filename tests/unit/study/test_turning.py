"""Which pairs are looked at, and what is said of them."""

from pathlib import Path

import numpy as np
import pytest

from servanda.domain.moment import Moment
from servanda.domain.scenario import Resolved
from servanda.domain.study import Study
from servanda.scenario.folder import load
from servanda.study.arrays import Arrays
from servanda.study.result import Turning
from servanda.study.running import known_options
from servanda.study.turning import turnings, watched_pairs

DAY = Moment("2026-02-01")
DRAWS = 600


@pytest.fixture(scope="module")
def founding() -> Resolved:
    return load("ukraine-2025")


def told(founding: Resolved, build: object) -> dict[tuple[str, str | None], Turning]:
    """Turnings of made-up peace years: ``build(u, luck)`` gives float64[draw] for each option."""
    options = known_options(founding, Study(scenario="x"))
    luck = np.random.default_rng(2)
    names = ("a1", "a2", "omega_c")
    columns = {name: luck.uniform(size=DRAWS) for name in names}
    years = build([o.id for o in options], columns, luck)
    arrays = Arrays(tuple(o.id for o in options), {"rmst": years}, columns)
    found = turnings(founding, options, arrays, names, DAY, margin=0.2, seed=1)
    return {(t.first, t.second): t for t in found}


def test_pairs_of_claims_of_the_best_and_against_the_reference_are_looked_at(
    founding: Resolved,
) -> None:
    options = known_options(founding, Study(scenario="x"))
    years = {o.id: float(i) for i, o in enumerate(options)}
    pairs = watched_pairs(founding, options, years, DAY)
    why = pairs["cover-2025-03-06", "force-offer"]
    assert why == ("claim lasting-as-quoted", "claim sustainable-as-reported")
    best = [pair for pair, why in pairs.items() if "top" in why]
    assert best == [
        ("coalition-2026", "truce-then-cover"),
        ("coalition-2026", "force-and-cover"),
        ("truce-then-cover", "force-and-cover"),
    ]
    assert all((o.id, "none") in pairs for o in options if not o.reference)
    then = known_options(founding, Study(scenario="x", as_of=Moment("2025-03-06")))
    assert not any(
        "claim sustainable-as-reported" in why
        for why in watched_pairs(founding, then, years, Moment("2025-03-06")).values()
    )


def test_a_break_even_is_said_in_plain_words_with_its_unit(founding: Resolved) -> None:
    def build(names, columns, luck):
        years = 10.0 + 0.3 * luck.normal(size=(DRAWS, len(names)))
        years[:, names.index("cover-2025-03-06")] += 4.0 * (0.6 - columns["a2"])
        return years

    found = told(founding, build)["cover-2025-03-06", "force-offer"]
    (first, *_) = found.found
    assert (first.assumption, first.verdict) == ("a2", "crosses")
    (crossing,) = first.crossings
    assert not crossing.above
    assert crossing.at == pytest.approx(0.6, abs=0.03)
    assert crossing.low < 0.6 < crossing.high
    assert found.says == first.says
    assert "In this model" in found.says
    assert "lasts longer than under 'European force, 25,000 to 30,000' only where" in found.says
    below = f"is below {crossing.at:.2g} ({crossing.low:.2g} to {crossing.high:.2g}; "
    assert f"'Cost of abandoning own forces on the spot' {below}" in found.says
    assert "unit: cost of a full war" in found.says
    assert not first.verified
    assert " will " not in found.says


def test_where_nothing_crosses_it_is_said_that_nothing_does(founding: Resolved) -> None:
    def build(names, columns, luck):
        years = 10.0 + 0.01 * luck.normal(size=(DRAWS, len(names)))
        years[:, names.index("cover-2025-03-06")] -= 1.0 + 2.0 * columns["a1"]
        return years

    found = told(founding, build)["cover-2025-03-06", "membership"]
    assert found.found[0].verdict == "nowhere"
    assert found.found[0].crossings == ()
    assert "there is no break-even" in found.says
    assert "lasts shorter" in found.says


def test_noise_and_equal_options_name_no_assumption(founding: Resolved) -> None:
    def noise(names, columns, luck):
        return 10.0 + luck.normal(size=(DRAWS, len(names)))

    found = told(founding, noise)
    assert sum(bool(t.found) for t in found.values()) <= 3
    none = next(t for t in found.values() if not t.found)
    assert "No single assumption" in none.says

    def equal(names, columns, luck):
        return np.repeat(10.0 + luck.normal(size=(DRAWS, 1)), len(names), axis=1)

    same = told(founding, equal)["membership", "none"]
    assert same.found == ()
    assert "same number of years in every draw" in same.says


def test_the_reference_is_looked_at_by_itself(founding: Resolved) -> None:
    def build(names, columns, luck):
        return 8.0 + 4.0 * columns["omega_c"][:, None] + np.zeros((1, len(names)))

    found = told(founding, build)["none", None]
    assert found.found[0].assumption == "omega_c"
    assert found.found[0].crossings == ()
    assert "at the low end" in found.says


def test_few_draws_are_said_to_be_few(founding: Resolved, tmp_path: Path) -> None:
    from servanda.study import compare

    result = compare("border-pact", draws=20, root=tmp_path, rival_effects=False)
    assert all("fewer than 200 draws" in t.says for t in result.break_evens)
