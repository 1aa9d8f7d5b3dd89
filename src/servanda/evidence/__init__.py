"""Texts read into quoted, attributed, reviewable claims and position timelines.

One verb, `read`::

    >>> from servanda.evidence import read
    >>> found = read("Sergei Lavrov ruled out European troops in Ukraine.", level=0)
    >>> [(c.speaker, c.proposal, c.stance) for c in found.claims]
    [('lavrov', 'european-force', -1.0)]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servanda.evidence.records import Reading

__all__ = ["read"]


def read(
    text: str, registry: Any = None, *, published: str | None = None, level: int | None = None
) -> Reading:
    """Read one text into claims, incidents and flags.

    Args:
        text: the text; offsets count its code points.
        registry: a `servanda.evidence.registry.Registry`, the parsed object of a registry file, or
            a path to one; the shipped registry if left out.
        published: day of publication, ISO.
        level: 0 for the rules of the standard library; None takes the parser where installed.

    Raises:
        ScenarioError: the registry has problems.
    """
    from servanda.evidence.registry import Registry, load, parsed_registry
    from servanda.evidence.solve import read_text

    if isinstance(registry, dict):
        registry = parsed_registry(registry)
    elif registry is not None and not isinstance(registry, Registry):
        registry = load(registry)
    return read_text(text, registry, published=published, level=level)
