"""Study any Python function over a space of inputs: the way servanda studies its own model.

The draws are addressed by row (``numerics.sampling``), so the same seed gives the same bits
whatever computes them, in chunks of any size. Chunks are computed one after the other or by an
executor; with a store each one is on disk, flushed, before the next is counted as done, and the
same call goes on where an interrupted one stopped.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from servanda._version import __version__
from servanda.domain.errors import ModelError
from servanda.numerics.copula import normal_correlation
from servanda.numerics.sampling import METHODS, Sampling, unit_sample
from servanda.study.experiments import Caller, Columns, Failure, caller_of, function_record
from servanda.study.exploration import Exploration, Held, Kept
from servanda.study.spaces import Space, coded, space_of
from servanda.study.store import RunFolder

__all__ = ["explore"]

Floats = NDArray[np.float64]
Progress = Callable[[int, int, float], None]

CHUNK, SLOW_CHUNK = 65_536, 1_024
TABLE = "experiments"
MOST_DRAWS = 1 << 34
AHEAD = 2  # chunks handed to an executor beyond what its workers hold
WORKERS = 8


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything that the numbers depend on."""

    caller: Caller
    space: Space
    seed: int
    draws: int
    method: Sampling
    normal: Floats | None
    scenarios: tuple[tuple[str, Mapping[str, Any]], ...]
    chunk: int

    def pieces(self) -> int:
        """Number of chunks over all scenarios."""
        return -(-self.draws // self.chunk) * len(self.scenarios)

    def compute(self, piece: int) -> tuple[Columns, list[Failure]]:
        """Draw and evaluate one chunk of one scenario."""
        per = -(-self.draws // self.chunk)
        name, fixed = self.scenarios[piece // per]
        first = piece % per * self.chunk
        size = min(self.chunk, self.draws - first)
        with coded():
            u = unit_sample(
                self.space.names,
                size,
                seed=self.seed,
                first=first,
                total=self.draws,
                method=self.method,
                normal=self.normal,
            )
        columns = self.space.columns(self.space.inputs.at(u))
        for held, value in fixed.items():
            columns[held] = np.full(size, value, dtype=columns[held].dtype)
        outcomes, failures = self.caller(columns, first)
        clash = sorted(set(outcomes) & {*columns, "draw", "scenario", "failed"})
        if clash:
            raise ModelError(
                f"the outcome {clash[0]!r} has the name of an input or of a column of the result",
                code="SV655",
            )
        found: Columns = {"draw": np.arange(first, first + size)}
        if len(self.scenarios) > 1 or name:
            found["scenario"] = np.full(size, name)
        found |= columns | outcomes
        failed = np.zeros(size, np.bool_)
        failed[[f.draw - first for f in failures]] = True
        found["failed"] = failed
        return found, failures


def explore(
    function: Callable[..., Any],
    space: Any,
    *,
    draws: int = 10_000,
    seed: int = 0,
    sampling: Sampling = "latin",
    rank_correlation: ArrayLike | Mapping[tuple[str, str], float] | None = None,
    scenarios: Mapping[str, Mapping[str, Any]] | None = None,
    constants: Mapping[str, Any] | None = None,
    outcomes: Sequence[str] | None = None,
    vectorized: bool | None = None,
    store: str | Path | None = None,
    version: str = "",
    chunk: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Exploration:
    """Evaluate a function over draws of its inputs and return them for study.

    Args:
        function: takes the inputs by name, as arrays of draws or as single values; returns an
            array or number, several of them, or a mapping from names of outcomes to them.
        space: a mapping from names to ``(low, high)``, distributions, categories
            (see `spaces.space_of`), or a problem of SALib.
        draws: how many; with scenarios, in each of them.
        seed: of the draws.
        sampling: ``latin``, ``sobol`` or ``monte_carlo``.
        rank_correlation: float64[input, input] of Spearman's rho in the order of the space, or
            ``{(name, name): rho}`` with all other pairs uncorrelated; through a Gaussian copula.
        scenarios: ``{name: {input: value}}``; in each the inputs named are held, the others are
            drawn the same in all.
        constants: further arguments of the function.
        outcomes: names of what the function returns, where it does not name it.
        vectorized: True if the function takes arrays, False if single values; None to try.
        store: a folder; the chunks are kept in it as Parquet and memory does not grow with draws.
        version: changes the identity of a stored study where the function's own code does not tell
            that it changed (because of what it calls).
        chunk: draws at a time. It changes no number.
        executor: of ``concurrent.futures``, or what behaves so (``dask.distributed.Client
            .get_executor()``); the function must then be one that can be sent to a worker.
        progress: called with chunks done, chunks in all and seconds since the start.

    Returns:
        Exploration. Draws whose outcome failed are marked, never dropped silently.

    Raises:
        ModelError: the space (SV654), the correlation (SV652), the function (SV655), or the size
            (SV657) cannot be used.
        StoreError: the folder cannot be written (SV702).

    Examples:
        >>> found = explore(lambda a, b: a * b, {"a": (0, 1), "b": (1, 2)}, draws=2000)
        >>> found.outcomes, found.sobol().ranking
        (('y',), ('a', 'b'))
    """
    plan = _planned(
        function, space, draws, seed, sampling, rank_correlation, scenarios, constants or {},
        outcomes, vectorized, chunk,
    )  # fmt: skip
    began = time.monotonic()
    total = plan.pieces()

    def tell(done: int) -> None:
        if progress is not None:
            progress(done, total, time.monotonic() - began)

    if store is None:
        tables: list[Columns] = []
        failures: list[Failure] = []
        for done, (_, columns, failed) in enumerate(_computed(plan, range(total), executor), 1):
            tables.append(columns)
            failures += failed
            tell(done)
        joined = {k: np.concatenate([t[k] for t in tables]) for k in tables[0]}
        names = _outcome_names(plan, joined)
        return Exploration(
            plan.caller, plan.space, names, plan.normal, seed, Held(joined), tuple(failures)
        )
    return _stored(plan, Path(store), version, executor, tell)


def _stored(
    plan: _Plan, root: Path, version: str, executor: Executor | None, tell: Callable[[int], None]
) -> Exploration:
    """Compute what the folder does not hold yet."""
    record = _record(plan, version)
    identity = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
    folder = RunFolder(root, identity)
    total = plan.pieces()
    about = {"hash": identity, "kind": TABLE, "chunks": total, "tables": [TABLE]}
    folder.describe(about | record, json.dumps(record))
    ahead = [piece for piece in range(total) if not folder.has(piece, (TABLE,))]
    tell(total - len(ahead))
    failures: list[Failure] = []
    for done, (piece, columns, failed) in enumerate(_computed(plan, ahead, executor), 1):
        folder.write(piece, {TABLE: pl.DataFrame(columns)})
        failures += failed
        tell(total - len(ahead) + done)
    paths = tuple(folder.path / folder.name(TABLE, piece) for piece in range(total))
    kept = Kept(paths)
    names = _outcome_names(plan, kept.names)
    return Exploration(
        plan.caller, plan.space, names, plan.normal, plan.seed, kept, tuple(failures)
    )


def _outcome_names(plan: _Plan, columns: Sequence[str] | Mapping[str, Any]) -> tuple[str, ...]:
    known = {*plan.space.names, "draw", "scenario", "failed"}
    return tuple(name for name in columns if name not in known)


def _record(plan: _Plan, version: str) -> dict[str, Any]:
    """What determines the numbers, for the identity of a stored study."""
    return {
        "function": function_record(plan.caller.function),
        "constants": {k: repr(v) for k, v in plan.caller.constants.items()},
        "outcomes": plan.caller.outcomes,
        "vectorized": plan.caller.vectorized,
        "space": list(plan.space.record),
        "draws": plan.draws,
        "seed": plan.seed,
        "sampling": plan.method,
        "correlation": None if plan.normal is None else plan.normal.tolist(),
        "scenarios": [[name, {k: repr(v) for k, v in s.items()}] for name, s in plan.scenarios],
        "chunk": plan.chunk,
        "version": version,
        "release": __version__,
    }


def _planned(
    function: Callable[..., Any],
    space: Any,
    draws: int,
    seed: int,
    sampling: Sampling,
    rank_correlation: Any,
    scenarios: Mapping[str, Mapping[str, Any]] | None,
    constants: Mapping[str, Any],
    outcomes: Sequence[str] | None,
    vectorized: bool | None,
    chunk: int | None,
) -> _Plan:
    """Check the request and find out how to call the function."""
    read = space_of(space)
    if not 1 <= draws <= MOST_DRAWS:
        raise ModelError(
            f"{draws:,} draws cannot be made; ask for 1 to {MOST_DRAWS:,}", code="SV657"
        )
    if sampling not in METHODS:
        raise ModelError(
            f"no sampling method {sampling!r}; there are {', '.join(METHODS)}", code="SV653"
        )
    if both := sorted(set(constants) & set(read.names)):
        raise ModelError(f"{both[0]!r} is an input and a constant", code="SV654")
    with coded():
        normal = _correlation(rank_correlation, read)
        u = unit_sample(read.names, min(draws, 8), seed=seed, total=draws, method=sampling)
    sample = read.columns(read.inputs.at(u))
    caller = caller_of(
        function, sample, constants=constants, vectorized=vectorized, outcomes=outcomes
    )
    fixed = tuple(
        (str(name), {k: read.value(k, v) for k, v in held.items()})
        for name, held in (scenarios or {"": {}}).items()
    )
    size = chunk or (CHUNK if caller.vectorized else SLOW_CHUNK)
    if size < 1:
        raise ModelError(f"a chunk has at least one draw, not {size}", code="SV657")
    return _Plan(caller, read, seed, draws, sampling, normal, fixed, size)


def _correlation(given: Any, space: Space) -> Floats | None:
    """The correlation of the normal variables behind the inputs."""
    if given is None:
        return None
    if isinstance(given, Mapping):
        matrix = np.eye(len(space.names))
        for pair, rho in given.items():
            i, j = (space.names.index(n) if n in space.names else -1 for n in pair)
            if min(i, j) < 0 or i == j:
                raise ModelError(
                    f"{pair!r} is no pair of inputs; there are {', '.join(space.names)}",
                    code="SV656",
                )
            matrix[i, j] = matrix[j, i] = rho
        given = matrix
    return normal_correlation(given, names=space.names)


def _computed(
    plan: _Plan, pieces: Sequence[int], executor: Executor | None
) -> Iterator[tuple[int, Columns, list[Failure]]]:
    """Chunks in order, with a few under way at a time."""
    if executor is None:
        for piece in pieces:
            yield (piece, *plan.compute(piece))
        return
    workers = getattr(executor, "_max_workers", WORKERS)
    waiting: list[tuple[int, Future[tuple[Columns, list[Failure]]]]] = []
    ahead = iter(pieces)
    try:
        while True:
            while len(waiting) < workers + AHEAD:
                following = next(ahead, None)
                if following is None:
                    break
                waiting.append((following, executor.submit(plan.compute, following)))
            if not waiting:
                return
            piece, job = waiting.pop(0)
            yield (piece, *job.result())
    finally:
        for _, job in waiting:
            job.cancel()
