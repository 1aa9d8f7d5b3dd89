"""Kaplan-Meier of the reference casebook: the anchors' table, and lifelines if installed."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from servanda.numerics.product_limit import product_limit

# Survival at 1, 5, 10 and 20 years and rate per year, with the 95% interval at 5 years.
TABLE = {
    "pact_with_forces": (8, 1, (1.00, 1.00, 1.00, 0.86), 0.0032, None),
    "external_combat_force": (7, 2, (0.86, 0.69, 0.69, 0.69), 0.017, (0.21, 0.91)),
    "peacekeepers": (13, 9, (0.85, 0.54, 0.54, 0.36), 0.046, (0.25, 0.76)),
    "observers": (4, 3, (0.75, 0.50, 0.25, 0.25), 0.120, (0.06, 0.84)),
    "assurance": (8, 7, (1.00, 0.75, 0.75, 0.25), 0.061, (0.31, 0.93)),
    "pact_no_forces": (4, 4, (1.00, 0.75, 0.75, 0.00), 0.082, (0.13, 0.96)),
    "neutrality": (3, 2, (0.67, 0.67, 0.67, 0.33), 0.017, (0.05, 0.95)),
    "none": (3, 3, (1.00, 1.00, 0.67, 0.33), 0.058, None),
    "all": (50, 31, (0.90, 0.72, 0.68, 0.41), 0.031, (0.57, 0.82)),
}


def episodes(folder: Path, kind: str) -> tuple[np.ndarray, np.ndarray]:
    with (folder / "casebook.csv").open(encoding="utf-8", newline="") as stream:
        rows = [r for r in csv.DictReader(stream) if kind in ("all", r["guarantee_type"])]
    years = np.array([float(r["end"]) - float(r["start"]) for r in rows])
    return years, np.array([r["war_resumed"] == "1" for r in rows])


@pytest.mark.parametrize("kind", TABLE)
def test_the_table_of_the_anchors(kind: str, reference: Path) -> None:
    count, events, survival, rate, interval = TABLE[kind]
    years, failed = episodes(reference, kind)
    assert (len(years), int(failed.sum())) == (count, events)
    curve = product_limit(years, failed)
    assert curve.at([1.0, 5.0, 10.0, 20.0]) == pytest.approx(survival, abs=6e-3)
    assert failed.sum() / years.sum() == pytest.approx(rate, rel=0.03)
    if interval is not None:
        low, high = curve.interval([5.0])
        assert (low[0], high[0]) == pytest.approx(interval, abs=6e-3)


@pytest.mark.parametrize("kind", TABLE)
def test_lifelines_agrees(kind: str, reference: Path) -> None:
    lifelines = pytest.importorskip("lifelines", reason="lifelines is not installed")
    years, failed = episodes(reference, kind)
    grid = np.array([0.5, 1.0, 3.0, 5.0, 10.0, 20.0, 60.0])
    curve = product_limit(years, failed)
    fitter = lifelines.KaplanMeierFitter().fit(years, failed)
    assert curve.at(grid) == pytest.approx(fitter.predict(grid).to_numpy(), abs=1e-12)
    theirs = fitter.confidence_interval_survival_function_
    low, high = curve.interval(theirs.index.to_numpy())
    inside = curve.at(theirs.index.to_numpy()) > 0.0
    assert low[inside] == pytest.approx(theirs.iloc[inside, 0].to_numpy(), abs=1e-9)
    assert high[inside] == pytest.approx(theirs.iloc[inside, 1].to_numpy(), abs=1e-9)


def test_lifelines_agrees_on_late_entry() -> None:
    lifelines = pytest.importorskip("lifelines", reason="lifelines is not installed")
    random = np.random.default_rng(2)
    entry = random.exponential(1.0, 200)
    ends = entry + random.exponential(4.0, 200)
    failed = random.random(200) < 0.7
    grid = np.linspace(2.0, 12.0, 21)  # before, few are at risk and both sides reach 0
    fitter = lifelines.KaplanMeierFitter().fit(ends, failed, entry=entry)
    curve = product_limit(ends, failed, entry=entry)
    assert curve.at(grid) == pytest.approx(fitter.predict(grid).to_numpy(), abs=1e-12)


def test_lifelines_agrees_on_concordance() -> None:
    utils = pytest.importorskip("lifelines.utils", reason="lifelines is not installed")
    from servanda.numerics.censored_scores import concordance

    random = np.random.default_rng(6)
    times, failed = random.integers(1, 12, 80).astype(float), random.random(80) < 0.6
    risk = random.integers(0, 9, 80).astype(float)
    theirs = utils.concordance_index(times, -risk, failed)
    assert concordance(risk, times, failed) == pytest.approx(theirs, abs=1e-12)
