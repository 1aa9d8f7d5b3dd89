"""What a comparison says: one object for the terminal, the report, the web and ``--json``.

A number that cannot be computed is ``None`` with its ``reason`` beside it, never a made-up one.
"""

from __future__ import annotations

from typing import Any, Literal

from servanda.domain.noun import Noun, Tokens
from servanda.study.display import Displayed

__all__ = [
    "BreakEven",
    "ClaimVerdict",
    "Comparison",
    "Crossing",
    "DutyCell",
    "Estimate",
    "GuarantorView",
    "Headline",
    "Joining",
    "LedgerRow",
    "OptionResult",
    "Outlasts",
    "RivalEffect",
    "RunRecord",
    "SwitchEffect",
    "Turning",
]


class Estimate(Noun):
    """Mean and quantiles over the draws; all None, with a reason, where it cannot be computed."""

    mean: float | None = None
    p05: float | None = None
    p50: float | None = None
    p95: float | None = None
    unit: str | None = None
    reason: str | None = None


class Headline(Estimate):
    """A mean with its range over the solutions of the draws.

    ``low`` and ``high`` are the means over the draws of the least and the largest value among the
    solutions found, or of the bounds where none was found; both equal ``mean`` where every draw has
    one solution. ``p05`` and ``p95`` take the lower and the upper end in each draw. ``ranged`` says
    that enough draws are of that kind for the headline to be printed as an interval.
    """

    low: float | None = None
    high: float | None = None
    ranged: bool = False


class OptionResult(Displayed, Noun):
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
    peace_years: Headline
    peace_years_reached: Headline
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
    reasons_kind: str | None = None
    joining: Joining | None = None
    half_hearted_share: float | None = None
    unconverged_share: float = 0.0
    several_share: float = 0.0
    undetermined_share: float = 0.0


class GuarantorView(Noun):
    """One guarantor under one option: its duty, whether it would act, and why in terms.

    ``terms`` maps each reason to what it adds to the utility of acting less that of standing aside,
    in units of the guarantor's cost of a full war; ``decides`` names the one without which the
    balance would tip over, None where no single one does; ``blocked`` is the chance that its body
    is blocked or that those it waits for do not act; ``acts`` the chance of acting. They are means
    over the first draws of the run, in an attack of the kind `OptionResult.reasons_kind`.
    """

    actor: str
    name: str
    klass: str
    commitment: float
    honours: Estimate
    capability: float
    troops: float
    acts: float | None = None
    terms: dict[str, float] = {}
    decides: str | None = None
    blocked: float = 0.0
    says: str = ""


class Joining(Noun):
    """What hangs on which solution of the question who joins in is shown, under one option.

    ``several`` is the share of the first ``draws`` draws with more than one solution;
    ``attack_low`` and ``attack_high`` are the chance of an attack at the challenger's next chance
    under the solutions with the strongest and the weakest defence.
    """

    draws: int
    several: float
    attack_low: float
    attack_high: float


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


class SwitchEffect(Noun):
    """What one setting of one switch does, on the first draws of the same streams.

    ``kind`` is ``rival`` (another model of a disputed assumption), ``posterior`` (where the
    calibrated assumptions come from) or ``protege``. The setting in use is listed too, with the
    comparison's own first draws. ``outlasts`` maps "A>B" to the probability by horizon, as in
    `Outlasts.by_horizon`; ``swaps`` maps "A>B", A ahead in use and behind under the switch, to the
    mean difference in peace years in use and under the switch.
    """

    kind: Literal["rival", "posterior", "protege"]
    switch: str
    setting: str
    label: str
    setting_label: str
    source: str
    verified: bool
    in_use: bool
    draws: int
    peace_years: dict[str, float] = {}
    order: Tokens = ()
    changes_order: bool = False
    swaps: dict[str, tuple[float, float]] = {}
    outlasts: dict[str, dict[str, float]] = {}
    reason: str | None = None


class Crossing(Noun):
    """One value of an assumption at which the lead changes hands, in the assumption's unit.

    ``low`` to ``high`` holds it in 90% of the bootstrap samples; an open end lies beyond the range
    of the draws. ``above`` says that the first option leads above the value. With ``tie`` the lead
    does not change hands there but passes into a tie, and ``above`` says on which side it holds.
    """

    at: float
    low: float
    high: float
    low_open: bool = False
    high_open: bool = False
    above: bool
    tie: bool = False


class BreakEven(Noun):
    """How one option's lead in peace years depends on one assumption, all else averaged.

    ``share`` is the part of the variance of the difference's ranks that the assumption explains,
    less what chance explains; for all but the strongest, of the ranks among draws in which the
    strongest is about the same. ``verdict``: ``crosses`` (once), ``several`` (crossings), ``fades``
    (the same option leads where the two do not tie), ``ties`` (they do so everywhere), ``nowhere``
    (one leads over the whole range) or ``unsettled`` (these draws do not tell). Rows of ``curve``
    are (value of the assumption, mean difference in years, 5% and 95% of its bootstrap).
    """

    assumption: str
    label: str
    unit: str
    source: str
    verified: bool
    share: float
    verdict: Literal["crosses", "several", "fades", "ties", "nowhere", "unsettled"]
    crossings: tuple[Crossing, ...] = ()
    between: tuple[float, float]
    curve: tuple[tuple[float, float, float, float], ...] = ()
    says: str = ""


class Turning(Noun):
    """What the difference in peace years between two options turns on.

    ``second`` is None for the reference option itself: then its own peace years are looked at.
    ``why`` says for what the pair was looked at: claims (by id), ``top``, ``reference``. ``found``
    holds the assumptions that explain more of the difference than chance would, strongest first.
    Differences within ``margin`` years are ties.
    """

    first: str
    second: str | None
    why: Tokens
    draws: int
    margin: float
    mean_difference: float
    p05: float
    p95: float
    found: tuple[BreakEven, ...] = ()
    says: str = ""


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
    posterior: str | None = None
    protege: str = "chooses"
    shifts: dict[str, float] = {}
    options: Tokens = ()
    platform: str = ""
    folder: str | None = None
    seconds: float | None = None


class Comparison(Displayed, Noun):
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
    switches: tuple[SwitchEffect, ...] = ()
    break_evens: tuple[Turning, ...] = ()
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
