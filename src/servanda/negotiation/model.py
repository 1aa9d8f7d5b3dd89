"""What the engine works on: a table of issues with their actors, and what comes out of it.

Positions keep the scale of the table. Saliences lie in [0, 1]; capabilities are 0 or more on any
scale. What a table leaves blank is filled from the other actors of the issue and named in
``Issue.notes``; it is never taken for zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "MAX_ACTORS",
    "MAX_ISSUES",
    "Distribution",
    "Issue",
    "Payoffs",
    "Rule",
    "Settings",
    "Table",
    "Voters",
    "even_if_none",
]

Floats = NDArray[np.float64]

#: Limits of one table; beyond them it is refused with SV928.
MAX_ACTORS, MAX_ISSUES = 1_000, 1_000
#: Draws times pairs of actors that one issue is given, and draws it is given in any case.
_PAIRS, _FEWEST = 10_000_000, 10
#: Probabilities below this are rounding and not published.
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue: who stands where on a line, how much it matters to each, and what each can do.

    Attributes:
        name: the identifier of the issue.
        actors: the actors with a position, in the order of the table.
        position: float64[actor], on the scale of the table.
        salience: float64[actor], in [0, 1].
        capability: float64[actor], 0 or more.
        std_error: float64[actor], standard error of the position, 0 where it is taken as known.
        reference: what holds if nothing is decided; None where the table does not say.
        group: the negotiation that the issue belongs to; issues are traded within one.
        notes: what was filled in or set aside, in words.
    """

    name: str
    actors: tuple[str, ...]
    position: Floats
    salience: Floats
    capability: Floats
    std_error: Floats
    reference: float | None = None
    group: str = ""
    notes: tuple[str, ...] = ()

    @property
    def low(self) -> float:
        """The lowest stated position."""
        return float(self.position.min())

    @property
    def high(self) -> float:
        """The highest stated position."""
        return float(self.position.max())

    @property
    def span(self) -> float:
        """The distance between the outermost positions."""
        return self.high - self.low

    @property
    def weight(self) -> Floats:
        """float64[actor], capability times salience, summing to 1; even where all are 0."""
        return even_if_none(self.capability * self.salience)

    @property
    def stated(self) -> Floats:
        """float64[option], the different positions, ascending."""
        return np.unique(self.position)

    @property
    def most_draws(self) -> int:
        """How many draws an issue of this size is given at most: pairs of actors cost time."""
        return max(_FEWEST, _PAIRS // len(self.actors) ** 2)

    def relative(self, position: Floats) -> Floats:
        """Return positions in spans above the lowest one.

        Rounding to twelve digits gives a shifted or rescaled table the same bits, so that ties
        stay ties.
        """
        return np.round((position - self.low) / (self.span or 1.0), 12)

    def absolute(self, relative: Floats) -> Floats:
        """Turn relative positions back to the scale of the table."""
        return self.low + relative * (self.span or 1.0)

    def place(self, actor: str) -> int:
        """Return the row of an actor.

        Raises:
            ValueError: it has no position on this issue.
        """
        return self.actors.index(actor)

    def changed(self, **changes: Floats | float | str | None) -> Issue:
        """Return the issue with other arrays in place of its own."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def voters(self, draws: int, seed: int) -> Voters:
        """Draw the positions within their standard errors; one draw where all are known.

        The first draw is the table as it stands. The same seed gives the same bits for an issue
        whatever else is in the table. Large issues are given fewer draws, see ``most_draws``.
        """
        draws = min(draws, self.most_draws)
        if draws <= 1 or not self.std_error.any():
            return Voters(self.position[None, :], self.weight)
        stream = np.random.default_rng([seed, crc32(self.name.encode("utf-8"))])
        noise = stream.standard_normal((draws, len(self.actors)))
        noise[0] = 0.0
        return Voters(self.position + noise * self.std_error, self.weight)


@dataclass(frozen=True, slots=True)
class Voters:
    """Drawn positions and the weights that go with them.

    Attributes:
        position: float64[draw, actor].
        weight: float64[actor], sums to 1.
    """

    position: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class Table:
    """All issues of a table, in its order."""

    issues: tuple[Issue, ...]

    def groups(self) -> Mapping[str, tuple[Issue, ...]]:
        """Return the issues by the negotiation they belong to, in order."""
        found: dict[str, list[Issue]] = {}
        for issue in self.issues:
            found.setdefault(issue.group, []).append(issue)
        return {name: tuple(issues) for name, issues in found.items()}


@dataclass(frozen=True, slots=True)
class Distribution:
    """A forecast: points with probabilities, ascending.

    Attributes:
        value: float64[point], ascending.
        probability: float64[point], sums to 1.
        point: the model's own single forecast.
        tail: chance read off on either side for the ends of the 80% interval; 0.1 unless the model
            is calibrated, see ``negotiation.calibrated``.
        notes: what the model assumed for want of data.
        detail: more that the model knows, ready for JSON.
    """

    value: Floats
    probability: Floats
    point: float
    tail: float = 0.1
    notes: tuple[str, ...] = ()
    detail: Mapping[str, object] = field(default_factory=dict)

    @property
    def mean(self) -> float:
        """The mean of the points."""
        return float(self.value @ self.probability)

    def quantile(self, share: float) -> float:
        """Return the lowest point that at least this share of probability does not exceed.

        Examples:
            >>> Distribution(np.array([0.0, 1.0]), np.array([0.3, 0.7]), 1.0).quantile(0.3)
            0.0
        """
        passed = np.cumsum(self.probability)
        index = int(np.searchsorted(passed, share - 1e-12))
        return float(self.value[min(index, self.value.size - 1)])

    def interval(self) -> tuple[float, float]:
        """Return the ends of the 80% interval."""
        return self.quantile(self.tail), self.quantile(1.0 - self.tail)

    def crps(self, outcome: float) -> float:
        """Score the forecast by the continuous ranked probability score, lower is better.

        References:
            Gneiting & Raftery 2007, eq. (21), doi:10.1198/016214506000001437

        Examples:
            >>> Distribution(np.array([2.0]), np.array([1.0]), 2.0).crps(5.0)
            3.0
        """
        passed = np.cumsum(self.probability)[:-1]
        spread = float((passed * (1.0 - passed)) @ np.diff(self.value))
        return float(self.probability @ np.abs(self.value - outcome)) - spread

    def published(self) -> dict[str, object]:
        """Return what ``servanda forecast --json`` prints of it."""
        low, high = self.interval()
        kept = self.probability > TINY
        value, probability = self.value[kept], self.probability[kept]
        found: dict[str, object] = {
            "mean": self.point,
            "quantiles": {"0.1": low, "0.5": self.quantile(0.5), "0.9": high},
            "crps_ready": [
                [float(v), float(p)]
                for v, p in zip(value, probability / probability.sum(), strict=True)
            ],
        }
        if self.notes:
            found["notes"] = list(self.notes)
        return found | dict(self.detail)


@dataclass(frozen=True, slots=True)
class Settings:
    """How models are run.

    Attributes:
        rounds: rounds of the challenge models.
        stays: chance Q of the challenge models that the other side stays where it is.
        setter: the actor that makes the proposal in the model of veto players; None for the most
            capable one.
        majority: share of capability that must accept a proposal; 1 for unanimity.
        draws: draws within the standard errors of positions.
        seed: seed of these draws.
    """

    rounds: int = 8
    stays: float = 1.0
    setter: str | None = None
    majority: float = 1.0
    draws: int = 200
    seed: int = 1


def even_if_none(weight: Floats) -> Floats:
    """Scale weights to sum to 1; where none is positive all count alike.

    Examples:
        >>> even_if_none(np.array([0.0, 0.0])).tolist()
        [0.5, 0.5]
    """
    total = float(weight.sum())
    if not total > 0.0:
        return np.full(weight.shape, 1.0 / weight.size)
    return weight / total


@dataclass(frozen=True, slots=True)
class Payoffs:
    """What every actor has of every option over no deal, draw by draw.

    Filled by ``study/handover``; NaN says that the value is not known, which is neither consent
    nor refusal.

    Attributes:
        options: their identifiers.
        actors: their identifiers.
        value: float64[draw, option, actor], value of the option less the value of no deal.
        precision: logit precision of consent, a number or float64[draw].
        ratifier: float64[draw, option, actor], the same value to whoever ratifies; that of the
            actor itself unless given.
    """

    options: tuple[str, ...]
    actors: tuple[str, ...]
    value: Floats
    precision: float | Floats = 4.0
    ratifier: Floats | None = None

    def __post_init__(self) -> None:
        """Refuse arrays of the wrong shape.

        Raises:
            ValueError: an array does not have the axes draw, option, actor.
        """
        axes = (len(self.value), len(self.options), len(self.actors))
        for array in (self.value, self.ratifier):
            if array is not None and array.shape != axes:
                raise ValueError(f"payoffs have axes {array.shape}, not {axes}")

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return len(self.value)

    def consent(self, option: str, actor: str, unknown: float = 0.0) -> Floats:
        """float64[draw], the chance that an actor consents; ``unknown`` where nothing is known."""
        return self._chance(self.value, option, actor, unknown)

    def ratified(self, option: str, actor: str, unknown: float = 0.0) -> Floats:
        """float64[draw], the chance that its parliament consents."""
        value = self.value if self.ratifier is None else self.ratifier
        return self._chance(value, option, actor, unknown)

    def thinned(self, most: int) -> Payoffs:
        """Return every k-th draw, at most so many."""
        step = -(-self.draws // most)
        if step <= 1:
            return self
        return replace(
            self,
            value=self.value[::step],
            ratifier=None if self.ratifier is None else self.ratifier[::step],
            precision=self.precision
            if isinstance(self.precision, float | int)
            else self.precision[::step],
        )

    def unknown(self, option: str, actor: str) -> bool:
        """Say whether the value to an actor is unknown in some draw."""
        own = self.value[:, self.options.index(option), self.actors.index(actor)]
        return bool(np.isnan(own).any())

    def _chance(self, value: Floats, option: str, actor: str, unknown: float) -> Floats:
        own = value[:, self.options.index(option), self.actors.index(actor)]
        chance = 1.0 / (1.0 + np.exp(-np.clip(self.precision * own, -700.0, 700.0)))
        return np.asarray(np.where(np.isnan(own), unknown, chance))


@dataclass(frozen=True, slots=True)
class Rule:
    """How an option comes about.

    ``unanimity``, ``bilateral``, ``declaration`` and ``agreement`` need every consent named (and
    every ratification); ``coalition`` needs those named under ``required`` and, of the others, as
    many as bring the minimum force; ``executive`` needs the first named only; ``none`` nobody.

    Attributes:
        kind: one of these words.
        consent: who is asked.
        ratification: whose parliaments are asked.
        force: by actor what it would bring to a coalition.
        minimum: force that a coalition needs, in the same unit.
        required: members of a coalition that it cannot do without.
    """

    kind: str
    consent: tuple[str, ...] = ()
    ratification: tuple[str, ...] = ()
    force: Mapping[str, float] = field(default_factory=dict)
    minimum: float = 0.0
    required: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        """Everybody whose consent or ratification is asked, once each."""
        return tuple(dict.fromkeys((*self.consent, *self.ratification, *self.required)))

    @property
    def free(self) -> tuple[str, ...]:
        """Those a coalition can do without as long as the others bring enough."""
        if self.kind != "coalition":
            return ()
        return tuple(a for a in self.asked if a not in self.required)
