"""Fit a strategic model: build, climb from several starts, look whether the top is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from servanda.domain.codes import problem
from servanda.domain.problem import Problem
from servanda.games.estimation.building import Built, Request, build
from servanda.games.estimation.diagnosis import Flat, flat_directions, refuse_unidentified
from servanda.games.estimation.likelihood import Family
from servanda.games.estimation.maximise import Optimum, Penalty, maximise
from servanda.games.estimation.model import Fitted, SeKind
from servanda.games.estimation.signalling import SignallingFamily
from servanda.games.estimation.starts import Floats, further_starts, sequential_start
from servanda.games.estimation.table import Table
from servanda.games.estimation.ultimatum import UltimatumFamily
from servanda.games.estimation.uncertainty import covariance

__all__ = ["fit", "fit_built", "fit_table"]

_SAME = 1e-5


def fit(
    model: Any,
    formula: str,
    data: Table | Mapping[str, object],
    *,
    se: SeKind = "observed",
    cluster: str = "",
    replicates: int = 200,
    starts: int = 4,
    seed: int = 0,
    penalty: Penalty | None = None,
    **options: Any,
) -> Fitted:
    """Fit a strategic model to data by maximum likelihood.

    Args:
        model: egame12, egame122, egame123, ultimatum, lewis-schultz, or a ``Tree``.
        formula: outcome columns and equations, ``esc + war ~ x1 | 0 | x2 | x3``; for a tree of
            one's own with names, ``outcome ~ challenger(war) = x1 | defender(war) = x2``.
        data: a table, or columns by name.
        se: standard errors from observed information, sandwich, clustered or bootstrap.
        cluster: the column of clusters; needed for clustered errors, used by the bootstrap.
        replicates: of the bootstrap.
        starts: random starts beside the sequential one and zero.
        seed: of random starts and the bootstrap.
        penalty: a ridge or Firth's; none by default.
        options: the other fields of `servanda.games.estimation.building.Request`.

    Returns:
        The fit; ``converged`` is false and estimates are None where the likelihood has no top.

    Raises:
        ModelError: the request does not fit the data; the code says why.

    References:
        Signorino, C. S. 2003. Structure and uncertainty in discrete choice models. Political
        Analysis 11 (4), 316-344.

    Examples:
        >>> from servanda.games.estimation import simulate_table
        >>> covariates = {"x": [0.5, -1.0] * 200, "z": [1.0, 1.0, 0.0, 0.0] * 100}
        >>> table = simulate_table(
        ...     "egame12", "y ~ x | 0 | 1 | z", covariates, [0.2, 0.8, 0.5, -0.3, 1.0], seed=3)
        >>> found = fit(
        ...     "egame12", "y ~ x | 0 | 1 | z", table, outcomes=("sq", "yield", "war"))
        >>> found.converged, found.names[:2], found.coefficient("u2(war):z").estimate > 0
        (True, ('u1(sq):(Intercept)', 'u1(sq):x'), True)
    """
    table = data if isinstance(data, Table) else Table.of(data)
    request = Request(model=model, formula=formula, **options)
    return fit_table(
        request, table, se=se, cluster=cluster, replicates=replicates, starts=starts, seed=seed,
        penalty=penalty,
    )  # fmt: skip


def fit_table(
    request: Request,
    table: Table,
    *,
    se: SeKind = "observed",
    cluster: str = "",
    replicates: int = 200,
    starts: int = 4,
    seed: int = 0,
    penalty: Penalty | None = None,
) -> Fitted:
    """Fit a request to a table; see `fit`."""
    built = build(request, table)
    penalty = penalty or Penalty()
    if isinstance(built.family, SignallingFamily):
        from servanda.games.estimation.signalling_fit import fit_signalling

        return fit_signalling(
            built, se=se, cluster=cluster, replicates=replicates, starts=starts, seed=seed,
            penalty=penalty,
        )  # fmt: skip
    return fit_built(
        built, se=se, cluster=cluster, replicates=replicates, starts=starts, seed=seed,
        penalty=penalty,
    )  # fmt: skip


def fit_built(
    built: Built,
    *,
    se: SeKind,
    cluster: str,
    replicates: int,
    starts: int,
    seed: int,
    penalty: Penalty,
    family: Family | None = None,
    first: Floats | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Fitted:
    """Fit a model with its data, from a first start where one is given."""
    family = family or built.family
    if first is None:
        design = built.design
        zero = np.where(design.free, 0.0, design.fixed)
        offers = isinstance(family, UltimatumFamily)
        first = sequential_start(built, family) if offers else zero
        if penalty.kind == "none":
            refuse_unidentified(family, design, first, seed)
        first = first if offers else sequential_start(built, family)
    top, others, tried = _climb(built, family, first, starts, seed, penalty)
    flat = flat_directions(family, built.design, top, penalty)
    unbounded = np.zeros(len(built.design.names), dtype=bool)
    for one in flat:
        if one.kind == "separation":
            unbounded |= one.members
        elif one.kind == "ridge":  # a bent one leaves no coefficient where it stands
            unbounded |= built.design.free
    converged = top.converged and not unbounded.any()
    if not converged and not unbounded.any():
        unbounded = built.design.free.copy()
    notes = [*built.notes, *_said(built, top, flat, others, tried)]
    kind: SeKind = se if converged else "observed"
    found = covariance(
        built, family, top, kind, cluster=cluster, replicates=replicates, seed=seed,
        penalty=penalty, unbounded=unbounded,
    )  # fmt: skip
    return Fitted(
        built, top, found.matrix, kind, unbounded, (*notes, *found.notes), converged, others,
        penalty, seed, extra or {}, found.replicates,
    )  # fmt: skip


def _climb(
    built: Built, family: Family, first: Floats, starts: int, seed: int, penalty: Penalty
) -> tuple[Optimum, tuple[float, ...], int]:
    """Return the best of several climbs, the log likelihoods of lower tops, and how many climbs."""
    design = built.design
    random = np.random.default_rng([seed, 96])
    best = maximise(family, design, first, penalty)
    lower: list[float] = []
    queue = further_starts(built, family, first, starts, random) if starts else []
    for start in queue if design.free.any() else []:
        near = (best.beta, best.information) if best.converged else None
        tried = maximise(family, design, start, penalty, near=near)
        if not np.isfinite(tried.objective) or (near and _close(tried, best, design.free)):
            continue
        gain = tried.objective - best.objective
        if gain > _SAME or (gain > -_SAME and tried.converged and not best.converged):
            if best.converged and gain > _SAME:
                lower.append(best.objective)
            best = tried
        elif tried.converged and gain < -_SAME:
            lower.append(tried.objective)
    distinct = sorted({round(value, 4) for value in lower}, reverse=True)
    return best, tuple(distinct), 1 + len(queue)


def _close(tried: Optimum, best: Optimum, free: Any) -> bool:
    gap = (tried.beta - best.beta)[free]
    return bool(gap @ best.information[np.ix_(free, free)] @ gap < 1e-3)


def _said(
    built: Built, top: Optimum, flat: tuple[Flat, ...], others: tuple[float, ...], tried: int
) -> list[Problem]:
    names = np.array(built.design.names)
    notes = []

    def add(code: str, text: str) -> None:
        notes.append(problem(code, text, severity="warning"))

    for kind, code, why in (
        ("separation", "SV976", "the data foretell choices perfectly, so that the likelihood "
         "rises without end"),
        ("ridge", "SV977", "the likelihood has a ridge that goes on rising, and no finite top"),
        ("skewed", "SV978", "the likelihood falls from its top quite otherwise than its curvature "
         "promises: take intervals from the bootstrap"),
    ):  # fmt: skip
        members = np.zeros(len(names), dtype=bool)
        for one in flat:
            if one.kind == kind:
                members |= one.members
        if members.any():
            add(code, f"{why}; concerned: {', '.join(names[members][:12])}")
    if not top.converged and not any(one.kind != "skewed" for one in flat):
        add("SV979", "the climb did not end on a top; nothing is reported")
    if others:
        shown = ", ".join(f"{value:.4f}" for value in others[:4])
        add(
            "SV974",
            f"of {tried} climbs some ended on lower tops ({shown}); the highest is reported",
        )
    return notes
