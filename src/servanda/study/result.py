"""What a comparison says: one object for the terminal, the report, the web and ``--json``.

A number that cannot be computed is ``None`` with its ``reason`` beside it, never a made-up one.
"""

from __future__ import annotations

from typing import Any

from servanda.domain.noun import Noun, Tokens

__all__ = [
    "ClaimVerdict",
    "Comparison",
    "DutyCell",
    "Estimate",
    "GuarantorView",
    "LedgerRow",
    "OptionResult",
    "Outlasts",
    "RivalEffect",
    "RunRecord",
]


class Estimate(Noun):
    """Mean and quantiles over the draws; all None, with a reason, where it cannot be computed."""

    mean: float | None = None
    p05: float | None = None
    p50: float | None = None
    p95: float | None = None
    unit: str | None = None
    reason: str | None = None


class OptionResult(Noun):
    """Everything computed about one option.

    ``survival`` rows are (year, p05, p50, p95) of the probability that peace still holds, given a
    cessation of hostilities at year 0; ``survival_mean`` is the mean over draws. ``promised`` is
    the share of commitment the text gives, ``honoured_if_tested`` what a test would meet,
    ``deterred`` one minus the chance that a crisis opportunity is used for an attack.
    """

    id: str
    title: str
    summary: str
    reference: bool = False
    superseded: bool = False
    version_of: str | None = None
    known_from: str | None = None
    reached: Estimate
    peace_years: Estimate
    peace_years_reached: Estimate
    survival: tuple[tuple[float, float, float, float], ...] = ()
    survival_mean: tuple[tuple[float, float], ...] = ()
    attack_10y: Estimate
    attack_by_kind_10y: dict[str, Estimate] = {}
    causes_10y: dict[str, Estimate] = {}
    before_entry_10y: Estimate | None = None
    promised: Estimate
    honoured_if_tested: Estimate
    deterred: Estimate
    escalation_10y: Estimate
    cost_musd_year: Estimate
    frayed_years: Estimate | None = None
    acceptable_to: dict[str, float | None] = {}
    acceptable_reason: str | None = None
    guarantors: tuple[GuarantorView, ...] = ()
    open_slots: Tokens = ()
    half_hearted_share: float | None = None
    unconverged_share: float = 0.0
    undetermined_share: float = 0.0


class GuarantorView(Noun):
    """One guarantor under one option: its duty, whether it would act, and why in terms."""

    actor: str
    name: str
    klass: str
    commitment: float
    honours: Estimate
    capability: float
    troops: float
    terms: dict[str, float] = {}
    says: str = ""


class Outlasts(Noun):
    """How often one option keeps peace longer than another by each horizon.

    ``by_horizon`` maps "5", "10", "20" to P(A longer) + half the ties; ``ties`` and
    ``mean_difference`` (years) are by horizon too; ``lived_once`` is the chance that A lasts longer
    if each were lived once with independent luck.
    """

    by_horizon: dict[str, float]
    ties: dict[str, float]
    mean_difference: dict[str, float]
    lived_once: dict[str, float]


class DutyCell(Noun):
    """Who owes what under one option in one incident: the finding behind a cell of the matrix."""

    option: str
    phase: str
    incident: str
    instrument: str
    provision: str
    finding: str
    klass: str
    bearers: Tokens = ()
    why: Tokens = ()
    missing: Tokens = ()
    due: str | None = None
    says: str = ""
    trace: dict[str, Any] | None = None


class ClaimVerdict(Noun):
    """The model's answer to a comparative claim, against each option it names."""

    id: str
    says: str
    by: str
    date: str
    certainty: str
    source: str
    against: dict[str, dict[str, float]] = {}
    reached: dict[str, float | None] = {}
    conditions: Tokens = ()
    answer: str = ""
    reason: str | None = None


class RivalEffect(Noun):
    """What switching one disputed assumption does to the order of the options."""

    assumption: str
    label: str
    rival: str
    rival_label: str
    source: str
    verified: bool
    peace_years: dict[str, float]
    order: Tokens
    changes_order: bool


class Driver(Noun):
    """How strongly one assumption moves a result over the draws (rank correlation)."""

    assumption: str
    label: str
    correlation: float
    interval: tuple[float, float]
    on: str


class LedgerRow(Noun):
    """One assumption as used: value and spread, unit, source, whether it was verified."""

    id: str
    label: str
    unit: str
    distribution: str
    p05: float
    p50: float
    p95: float
    source: str
    verified: bool
    symbol: str | None = None
    note: str | None = None
    used_by: Tokens = ()


class QuestionRow(Noun):
    """One ranked question; ``value_kind`` says what its value counts."""

    slot: str
    question: str
    ask: str
    addressee: str | None
    value: float | None
    value_kind: str
    interval: tuple[float, float] | None = None
    changes: Tokens = ()
    instrument: str | None = None
    reason: str | None = None


class RunRecord(Noun):
    """What was run, so that it can be cited and recomputed bit for bit."""

    hash: str
    scenario: str
    scenario_hash: str
    seed: int
    draws: int
    as_of: str
    version: str
    unconverged_share: float
    several_share: float
    undetermined_share: float
    rivals: dict[str, str] = {}
    options: Tokens = ()
    platform: str = ""
    folder: str | None = None
    seconds: float | None = None


class Comparison(Noun):
    """All options side by side, the questions to ask, the drivers and the record of the run."""

    title: str
    summary: str
    protege: str
    challenger: str
    horizon_years: float
    options: dict[str, OptionResult]
    outlasts: dict[str, Outlasts]
    rank_probabilities: dict[str, tuple[float, ...]]
    regret: dict[str, float] = {}
    questions: tuple[QuestionRow, ...]
    drivers: tuple[Driver, ...]
    conditions: tuple[dict[str, Any], ...] = ()
    duties: tuple[DutyCell, ...] = ()
    claims: tuple[ClaimVerdict, ...] = ()
    rivals: tuple[RivalEffect, ...] = ()
    ledger: tuple[LedgerRow, ...] = ()
    report: tuple[dict[str, Any], ...] = ()
    positions: tuple[dict[str, Any], ...] = ()
    sources: tuple[dict[str, Any], ...] = ()
    incidents: tuple[dict[str, Any], ...] = ()
    limits: Tokens = ()
    reasons: dict[str, str] = {}
    run: RunRecord


OptionResult.model_rebuild()
Comparison.model_rebuild()
