"""Open a stored run again as the comparison it was."""

from __future__ import annotations

from pathlib import Path

from servanda.domain.scenario import Resolved
from servanda.domain.study import Study
from servanda.study.comparison import compare
from servanda.study.result import Comparison
from servanda.study.store import RunFolder

__all__ = ["stored_comparison"]


def stored_comparison(path: Path) -> Comparison:
    """Build the comparison of a finished run from its record and its chunks.

    Nothing is recomputed that is stored; the rival models are not run again.

    Raises:
        StoreError: the folder holds no run.
    """
    folder = RunFolder.open(path)
    resolved = Resolved.model_validate_json(folder.snapshot())
    study = Study.model_validate(folder.manifest["study"])
    return compare(
        resolved,
        draws=study.draws,
        seed=study.seed,
        as_of=study.as_of,
        options=study.options,
        rivals=study.rivals,
        posterior=study.posterior,
        protege=study.protege,
        root=path.parent,
        rival_effects=False,
    )
