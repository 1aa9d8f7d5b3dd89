"""Draws of the assumptions: each distribution's quantile at a uniform number of its own stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import special

from servanda.domain.assumption import Assumption, Distribution
from servanda.domain.errors import ModelError
from servanda.study.streams import Floats, uniforms

__all__ = ["Draws", "draw", "quantile"]

_REFERENCE = 20_000
"""Draws from which the distribution of a calibrated column is read when it is moved."""


def quantile(distribution: Distribution, u: Floats) -> Floats:
    """Evaluate the quantile function of a declared distribution.

    Args:
        distribution: one of the declared forms.
        u: float64[draw], strictly inside (0, 1).

    Returns:
        float64[draw] in the assumption's unit.

    Examples:
        >>> quantile(Distribution(lognormal={"median": 4, "log_sd": 0.25}), np.array([0.5]))
        array([4.])
    """
    form = distribution.form
    if distribution.fixed is not None:
        return np.full_like(u, distribution.fixed)
    if distribution.lognormal is not None:
        log = distribution.lognormal
        return np.asarray(log.median * np.exp(log.log_sd * special.ndtri(u)))
    if distribution.normal is not None:
        return np.asarray(distribution.normal.mean + distribution.normal.sd * special.ndtri(u))
    if distribution.beta is not None:
        return np.asarray(special.betaincinv(distribution.beta.a, distribution.beta.b, u))
    if distribution.uniform is not None:
        low, high = distribution.uniform.low, distribution.uniform.high
        return np.asarray(low + (high - low) * u)
    if distribution.triangular is not None:
        return _triangular(distribution, u)
    raise ModelError(f"no quantile function for the form {form!r}", code="SV605")


def _triangular(distribution: Distribution, u: Floats) -> Floats:
    shape = distribution.triangular
    if shape is None:
        raise ModelError("not a triangular distribution", code="SV605")
    low, mode, high = shape.low, shape.mode, shape.high
    width = high - low
    if width == 0:
        return np.full_like(u, low)
    left = (mode - low) / width
    rising = low + np.sqrt(u * width * (mode - low))
    falling = high - np.sqrt((1.0 - u) * width * (high - mode))
    return np.where(u < left, rising, falling)


@dataclass(frozen=True, slots=True)
class Draws:
    """One chunk of draws.

    ``columns`` maps an assumption's identifier to float64[draw]; `uniform` gives further streams
    (practice options, readings, common quantiles) with the same keys on every machine.
    """

    seed: int
    chunk: int
    size: int
    columns: Mapping[str, Floats]
    assumptions: Mapping[str, Assumption]
    rivals: Mapping[str, str]

    def column(self, identifier: str) -> Floats:
        """Return the draws of an assumption.

        Raises:
            ModelError: the scenario and the library have no such assumption (SV601).
        """
        try:
            return self.columns[identifier]
        except KeyError:
            raise ModelError(
                f"the assumption {identifier!r} is needed and is neither in the scenario nor in "
                "the library; add it under `assumptions:`",
                code="SV601",
            ) from None

    def uniform(self, name: str) -> Floats:
        """Return float64[draw] of the stream with this name."""
        return uniforms(self.seed, self.chunk, name, self.size)

    def at(self, identifier: str, u: Floats) -> Floats:
        """Evaluate an assumption's distribution at given quantiles instead of its own stream."""
        self.column(identifier)
        used = self.assumptions[identifier].used(self.rivals.get(identifier))
        return quantile(used, u)


def draw(
    assumptions: Mapping[str, Assumption],
    *,
    seed: int,
    chunk: int,
    size: int,
    rivals: Mapping[str, str] | None = None,
    posterior: str | None = None,
    shifts: Mapping[str, float] | None = None,
) -> Draws:
    """Draw every assumption for one chunk.

    Args:
        assumptions: by identifier; rivals use the one shown unless ``rivals`` names another.
        seed: the run's seed.
        chunk: the chunk's number; chunks are independent.
        size: number of draws in the chunk.
        rivals: assumption -> name of the rival model to use.
        posterior: name of a posterior that ships, or path of one. The calibrated assumptions then
            come jointly from one of its rows, under the rival of a2 in use, and ``omega_c`` carries
            the frailty of a conflict that is not in the casebook. A scenario that gives one of them
            a number of its own keeps it. None draws from the priors.
        shifts: by assumption, how far its distribution is moved, in standard deviations on the
            normal scale. A calibrated column moves on the normal scale of its own distribution
            over the posterior, all else as drawn.

    Returns:
        Draws with one float64[draw] column per assumption.

    Raises:
        ModelError: there is no such posterior (SV634), or none for the rival (SV607).
        ScenarioError: its files cannot be read (SV636).
    """
    chosen, moved = dict(rivals or {}), dict(shifts or {})
    columns = {
        identifier: quantile(
            assumption.used(chosen.get(identifier)),
            _moved(uniforms(seed, chunk, identifier, size), moved.get(identifier, 0.0)),
        )
        for identifier, assumption in sorted(assumptions.items())
    }
    if posterior is not None:
        found = _calibrated(assumptions, posterior, chosen, seed, chunk, size)
        columns |= {
            name: _shifted(column, _spread(posterior, _a2(chosen))[name], moved[name])
            if name in moved
            else column
            for name, column in found.items()
        }
    return Draws(seed, chunk, size, columns, assumptions, chosen)


def _moved(u: Floats, shift: float) -> Floats:
    """Move uniform numbers on the normal scale; without a shift they stay the same bits."""
    return u if shift == 0.0 else np.asarray(special.ndtr(special.ndtri(u) + shift))


@cache
def _spread(posterior: str, rival: str) -> Mapping[str, Floats]:
    """The columns of a posterior in rising order: what each value's quantile is read from."""
    from servanda.study.calibration.posterior import posterior_columns

    found = posterior_columns(posterior, rival, seed=0, chunk=-1, size=_REFERENCE)
    return {name: np.sort(column) for name, column in found.items()}


def _shifted(column: Floats, rising: Floats, shift: float) -> Floats:
    """Move values on the normal scale of their own distribution, given in rising order.

    A value beyond what was seen of the distribution keeps its distance from the last one seen.
    """
    level = (np.arange(rising.size) + 0.5) / rising.size
    inside = np.clip(column, rising[0], rising[-1])
    score = special.ndtri(np.interp(inside, rising, level))
    moved = np.interp(special.ndtr(score + shift), level, rising)
    return np.asarray(moved + (column - inside))


def _a2(chosen: Mapping[str, str]) -> str:
    """The rival prior of a2 in use, which the rows of a posterior belong to."""
    from servanda.scenario import shelf

    return chosen.get("a2") or shelf.assumptions()["a2"].shown or ""


def _calibrated(
    assumptions: Mapping[str, Assumption],
    posterior: str,
    chosen: Mapping[str, str],
    seed: int,
    chunk: int,
    size: int,
) -> dict[str, Floats]:
    """Columns of a posterior for the assumptions that stand as the library has them."""
    from servanda.scenario import shelf
    from servanda.study.calibration.posterior import posterior_columns

    usual = shelf.assumptions()
    found = posterior_columns(posterior, _a2(chosen), seed=seed, chunk=chunk, size=size)
    return {n: column for n, column in found.items() if assumptions.get(n) == usual[n]}
