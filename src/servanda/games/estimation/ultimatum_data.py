"""Offers and replies from a table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from servanda.domain.codes import problem
from servanda.domain.errors import ModelError
from servanda.domain.problem import Problem
from servanda.games.estimation.building import Built, Place, Request, design_of, used_rows
from servanda.games.estimation.formula import Equation, Formula
from servanda.games.estimation.table import Table
from servanda.games.estimation.ultimatum import UltimatumFamily

__all__ = ["PUBLISHED_RANGES", "ultimatum_data"]

Floats = NDArray[np.float64]

#: Largest offers that published data sets state and their columns do not show, by their columns.
PUBLISHED_RANGES = {frozenset({"offer", "accept", "gender1", "gender2"}): 100.0}  # R games


def ultimatum_data(request: Request, formula: Formula, table: Table) -> Built:
    """Make the likelihood of the ultimatum model: ``offer + accept ~ R1 | R2``.

    Raises:
        ModelError: see `servanda.games.estimation.building.build`.
    """
    if len(formula.equations) != 2:
        count = len(formula.equations)
        raise ModelError(f"ultimatum takes 2 equations (R1 | R2), not {count}", "SV961")
    if request.scale:
        raise ModelError("the scales of the ultimatum model are log(s1) and log(s2)", "SV969")
    request = replace(request, fixed=_logged(request))
    replies = request.replies and len(formula.outcome) > 1
    if request.replies and len(formula.outcome) == 1:
        raise ModelError(
            "write offer + accept on the left, or ask for --offers-only where replies were not "
            "observed",
            "SV971",
        )
    used = used_rows(request, formula, table, formula.equations)
    offer = used.table.numbers(formula.outcome[0])
    accepted = None
    if replies:
        answer = used.table.numbers(formula.outcome[1])
        if not np.isin(answer, (0.0, 1.0)).all():
            raise ModelError(f"'{formula.outcome[1]}' must be 0 or 1 in every row", "SV971")
        accepted = answer == 1
    highest = _highest(request, offer, table, used.notes)
    if offer.min() < request.lowest or offer.max() > highest:
        raise ModelError(
            f"offers run from {offer.min():g} to {offer.max():g}, outside {request.lowest:g} to "
            f"{highest:g}; give --min-offer and --max-offer",
            "SV975",
        )
    one = Equation(constant=True, terms=())
    places = (
        Place("R1", formula.equations[0]),
        Place("R2", formula.equations[1]),
        Place("log(s1)", one, bare=True),
        Place("log(s2)", one, bare=True),
    )
    design, levels = design_of(request, places, used)
    family = UltimatumFamily(offer, accepted, request.lowest, highest)
    return Built(
        request, family, design, places, levels, used.table, used.rows, used.dropped,
        used.weightless, ("offer", "accept"), None, tuple(used.notes),
    )  # fmt: skip


def _logged(request: Request) -> dict[str, float]:
    """Return what is held fixed, with s1 and s2 as their logarithms."""
    found = {}
    for name, value in request.fixed.items():
        if name in ("s1", "s2"):
            if not value > 0:
                raise ModelError(f"the scale {name} must be above zero, not {value:g}", "SV973")
            name, value = f"log({name})", float(np.log(value))
        found[name] = value
    return found


def _highest(request: Request, offer: Floats, table: Table, notes: list[Problem]) -> float:
    if request.highest is not None:
        return float(request.highest)
    published = PUBLISHED_RANGES.get(frozenset(table.columns))
    highest = published if published is not None else float(offer.max())
    why = "as published with these data" if published is not None else "the largest in the data"
    text = f"the largest possible offer was taken to be {highest:g}, {why}"
    notes.append(problem("SV975", text, severity="warning", remedy="Give --max-offer."))
    return highest
