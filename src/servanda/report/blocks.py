"""A comparison as a run of blocks: headings, paragraphs, lists, tables.

Markdown, DOCX and the brief are written from these; words and tables are those of the report.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from servanda.report import tables
from servanda.report.cite import citations
from servanda.report.figures import FIGURES
from servanda.report.names import actor_names
from servanda.report.tables import Table
from servanda.report.words import letters, number_text, percent, signed
from servanda.study.result import Comparison

__all__ = ["Block", "brief_blocks", "full_blocks"]

NOT = (
    "Not a forecast and not advice for or against any option: what follows, in this model, from "
    "texts, facts and assumptions that are all listed. Numbers are means over the draws, with the "
    "span of 90% of the draws beside them."
)
_FIRST = 5


@dataclass(frozen=True)
class Block:
    """One block: ``kind`` is ``title``, ``heading``, ``text``, ``list``, ``table`` or ``code``."""

    kind: str
    text: str = ""
    items: tuple[str, ...] = ()
    table: Table | None = None


def brief_blocks(comparison: Comparison) -> tuple[Block, ...]:
    """Return the brief of two pages: what was compared, the result, what to ask, the record."""
    return tuple(
        [
            *_head(comparison),
            *_table("Side by side", FIGURES["glance"].table(comparison)),
            *_claims(comparison),
            *_questions(comparison, _FIRST),
            *_drivers(comparison),
            Block("heading", "Limits"),
            Block("list", items=comparison.limits[:4]),
            *_record(comparison),
        ]
    )


def full_blocks(comparison: Comparison) -> tuple[Block, ...]:
    """Return the whole report."""
    return tuple(
        [
            *_head(comparison),
            Block("heading", "What was compared"),
            Block("list", items=tuple(_option(comparison))),
            *_figures(comparison),
            *_table("What outlasts what by year 10", tables.matrix_table(comparison, "10")),
            *_claims(comparison),
            *_turning(comparison),
            *_questions(comparison, None),
            *_drivers(comparison),
            *_table("Assumptions and their sources", FIGURES["ledger"].table(comparison)),
            Block("heading", "Limits"),
            Block("list", items=comparison.limits),
            *_record(comparison),
            Block("heading", "Sources"),
            Block("code", citations(comparison).plain()),
        ]
    )


def _head(comparison: Comparison) -> Iterator[Block]:
    run = comparison.run
    yield Block("title", comparison.title)
    yield Block("text", comparison.summary)
    yield Block(
        "text",
        f"Knowledge as of {run.as_of}. Protected: {comparison.protege}; challenger: "
        f"{comparison.challenger}; horizon {number_text(comparison.horizon_years)} years. {NOT}",
    )


def _option(comparison: Comparison) -> Iterator[str]:
    for key, letter in letters(comparison).items():
        option = comparison.options[key]
        yield f"{letter} {option.title}: {option.summary}"


def _table(title: str, table: Table | None) -> Iterator[Block]:
    if table is not None:
        yield Block("heading", title)
        yield Block("table", table.caption, table=table)


def _figures(comparison: Comparison) -> Iterator[Block]:
    for name in ("glance", "survival", "peace_years", "honoured", "risks", "cost", "switches"):
        yield from _table(FIGURES[name].title, FIGURES[name].table(comparison))


def _claims(comparison: Comparison) -> Iterator[Block]:
    if comparison.claims:
        yield Block("heading", "The claim")
    for claim in comparison.claims:
        yield Block("text", f"{claim.says} ({claim.by}, {claim.date}). {claim.answer}".strip())


def _turning(comparison: Comparison) -> Iterator[Block]:
    said = [t.says for t in comparison.break_evens if t.says and set(t.why) != {"reference"}]
    if said:
        yield Block("heading", "Under which conditions")
        yield Block("list", items=tuple(said))


def _questions(comparison: Comparison, most: int | None) -> Iterator[Block]:
    names = actor_names(comparison)
    rows = comparison.questions[:most]
    if rows:
        yield Block("heading", "What to ask first")
        yield Block(
            "list",
            items=tuple(
                f"{q.ask} (to {names.get(q.addressee or '', q.addressee or 'whom it concerns')}; "
                f"{_worth(q.value)})"
                for q in rows
            ),
        )


def _worth(value: float | None) -> str:
    return "not counted" if value is None else f"changes {number_text(value)} findings"


def _drivers(comparison: Comparison) -> Iterator[Block]:
    if comparison.drivers:
        yield Block("heading", "What moves the results")
        yield Block(
            "list",
            items=tuple(
                f"{d.label}: rank correlation {signed(d.correlation)} with {d.on}"
                for d in comparison.drivers[:_FIRST]
            ),
        )


def _record(comparison: Comparison) -> Iterator[Block]:
    run = comparison.run
    yield Block("heading", "Record")
    yield Block(
        "text",
        f"servanda {run.version}, run {run.hash}, scenario {run.scenario} ({run.scenario_hash}), "
        f"{run.draws:,} draws, seed {run.seed}; without a solution "
        f"{percent(run.unconverged_share)}, with several {percent(run.several_share)} of them.",
    )
