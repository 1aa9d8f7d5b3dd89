"""Calibration and backtest on a small casebook; the shipped posterior anew in the deep run."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from tests.unit.calibration.cases import small_casebook

from servanda.domain.errors import ModelError
from servanda.report.calibration import (
    backtest_json,
    backtest_text,
    calibration_json,
    calibration_text,
    posterior_picture,
)
from servanda.study.calibration import fit, posterior
from servanda.study.calibration.backtest import BY_TYPE, POOLED, Backtest, backtest
from servanda.study.calibration.episodes import read_casebook, shipped_casebook

DRAWS = 900


@cache
def fitted() -> fit.Calibration:
    return fit.calibrate(small_casebook(), draws=DRAWS, seed=4)


@cache
def scored() -> Backtest:
    return backtest(small_casebook(), draws=DRAWS, seed=4, resamples=200)


def test_there_are_two_rivals_and_neither_is_an_average() -> None:
    posteriors = fitted().fits[fit.MAIN].posteriors
    assert list(posteriors) == ["strong", "near_zero"]
    assert posteriors["strong"].found["a2"][0] > posteriors["near_zero"].found["a2"][1]


def test_four_parameters_and_the_frailty_are_calibrated() -> None:
    assert fit.CALIBRATED == ("omega_c", "a1", "a2", "s_q", "sigma2")


def test_the_posterior_is_narrower_where_the_casebook_speaks() -> None:
    found = fitted().fits[fit.MAIN].posteriors["strong"]
    prior, after = (np.log(p["omega_c"]) for p in (found.prior, found.found))
    assert after[2] - after[0] < prior[2] - prior[0]


def test_the_smoothed_likelihood_has_the_right_mean() -> None:
    for name, (mean, error) in fitted().smoothing.items():
        assert abs(mean - 1.0) < max(5.0 * error, 0.05), name


def test_the_same_seed_gives_the_same_bits(tmp_path: Path) -> None:
    again = fit.calibrate(small_casebook(), draws=DRAWS, seed=4)
    assert posterior.table(again.fits[fit.MAIN]) == posterior.table(fitted().fits[fit.MAIN])


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    csv, record = posterior.write(tmp_path / "new", fitted(), (fit.MAIN,))
    found = posterior.load(str(csv))
    assert found.record.draws == DRAWS
    assert found.record.episodes == len(small_casebook().episodes)
    assert record.read_text("utf-8").startswith("# Made by")
    rows = fitted().fits[fit.MAIN].posteriors["strong"].rows["a1"]
    assert found.under("strong")["a1"] == pytest.approx(rows, rel=1e-5)


def test_tempering_agrees_with_resampling(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = fitted().fits[fit.MAIN].posteriors["strong"]
    monkeypatch.setattr(fit, "GOAL", 1e9)
    pool, kept = fitted().pool, np.ones(len(small_casebook().clusters), bool)
    other = fit._posterior(pool, fit.shelf.assumptions(), kept, "strong", 4)
    assert (usual.method, other.method) == ("resampling", "tempering")
    for name in fit.CALIBRATED:
        middle, spread = np.mean(np.log(usual.rows[name])), np.std(np.log(usual.rows[name]))
        assert np.mean(np.log(other.rows[name])) == pytest.approx(middle, abs=0.2 * spread), name
        assert np.std(np.log(other.rows[name])) == pytest.approx(spread, rel=0.15), name
    assert other.log_evidence == pytest.approx(usual.log_evidence, abs=0.2)


def test_too_few_draws_are_refused() -> None:
    with pytest.raises(ModelError) as caught:
        fit.calibrate(small_casebook(), draws=40)
    assert caught.value.code == "SV635"


def test_every_episode_is_forecast_by_every_model() -> None:
    found = scored()
    assert {POOLED, BY_TYPE} < set(found.forecasts)
    for name, curves in found.forecasts.items():
        assert curves.shape == (len(small_casebook().episodes), found.grid.size), name
        assert (curves[:, 0] == 1.0).all(), name
        assert (np.diff(curves, axis=1) <= 1e-12).all(), name
        assert ((curves >= 0.0) & (curves <= 1.0)).all(), name


def test_the_difference_is_printed_whoever_wins() -> None:
    text = backtest_text(scored(), 90)
    assert "interval" in text
    row = scored().main.rows[0]
    word = "smaller" if row.difference < 0 else "larger"
    assert f"{word} error than" in " ".join(text.split())


def test_reports_hold_the_same_numbers() -> None:
    data = backtest_json(scored())
    assert data["main"]["scores"][0]["integrated_brier"] == scored().main.rows[0].brier
    assert len(data["forecasts"]) == len(small_casebook().episodes)
    fits = calibration_json(fitted())["fits"]
    assert fits["durability"]["a2_models"]["strong"]["posterior"]["a1"]["p50"] > 0.0
    text = calibration_text(fitted(), 80)
    assert "omega_c" in text
    assert "In this model" in text


def test_the_picture_says_what_it_shows() -> None:
    picture = posterior_picture(fitted())
    assert picture.startswith("<svg")
    assert "prior median" in picture
    legend, posteriors, priors = 3, 2 * 5, 5 + 1  # only a2 has two priors
    assert picture.count("<polyline") == legend + posteriors + priors


def test_the_shipped_casebook_with_few_draws_lands_near_the_shipped_posterior() -> None:
    few = fit.calibrate(shipped_casebook(), draws=800, seed=9)
    for rival, found in few.fits[fit.MAIN].posteriors.items():
        rows = posterior.load("durability").under(rival)
        for name in ("omega_c", "sigma2", "s_q", "a1"):
            shipped = np.log(rows[name])
            apart = abs(np.log(found.found[name][1]) - np.median(shipped))
            assert apart < shipped.std(), (rival, name)


@pytest.mark.deep
def test_the_shipped_posterior_comes_out_again_bit_for_bit(tmp_path: Path) -> None:
    """On the machine family that made it; elsewhere the last digits may differ."""
    record = posterior.load("durability").record
    found = fit.calibrate(shipped_casebook(), draws=record.draws, seed=record.seed)
    names = (fit.MAIN, fit.WITHOUT_FOUNDING)
    for file in posterior.write(tmp_path, found, names):
        if file.suffix == ".csv":
            shipped = posterior.posterior_hash(file.stem)
            assert posterior.load(str(file)).digest == shipped, file.name


@pytest.mark.deep
def test_the_model_forecasts_no_worse_than_kaplan_meier_by_type() -> None:
    found = backtest(shipped_casebook(), draws=8000)
    assert found.main.rows[0].difference <= 0.0
    assert all(min(sizes.values()) > 200 for sizes in found.fold_effective.values())


def test_a_folder_that_is_a_file_cannot_be_written(tmp_path: Path) -> None:
    from servanda.domain.errors import StoreError

    (tmp_path / "taken").write_text("")
    with pytest.raises(StoreError) as caught:
        posterior.write(tmp_path / "taken", fitted(), (fit.MAIN,))
    assert caught.value.code == "SV702"


def test_reading_and_calibrating_a_file(tmp_path: Path) -> None:
    from servanda import library

    text = library.path("casebook.csv").read_text("utf-8")
    (tmp_path / "book.csv").write_text(text, "utf-8")
    assert read_casebook(tmp_path / "book.csv").digest == shipped_casebook().digest
