"""Value of information against closed forms, over seeds, and on the chemotherapy sample.

The sample's results stand in its README: estimates by the R package voi 1.0.3, from the same draws.
"""

import re
from math import erf, exp, pi, sqrt
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.conftest import DEEP

from servanda.numerics.voi import evpi, evppi

SEEDS = 100 if DEEP else 25
ROWS = 5000


def gain(mean: float, sd: float) -> float:
    z = mean / sd
    return sd * exp(-z * z / 2) / sqrt(2 * pi) + mean * 0.5 * (1 + erf(z / sqrt(2))) - max(0, mean)


@pytest.mark.parametrize("mean", [0.0, -0.4, 1.0])
def test_two_options_with_normal_benefits(mean: float):
    groups = [["a"], ["b"], ["a", "b"], ["form"], ["null"], ["word"], ["null", "word"]]
    steps = 0.4 * (np.arange(4) - 1.5)
    truth = [gain(mean, 0.8), gain(mean, 0.5), gain(mean, sqrt(0.89))]
    truth += [float(np.maximum(mean + steps, 0).mean()) - max(0, mean)]
    found = []
    for seed in range(SEEDS):
        luck = np.random.default_rng(seed)
        x, form = luck.normal(size=(ROWS, 4)), luck.integers(0, 4, ROWS)
        y = mean + 0.8 * x[:, 0] + 0.5 * x[:, 1] + steps[form] + 0.7 * x[:, 2]
        columns = {"a": x[:, 0], "b": x[:, 1], "form": form, "null": np.exp(x[:, 3])}
        columns["word"] = luck.integers(0, 5, ROWS)
        found.append(evppi(np.stack([np.zeros(ROWS), y], axis=1), columns, groups, seed=seed))
    for k, expected in enumerate(truth):
        values = np.array([f[k].value for f in found])
        allowed = 3 * values.std(ddof=1) / sqrt(SEEDS) + 0.01 * expected
        assert abs(values.mean() - expected) <= allowed, groups[k]
        single = [
            abs(f[k].value - expected) <= 3 * f[k].standard_error + 0.01 * expected for f in found
        ]
        assert np.mean(single) > 0.95, groups[k]
        held = np.mean([f[k].interval[0] <= expected <= f[k].interval[1] for f in found])
        assert held >= 0.95 - 4 * sqrt(0.95 * 0.05 / SEEDS), groups[k]
    for k in range(len(truth), len(groups)):
        covered = np.mean([f[k].interval[0] <= 0 <= f[k].interval[1] for f in found])
        assert covered >= 0.90, groups[k]


def published(readme: str) -> dict[str, tuple[float, float]]:
    """Estimate and standard error by group, from the table of the README."""
    rows = re.findall(r"^\| ([\w +]+) \| ([\d.]+) \| ([\d.]*) ?\|", readme, re.M)
    return {name: (float(value), float(error or 6.0)) for name, value, error in rows}


def test_the_chemotherapy_sample(reference: Path):
    folder = reference / "voi"
    benefit = pl.read_csv(folder / "chemo_nb.csv").to_numpy()
    inputs = pl.read_csv(folder / "chemo_pars.csv")
    table = published((folder / "README.md").read_text("utf-8"))
    assert evpi(benefit).plug_in == pytest.approx(table.pop("EVPI")[0], abs=0.01)
    groups = [name.split(" + ") for name in table]
    assert len(groups) >= 14
    for found, (name, (value, error)) in zip(
        evppi(benefit, inputs, groups), table.items(), strict=True
    ):
        assert abs(found.value - value) < 3 * error + 0.01 * value, name
    by_name = {n: w for n, w in zip(table, evppi(benefit, inputs, groups), strict=True)}
    assert not by_name["u_recovery"].told
    assert not by_name["c_home_care"].told
    assert by_name["lambda_home"].told


def test_twenty_worthless_inputs_do_not_rank():
    told = 0
    for seed in range(SEEDS):
        luck = np.random.default_rng(seed)
        benefit = np.stack([np.zeros(2000), luck.normal(size=2000)], axis=1)
        found = evppi(benefit, luck.normal(size=(2000, 20)), [list(range(20))], seed=seed)
        told += found[0].interval[0] > 0
    assert told <= 0.1 * SEEDS
