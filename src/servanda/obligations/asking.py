"""One question of a condition tree: which recorded facts it reads, and the answer they give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from servanda.domain.finding import Trace
from servanda.obligations.facts import READS, Facts
from servanda.obligations.kleene import TRUE

__all__ = ["EVERYTHING", "Ask", "ask", "fixed", "settled"]

#: A question that may read any fact of the incident, such as a word of the text looked up by name.
EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to the facts.

    Attributes:
        name: what is asked, as the trace shows it.
        reads: the recorded facts that the answer may depend on, and nothing else.
        answer: gives the trace node for the facts of an incident.
    """

    name: str
    reads: tuple[str, ...]
    answer: Callable[[Facts], Trace]


def ask(name: str, reads: tuple[str, ...], answer: Callable[[Facts], Trace]) -> Ask:
    """Make a question; what it reads may be named as `Facts` calls it.

    Examples:
        >>> ask("kind", ("kind", "actors"), lambda facts: Trace("kind", TRUE)).reads
        ('actor', 'attribution', 'kind', 'timeline')
    """
    facts = {fact for name in reads for fact in READS.get(name, (name,))}
    return Ask(name, tuple(sorted(facts)), answer)


def fixed(node: Trace) -> Ask:
    """Make a question that the text alone answers."""
    return Ask(node.label, (), lambda _: node)


def settled(label: str, note: str | None = None) -> Ask:
    """Make a question that the text does not pose: it holds whatever the facts are."""
    return fixed(Trace(label, TRUE, note=note))
