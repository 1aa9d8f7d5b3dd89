"""Three-valued logic with two more things a lawyer needs: readings that differ, and open text.

A condition is ``true``, ``false``, ``unknown`` (a fact is not known), ``contested`` (two defensible
readings of the text disagree) or ``open`` (the text itself does not say). In a conjunction a false
part decides; then an open one, because nothing can be said of a text that does not say; then a
contested, then an unknown one. Without ``open`` and ``contested`` this is strong Kleene logic.

References:
    Kleene 1952, Introduction to Metamathematics, section 64.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from servanda.domain.finding import Trace

__all__ = [
    "AND_ORDER",
    "CONTESTED",
    "FALSE",
    "OPEN",
    "OR_ORDER",
    "TRUE",
    "UNKNOWN",
    "all_of",
    "any_of",
    "gate",
    "negated",
    "reasons",
    "truth_of",
    "wanted",
]

TRUE, FALSE, UNKNOWN, CONTESTED, OPEN = "true", "false", "unknown", "contested", "open"

#: In a conjunction the part that stands highest decides, in a disjunction likewise.
AND_ORDER = {TRUE: 0, UNKNOWN: 1, CONTESTED: 2, OPEN: 3, FALSE: 4}
OR_ORDER = {FALSE: 0, OPEN: 1, UNKNOWN: 2, CONTESTED: 3, TRUE: 4}


def truth_of(value: Any) -> Any:
    """Return the truth of a fact: anything but a plain yes or no leaves it unknown.

    Examples:
        >>> truth_of(True), truth_of({"assessed": "no"}), truth_of("contested")
        ('true', 'unknown', 'contested')
    """
    if value is True:
        return TRUE
    if value is False:
        return FALSE
    status = value.get("status") if isinstance(value, dict) else value
    return CONTESTED if status in ("contested", "disputed") else UNKNOWN


def all_of(label: str, parts: Iterable[Trace]) -> Trace:
    """Join conditions that must all hold.

    Examples:
        >>> all_of("x", [Trace("a", TRUE), Trace("b", UNKNOWN), Trace("c", FALSE)]).truth
        'false'
    """
    children = tuple(parts)
    best, truth = -1, TRUE
    for child in children:
        rank = AND_ORDER[child.truth]
        if rank > best:
            best, truth = rank, child.truth
    return Trace(label, truth, children=children)


def any_of(label: str, parts: Sequence[Trace]) -> Trace:
    """Join conditions of which one must hold; only the branches that decide are kept.

    Examples:
        >>> any_of("x", [Trace("a", FALSE), Trace("b", UNKNOWN)]).truth
        'unknown'
    """
    if len(parts) == 1:
        return parts[0]
    best, truth = -1, TRUE
    for part in parts:
        rank = OR_ORDER[part.truth]
        if rank > best:
            best, truth = rank, part.truth
    deciding = tuple(p for p in parts if p.truth == truth)
    if truth != FALSE:
        return deciding[0] if deciding else Trace(label, TRUE)
    return Trace(label, FALSE, children=deciding)


def gate(label: str, first: Trace, rest: Iterable[Trace]) -> Trace:
    """Ask the rest only where the first does not fail: what depends on it says nothing then."""
    if first.truth == FALSE:
        return first
    return all_of(label, [first, *rest])


def negated(node: Trace, label: str, root: str = "precondition") -> Trace:
    """Turn a condition into its opposite; doubt stays doubt.

    Examples:
        >>> negated(Trace("a", TRUE), "not a").truth, negated(Trace("a", UNKNOWN), "not a").truth
        ('false', 'unknown')
    """
    truth = {TRUE: FALSE, FALSE: TRUE}.get(node.truth, node.truth)
    roots = node.roots or (root,)
    return Trace(label, truth, roots, node.missing, node.facts, node.note)


def reasons(node: Trace, truth: str) -> tuple[str, ...]:
    """Return the roots of the leaves with this truth, each once, in order."""
    if not node.children:
        return node.roots if node.truth == truth else ()
    return tuple(
        dict.fromkeys(r for leaf in node.leaves() if leaf.truth == truth for r in leaf.roots)
    )


def wanted(node: Trace, truth: str) -> tuple[str, ...]:
    """Return what is missing at the leaves with this truth, each once, in order."""
    return tuple(
        dict.fromkeys(m for leaf in node.leaves() if leaf.truth == truth for m in leaf.missing)
    )
