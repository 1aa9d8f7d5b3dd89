"""The casebook as the calibration reads it: typed rows, their types, and every problem at once."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file
from pathlib import Path

from pydantic import ValidationError

from servanda import library
from servanda.domain.episode import Episode, GuaranteeType
from servanda.domain.errors import ModelError, ScenarioError
from servanda.domain.problem import Problem, Span
from servanda.scenario import shelf
from servanda.scenario.text import MAX_BYTES, Page, bounded, decoded, load_bytes

__all__ = [
    "FOUNDING_CLUSTERS",
    "Casebook",
    "challenger_began",
    "read_casebook",
    "shipped_casebook",
]

#: The founding conflict's own episodes: Russia against Ukraine.
FOUNDING_CLUSTERS = ("russia_ukraine",)
#: Episodes that begin before this year and end before the next war are called inter-war.
INTER_WAR = (1919.0, 1939.0)


@dataclass(frozen=True, slots=True)
class Casebook:
    """Episodes with the guarantee types they name.

    Attributes:
        episodes: in the order of the file.
        types: guarantee type by identifier.
        digest: SHA-256 of the file, which a posterior records.
        name: how the file is called in messages.
    """

    episodes: tuple[Episode, ...]
    types: dict[str, GuaranteeType]
    digest: str
    name: str

    @property
    def clusters(self) -> tuple[str, ...]:
        """Clusters (challenger and era) in the order in which they appear."""
        return tuple(dict.fromkeys(e.cluster for e in self.episodes))

    def type_of(self, episode: Episode) -> GuaranteeType:
        """Give the guarantee type of an episode."""
        return self.types[episode.guarantee_type]

    def without(self, clusters: tuple[str, ...]) -> Casebook:
        """Leave clusters out.

        Raises:
            ModelError: a name is no cluster (SV634), or no event is left (SV631).
        """
        for name in clusters:
            if name not in self.clusters:
                raise ModelError(
                    f"the casebook has no cluster {name!r}; there are {', '.join(self.clusters)}",
                    code="SV634",
                )
        kept = tuple(e for e in self.episodes if e.cluster not in clusters)
        if not any(challenger_began(e) for e in kept):
            raise ModelError(
                "no episode with an event is left: nothing can be learned about when peace ends",
                code="SV631",
            )
        return Casebook(kept, self.types, self.digest, self.name)

    @property
    def inter_war(self) -> tuple[str, ...]:
        """Clusters whose episodes all begin between the wars and end with the second."""
        low, high = INTER_WAR
        return tuple(
            name
            for name in self.clusters
            if all(
                low <= e.entry <= high and e.peace_end <= high + 1.0
                for e in self.episodes
                if e.cluster == name
            )
        )


def challenger_began(episode: Episode) -> bool:
    """Whether the episode ended by what is counted: an attack or ultimatum of the challenger.

    A war begun by the protected side is another cause; it ends observation at its date.
    """
    return episode.event_kind in ("attack", "capitulation")


@cache
def shipped_casebook() -> Casebook:
    """Read the casebook of the library, once per process."""
    with as_file(library.path("casebook.csv")) as path:
        return read_casebook(path, name="library/casebook.csv")


def read_casebook(path: Path, *, name: str | None = None) -> Casebook:
    """Read a casebook with the columns of the codebook.

    Args:
        path: a CSV file.
        name: how to call it in messages; its path if not given.

    Returns:
        Casebook.

    Raises:
        ScenarioError: every problem found, each with line, column and remedy: SV630 an episode that
            ends before it starts, SV631 no event at all, SV632 an unknown guarantee type, SV633 any
            other cell that cannot be read, SV5xx the table itself.
    """
    title = name or str(path)
    data = load_bytes(path, title, MAX_BYTES)
    page = decoded(data, title) if isinstance(data, bytes) else data
    if isinstance(page, Problem):
        raise ScenarioError([page])
    types = {key: GuaranteeType.model_validate(row) for key, row in shelf.guarantee_types().items()}
    reading = _Reading(page, types)
    episodes = reading.episodes()
    if reading.problems:
        raise ScenarioError(bounded(reading.problems, title))
    digest = hashlib.sha256(data if isinstance(data, bytes) else b"").hexdigest()
    return Casebook(episodes, types, digest, title)


class _Reading:
    """One pass over the rows that keeps what is wrong and goes on."""

    def __init__(self, page: Page, types: dict[str, GuaranteeType]) -> None:
        self.page, self.types = page, types
        self.problems: list[Problem] = []
        self._lines: dict[str, int] = {}

    def episodes(self) -> tuple[Episode, ...]:
        rows = csv.reader(io.StringIO(self.page.text, newline=""), strict=True)
        found: list[Episode] = []
        try:
            header = next(rows, [])
            if not self._heading(header):
                return ()
            last = rows.line_num
            for row in rows:
                line, last = last + 1, rows.line_num
                if row and (episode := self._row(header, row, line)):
                    found.append(episode)
        except csv.Error as error:
            self._note("SV503", f"this is not a CSV table: {error}", rows.line_num)
        if not self.problems and not any(challenger_began(e) for e in found):
            self._note("SV631", "no episode ends in an attack or a capitulation", 1)
        return tuple(found)

    def _heading(self, header: list[str]) -> bool:
        needed = {
            field.alias or name
            for name, field in Episode.model_fields.items()
            if field.is_required()
        }
        for column in sorted(needed - set(header)):
            self._note("SV501", f"the column '{column}' is missing", 1)
        return not self.problems

    def _row(self, header: list[str], row: list[str], line: int) -> Episode | None:
        if len(row) != len(header):
            self._note("SV502", f"the row has {len(row)} cells, the heading {len(header)}", line)
            return None
        cells = {key: value for key, value in zip(header, row, strict=True) if value}
        if not self._dates(cells, line):
            return None
        try:
            episode = Episode.model_validate(cells)
        except ValidationError as error:
            self._cells(error, cells, line)
            return None
        if episode.guarantee_type not in self.types:
            self._note(
                "SV632",
                f"no guarantee type '{episode.guarantee_type}'; there are "
                f"{', '.join(sorted(self.types))}",
                line,
                episode.guarantee_type,
            )
            return None
        if (first := self._lines.setdefault(episode.id, line)) != line:
            self._note("SV310", f"'{episode.id}' stands at line {first} too", line, episode.id)
            return None
        return episode

    def _dates(self, cells: dict[str, str], line: int) -> bool:
        """Say the most common mistake in words of its own."""
        try:
            start, entry, end = (float(cells[n]) for n in ("peace_start", "entry", "peace_end"))
        except (KeyError, ValueError):
            return True
        if start <= entry < end:
            return True
        message = f"peace starts {start:g}, the guarantee {entry:g}, and it ends {end:g}"
        wrong = "peace_end" if end <= entry else "entry"
        self._note("SV630", message, line, cells[wrong])
        return False

    def _cells(self, error: ValidationError, cells: dict[str, str], line: int) -> None:
        for entry in error.errors(include_url=False, include_input=False):
            field = str(entry["loc"][0]) if entry["loc"] else "event"
            said = entry["msg"].removeprefix("Value error, ").replace("Input should be", "expected")
            said = "the cell is empty" if entry["type"] == "missing" else said
            self._note("SV633", f"'{field}': {said}", line, cells.get(field, ""))

    def _note(self, code: str, message: str, line: int, near: str = "") -> None:
        text = self.page.line(line)
        at = text.find(f",{near},") + 1 if near else 0
        start = max(at, 0)
        width = len(near) if near and at > 0 else max(1, len(text))
        span: Span = self.page.span(line, start + 1, line, start + 1 + width)
        self.problems.append(self.page.problem(code, message, span))
