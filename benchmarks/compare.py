"""The founding case at 2,000 draws, warm, with the rival models: seconds."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from servanda.scenario.folder import load
from servanda.study import compare

TARGETS = {"compare_2000_s": ("<=", 60.0), "main_run_2000_s": ("<=", 60.0)}
DRAWS = 2000


def main(draws: int = DRAWS) -> dict[str, float]:
    """Time one comparison after a small one has loaded the kernels.

    Args:
        draws: number of draws.

    Returns:
        Seconds of the whole comparison, of its main run alone, and draws per second.
    """
    resolved = load("ukraine-2025")
    with tempfile.TemporaryDirectory() as folder:
        compare(resolved, draws=5, root=Path(folder), rival_effects=False)
        begun = time.perf_counter()
        result = compare(resolved, draws=draws, root=Path(folder))
        whole = time.perf_counter() - begun
    alone = result.run.seconds or float("nan")
    return {
        f"compare_{draws}_s": whole,
        f"main_run_{draws}_s": alone,
        "draws_per_s": draws / alone,
    }


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name}: {value:.1f}")
