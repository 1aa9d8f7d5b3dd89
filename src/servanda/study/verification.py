"""Recompute a stored run from its own record and say whether the numbers are the same."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from servanda._version import __version__, code_digest
from servanda.domain.errors import StoreError
from servanda.domain.scenario import Resolved
from servanda.domain.study import Study
from servanda.study.display import Displayed
from servanda.study.outcomes import TABLES
from servanda.study.running import Progress, run
from servanda.study.store import RunFolder

__all__ = ["Verdict", "verify"]

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Verdict(Displayed):
    """The outcome of a recomputation.

    ``grade`` is ``identical`` (same bits), ``equal`` (within 1e-9 relative) or ``different``;
    ``largest`` is the largest relative difference found, ``notes`` say what differs between the
    machine of the record and this one.
    """

    grade: str
    largest: float
    hash: str
    notes: tuple[str, ...]


def verify(path: Path, *, progress: Progress | None = None, executor: str = "local") -> Verdict:
    """Recompute the run in a folder and compare every number with the stored one.

    Args:
        path: the run's folder.
        progress: called with chunks done, chunks in all, seconds.
        executor: where to compute; none on other machines, which do not see the scratch folder.

    Raises:
        StoreError: the folder holds no run, or a stored chunk is damaged.
    """
    stored = RunFolder.open(path)
    resolved = Resolved.model_validate_json(stored.snapshot())
    study = Study.model_validate(stored.manifest["study"])
    with TemporaryDirectory(prefix="servanda-verify-") as scratch:
        again = run(resolved, study, root=Path(scratch), progress=progress, executor=executor)
        same_code = stored.manifest.get("code") == code_digest()
        if same_code and again.hash != stored.manifest["hash"]:
            raise StoreError(
                "the record does not lead to the same run: its request or scenario was edited",
                code="SV704",
            )
        return _compare(stored, again.folder)


def _compare(stored: RunFolder, again: RunFolder) -> Verdict:
    notes = _notes(stored.manifest)
    run_hash = str(stored.manifest["hash"])
    if stored.digest() == again.digest():
        return Verdict("identical", 0.0, run_hash, notes)
    largest = max(_difference(stored.read(table), again.read(table)) for table in TABLES)
    grade = "equal" if largest <= TOLERANCE else "different"
    return Verdict(grade, largest, run_hash, notes)


def _difference(old: pl.DataFrame, new: pl.DataFrame) -> float:
    if old.columns != new.columns or old.height != new.height:
        return float("inf")
    worst = 0.0
    for name in old.columns:
        if not (old[name].dtype.is_numeric() or old[name].dtype == pl.Boolean):
            worst = worst if old[name].equals(new[name]) else float("inf")
            continue
        a = old[name].cast(pl.Float64).to_numpy()
        b = new[name].cast(pl.Float64).to_numpy()
        if not np.array_equal(np.isnan(a), np.isnan(b)):
            return float("inf")
        scale = np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-300)
        gap = np.nan_to_num(np.abs(a - b) / scale, nan=0.0)
        worst = max(worst, float(gap.max(initial=0.0)))
    return worst


def _notes(manifest: Mapping[str, object]) -> tuple[str, ...]:
    here = f"{platform.machine()} {platform.system()}"
    notes = []
    if manifest.get("platform") != here:
        notes.append(f"recorded on {manifest.get('platform')}, recomputed on {here}")
    if manifest.get("version") != __version__:
        notes.append(f"recorded with {manifest.get('version')}, recomputed with {__version__}")
    elif manifest.get("code") != code_digest():
        notes.append("the code has changed since, within the same version")
    return tuple(notes)
