"""A table of positions: what it says, and everything that is wrong with it.

Columns: issue, actor, position, salience, capability; further ones may be std_error, date, weight,
reference_point and group. Names differ from table to table, so the caller may say which column
stands for which. Without a column for it, all rows are on one issue, named by the file. A row
without a position says that the actor took none; a blank salience or capability is unknown and
filled from the others on the issue, with a warning.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from servanda.domain.errors import ScenarioError
from servanda.domain.moment import Moment
from servanda.domain.problem import Problem, Severity
from servanda.negotiation.model import MAX_ACTORS, MAX_ISSUES, Table
from servanda.negotiation.timeline import HALF_LIFE, Stand, table_of
from servanda.scenario.reading import Page, bounded, closest, csv_rows, opened

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    Origin = Path | Traversable | str | bytes

__all__ = ["COLUMNS", "Positions", "check", "read_positions", "read_table"]

REQUIRED = ("issue", "actor", "position", "salience", "capability")
#: Where saliences and capabilities stand in a table of their own, and what that one needs.
PLACED, WEIGHED = ("issue", "actor", "position"), ("actor", "salience", "capability")
OPTIONAL = ("std_error", "date", "weight", "reference_point", "group")
COLUMNS = REQUIRED + OPTIONAL
_NUMBERS = ("position", "salience", "capability", "std_error", "weight", "reference_point")
#: Least value of a column, and the code of what lies below.
_LEAST = {
    "salience": (0.0, "SV922"),
    "capability": (0.0, "SV924"),
    "std_error": (0.0, "SV934"),
    "weight": (0.0, "SV934"),
}
_LONGEST, _WIDEST = 200, 100_000
#: Numbers beyond this are taken for slips.
_LARGEST = 1e12


@dataclass(frozen=True)
class Positions:
    """A table that was read.

    Attributes:
        table: issues ready to forecast, as of the day asked for.
        stands: every row that holds a position, for timelines.
        warnings: problems that do not stand in the way.
    """

    table: Table
    stands: tuple[Stand, ...]
    warnings: tuple[Problem, ...]


def read_table(
    origin: Origin,
    name: str | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    actors: Collection[str] | None = None,
    as_of: Moment | None = None,
    half_life: float = HALF_LIFE,
    weights: Origin | None = None,
) -> Positions:
    r"""Read a table of positions.

    Args:
        origin: a path, or the text itself.
        name: the file name that problems show.
        columns: which of the table's columns stands for which of ours, theirs -> ours.
        actors: the actors there are; others are refused. None for any.
        as_of: use only what is dated up to this day, and weigh it by its age.
        half_life: days after which evidence counts half, where rows are dated.
        weights: a table of saliences and capabilities by actor (and issue, where given), for
            positions that come without, such as those from the evidence store.

    Raises:
        ScenarioError: the table has problems; all of them are in it.

    Examples:
        >>> text = "issue,who,position,salience,capability\nsize,A,0,50,1\nsize,B,100,50,1\n"
        >>> read_table(text, columns={"who": "actor"}).table.issues[0].actors
        ('A', 'B')
    """
    found, stands, problems = read_positions(
        origin,
        name,
        columns=columns,
        actors=actors,
        as_of=as_of,
        half_life=half_life,
        weights=weights,
    )
    errors = [p for p in problems if p.severity == "error"]
    if errors or found is None:
        raise ScenarioError(errors)
    return Positions(found, stands, tuple(problems))


def check(origin: Origin, name: str | None = None) -> tuple[Problem, ...]:
    """Return everything that is wrong with a table of positions."""
    return read_positions(origin, name)[2]


def read_positions(
    origin: Origin,
    name: str | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    actors: Collection[str] | None = None,
    as_of: Moment | None = None,
    half_life: float = HALF_LIFE,
    weights: Origin | None = None,
) -> tuple[Table | None, tuple[Stand, ...], tuple[Problem, ...]]:
    """Read a table as far as it can be read; see ``read_table`` for the arguments.

    Returns:
        The table, None where there are errors; its rows; the problems in the order of the file.
    """
    page = opened(origin, name)
    if isinstance(page, Problem):
        return None, (), (page,)
    scan = _Scan(page, columns or {}, actors, REQUIRED if weights is None else PLACED)
    stands = tuple(scan.read())
    if weights is not None:
        heavy, problems = _weights(weights)
        scan.found += problems
        stands = tuple(_weighed(stand, heavy) for stand in stands)
    table = None
    if not scan.failed:
        table, remarks = table_of(stands, scan.issues, as_of=as_of, half_life=half_life)
        for remark in remarks:
            scan.note(remark.code, remark.message, remark.line, severity=remark.severity)
    if scan.failed:
        table = None
    return table, stands, bounded(scan.found, page.name)


def _weights(origin: Origin) -> tuple[dict[tuple[str, str], Stand], list[Problem]]:
    """Read saliences and capabilities: (issue, actor) -> row; an empty issue is any."""
    page = opened(origin)
    if isinstance(page, Problem):
        return {}, [page]
    scan = _Scan(page, {}, None, WEIGHED)
    return {(s.issue, s.actor): s for s in scan.read()}, scan.found


def _weighed(stand: Stand, heavy: Mapping[tuple[str, str], Stand]) -> Stand:
    """Fill what a row leaves open from the row of its actor, that of its issue first."""
    for key in ((stand.issue, stand.actor), ("", stand.actor)):
        if key in heavy:
            stand = stand.filled(heavy[key].salience, heavy[key].capability)
    return stand


class _Scan:
    """One pass over the rows: cells to records, and every problem on the way."""

    def __init__(
        self,
        page: Page,
        columns: Mapping[str, str],
        actors: Collection[str] | None,
        required: tuple[str, ...],
    ) -> None:
        self.page = page
        self.required = required
        self.theirs = columns
        self.known = actors
        self.found: list[Problem] = []
        self.issues: dict[str, int] = {}
        self._names: list[str] = []
        self._alone = ""
        self._seen: dict[tuple[str, str], int] = {}
        self._actors: dict[str, set[str]] = {}
        self._stands: list[Stand] = []

    @property
    def failed(self) -> bool:
        """Whether an error was found."""
        return any(p.severity == "error" for p in self.found)

    def note(
        self,
        code: str,
        message: str,
        line: int,
        near: str = "",
        *,
        hint: str = "",
        severity: Severity = "error",
    ) -> None:
        """Keep a problem that points at a word of a line, or at the whole line."""
        text = self.page.line(line)
        at = text.find(near) if near else -1
        start, width = (at, len(near)) if at >= 0 else (0, max(1, len(text)))
        span = self.page.span(line, start + 1, line, start + 1 + width)
        self.found.append(self.page.problem(code, message, span, hint=hint, severity=severity))

    def read(self) -> list[Stand]:
        """Read heading and rows."""
        rows = csv_rows(
            self.page.text, lambda said, line: self.note("SV927", said, line), longest=_WIDEST
        )
        if not self._heading(rows):
            return []
        for line, row in rows:
            if len(row) != len(self._names):
                message = f"the row has {len(row)} cells, the heading {len(self._names)}"
                self.note("SV927", message, line)
                continue
            cells = {key: cell for key, cell in zip(self._names, row, strict=True) if cell}
            self._row(line, cells)
            if len(self.issues) > MAX_ISSUES:
                self.note("SV928", f"there are more than {MAX_ISSUES:,} issues", line)
                break
        self._scale()
        self._close()
        return self._stands

    def _heading(self, rows: Iterator[tuple[int, list[str]]]) -> bool:
        first = next(rows, None)
        if first is None:
            if not self.found:
                self.note("SV101", "the file holds no content", 1)
            return False
        line, given = first
        self._mapping(line, given)
        self._names = [self.theirs.get(name, name) for name in given]
        if "issue" not in self._names and not closest("issue", given):
            self._alone = Path(self.page.name).stem or "issue"  # one table, one issue
        for name in self.required:
            if name not in self._names and not (name == "issue" and self._alone):
                near = closest(name, given)
                hint = f"is '{near}' meant? --map {near}={name}" if near else ""
                self.note("SV920", f"the column '{name}' is missing", line, hint=hint)
        for place, name in enumerate(self._names):
            if name in self._names[:place] and name in COLUMNS:
                self.note("SV920", f"the column '{name}' stands twice", line, given[place])
            elif name not in COLUMNS:
                message = f"the column '{name[:40]}' is not read"
                self.note("SV933", message, line, given[place], severity="warning")
        return not self.failed

    def _mapping(self, line: int, given: list[str]) -> None:
        """Check that what the caller maps is there, and that there is something to map it to."""
        for theirs, ours in self.theirs.items():
            if theirs not in given:
                near = closest(theirs, given)
                hint = f"did you mean '{near}'?" if near else ""
                self.note("SV920", f"there is no column '{theirs[:40]}' to map", line, hint=hint)
            if ours not in COLUMNS:
                said = f"'{ours[:40]}' is none of the columns {', '.join(COLUMNS)}"
                self.note("SV920", said, line)

    def _row(self, line: int, cells: dict[str, str]) -> None:
        named = True
        if self._alone and "issue" in self.required:
            cells["issue"] = self._alone
        for key in ("issue", "actor"):
            if key not in cells and key in self.required:
                self.note("SV927", f"'{key}' is empty", line)
                named = False
            elif len(cells.get(key, "")) > _LONGEST:
                self.note("SV927", f"'{key}' is longer than {_LONGEST} characters", line)
                named = False
        numbers = {key: self._number(line, key, cells[key]) for key in _NUMBERS if key in cells}
        date = self._date(line, cells.get("date"))
        if not named:
            return
        issue, actor = cells.get("issue", ""), cells["actor"]
        self.issues.setdefault(issue, line)
        if self._refused(line, issue, actor, cells.get("date", "")):
            return
        self._stands.append(
            Stand(
                issue=issue,
                actor=actor,
                line=line,
                date=date,
                group=cells.get("group", ""),
                position=numbers.get("position"),
                salience=numbers.get("salience"),
                capability=numbers.get("capability"),
                std_error=numbers.get("std_error"),
                weight=numbers.get("weight"),
                reference=numbers.get("reference_point"),
            )
        )

    def _refused(self, line: int, issue: str, actor: str, date: str) -> bool:
        """Say whether a row names an actor twice, an unknown one, or one too many."""
        if self.known is not None and actor not in self.known:
            near = closest(actor, self.known)
            hint = f"did you mean '{near}'?" if near else ""
            self.note("SV926", f"there is no actor '{actor[:40]}'", line, actor, hint=hint)
        before = line if date else self._seen.setdefault((issue, actor), line)
        if before != line:
            message = f"'{actor[:40]}' stands on '{issue[:40]}' at line {before} too"
            self.note("SV921", message, line, actor)
            return True
        actors = self._actors.setdefault(issue, set())
        if actor not in actors and len(actors) == MAX_ACTORS:
            # told once: the set takes one more than the limit
            actors.add(actor)
            self.note("SV928", f"'{issue[:40]}' has more than {MAX_ACTORS:,} actors", line)
        elif len(actors) < MAX_ACTORS:
            actors.add(actor)
        return len(actors) > MAX_ACTORS

    def _number(self, line: int, key: str, text: str) -> float | None:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or "_" in text:
            self.note("SV923", f"'{key}' is no finite number: '{text[:40]}'", line, text)
            return None
        if abs(value) > _LARGEST:
            self.note("SV923", f"'{key}' is beyond {_LARGEST:g}: {text[:40]}", line, text)
            return None
        least, code = _LEAST.get(key, (-math.inf, "SV923"))
        if value < least:
            self.note(code, f"'{key}' is {text}, below {least:g}", line, text)
            return None
        if key == "salience" and value > 100.0:
            self.note("SV922", f"'salience' is {text}, above 100", line, text)
            return None
        return value

    def _date(self, line: int, text: str | None) -> Moment | None:
        if text is None:
            return None
        try:
            return Moment(text)
        except ValueError as error:
            self.note("SV930", f"'date': {error}", line, text)
            return None

    def _scale(self) -> None:
        """Bring saliences to [0, 1]: out of 100 where any of the table is above 1."""
        given = [s for s in self._stands if s.salience is not None]
        parts = [s for s in given if s.salience is not None and 0.0 < s.salience < 1.0]
        large = [s for s in given if s.salience is not None and s.salience > 1.0]
        if len(parts) >= len(large) > 0:
            for stand in large:
                said = f"'salience' is {stand.salience:g}, above 1 where the others are parts of 1"
                self.note("SV922", said, stand.line)
        elif large:
            self._stands = [
                s if s.salience is None else s.with_salience(s.salience / 100.0)
                for s in self._stands
            ]

    def _close(self) -> None:
        """Name issues on which nobody stands anywhere."""
        if not self.issues and not self.failed:
            self.note("SV925", "the table has no rows", 1)
        if "position" not in self.required:
            return
        taken = {s.issue for s in self._stands if s.position is not None}
        for issue, line in self.issues.items():
            if issue not in taken and not self._broken(issue):
                self.note("SV925", f"nobody has a position on '{issue[:40]}'", line, issue)

    def _broken(self, issue: str) -> bool:
        """Say whether a cell of the issue could not be read, which explains an empty one."""
        lines = {s.line for s in self._stands if s.issue == issue}
        return any(p.span is not None and p.span.line in lines for p in self.found)
