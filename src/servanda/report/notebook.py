"""How results look in a notebook: tables of the report, escaped, without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import singledispatch
from typing import Any

from markupsafe import Markup, escape

from servanda.report.contrast import contrast_rows
from servanda.report.figures import FIGURES
from servanda.report.findings import flip_text
from servanda.report.tables import Table, cell_text
from servanda.report.words import finding_word, number_text, percent, plain
from servanda.scenario import shelf
from servanda.study.answers import Recorded
from servanda.study.assessment import Assessment
from servanda.study.contrast import Contrast
from servanda.study.courses import Courses
from servanda.study.questioning import Questions
from servanda.study.result import Comparison, OptionResult
from servanda.study.solving import Solved
from servanda.study.verification import Verdict

__all__ = ["shown"]


@singledispatch
def shown(result: Any) -> str:
    """Return a result as HTML for a notebook; every text of it is escaped.

    Raises:
        TypeError: it is no result that has a display.
    """
    raise TypeError(f"no display for {type(result).__name__}")


def _grid(caption: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = Markup("").join(Markup("<th>{}</th>").format(h) for h in head)
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(c) for c in row))
        for row in rows
    )
    made = Markup("<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>")
    return str(made.format(caption, heads, body))


def _tabulated(table: Table | None, note: str) -> str:
    if table is None:
        return str(Markup("<p>{}</p>").format(note))
    rows = [
        [f"{mark} {title}".strip(), *(cell_text(cell) for cell in cells)]
        for mark, title, cells in table.rows
    ]
    return _grid(table.caption, ["", *table.head], rows) + str(Markup("<p>{}</p>").format(note))


@shown.register
def _comparison(result: Comparison) -> str:
    run = result.run
    drawn = f"{run.draws:,} draws, seed {run.seed}, run {run.hash[:16]}"
    note = f"In this model, as of {run.as_of}; {drawn}."
    return f"<h3>{escape(result.title)}</h3>" + _tabulated(FIGURES["glance"].table(result), note)


@shown.register
def _option(result: OptionResult) -> str:
    words: dict[str, Callable[[float | None], str]] = {
        "reached": percent, "peace_years": number_text, "attack_10y": percent,
        "honoured_if_tested": percent, "escalation_10y": percent, "cost_musd_year": number_text,
    }  # fmt: skip
    rows = [
        [plain(name), *(word(getattr(getattr(result, name), q)) for q in ("mean", "p05", "p95"))]
        for name, word in words.items()
    ]
    return _grid(result.title, ("", "mean", "5%", "95%"), rows)


@shown.register
def _assessment(result: Assessment) -> str:
    rows = []
    for place, f in enumerate(result.findings):
        flips = result.flips[place] if place < len(result.flips) else ()
        mark, word, _ = finding_word(f.finding)
        rows.append(
            [
                result.titles.get(f.incident, f.incident),
                f"{f.instrument}, {plain(f.provision)}",
                f"{mark} {word}",
                ", ".join(f.bearers[:6]) + ("…" if len(f.bearers) > 6 else ""),
                f.due or f.due_soft or "",
                ", ".join(map(plain, (*f.missing, *f.why))),
                "; ".join(flip_text(one, dict(result.actors)) for one in flips),
            ]
        )
    head = ("incident", "text", "finding", "bound", "due", "missing or why", "would change it")
    return _grid("Findings of coded texts, not legal advice", head, rows)


@shown.register
def _questions(result: Questions) -> str:
    rows = [
        [str(q.rank or ""), q.weighed.question.ask, number_text(q.weighed.question.value or 0.0)]
        for q in result.asked
        if q.weighed.question.value is not None
    ]
    return _grid("What to ask first", ("", "question", "findings that change"), rows)


@shown.register
def _contrast(result: Contrast) -> str:
    slots, incidents = contrast_rows(result, dict(shelf.actors()))
    rows = [[r.label, r.a, r.b] for r in (*slots, *incidents) if r.differs]
    return _grid("What differs", ("", result.a.title, result.b.title), rows)


@shown.register
def _recorded(result: Recorded) -> str:
    rows = [
        [v.instrument.id, c.incident, plain(c.provision), c.what, c.before or "", c.after or ""]
        for v in result.versions
        for c in v.changes
    ]
    return _grid(
        "What the reply changes", ("text", "incident", "provision", "what", "before", "after"), rows
    )


@shown.register
def _verdict(result: Verdict) -> str:
    rows = [[result.grade, f"{result.largest:.3g}", "; ".join(result.notes)]]
    return _grid(
        f"Run {result.hash[:16]} recomputed", ("grade", "largest difference", "notes"), rows
    )


@shown.register
def _solved(result: Solved) -> str:
    from servanda.report.games import solved_text

    text = solved_text(result, 100, False)
    return str(Markup("<pre>{}</pre>").format(text))


@shown.register
def _courses(result: Courses) -> str:
    from servanda.report.courses import courses_text

    return str(Markup("<pre>{}</pre>").format(courses_text(result, 100, False)))
