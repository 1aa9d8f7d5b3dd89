"""How long peace lasts under each option: what the durability engine returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from servanda.domain.errors import ModelError
from servanda.durability.model import CAUSES, SEVERAL, UNCONVERGED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Projection"]


@dataclass(frozen=True, slots=True)
class Projection:
    """How long peace lasts under each option, per draw.

    A settled peace counts as peace: ``survival + incidence.sum(cause) == 1``.

    Args:
        options: identifiers in the order of the option axis.
        years: float64[time]; the grid, from 0 to the horizon.
        survival: float64[draw, option, time].
        incidence: float64[draw, option, cause, time]; probability that peace ended so by then.
        peace_years: float64[draw, option, time]; exact integral of survival to each time.
        rmst: float64[draw, option]; ``peace_years`` at the horizon.
        discounted_rmst: float64[draw, option]; the same integral discounted at rho.
        first_attack_phase: float64[draw, option, phase, time]; attacks (resisted or not) by the
            phase in which they happen, so attacks before entry of the next phase stand apart.
        direct_war: float64[draw, option, time]; probability that peace ended in a direct
            challenger-guarantor war by then (across causes).
        tested: float64[draw, option]; probability of an attack by the horizon.
        honoured: float64[draw, option]; probability of an attack that found the promise honoured.
        frayed_years: float64[draw, option]; expected years in a truce that is frayed or has
            collapsed, to the horizon.
        settled: float64[draw, option]; probability of a settled peace by the horizon.
        value_start: float64[draw, option]; the challenger's value of the option at the start.
        value_protege: same; the protege's, nan where it is mechanical.
        provokes: same; probability that the protege uses a chance to act at the start to provoke.
        entered: float64[draw, option, phase, time]; expected number of moves from a phase to the
            next by then: as no phase is entered twice, the probability that the next one began.
        survival_low: float64[draw, option, time]; least survival over the solutions found, or at
            the ends of the last cycle's range where none was found.
        survival_high: same; the largest.
        peace_years_low: same; integral of survival in the solution where it is least.
        peace_years_high: same; where it is largest.
        status: int8[draw, option]; 0 one solution, 1 several, 2 not converged.
        residual: float64[draw, option]; largest error of the value equation, in units of value.
        causes: names of the cause axis.
    """

    options: tuple[str, ...]
    years: Floats
    survival: Floats
    incidence: Floats
    peace_years: Floats
    rmst: Floats
    discounted_rmst: Floats
    first_attack_phase: Floats
    direct_war: Floats
    tested: Floats
    honoured: Floats
    frayed_years: Floats
    settled: Floats
    value_start: Floats
    value_protege: Floats
    provokes: Floats
    entered: Floats
    survival_low: Floats
    survival_high: Floats
    peace_years_low: Floats
    peace_years_high: Floats
    status: NDArray[np.int8]
    residual: Floats
    causes: tuple[str, ...] = field(default=CAUSES)

    def index(self, option: str) -> int:
        """Position of an option on the option axis.

        Raises:
            ModelError: no such option was projected.
        """
        if option not in self.options:
            raise ModelError(f"no option {option!r}; there are {', '.join(self.options)}")
        return self.options.index(option)

    @property
    def unconverged_share(self) -> float:
        """Share of (draw, option) pairs for which no solution was found."""
        return float((self.status == UNCONVERGED).mean()) if self.status.size else 0.0

    @property
    def several_share(self) -> float:
        """Share of (draw, option) pairs for which several solutions were found."""
        return float((self.status == SEVERAL).mean()) if self.status.size else 0.0

    def bounds(self) -> tuple[Floats, Floats]:
        """Survival from below and from above, float64[draw, option, time] each.

        Both equal ``survival`` where one solution was found, and are the range over all of them
        where there are several. An unconverged draw is never dropped: there the range is that of
        the last cycle, or, where even that is not a number, [0, 1] after time 0.
        """
        low, high = self.survival_low.copy(), self.survival_high.copy()
        lost = ~np.isfinite(low).all(axis=2) | ~np.isfinite(high).all(axis=2)
        later = self.years > 0
        low[lost] = np.where(later, 0.0, 1.0)
        high[lost] = 1.0
        return low, high
