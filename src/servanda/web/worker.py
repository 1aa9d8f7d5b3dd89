"""The process that computes: one job at a time, so that pages stay quick while a run goes on.

It reads one JSON object a line from standard input and writes one a line to standard output:
``{"job", "progress": [done, total, seconds]}`` and at last ``{"job", "folder"}`` or ``{"job",
"failed": {"code", "message"}}``. Finished chunks are on disk before they are reported, so the
process can be ended at any moment and the next one goes on where it stopped.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from servanda.domain.errors import ModelError, ScenarioError, ServandaError, StoreError
from servanda.domain.scenario import Resolved
from servanda.domain.study import Study
from servanda.study.board import Board
from servanda.study.comparison import compare
from servanda.study.moved import moved
from servanda.study.result import Comparison
from servanda.study.running import Progress, known_options, lay_out

__all__ = ["RESULT", "main"]

RESULT = "comparison.json"

_boards: dict[tuple[str, ...], Board] = {}


def main() -> None:
    """Work off the jobs of standard input until it ends."""
    out = sys.stdout
    sys.stdout = sys.stderr  # nothing but answers may reach the parent
    for line in sys.stdin:
        job = json.loads(line)
        _say(out, job["job"], _done(job, out))


def _say(out: Any, job: int, answer: dict[str, Any]) -> None:
    out.write(json.dumps({"job": job, **answer}) + "\n")
    out.flush()


def _done(job: dict[str, Any], out: Any) -> dict[str, Any]:
    def progress(done: int, total: int, seconds: float) -> None:
        _say(out, job["job"], {"progress": [done, total, seconds]})

    try:
        return {"folder": _work(job, progress)}
    except ScenarioError as error:
        return {"failed": {"code": error.problems[0].code, "message": str(error)}}
    except (ModelError, StoreError) as error:
        return {"failed": {"code": error.code, "message": str(error)}}
    except ServandaError as error:
        return {"failed": {"code": "SV600", "message": str(error)}}
    except Exception as error:
        return {"failed": {"code": "SV600", "message": f"{type(error).__name__}: {error}"}}


def _work(job: dict[str, Any], progress: Progress) -> str:
    resolved = Resolved.model_validate_json(Path(job["snapshot"]).read_text("utf-8"))
    study = Study.model_validate(job["study"])
    root = Path(job["root"])
    if study.shifts and job.get("of"):
        usual = Comparison.model_validate_json(Path(job["of"], RESULT).read_text("utf-8"))
        found = moved(
            usual, resolved, study, root=root, board=_board(resolved, study), progress=progress
        )
    else:
        found = compare(
            resolved,
            draws=study.draws,
            seed=study.seed,
            as_of=study.as_of,
            options=study.options,
            rivals=study.rivals,
            posterior=study.posterior,
            protege=study.protege,
            shifts=study.shifts,
            root=root,
            rival_effects=bool(job.get("switches")),
            progress=progress,
        )
    folder = Path(found.run.folder or "")
    beside = folder / f"{RESULT}.{os.getpid()}.part"
    beside.write_text(found.model_dump_json(), "utf-8")
    beside.replace(folder / RESULT)
    return str(folder)


def _board(resolved: Resolved, study: Study) -> Board:
    options = known_options(resolved, study)
    key = (resolved.content_hash, str(study.seed), *(o.id for o in options))
    if key not in _boards:
        _boards.clear()
        _boards[key] = lay_out(resolved, options, study.seed)
    return _boards[key]


if __name__ == "__main__":
    main()
