"""Samples of the unit cube by rows, so that any part can be made by anybody: the same bits.

Every design is addressed by row: rows 40,000 to 50,000 are the same whether one process makes all
of them or each worker its own part, in whatever portions. Monte Carlo reads a counter-based stream
from the row on; the Latin hypercube evaluates a keyed permutation of all strata at the rows asked
for; the Sobol sequence skips ahead by the binary digits of the row. Streams are keyed by the name
of an input, so that a further input changes none of the others (the Sobol sequence apart, whose
dimensions are assigned in order).

References:
    Salmon et al. 2011, doi:10.1145/2063384.2063405 (counter-based streams); McKay, Beckman &
    Conover 1979, doi:10.2307/1268522 (Latin hypercube); Black & Rogaway 2002,
    doi:10.1007/3-540-45760-7_9 (permutations of any size by walking in cycles); Sobol 1967; Owen
    1998, doi:10.1006/jcom.1998.0487 (scrambling).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from servanda.numerics.copula import correlate
from servanda.numerics.inputs import BAD_SAMPLE, InputError
from servanda.numerics.jit import kernel, part

__all__ = ["METHODS", "Sampling", "unit_sample"]

Floats = NDArray[np.float64]
Sampling = Literal["monte_carlo", "latin", "sobol"]
METHODS: tuple[Sampling, ...] = ("monte_carlo", "latin", "sobol")

EDGE = 1e-12
LANES = 4  # doubles that one step of Philox gives
SOBOL_BITS = 30
MOST_SOBOL = 21_201


def unit_sample(
    names: Sequence[str],
    size: int,
    *,
    seed: int,
    first: int = 0,
    total: int | None = None,
    method: Sampling = "latin",
    normal: Floats | None = None,
) -> Floats:
    """Make rows ``first`` to ``first + size`` of a sample of the unit cube.

    Args:
        names: of the inputs; they key the streams.
        size: how many rows.
        seed: of the whole sample, >= 0.
        first: the first row.
        total: rows of the whole sample, which the strata of a Latin hypercube depend on; by
            default ``first + size``.
        method: ``monte_carlo``, ``latin`` or ``sobol`` (scrambled; totals that are powers of two
            are balanced).
        normal: float64[input, input]; correlations of the normal variables of a Gaussian copula,
            as ``copula.normal_correlation`` returns them.

    Returns:
        float64[row, input], strictly inside (0, 1).

    Raises:
        InputError: an unknown method, or rows outside the sample (SV653).

    Examples:
        >>> whole = unit_sample(["a", "b"], 8, seed=1, method="sobol")
        >>> part_of_it = unit_sample(["a", "b"], 3, seed=1, first=4, total=8, method="sobol")
        >>> bool((whole[4:7] == part_of_it).all())
        True
    """
    rows = first + size if total is None else total
    if method not in METHODS:
        raise InputError(
            f"no sampling method {method!r}; there are {', '.join(METHODS)}", BAD_SAMPLE
        )
    if size < 0 or first < 0 or first + size > rows or seed < 0:
        raise InputError(
            f"rows {first:,} to {first + size:,} of {rows:,} with seed {seed} cannot be drawn",
            BAD_SAMPLE,
        )
    if method == "sobol":
        u = _sobol(len(names), seed, first, size, rows)
    else:
        u = np.empty((size, len(names)))
        for j, name in enumerate(names):
            u[:, j] = _stream(seed, name, first, size)
            if method == "latin":
                _stratify(u[:, j], first, rows, _key(seed, name))
    np.clip(u, EDGE, 1.0 - EDGE, out=u)
    return u if normal is None else np.clip(correlate(u, normal), EDGE, 1.0 - EDGE)


def _words(name: str) -> tuple[int, int]:
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    return key & 0xFFFFFFFF, key >> 32


def _stream(seed: int, name: str, first: int, size: int) -> Floats:
    """Numbers ``first`` to ``first + size`` of the stream of one name."""
    bits = np.random.Philox(np.random.SeedSequence(seed, spawn_key=(0, *_words(name))))
    bits.advance(first // LANES)
    extra = first % LANES
    return np.random.Generator(bits).random(size + extra)[extra:]


def _key(seed: int, name: str) -> NDArray[np.uint64]:
    words = np.random.SeedSequence(seed, spawn_key=(1, *_words(name)))
    return np.asarray(words.generate_state(6, np.uint64), np.uint64)


@part
def _mixed(value, key):  # type: ignore[no-untyped-def]
    """Mix a number with a key (the finaliser of splitmix64)."""
    z = value + key
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@kernel
def _stratify(u, first, total, keys):  # type: ignore[no-untyped-def]
    """Put each number into its stratum: a keyed permutation of all strata, read at the rows.

    A Feistel network on a table of about square shape permutes its cells; a cell beyond the last
    stratum is put through again until it is one, which leaves a permutation of the strata.
    """
    wide = np.uint64(math.ceil(math.sqrt(total)))
    high = (np.uint64(total) + wide - np.uint64(1)) // wide
    for row in range(u.shape[0]):
        place = np.uint64(first + row)
        while True:
            up, along = place // wide, place % wide
            for r in range(0, keys.shape[0], 2):
                up += ((_mixed(along, keys[r]) >> np.uint64(32)) * high) >> np.uint64(32)
                up -= high if up >= high else np.uint64(0)
                along += ((_mixed(up, keys[r + 1]) >> np.uint64(32)) * wide) >> np.uint64(32)
                along -= wide if along >= wide else np.uint64(0)
            place = up * wide + along
            if place < np.uint64(total):
                break
        u[row] = (float(place) + u[row]) / total


@lru_cache(maxsize=8)
def _engine(count: int, seed: int) -> tuple[Any, NDArray[np.uint64] | None, NDArray[np.uint64]]:
    """Scipy's scrambled sequence, its direction numbers [input, bit] and its shift [input].

    The direction numbers are not part of scipy's public face; where they are not found the sequence
    is wound forward instead, which is slow for rows far out and gives the same bits.
    """
    from scipy.stats import qmc

    luck = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(2,))))
    engine = qmc.Sobol(count, scramble=True, bits=SOBOL_BITS, rng=luck)
    numbers = getattr(engine, "_sv", None)
    shift = getattr(engine, "_shift", None)
    if numbers is None or shift is None or np.shape(numbers) != (count, SOBOL_BITS):
        return engine, None, np.zeros(count, np.uint64)
    return engine, np.asarray(numbers, np.uint64), np.asarray(shift, np.uint64)


def _sobol(count: int, seed: int, first: int, size: int, total: int) -> Floats:
    if total > 1 << SOBOL_BITS or count > MOST_SOBOL:
        raise InputError(
            f"the Sobol sequence has at most {1 << SOBOL_BITS:,} rows and {MOST_SOBOL:,} inputs",
            BAD_SAMPLE,
        )
    if not size or not count:
        return np.empty((size, count))
    engine, numbers, shift = _engine(count, seed)
    if numbers is None:
        engine.reset()
        if first:
            engine.fast_forward(first)
        return np.asarray(engine.random(size))
    found = np.empty((size, count), np.uint64)
    done = 0
    while done < size:  # blocks that start at a multiple of their length
        row = first + done
        length = 1 << min((size - done).bit_length() - 1, (row & -row or 1 << 62).bit_length() - 1)
        _block(found[done : done + length], numbers, shift, row)
        done += length
    return np.asarray(found * 2.0**-SOBOL_BITS, np.float64)


def _block(
    out: NDArray[np.uint64], numbers: NDArray[np.uint64], shift: NDArray[np.uint64], row: int
) -> None:
    """Fill rows from ``row`` on; the Gray code of a sum of disjoint parts is that of the parts."""
    out[0] = shift
    gray = row ^ (row >> 1)
    for bit in range(gray.bit_length()):
        if gray >> bit & 1:
            out[0] ^= numbers[:, bit]
    filled, bit = 1, 0
    while filled < len(out):
        step = numbers[:, bit] ^ numbers[:, bit - 1] if bit else numbers[:, 0]
        np.bitwise_xor(out[:filled], step, out=out[filled : 2 * filled])
        filled, bit = 2 * filled, bit + 1
