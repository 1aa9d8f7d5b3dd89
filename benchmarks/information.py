"""Value of information: error against closed forms, coverage of worthless groups, speed."""

from __future__ import annotations

import statistics
import time
from math import erf, exp, pi, sqrt

import numpy as np

from servanda.numerics.voi import evppi

TARGETS = {"error_beyond_3se_percent": ("<=", 1), "null_coverage_percent": (">=", 90)}
ROWS, SEEDS, REPEATS = 10_000, 25, 5


def gain(mean: float, sd: float) -> float:
    """E max(0, X) - max(0, E X) for a normal X."""
    z = mean / sd
    return sd * exp(-z * z / 2) / sqrt(2 * pi) + mean * 0.5 * (1 + erf(z / sqrt(2))) - max(0, mean)


GROUPS = [["x0"], ["x1"], ["x0", "x1"], ["x4"], ["x4", "x5"]]
TRUTH = [gain(-0.2, 0.8), gain(-0.2, 0.5), gain(-0.2, sqrt(0.89)), 0.0, 0.0]


def case(seed: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Two options, the benefit of one normal and linear in four of six inputs."""
    luck = np.random.default_rng(seed)
    x = luck.normal(size=(ROWS, 6))
    y = -0.2 + x[:, :4] @ np.array([0.8, 0.5, 0.3, 0.3]) + luck.normal(size=ROWS)
    return np.stack([np.zeros(ROWS), y], axis=1), {f"x{j}": x[:, j] for j in range(6)}


def main() -> dict[str, float]:
    """Value groups over seeds.

    Returns:
        The largest error of a mean over seeds beyond three of its standard errors, in percent of
        the truth; the share of intervals of worthless groups that hold 0; time of four inputs.
    """
    found = np.array(
        [
            [(w.value, w.interval[0]) for w in evppi(*case(seed), GROUPS, seed=seed)]
            for seed in range(SEEDS)
        ]
    )
    beyond = []
    for k, truth in enumerate(TRUTH[:3]):
        values = found[:, k, 0]
        error = abs(values.mean() - truth) - 3 * values.std(ddof=1) / sqrt(SEEDS)
        beyond.append(max(error, 0.0) / truth * 100)
    times = []
    benefit, columns = case(0)
    for _ in range(REPEATS):
        begin = time.process_time()
        evppi(benefit, columns, [["x0", "x1", "x2", "x3"]])
        times.append(time.process_time() - begin)
    return {
        "error_beyond_3se_percent": max(beyond),
        "null_coverage_percent": 100 * float((found[:, 3:, 1] <= 0).mean()),
        "four_inputs_1e4_cpu_ms": 1000 * statistics.median(times),
    }


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name:28s} {value:,.4g}")
