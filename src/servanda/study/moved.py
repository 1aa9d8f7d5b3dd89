"""A comparison run again, exactly, under moved assumptions: only what the move can change.

The layout of who owes what does not depend on the assumptions, so it is taken over; questions,
findings and positions are those of the comparison at hand.
"""

from __future__ import annotations

from pathlib import Path

from servanda.domain.scenario import Resolved
from servanda.domain.study import Study
from servanda.study.arrays import read_arrays
from servanda.study.board import Board
from servanda.study.options import option_results
from servanda.study.ranking import outlasts, rank_probabilities, regret
from servanda.study.result import Comparison
from servanda.study.running import Progress, run

__all__ = ["moved"]


def moved(
    comparison: Comparison,
    resolved: Resolved,
    study: Study,
    *,
    root: Path,
    board: Board | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run a study with shifts and return the comparison with the numbers that it changes.

    Args:
        comparison: the comparison without the shifts; same scenario, options and seed.
        resolved: the scenario.
        study: the request, with its ``shifts`` and its number of draws.
        root: the folder that keeps runs.
        board: the layout of the comparison, where it is at hand.
        progress: called with chunks done, chunks in all, seconds.
    """
    done = run(resolved, study, root=root, board=board, progress=progress)
    arrays = read_arrays(done.folder, tuple(o.id for o in done.options))
    margin = float(arrays.parameters["tie_margin_per_year"].mean())
    status = arrays.outcomes["status"]
    record = comparison.run.model_copy(
        update={
            "hash": done.hash,
            "draws": study.draws,
            "shifts": study.shifts,
            "folder": str(done.folder.path),
            "seconds": done.seconds,
            "unconverged_share": float((status == 2).any(axis=1).mean()),
            "several_share": float((status == 1).any(axis=1).mean()),
        }
    )
    return comparison.model_copy(
        update={
            "options": option_results(done, arrays, study.as_of or resolved.scenario.as_of),
            "outlasts": outlasts(arrays, margin),
            "rank_probabilities": rank_probabilities(arrays),
            "regret": regret(arrays),
            "break_evens": (),
            "claims": (),
            "switches": (),
            "rivals": (),
            "run": record,
        }
    )
