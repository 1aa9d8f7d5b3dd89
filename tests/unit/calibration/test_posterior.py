"""The posterior as files, and studies that draw from it."""

from __future__ import annotations

import shutil
from importlib.resources import as_file
from pathlib import Path

import numpy as np
import pytest

from servanda import library
from servanda.domain.errors import ModelError, ScenarioError
from servanda.scenario import shelf
from servanda.study.calibration import posterior
from servanda.study.draws import draw

NAMES = ("omega_c", "a1", "a2", "s_q", "sigma2")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    with as_file(library.path("posterior")) as folder:
        for suffix in ("csv", "yaml"):
            shutil.copy(folder / f"durability.{suffix}", tmp_path / f"mine.{suffix}")
    return tmp_path / "mine.csv"


@pytest.mark.parametrize("name", posterior.names())
def test_what_ships_is_whole_and_belongs_to_the_casebook(name: str) -> None:
    found = posterior.load(name)
    assert set(found.rows) == set(shelf.assumptions()["a2"].rivals)
    for rows in found.rows.values():
        assert tuple(rows) == NAMES
        assert len(rows["a1"]) == found.record.rows == 2000
    assert posterior.stale(name) is None
    for rival in found.record.rivals.values():
        assert rival.effective_sample_size > 1000
        assert rival.pool_effective_sample_size > 1000


def test_the_founding_conflict_can_be_left_out() -> None:
    found = posterior.load("durability-without-founding").record
    assert found.left_out == ("russia_ukraine",)
    assert found.episodes == posterior.load("durability").record.episodes - 3


def test_rows_are_drawn_jointly() -> None:
    rows = posterior.load("durability").under("strong")
    known = {(a, b, c) for a, b, c in zip(rows["a1"], rows["a2"], rows["s_q"], strict=True)}
    got = posterior.posterior_columns("durability", "strong", seed=5, chunk=2, size=400)
    assert {(a, b, c) for a, b, c in zip(got["a1"], got["a2"], got["s_q"], strict=True)} <= known


def test_frailty_multiplies_chances_with_mean_one() -> None:
    parts = [
        posterior.posterior_columns("durability", "strong", seed=5, chunk=c, size=5000)
        for c in range(8)
    ]
    rows = posterior.load("durability").under("strong")
    chances = np.concatenate([p["omega_c"] for p in parts])
    assert chances.mean() == pytest.approx(rows["omega_c"].mean(), rel=0.05)
    assert chances.std() > 1.5 * rows["omega_c"].std()


def test_without_a_posterior_draws_are_the_prior_ones_bit_for_bit() -> None:
    assumptions = shelf.assumptions()
    prior = draw(assumptions, seed=1, chunk=0, size=40)
    fitted = draw(assumptions, seed=1, chunk=0, size=40, posterior="durability")
    for name in assumptions:
        same = np.array_equal(prior.column(name), fitted.column(name))
        assert same == (name not in NAMES), name


def test_each_rival_has_its_own_rows() -> None:
    strong, weak = (
        draw(
            shelf.assumptions(),
            seed=1,
            chunk=0,
            size=200,
            rivals={"a2": rival},
            posterior="durability",
        )
        for rival in ("strong", "near_zero")
    )
    assert strong.column("a2").min() > np.median(weak.column("a2"))


def test_a_number_of_the_scenario_stays() -> None:
    assumptions = dict(shelf.assumptions())
    own = assumptions["a1"].model_copy(update={"label": "my own"})
    got = draw(assumptions | {"a1": own}, seed=1, chunk=0, size=40, posterior="durability")
    prior = draw(assumptions, seed=1, chunk=0, size=40)
    assert np.array_equal(got.column("a1"), prior.column("a1"))
    assert not np.array_equal(got.column("s_q"), prior.column("s_q"))


def test_a_file_of_ones_own_can_be_used(copied: Path) -> None:
    assert posterior.posterior_hash(str(copied)) == posterior.posterior_hash("durability")


def test_another_casebook_makes_it_stale() -> None:
    said = posterior.stale("durability", "0" * 64)
    assert said is not None
    assert (said.code, said.severity) == ("SV637", "warning")
    assert "calibrate --out" in str(said.remedy)


def test_no_such_posterior() -> None:
    with pytest.raises(ModelError, match="durability-without-founding") as caught:
        posterior.load("clairvoyance")
    assert caught.value.code == "SV634"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("a2_model,omega_c", "a2_model,omega", 1),
        ("\nstrong,", "\nstrong,-", 2),
        ("\nstrong,", "\nstrong,x", 2),
        ("\nstrong,", "\nstrong,1,", 2),
    ],
)
def test_a_damaged_table_has_its_place(copied: Path, old: str, new: str, line: int) -> None:
    copied.write_text(copied.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(ScenarioError) as caught:
        posterior.load(str(copied))
    (problem,) = caught.value.problems
    assert problem.code == "SV636"
    assert problem.place == f"{copied}:{line}:1"


def test_a_record_that_is_missing(copied: Path) -> None:
    copied.with_suffix(".yaml").unlink()
    with pytest.raises(ScenarioError):
        posterior.load(str(copied))
