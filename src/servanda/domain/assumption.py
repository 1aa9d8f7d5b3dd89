"""A number or a distribution with unit, range and source; nothing enters the model without one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from servanda.domain.noun import Flag, Identifier, Noun, Number

__all__ = ["Assumption", "Distribution", "Rival"]

Positive = Annotated[Number, Field(gt=0)]


class Lognormal(Noun):
    """Log-normal with a median and the standard deviation of the logarithm."""

    median: Positive
    log_sd: Annotated[Number, Field(ge=0)]


class Normal(Noun):
    """Normal with mean and standard deviation."""

    mean: Number
    sd: Annotated[Number, Field(ge=0)]


class Beta(Noun):
    """Beta with shapes a and b on [low, high]."""

    a: Positive
    b: Positive


class Uniform(Noun):
    """Uniform between two bounds."""

    low: Number
    high: Number

    @model_validator(mode="after")
    def _ordered(self) -> Uniform:
        if self.low > self.high:
            msg = f"low {self.low:g} is above high {self.high:g}"
            raise ValueError(msg)
        return self


class Triangular(Noun):
    """Triangular between two bounds with a mode."""

    low: Number
    mode: Number
    high: Number

    @model_validator(mode="after")
    def _ordered(self) -> Triangular:
        if not self.low <= self.mode <= self.high:
            msg = "expected low <= mode <= high"
            raise ValueError(msg)
        return self


class Distribution(Noun):
    """Exactly one of the forms below, named by its key."""

    fixed: Number | None = None
    lognormal: Lognormal | None = None
    normal: Normal | None = None
    beta: Beta | None = None
    uniform: Uniform | None = None
    triangular: Triangular | None = None

    @model_validator(mode="after")
    def _one(self) -> Distribution:
        if len(self.model_fields_set) != 1:
            msg = "expected exactly one of fixed, lognormal, normal, beta, uniform, triangular"
            raise ValueError(msg)
        if getattr(self, self.form) is None:
            msg = f"the form {self.form} has no number"
            raise ValueError(msg)
        return self

    @property
    def form(self) -> str:
        """The name of the form used."""
        return next(iter(self.model_fields_set))


class Rival(Noun):
    """One of several models that the literature disputes; they are shown apart, never averaged."""

    label: str
    distribution: Distribution
    source: str
    verified: Flag = False


class Assumption(Noun):
    """A quantity the model rests on.

    ``source`` names a priors row, a citation, or ``judgement``. ``verified`` is true only where
    the number was read in its source. ``rivals`` are competing models; ``shown`` names the one
    used unless a switch says otherwise. ``range`` is what the analyst finds conceivable.
    """

    id: Identifier
    label: str
    unit: str
    symbol: str | None = None
    distribution: Distribution | None = None
    rivals: dict[str, Rival] = {}
    shown: str | None = None
    range: tuple[Number, Number] | None = None
    source: str
    verified: Flag = False
    calibrated: Flag = False
    note: str | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Assumption:
        if (self.distribution is None) == (not self.rivals):
            msg = "give either a distribution or rivals"
            raise ValueError(msg)
        if self.rivals and self.shown not in self.rivals:
            msg = f"shown must name one of the rivals: {', '.join(sorted(self.rivals))}"
            raise ValueError(msg)
        if self.range and self.range[0] > self.range[1]:
            msg = f"the range runs from {self.range[0]:g} down to {self.range[1]:g}"
            raise ValueError(msg)
        return self

    def used(self, rival: str | None = None) -> Distribution:
        """The distribution in use, or that of the rival named.

        Raises:
            KeyError: there is no such rival.
        """
        if self.distribution is not None:
            return self.distribution
        return self.rivals[rival or self.shown or ""].distribution
