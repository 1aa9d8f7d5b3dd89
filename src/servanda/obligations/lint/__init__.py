"""The linter for instruments: clauses that cannot work, contradict, or say less than they seem."""

from servanda.obligations.lint.checking import Remark, lint

__all__ = ["Remark", "lint"]
