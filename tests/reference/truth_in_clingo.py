"""Five-valued formulas as rules for clingo: an oracle that shares no code with the kernel.

The rules know no ranks. They say for each kind of part which values it takes given which values
its own parts have, with default negation where a value needs the absence of others. Every height
of the trees has its own predicates, which keeps the rules stratified: there is one stable model,
and grounding alone finds it.

References:
    Gebser, Kaminski, Kaufmann and Schaub 2019, Multi-shot ASP solving with clingo.
"""

from collections.abc import Sequence

import clingo
import numpy as np

from servanda.numerics.truth_tables import CONTESTED, FALSE, OPEN, REASONS, TRUE, UNKNOWN

NAMES = {TRUE: "true", UNKNOWN: "unknown", CONTESTED: "contested", OPEN: "open", FALSE: "false"}
RANKS = {name: rank for rank, name in NAMES.items()}

LEAVES = """
v0(N,R,T) :- leaf(N,L), reads(L,C), code(C,R,K), table(L,K,T).
answer(F,R,T) :- root(F,N), v0(N,R,T).
"""
# H is replaced by the height of a part.
JOINS = """
has_H(N,R,T) :- all(H,N), part(N,M), v(M,R,T).
has_H(N,R,T) :- any(H,N), part(N,M), v(M,R,T).
vH(N,R,false) :- all(H,N), has_H(N,R,false).
vH(N,R,open) :- all(H,N), has_H(N,R,open), not has_H(N,R,false).
vH(N,R,contested) :- all(H,N), has_H(N,R,contested), not has_H(N,R,open), not has_H(N,R,false).
vH(N,R,unknown) :- all(H,N), has_H(N,R,unknown), not has_H(N,R,contested), not has_H(N,R,open),
    not has_H(N,R,false).
vH(N,R,true) :- all(H,N), row(R), not has_H(N,R,unknown), not has_H(N,R,contested),
    not has_H(N,R,open), not has_H(N,R,false).
vH(N,R,true) :- any(H,N), has_H(N,R,true).
vH(N,R,contested) :- any(H,N), has_H(N,R,contested), not has_H(N,R,true).
vH(N,R,unknown) :- any(H,N), has_H(N,R,unknown), not has_H(N,R,true), not has_H(N,R,contested).
vH(N,R,open) :- any(H,N), has_H(N,R,open), not has_H(N,R,true), not has_H(N,R,contested),
    not has_H(N,R,unknown).
vH(N,R,false) :- any(H,N), row(R), not has_H(N,R,true), not has_H(N,R,contested),
    not has_H(N,R,unknown), not has_H(N,R,open).
answer(F,R,T) :- root(F,N), vH(N,R,T).
"""


class _Facts:
    """Collect the facts that describe formulas; nodes are numbered in order of appearance."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.nodes = 0
        self.tallest = 0

    def add(self, formula) -> tuple[int, int]:
        """Describe one part; return its number and its height."""
        self.nodes += 1
        number = self.nodes
        if isinstance(formula, int):
            self.lines.append(f"leaf({number},{formula}).")
            return number, 0
        name, parts = formula
        below = [self.add(part) for part in parts]
        height = 1 + max((h for _, h in below), default=0)
        # In truth value a gate is a conjunction; it differs in its reasons only.
        self.lines.append(f"{'any' if name == 'any' else 'all'}({height},{number}).")
        self.lines += [f"part({number},{m})." for m, _ in below]
        self.tallest = max(self.tallest, height)
        return number, height


def rules(tallest: int) -> str:
    """Rules for trees up to a height."""
    text = [LEAVES]
    for height in range(1, tallest + 1):
        for line in JOINS.replace("H", str(height)).split(".\n"):
            if "v(M,R,T)" in line:
                text += [line.replace("v(M", f"v{k}(M") + ".\n" for k in range(height)]
            elif line.strip():
                text.append(line + ".\n")
    return "".join(text)


def facts(formulas: Sequence, leaves: Sequence, codes: np.ndarray) -> tuple[str, int]:
    """Formulas, tables and rows as facts, and the height of the tallest tree."""
    made = _Facts()
    for f, formula in enumerate(formulas):
        number, _ = made.add(formula)
        made.lines.append(f"root({f},{number}).")
    for leaf, (column, table) in enumerate(leaves):
        made.lines.append(f"reads({leaf},{column}).")
        made.lines += [
            f"table({leaf},{code},{NAMES[int(found) >> REASONS]})."
            for code, found in enumerate(table)
        ]
    for column, row in np.ndindex(*codes.shape):
        made.lines.append(f"code({column},{row},{codes[column, row]}).")
    made.lines.append(f"row(0..{codes.shape[1] - 1}).")
    return "\n".join(made.lines), made.tallest


def prepared(formulas: Sequence, leaves: Sequence, codes: np.ndarray) -> clingo.Control:
    """Read facts and rules into clingo, which has derived nothing yet."""
    text, tallest = facts(formulas, leaves, codes)
    control = clingo.Control(["--warn=none"])
    control.add("base", [], text + rules(tallest))
    return control


def truths(formulas: Sequence, leaves: Sequence, codes: np.ndarray) -> np.ndarray:
    """Truth values uint8[formula, row] as clingo derives them; 255 where it derives none.

    Raises:
        AssertionError: clingo derives two values for one formula and row, or leaves one open.
    """
    control = prepared(formulas, leaves, codes)
    control.ground([("base", [])])
    return derived(control, len(formulas), codes.shape[1])


def derived(control: clingo.Control, formulas: int, rows: int) -> np.ndarray:
    """Read the truth values out of a grounded program."""
    answers = np.full((formulas, rows), 255, np.uint8)
    for atom in control.symbolic_atoms.by_signature("answer", 3):
        assert atom.is_fact
        formula, row, name = atom.symbol.arguments
        assert answers[formula.number, row.number] == 255
        answers[formula.number, row.number] = RANKS[name.name]
    return answers
