"""Episodes of guaranteed peace, and what each type of guarantee stands for in the model."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from servanda.domain.noun import Flag, Identifier, Noun, Number

__all__ = ["CLAUSE_CLASSES", "Episode", "GuaranteeType", "TypicalForces"]

CLAUSE_CLASSES = (
    "none",
    "permitted",
    "mandate",
    "consult",
    "discretionary",
    "political",
    "binding",
)
ClauseClass = Literal[CLAUSE_CLASSES]  # type: ignore[valid-type]


def _listed(value: Any) -> Any:
    if value is None:
        return ()
    return tuple(value.split(";")) if isinstance(value, str) else value


def _bit(value: Any) -> Any:
    return {"0": False, "1": True}.get(value, value) if isinstance(value, str) else value


Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Bit = Annotated[Flag, BeforeValidator(_bit)]
Year = Annotated[Number, Field(ge=1800, le=2100)]


class Episode(Noun):
    """One stretch of peace under a guarantee, from the casebook.

    Dates are years with a decimal part. ``peace_start`` begins the age of the peace, ``entry`` the
    time at risk, ``peace_end`` ends both; ``guarantee_end`` is set where the guarantee ended first.
    ``capratio_entry`` is the protected side's capability divided by the challenger's. A field that
    is None was not coded; it is never zero.

    Examples:
        >>> episode = Episode(
        ...     id="X1", episode="x", region="europe", guarantee_type="none", klass="none",
        ...     n_guarantors="0", cluster="x", peace_start="1900", entry="1901", peace_end="1905",
        ...     event="1", event_kind="attack", end_reason="attack", forces_present="0",
        ...     force_size_approx="0", honoured="not_tested", challenger_is_guarantor="0",
        ...     nuclear_challenger="0", nuclear_guarantor="0", contiguous="1", interstate="1",
        ...     prior_wars="0", accession_pending="0", inclusion_rule="comparison",
        ...     confidence="low", source="x")
        >>> episode.years, episode.age_at_entry
        (4.0, 1.0)
    """

    id: Identifier
    episode: str
    region: str
    protected: Listed = ()
    protected_ids: Listed = ()
    challenger: Listed = ()
    challenger_ids: Listed = ()
    guarantors: Listed = ()
    guarantor_ids: Listed = ()
    guarantee_type: Identifier
    klass: ClauseClass = Field(alias="class")
    n_guarantors: int = Field(ge=0)
    cluster: Identifier
    peace_start: Year
    entry: Year
    guarantee_end: Year | None = None
    peace_end: Year
    event: Bit
    event_kind: Literal["attack", "capitulation", "attack_by_protected", "none"]
    end_reason: Literal["attack", "capitulation", "settlement", "challenger_removed", "censored"]
    forces_present: Bit
    force_size_approx: int = Field(ge=0)
    honoured: Literal["yes", "partly", "no", "not_tested"]
    capratio_entry: Number | None = Field(default=None, gt=0)
    capratio_low: Number | None = Field(default=None, gt=0)
    capratio_high: Number | None = Field(default=None, gt=0)
    capratio_5y_change: Number | None = Field(default=None, gt=-1)
    capratio_source: str | None = None
    challenger_is_guarantor: Bit
    nuclear_challenger: Bit
    nuclear_guarantor: Bit
    contiguous: Bit
    interstate: Bit
    prior_wars: int = Field(ge=0)
    accession_pending: Bit
    inclusion_rule: Literal["pledge", "alliance", "force", "comparison"]
    confidence: Literal["high", "medium", "low"]
    coder2: str | None = None
    source: str
    note: str | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Episode:
        if not self.peace_start <= self.entry < self.peace_end:
            msg = "expected peace_start <= entry < peace_end"
            raise ValueError(msg)
        if self.event != (self.event_kind != "none"):
            msg = "an event needs its kind, and a kind needs an event"
            raise ValueError(msg)
        if self.event != (self.end_reason in ("attack", "capitulation")):
            msg = "the reason for the end does not agree with the event"
            raise ValueError(msg)
        return self

    @property
    def years(self) -> float:
        """Years at risk: from entry to the end of the peace or of observation."""
        return self.peace_end - self.entry

    @property
    def age_at_entry(self) -> float:
        """Age of the peace when the guarantee began, in years (left truncation)."""
        return self.entry - self.peace_start

    @property
    def settled(self) -> bool:
        """Whether the peace was settled, which is absorbing and not censored."""
        return self.end_reason in ("settlement", "challenger_removed")


class TypicalForces(Noun):
    """Forces in the protected territory under a type of guarantee: troops with a range."""

    typical: Number = Field(ge=0)
    low: Number = Field(ge=0)
    high: Number = Field(ge=0)
    mission: Literal["combat", "reassurance", "monitoring", "training", "air_policing", "none"]

    @model_validator(mode="after")
    def _ordered(self) -> TypicalForces:
        if not self.low <= self.typical <= self.high:
            msg = "expected low <= typical <= high"
            raise ValueError(msg)
        return self


class GuaranteeType(Noun):
    """What a guarantee type of the casebook means for the model.

    ``klass`` is the class of clause, ``military`` what the text says of military means, ``body``
    the organ that must agree first (None: each for itself), ``capability`` the assumption that says
    how strong its guarantors are, ``paper`` whether the type is a promise without forces, whose
    famous failures the sample over-represents.
    """

    id: Identifier
    title: str
    klass: ClauseClass = Field(alias="class")
    military: Literal["none", "materiel", "optional", "included", "unspecified"]
    floor: Literal["none", "unspecified", "stated"]
    body: Identifier | None = None
    rule: str | None = None
    guarantors: Number = Field(ge=0)
    capability: Identifier
    forces: TypicalForces
    paper: Flag = False
    source: str
    note: str | None = None
