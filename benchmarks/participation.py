"""Participation games a second: 32 guarantors, 257 nodes of capability, one start.

``python benchmarks/participation.py`` prints the figure; ``main`` returns it.
"""

from __future__ import annotations

import statistics
import time

import numpy as np

from servanda.deterrence.participation import Coalition, participate

TARGETS = {"solves_per_s": (">=", 15_000)}
PLAYERS, NODES, GAMES, REPEATS = 32, 257, 4096, 7


def batch(games: int = GAMES, players: int = PLAYERS, seed: int = 1) -> Coalition:
    """Large alliances with plausible stakes, all in one clause, a third with forward forces."""
    luck = np.random.default_rng(seed)
    shape = (games, players)

    def spread(median: float, sigma: float, *size: int) -> np.ndarray:
        return median * np.exp(sigma * luck.standard_normal(size))

    able = spread(0.05, 0.8, *shape)
    kappa = luck.beta(7, 3, shape)
    return Coalition(
        able=able,
        idle=0.2 * able * (luck.random(shape) < 1 / 3),
        stake=spread(0.35, 0.5, *shape),
        credit=1.25 * kappa + 0.1 * luck.standard_normal(shape),
        pooled=0.35 * kappa,
        cost=1.0 + spread(0.15, 0.5, *shape),
        prior=kappa,
        weight=able,
        pool=np.zeros(shape, np.int64),
        body=np.full(shape, -1),
        veto=np.zeros(shape),
        gives=able,
        nuclear=np.zeros(shape, np.bool_),
        lam=spread(4.0, 0.3, games),
        phi=luck.beta(6, 4, games),
        base=spread(0.45, 0.5, games),
        rival=np.ones(games),
        g=spread(1.2, 0.25, games),
        floor=np.zeros(games),
    )


def main() -> dict[str, float]:
    """Solve the batch several times; print one line and return the figures.

    Returns:
        ``solves_per_s`` on all processors, median of the repeats, and the share of the games
        that the bound proves to have one fixed point (these need one start only).
    """
    games = batch()
    answer = participate(games, nodes=NODES, tolerance=1e-10)
    one = np.flatnonzero(answer.bound < 1.0)
    names = ("lam", "phi", "base", "rival", "g", "floor")
    single = Coalition(**{name: getattr(games, name)[one] for name in (*_per_player(), *names)})
    rates = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        participate(single, nodes=NODES, tolerance=1e-10)
        rates.append(one.size / (time.perf_counter() - begin))
    figures = {
        "solves_per_s": statistics.median(rates),
        "proved_unique_share": one.size / GAMES,
    }
    print(
        f"participation: {figures['solves_per_s']:,.0f} one-start solves/s "
        f"({PLAYERS} guarantors, {NODES} nodes, {one.size} games, median of {REPEATS})"
    )
    return figures


def _per_player() -> tuple[str, ...]:
    return tuple(Coalition.__slots__[:13])


if __name__ == "__main__":
    main()
