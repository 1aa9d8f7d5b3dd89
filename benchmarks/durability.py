"""How many draws a second the durability engine projects.

``python benchmarks/durability.py`` prints the figures; ``main`` returns them.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from typing import Literal

import numpy as np

from servanda.durability import project
from servanda.durability.model import CrisisInputs, Plan, PlanPhase, Tempo

TARGETS = {
    "draws_100000_s": ("<=", 30.0),
    "converged_share_at_precision_10": (">=", 0.999),
}
KINDS = 6
PROBES = 2
LEVELS = (4, 3, 2, 3)


def batch(draws: int, cells: int, seed: int = 1) -> tuple[CrisisInputs, Tempo]:
    """Crises and a tempo of plausible sizes."""
    luck = np.random.default_rng(seed)
    shape = (draws, cells, *LEVELS, KINDS)
    inputs = CrisisInputs(
        kinds=tuple(f"kind{k}" for k in range(KINDS)),
        probe=np.arange(KINDS) >= KINDS - PROBES,
        size=np.ones(KINDS),
        attack_value=luck.uniform(-1.2, 0.4, shape),
        resist=luck.uniform(0.3, 1.0, shape),
        answered=luck.uniform(0.0, 1.0, shape),
        honoured=luck.uniform(0.0, 1.0, shape),
        defence=luck.uniform(0.0, 1.0, shape),
        direct_war=luck.uniform(0.0, 0.2, shape),
        protege_value=luck.uniform(0.0, 0.9, shape),
    )
    medians = {
        "lambda_c": 4.0,
        "lambda_p": 4.0,
        "omega_c": 0.45,
        "omega_p": 0.45,
        "rho": 0.06,
        "s_q": 0.4,
        "g_b": 0.05,
        "x_b": 0.08,
        "eps": 0.03,
        "c_o": 0.25,
        "mu_drift": 0.15,
        "mu_leave": 0.04,
        "mu_election": 0.25,
        "mu_settle": 0.006,
        "mu_fray": 1.5,
        "mu_mend": 1.0,
        "p_prov": 0.01,
        "g_p": 0.03,
    }
    columns = {
        name: median * np.exp(0.3 * luck.standard_normal(draws)) for name, median in medians.items()
    }
    return inputs, Tempo(**columns)


def timed(
    inputs: CrisisInputs,
    tempo: Tempo,
    plans: list[Plan],
    repeats: int,
    protege: Literal["chooses", "mechanical"],
) -> float:
    """Median seconds of a warm projection."""
    seconds = []
    for _ in range(repeats):
        begin = time.perf_counter()
        project(inputs, tempo, plans, protege=protege)
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


def steep(draws: int) -> dict[str, float]:
    """Shares of draws solved with both precisions at 10."""
    inputs, tempo = batch(draws, 1, seed=2)
    ten = np.full(draws, 10.0)
    tempo = replace(tempo, lambda_c=ten, lambda_p=ten)
    plan = Plan("truce", (PlanPhase(0, np.zeros(draws), truce=True),))
    result = project(inputs, tempo, [plan], step=5.0)
    return {
        "converged_share_at_precision_10": 1.0 - result.unconverged_share,
        "several_share_at_precision_10": result.several_share,
    }


def main(draws: int = 2000, options: int = 14, repeats: int = 5) -> dict[str, float]:
    """Time one option of 144 states and a comparison of many options.

    Args:
        draws: draws per projection.
        options: options in the comparison.
        repeats: timed repeats; the median counts.

    Returns:
        Draws per second for 144 states with two players and with a mechanical protege, seconds for
        1e5 draws, seconds for the comparison, largest residual, shares not solved.
    """
    begin = time.perf_counter()
    small, quick = batch(2, 1)
    project(small, quick, [Plan("warm", (PlanPhase(0, np.zeros(2)),))])
    first = time.perf_counter() - begin
    inputs, tempo = batch(draws, 4)
    last = np.zeros(draws)
    single = [Plan("truce", (PlanPhase(0, last, truce=True),))]
    seconds = timed(inputs, tempo, single, repeats, "chooses")
    alone = timed(inputs, tempo, single, repeats, "mechanical")
    many = [Plan(f"o{k}", (PlanPhase(k % 4, last, truce=True),)) for k in range(options)]
    compared = timed(inputs, tempo, many, max(1, repeats // 2), "chooses")
    result = project(inputs, tempo, many)
    figures = {
        "first_call_s": first,
        "draws_per_s_144_states": draws / seconds,
        "draws_per_s_144_states_mechanical": draws / alone,
        "draws_100000_s": 1e5 * seconds / draws,
        "comparison_s": compared,
        "residual": float(result.residual.max()),
        "unconverged_share": result.unconverged_share,
        "several_share": result.several_share,
        **steep(draws),
    }
    for name, value in figures.items():
        print(f"durability, {name}: {value:,.6g}")
    return figures


if __name__ == "__main__":
    main()
