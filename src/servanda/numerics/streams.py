"""Random streams keyed by what they are for, so that nothing else can disturb them.

A stream depends on the seed, the chunk and a name. A new assumption, another option, more workers
or a different order of work change no other stream: the same draws meet every option (common
random numbers), and a run is the same bits whatever computed it.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

__all__ = ["Floats", "generator", "uniforms"]

Floats = NDArray[np.float64]


def generator(seed: int, chunk: int, name: str) -> np.random.Generator:
    """Return the generator of one named stream.

    Args:
        seed: the run's seed, >= 0.
        chunk: which chunk of draws; use -1 for what all chunks share.
        name: what the numbers are for, for example an assumption's identifier.

    Examples:
        >>> float(generator(1, 0, "a1").random()) == float(generator(1, 0, "a1").random())
        True
    """
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    words = (chunk + 1, key & 0xFFFFFFFF, key >> 32)
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=words)))


def uniforms(seed: int, chunk: int, name: str, size: int) -> Floats:
    """Return ``size`` numbers strictly inside (0, 1), safe for a quantile function."""
    raw = generator(seed, chunk, name).random(size)
    return np.clip(raw, 1e-12, 1.0 - 1e-12)
