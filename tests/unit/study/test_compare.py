"""The whole thread on a small case: same seed same bits, options do not disturb each other."""

from pathlib import Path

import numpy as np
import pytest

from servanda.domain.errors import ModelError
from servanda.domain.option import Option, Phase
from servanda.domain.scenario import Resolved
from servanda.domain.study import Study
from servanda.scenario.folder import load
from servanda.study import compare, run, verify
from servanda.study.arrays import Arrays, read_arrays

DRAWS = 40


@pytest.fixture(scope="module")
def pact() -> Resolved:
    return load("border-pact")


def outcomes(resolved: Resolved, root: Path, **request: object) -> Arrays:
    study = Study.model_validate({"scenario": "x", "draws": DRAWS, "seed": 5, **request})
    done = run(resolved, study, root=root)
    return read_arrays(done.folder, tuple(o.id for o in done.options))


def test_the_same_seed_gives_the_same_bits(pact: Resolved, tmp_path: Path) -> None:
    first = outcomes(pact, tmp_path / "a")
    again = outcomes(pact, tmp_path / "b")
    other = outcomes(pact, tmp_path / "c", seed=6)
    for name, values in first.outcomes.items():
        assert values.tobytes() == again.outcomes[name].tobytes(), name
    assert not np.array_equal(first.outcomes["rmst"], other.outcomes["rmst"])


def test_fewer_draws_are_the_first_of_more(pact: Resolved, tmp_path: Path) -> None:
    few = outcomes(pact, tmp_path, draws=12)
    more = outcomes(pact, tmp_path)
    assert few.outcomes["rmst"].tobytes() == more.outcomes["rmst"][:12].tobytes()


def test_leaving_options_out_changes_no_other_option(pact: Resolved, tmp_path: Path) -> None:
    every = outcomes(pact, tmp_path)
    kept = every.options[-1]
    alone = outcomes(pact, tmp_path, options=(kept,))
    place = every.options.index(kept)
    for name in ("rmst", "value_challenger", "attack_10y", "honoured", "cost"):
        assert alone.outcomes[name][:, 0] == pytest.approx(
            every.outcomes[name][:, place], abs=1e-12
        )


def test_an_option_without_content_equals_no_guarantee_bit_for_bit(
    pact: Resolved, tmp_path: Path
) -> None:
    reference = next(o for o in pact.options if o.reference)
    empty = Option(id="empty", title="E", summary="", phases=(Phase(id="p", title="P"),))
    both = pact.model_copy(update={"options": (reference, empty), "content_hash": "0" * 64})
    found = outcomes(both, tmp_path)
    for name, values in found.outcomes.items():
        if name != "reached":
            assert values[:, 0].tobytes() == values[:, 1].tobytes(), name


def test_probabilities_and_causes_add_up(pact: Resolved, tmp_path: Path) -> None:
    found = outcomes(pact, tmp_path)
    years, survival = found.survival()
    assert (np.diff(survival, axis=2) <= 1e-12).all()
    assert (survival[:, :, 0] == 1.0).all()
    causes = sum(values for name, values in found.outcomes.items() if name.startswith("cause_"))
    ten = survival[:, :, list(years).index(10.0)]
    assert causes + ten == pytest.approx(np.ones_like(ten), abs=1e-9)
    for name in ("honoured", "helped", "defence", "attack_10y", "direct_war_10y", "tested"):
        assert ((found.outcomes[name] >= 0.0) & (found.outcomes[name] <= 1.0)).all(), name
    assert ((found.outcomes["rmst"] > 0.0) & (found.outcomes["rmst"] <= 20.0)).all()


def test_an_interrupted_run_goes_on_and_ends_the_same(pact: Resolved, tmp_path: Path) -> None:
    study = Study(scenario="x", draws=520, seed=2, options=(pact.options[0].id,))
    whole = run(pact, study, root=tmp_path / "whole")

    class StopError(Exception):
        pass

    def stop(done: int, total: int, seconds: float) -> None:
        if done == 1:
            raise StopError

    with pytest.raises(StopError):
        run(pact, study, root=tmp_path / "torn", progress=stop)
    kept = list((tmp_path / "torn").rglob("outcomes-*.parquet"))
    assert len(kept) == 1
    before = kept[0].stat().st_mtime_ns
    again = run(pact, study, root=tmp_path / "torn")
    assert kept[0].stat().st_mtime_ns == before
    assert again.folder.digest() == whole.folder.digest()


def test_verify_tells_same_bits_from_an_altered_record(pact: Resolved, tmp_path: Path) -> None:
    study = Study(scenario="x", draws=20, seed=3)
    done = run(pact, study, root=tmp_path)
    assert verify(done.folder.path).grade == "identical"


def test_a_comparison_says_what_it_cannot_compute(pact: Resolved, tmp_path: Path) -> None:
    result = compare(pact, draws=DRAWS, seed=1, root=tmp_path, rival_effects=True)
    assert result.conditions == ()
    assert result.reasons["conditions"]
    for option in result.options.values():
        others = {a: p for a, p in option.acceptable_to.items() if a != pact.scenario.challenger}
        assert all(p is None for p in others.values())
        assert option.acceptable_reason
    assert {e.assumption for e in result.rivals} >= {"a2", "provocation_term"}
    assert sum(result.rank_probabilities[option][0] for option in result.options) == pytest.approx(
        1
    )


def test_only_what_was_known_then_is_compared(tmp_path: Path) -> None:
    result = compare(
        "ukraine-2025", draws=8, as_of="2025-03-07", root=tmp_path, rival_effects=False
    )
    assert set(result.options) == {
        *("none", "bilaterals", "cover-2025-03-06", "membership"),
        *("force-offer", "force-asked", "truce-first"),
    }
    assert all(p["date"] <= "2025-03-07" for p in result.positions)
    asked = [q.instrument for q in result.questions[:5]]
    assert set(asked) == {"meloni-2025-03-06"}


def test_a_treaty_is_not_the_same_as_no_guarantee(pact: Resolved, tmp_path: Path) -> None:
    result = compare(pact, draws=DRAWS, seed=1, root=tmp_path, rival_effects=False)
    bare = next(o for o in result.options.values() if o.reference)
    for option in result.options.values():
        if option.reference:
            assert all(g.klass == "none" and g.commitment == 0.0 for g in option.guarantors)
            continue
        assert any(g.commitment > 0.0 for g in option.guarantors), option.id
        assert option.promised.mean is not None
        assert option.promised.mean > 0.0
        assert option.attack_10y.mean != bare.attack_10y.mean


def test_a_scenario_without_guarantors_is_refused_in_words(pact: Resolved, tmp_path: Path) -> None:
    alone = pact.model_copy(
        update={"scenario": pact.scenario.model_copy(update={"guarantors": ()})}
    )
    with pytest.raises(ModelError, match="names no guarantor"):
        compare(alone, draws=2, root=tmp_path, rival_effects=False)


def test_numbers_of_options_not_yet_known_are_not_shown(tmp_path: Path) -> None:
    then = compare("ukraine-2025", draws=4, as_of="2025-03-07", root=tmp_path, rival_effects=False)
    shown = {row.id for row in then.ledger}
    assert not any(name.startswith("troops_mnf") for name in shown)
    assert {"omega_c", "a1", "capability_usa"} <= shown
