"""The columnar twin of the interpreter: many rows of facts against many provisions.

A row is an incident, or an incident with some facts drawn anew. Every question of a condition tree
declares the recorded facts it reads; rows that agree on them get the same answer. So each question
is put once to each combination of facts that occurs, by the interpreter itself, and the answers
become tables; joining them row by row is left to ``numerics.truth_tables``. What a duty hangs on is
thus decided in one place, and a million rows cost a million look-ups.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

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
from servanda.obligations.kleene import AND_ORDER, reasons, wanted
from servanda.obligations.membership import Actors
from servanda.obligations.outcomes import frame_of, frame_reads, word_of
from servanda.obligations.plan import Plan, Text, text_of
from servanda.obligations.rows import Rows, Varied

__all__ = ["ROOTS", "Ledger", "assess_many"]

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
    known: Actors = actors if actors is not None else {}
    texts = tuple(instruments)
    rows = Rows(incidents, varied, as_of)
    compiler = _Compiler(rows, texts if any(t.relations for t in texts) else ())
    for instrument in texts:
        compiler.add(text_of(instrument, known))
    return compiler.run(threads)


class _Compiler:
    """Turns plans into leaves, formulas and tables of words."""

    def __init__(self, rows: Rows, others: Sequence[Instrument]) -> None:
        self.rows = rows
        self.others = others
        self.leaves: list[tuple[int, NDArray[np.uint32]]] = []
        self.formulas: list[Formula] = []
        self.frames: list[tuple[int, NDArray[np.uint8]]] = []
        self.provisions: list[tuple[str, str]] = []
        self.names: list[tuple[str, ...]] = []

    def add(self, text: Text) -> None:
        """Compile every provision of a text."""
        if not self.rows.count:
            return
        epochs = self.rows.epochs(text)
        for place, plan in enumerate(text.plans(self.rows.incident(0).date)):
            self._provision(text, place, plan, epochs)

    def _provision(self, text: Text, place: int, plan: Plan, epochs: int) -> None:
        names: list[str] = []
        count = {"always": len(plan.always), "behind": len(plan.behind)}

        def leaf(reads: Iterable[str], of: Any) -> int:
            column = self.rows.column(reads, epochs)
            answers = [of(facts, text.plans(facts.event)[place]) for facts in column.samples()]
            cells = np.array([_cell(node, names) for node in answers], np.uint32)
            self.leaves.append((column.place, cells))
            return len(self.leaves) - 1

        reads = frame_reads(plan)
        time = leaf(reads, lambda f, p: frame_of(text, p, f, self.others).standing[1])
        free = leaf(reads, lambda f, p: frame_of(text, p, f, self.others).free or _HOLDS)
        always = [
            leaf(q.reads, _asked("always", k, plan.always)) for k, q in enumerate(plan.always)
        ]
        behind = [
            leaf(q.reads, _asked("behind", k, plan.behind)) for k, q in enumerate(plan.behind)
        ]
        thin = leaf((), lambda f, p: p.thin or _HOLDS)
        guarded: Formula = ("all", behind)
        if plan.target is not None:
            target = leaf(plan.target.reads, lambda f, p: p.target.answer(f))
            guarded = ("gate", [target, *behind])
        self.formulas.append(("gate", [time, ("gate", [free, ("all", [thin, *always, guarded])])]))
        self.frames.append(self._words(text, place, reads, epochs))
        self.provisions.append((plan.instrument.id, plan.provision.id))
        self.names.append(tuple(names))
        if count != {"always": len(always), "behind": len(behind)}:
            raise AssertionError("a provision asks the same questions of every roll")

    def _words(
        self, text: Text, place: int, reads: Sequence[str], epochs: int
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


def _asked(name: str, place: int, questions: Sequence[Ask]) -> Any:
    """Return how the question at a place is put: of the plan that the day of the row calls for."""
    del questions
    return lambda facts, plan: getattr(plan, name)[place].answer(facts)


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
