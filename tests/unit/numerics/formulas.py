"""Random formulas over tables, and what they come to worked out one row at a time by hand."""

import numpy as np

from servanda.numerics.truth_tables import CONTESTED, FALSE, OPEN, REASONS, TRUE, UNKNOWN, cell

# Written down here once more, so that the kernel is not measured by its own ruler.
WEAKEST_LAST = (FALSE, OPEN, CONTESTED, UNKNOWN, TRUE)
STRONGEST_FIRST = (TRUE, CONTESTED, UNKNOWN, OPEN, FALSE)
SHARES = (0.45, 0.1, 0.1, 0.05, 0.3)


def random_tables(rng, sizes, leaves):
    """Leaves on random columns; ``sizes`` are the numbers of codes per column."""
    made = []
    for column in rng.integers(len(sizes), size=leaves):
        truths = rng.choice(5, size=sizes[column], p=SHARES)
        masks = rng.integers(1 << REASONS, size=sizes[column])
        made.append(
            (int(column), [cell(int(t), int(m)) for t, m in zip(truths, masks, strict=True)])
        )
    return made


def random_formula(rng, leaves, least=8, most=12):
    """A tree over ``least`` to ``most`` of the leaves with conjunctions and disjunctions."""
    parts = [int(k) for k in rng.integers(leaves, size=rng.integers(least, most + 1))]
    names = ("all", "any", "gate")
    while len(parts) > 1 and rng.random() < 0.8:
        begin = int(rng.integers(len(parts)))
        count = int(rng.integers(1, 5))
        name = names[rng.choice(3, p=(0.3, 0.6, 0.1))]
        parts[begin : begin + count] = [(name, parts[begin : begin + count])]
    return ("all", parts)


def random_codes(rng, sizes, rows):
    """Codes int32[column, row] below the sizes of the columns."""
    return np.stack([rng.integers(size, size=rows) for size in sizes]).astype(np.int32)


def by_hand(formula, leaves, row):
    """Truth value and reasons of one formula for one row of codes."""
    if isinstance(formula, int):
        column, table = leaves[formula]
        return divmod(int(table[row[column]]), 1 << REASONS)
    name, parts = formula
    found = [by_hand(part, leaves, row) for part in parts]
    if name == "gate" and found[0][0] == FALSE:
        return found[0]
    order = STRONGEST_FIRST if name == "any" else WEAKEST_LAST
    truth = next((t for t in order if t in [value for value, _ in found]), TRUE)
    deciding = [mask for value, mask in found if value == truth]
    if name == "any" and truth != FALSE:
        return truth, deciding[0]
    reasons = 0
    for mask in deciding:
        reasons |= mask
    return truth, reasons


def all_by_hand(formulas, leaves, codes):
    """Cells uint32[formula, row] of all formulas, worked out by hand."""
    rows = codes.T.tolist()
    return np.array(
        [[cell(*by_hand(formula, leaves, row)) for row in rows] for formula in formulas], np.uint32
    ).reshape(len(formulas), len(rows))
