"""One question of a condition tree: which recorded facts it reads, and the answer they give."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from servanda.domain.finding import Trace
from servanda.obligations.facts import READS, Facts
from servanda.obligations.kleene import TRUE

__all__ = ["Ask", "ask", "fixed", "like", "matching", "settled"]

#: Begins a read that stands for every recorded fact with a name like a word of the text.
_LIKE = "~"


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


def like(words: Iterable[str], least: int = 1) -> str:
    """Make a read that stands for every fact whose name has at least so many of the words in it.

    Examples:
        >>> matching(like(["vital", "resist"], 2), ["vital_to_resist", "vital_signs"])
        ('vital_to_resist',)
    """
    return f"{_LIKE}{least}:{','.join(words)}"


def matching(read: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the facts that a read stands for: itself, or all recorded ones that are like it."""
    if not read.startswith(_LIKE):
        return (read,)
    least, _, words = read.removeprefix(_LIKE).partition(":")
    wanted = [w for w in words.split(",") if w]
    return tuple(sorted(n for n in names if sum(w in n.lower() for w in wanted) >= int(least)))


def fixed(node: Trace) -> Ask:
    """Make a question that the text alone answers."""
    return Ask(node.label, (), lambda _: node)


def settled(label: str, note: str | None = None) -> Ask:
    """Make a question that the text does not pose: it holds whatever the facts are."""
    return fixed(Trace(label, TRUE, note=note))
