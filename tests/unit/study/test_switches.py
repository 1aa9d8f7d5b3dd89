"""Switches: each alone, on the same draws, with what it does to order and to who outlasts whom."""

from pathlib import Path

import pytest

from servanda.domain.study import Study
from servanda.scenario.folder import load
from servanda.study import compare
from servanda.study.arrays import read_arrays
from servanda.study.published import published
from servanda.study.result import Comparison
from servanda.study.running import run
from servanda.study.stored import stored_comparison
from servanda.study.switches import settings, switch_effects

DRAWS = 30


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def result(root: Path) -> Comparison:
    return compare("border-pact", draws=DRAWS, seed=3, root=root, switch_draws=20)


def test_every_rival_fit_and_protege_is_there_once_and_one_of_each_is_in_use(
    result: Comparison,
) -> None:
    found = {(e.switch, e.setting): e for e in result.switches}
    assert len(found) == len(result.switches)
    assert {
        ("a2", "strong"), ("a2", "near_zero"), ("provocation_term", "kenwick_vasquez"),
        ("posterior", "durability"), ("posterior", "durability-without-founding"),
        ("posterior", "prior"), ("protege", "chooses"), ("protege", "mechanical"),
    } <= set(found)  # fmt: skip
    for switch in {e.switch for e in result.switches}:
        assert sum(e.in_use for e in result.switches if e.switch == switch) == 1
    assert found["posterior", "durability"].in_use
    assert found["protege", "chooses"].in_use


def test_effects_come_from_the_same_draws(result: Comparison, root: Path) -> None:
    resolved = load("border-pact")
    study = Study(scenario=resolved.scenario.id, draws=20, seed=3, posterior=None)
    done = run(resolved, study, root=root)
    names = tuple(o.id for o in done.options)
    years = read_arrays(done.folder, names).outcomes["rmst"].mean(axis=0)
    prior = next(e for e in result.switches if e.setting == "prior")
    assert prior.draws == 20
    assert [prior.peace_years[n] for n in names] == pytest.approx(list(years), abs=1e-12)
    usual = [e for e in result.switches if e.in_use]
    assert all(e.peace_years == usual[0].peace_years for e in usual)


def test_order_swaps_and_outlasts_fit_together(result: Comparison) -> None:
    usual = next(e for e in result.switches if e.in_use)
    reference = next(o.id for o in result.options.values() if o.reference)
    for effect in result.switches:
        assert effect.changes_order == (effect.order != usual.order)
        for pair, (before, after) in effect.swaps.items():
            a, b = pair.split(">")
            assert before > 0 > after
            assert effect.order.index(a) > effect.order.index(b)
        for option in result.options:
            if option != reference:
                assert set(effect.outlasts[f"{option}>{reference}"]) == {"5", "10", "20"}


def test_rivals_are_published_in_their_old_shape_beside_the_switches(result: Comparison) -> None:
    data = published(result)
    keys = {"assumption", "label", "rival", "rival_label", "source", "verified", "peace_years"}
    for row in data["rivals"]:
        assert keys | {"order", "changes_order"} == set(row)
    rivals = [(e["switch"], e["setting"]) for e in data["switches"] if e["kind"] == "rival"]
    assert [(row["assumption"], row["rival"]) for row in data["rivals"]] == rivals


def test_a_setting_without_rows_for_it_has_a_reason_and_no_numbers(
    root: Path, tmp_path: Path
) -> None:
    from servanda import library

    shipped = library.path("posterior").joinpath("durability.csv").read_text("utf-8")
    head, *rows = shipped.splitlines()
    own = tmp_path / "own.csv"
    own.write_text("\n".join([head, *(row for row in rows if "near_zero" not in row)]) + "\n")
    record = library.path("posterior").joinpath("durability.yaml").read_text("utf-8")
    own.with_suffix(".yaml").write_text(record)
    resolved = load("border-pact")
    study = Study(scenario=resolved.scenario.id, draws=6, seed=3, posterior=str(own))
    done = run(resolved, study, root=root)
    found = switch_effects(done, root=root, margin=0.01, pairs=(), draws=6)
    weak = next(e for e in found if (e.switch, e.setting) == ("a2", "near_zero"))
    assert weak.reason
    assert "near_zero" in weak.reason
    assert weak.peace_years == {}
    mine = next(e for e in found if e.setting == str(own))
    assert mine.in_use
    assert [s.setting for s in settings(done)].count(str(own)) == 1


def test_a_stored_run_opens_as_it_was_run(root: Path) -> None:
    first = compare(
        "border-pact", draws=8, root=root, posterior=None, protege="mechanical",
        rival_effects=False,
    )  # fmt: skip
    again = stored_comparison(Path(str(first.run.folder)))
    assert again.run.hash == first.run.hash
    assert again.run.posterior is None
    assert again.run.protege == "mechanical"


def test_the_command_line_offers_the_number_of_draws_that_the_study_uses() -> None:
    from servanda.cli.compare import SWITCH_DRAWS as OFFERED
    from servanda.study.switches import SWITCH_DRAWS

    assert OFFERED == SWITCH_DRAWS
