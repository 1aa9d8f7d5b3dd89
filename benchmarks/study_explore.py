"""A study of 1e5 cheap experiments beside the EMA workbench, and ranking of many stored draws.

Seconds of processor time, medians of alternating repeats in one process. ``python -m benchmarks.run
study_explore`` prints the figures.
"""

from __future__ import annotations

import contextlib
import io
import logging
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import polars as pl

from servanda.study import explore

TARGETS = {
    "ema_ratio": (">=", 100),
    "ema_ratio_stored": (">=", 10),
    "ranking_20m_s": ("<=", 5),
    "ranking_20m_peak_mb": ("<=", 1000),
}
DRAWS, EMA_DRAWS, REPEATS = 100_000, (500, 3_500), 5
SPACE = {name: (0.0, 1.0) for name in "abcde"}
FILES, ROWS = 20, 1_000_000


def cheap(a, b, c, d, e):  # type: ignore[no-untyped-def]
    """A function of arrays or of single numbers."""
    return {"y": a * b + np.sin(c) - d * e}


def emas(draws: int) -> float:
    """Processor seconds of the EMA workbench, one experiment after the other."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ema_workbench as ema

        ema.ema_logging.log_to_stderr(logging.ERROR)
        model = ema.Model("cheap", function=cheap)
        model.uncertainties = [ema.RealParameter(name, 0, 1) for name in SPACE]
        model.outcomes = [ema.ScalarOutcome("y")]
        begin = time.process_time()
        with contextlib.redirect_stderr(io.StringIO()):  # its progress bar
            ema.perform_experiments(model, scenarios=draws)
        return time.process_time() - begin


def emas_slope() -> float:
    """Processor seconds of EMA for all the draws, start-up left out: the slope times the draws."""
    few, many = EMA_DRAWS
    return (emas(many) - emas(few)) / (many - few) * DRAWS


def ours(store: Path | None) -> float:
    """Processor seconds of the same here."""
    begin = time.process_time()
    explore(cheap, SPACE, draws=DRAWS, store=store)
    return time.process_time() - begin


def write_draws(folder: Path) -> list[Path]:
    """Twenty million draws of four options in as many files as a study would leave."""
    luck = np.random.default_rng(1)
    paths = []
    for k in range(FILES):
        values = luck.gamma(4.0, 2.0, (ROWS, 4)) + np.array([0.0, 0.1, -0.2, 0.4])
        columns = {"draw": np.arange(k * ROWS, (k + 1) * ROWS)}
        columns |= {f"option_{o}": values[:, o] for o in range(4)}
        paths.append(folder / f"chunk-{k:06d}.parquet")
        pl.DataFrame(columns).write_parquet(paths[-1], compression="zstd")
    return paths


RANKING = """
import re, sys, time
from servanda.study.ranked import rank_stored
paths, options = sys.argv[1:], [f"option_{o}" for o in range(4)]
rank_stored(paths[:1], options=options)  # compiled and loaded
runs = []
for _ in range(3):
    begin, cpu = time.perf_counter(), time.process_time()
    rank_stored(paths, options=options)
    runs.append((time.perf_counter() - begin, time.process_time() - cpu))
print(*min(runs), int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024)
"""


def ranking() -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak megabytes of a process that ranks the draws."""
    with tempfile.TemporaryDirectory() as folder:
        paths = write_draws(Path(folder))
        command = [sys.executable, "-c", RANKING, *map(str, paths)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    wall, cpu, peak = (float(v) for v in done.stdout.split())
    return wall, cpu, peak


def main() -> dict[str, float]:
    """Run both several times in turn.

    Returns:
        Ratios of processor time for 1e5 experiments (EMA's from the difference between two smaller
        numbers, its start-up left out), and the ranking of twenty million draws, the best of three.
    """
    ours(None)
    emas(100)
    off, on, theirs = [], [], []
    for _ in range(REPEATS):
        theirs.append(emas_slope())
        off.append(ours(None))
        with tempfile.TemporaryDirectory() as folder:
            on.append(ours(Path(folder)))
    wall, cpu, peak = ranking()
    return {
        "experiments_per_cpu_s": DRAWS / statistics.median(off),
        "ema_ratio": statistics.median(theirs) / statistics.median(off),
        "ema_ratio_stored": statistics.median(theirs) / statistics.median(on),
        "ranking_20m_s": wall,
        "ranking_20m_cpu_s": cpu,
        "ranking_20m_peak_mb": peak,
    }


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name:28s} {value:,.4g}")
