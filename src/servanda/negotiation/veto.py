"""Veto players with an agenda setter: the setter's best point that the rule lets pass.

Every actor accepts what lies no further from its position than the reference point. Where nothing
holds without a decision everybody accepts everything and the setter gets its way.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from servanda.negotiation.model import Issue, even_if_none

__all__ = ["setter_of", "veto"]

Floats = NDArray[np.float64]


def setter_of(issue: Issue, named: str | None) -> tuple[int, str | None]:
    """Return the row of the agenda setter and, where one had to be chosen, a note.

    The one named, if it has a position on the issue; else the most capable, the first of several.
    """
    if named is not None and named in issue.actors:
        return issue.place(named), None
    row = int(np.argmax(issue.capability))
    why = f"{named} has no position here" if named is not None else "none is named"
    return row, f"agenda setter: {why}; taken is the most capable, {issue.actors[row]}"


def veto(issue: Issue, position: Floats, setter: int, majority: float) -> Floats:
    """Find the setter's best point among those that enough capability accepts.

    Args:
        issue: gives capabilities and the reference point.
        position: float64[draw, actor].
        setter: row of the agenda setter.
        majority: share of capability that must accept, in (0, 1]; 1 is unanimity.

    Returns:
        float64[draw]; the reference point itself where nothing else passes.

    References:
        Tsebelis 2002, Veto Players, ch. 1; Steunenberg 1994, Journal of Institutional and
        Theoretical Economics 150, 642-669
    """
    if issue.reference is None:
        return np.asarray(position[:, setter].copy())
    share = even_if_none(issue.capability)
    places = issue.relative(position)
    held = float(issue.relative(np.array(issue.reference)))
    own = places[:, setter]
    found = np.empty(len(position))
    for draw, row in enumerate(places):
        # the set that passes is bounded by points where somebody is indifferent
        edges = np.concatenate(([own[draw], held], 2.0 * row - held))
        limit = np.abs(row - held) + 1e-9
        accepted = (np.abs(edges[:, None] - row) <= limit) @ share
        passing = edges[accepted >= majority - 1e-9]
        found[draw] = passing[np.argmin(np.abs(passing - own[draw]))]
    return issue.absolute(found)
