"""Texts that bind or pretend to: treaties, agreements, declarations, truces, proposals, drafts.

Keys are closed, values are open tokens: a token nobody has seen before is kept as it is and has no
meaning until somebody gives it one. The fields of a provision follow the order of a lawyer's
questions: who owes what to whom, on which trigger, where, who decides, what response, by when.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from servanda.domain.moment import Moment
from servanda.domain.noun import Flag, Identifier, Noun, Number, Tokens, as_tuple

__all__ = [
    "Amendment",
    "Area",
    "AreaPredicate",
    "Deadline",
    "Decision",
    "InForce",
    "Instrument",
    "Parties",
    "Patch",
    "Provision",
    "Reading",
    "Relation",
    "Response",
    "SourceList",
    "Statement",
    "Trigger",
]

Text = Annotated[str, Field(max_length=2000)]
Bearers = Annotated[tuple[str | tuple[str, ...], ...], BeforeValidator(as_tuple)]
Named = Annotated[tuple[str | dict[str, Tokens], ...], BeforeValidator(as_tuple)]
Open = dict[str, Any]


def _deadline(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


class SourceList(Noun):
    """Addresses: ``seen`` were read for the coding, ``cited`` are known but were not opened."""

    seen: Tokens = ()
    cited: Tokens = ()


class Patch(Noun):
    """A typed change to an instrument: a field path and the value it takes.

    A path names keys joined by dots; a provision is named by its identifier and ``*`` means every
    provision, for example ``provisions.art5.response.minimum`` or ``legal_force``. With ``where``
    a ``*`` reaches only provisions whose ``act`` or ``modality`` is listed.
    """

    path: str
    value: Any = None
    where: Tokens = ()


class Trigger(Noun):
    """What must happen, to what, by whose hand, and who judges it."""

    kinds: Tokens = ()
    object: Tokens = ()
    of: Tokens = ()
    actor: Tokens = ()
    actor_secret: Tokens = ()
    min_attackers: str | None = None
    threshold: str | None = None
    domains: Tokens = ()
    attribution: str | None = None
    baseline: str | None = None
    judged_by: Tokens = ()
    qualifier: Tokens = ()
    where: Tokens = ()
    logic: str | None = None


class AreaPredicate(Noun):
    """One dated clause of a territorial scope, such as ``territory_of_party`` in a region."""

    what: str
    name: str | None = None
    who: Tokens = ()
    where: Named = ()
    from_: Moment | None = Field(default=None, alias="from")
    to: Moment | None = None
    north_of_tropic_of_cancer: Flag | None = None
    incl: Tokens = ()


class Area(Noun):
    """A named territorial scope: what it includes and what it leaves out."""

    include: Annotated[tuple[str | AreaPredicate, ...], BeforeValidator(as_tuple)] = ()
    exclude: Annotated[tuple[str | AreaPredicate, ...], BeforeValidator(as_tuple)] = ()
    occupied: str | None = None
    note: Text | None = None


class Decision(Noun):
    """Who invokes, which organ decides by which rule, who determines that the case has arisen."""

    invoked_by: Tokens = ()
    organ: Tokens = ()
    rule: str | None = None
    determined_by: Tokens = ()
    veto: Tokens = ()
    tasks: Tokens = ()


class Response(Noun):
    """What is owed: content, whether military means are included, and the floor below which not."""

    content: Tokens = ()
    military: str | None = None
    minimum: str | None = None
    floor_share: Number | None = Field(default=None, ge=0, le=1)
    ceiling_share: Number | None = Field(default=None, ge=0, le=1)


class Deadline(Noun):
    """By when, what softens it, and what the clock counts."""

    text: str | None = None
    hours: Number | None = Field(default=None, gt=0)
    days: Number | None = Field(default=None, gt=0)
    for_: str | None = Field(default=None, alias="for")
    counts: Tokens = ()
    counts_from: str | None = None
    softener: str | None = None
    at: Moment | None = None
    by: Moment | None = None
    start: str | None = None
    complete_within_days: Number | None = Field(default=None, gt=0)


class Provision(Noun):
    """One trigger -> modality (duty, power, permission, prohibition, ...) of one instrument.

    ``excepts`` names the provisions that an exception undoes while its own trigger is met.
    """

    id: Identifier
    art: str | None = None
    modality: str
    act: Tokens = ()
    bearer: Bearers = ()
    toward: Tokens = ()
    trigger: Trigger | None = None
    object: Tokens = ()
    area: Annotated[tuple[str, ...] | None, BeforeValidator(lambda v: v and as_tuple(v))] = None
    area_excluded: Tokens = ()
    domain: Tokens = ()
    conditions: Tokens = ()
    exceptions: Tokens = ()
    excepts: Tokens = ()
    decision: Decision | None = None
    response: Response | None = None
    discretion: str | None = None
    deadline: Annotated[Deadline | None, BeforeValidator(_deadline)] = None
    also: Tokens = ()
    effect: str | None = None
    effect_after_months: Number | None = None
    rule: str | None = None
    organ: Tokens = ()
    ambiguity: Text | None = None
    value: str | None = None
    size: str | None = None
    command: str | None = None
    us_role: str | None = None
    distance_km: Number | None = None
    distances_km: Open | None = None
    lines: Open | None = None
    means: Tokens = ()
    supervised_by: Tokens = ()
    secret_detail: Open | None = None
    clause: Text | None = None
    clause_gloss: Text | None = None
    clause_source: str | None = None
    note: Text | None = None


class Reading(Noun):
    """A dated interpretation that widens or narrows a text, with its author."""

    on: str
    date: Moment | None = None
    by: Tokens = ()
    says: Text
    provision: str | None = None
    patches: tuple[Patch, ...] = ()


class Relation(Noun):
    """How the text stands to another: ``supersedes``, ``depends_on``, ``subject_to``, ...

    While a text that ``supersedes`` another binds, the other has lapsed; a text that
    ``depends_on`` another binds only while the other does. Other words are kept and shown.
    """

    kind: str
    to: Identifier
    from_: Moment | None = Field(default=None, alias="from")
    note: Text | None = None


class Amendment(Noun):
    """A dated change of the text, described."""

    date: Moment
    effect: Text
    patches: tuple[Patch, ...] = ()


class Statement(Noun):
    """What the proposer said on a day, for proposals that exist only in statements."""

    date: Moment
    by: str
    where: str | None = None
    says: Text
    source: str | None = None


class InForceVersion(Noun):
    """One side's account of when the text binds."""

    by: str
    from_: Moment | None = Field(default=None, alias="from")
    to: Moment | None = None
    days: Number | None = None
    note: Text | None = None


class InForce(Noun):
    """When the text binds: a date, or ``conditional``, ``contested``, ``never``, ``unknown``."""

    from_: Annotated[str, Field()] = Field(default="unknown", alias="from")
    to: Moment | None = None
    years: Number | None = Field(default=None, gt=0)
    hours: Number | None = Field(default=None, gt=0)
    auto_extend_years: Number | None = None
    condition: Tokens = ()
    condition_by_RUS: Tokens = ()
    conditions_by: dict[str, Tokens] = {}
    ends_if: Tokens = ()
    versions: tuple[InForceVersion, ...] = ()
    extension: str | None = None

    @model_validator(mode="after")
    def _known_start(self) -> InForce:
        if self.from_ not in ("conditional", "contested", "never", "unknown"):
            Moment(self.from_)
        return self

    @property
    def start(self) -> Moment | None:
        """The dated start, or None where the text has no dated one."""
        return Moment(self.from_) if self.from_[:1].isdigit() else None


class Suspension(Noun):
    """A link between two parties that does not work from a date on."""

    between: tuple[str, str]
    from_: Moment = Field(alias="from")
    to: Moment | None = None


class Parties(Noun):
    """Who is bound or named, in the role the text gives them; every role is a list of actors."""

    original: Tokens = ()
    acceded: tuple[tuple[str, Moment], ...] = ()
    members: Tokens = ()
    former: tuple[tuple[str, Moment], ...] = ()
    suspended: tuple[Suspension, ...] = ()
    group: str | None = None
    incl: Tokens = ()
    guarantors: Tokens = ()
    guarantor: Tokens = ()
    possible_guarantors: Tokens = ()
    proposed_guarantors: Named = ()
    signatories: Tokens = ()
    also_signed: Tokens = ()
    supporting_declaration: Tokens = ()
    parallel_statements: Tokens = ()
    declaring: Tokens = ()
    mirrored_by: Tokens = ()
    mediator: Tokens = ()
    enacting: Tokens = ()
    issuing: Tokens = ()
    with_: Tokens = Field(default=(), alias="with")
    not_signed_by: Tokens = ()
    count: Number | None = None
    successor: dict[str, str] = {}
    liability: str | None = None
    note: Text | None = None


class Instrument(Noun):
    """Any text that binds or pretends to bind, with its provisions and the slots it leaves open.

    ``unspecified`` names what the text does not settle; ``version_of`` and ``known_from`` place a
    dated version of a proposal; ``legal_force`` grades every duty in it.
    """

    format: Literal["1"] = "1"
    id: Identifier
    title: Text
    kind: str
    version_of: Identifier | None = None
    known_from: Moment | None = None
    legal_force: str | None = None
    legal_force_note: Text | None = None
    signed: Moment | None = None
    dated: Moment | None = None
    in_force: InForce | None = None
    in_force_note: Text | None = None
    amended: tuple[Amendment, ...] = ()
    statements: tuple[Statement, ...] = ()
    parties: Parties = Parties()
    beneficiaries: Tokens = ()
    areas: dict[str, Area] = {}
    provisions: tuple[Provision, ...] = ()
    unspecified: Tokens = ()
    official_readings: tuple[Reading, ...] = ()
    relations: tuple[Relation, ...] = ()
    contested: Text | None = None
    drafting_history: Text | None = None
    asymmetry: Text | None = None
    amounts: tuple[Open, ...] = ()
    reported_numbers: Open | None = None
    sibling: Open | None = None
    atop: Open | None = None
    sources: SourceList = SourceList()
    confidence: dict[str, str] = {}

    def provision(self, identifier: str) -> Provision:
        """Return the provision with this identifier.

        Raises:
            KeyError: the instrument has no such provision.
        """
        for provision in self.provisions:
            if provision.id == identifier:
                return provision
        raise KeyError(identifier)
