"""From a model, a formula and a table to a likelihood: columns needed, rows used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from servanda.domain.codes import problem
from servanda.domain.errors import ModelError
from servanda.domain.problem import Problem
from servanda.games.estimation.design import columns_of, complete_rows, matrix, reading
from servanda.games.estimation.formula import Equation, Formula, parse_formula
from servanda.games.estimation.likelihood import Design, Family
from servanda.games.estimation.links import Link
from servanda.games.estimation.play import Errors
from servanda.games.estimation.shape import NAMED, Shape, named_shape, shape_of
from servanda.games.estimation.table import Table
from servanda.games.tree import Tree
from servanda.scenario.reading import closest

__all__ = ["MODELS", "Built", "Place", "Request", "Rows", "build", "design_of", "used_rows"]

Floats = NDArray[np.float64]
MODELS = (*NAMED, "ultimatum", "lewis-schultz")
MAX_COEFFICIENTS = 2_000


@dataclass(frozen=True, slots=True)
class Request:
    """What to fit, apart from the data.

    Attributes:
        model: a name of `MODELS`, or a game of one's own.
        formula: as the R packages write it; see `servanda.games.estimation.formula`.
        link: normal (probit) or logistic (logit) shocks.
        errors: agent errors or private information.
        outcomes: the labels of the outcomes in the order of the tree's ends, for one outcome
            column of a named model; by default in ascending or dictionary order.
        weights: a column; how much each row counts.
        fixed: coefficient (or equation without terms) to the value it is held at.
        scale: equations of the logarithm of the scale of shocks, ``"~ x"``; with one for each
            player, ``"~ x | 1 | z"``.
        lowest, highest: the range of offers of the ultimatum game; ``highest`` is the largest
            offer of the data where it is not given.
        replies: whether the ultimatum model counts the replies, or offers alone.
        method: of the signalling game: ``ml``, ``npl`` or ``pl``.
        first_stage: columns with first-stage chances of resisting and of standing firm.
    """

    model: str | Tree
    formula: str
    link: Link = "probit"
    errors: Errors = "agent"
    outcomes: tuple[str, ...] = ()
    weights: str = ""
    fixed: Mapping[str, float] = field(default_factory=dict)
    scale: str = ""
    lowest: float = 0.0
    highest: float | None = None
    replies: bool = True
    method: Literal["ml", "npl", "pl"] = "ml"
    first_stage: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """The name of the model, or the title of the game."""
        return self.model if isinstance(self.model, str) else self.model.title


@dataclass(frozen=True, slots=True)
class Place:
    """An index with its equation.

    Attributes:
        title: as coefficients show it, ``u1(war)``.
        equation: its terms.
        bare: whether its one coefficient is shown by the title alone, as ``log(s1)``.
    """

    title: str
    equation: Equation
    bare: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """A model with its data.

    Attributes:
        request: what was asked.
        family: the likelihood.
        design: the covariates.
        places: the indices, in order.
        levels: the levels of columns of words.
        table: the rows used.
        rows: int64[row], their places in the table that was given.
        dropped: how many rows had a missing value.
        weightless: how many had weight zero.
        outcomes: labels of the outcomes, in the order of the model.
        shape: the tree, for models that have one.
        notes: warnings about the data.
    """

    request: Request
    family: Family
    design: Design
    places: tuple[Place, ...]
    levels: Mapping[str, tuple[str, ...]]
    table: Table
    rows: NDArray[np.int64]
    dropped: int
    weightless: int
    outcomes: tuple[str, ...]
    shape: Shape | None = None
    notes: tuple[Problem, ...] = ()

    def take(self, rows: NDArray[np.int64]) -> Built:
        """Return the model on some of its observations, which may repeat."""
        return replace(
            self, family=self.family.take(rows), design=self.design.take(rows),
            table=self.table.take(rows), rows=self.rows[rows],
        )  # fmt: skip


def build(request: Request, table: Table) -> Built:
    """Make the likelihood of a request on a table.

    Raises:
        ModelError: a formula, column, outcome or option that does not fit; the code says which.
    """
    formula = parse_formula(request.formula)
    if not formula.outcome:
        raise ModelError("name the outcome columns left of the tilde", "SV961")
    if request.model == "ultimatum":
        from servanda.games.estimation.ultimatum_data import ultimatum_data

        return ultimatum_data(request, formula, table)
    if request.model == "lewis-schultz":
        from servanda.games.estimation.signalling_data import signalling_data

        return signalling_data(request, formula, table)
    from servanda.games.estimation.tree_data import tree_data

    return tree_data(request, formula, _shape(request), table)


def _shape(request: Request) -> Shape:
    if isinstance(request.model, Tree):
        return shape_of(request.model)
    if request.model not in NAMED:
        near = closest(request.model, MODELS)
        hint = f"did you mean '{near}'?" if near else f"there are {', '.join(MODELS)}, or a file"
        raise ModelError(f"there is no model '{request.model}'; {hint}", "SV968")
    return named_shape(request.model)


@dataclass(slots=True)
class Rows:
    """The rows that are used.

    Attributes:
        table: those rows.
        rows: their places.
        dropped, weightless: how many were left out, and why.
        weights: float64[row].
        notes: warnings.
    """

    table: Table
    rows: NDArray[np.int64]
    dropped: int
    weightless: int
    weights: Floats
    notes: list[Problem]


def used_rows(
    request: Request, formula: Formula, table: Table, equations: Sequence[Equation]
) -> Rows:
    """Keep rows in which nothing is missing and whose weight is not zero.

    Raises:
        ModelError: a column is absent (SV962), weights are negative, or nothing is left (SV964).
    """
    names = list(dict.fromkeys([*formula.outcome, *columns_of(equations)]))
    if request.weights:
        names.append(request.weights)
    if request.first_stage:
        names.extend(request.first_stage)
    rows = complete_rows(table, names)
    dropped = table.rows - len(rows)
    notes = []
    if dropped:
        text = f"{dropped:,} of {table.rows:,} rows have a missing value and were dropped"
        notes.append(problem("SV964", text, severity="warning", remedy="Nothing, if they may go."))
    weights = np.ones(len(rows))
    weightless = 0
    if request.weights:
        weights = table.numbers(request.weights)[rows]
        if (weights < 0).any():
            raise ModelError(f"'{request.weights}' has weights below zero", "SV972")
        keep = weights > 0
        weightless = int((~keep).sum())
        if not keep.any():
            raise ModelError(f"every weight in '{request.weights}' is zero", "SV972")
        rows, weights = rows[keep], weights[keep]
        if weightless:
            text = f"{weightless:,} rows have weight zero and do not count"
            notes.append(problem("SV972", text, severity="warning", remedy="Nothing, if so meant."))
    return Rows(table.take(rows), rows, dropped, weightless, weights, notes)


def design_of(
    request: Request, places: Sequence[Place], used: Rows
) -> tuple[Design, dict[str, tuple[str, ...]]]:
    """Return the covariates of all indices, with the values that are held fixed.

    Raises:
        ModelError: too many coefficients (SV967), or a fixed name that there is not (SV973).
    """
    table = used.table
    levels = reading(table, columns_of([place.equation for place in places]))
    blocks, names = [], []
    offset = np.zeros((len(places), table.rows))
    held = dict(request.fixed)
    for index, place in enumerate(places):
        found = matrix(place.equation, table, levels)
        blocks.append(found.values)
        names += [place.title if place.bare else f"{place.title}:{name}" for name in found.names]
        if place.title in held and not (place.bare and found.names):
            if found.names:
                raise ModelError(
                    f"'{place.title}' has an equation; to hold it at a number, write 0 for it",
                    "SV973",
                )
            offset[index] = held.pop(place.title)
    if len(names) > MAX_COEFFICIENTS:
        raise ModelError(f"there are {len(names):,} coefficients; {MAX_COEFFICIENTS:,} at most",
                         "SV967")  # fmt: skip
    fixed = np.zeros(len(names))
    free = np.ones(len(names), dtype=bool)
    for name, value in held.items():
        if name not in names:
            near = closest(name, names)
            hint = f"did you mean '{near}'?" if near else f"there are {', '.join(names[:8])}"
            raise ModelError(f"there is no coefficient '{name}' to hold; {hint}", "SV973")
        if not np.isfinite(value):
            raise ModelError(f"'{name}' cannot be held at {value}", "SV973")
        free[names.index(name)], fixed[names.index(name)] = False, value
    whole = np.hstack(blocks) if blocks else np.zeros((table.rows, 0))
    size = np.sqrt((whole**2).mean(axis=0))
    units = np.where(size > 0, size, 1.0)
    design = Design(
        tuple(blocks), tuple(names), free, fixed, offset, used.weights, units, whole.std(axis=0)
    )
    return design, levels
