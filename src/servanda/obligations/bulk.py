"""The columnar twin of the interpreter: many rows of facts against many provisions.

A row is an incident, or an incident with some facts drawn anew. Every question of a condition tree
declares the recorded facts it reads; rows that agree on them get the same answer. So each question
is put once to each combination of facts that occurs, by the interpreter itself, and the answers
become tables; joining them row by row is left to ``numerics.truth_tables``. What a duty hangs on is
thus decided in one place, and a million rows cost a million look-ups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.domain.finding import Trace
from servanda.domain.incident import FINDINGS, Incident
from servanda.domain.instrument import Instrument
from servanda.domain.moment import Moment
from servanda.numerics import truth_tables
from servanda.numerics.truth_tables import Formula, Program
from servanda.numerics.verdicts import classify
from servanda.obligations.asking import Ask
from servanda.obligations.facts import Facts
from servanda.obligations.kleene import AND_ORDER, reasons, wanted
from servanda.obligations.membership import Actors
from servanda.obligations.outcomes import frame_of, frame_reads, word_of
from servanda.obligations.plan import Plan, Text, text_of
from servanda.obligations.rows import Rows, Varied

__all__ = ["ROOTS", "Ledger", "Tables", "assess_many"]

#: Root reasons, in the order of their bits.
ROOTS = (
    *("area", "time", "target", "actor", "kind", "threshold", "deliberate", "attribution"),
    *("provocation", "request", "decision", "precondition", "beneficiary", "text_ambiguity"),
    "object",
)
_WORDS = {word: code for code, word in enumerate(FINDINGS)}
_TRUTHS = tuple(sorted(AND_ORDER, key=AND_ORDER.__getitem__))
#: Bits left for what is missing; names beyond them share the last.
_NAMES = truth_tables.REASONS - len(ROOTS)
OTHERS = "others"


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Findings of many rows, by provision.

    Attributes:
        provisions: instrument and provision of each line.
        findings: uint8[provision, row], place of the word in ``FINDINGS``.
        cells: uint32[provision, row], truth and reasons as ``truth_tables`` packs them.
        names: per provision the names that its bits for what is missing stand for.
    """

    provisions: tuple[tuple[str, str], ...]
    findings: NDArray[np.uint8]
    cells: NDArray[np.uint32]
    names: tuple[tuple[str, ...], ...]

    def word(self, line: int, row: int) -> str:
        """Return the word of one finding."""
        return FINDINGS[int(self.findings[line, row])]

    def why(self, line: int, row: int) -> frozenset[str]:
        """Return the root reasons of a finding that is no, or contested."""
        return self._named(line, row, 0, ROOTS)

    def missing(self, line: int, row: int) -> frozenset[str]:
        """Return what is missing where the answer hangs on it."""
        return self._named(line, row, len(ROOTS), self.names[line])

    def _named(self, line: int, row: int, first: int, names: Sequence[str]) -> frozenset[str]:
        mask = int(self.cells[line, row]) & truth_tables.MASK
        return frozenset(n for bit, n in enumerate(names) if mask >> (first + bit) & 1)

    def shares(self) -> dict[tuple[str, str], dict[str, float]]:
        """Return per provision the share of rows with each finding that occurs."""
        rows = max(1, self.findings.shape[1])
        return {
            key: {
                FINDINGS[word]: float(count) / rows
                for word, count in enumerate(np.bincount(line, minlength=len(FINDINGS)))
                if count
            }
            for key, line in zip(self.provisions, self.findings, strict=True)
        }


def assess_many(
    instruments: Iterable[Instrument],
    incidents: Sequence[Incident],
    *,
    actors: Actors | None = None,
    as_of: Moment | None = None,
    varied: Varied | None = None,
    threads: int | None = None,
) -> Ledger:
    """Hold many rows of facts against every provision of the texts.

    Finding and reasons are those of `assess`; bearers, deadlines and official readings are not
    worked out.

    Args:
        instruments: the texts.
        incidents: the incidents; without ``varied`` each is a row.
        actors: registry for group memberships, names and adjectives.
        as_of: day of knowledge, the same for all rows.
        varied: rows with facts drawn anew, see `Varied`.
        threads: how many threads; None for all processors.

    Returns:
        A `Ledger` with a line per provision and a column per row.

    Examples:
        >>> duty = {"id": "a1", "modality": "duty", "act": "assist", "bearer": "each_party",
        ...     "trigger": {"kinds": ["armed_attack"], "object": "party"}}
        >>> pact = Instrument(id="p", title="P", kind="treaty",
        ...     parties={"original": ["AAA", "BBB"]}, provisions=[duty])
        >>> raids = [Incident(id=i, title="R", facts={"target": t, "kind": "armed_attack"})
        ...     for i, t in (("r1", "AAA"), ("r2", "CCC"))]
        >>> found = assess_many([pact], raids)
        >>> found.word(0, 0), found.word(0, 1), sorted(found.why(0, 1))
        ('triggered', 'not_triggered', ['target'])
    """
    return Tables(tuple(instruments), Rows(incidents, varied, as_of), actors or {}).run(threads)


class Tables:
    """Condition trees turned into formulas over tables, for the rows that are there.

    Attributes:
        formulas: per provision a formula over leaves, as ``truth_tables`` takes them.
        leaves: per leaf the column of codes it reads and its cells.
    """

    def __init__(self, texts: Sequence[Instrument], rows: Rows, actors: Actors) -> None:
        """Put every question of every provision to the combinations of facts that occur."""
        self.rows = rows
        self.others = tuple(texts) if any(t.relations for t in texts) else ()
        self.leaves: list[tuple[int, NDArray[np.uint32]]] = []
        self.formulas: list[Formula] = []
        self.frames: list[tuple[int, NDArray[np.uint8]]] = []
        self.provisions: list[tuple[str, str]] = []
        self.names: list[tuple[str, ...]] = []
        for instrument in texts:
            self._add(text_of(instrument, actors))

    def _add(self, text: Text) -> None:
        if not self.rows.count:
            return
        epochs = self.rows.epochs(text)
        by_day = [text.plans(day) for day in self.rows.days()]
        for place in range(len(by_day[0])):
            self._provision(text, place, epochs, [plans[place] for plans in by_day])

    def _provision(self, text: Text, place: int, epochs: int, plans: Sequence[Plan]) -> None:
        """Turn one provision into a formula; ``plans`` are those that some day calls for."""
        names: list[str] = []

        def leaf(reads: Iterable[str], answer: Answer) -> int:
            column = self.rows.column(reads, epochs)
            answers = [answer(f, text.plans(f.event)[place]) for f in column.samples()]
            cells = np.array([_cell(node, names) for node in answers], np.uint32)
            self.leaves.append((column.place, cells))
            return len(self.leaves) - 1

        def group(which: str) -> list[Formula]:
            width = max(len(_questions(plan, which)) for plan in plans)
            return [leaf(_reads(plans, which, k), _asked(which, k)) for k in range(width)]

        frame = {fact for plan in plans for fact in frame_reads(plan)}
        time = leaf(frame, lambda f, p: frame_of(text, p, f, self.others).standing[1])
        free = leaf(frame, lambda f, p: frame_of(text, p, f, self.others).free or _HOLDS)
        always, target, behind = group("always"), group("target"), group("behind")
        thin = leaf((), lambda _, p: p.thin or _HOLDS)
        guarded: Formula = ("gate", [*target, *behind]) if target else ("all", behind)
        self.formulas.append(("gate", [time, ("gate", [free, ("all", [thin, *always, guarded])])]))
        self.frames.append(self._words(text, place, frame, epochs))
        self.provisions.append((plans[0].instrument.id, plans[0].provision.id))
        self.names.append(tuple(names))

    def _words(
        self, text: Text, place: int, reads: Iterable[str], epochs: int
    ) -> tuple[int, NDArray[np.uint8]]:
        """Return the words by frame and truth, as one table of five words per frame."""
        column = self.rows.column(reads, epochs)
        table = [
            _WORDS[word_of(plan, frame, truth)]
            for facts in column.samples()
            for plan in (text.plans(facts.event)[place],)
            for frame in (frame_of(text, plan, facts, self.others),)
            for truth in _TRUTHS
        ]
        return column.place, np.array(table, np.uint8)

    def run(self, threads: int | None) -> Ledger:
        """Look every row up."""
        codes = self.rows.codes()
        program = Program.build(self.formulas, self.leaves)
        cells = truth_tables.evaluate(program, codes, threads=threads)
        findings = classify(cells, codes, self.frames, threads=threads)
        return Ledger(tuple(self.provisions), findings, cells, tuple(self.names))


_HOLDS = Trace("holds", "true")
Answer = Callable[[Facts, Plan], Trace]


def _questions(plan: Plan, which: str) -> tuple[Ask, ...]:
    if which == "target":
        return () if plan.target is None else (plan.target,)
    return plan.always if which == "always" else plan.behind


def _reads(plans: Sequence[Plan], which: str, place: int) -> set[str]:
    """Return what the question at a place reads, whatever the day."""
    asked = [_questions(plan, which) for plan in plans]
    return {fact for asks in asked if place < len(asks) for fact in asks[place].reads}


def _asked(which: str, place: int) -> Answer:
    """Return how the question at a place is put: by the plan that the day of the row calls for."""

    def answer(facts: Facts, plan: Plan) -> Trace:
        asks = _questions(plan, which)
        return asks[place].answer(facts) if place < len(asks) else _HOLDS

    return answer


def _cell(node: Trace, names: list[str]) -> int:
    """Pack a node: its truth, the roots where it says no or both, else what is missing."""
    mask = 0
    if node.truth in ("false", "contested"):
        for root in reasons(node, node.truth):
            mask |= 1 << ROOTS.index(root)
    elif node.truth in ("unknown", "open"):
        for name in wanted(node, node.truth):
            mask |= 1 << (len(ROOTS) + _bit(name, names))
    return truth_tables.cell(AND_ORDER[node.truth], mask)


def _bit(name: str, names: list[str]) -> int:
    if name in names:
        return names.index(name)
    if len(names) < _NAMES - 1:
        names.append(name)
        return len(names) - 1
    if len(names) < _NAMES:
        names.append(OTHERS)
    return _NAMES - 1
