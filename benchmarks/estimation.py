"""Fits of strategic models per processor second, beside the times recorded for R.

R is not part of the environment. Its times (wall clock, warm, one fit from its own start, R 4.2.2
with `games` 1.1.2 and `sigInt` 0.2.0) were recorded once on a machine like this one: war1800
1.28 s, data_123 0.80 s, the logit of Leblang 3.3 s, the nested sanctions fit 14 s. Ratios are to
the processor seconds of a warm fit here, from one start as in R; the default of five more starts is
shown beside. The data are third-party: without SERVANDA_REFERENCE they are simulated at their
sizes.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from servanda.games.estimation import Table, fit, read_table, simulate_table

TARGETS = {
    "war1800_r_ratio": (">=", 20.0),
    "data123_r_ratio": (">=", 20.0),
    "leblang_logit_r_ratio": (">=", 20.0),
    "sanctions_ml_r_npl_ratio": (">=", 14.0),
}
REPEATS = 7
LEBLANG = (
    "outcome ~ capcont + lreserves + overval + creditgrow + USinterest + service + contagion + "
    "prioratt - 1 | 1 | 1 | unifgov + lexports + preelec + postelec + rightgov + realinterest + "
    "capcont + lreserves"
)
SANCTIONS = (
    "sq + cd + sf + bd ~ sqrt(senderecondep) + senderdemocracy + contig + ally - 1 | "
    "anticipatedsendercosts | sqrt(targetecondep) + anticipatedtargetcosts + contig + ally | "
    "sqrt(senderecondep) + senderdemocracy + lncaprat | targetdemocracy + lncaprat | "
    "senderdemocracy | -1"
)
# name: model, file, formula, link, R's seconds
CASES = {
    "war1800": ("egame12", "war1800.csv",
                "esc + war ~ s_wt_re1 + revis1 | 0 | regime1 | balanc + regime2", "probit", 1.283),
    "data123": ("egame123", "data_123.csv",
                "y ~ x1 + x2 | 0 | x3 | x4 + x5 | 0 | x6 | x7 | x8", "probit", 0.801),
    "leblang_logit": ("egame12", "leblang2003.csv", LEBLANG, "logit", 3.3),
}  # fmt: skip


def seconds(work: Callable[[], object]) -> float:
    """Return the least processor seconds of several runs, after one to warm up."""
    work()
    found = []
    for _ in range(REPEATS):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return min(found)


def figures_of(table: Table, name: str) -> dict[str, float]:
    """Return the figures of one of the trees."""
    model, _, formula, link, r_seconds = CASES[name]
    one = seconds(lambda: fit(model, formula, table, link=link, starts=0))
    default = seconds(lambda: fit(model, formula, table, link=link))
    return {
        f"{name}_one_start_cpu_ms": 1e3 * one,
        f"{name}_default_cpu_ms": 1e3 * default,
        f"{name}_r_ratio": r_seconds / one,
    }


def simulated() -> dict[str, float]:
    """Return the figures of a simulated tree, where the reference data are not there."""
    random = np.random.default_rng(0)
    data = {f"x{i}": random.normal(size=1000) for i in range(1, 9)}
    formula = "y ~ x1 + x2 | 0 | x3 | x4 + x5 | 0 | x6 | x7 | x8"
    truth = [1.1, 1.3, -1.2, 0.8, -1.3, -2.2, 1.5, 1.8, 0.7, -0.9, -1.2, 1.2, 0.7, -1.0]
    labels = ("1", "3", "5", "6")
    table = simulate_table("egame123", formula, data, truth, seed=1, outcomes=labels)
    one = seconds(lambda: fit("egame123", formula, table, outcomes=labels, starts=0))
    return {"simulated_egame123_one_start_cpu_ms": 1e3 * one}


def main() -> dict[str, float]:
    """Return the figures."""
    named = os.environ.get("SERVANDA_REFERENCE")
    found = simulated()
    if not named:
        return found
    folder = Path(named) / "strategic"
    for name, case in CASES.items():
        found |= figures_of(read_table(folder / case[1]), name)
    sanctions = read_table(folder / "sanctionsData.csv")
    exact = seconds(lambda: fit("lewis-schultz", SANCTIONS, sanctions, starts=0))
    return {**found, "sanctions_ml_cpu_ms": 1e3 * exact, "sanctions_ml_r_npl_ratio": 14.0 / exact}
