"""What to cite: the methods a run used, the sources its numbers came from, and the run itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from servanda.report.assets import read
from servanda.report.names import source_names
from servanda.study.result import Comparison

__all__ = ["Citations", "Work", "bibliography", "citations"]

_ENTRY = re.compile(r"@(\w+)\{([\w:-]+),(.*?)\n\}", re.DOTALL)
_FIELD = re.compile(r"^\s*(\w+)\s*=\s*\{(.*)\},?\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Work:
    """One work of the bibliography: its key, its BibTeX entry and its fields."""

    key: str
    bibtex: str
    fields: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """Read a field; empty where the entry does not have it."""
        return dict(self.fields).get(name, "")

    @property
    def plain(self) -> str:
        """The work as one line of text."""
        where = self.get("journal")
        volume, number, pages = self.get("volume"), self.get("number"), self.get("pages")
        place = f"{where} {volume}" + (f"({number})" if number else "")
        place += f":{pages.replace('--', '-')}" if pages else ""
        doi = f", doi:{self.get('doi')}" if self.get("doi") else ""
        title = self.get("title")
        stop = "" if title.endswith("?") else "."
        who = self.get("author").replace(" and ", "; ")
        return f"{who} ({self.get('year')}). {title}{stop} {place}{doi}.".replace("\\&", "&")


@dataclass(frozen=True)
class Citations:
    """What one run should cite."""

    run: str
    methods: tuple[Work, ...]
    sources: tuple[Work, ...]
    other_sources: tuple[str, ...]

    def plain(self) -> str:
        """All of it as text: the run, the methods, the sources of numbers."""
        parts = [self.run, "", "Methods:"]
        parts += [f"- {work.plain} [{work.get('servanda')}]" for work in self.methods]
        if self.sources or self.other_sources:
            parts += ["", "Sources of numbers:"]
            parts += [f"- {work.plain}" for work in self.sources]
            parts += [f"- {text}" for text in self.other_sources]
        return "\n".join(parts)

    def bibtex(self) -> str:
        """The works as BibTeX, each once."""
        works = {work.key: work.bibtex for work in (*self.methods, *self.sources)}
        return "\n\n".join(works.values())


@cache
def bibliography() -> dict[str, Work]:
    """Read the bibliography that ships with the report: key to work.

    Examples:
        >>> bibliography()["mckelvey1998"].get("doi")
        '10.1023/A:1009905800005'
    """
    works = {}
    for match in _ENTRY.finditer(read("references.bib")):
        fields = tuple(_FIELD.findall(match.group(3)))
        works[match.group(2)] = Work(match.group(2), match.group(0), fields)
    return works


def citations(comparison: Comparison) -> Citations:
    """Collect what a run used: methods by what it computed, sources by its assumptions.

    A source text that matches no work of the bibliography is listed as it stands; "judgement" is
    not a source.
    """
    works = bibliography()
    wanted = {"always"}
    if comparison.conditions:
        wanted.add("conditions")
    methods = tuple(work for work in works.values() if work.get("when") in wanted)
    names = source_names(comparison)
    texts = dict.fromkeys(
        names.get(text, text)
        for text in (
            *(row.source for row in comparison.ledger),
            *(effect.source for effect in comparison.rivals),
        )
    )
    found: dict[str, Work] = {}
    other: list[str] = []
    for text in texts:
        matched = _match(text, works)
        found.update({work.key: work for work in matched})
        if not matched and not text.strip().lower().startswith("judgement"):
            other.append(text)
    return Citations(_run_line(comparison), methods, tuple(found.values()), tuple(other))


def _match(text: str, works: dict[str, Work]) -> list[Work]:
    """Match by DOI; the DOI is the only identifier that is never ambiguous."""
    low = text.lower()
    return [w for w in works.values() if w.get("doi") and w.get("doi").lower() in low]


def _run_line(comparison: Comparison) -> str:
    run = comparison.run
    return (
        f"servanda {run.version}, comparison of {len(comparison.options)} options of scenario "
        f"{run.scenario} ({run.scenario_hash}), as of {run.as_of}, {run.draws} draws, "
        f"seed {run.seed}, run {run.hash}."
    )
