"""What would change a guarantor's mind: one term changed, everything solved again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from servanda.deterrence.model import PER_DRAW, Exposure, Levels, Rules, Stakes
from servanda.deterrence.solve import solve

__all__ = ["CHANGES", "Flip", "acts_alone", "find_flips", "narrow"]

Rows = NDArray[np.intp]

REFERENCE = Levels(posture=(1.0,), credibility=(1.0,), forces=(1.0,), alignment=(1.0,))
#: A term is changed up to this factor, and down to nothing.
MOST = 10.0
STEPS = 9
LEAST_WEIGHT = 0.05


@dataclass(frozen=True, slots=True)
class Flip:
    """The least change of one term that makes a guarantor more likely to do the other thing.

    Attributes:
        term: stake, commitment, forces or cost.
        factor: by which the term has to be multiplied, everything else as it was.
        before, after: probability of acting before, and at the factor, solved again with all
            others responding.
        words: the change in a sentence.
    """

    term: str
    factor: float
    before: float
    after: float
    words: str


def narrow(
    exposure: Exposure, stakes: Stakes, cell: int, k: int, rows: Rows
) -> tuple[Exposure, Stakes]:
    """Cut one cell, one kind and some draws out of a study.

    Args:
        exposure: the whole.
        stakes: the whole.
        cell: index of the cell.
        k: index of the kind.
        rows: int[draw kept].

    Returns:
        Exposure and stakes with one option, one cell and one kind.
    """
    cut = {
        f.name: getattr(exposure, f.name)[rows][:, [cell]]
        for f in fields(exposure)[5:-1]
        if f.name not in ("troops", "forward")
    }
    rules = exposure.ruled
    kept = Exposure(
        options=("one",),
        guarantors=exposure.guarantors,
        kinds=(exposure.kinds[k],),
        bodies=exposure.bodies,
        cell_of=np.zeros((1, 1), np.int16),
        **{name: values[..., [k]] for name, values in cut.items()},
        troops=exposure.troops[rows][:, [cell]],
        forward=exposure.forward[rows][:, [cell]],
        rules=Rules(rules.rule, rules.threshold[rows], rules.votes, rules.leaders, rules.barred),
    )
    own = replace(
        stakes,
        **{name: getattr(stakes, name)[rows] for name in PER_DRAW},
        **{name: getattr(stakes, name)[rows] for name in ("m", "b", "nu", "a0", "t_move")},
        size=stakes.size[rows][:, [k]],
        probe=stakes.probe[[k]],
    )
    return kept, own


def acts_alone(exposure: Exposure, stakes: Stakes, i: int) -> float:
    """Mean probability that guarantor ``i`` acts in a study of one cell and kind."""
    crisis = solve(exposure, stakes, REFERENCE, threads=1)
    return float(crisis.honour[:, 0, i, 0].mean())


Case = tuple[Exposure, Stakes]


def _scaled(values: NDArray[np.float64], i: int, factor: float) -> NDArray[np.float64]:
    """Multiply guarantor i's entries on the last axis of [draw, guarantor]."""
    changed = values.copy()
    changed[:, i] *= factor
    return changed


def _stake(case: Case, i: int, factor: float) -> Case:
    exposure, stakes = case
    return exposure, replace(stakes, b=_scaled(stakes.b, i, factor))


def _commitment(case: Case, i: int, factor: float) -> Case:
    exposure, stakes = case
    word = exposure.commitment.copy()
    word[:, :, i] = np.minimum(word[:, :, i] * factor, 1.0)
    return replace(exposure, commitment=word), stakes


def _forces(case: Case, i: int, factor: float) -> Case:
    exposure, stakes = case
    troops, forward = exposure.troops.copy(), exposure.forward.copy()
    troops[:, :, i] *= factor
    forward[:, :, i] = np.minimum(forward[:, :, i] * factor, 1.0)
    return replace(exposure, troops=troops, forward=forward), stakes


def _cost(case: Case, i: int, factor: float) -> Case:
    exposure, stakes = case
    return exposure, replace(stakes, nu=_scaled(1.0 + stakes.nu, i, factor) - 1.0)


#: What may be changed: name of the term, the change, what it is called, whether it is for acting.
CHANGES: dict[str, tuple[Callable[[Case, int, float], Case], str, bool]] = {
    "stake": (_stake, "its stake in the defence", True),
    "commitment": (_commitment, "its commitment", True),
    "forces": (_forces, "its forces in theatre", True),
    "cost": (_cost, "its cost of acting", False),
}


def find_flips(case: Case, i: int) -> tuple[Flip, ...]:
    """Find the changes of one term after which a guarantor would rather do the other thing.

    Every candidate is solved again with all others responding, so the flip holds in this model and
    not only with the others' acts held fixed. A term is changed by a factor between 0 and 10, a
    commitment to 1 at most.

    Args:
        case: exposure and stakes of one cell and kind (``narrow``).
        i: index of the guarantor.

    Returns:
        The least change of each term that can bring it about, the smallest factor first;
        empty where no single term can.
    """
    before = acts_alone(*case, i)
    found: list[tuple[float, Flip]] = []
    for term in CHANGES:
        factor, after = _threshold(case, i, term, before)
        if factor is not None:
            size = abs(np.log(max(factor, LEAST_WEIGHT)))
            words = _words(term, factor, before, after)
            found.append((float(size), Flip(term, factor, before, after, words)))
    return tuple(flip for _, flip in sorted(found, key=lambda pair: pair[0]))


def _threshold(case: Case, i: int, term: str, before: float) -> tuple[float | None, float]:
    """Halve the range of factors until the one that flips is known to half a per cent."""
    change, _, helps = CHANGES[term]
    acting = before > 0.5
    far = 0.0 if acting == helps else MOST
    after = acts_alone(*change(case, i, far), i)
    if (after > 0.5) == acting:
        return None, before
    near = 1.0
    for _ in range(STEPS):
        middle = float(np.sqrt(near * far)) if far > 1.0 else 0.5 * (near + far)
        there = acts_alone(*change(case, i, middle), i)
        if (there > 0.5) == acting:
            near = middle
        else:
            far, after = middle, there
    return far, after


def _words(term: str, factor: float, before: float, after: float) -> str:
    name = CHANGES[term][1]
    size = f"{factor:.2f} times as large" if factor > 0.0 else "gone"
    does = "stand aside" if before > 0.5 else "act"
    return (
        f"were {name} {size}, it would be more likely to {does} ({before:.0%} becomes {after:.0%})"
    )
