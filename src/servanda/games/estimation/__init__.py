"""Strategic models from data: trees whose payoffs are linear in covariates, fitted by likelihood.

``fit`` fits egame12, egame122, egame123, the ultimatum and the signalling game, or any declared
tree. Around it: ``predict`` and ``effects``, ``vuong`` and ``clarke``, ``simulate_table``,
``power`` and ``check_fit``. Everything loads on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servanda.games.estimation.building import MODELS, Request
    from servanda.games.estimation.checking import check_fit
    from servanda.games.estimation.comparison import clarke, vuong
    from servanda.games.estimation.maximise import Penalty
    from servanda.games.estimation.model import Fitted
    from servanda.games.estimation.planning import power
    from servanda.games.estimation.prediction import effects, predict
    from servanda.games.estimation.simulation import simulate, simulate_table
    from servanda.games.estimation.solve import fit
    from servanda.games.estimation.table import Table, read_table

__all__ = [
    "MODELS",
    "Fitted",
    "Penalty",
    "Request",
    "Table",
    "check_fit",
    "clarke",
    "effects",
    "fit",
    "power",
    "predict",
    "read_table",
    "simulate",
    "simulate_table",
    "vuong",
]

_HOMES = {
    "MODELS": "building",
    "Fitted": "model",
    "Penalty": "maximise",
    "Request": "building",
    "Table": "table",
    "check_fit": "checking",
    "clarke": "comparison",
    "effects": "prediction",
    "fit": "solve",
    "power": "planning",
    "predict": "prediction",
    "read_table": "table",
    "simulate": "simulation",
    "simulate_table": "simulation",
    "vuong": "comparison",
}


def __getattr__(name: str) -> Any:
    """Import a verb when it is first named."""
    if name in _HOMES:
        return getattr(import_module(f"servanda.games.estimation.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'servanda.games.estimation' has no attribute {name!r}")
