"""Boxes beside those of the EMA workbench, by their overlap with the box that is there."""

import warnings

import numpy as np
import pytest

from servanda.numerics.discovery import prim

pytest.importorskip("ema_workbench")
pandas = pytest.importorskip("pandas")

TRUTH = {"x0": (0.55, 1.0), "x3": (0.0, 0.5), "x5": (0.2, 0.8)}
NAMES = [f"x{j}" for j in range(8)]


def case(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    luck = np.random.default_rng(seed)
    x = luck.uniform(size=(rows, len(NAMES)))
    inside = np.ones(rows, bool)
    for name, (low, high) in TRUTH.items():
        column = x[:, NAMES.index(name)]
        inside &= (column >= low) & (column <= high)
    return x, inside ^ (luck.random(rows) < 0.05)


def overlap(bounds: dict[str, tuple[float, float]]) -> float:
    """Volume of the intersection with the true box over that of the union."""
    both = own = truth = 1.0
    for name in NAMES:
        low, high = bounds.get(name, (0.0, 1.0))
        least, most = TRUTH.get(name, (0.0, 1.0))
        low, high = max(low, 0.0), min(high, 1.0)
        both *= max(min(high, most) - max(low, least), 0.0)
        own *= high - low
        truth *= most - least
    return both / (own + truth - both)


def emas(x: np.ndarray, y: np.ndarray) -> dict[str, tuple[float, float]]:
    """The box of EMA's trajectory with the best mean of coverage and density, as for ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ema_workbench.analysis import prim as ema

        found = ema.Prim(
            pandas.DataFrame(x, columns=NAMES), y.astype(int), threshold=0.1
        ).find_box()
    track = found.peeling_trajectory
    mean = 2 * track["coverage"] * track["density"] / (track["coverage"] + track["density"])
    limits = found.box_lims[int(mean.argmax())]
    return {name: tuple(limits[name]) for name in NAMES}


@pytest.mark.parametrize("seed", range(5))
def test_the_overlap_is_no_worse(seed: int):
    x, y = case(4000, seed)
    box = prim(x, y, names=NAMES, seed=seed).box
    assert box is not None
    ours = overlap(box.bounds(dict.fromkeys(NAMES, (0.0, 1.0))))
    assert ours >= overlap(emas(x, y)) - 0.02
    assert ours > 0.9
