"""Scenario discovery beside EMA's: 1e5 draws, 20 inputs, with pasting and the null check."""

from __future__ import annotations

import logging
import statistics
import time
import warnings

import numpy as np

from servanda.numerics.discovery import prim

TARGETS = {"ema_ratio": (">=", 8), "overlap_less_emas": (">=", -0.02)}
ROWS, INPUTS, REPEATS = 100_000, 20, 5
TRUTH = {0: (0.55, 1.0), 3: (0.0, 0.5), 7: (0.3, 1.0)}
NAMES = [f"x{j}" for j in range(INPUTS)]


def case(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A box in three of twenty inputs, with three percent of the cases turned."""
    luck = np.random.default_rng(seed)
    x = luck.uniform(size=(ROWS, INPUTS))
    inside = np.ones(ROWS, np.bool_)
    for j, (low, high) in TRUTH.items():
        inside &= (x[:, j] >= low) & (x[:, j] <= high)
    return x, inside ^ (luck.random(ROWS) < 0.03)


def overlap(bounds: dict[str, tuple[float, float]]) -> float:
    """Volume of the intersection with the true box over that of the union."""
    both = own = truth = 1.0
    for j, name in enumerate(NAMES):
        low, high = max(bounds[name][0], 0.0), min(bounds[name][1], 1.0)
        least, most = TRUTH.get(j, (0.0, 1.0))
        both *= max(min(high, most) - max(low, least), 0.0)
        own *= high - low
        truth *= most - least
    return both / (own + truth - both)


def emas(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Processor seconds of EMA's search with pasting, and the overlap of the best of its boxes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandas as pd
        from ema_workbench.analysis import prim as ema
        from ema_workbench.util import ema_logging

        ema_logging.log_to_stderr(logging.ERROR)
        frame = pd.DataFrame(x, columns=NAMES)
        begin = time.process_time()
        found = ema.Prim(frame, y.astype(int), threshold=0.1).find_box()
        spent = time.process_time() - begin
    track = found.peeling_trajectory
    mean = 2 * track["coverage"] * track["density"] / (track["coverage"] + track["density"])
    limits = found.box_lims[int(mean.argmax())]
    return spent, overlap({name: tuple(limits[name]) for name in NAMES})


def ours(x: np.ndarray, y: np.ndarray, seed: int) -> tuple[float, float]:
    """The same here."""
    begin = time.process_time()
    box = prim(x, y, names=NAMES, seed=seed).box
    spent = time.process_time() - begin
    assert box is not None
    return spent, overlap(box.bounds(dict.fromkeys(NAMES, (0.0, 1.0))))


def main() -> dict[str, float]:
    """Run both in turn on several data sets.

    Returns:
        Ratio of processor time, seconds here, mean overlap with the true box, and what
        that is ahead of EMA's at the least.
    """
    x, y = case(0)
    prim(x[:500], y[:500])
    own, theirs = [], []
    for seed in range(REPEATS):
        x, y = case(seed)
        theirs.append(emas(x, y))
        own.append(ours(x, y, seed))
    ratio = statistics.median(t[0] for t in theirs) / statistics.median(o[0] for o in own)
    mine = statistics.mean(o[1] for o in own)
    return {
        "ema_ratio": ratio,
        "prim_1e5_x_20_cpu_s": statistics.median(o[0] for o in own),
        "overlap": mine,
        "overlap_less_emas": min(o[1] - t[1] for o, t in zip(own, theirs, strict=True)),
    }


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name:28s} {value:,.4g}")
