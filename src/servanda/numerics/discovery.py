"""Under which conditions something happens: boxes in the space of inputs, found by peeling.

The patient rule induction method peels thin slices off the space as long as what is left gets
richer in the cases of interest, and pastes back what was too much. Of all the boxes on the way, the
one kept has the highest harmonic mean of coverage (the share of all cases of interest in it) and
density (their share of the draws in it); the others are in ``trajectory``. A slice is a coarse
step, so the limits of the box kept are moved, one after the other, to where that mean is highest.
Limits that explain nothing are dropped again, by quasi-p-values.

Peeling always finds something. So the whole search is run on one half of the draws and its box put
to the test on the other, both ways round; unless the box holds there more cases of interest than
chance would put into it, there is none.

References:
    Friedman & Fisher 1999, doi:10.1023/A:1008894516817; Bryant & Lempert 2010,
    doi:10.1016/j.techfore.2009.08.002 (coverage, density, quasi-p-values); Kwakkel & Jaxa-Rozen
    2016, doi:10.1016/j.envsoft.2015.11.020 (categories, and the gain per row removed).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from servanda.numerics.box_search import Edges, Search, Table
from servanda.numerics.boxes import Box, Limit, Step
from servanda.numerics.inputs import BAD_OUTCOME, BAD_SAMPLE, NO_SUCH, InputError

__all__ = ["Box", "Discovery", "Limit", "Step", "prim"]

LEAST_ROWS = 40


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found.

    Args:
        boxes: in the order found; each one leaves out the draws of those before it.
        trajectory: the peels of the first search, from all draws on.
        p_value: of the first box on draws it was not looked for on.
        base: share of all draws that are of interest.
        names: of the inputs.
        reason: why there is no box, or no further one.
    """

    boxes: tuple[Box, ...]
    trajectory: tuple[Step, ...]
    p_value: float | None
    base: float
    names: tuple[str, ...]
    reason: str
    _way: tuple[Edges, ...] = field(default=(), repr=False)
    _search: Search | None = field(default=None, repr=False)

    @property
    def box(self) -> Box | None:
        """The first box, None where nothing was found."""
        return self.boxes[0] if self.boxes else None

    def at(self, step: int) -> Box:
        """Return the box of one step of the trajectory, nothing pasted and no limit moved.

        Raises:
            InputError: there is no such step (SV656).
        """
        if self._search is None or not -len(self._way) <= step < len(self._way):
            raise InputError(f"the trajectory has {len(self._way)} steps, not {step}", NO_SUCH)
        every = np.arange(self._search.table.rows)
        return self._search.described(self._way[step], every, None)


def prim(
    x: Any,
    y: ArrayLike,
    *,
    above: float | None = None,
    below: float | None = None,
    names: Sequence[str] | None = None,
    peel_alpha: float = 0.05,
    paste_alpha: float = 0.05,
    mass_min: float = 0.05,
    boxes: int = 1,
    chance: float = 0.01,
    seed: int = 0,
) -> Discovery:
    """Find conditions on the inputs under which the outcome is of interest.

    Args:
        x: the inputs: ``{name: column}``, a data frame, or float64[draw, input]. Columns of text or
            booleans are categories.
        y: the outcome: bool[draw] (or 0 and 1), or float64[draw] with ``above`` or ``below``.
        above: outcomes above this are of interest.
        below: outcomes below this are.
        names: of the columns of an array.
        peel_alpha: share of a box that one peel removes.
        paste_alpha: share of a box that one paste adds.
        mass_min: least share of all draws in a box.
        boxes: how many to look for at most.
        chance: a box is kept if chance would put as many cases of interest into one found on other
            draws in less than this share of all data sets without structure.
        seed: of the division of the draws into halves.

    Returns:
        Discovery; without boxes where there is nothing to find, and with the reason.

    Raises:
        InputError: the table (SV653) or the outcome (SV655) cannot be used.

    Examples:
        >>> x = np.random.default_rng(1).uniform(size=(2000, 4))
        >>> found = prim(x, (x[:, 0] > 0.6) & (x[:, 2] < 0.5))
        >>> [limit.name for limit in found.box.limits], round(found.box.density, 1)
        (['x1', 'x3'], 1.0)
        >>> prim(x, np.random.default_rng(2).random(2000) < 0.3).box is None
        True
    """
    _shares(peel_alpha, paste_alpha, mass_min, chance)
    table = Table(x, names)
    interest = _interest(y, table.rows, above, below)
    base = float(interest.mean())
    if table.rows < LEAST_ROWS or not 0.0 < base < 1.0:
        few = f"{table.rows} draws are too few" if 0.0 < base < 1.0 else "all draws are alike"
        return Discovery((), (), None, base, table.names, few)
    search = Search(table, interest, peel_alpha, paste_alpha, mass_min)
    left = np.arange(table.rows)
    found: list[Box] = []
    way: list[Edges] = []
    steps: tuple[Step, ...] = ()
    p_value, reason = None, f"{boxes} box(es) were asked for"
    for number in range(boxes):
        tested = search.tested(left, np.random.default_rng([seed, number]))
        edges, peels, stats = search.run(left)
        if number == 0:
            p_value, way, steps = tested, peels, search.steps(peels, stats)
        if tested > chance or not table.restricted(edges):
            reason = (
                "chance alone puts as many cases of interest into a box with probability "
                f"{tested:.2g}"
            )
            break
        found.append(search.described(edges, left, tested))
        left = left[~table.inside(edges, left)]
        if left.size < LEAST_ROWS or not 0 < int(interest[left].sum()) < left.size:
            reason = "no cases to tell apart are left"
            break
    return Discovery(tuple(found), steps, p_value, base, table.names, reason, tuple(way), search)


def _shares(*values: float) -> None:
    for value in values:
        if not 0.0 < value < 1.0:
            raise InputError(f"shares lie between 0 and 1, not at {value:g}", BAD_SAMPLE)


def _interest(
    y: ArrayLike, rows: int, above: float | None, below: float | None
) -> NDArray[np.uint8]:
    values = np.asarray(y)
    if values.ndim != 1 or values.shape[0] != rows:
        raise InputError(f"y has the shape {values.shape} and there are {rows} draws", BAD_OUTCOME)
    if values.dtype.kind not in "biuf":
        raise InputError(f"y must be booleans or numbers, not {values.dtype}", BAD_OUTCOME)
    if not np.isfinite(values.astype(np.float64)).all():
        raise InputError("y has values that are not finite; leave these draws out", BAD_OUTCOME)
    if above is None and below is None:
        if values.dtype.kind != "b" and not np.isin(values, (0, 1)).all():
            raise InputError(
                "y has other values than 0 and 1; say which are of interest with above= or below=",
                BAD_OUTCOME,
            )
        return values.astype(np.uint8)
    inside = np.ones(rows, np.bool_)
    if above is not None:
        inside &= values > above
    if below is not None:
        inside &= values < below
    return inside.astype(np.uint8)
