"""Open a stored run again as the comparison it was, or go on with one that was interrupted."""

from __future__ import annotations

from pathlib import Path

from servanda.domain.errors import StoreError
from servanda.domain.scenario import Resolved
from servanda.domain.study import Study
from servanda.study.comparison import compare
from servanda.study.result import Comparison
from servanda.study.running import Progress
from servanda.study.status import other_code
from servanda.study.store import RunFolder

__all__ = ["resume", "stored_comparison"]


def stored_comparison(path: Path) -> Comparison:
    """Build the comparison of a finished run from its record and its chunks.

    Nothing is recomputed that is stored; the rival models are not run again.

    Raises:
        StoreError: the folder holds no run.
    """
    return _again(RunFolder.open(path), executor="local", rival_effects=False, progress=None)


def resume(
    path: Path,
    *,
    executor: str = "local",
    rival_effects: bool = True,
    progress: Progress | None = None,
) -> Comparison:
    """Go on with an interrupted comparison from its own record and return it.

    Args:
        path: the run's folder.
        executor: where chunks are computed; it need not be the one that the run began with.
        rival_effects: also turn every switch.
        progress: called with chunks done, chunks in all, seconds.

    Raises:
        StoreError: the folder holds no run (SV701), or one of another kind or code (SV704).
    """
    folder = RunFolder.open(path)
    if folder.manifest.get("kind") != "compare":
        raise StoreError(
            f"{path} is a run of a function of your own; call it again with the same arguments, "
            "and it goes on where it stopped",
            code="SV704",
        )
    if note := other_code(folder.manifest):
        raise StoreError(f"{path} was {note}; give `servanda compare` again", code="SV704")
    return _again(folder, executor=executor, rival_effects=rival_effects, progress=progress)


def _again(
    folder: RunFolder, *, executor: str, rival_effects: bool, progress: Progress | None
) -> Comparison:
    study = Study.model_validate(folder.manifest["study"])
    return compare(
        Resolved.model_validate_json(folder.snapshot()),
        draws=study.draws,
        seed=study.seed,
        as_of=study.as_of,
        options=study.options,
        rivals=study.rivals,
        posterior=study.posterior,
        protege=study.protege,
        shifts=study.shifts,
        root=folder.path.parent,
        rival_effects=rival_effects,
        progress=progress,
        executor=executor,
    )
