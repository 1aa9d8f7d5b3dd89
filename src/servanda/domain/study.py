"""A scenario run over many draws: the request that a run's hash stands for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from servanda.domain.moment import Moment
from servanda.domain.noun import Noun, Tokens

__all__ = ["Study"]


class Study(Noun):
    """What to run: draws, seed, day of knowledge, options, rival models switched on.

    ``posterior`` names the fit to history that the calibrated assumptions come from; None takes
    their priors. ``protege`` says whether the protege is a player or a mechanism. The number of
    workers is not part of it: results are the same bits for any number. ``shifts`` moves the
    distribution of an assumption by so many standard deviations on the normal scale: its quantile
    at u becomes the one at Phi(Phi^-1(u) + shift).
    """

    scenario: str
    draws: int = Field(default=2000, ge=1, le=10_000_000)
    seed: int = Field(default=1, ge=0)
    as_of: Moment | None = None
    options: Tokens = ()
    rivals: dict[str, str] = {}
    posterior: str | None = None
    protege: Literal["chooses", "mechanical"] = "chooses"
    shifts: dict[str, Annotated[float, Field(ge=-3, le=3)]] = {}
