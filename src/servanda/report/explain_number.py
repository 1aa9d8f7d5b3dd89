"""Open a number: value, interval, formula with the numbers in it, what moves it, the record.

The trace is data first (a frozen model with a versioned export), words second.
"""

from __future__ import annotations

from itertools import pairwise

from servanda.domain.errors import ModelError
from servanda.domain.noun import Noun
from servanda.report.measures import MEASURES, estimate_of
from servanda.report.names import source_names
from servanda.report.words import (
    NOT_COMPUTED,
    headline_text,
    interval_text,
    letters,
    number_text,
    percent,
    plain,
    signed,
    years,
)
from servanda.study.result import Comparison, Driver, Estimate, OptionResult

__all__ = ["Mover", "NumberTrace", "explain", "known_keys"]

_LEAST_CORRELATION = 0.05


class Mover(Noun):
    """One assumption that moves a number, with its value and where that comes from."""

    assumption: str
    label: str
    correlation: float
    value: str
    source: str
    verified: bool


class NumberTrace(Noun):
    """Everything needed to judge one number and to compute it again.

    ``on`` says which result the movers were computed for: it can be a coarser one than the number.
    """

    format: str = "servanda.number-trace/1"
    key: str
    title: str
    value: str
    interval: str
    mean: float | None = None
    p05: float | None = None
    p50: float | None = None
    p95: float | None = None
    unit: str
    says: str
    formula: str
    with_numbers: str
    reason: str | None = None
    movers: tuple[Mover, ...] = ()
    movers_on: str | None = None
    seed: int
    draws: int
    as_of: str
    version: str
    run_hash: str

    def text(self) -> str:
        """Write the trace for a terminal, one fact a line."""
        lines = [self.title, f"  value     {self.value}"]
        if self.interval:
            lines.append(f"  interval  {self.interval} (90% of draws)")
        if self.reason:
            lines.append(f"  reason    {self.reason}")
        lines += [f"  meaning   {self.says}", f"  formula   {self.formula}"]
        if self.with_numbers:
            lines.append(f"            {self.with_numbers}")
        if self.movers:
            lines.append(f"  moved by  (as measured on: {self.movers_on})")
        for mover in self.movers:
            mark = "" if mover.verified else "  [unverified]"
            lines.append(
                f"            {mover.label} ({signed(mover.correlation)}); {mover.value}; "
                f"{mover.source}{mark}"
            )
        lines.append(
            f"  record    seed {self.seed}, {self.draws} draws, as of {self.as_of}, "
            f"version {self.version}, run {self.run_hash}"
        )
        return "\n".join(lines)


def known_keys(comparison: Comparison) -> tuple[str, ...]:
    """List every key that ``explain`` opens: options, then pairs and horizons."""
    keys = [
        f"options.{option}.{name}"
        for option, result in comparison.options.items()
        for name in MEASURES
        if estimate_of(result, name) is not None
    ]
    keys += [
        f"outlasts.{pair}.{horizon}"
        for pair, found in comparison.outlasts.items()
        for horizon in found.by_horizon
    ]
    return tuple(keys)


def explain(comparison: Comparison, key: str) -> NumberTrace:
    """Trace one number of a comparison.

    Args:
        comparison: the result the number stands in.
        key: ``options.<option>.<measure>`` or ``outlasts.<A>><B>.<horizon>``.

    Raises:
        ModelError: no number has this key; the message names the nearest ones.
    """
    kind, _, rest = key.partition(".")
    name, _, last = rest.rpartition(".")
    if kind == "options" and name in comparison.options and last in MEASURES:
        estimate = estimate_of(comparison.options[name], last)
        if estimate is not None:
            return _of_option(comparison, key, name, last, estimate)
    pair = comparison.outlasts.get(name) if kind == "outlasts" else None
    if pair is not None and last in pair.by_horizon:
        return _of_pair(comparison, key, name, last)
    raise ModelError(_unknown(comparison, key))


def _unknown(comparison: Comparison, key: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key, known_keys(comparison), n=3, cutoff=0.4)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return f"no number of this comparison has the key {key!r}{hint}"


def _of_option(
    comparison: Comparison, key: str, name: str, measure: str, estimate: Estimate
) -> NumberTrace:
    about, option = MEASURES[measure], comparison.options[name]
    horizon = f"{comparison.horizon_years:g}"
    movers, on = _movers(comparison, name, measure)
    return NumberTrace(
        key=key,
        title=f"{letters(comparison)[name]} {option.title}: {about.title.lower()}",
        value=headline_text(estimate, about.kind),
        interval=interval_text(estimate, about.kind),
        mean=estimate.mean,
        p05=estimate.p05,
        p50=estimate.p50,
        p95=estimate.p95,
        unit=estimate.unit or about.unit.format(horizon=horizon),
        says=about.says,
        formula=about.formula.format(horizon=horizon),
        with_numbers=_numbers(comparison, option, measure, estimate),
        reason=estimate.reason,
        movers=movers,
        movers_on=on,
        **_record(comparison),
    )


def _of_pair(comparison: Comparison, key: str, pair: str, horizon: str) -> NumberTrace:
    found = comparison.outlasts[pair]
    share, ties = found.by_horizon[horizon], found.ties.get(horizon)
    difference = found.mean_difference.get(horizon)
    one, _, other = pair.partition(">")
    text = ""
    if ties is not None:
        strict = max(0.0, share - ties / 2)
        text = (
            f"{percent(strict)} strictly longer + half of {percent(ties)} ties = {percent(share)}"
        )
    if difference is not None:
        text += f"; mean difference {signed(difference, 1)} years"
    names = letters(comparison)
    title = " than ".join(
        f"{names[k]} {comparison.options[k].title}" if k in comparison.options else k
        for k in (one, other)
    )
    return NumberTrace(
        key=key,
        title=f"Longer peace by year {horizon}: {title}",
        value=percent(share),
        interval="",
        mean=share,
        unit="probability",
        says="How often, over the same draws, the first option keeps peace longer than the second.",
        formula="P(longer) + half of P(tie)",
        with_numbers=text.lstrip("; "),
        **_record(comparison),
    )


def _record(comparison: Comparison) -> dict[str, int | str]:
    run = comparison.run
    return {
        "seed": run.seed,
        "draws": run.draws,
        "as_of": run.as_of,
        "version": run.version,
        "run_hash": run.hash,
    }


def _numbers(comparison: Comparison, option: OptionResult, measure: str, estimate: Estimate) -> str:
    """Put the numbers of the result into the formula, where the result holds its parts."""
    if estimate.mean is None:
        return ""
    if measure == "peace_years":
        return _integral(option, comparison.horizon_years, estimate.mean)
    if measure == "peace_years_reached":
        reached, given = option.reached.mean, option.peace_years.mean
        if reached is None or given is None:
            return ""
        return (
            f"mean over draws of P(reached) x years = {years(estimate.mean)}; "
            f"the product of the two means is {percent(reached)} x {years(given)} "
            f"= {years(reached * given)}"
        )
    if measure == "attack_10y" and option.attack_by_kind_10y:
        parts = {k: e.mean for k, e in option.attack_by_kind_10y.items() if e.mean is not None}
        text = " + ".join(f"{kind} {percent(value)}" for kind, value in parts.items())
        return f"{text} = {percent(sum(parts.values()))}"
    if measure == "honoured_if_tested":
        acting = [
            f"{view.name} {percent(view.honours.mean)}"
            for view in sorted(option.guarantors, key=lambda v: -(v.honours.mean or 0.0))[:5]
            if view.honours.mean is not None
        ]
        return f"each alone would act: {', '.join(acting)}" if acting else ""
    return ""


def _integral(option: OptionResult, horizon: float, mean: float) -> str:
    curve = [point for point in option.survival_mean if point[0] <= horizon]
    if len(curve) < 3:
        return ""
    area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(curve))
    points = ", ".join(
        f"S({year:g}) = {percent(value)}"
        for year, value in (curve[0], curve[len(curve) // 2], curve[-1])
    )
    return (
        f"{points}; trapezoids over the {len(curve)} stored points give {number_text(area)}, "
        f"exact per draw {number_text(mean)}"
    )


def _movers(
    comparison: Comparison, option: str, measure: str
) -> tuple[tuple[Mover, ...], str | None]:
    """Pick the drivers computed for this number, else for this option, else for this measure."""
    for fits in (
        lambda on: option in on and measure in on,
        lambda on: on.strip() == option,
        lambda on: on.strip() == measure or on.startswith(plain(measure)),
        lambda on: measure.startswith("peace_years") and "peace years" in on,
    ):
        found = [driver for driver in comparison.drivers if fits(driver.on)]
        if found:
            found.sort(key=lambda driver: -abs(driver.correlation))
            strong = [d for d in found[:5] if abs(d.correlation) >= _LEAST_CORRELATION]
            return tuple(_mover(comparison, driver) for driver in strong), found[0].on
    return (), None


def _mover(comparison: Comparison, driver: Driver) -> Mover:
    row = next((row for row in comparison.ledger if row.id == driver.assumption), None)
    value = NOT_COMPUTED
    if row is not None:
        value = f"{number_text(row.p50)} ({number_text(row.p05)} to {number_text(row.p95)})"
    return Mover(
        assumption=driver.assumption,
        label=driver.label,
        correlation=driver.correlation,
        value=value,
        source=source_names(comparison).get(row.source, row.source) if row else "not in the ledger",
        verified=row.verified if row else False,
    )
