"""Sobol indices with intervals beside SALib's, at the size of 2^16, and the peak of memory.

Intervals count only if they hold the truth as often as they say, so the coverage is measured too.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import time

import numpy as np

from servanda.numerics.sensitivity import sobol

TARGETS = {
    "salib_ratio": (">=", 10),
    "peak_mb": ("<=", 500),
    "coverage_percent": (">=", 90),
}
SIZE, REPEATS, SEEDS = 1 << 16, 5, 40
BOUNDS = [(-np.pi, np.pi)] * 3
PROBLEM = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": BOUNDS}
FIRST = np.array([0.313905, 0.442411, 0.0])
TOTAL = np.array([0.557589, 0.442411, 0.243684])


def ishigami(x: np.ndarray) -> np.ndarray:
    """The function of Ishigami and Homma (1990)."""
    a, b, c = x.T
    return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


def salibs(seed: int) -> float:
    """Processor seconds of SALib: sample, evaluate, analyse with its 100 resamples."""
    from SALib.analyze import sobol as analyse
    from SALib.sample import sobol as sample

    begin = time.process_time()
    x = sample.sample(PROBLEM, SIZE, calc_second_order=False, seed=seed)
    analyse.analyze(PROBLEM, ishigami(x), calc_second_order=False, seed=seed)
    return time.process_time() - begin


def ours(seed: int) -> float:
    """Processor seconds of the same here."""
    begin = time.process_time()
    sobol(ishigami, BOUNDS, size=SIZE, seed=seed)
    return time.process_time() - begin


def coverage(size: int = 4096) -> float:
    """Percentage of intervals at 95% that hold the truth."""
    hits = []
    for seed in range(SEEDS):
        found = sobol(ishigami, BOUNDS, size=size, seed=seed)
        for interval, truth in ((found.first_interval, FIRST), (found.total_interval, TOTAL)):
            hits.append((interval[:, 0] <= truth + 1e-6) & (truth - 1e-6 <= interval[:, 1]))
    return 100 * float(np.mean(hits))


def peak() -> float:
    """Peak megabytes of a process that does nothing else."""
    code = (
        "from benchmarks.sensitivity import ours; ours(1); print(open('/proc/self/status').read())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # Not ru_maxrss, which a process takes over from the one that started it.
    return int(re.search(r"VmHWM:\s+(\d+)", done.stdout)[1]) / 1024


def main() -> dict[str, float]:
    """Run both several times in turn.

    Returns:
        Ratio of processor time, seconds here, coverage of the intervals, peak of memory.
    """
    ours(0)
    salibs(0)
    own, theirs = [], []
    for seed in range(REPEATS):
        theirs.append(salibs(seed))
        own.append(ours(seed))
    return {
        "salib_ratio": statistics.median(theirs) / statistics.median(own),
        "sobol_2_16_cpu_ms": 1000 * statistics.median(own),
        "coverage_percent": coverage(),
        "peak_mb": peak(),
    }


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name:28s} {value:,.4g}")
