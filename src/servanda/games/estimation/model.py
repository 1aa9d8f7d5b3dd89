"""What is asked of a fit, and what a fit is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from servanda.domain.problem import Problem
from servanda.games.estimation.building import Built
from servanda.games.estimation.maximise import Optimum, Penalty

__all__ = ["SE_KINDS", "Coefficient", "Fitted", "SeKind"]

Floats = NDArray[np.float64]
SeKind = Literal["observed", "sandwich", "clustered", "bootstrap"]
SE_KINDS: tuple[SeKind, ...] = ("observed", "sandwich", "clustered", "bootstrap")


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One line of the table.

    Attributes:
        name: ``u1(war):balanc``: the player, the outcome, the covariate.
        estimate: None where the data do not bound it.
        std_error: None where there is no estimate, or it is fixed.
        fixed: whether its value was given.
        reason: why something is None.
    """

    name: str
    estimate: float | None
    std_error: float | None
    fixed: bool = False
    reason: str = ""

    @property
    def z(self) -> float | None:
        """Estimate in standard errors."""
        if self.estimate is None or not self.std_error:
            return None
        return self.estimate / self.std_error

    @property
    def p_value(self) -> float | None:
        """Two-sided, by the normal distribution."""
        if self.z is None:
            return None
        from scipy.special import ndtr

        return float(2 * ndtr(-abs(self.z)))

    def interval(self, level: float = 0.95) -> tuple[float, float] | None:
        """Return the Wald interval of a level."""
        if self.estimate is None or self.std_error is None:
            return None
        from scipy.special import ndtri

        wide = float(ndtri(0.5 + level / 2)) * self.std_error
        return self.estimate - wide, self.estimate + wide


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A fitted strategic model.

    Attributes:
        built: the model with its data.
        optimum: where the likelihood is highest.
        covariance: float64[coefficient, coefficient]; NaN where the data bound nothing, 0 for
            fixed coefficients.
        se_kind: how it was made.
        unbounded: bool[coefficient], whose likelihood has no top.
        warnings: what the reader must know.
        converged: whether the likelihood has a top here.
        others: log likelihoods of other local optima that were met.
        penalty: what was taken off.
        seed: of random starts and the bootstrap.
        extra: figures that only one model has: equilibria, the method.
        replicates: float64[replicate, coefficient] of a bootstrap.
    """

    built: Built
    optimum: Optimum
    covariance: Floats
    se_kind: str
    unbounded: NDArray[np.bool_]
    warnings: tuple[Problem, ...]
    converged: bool
    others: tuple[float, ...] = ()
    penalty: Penalty = field(default_factory=Penalty)
    seed: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)
    replicates: Floats | None = None

    @property
    def log_likelihood(self) -> float:
        """The log likelihood, without a penalty."""
        return self.optimum.log_likelihood

    @property
    def n(self) -> int:
        """How many rows were used."""
        return self.built.design.rows

    @property
    def free(self) -> int:
        """How many coefficients were estimated."""
        return int(self.built.design.free.sum())

    @property
    def aic(self) -> float:
        """Akaike's criterion, smaller is better."""
        return 2 * self.free - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion, smaller is better."""
        return float(np.log(self.n)) * self.free - 2 * self.log_likelihood

    @property
    def beta(self) -> Floats:
        """All coefficients, float64[coefficient], where the climb ended."""
        return self.optimum.beta

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all coefficients."""
        return self.built.design.names

    @property
    def coefficients(self) -> tuple[Coefficient, ...]:
        """The lines of the table."""
        return tuple(self._line(place) for place in range(len(self.names)))

    def coefficient(self, name: str) -> Coefficient:
        """Return the line of a coefficient.

        Raises:
            KeyError: there is none of that name.
        """
        if name not in self.names:
            raise KeyError(name)
        return self._line(self.names.index(name))

    def _line(self, place: int) -> Coefficient:
        name, value = self.names[place], float(self.beta[place])
        if not self.built.design.free[place]:
            return Coefficient(name, value, None, fixed=True, reason="the value was given")
        if self.unbounded[place]:
            return Coefficient(name, None, None, reason="the likelihood has no top in it")
        variance = float(self.covariance[place, place])
        if not np.isfinite(variance) or variance <= 0:
            why = self.extra.get("no_errors") or "the likelihood is too flat for a standard error"
            return Coefficient(name, value, None, reason=str(why))
        return Coefficient(name, value, float(np.sqrt(variance)))
