"""Outcomes drawn from a model: of a fit, or of coefficients that somebody declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.games.estimation.building import Built, Request, build
from servanda.games.estimation.formula import parse_formula
from servanda.games.estimation.model import Fitted
from servanda.games.estimation.shape import shape_of
from servanda.games.estimation.signalling import SignallingFamily, chances, roots, stage
from servanda.games.estimation.table import Table
from servanda.games.estimation.ultimatum import UltimatumFamily, best_offer
from servanda.games.tree import Tree

__all__ = ["default_outcomes", "draw_outcomes", "outcome_chances", "simulate", "simulate_table"]

Floats = NDArray[np.float64]


def outcome_chances(built: Built, beta: Floats) -> Floats:
    """Return the probability of each outcome, float64[outcome, row].

    Of the signalling game: of the equilibrium followed by the family, or, where it follows none,
    of the one with the least resistance.

    Raises:
        ModelError: the ultimatum model, whose offers are a continuum (SV965).
    """
    eta = built.design.eta(beta)
    family = built.family
    if isinstance(family, UltimatumFamily):
        raise ModelError("offers are a continuum: use best offers, not probabilities", "SV965")
    if isinstance(family, SignallingFamily):
        z = family.follow
        if not z.size:
            z = np.full(eta.shape[1], np.nan)
            for rows, values in roots(eta):
                z[rows] = np.where(np.isnan(z[rows]), values, z[rows])
        from scipy.special import ndtr

        with np.errstate(all="ignore"):
            logs = chances(stage(eta, np.asarray(ndtr(z))), z)
        # Where no equilibrium has threats, nobody threatens.
        logs = np.where(np.isnan(z), np.array([0, -np.inf, -np.inf, -np.inf])[:, None], logs)
        return np.asarray(np.exp(logs))
    found: Floats = family.probabilities(eta)[0]  # type: ignore[attr-defined]
    return found


def draw_outcomes(built: Built, beta: Floats, random: np.random.Generator) -> dict[str, Any]:
    """Draw the outcome columns of every row.

    Args:
        built: the model with its covariates.
        beta: float64[coefficient].
        random: where chance comes from.

    Returns:
        The outcome columns by name.
    """
    names = parse_formula(built.request.formula).outcome
    if isinstance(built.family, UltimatumFamily):
        return _offers(built, beta, random, names)
    p = outcome_chances(built, beta)
    if isinstance(built.family, SignallingFamily):
        total = built.family.counts.sum(axis=0).astype(int)
        drawn = random.multinomial(total, (p / p.sum(axis=0)).T)
        return {name: drawn[:, place].astype(float) for place, name in enumerate(names)}
    pick = (random.random(p.shape[1]) > np.cumsum(p, axis=0)[:-1]).sum(axis=0)
    if len(names) == 1:
        return {names[0]: np.array(built.outcomes, dtype=object)[pick]}
    assert built.shape is not None  # noqa: S101 - only trees are left
    moves = np.array(
        [[0.0 if m is None else float(m) for m in end] for end in built.shape.indicators]
    )
    return {name: moves[pick, place] for place, name in enumerate(names)}


def simulate(fitted: Fitted, *, seed: int, parameters: bool = False) -> Table:
    """Draw outcomes from a fit on its own covariates.

    Args:
        fitted: the fit.
        seed: of the draw.
        parameters: draw the coefficients, too, from their normal approximation.

    Returns:
        The rows used, with the outcome columns drawn anew.
    """
    random = np.random.default_rng([seed, 960])
    beta = fitted.beta
    if parameters:
        beta = random.multivariate_normal(beta, np.nan_to_num(fitted.covariance), method="eigh")
    return fitted.built.table.with_columns(draw_outcomes(fitted.built, beta, random))


def simulate_table(
    model: str | Tree,
    formula: str,
    covariates: Table | Mapping[str, object],
    coefficients: Sequence[float] | Mapping[str, float],
    *,
    seed: int,
    **options: Any,
) -> Table:
    """Draw outcomes from a model with declared coefficients.

    Args:
        model: as in `servanda.games.estimation.fit`.
        formula: likewise; the outcome columns are made.
        covariates: a table, or columns by name.
        coefficients: numbers in the order of the equations, or by name, all of them.
        seed: of the draw.
        options: the other fields of a request. ``outcomes`` names the outcomes of a single
            column; by default sq, concede, war and the like. The range of offers must be given.

    Returns:
        The covariates with the outcome columns.

    Raises:
        ModelError: as in `fit`; also where coefficients are missing or too many (SV973).

    Examples:
        >>> table = simulate_table(
        ...     "egame12", "y ~ x | 0 | 1 | 1", {"x": [0.0] * 4}, [0, 0, 0, 0], seed=1)
        >>> sorted(set(table.column("y").levels) - {"sq", "yield", "war"})
        []
    """
    table = covariates if isinstance(covariates, Table) else Table.of(covariates)
    names = parse_formula(formula).outcome
    request = Request(model=model, formula=formula, **options)
    request, stand_in = _stand_in(request, names, table)
    built = build(request, table.with_columns(stand_in))
    beta = _coefficients(built, coefficients)
    drawn = draw_outcomes(built, beta, np.random.default_rng([seed, 961]))
    return built.table.with_columns(drawn)


_DEFAULT_NAMES = {
    "egame12": ("sq", "yield", "war"),
    "egame122": ("LL", "LR", "RL", "RR"),
    "egame123": ("sq", "yield", "stalemate", "war"),
}


def default_outcomes(model: str | Tree) -> tuple[str, ...]:
    """Return the labels that made outcomes of a named tree have; none for other models.

    Examples:
        >>> default_outcomes("egame12")
        ('sq', 'yield', 'war')
    """
    return _DEFAULT_NAMES.get(model, ()) if isinstance(model, str) else ()


def _stand_in(
    request: Request, names: Sequence[str], table: Table
) -> tuple[Request, dict[str, Any]]:
    """Return outcome columns that any model of the kind takes, to be replaced by draws."""
    rows = table.rows
    if request.model == "ultimatum":
        if request.highest is None:
            raise ModelError("give the largest possible offer", "SV975")
        middle = np.full(rows, (request.lowest + request.highest) / 2)
        return request, {names[0]: middle, **{name: np.zeros(rows) for name in names[1:]}}
    if request.model == "lewis-schultz":
        given = {name: table.numbers(name) for name in names if name in table.columns}
        return request, {
            name: given.get(name, np.full(rows, float(place == 0)))
            for place, name in enumerate(names)
        }
    if len(names) > 1:
        return request, {name: np.zeros(rows) for name in names}
    if isinstance(request.model, Tree):
        return request, {names[0]: np.full(rows, shape_of(request.model).ends[0], dtype=object)}
    if not request.outcomes:
        request = replace(request, outcomes=default_outcomes(request.model))
    return request, {names[0]: np.full(rows, (request.outcomes or ("",))[0], dtype=object)}


def _coefficients(built: Built, given: Sequence[float] | Mapping[str, float]) -> Floats:
    names = built.design.names
    if isinstance(given, Mapping):
        strange = sorted(set(given) - set(names))
        missing = [name for name in names if name not in given]
        if strange or missing:
            what = f"there is no '{strange[0]}'" if strange else f"'{missing[0]}' is missing"
            raise ModelError(f"{what}; the coefficients are {', '.join(names)}", "SV973")
        given = [given[name] for name in names]
    beta = np.asarray(given, dtype=float)
    if beta.shape != (len(names),) or not np.isfinite(beta).all():
        raise ModelError(
            f"the model has {len(names)} coefficients, {', '.join(names)}; {beta.size} were given",
            "SV973",
        )
    return beta


def _offers(
    built: Built, beta: Floats, random: np.random.Generator, names: Sequence[str]
) -> dict[str, Any]:
    family = built.family
    assert isinstance(family, UltimatumFamily)  # noqa: S101 - asked by the caller
    r1, f2, s1, s2 = built.design.eta(beta)
    first = r1 + np.exp(s1) * random.logistic(size=len(r1))
    offer = best_offer(first, f2, np.exp(s2), family.lowest, family.highest)
    reply = offer > f2 + np.exp(s2) * random.logistic(size=len(r1))
    found = {names[0]: offer}
    if len(names) > 1:
        found[names[1]] = reply.astype(float)
    return found
