"""What a run says of each option on its own."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from servanda.deterrence.model import CLASSES
from servanda.domain.moment import Moment
from servanda.domain.option import Option
from servanda.durability.model import CAUSES
from servanda.study.arrays import Arrays, estimate
from servanda.study.duties import open_slots
from servanda.study.reasons import Reasons, reasons
from servanda.study.result import Estimate, GuarantorView, Headline, OptionResult
from servanda.study.running import Run

__all__ = ["option_results"]

Floats = NDArray[np.float64]

RANGED_SHARE = 0.01
"""Share of draws with several solutions or none above which a headline is an interval."""

WAITING = "needs the negotiation engine, which is not in this version"


def option_results(done: Run, arrays: Arrays, day: Moment) -> dict[str, OptionResult]:
    """Summarise each option's columns over the draws.

    Args:
        done: the finished run.
        arrays: its outcomes.
        day: day of knowledge; a version replaced by then is marked superseded.
    """
    guarantors = done.folder.read("guarantors")
    asked = reasons(done)
    reference = next((i for i, o in enumerate(done.options) if o.reference), None)
    return {
        option.id: _result(done, arrays, guarantors, asked, index, option, reference, day)
        for index, option in enumerate(done.options)
    }


def _result(
    done: Run,
    arrays: Arrays,
    guarantors: pl.DataFrame,
    asked: Reasons,
    index: int,
    option: Option,
    reference: int | None,
    day: Moment,
) -> OptionResult:
    column = {name: values[:, index] for name, values in arrays.outcomes.items()}
    reached = column["reached"]
    curve, mean_curve = _survival(arrays, index)
    frayed = estimate(column["frayed_years"], "years")
    superseded = option.superseded_from is not None and option.superseded_from.not_after(day)
    consent = {a: None for a in (option.adoption.consent if option.adoption else ())}
    return OptionResult(
        id=option.id,
        title=option.title,
        summary=option.summary,
        reference=option.reference,
        superseded=superseded,
        version_of=option.version_of,
        known_from=option.known_from,
        reached=_share(reached),
        peace_years=_headline(column),
        peace_years_reached=_headline(column, float(reached.mean())),
        survival=curve,
        survival_mean=mean_curve,
        attack_10y=estimate(column["attack_10y"], "probability"),
        causes_10y={n: estimate(column[f"cause_{n}"], "probability") for n in CAUSES},
        before_entry_10y=estimate(column["first_phase_attack_10y"], "probability")
        if len(option.phases) > 1
        else None,
        promised=estimate(column["honoured"], "probability"),
        honoured_if_tested=_when_tested(column),
        deterred=_deterred(arrays, index, reference),
        escalation_10y=estimate(column["direct_war_10y"], "probability"),
        cost_musd_year=estimate(column["cost"], "million USD per year"),
        frayed_years=frayed if any(p.truce for p in option.phases) else None,
        acceptable_to={**consent, done.resolved.scenario.challenger: float(reached.mean())},
        acceptable_reason=f"actors other than the challenger: {WAITING}",
        guarantors=_guarantors(done, guarantors, asked, index),
        reasons_kind=asked.kind,
        joining=asked.joining[option.id],
        half_hearted_share=float(column["half_hearted"].mean()),
        open_slots=open_slots(done.resolved, option),
        unconverged_share=float((column["status"] == 2).mean()),
        several_share=float((column["status"] == 1).mean()),
        undetermined_share=float(column["undetermined"].mean()),
    )


def _headline(column: dict[str, Floats], times: float = 1.0) -> Headline:
    """Peace years with their range over solutions, times a factor."""
    years, low, high = (times * column[n] for n in ("rmst", "rmst_low", "rmst_high"))
    usual = estimate(years, "years")
    return Headline(
        **usual.model_dump(exclude={"p05", "p95"}),
        p05=estimate(low, "years").p05,
        p95=estimate(high, "years").p95,
        low=float(low.mean()),
        high=float(high.mean()),
        ranged=bool((column["status"] != 0).mean() > RANGED_SHARE),
    )


def _when_tested(column: dict[str, Floats]) -> Estimate:
    """Reliability in the tests that come about: each draw counts by how likely a test is in it."""
    tested = column["tested"]
    kept = column["honoured_when_tested"] / np.maximum(tested, 1e-300)
    return estimate(np.where(tested > 0.0, kept, 0.0), "probability", tested)


def _share(flags: Floats) -> Estimate:
    """A share of draws with its sampling interval; the draws are the uncertainty, not a spread."""
    mean = float(flags.mean())
    half = 1.645 * float(np.sqrt(max(mean * (1.0 - mean), 0.0) / flags.shape[0]))
    return Estimate(
        mean=mean,
        p05=max(0.0, mean - half),
        p50=mean,
        p95=min(1.0, mean + half),
        unit="probability",
    )


def _survival(
    arrays: Arrays, index: int
) -> tuple[tuple[tuple[float, float, float, float], ...], tuple[tuple[float, float], ...]]:
    years, survival = arrays.survival()
    low, middle, high = np.quantile(survival[:, index], (0.05, 0.5, 0.95), axis=0)
    mean = survival[:, index].mean(axis=0)
    curve = tuple(
        (float(y), float(a), float(b), float(c))
        for y, a, b, c in zip(years, low, middle, high, strict=True)
    )
    return curve, tuple((float(y), float(m)) for y, m in zip(years, mean, strict=True))


def _deterred(arrays: Arrays, index: int, reference: int | None) -> Estimate:
    if reference is None:
        return Estimate(unit="probability", reason="no option is marked as the reference")
    attack = arrays.outcomes["attack_10y"]
    return estimate(attack[:, reference] - attack[:, index], "probability")


def _guarantors(
    done: Run, frame: pl.DataFrame, asked: Reasons, index: int
) -> tuple[GuarantorView, ...]:
    mine = frame.filter(pl.col("option") == index)
    whys = asked.why[done.options[index].id]
    views = []
    for number, guarantor in enumerate(done.board.guarantors):
        rows = mine.filter(pl.col("guarantor") == number)
        honour = rows["honour"].to_numpy()
        klass = rows["klass"].to_numpy()
        common = CLASSES[int(np.bincount(klass, minlength=len(CLASSES)).argmax())]
        varied = sorted({CLASSES[int(c)] for c in np.unique(klass)} - {common})
        name, why = done.resolved.actors[guarantor.actor].name, whys[guarantor.actor]
        also = f" In some completions its duty is also: {', '.join(varied)}." if varied else ""
        views.append(
            GuarantorView(
                actor=guarantor.actor,
                name=name,
                klass=common,
                commitment=float(rows["commitment"].to_numpy().mean()),
                honours=estimate(honour, "probability"),
                capability=float(np.median(rows["capability"].to_numpy())),
                troops=float(rows["troops"].to_numpy().mean()),
                acts=why.acts,
                terms={term.name: term.value for term in why.terms},
                decides=why.decides,
                blocked=why.blocked,
                says=name + why.words.removeprefix(why.guarantor) + also,
            )
        )
    return tuple(sorted(views, key=lambda v: -(v.honours.mean or 0.0)))
