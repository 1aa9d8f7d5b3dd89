"""The linter for instruments: clauses that cannot work, contradict, or say less than they seem."""

from servanda.obligations.lint.checking import Remark, lint
from servanda.obligations.lint.words import unknown_words

__all__ = ["Remark", "lint", "unknown_words"]
