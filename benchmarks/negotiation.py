"""Rounds of challenges per processor second; a large table; all models; the shapes of bad luck.

The peer figure is that of an expected-utility solver for the same model whose whole solve of ten
actors was measured at 550 a second on such a machine (recorded, not run here).
"""

import statistics
import time

import numpy as np

from servanda.negotiation import Issue, Table, forecast
from servanda.numerics.challenge import play_rounds

TARGETS = {
    "ten_actors_eight_rounds_solves_per_cpu_s": (">=", 10_000.0),
    "two_hundred_actors_eight_rounds_cpu_s": ("<=", 1.0),
    "different_bits_between_one_and_two_blocks": ("<=", 0.0),
}
DRAWS, REPEATS, RECORDED_PEER = 20_000, 5, 550.0


def table(draws: int, actors: int, seed: int = 1) -> tuple[np.ndarray, ...]:
    """Draw positions, capabilities and saliences, each float64[draw, actor]."""
    stream = np.random.default_rng(seed)
    return tuple(stream.random((3, draws, actors)) * 0.98 + 0.01)


def seconds(work, repeats: int = REPEATS) -> tuple[float, float]:
    """Return the medians of processor and wall seconds."""
    spent = []
    for _ in range(repeats):
        begin = time.process_time(), time.perf_counter()
        work()
        spent.append((time.process_time() - begin[0], time.perf_counter() - begin[1]))
    return statistics.median(s[0] for s in spent), statistics.median(s[1] for s in spent)


def main() -> dict[str, float]:
    """Time the kernels and the whole engine."""
    x, c, s = table(DRAWS, 10)
    play_rounds(x[:2], c[:2], s[:2], rounds=8)
    cpu, wall = seconds(lambda: play_rounds(x, c, s, rounds=8))
    whole = play_rounds(x[:300], c[:300], s[:300], rounds=8).position
    halves = [play_rounds(x[a:b], c[a:b], s[a:b], rounds=8).position for a, b in ((0, 7), (7, 300))]
    differ = float(np.count_nonzero(whole != np.concatenate(halves)))
    large = table(1, 200)
    cpu_large, _ = seconds(lambda: play_rounds(*large, rounds=8))
    one = Issue(
        name="large",
        actors=tuple(f"A{k}" for k in range(200)),
        position=large[0][0],
        salience=large[2][0],
        capability=large[1][0],
        std_error=np.zeros(200),
    )
    forecast(Table((one,)))
    cpu_all, _ = seconds(lambda: forecast(Table((one,))), 3)
    return {
        "ten_actors_eight_rounds_solves_per_s": DRAWS / wall,
        "ten_actors_eight_rounds_solves_per_cpu_s": DRAWS / cpu,
        "recorded_solver_550_per_s_ratio": DRAWS / wall / RECORDED_PEER,
        "two_hundred_actors_eight_rounds_cpu_s": cpu_large,
        "two_hundred_actors_all_models_cpu_s": cpu_all,
        "different_bits_between_one_and_two_blocks": differ,
    }
