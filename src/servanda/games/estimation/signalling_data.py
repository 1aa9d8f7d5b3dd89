"""Counts of the four outcomes of the signalling game from a table."""

from __future__ import annotations

import numpy as np

from servanda.domain.codes import problem
from servanda.domain.errors import ModelError
from servanda.games.estimation.building import Built, Place, Request, design_of, used_rows
from servanda.games.estimation.formula import Formula
from servanda.games.estimation.signalling import PAYOFFS, SignallingFamily
from servanda.games.estimation.table import Table

__all__ = ["signalling_data"]


def signalling_data(request: Request, formula: Formula, table: Table) -> Built:
    """Make the likelihood: ``sq + cd + sf + bd ~ SA | VA | CB | barWA | barWB | bara | VB``.

    Raises:
        ModelError: see `servanda.games.estimation.building.build`.
    """
    if len(formula.equations) != len(PAYOFFS):
        raise ModelError(
            f"lewis-schultz takes 7 equations ({' | '.join(PAYOFFS)}), not "
            f"{len(formula.equations)}",
            "SV961",
        )
    if len(formula.outcome) != 4:
        raise ModelError(
            "lewis-schultz takes four columns of counts on the left: status quo, concession, "
            f"stood firm, backed down; not {len(formula.outcome)}",
            "SV971",
        )
    if request.scale or request.link == "logit":
        raise ModelError("lewis-schultz has normal shocks of variance one", "SV969")
    used = used_rows(request, formula, table, formula.equations)
    counts = np.stack([used.table.numbers(name) for name in formula.outcome])
    for name, values in zip(formula.outcome, counts, strict=True):
        if (values < 0).any() or (values != np.floor(values)).any():
            raise ModelError(f"'{name}' must count: 0, 1, 2, ... in every row", "SV971")
    empty = int((counts.sum(axis=0) == 0).sum())
    if empty == used.table.rows:
        raise ModelError("no outcome was observed in any row", "SV971")
    if empty:
        text = f"{empty:,} rows have no outcome at all and say nothing"
        used.notes.append(problem("SV964", text, severity="warning"))
    places = tuple(Place(n, e) for n, e in zip(PAYOFFS, formula.equations, strict=True))
    design, levels = design_of(request, places, used)
    return Built(
        request, SignallingFamily(counts), design, places, levels, used.table, used.rows,
        used.dropped, used.weightless, formula.outcome, None, tuple(used.notes),
    )  # fmt: skip
