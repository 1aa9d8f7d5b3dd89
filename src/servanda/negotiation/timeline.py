"""Dated positions: what is known of each actor on a day, and who moved between two days.

Evidence ages: a row counts half after each half-life, so that a stand repeated last month outweighs
one of two years ago. An actor about whom nothing was known on a day is absent on that day; it is
not taken for neutral.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from servanda.domain.moment import Moment
from servanda.domain.problem import Severity
from servanda.negotiation.model import Issue, Table

__all__ = ["HALF_LIFE", "Known", "Move", "Remark", "Stand", "known_on", "moved", "table_of"]

#: Days after which a stand counts half (judgement).
HALF_LIFE = 365.0
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Stand:
    """One row: where an actor stands on an issue, and since when. None is unknown."""

    issue: str
    actor: str
    line: int
    date: Moment | None = None
    group: str = ""
    position: float | None = None
    salience: float | None = None
    capability: float | None = None
    std_error: float | None = None
    weight: float | None = None
    reference: float | None = None

    def filled(self, salience: float | None, capability: float | None) -> Stand:
        """Return the row with these in place of what it leaves open."""
        return replace(
            self,
            salience=salience if self.salience is None else self.salience,
            capability=capability if self.capability is None else self.capability,
        )

    def with_salience(self, salience: float) -> Stand:
        """Return the row with another salience."""
        return replace(self, salience=salience)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one actor on one issue on a day.

    Attributes:
        position: weighted mean of the stands, newer ones counting more.
        std_error: of that mean, from the stands' own errors and from how far they lie apart.
        rows: how many stands it rests on.
        newest: date of the newest.
    """

    position: float
    std_error: float
    rows: int
    newest: Moment | None


@dataclass(frozen=True, slots=True)
class Move:
    """How far an actor moved on an issue between two days; None where one day knows nothing.

    ``z`` is the shift in standard errors, None where both ends are taken as known exactly.
    """

    issue: str
    actor: str
    before: Known | None
    after: Known | None

    @property
    def shift(self) -> float | None:
        """The distance moved, signed."""
        if self.before is None or self.after is None:
            return None
        return self.after.position - self.before.position

    @property
    def z(self) -> float | None:
        """The shift in standard errors of the difference."""
        if self.before is None or self.after is None:
            return None
        error = math.hypot(self.before.std_error, self.after.std_error)
        return (self.after.position - self.before.position) / error if error > 0.0 else None

    def published(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return {
            "issue": self.issue,
            "actor": self.actor,
            "before": None if self.before is None else self.before.position,
            "after": None if self.after is None else self.after.position,
            "shift": self.shift,
            "z": self.z,
        }


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to report about a row once all rows are known."""

    code: str
    message: str
    line: int
    severity: Severity = "warning"


def known_on(
    stands: Iterable[Stand], day: Moment | None = None, half_life: float = HALF_LIFE
) -> dict[tuple[str, str], Known]:
    """Return what is known of each actor on each issue.

    Args:
        stands: rows of any number of issues.
        day: rows dated after it are left out; the newest date of all unless given. Rows without a
            date hold on any day and do not age.
        half_life: days after which a row counts half.

    Returns:
        (issue, actor) -> what is known; pairs without evidence are absent.

    Examples:
        >>> rows = [Stand("a", "X", 2, Moment("2024-01-01"), position=0.0),
        ...         Stand("a", "X", 3, Moment("2025-01-01"), position=30.0)]
        >>> round(known_on(rows, Moment("2025-01-01"), 366)["a", "X"].position, 6)
        20.0
        >>> known_on(rows, Moment("2024-06-01"))["a", "X"].position
        0.0
    """
    rows = [s for s in stands if s.position is not None]
    latest = day or max((s.date for s in rows if s.date), key=lambda d: d.latest, default=None)
    found: dict[tuple[str, str], list[Stand]] = {}
    for stand in rows:
        if stand.date is None or latest is None or stand.date.earliest <= latest.latest:
            found.setdefault((stand.issue, stand.actor), []).append(stand)
    return {pair: _pooled(group, latest, half_life) for pair, group in found.items()}


def moved(
    stands: Sequence[Stand], first: Moment, second: Moment, half_life: float = HALF_LIFE
) -> list[Move]:
    """Say who moved between two days, the furthest first; who is known on one day only comes last.

    Args:
        stands: rows of any number of issues.
        first: the earlier day.
        second: the later day.
        half_life: days after which a row counts half.
    """
    before, after = known_on(stands, first, half_life), known_on(stands, second, half_life)
    pairs = dict.fromkeys((*before, *after))
    moves = [Move(i, a, before.get((i, a)), after.get((i, a))) for i, a in pairs]
    return sorted(moves, key=lambda m: (m.shift is None, -abs(m.shift or 0.0)))


def table_of(
    stands: Sequence[Stand],
    issues: Mapping[str, int],
    *,
    as_of: Moment | None = None,
    half_life: float = HALF_LIFE,
) -> tuple[Table, list[Remark]]:
    """Make the table of a day out of rows.

    Args:
        stands: rows with saliences in [0, 1].
        issues: issue -> line that first names it; gives the order.
        as_of: the day; the newest date unless given.
        half_life: days after which a row counts half.

    Returns:
        The table, without issues of which nothing was known on the day, and remarks.
    """
    known = known_on(stands, as_of, half_life)
    by_issue: dict[str, list[Stand]] = {name: [] for name in issues}
    for stand in stands:
        in_time = as_of is None or stand.date is None or stand.date.earliest <= as_of.latest
        if in_time:
            by_issue[stand.issue].append(stand)
    remarks: list[Remark] = []
    found = []
    for name, rows in by_issue.items():
        actors = [a for i, a in known if i == name]
        if not actors:
            said = f"nothing was known of '{name[:40]}' on {as_of}; it is left out"
            remarks.append(Remark("SV925", said, issues[name]))
            continue
        found.append(_issue(name, rows, {a: known[name, a] for a in actors}, remarks))
    if not found:
        first = min(issues.values(), default=1)
        remarks.append(Remark("SV925", f"nothing was known on {as_of}", first, "error"))
    return Table(tuple(found)), remarks


def _pooled(rows: Sequence[Stand], day: Moment | None, half_life: float) -> Known:
    weight = np.array([_age_weight(s, day, half_life) for s in rows])
    if not weight.sum() > 0.0:
        weight = np.ones(len(rows))
    weight = weight / weight.sum()
    position = np.array([s.position for s in rows], float)
    error = np.array([math.nan if s.std_error is None else s.std_error for s in rows])
    if np.isnan(error).any():
        # an error that is not given is that of the other stands; where none is, none is assumed
        usual = 0.0 if np.isnan(error).all() else float(np.nanmedian(error))
        error = np.where(np.isnan(error), usual, error)
    mean = float(weight @ position)
    effective = 1.0 / float(weight @ weight)
    between = float(weight @ (position - mean) ** 2) / effective if len(rows) > 1 else 0.0
    dates = [s.date for s in rows if s.date is not None]
    return Known(
        position=mean,
        std_error=math.sqrt(float(weight**2 @ error**2) + between),
        rows=len(rows),
        newest=max(dates, key=lambda d: d.latest, default=None),
    )


def _age_weight(stand: Stand, day: Moment | None, half_life: float) -> float:
    own = 1.0 if stand.weight is None else stand.weight
    if stand.date is None or day is None:
        return own
    age = max(0.0, (day.latest - stand.date.latest).total_seconds() / _DAY)
    return float(own * 0.5 ** (age / half_life))


def _issue(
    name: str, rows: Sequence[Stand], known: Mapping[str, Known], remarks: list[Remark]
) -> Issue:
    actors = tuple(known)
    line = rows[0].line
    notes: list[str] = []
    absent = list(dict.fromkeys(s.actor for s in rows if s.actor not in known))
    if absent:
        notes.append(f"without a position and left out: {', '.join(absent)}")
    columns = {}
    for column in ("salience", "capability"):
        values, blank = _latest(rows, actors, column)
        columns[column] = values
        if blank:
            said = (
                f"{column} unknown for {', '.join(blank[:6])}{' ...' if len(blank) > 6 else ''}: "
                + ("the median of the others is taken" if len(blank) < len(actors) else "all alike")
            )
            notes.append(said)
            remarks.append(Remark("SV932", f"'{name[:40]}': {said}", line))
    references = sorted({s.reference for s in rows if s.reference is not None})
    if len(references) > 1:
        said = f"'{name[:40]}' has several reference points: {', '.join(map(str, references[:4]))}"
        remarks.append(Remark("SV931", said, line, "error"))
    groups = sorted({s.group for s in rows if s.group})
    if len(groups) > 1:
        said = f"'{name[:40]}' belongs to several groups: {', '.join(groups[:4])}"
        remarks.append(Remark("SV931", said, line, "error"))
    return Issue(
        name=name,
        actors=actors,
        position=np.array([k.position for k in known.values()]),
        salience=np.array(columns["salience"]),
        capability=np.array(columns["capability"]),
        std_error=np.array([k.std_error for k in known.values()]),
        reference=references[0] if references else None,
        group=groups[0] if groups else "",
        notes=tuple(notes),
    )


def _latest(
    rows: Sequence[Stand], actors: Sequence[str], column: str
) -> tuple[list[float], list[str]]:
    """Return the newest value of each actor, blanks filled, and whose were blank."""
    order = sorted(rows, key=lambda s: s.date.latest.timestamp() if s.date else -math.inf)
    value: dict[str, float] = {}
    for stand in order:
        given = getattr(stand, column)
        if given is not None:
            value[stand.actor] = given
    blank = [a for a in actors if a not in value]
    filled = median([value[a] for a in actors if a in value]) if len(blank) < len(actors) else 0.5
    return [value.get(a, filled) for a in actors], blank
