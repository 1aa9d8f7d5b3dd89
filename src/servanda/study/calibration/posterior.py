"""The posterior as files: rows of the calibrated parameters, and a record of where they come from.

``NAME.csv`` has a row per draw (``a2_model`` names the rival prior of a2 the row belongs to);
``NAME.yaml`` beside it says from which casebook, with which seed and how many draws it was made.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import as_file
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import yaml
from numpy.typing import NDArray

from servanda import library
from servanda._version import __version__, code_digest
from servanda.domain.codes import problem
from servanda.domain.errors import ModelError, ScenarioError, StoreError
from servanda.domain.noun import Noun
from servanda.domain.problem import Problem
from servanda.scenario.reading import parse, typed
from servanda.scenario.text import MAX_BYTES, Page, bounded, decoded, load_bytes
from servanda.study.streams import uniforms

if TYPE_CHECKING:
    from servanda.study.calibration.fit import Calibration, Fit

__all__ = [
    "Record",
    "RivalRecord",
    "Shipped",
    "load",
    "names",
    "posterior_columns",
    "posterior_hash",
    "stale",
    "write",
]

Floats = NDArray[np.float64]

COLUMNS = ("omega_c", "a1", "a2", "s_q", "sigma2")
RIVAL = "a2_model"
DIGITS = 6


class RivalRecord(Noun):
    """How the rows under one rival prior of a2 came about."""

    method: str
    effective_sample_size: float
    pool_effective_sample_size: float
    log_evidence: float


class Record(Noun):
    """Where a posterior comes from."""

    format: str
    casebook_sha256: str
    episodes: int
    events: int
    left_out: tuple[str, ...] = ()
    draws: int
    seed: int
    rows: int
    rivals: dict[str, RivalRecord]
    version: str
    code: str
    date: str


@dataclass(frozen=True, slots=True)
class Shipped:
    """A posterior read from its files.

    Attributes:
        name: its name or path.
        record: where it comes from.
        rows: by rival prior of a2, float64[row] by parameter.
        digest: SHA-256 of the table.
    """

    name: str
    record: Record
    rows: dict[str, dict[str, Floats]]
    digest: str

    def under(self, rival: str) -> dict[str, Floats]:
        """Give the rows under one rival prior of a2.

        Raises:
            ModelError: there are none (SV607).
        """
        if rival not in self.rows:
            raise ModelError(
                f"the posterior {self.name} has no rows for a2={rival}; it has "
                f"{', '.join(self.rows)}",
                code="SV607",
            )
        return self.rows[rival]


@cache
def names() -> tuple[str, ...]:
    """Names of the posteriors that ship.

    Examples:
        >>> names()
        ('durability', 'durability-without-founding')
    """
    found = (entry.name for entry in library.path("posterior").iterdir())
    return tuple(sorted(name[: -len(".csv")] for name in found if name.endswith(".csv")))


@cache
def load(name: str) -> Shipped:
    """Read a posterior.

    Args:
        name: one that ships, or the path of a CSV file that ``servanda calibrate --out`` wrote.

    Raises:
        ModelError: there is none of this name (SV634).
        ScenarioError: the files cannot be read (SV636), with line and column.
    """
    if name.endswith(".csv"):
        return _read(Path(name), name)
    if name not in names():
        raise ModelError(
            f"no posterior {name!r} ships; there are {', '.join(names())}", code="SV634"
        )
    with as_file(library.path("posterior")) as folder:
        return _read(folder / f"{name}.csv", f"library/posterior/{name}.csv")


def posterior_hash(name: str) -> str:
    """SHA-256 of a posterior's table, for the hash of a run that draws from it."""
    return load(name).digest


def stale(name: str, casebook_digest: str | None = None) -> Problem | None:
    """Say whether a posterior was made from another casebook than the one at hand.

    Args:
        name: as in ``load``.
        casebook_digest: of the casebook to compare with; None for the one that ships.

    Returns:
        A warning (SV637), or None where they match.
    """
    if casebook_digest is None:
        data = library.path("casebook.csv").read_bytes()
        casebook_digest = hashlib.sha256(data).hexdigest()
    found = load(name).record
    if found.casebook_sha256 == casebook_digest:
        return None
    return problem(
        "SV637",
        f"the posterior {name} was made from another casebook ({found.casebook_sha256[:12]}) than "
        f"the one at hand ({casebook_digest[:12]})",
        severity="warning",
    )


def posterior_columns(
    name: str, rival: str, *, seed: int, chunk: int, size: int
) -> Mapping[str, Floats]:
    """Draw rows of a posterior, jointly, and the frailty of the conflict at hand.

    The conflict is no member of the casebook, so its frailty (gamma, mean 1, variance sigma2 of the
    row) is unknown: it multiplies ``omega_c``, the same for all options of a draw.

    Args:
        name: as in ``load``.
        rival: rival prior of a2.
        seed: the run's seed.
        chunk: the chunk's number.
        size: draws in the chunk.

    Returns:
        float64[draw] for omega_c (frailty included), a1, a2, s_q and sigma2.
    """
    from scipy.special import gammaincinv

    rows = load(name).under(rival)
    count = len(rows["sigma2"])
    place = (uniforms(seed, chunk, "posterior:row", size) * count).astype(np.intp)
    columns = {key: column[place] for key, column in rows.items()}
    shape = 1.0 / columns["sigma2"]
    frailty = gammaincinv(shape, uniforms(seed, chunk, "posterior:frailty", size)) / shape
    columns["omega_c"] = columns["omega_c"] * frailty
    return columns


def write(folder: Path, calibration: Calibration, fits: tuple[str, ...]) -> list[Path]:
    """Write posteriors as files.

    Args:
        folder: made if it does not exist.
        calibration: what was found.
        fits: which of its fits; each becomes ``NAME.csv`` and ``NAME.yaml``.

    Returns:
        The files written.

    Raises:
        StoreError: the folder cannot be written (SV702).
    """
    made: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in fits:
            fit = calibration.fits[name]
            for suffix, text in ((".csv", table(fit)), (".yaml", record(calibration, fit))):
                made.append(folder / f"{name}{suffix}")
                made[-1].write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise StoreError(f"cannot write to {folder}: {error.strerror}", "SV702") from error
    return made


def table(fit: Fit) -> str:
    """Write the rows of a fit as CSV."""
    lines = [",".join((RIVAL, *COLUMNS))]
    for rival, posterior in fit.posteriors.items():
        rows = zip(*(posterior.rows[name] for name in COLUMNS), strict=True)
        lines += [",".join((rival, *(f"{x:.{DIGITS}g}" for x in row))) for row in rows]
    return "\n".join(lines) + "\n"


def record(calibration: Calibration, fit: Fit) -> str:
    """Write the record of a fit as YAML."""
    kept = [e for e in calibration.book.episodes if e.cluster not in fit.left_out]
    first = next(iter(fit.posteriors.values()))
    data = {
        "format": "1",
        "casebook_sha256": calibration.book.digest,
        "episodes": len(kept),
        "events": sum(e.event_kind in ("attack", "capitulation") for e in kept),
        "left_out": [*calibration.left_out, *fit.left_out],
        "draws": calibration.draws,
        "seed": calibration.seed,
        "rows": len(first.rows["sigma2"]),
        "rivals": {
            rival: {
                "method": p.method,
                "effective_sample_size": round(p.effective, 1),
                "pool_effective_sample_size": round(p.pool_effective, 1),
                "log_evidence": round(p.log_evidence, 3),
            }
            for rival, p in fit.posteriors.items()
        },
        "version": __version__,
        "code": code_digest(),
        "date": date.today().isoformat(),  # noqa: DTZ011  (a day for people, not a moment)
    }
    head = "# Made by `servanda calibrate`; the rows stand in the table of the same name.\n"
    return head + yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def _read(path: Path, title: str) -> Shipped:
    data = load_bytes(path, title, MAX_BYTES)
    page = decoded(data, title) if isinstance(data, bytes) else data
    if isinstance(page, Problem):
        raise ScenarioError([page])
    rows = _rows(page)
    about = path.with_suffix(".yaml")
    parsed = parse(about, str(Path(title).with_suffix(".yaml")))
    if parsed.root is None:
        raise ScenarioError(parsed.problems)
    got = typed(parsed, Record)
    if got.value is None:
        raise ScenarioError(got.errors or got.problems)
    digest = hashlib.sha256(data if isinstance(data, bytes) else b"").hexdigest()
    return Shipped(title, got.value, rows, digest)


def _rows(page: Page) -> dict[str, dict[str, Floats]]:
    """Read the table, noting every row that is none."""
    found: dict[str, list[list[float]]] = {}
    problems: list[Problem] = []

    def note(line: int, column: int, message: str) -> None:
        width = max(1, len(page.line(line)) - column + 1)
        span = page.span(line, column, line, column + width)
        problems.append(page.problem("SV636", message, span))

    reader = csv.reader(io.StringIO(page.text, newline=""))
    wanted = [RIVAL, *COLUMNS]
    if (header := next(reader, [])) != wanted:
        note(1, 1, f"expected the columns {','.join(wanted)}, found {','.join(header)[:80]}")
        raise ScenarioError(problems)
    for line, row in enumerate(reader, start=2):
        try:
            values = [float(cell) for cell in row[1:]]
        except ValueError:
            values = []
        if len(values) != len(COLUMNS) or not all(np.isfinite(values)) or min(values) <= 0.0:
            note(line, 1, f"expected a name and {len(COLUMNS)} numbers above 0")
            continue
        found.setdefault(row[0], []).append(values)
    if not found and not problems:
        note(1, 1, "the table has no rows")
    if problems:
        raise ScenarioError(bounded(problems, page.name))
    return {
        rival: dict(zip(COLUMNS, np.array(values).T, strict=True))
        for rival, values in found.items()
    }
