"""Run a study: chunk by chunk, with progress, finished work kept, the same bits every time."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from servanda._version import __version__, code_digest
from servanda.domain.errors import ModelError
from servanda.domain.moment import Moment
from servanda.domain.option import Option
from servanda.domain.scenario import Resolved
from servanda.domain.study import Study
from servanda.study.board import Board, assessed_incidents, crisis_incidents
from servanda.study.board import board as board_of
from servanda.study.calibration.posterior import posterior_hash
from servanda.study.completions import duty_table
from servanda.study.draws import draw
from servanda.study.executing import Executor, Job, Progress, complete_all, executor_named
from servanda.study.outcomes import TABLES, chunk_tables
from servanda.study.store import RunFolder

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "CHUNK",
    "Chunks",
    "Progress",
    "Run",
    "known_options",
    "lay_out",
    "run",
    "run_ahead",
    "run_hash",
]

CHUNK = 250


@dataclass(frozen=True, slots=True)
class Chunks:
    """The work of a study of a scenario, as executors take it: a number of a chunk to its tables.

    Examples:
        ``Chunks(resolved, study, board)(0)["outcomes"]`` has a row per draw and option.
    """

    resolved: Resolved
    study: Study
    board: Board

    def __call__(self, chunk: int) -> dict[str, pl.DataFrame]:
        """Compute the tables of one chunk; the last one may be shorter."""
        study, resolved = self.study, self.resolved
        first = chunk * CHUNK
        draws = draw(
            resolved.assumptions,
            seed=study.seed,
            chunk=chunk,
            size=min(CHUNK, study.draws - first),
            rivals=study.rivals,
            posterior=study.posterior,
            shifts=study.shifts,
        )
        horizon = float(resolved.scenario.horizon_years)
        return chunk_tables(self.board, draws, horizon, first, protege=study.protege)


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: its request, the scenario it stands for, and the folder with its chunks."""

    study: Study
    resolved: Resolved
    options: tuple[Option, ...]
    board: Board
    folder: RunFolder
    hash: str
    seconds: float


def known_options(resolved: Resolved, study: Study) -> tuple[Option, ...]:
    """Return the options on the table on the study's day of knowledge, in the scenario's order.

    Raises:
        ModelError: an option named is unknown or not yet known, or none is left (SV603).
    """
    day = study.as_of or resolved.scenario.as_of
    known = [o for o in resolved.options if o.known_from is None or o.known_from.not_after(day)]
    names = {o.id for o in known}
    for wanted in study.options:
        if wanted not in names:
            raise ModelError(
                f"no option {wanted!r} is known on {day}; known then: {', '.join(sorted(names))}",
                code="SV603",
            )
    chosen = tuple(o for o in known if not study.options or o.id in study.options)
    if not chosen:
        raise ModelError(
            f"no option of the scenario was known on {day}; give a later --as-of", code="SV603"
        )
    return chosen


def run_hash(study: Study, resolved: Resolved, options: Sequence[Option]) -> str:
    """Return the hash of everything that determines the numbers: request, scenario, code."""
    request = {
        "study": study.model_dump(mode="json", exclude={"scenario"}),
        "posterior": None if study.posterior is None else posterior_hash(study.posterior),
        "scenario": resolved.content_hash,
        "options": [o.id for o in options],
        "chunk": CHUNK,
        "code": code_digest(),
    }
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()


def lay_out(resolved: Resolved, options: Sequence[Option], seed: int) -> Board:
    """Assess the incident bank under every instrument of the options and lay out the cells."""
    if not resolved.scenario.guarantors:
        raise ModelError(
            "the scenario names no guarantor, so there is no guarantee to compare; list states "
            "under `guarantors:`",
            code="SV602",
        )
    incidents, _ = assessed_incidents(crisis_incidents(resolved), resolved.scenario.protege)
    names = dict.fromkeys(n for o in options for p in o.phases for n in p.instruments)
    guarantors = [g.actor for g in resolved.scenario.guarantors]
    tables = {
        name: duty_table(
            resolved.instruments[name],
            incidents,
            guarantors,
            resolved.actors,
            resolved.slots,
            seed,
        )
        for name in names
    }
    return board_of(resolved, options, tables)


def run(
    resolved: Resolved,
    study: Study,
    *,
    root: Path,
    progress: Progress | None = None,
    board: Board | None = None,
    executor: str | Executor = "local",
) -> Run:
    """Run a study and keep every finished chunk.

    Args:
        resolved: the scenario with its cross-references looked up.
        study: draws, seed, day of knowledge, options, rivals.
        root: the folder that holds runs; this one's folder is named by its hash.
        progress: called with chunks done, chunks in all, and seconds since the start.
        board: the layout, where a run with the same scenario, options and seed made it already.
        executor: where chunks are computed (`servanda.study.executing`); the bits do not depend
            on it.

    Returns:
        Run. If it is interrupted, the same call goes on where it stopped.

    Raises:
        StudyInterrupted: Ctrl-C; finished chunks are kept.
        ModelError: no such executor (SV760), or the request cannot be computed.
        StoreError: a chunk cannot be written, or workers were lost; finished chunks are kept.
    """
    began = time.monotonic()
    where = executor_named(executor) if isinstance(executor, str) else executor
    options = known_options(resolved, study)
    identity = run_hash(study, resolved, options)
    board = board or lay_out(resolved, options, study.seed)
    folder = _described(resolved, study, options, root, identity)
    job = _job(resolved, study, board, folder)
    complete_all((job,), executor=where, progress=progress)
    return Run(study, resolved, options, board, folder, identity, time.monotonic() - began)


def run_ahead(
    resolved: Resolved,
    studies: Sequence[Study],
    *,
    root: Path,
    board: Board,
    executor: str | Executor,
) -> None:
    """Compute several small studies at once, for `run` to find them finished.

    Args:
        resolved: the scenario of all of them.
        studies: the requests, of the same options and seed.
        root: the folder that holds runs.
        board: their common layout.
        executor: where chunks are computed.
    """
    jobs = []
    for study in studies:
        options = known_options(resolved, study)
        identity = run_hash(study, resolved, options)
        jobs.append(
            _job(resolved, study, board, _described(resolved, study, options, root, identity))
        )
    if jobs:
        complete_all(jobs, executor=executor)


def _described(
    resolved: Resolved, study: Study, options: Sequence[Option], root: Path, identity: str
) -> RunFolder:
    """Open the folder of a run and write what it is."""
    folder = RunFolder(root, identity)
    folder.describe(
        {
            "kind": "compare",
            "title": resolved.scenario.title,
            "hash": identity,
            "study": study.model_dump(mode="json"),
            "options": [o.id for o in options],
            "chunks": _chunks(study),
            "tables": list(TABLES),
            "version": __version__,
            "code": code_digest(),
            "platform": f"{platform.machine()} {platform.system()}",
        },
        resolved.model_dump_json(by_alias=True, exclude_unset=True),
    )
    return folder


def _job(resolved: Resolved, study: Study, board: Board, folder: RunFolder) -> Job:
    return Job(Chunks(resolved, study, board), folder.path.resolve(), _chunks(study), TABLES)


def _chunks(study: Study) -> int:
    return -(-study.draws // CHUNK)


def day_of(resolved: Resolved, study: Study) -> Moment:
    """Return the day of knowledge of a study."""
    return study.as_of or resolved.scenario.as_of
