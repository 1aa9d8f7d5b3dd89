"""What the lead of one option over another turns on, and at which value of it the lead is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from servanda.domain.assumption import Assumption
from servanda.domain.moment import Moment
from servanda.domain.option import Option
from servanda.domain.scenario import Resolved
from servanda.numerics.breakeven import LEAST_DRAWS, Along, Explainer, Screen, run_along
from servanda.study.arrays import Arrays
from servanda.study.result import BreakEven, Crossing, Turning

__all__ = ["turnings", "watched_pairs"]

Floats = NDArray[np.float64]
Verdict = Literal["crosses", "several", "fades", "ties", "nowhere", "unsettled"]

TOP = 3
MOST_DRAWS = 4000
"""More draws than this narrow no interval that anybody would act on, and cost time."""


def watched_pairs(
    resolved: Resolved, options: Sequence[Option], years: Mapping[str, float], day: Moment
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Say which pairs of options are looked at, and why.

    Args:
        resolved: the scenario, for its claims under test.
        options: the options compared.
        years: mean peace years by option.
        day: day of knowledge; claims made later do not count, nor do options replaced by then
            among the best.

    Returns:
        (first, second) -> reasons: ``claim ID``, ``top`` (among the three with most peace years) or
        ``reference`` (each option against the reference), in this order.
    """
    names = [o.id for o in options]
    found: dict[tuple[str, str], tuple[str, ...]] = {}

    def note(first: str, second: str, why: str) -> None:
        found[first, second] = (*found.get((first, second), ()), why)

    for claim in resolved.scenario.under_test:
        if claim.date.not_after(day) and claim.better in names:
            for other in claim.than:
                if other in names:
                    note(claim.better, other, f"claim {claim.id}")
    current = [
        o.id
        for o in options
        if not o.reference and (o.superseded_from is None or not o.superseded_from.not_after(day))
    ]
    best = sorted(current, key=lambda name: -years[name])[:TOP]
    for first, second in combinations(best, 2):
        note(first, second, "top")
    for reference in (o.id for o in options if o.reference):
        for name in names:
            if name != reference:
                note(name, reference, "reference")
    return found


def turnings(
    resolved: Resolved,
    options: Sequence[Option],
    arrays: Arrays,
    names: Sequence[str],
    day: Moment,
    *,
    margin: float,
    seed: int,
) -> tuple[Turning, ...]:
    """Look at every pair watched, and at the reference's own peace years.

    Args:
        resolved: the scenario.
        options: the options compared.
        arrays: outcomes of the run; the first 4,000 draws are used.
        names: assumptions that can move a number.
        day: day of knowledge.
        margin: years of peace within which two options tie.
        seed: the run's seed, for shuffles and bootstrap.
    """
    years = arrays.outcomes["rmst"][:MOST_DRAWS]
    columns = {name: arrays.parameters[name][:MOST_DRAWS] for name in names}
    means = dict(zip(arrays.options, map(float, years.mean(axis=0)), strict=True))
    titles = {o.id: o.title for o in options}
    place = {name: i for i, name in enumerate(arrays.options)}
    look = _Look(resolved.assumptions, columns, titles, margin, seed)
    found = [
        look.pair(first, second, why, years[:, place[first]] - years[:, place[second]])
        for (first, second), why in watched_pairs(resolved, options, means, day).items()
    ]
    found += [
        look.pair(o.id, None, ("reference",), years[:, place[o.id]]) for o in options if o.reference
    ]
    return tuple(found)


class _Look:
    """Everything that stays the same from pair to pair."""

    def __init__(
        self,
        assumptions: Mapping[str, Assumption],
        columns: Mapping[str, Floats],
        titles: Mapping[str, str],
        margin: float,
        seed: int,
    ) -> None:
        self.assumptions, self.columns, self.titles = assumptions, columns, titles
        self.margin, self.seed = margin, seed
        self.screen = Screen(columns, seed)

    def pair(
        self, first: str, second: str | None, why: tuple[str, ...], difference: Floats
    ) -> Turning:
        found = tuple(
            self._break_even(first, second, explainer, difference)
            for explainer in self.screen.explainers(difference)
        )
        low, high = np.quantile(difference, (0.05, 0.95))
        return Turning(
            first=first,
            second=second,
            why=why,
            draws=difference.shape[0],
            margin=self.margin,
            mean_difference=float(difference.mean()),
            p05=float(low),
            p95=float(high),
            found=found,
            says=self._says(first, second, found, difference),
        )

    def _break_even(
        self, first: str, second: str | None, explainer: Explainer, difference: Floats
    ) -> BreakEven:
        about = self.assumptions[explainer.name]
        margin = self.margin if second is not None else 0.0
        column = self.columns[explainer.name]
        along = run_along(column, difference, seed=self.seed, margin=margin)
        rival = about.rivals.get(about.shown or "")
        made = BreakEven(
            assumption=about.id,
            label=about.label,
            unit=about.unit,
            source=rival.source if rival else about.source,
            verified=rival.verified if rival else about.verified,
            share=explainer.share,
            verdict=_verdict(along, margin),
            crossings=tuple(_crossings(along)),
            between=(float(along.x[0]), float(along.x[-1])),
            curve=tuple(
                (float(x), float(m), float(a), float(b))
                for x, m, a, b in zip(along.x, along.mean, along.low, along.high, strict=True)
            ),
        )
        return made.model_copy(update={"says": self._sentence(first, second, made)})

    def _sentence(self, first: str, second: str | None, made: BreakEven) -> str:
        a, name = f"'{self.titles[first]}'", f"'{made.label}'"
        span = f"{_number(made.between[0])} to {_number(made.between[1])}{_unit(made.unit)}"
        if second is None:
            lower, upper = made.curve[0][1], made.curve[-1][1]
            return (
                f"In this model peace under {a} lasts {lower:.1f} years on average where {name} is "
                f"at the low end of its draws and {upper:.1f} where it is at the high end ({span})."
            )
        b = f"'{self.titles[second]}'"
        longer = "longer" if max(made.curve, key=lambda row: abs(row[1]))[1] > 0.0 else "shorter"
        years = f"{_number(self.margin)} years"
        if made.verdict == "ties":
            return (
                f"In this model peace under {a} and under {b} is within {years} wherever {name} "
                f"lies within the draws ({span}), all else averaged."
            )
        if made.verdict == "nowhere":
            return (
                f"In this model peace under {a} lasts {longer} than under {b} wherever {name} lies "
                f"within the draws ({span}), all else averaged: there is no break-even."
            )
        if made.verdict == "unsettled":
            return (
                f"In this model {name} moves the difference between {a} and {b}, and these draws "
                f"do not tell whether the lead changes hands within them ({span})."
            )
        if made.verdict == "several":
            at = "; ".join(f"{_number(c.at)} ({_interval(c)})" for c in made.crossings)
            return (
                f"In this model the lead between {a} and {b} changes hands {len(made.crossings)} "
                f"times along {name}: at {at}{_unit(made.unit)}; all else averaged."
            )
        where = _where(made.crossings, made.unit)
        if made.verdict == "fades":
            return (
                f"In this model peace under {a} lasts {longer} than under {b} only where {name} is "
                f"{where}, all else averaged; elsewhere the two are within {years} of each other."
            )
        return (
            f"In this model peace under {a} lasts longer than under {b} only where {name} is "
            f"{where}, all else averaged; on the other side it lasts shorter."
        )

    def _says(
        self, first: str, second: str | None, found: tuple[BreakEven, ...], difference: Floats
    ) -> str:
        if found:
            turns = [f.says for f in found[1:] if f.verdict in ("crosses", "several")]
            return " ".join([found[0].says, *turns])
        a = f"'{self.titles[first]}'"
        b = f" and '{self.titles[second]}'" if second is not None else ""
        if difference.shape[0] < LEAST_DRAWS:
            return (
                f"What the result turns on is not looked for with fewer than {LEAST_DRAWS} draws."
            )
        if float(np.ptp(difference)) < 1e-9:
            return f"In this model {a}{b} differ by the same number of years in every draw."
        what = f"the difference between {a}{b}" if second is not None else f"peace under {a}"
        return f"No single assumption explains {what} beyond what chance explains in these draws."


def _verdict(along: Along, margin: float) -> Verdict:
    if along.places:
        return "several" if len(along.places) > 1 else "crosses"
    if abs(along.most) <= margin:
        return "ties"
    if along.crosses or not along.signs:
        return "unsettled"
    return "fades" if along.fades else "nowhere"


def _crossings(along: Along) -> Iterator[Crossing]:
    first, last = float(along.x[0]), float(along.x[-1])
    fading = not along.places and not along.crosses
    for place in along.fades if fading else along.places:
        yield Crossing(
            at=place.at,
            low=max(place.low, first),
            high=min(place.high, last),
            low_open=place.low < first,
            high_open=place.high > last,
            above=place.rising,
            tie=fading,
        )


def _where(crossings: tuple[Crossing, ...], unit: str) -> str:
    """Say on which side of a value the first option leads, or between which two."""
    one = crossings[0]
    if len(crossings) == 1:
        side = "above" if one.above else "below"
        return f"{side} {_number(one.at)} ({_interval(one)}{_unit(unit)})"
    if len(crossings) == 2 and one.above:
        low, high = crossings
        return (
            f"between {_number(low.at)} ({_interval(low)}) and {_number(high.at)} "
            f"({_interval(high)}{_unit(unit)})"
        )
    at = ", ".join(f"{'above' if c.above else 'below'} {_number(c.at)}" for c in crossings)
    return f"in parts of its range ({at}{_unit(unit)})"


def _interval(crossing: Crossing) -> str:
    low = _number(crossing.low) + (" or less" if crossing.low_open else "")
    high = _number(crossing.high) + (" or more" if crossing.high_open else "")
    return f"{low} to {high}"


def _number(value: float) -> str:
    """Two or three significant digits, large numbers without an exponent."""
    size = abs(value)
    if size < 1.0:
        return f"{value:.2g}"
    if size < 100.0:
        return f"{value:.2f}" if size < 10.0 else f"{value:.0f}"
    return f"{round(value, 1 - int(np.floor(np.log10(size)))):,.0f}"


def _unit(unit: str) -> str:
    """The unit behind a number; a bare number needs none."""
    return "" if unit.strip() in ("", "1", "none") else f"; unit: {unit}"
