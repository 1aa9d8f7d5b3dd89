"""Three-valued logic with two more things a lawyer needs: readings that differ, and open text.

A condition is ``true``, ``false``, ``unknown`` (a fact is not known), ``contested`` (two defensible
readings of the text disagree) or ``open`` (the text itself does not say). In a conjunction a false
part decides; then an open one, because nothing can be said of a text that does not say; then a
contested, then an unknown one. Without ``open`` and ``contested`` this is strong Kleene logic.

References:
    Kleene 1952, Introduction to Metamathematics, section 64.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from servanda.domain.finding import Trace

__all__ = ["CONTESTED", "FALSE", "OPEN", "TRUE", "UNKNOWN", "Node", "all_of", "any_of", "truth_of"]

TRUE, FALSE, UNKNOWN, CONTESTED, OPEN = "true", "false", "unknown", "contested", "open"

_AND = {TRUE: 0, UNKNOWN: 1, CONTESTED: 2, OPEN: 3, FALSE: 4}
_OR = {FALSE: 0, OPEN: 1, UNKNOWN: 2, CONTESTED: 3, TRUE: 4}


def truth_of(value: Any) -> str:
    """Return the truth of a fact: anything but a plain yes or no leaves it unknown.

    Examples:
        >>> truth_of(True), truth_of({"assessed": "no"})
        ('true', 'unknown')
    """
    if value is True:
        return TRUE
    return FALSE if value is False else UNKNOWN


@dataclass(frozen=True, slots=True)
class Node:
    """One step of the reasoning.

    ``roots`` are the root reasons that a false or contested node gives; ``missing`` what would
    settle an unknown or open one; ``facts`` the facts it rests on.
    """

    label: str
    truth: str
    roots: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None
    children: tuple[Node, ...] = ()

    def leaves(self) -> Iterator[Node]:
        """Walk the nodes that decide: those without children."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()

    def reasons(self, truth: str) -> tuple[str, ...]:
        """Return the roots of the leaves with this truth, each once, in order."""
        return tuple(
            dict.fromkeys(r for leaf in self.leaves() if leaf.truth == truth for r in leaf.roots)
        )

    def wanted(self, truth: str) -> tuple[str, ...]:
        """Return what is missing at the leaves with this truth, each once, in order."""
        return tuple(
            dict.fromkeys(m for leaf in self.leaves() if leaf.truth == truth for m in leaf.missing)
        )

    def trace(self, clause: str) -> Trace:
        """Write the reasoning as a trace that cites the clause at every leaf."""
        return Trace.model_construct(
            label=self.label,
            truth=self.truth,  # type: ignore[arg-type]
            root=self.roots[0] if self.roots else None,
            clause=None if self.children else clause,
            facts=dict(self.facts),
            missing=self.missing,
            note=self.note,
            children=tuple(child.trace(clause) for child in self.children),
        )


def all_of(label: str, parts: Iterable[Node]) -> Node:
    """Join conditions that must all hold.

    Examples:
        >>> all_of("x", [Node("a", TRUE), Node("b", UNKNOWN), Node("c", FALSE)]).truth
        'false'
    """
    children = tuple(parts)
    truth = max((c.truth for c in children), key=_AND.__getitem__, default=TRUE)
    return Node(label, truth, children=children)


def any_of(label: str, parts: Iterable[Node]) -> Node:
    """Join conditions of which one must hold; only the branches that decide are kept.

    Examples:
        >>> any_of("x", [Node("a", FALSE), Node("b", UNKNOWN)]).truth
        'unknown'
    """
    branches = tuple(parts)
    truth = max((c.truth for c in branches), key=_OR.__getitem__, default=TRUE)
    deciding = tuple(c for c in branches if c.truth == truth)
    if truth != FALSE:
        deciding = deciding[:1]
    return Node(label, truth, children=deciding)
