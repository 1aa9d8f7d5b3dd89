"""A scenario run over many draws: draws, hand-over between the engines, runs, comparison.

`compare` is the one call behind ``servanda compare``; `run` computes and keeps the chunks;
`verify` recomputes a stored run; `questions` ranks what the proposals leave open; `explore`
studies any Python function the same way. They load on first use, because most of them bring the
kernels with them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servanda.study.comparison import compare
    from servanda.study.exploring import explore
    from servanda.study.questioning import questions
    from servanda.study.running import run
    from servanda.study.verification import verify

__all__ = ["compare", "explore", "questions", "run", "verify"]

_HOMES = {
    "compare": "comparison",
    "explore": "exploring",
    "questions": "questioning",
    "run": "running",
    "verify": "verification",
}


def __getattr__(name: str) -> Any:
    """Import a verb when it is first named."""
    if name in _HOMES:
        return getattr(import_module(f"servanda.study.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'servanda.study' has no attribute {name!r}")
