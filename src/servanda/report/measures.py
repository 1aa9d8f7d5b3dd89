"""What is measured of each option: one registry for table, charts, report and explanations."""

from __future__ import annotations

from dataclasses import dataclass

from servanda.study.result import Estimate, OptionResult

__all__ = ["MEASURES", "Measure", "estimate_of", "measure"]


@dataclass(frozen=True)
class Measure:
    """One number of an option: its key in the result, its title, kind and plain definition."""

    key: str
    title: str
    short: str
    head: str
    kind: str
    unit: str
    says: str
    formula: str


_ALL = (
    Measure(
        "reached",
        "Comes about",
        "reached",
        "Comes about",
        "share",
        "probability",
        "How likely it is, in this model, that hostilities cease under this option: the adversary "
        "acquiesces only where peace under it is worth at least as much to it as no deal.",
        "share of draws in which value of peace to the challenger >= value of no deal",
    ),
    Measure(
        "peace_years",
        "Peace years, given a cessation",
        "peace yrs",
        "Peace years if ceased",
        "years",
        "years of {horizon}",
        "Expected years of peace within the horizon if hostilities have ceased at year 0.",
        "integral of S(t) over 0 to {horizon} years, S(t) = probability that peace still holds",
    ),
    Measure(
        "peace_years_reached",
        "Peace years times the chance of a cessation",
        "x reached",
        "Times that chance",
        "years",
        "years of {horizon}",
        "The same years multiplied, draw by draw, by the probability that the option comes about.",
        "P(reached) x peace years",
    ),
    Measure(
        "promised",
        "Promised",
        "promised",
        "Promised",
        "share",
        "share of commitment",
        "The commitment that the text gives, between none (0%) and fully binding (100%).",
        "commitment by class of duty, averaged over the guarantors",
    ),
    Measure(
        "honoured_if_tested",
        "Honoured if tested",
        "honoured",
        "Honoured if tested",
        "share",
        "probability",
        "How likely it is that helpers reach what the text asks for once an attack has come. "
        "Tests are selected: they come where the promise looks weak.",
        "P(helpers act | attack), weighted by the attacks that occur in this model",
    ),
    Measure(
        "deterred",
        "Deterred",
        "deterred",
        "Deterred",
        "share",
        "probability",
        "One minus the chance that a crisis opportunity is used for an attack.",
        "1 - P(attack | opportunity)",
    ),
    Measure(
        "attack_10y",
        "Attack within 10 years",
        "attack 10y",
        "Attack in 10 years",
        "share",
        "probability",
        "The chance of a renewed attack within 10 years of the cessation.",
        "sum over kinds of attack of their cumulative incidence at 10 years",
    ),
    Measure(
        "escalation_10y",
        "Wider war within 10 years",
        "escalation",
        "Wider war in 10 years",
        "share",
        "probability",
        "The chance of direct war between the challenger and a guarantor within 10 years.",
        "cumulative incidence of challenger-guarantor war at 10 years",
    ),
    Measure(
        "before_entry_10y",
        "Attack before the last phase",
        "before entry",
        "Before last phase",
        "share",
        "probability",
        "The part of the attack risk that falls before the option's last phase is entered.",
        "cumulative incidence of attack in the earlier phases at 10 years",
    ),
    Measure(
        "cost_musd_year",
        "Cost to the guarantors",
        "cost a year",
        "Cost a year",
        "money",
        "million US dollars a year",
        "Forces deployed times their unit cost, plus the expected cost of acting.",
        "sum of troops x unit cost + P(act) x cost of acting",
    ),
    Measure(
        "frayed_years",
        "Years with a frayed truce",
        "frayed yrs",
        "Frayed years",
        "years",
        "years of {horizon}",
        "Expected years in which the truce holds on paper but is being broken.",
        "integral over the horizon of P(truce frayed)",
    ),
)

MEASURES: dict[str, Measure] = {entry.key: entry for entry in _ALL}


def measure(key: str) -> Measure:
    """Look up a measure by its key in the result.

    Raises:
        KeyError: there is no such measure.

    Examples:
        >>> measure("peace_years").kind
        'years'
    """
    return MEASURES[key]


def estimate_of(option: OptionResult, key: str) -> Estimate | None:
    """Read the estimate of a measure off an option; None where the option does not carry it."""
    value = getattr(option, key, None)
    return value if isinstance(value, Estimate) else None
