"""A coded instrument as a row of the alliance data: what its provisions say in ATOP's variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from servanda.domain.actor import Actor
from servanda.domain.instrument import Instrument, Provision
from servanda.domain.moment import Moment
from servanda.obligations.atop.clauses import (
    ASKS,
    SAYS,
    Context,
    ends_when_provoked,
    gives,
    has_other_condition,
    has_unnamed_condition,
    meanings,
    organ_of,
    stations,
)
from servanda.obligations.atop.losses import losses_of_text
from servanda.obligations.atop.members import date_parts, member_rows
from servanda.obligations.atop.names import (
    CONDITIONS,
    FIELDLESS,
    OBLIGATIONS,
    PREFIX,
    VARIABLES,
    open_name,
)
from servanda.obligations.atop.record import AtopRecord, MemberRow

__all__ = ["to_atop"]

GIVEN = ("equipment", "weapon", "arms", "materiel", "security_assistance", "grants", "loans",
         "arm_and_finance", "military_capabilities")  # fmt: skip
MONEY = ("economic_a", "financial_a", "finance")
LEAVES = ("withdraw", "denounce", "terminate", "renounce")


def to_atop(
    instrument: Instrument,
    *,
    actors: Mapping[str, Actor] | None = None,
    on: Moment | None = None,
) -> AtopRecord:
    """Say in ATOP's variables what the provisions of an instrument oblige to.

    Every variable is derived from the provisions; the remark ``atop`` of an instrument is never
    read. A code is 0 only where the text is coded and has no such provision; where the text leaves
    the matter open, words it softly or uses a word without meaning here, the code is missing with a
    reason. ATOP holds formal agreements between states; a statute, a proposal or a truce is coded
    all the same, and ``losses`` says that it has no place there.

    Args:
        instrument: the coded text.
        actors: registry, for groups and for names inside trigger words.
        on: keep only those who are members on this day; without it every member ever.

    Examples:
        >>> pact = Instrument(id="p", title="P", kind="treaty", signed="2001-02-03",
        ...     parties={"original": ["AAA", "BBB"]}, provisions=[{"id": "a1", "modality": "duty",
        ...     "act": "assist", "bearer": "each_party", "trigger": {"kinds": ["armed_attack"]}}])
        >>> record = to_atop(pact)
        >>> record.variables["defense"], record.variables["consul"], record.variables["begyr"]
        (1, 0, 2001)
        >>> record.derived["defense"]
        ('a1',)

    References:
        Leeds, Ritter, Mitchell & Long 2002, International Interactions 28: 237-260.
    """
    registry = actors if actors is not None else {}
    rows, unknown = member_rows(instrument, registry, on)
    coder = _Coder(Context.of(instrument, registry))
    coder.code()
    coder.parties(rows, unknown)
    ordered = {name: coder.variables[name] for name in VARIABLES}
    losses = losses_of_text(instrument, unknown)
    return AtopRecord(instrument.id, ordered, coder.reasons, coder.derived, rows, losses)


@dataclass(slots=True)
class _Group:
    """The provisions that bear one obligation, and what stands against a plain answer."""

    certain: list[Provision] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


class _Coder:
    """Works through one instrument and fills the variables."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.text = context.text
        self.variables: dict[str, int | None] = {}
        self.reasons: dict[str, str] = {}
        self.derived: dict[str, tuple[str, ...]] = {}

    def code(self) -> None:
        """Fill every variable that rests on provisions and dates."""
        for name in FIELDLESS:
            self._missing(name, "the instrument format has no field for it")
        self._dates()
        if not self.text.provisions:
            for name in VARIABLES:
                if name not in self.variables:
                    self._missing(name, "no provision of the text is coded")
            return
        groups = {name: self._group(name) for name in OBLIGATIONS}
        for name, group in groups.items():
            self._obligation(name, group)
            self._conditions(name, group.certain)
        self._active()
        flags = [PREFIX[n] + suffix for n, found in CONDITIONS.items() for suffix in found]
        self._any("conditio", [*flags, "defcon", "offcon"], [])
        self._cooperation()
        self._limits(groups)
        self._renounce()

    def parties(self, rows: tuple[MemberRow, ...], unknown: tuple[str, ...]) -> None:
        """Fill what rests on the members."""
        names = {row.member for row in rows}
        if unknown:
            self._missing("bilat", f"who belongs to '{unknown[0]}' is not known")
        elif not names:
            self._missing("bilat", "the text names no party")
        else:
            self.variables["bilat"] = int(len(names) == 2)

    def _group(self, name: str) -> _Group:
        group = _Group()
        for provision in self.text.provisions:
            verdict = SAYS[name](provision, self.context)
            if verdict == "":
                group.certain.append(provision)
            elif verdict is not None:
                group.doubts.append(f"{provision.id}: {verdict}")
        return group

    def _obligation(self, name: str, group: _Group) -> None:
        if not group.certain and group.doubts:
            self._missing(name, group.doubts[0])
        else:
            self._found(name, 1, group.certain)

    def _conditions(self, name: str, provisions: list[Provision]) -> None:
        prefix = PREFIX[name]
        flags = [f"{prefix}{suffix}" for suffix in CONDITIONS.get(name, ())]
        whole = [f"{prefix}con"] if f"{prefix}con" in VARIABLES else []
        if self.variables[name] is None:
            for flag in (*flags, *whole):
                self._missing(flag, f"{name} is missing")
            return
        for flag in flags:
            self._flag(flag, flag.removeprefix(prefix), provisions)
        others = [p for p in provisions if has_other_condition(p) or has_unnamed_condition(p)]
        for con in whole:
            self._any(con, flags, others)

    def _flag(self, name: str, suffix: str, provisions: list[Provision]) -> None:
        found = [p for p in provisions if ASKS[suffix](p, self.context)]
        if suffix == "conpr" and provisions:
            found += [p for p in self.text.provisions if ends_when_provoked(p)]
        strange = [w for p in provisions for m in meanings(p, self.context) for w in m.strange]
        if suffix == "coadv" and strange and not found:
            self._missing(name, f"the word '{strange[0]}' in a trigger has no meaning here")
        elif provisions:
            self._found(name, 1, found)
        else:
            self.variables[name] = 0  # a condition of nothing

    def _any(self, name: str, flags: Iterable[str], others: list[Provision]) -> None:
        """Fill a variable that says whether there is any condition at all."""
        flags = list(flags)
        yes = [flag for flag in flags if self.variables[flag] == 1]
        gone = [flag for flag in flags if self.variables[flag] is None]
        if yes or others:
            ids = [i for flag in yes for i in self.derived.get(flag, ())]
            self.variables[name] = 1
            self.derived[name] = tuple(dict.fromkeys((*ids, *(p.id for p in others))))
        elif gone:
            self._missing(name, f"{gone[0]} is missing")
        else:
            self._found(name, 1, [])

    def _active(self) -> None:
        self._any("active", ["defense", "offense"], [])

    def _cooperation(self) -> None:
        texts = self.text.provisions
        self._found("ecaid", 1, [p for p in texts if gives(p, MONEY)])
        self._milaid()
        self._found("base", 1, [p for p in texts if stations(p)])
        caps = [p for p in texts if p.modality == "limit" and any("army" in a for a in p.act)]
        self._found("armred", 1, caps)
        self._found("organ1", 1, [p for p in texts if organ_of(p)])
        self._found("intcom", 1, [p for p in texts if "integrated" in (p.command or "")])
        shares = [p for p in texts if p.response and p.response.floor_share is not None]
        self._found("contrib", 1, [*shares, *(p for p in texts if p.size)])
        secret = [p for p in texts if p.secret_detail or (p.trigger and p.trigger.actor_secret)]
        if "secret" in (self.text.legal_force or "") and not secret:
            self.variables["secrart"] = 1
        else:
            self._found("secrart", 1, secret)

    def _milaid(self) -> None:
        """Code 2 for grants of arms, 3 for training alone, 1 where the kind is not said."""
        for code, words in ((2, GIVEN), (3, ("training",)), (1, ("military_aid",))):
            found = [p for p in self.text.provisions if gives(p, words)]
            if found:
                self._found("milaid", code, found)
                return
        self._found("milaid", 0, [])

    def _limits(self, groups: Mapping[str, _Group]) -> None:
        owing = {p.id: p for group in groups.values() for p in group.certain}
        limited = [p for p in owing.values() if has_other_condition(p)]
        texts = self.text.provisions
        limited += [p for p in texts if p.modality == "condition" and "limit" in p.act]
        self._found("olimob", 1, limited)

    def _renounce(self) -> None:
        ways = [p for p in self.text.provisions if any(act in LEAVES for act in p.act)]
        powers = [p for p in ways if p.modality in ("power", "permission")]
        late = [p for p in powers if any(c.startswith("after_") for c in p.conditions)]
        if late:
            self._found("renounce", 3, late)
        elif powers:
            self._found("renounce", 1, powers)
        else:
            self._found("renounce", 2, [p for p in ways if "prohibition" in p.modality])

    def _dates(self) -> None:
        force = self.text.in_force
        begin = self.text.signed or self.text.dated or (force.start if force else None)
        end = force.to if force else None
        for stem, day, reason in (
            ("beg", begin, "the text has no date of that precision"),
            ("end", end, "the text has no end of that precision"),
        ):
            for part, value in zip(("yr", "mo", "day"), date_parts(day), strict=True):
                if value is None:
                    self._missing(stem + part, reason)
                else:
                    self.variables[stem + part] = value

    def _found(self, name: str, code: int, provisions: Iterable[Provision]) -> None:
        """Write the code with its origin; 0 without one, unless the text leaves it open."""
        ids = tuple(dict.fromkeys(p.id for p in provisions))
        if ids:
            self.variables[name], self.derived[name] = code, ids
        elif open_name(name) in self.text.unspecified:
            self._missing(name, f"the text leaves '{open_name(name)}' open")
        else:
            self.variables[name] = 0

    def _missing(self, name: str, reason: str) -> None:
        self.variables[name] = None
        self.reasons[name] = reason
