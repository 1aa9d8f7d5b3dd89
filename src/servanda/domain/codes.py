"""The catalogue of problem codes: what each means, what to do, a bad and a good example.

The texts stand in ``codes.toml`` beside this file. A code never changes its meaning; one that is
no longer used is not given to anything else.

SV1xx text and YAML limits, SV2xx structure and values, SV3xx cross-references, SV4xx assumptions
and numbers, SV5xx tables, SV6xx cannot compute, SV7xx store, SV8xx obligations
and games, SV90x evidence, SV92x negotiation, SV94x truce, SV96x estimation, SV98x workbench.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from servanda.domain.noun import Noun
from servanda.domain.problem import Problem, Severity, Span

__all__ = ["CODES", "Code", "catalogue", "problem"]

CODES: dict[str, Code]


class Code(Noun):
    """One kind of problem, as ``servanda explain CODE`` shows it.

    ``bad`` is a part of a file that raises it and ``good`` the same part put right; ``file`` says
    of what kind of file. A code that no short text can show has neither.
    """

    code: str
    title: str
    explanation: str
    remedy: str
    file: str | None = None
    bad: str | None = None
    good: str | None = None


@cache
def catalogue() -> dict[str, Code]:
    """Return every code by its name.

    Examples:
        >>> catalogue()["SV301"].title
        'Unknown actor'
    """
    text = files("servanda.domain").joinpath("codes.toml").read_text(encoding="utf-8")
    return {name: Code(code=name, **entry) for name, entry in tomllib.loads(text).items()}


def problem(
    code: str,
    message: str,
    span: Span | None = None,
    *,
    remedy: str | None = None,
    severity: Severity = "error",
    context: str | None = None,
) -> Problem:
    """Make a problem; without a remedy of its own it takes the one of its code.

    Examples:
        >>> problem("SV301", "no actor ITALY").remedy.startswith("Use")
        True
    """
    return Problem(
        code=code,
        message=message,
        span=span,
        severity=severity,
        remedy=remedy or catalogue()[code].remedy,
        context=context,
    )


def __getattr__(name: str) -> Any:
    """Read the catalogue when ``CODES`` is first asked for, so that importing stays quick."""
    if name == "CODES":
        return catalogue()
    raise AttributeError(f"module 'servanda.domain.codes' has no attribute {name!r}")
