"""Forecasts with honest spread: the calibrated combination, and points with their usual errors.

Everything here is fitted to decisions of the European Union and ships as a few numbers with their
provenance (``library/posterior/negotiation.yaml``). The combination mixes three things: the
probabilities of the Condorcet chain over stated positions; a beta distribution about their mean,
laid on tenths of the line; and the ends and the middle of the line, where outcomes pile up whatever
the positions. Its 80% interval is read off at a tail chance chosen so that 80% of past outcomes
lay inside: with lumps of probability the plain tenths would hold far more.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.special import betainc

from servanda import library
from servanda.domain.noun import Noun
from servanda.negotiation.model import Distribution, Issue
from servanda.scenario.reading import read

__all__ = [
    "Fitted",
    "Mixture",
    "Spread",
    "about_points",
    "combine",
    "dress",
    "fitted",
    "parts_of",
    "spread_of",
]

Floats = NDArray[np.float64]

#: Relative places that the parts of the combination lie on.
TENTHS = np.linspace(0.0, 1.0, 11)
THIRDS = np.array([0.0, 0.5, 1.0])
_EDGE = 0.02


class Spread(Noun):
    """How far outcomes lie from the points of one model.

    ``hit`` is the chance that the point is the outcome, ``about`` the share of a beta distribution
    about it with this ``concentration``, ``even`` that of any tenth of the line alike.
    """

    hit: float = Field(ge=0, le=1)
    about: float = Field(ge=0, le=1)
    even: float = Field(ge=0, le=1)
    concentration: float = Field(gt=0)


class Mixture(Noun):
    """The parameters of the combination: shares of its parts, its beta, where its interval ends."""

    condorcet: float = Field(ge=0, le=1)
    about_mean: float = Field(ge=0, le=1)
    ends_and_middle: float = Field(ge=0, le=1)
    concentration: float = Field(gt=0)
    tail: float = Field(gt=0, lt=0.5)


class Provenance(Noun):
    """What the numbers were fitted to."""

    data: str
    issues: int
    proposals: int
    sha256: str
    version: str
    date: str


class Scores(Noun):
    """How the combination did on proposals left out of the fit."""

    crps: float
    coverage_80: float
    width_80: float
    mae: float
    folds: int


class Fitted(Noun):
    """The file of fitted numbers."""

    format: str
    mixture: Mixture
    spreads: dict[str, Spread]
    cross_validated: Scores
    provenance: Provenance


@cache
def fitted() -> Fitted:
    """Read the numbers that ship.

    Raises:
        ValueError: the installed file is damaged.
    """
    found = read(library.path("posterior", "negotiation.yaml"), Fitted, name="negotiation.yaml")
    if found.value is None:
        raise ValueError(f"library/posterior/negotiation.yaml: {found.errors[0].message}")
    value: Fitted = found.value
    return value


def beta_on(places: Floats, mean: Floats, concentration: float) -> Floats:
    """Lay beta distributions on evenly spaced places, so that their means stay.

    Each place takes the expectation of its tent function. Means nearer to an end than 2% of the
    line are moved there, as a beta distribution needs.

    Args:
        places: float64[place], even from 0 to 1.
        mean: float64[draw], in [0, 1].
        concentration: sum of the two parameters.

    Returns:
        float64[draw, place]; rows sum to 1.

    Examples:
        >>> shares = beta_on(np.linspace(0, 1, 11), np.array([0.3]), 5.0)
        >>> round(float(shares[0] @ np.linspace(0, 1, 11)), 9)
        0.3
    """
    middle = np.clip(mean, _EDGE, 1.0 - _EDGE)[:, None]
    a, b = middle * concentration, (1.0 - middle) * concentration
    passed = betainc(a, b, places)
    moment = middle * betainc(a + 1.0, b, places)
    mass, lever = np.diff(passed, axis=1), np.diff(moment, axis=1)
    step = places[1] - places[0]
    upper = (lever - places[:-1] * mass) / step
    share = np.zeros((len(middle), places.size))
    share[:, 1:] += upper
    share[:, :-1] += mass - upper
    share = np.maximum(share, 0.0)
    return np.asarray(share / share.sum(axis=1, keepdims=True))


def parts_of(
    issue: Issue, chance: Floats, mean: Floats, concentration: float
) -> tuple[tuple[Floats, Floats], ...]:
    """Return the three parts of the combination as points of the issue with probabilities.

    Args:
        issue: gives the line.
        chance: float64[draw, option], Condorcet probabilities of the stated positions.
        mean: float64[draw], means of the same.
        concentration: of the beta part.
    """
    even = np.full(THIRDS.size, 1.0 / THIRDS.size)
    return (
        (issue.stated, chance.mean(axis=0)),
        about_points(issue, mean, concentration),
        (issue.low + issue.span * THIRDS, even),
    )


def combine(issue: Issue, chance: Floats, mean: Floats, mixture: Mixture) -> Distribution:
    """Return the calibrated combination; see ``parts_of`` for the arguments."""
    if issue.span <= 0.0:
        return Distribution(np.array([issue.low]), np.ones(1), issue.low)
    shares = (mixture.condorcet, mixture.about_mean, mixture.ends_and_middle)
    parts = parts_of(issue, chance, mean, mixture.concentration)
    value, probability = merged(
        np.concatenate([places for places, _ in parts]),
        np.concatenate([s * p for s, (_, p) in zip(shares, parts, strict=True)]),
        issue.span,
    )
    found = Distribution(value, probability, 0.0, tail=mixture.tail)
    return Distribution(value, probability, found.mean, tail=mixture.tail)


def dress(issue: Issue, point: Floats, spread: Spread | None) -> tuple[Floats, Floats]:
    """Give points the spread of their usual errors; without one they stand as they are.

    Args:
        issue: gives the line.
        point: float64[draw].
        spread: fitted errors of the model the points come from.

    Returns:
        Points, ascending, with probabilities.
    """
    even = np.full(point.size, 1.0 / point.size)
    if spread is None or issue.span <= 0.0:
        return merged(point, even, issue.span)
    places, about = about_points(issue, point, spread.concentration)
    rest = spread.about * about + spread.even / places.size
    return merged(
        np.concatenate((point, places)), np.concatenate((spread.hit * even, rest)), issue.span
    )


def about_points(issue: Issue, point: Floats, concentration: float) -> tuple[Floats, Floats]:
    """Lay beta distributions about points on the tenths of the line and take their mean.

    Args:
        issue: gives the line.
        point: float64[draw].
        concentration: of the beta distributions.

    Returns:
        The tenths, and float64[tenth] of probabilities.
    """
    relative = np.clip((point - issue.low) / issue.span, 0.0, 1.0)
    return issue.low + issue.span * TENTHS, beta_on(TENTHS, relative, concentration).mean(axis=0)


def merged(value: Floats, probability: Floats, span: float) -> tuple[Floats, Floats]:
    """Sort points and add up those that are the same but for rounding.

    Examples:
        >>> merged(np.array([0.3, 0.1 + 0.2, 0.0]), np.array([0.5, 0.25, 0.25]), 1.0)[1].tolist()
        [0.25, 0.75]
    """
    order = np.argsort(value, kind="stable")
    sorted_value = value[order]
    fresh = np.concatenate(([True], np.diff(sorted_value) > 1e-9 * max(span, 1e-300)))
    group = np.cumsum(fresh) - 1
    total = np.bincount(group, weights=probability[order])
    return sorted_value[fresh], np.asarray(total / total.sum())


def spread_of(name: str) -> Spread | None:
    """Return the fitted errors of a model, None where none were fitted."""
    spreads: Mapping[str, Spread] = fitted().spreads
    return spreads.get(name)
