"""The one-file report: opens from disk, asks for nothing from outside, prints on A4.

Every text of the scenario is escaped by the template engine; scripts and styles are inlined and
allowed by their hash alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from servanda.report import tables, words
from servanda.report.assets import SCRIPTS, STYLE, content_policy, embedded_json, inline
from servanda.report.brief import briefs
from servanda.report.brief_picture import curve_picture, option_picture
from servanda.report.charts import all_charts
from servanda.report.cite import citations
from servanda.report.duties import Board, board
from servanda.report.explain_number import NumberTrace, explain, known_keys
from servanda.report.figures import GLANCE
from servanda.report.names import actor_names, source_names
from servanda.report.reasons import joining_sentence, reasons_tables
from servanda.report.switch_words import turned
from servanda.report.switches import switch_pairs_table, switch_years_table
from servanda.report.tables import Cell, Table
from servanda.report.words import letters
from servanda.study.result import ClaimVerdict, Comparison, Turning

__all__ = ["SIZE_LIMIT", "environment", "render"]

SIZE_LIMIT = 3_000_000
_TRACE_STEPS = (3600, 1500, 500, 0)


def render(comparison: Comparison) -> str:
    """Write the whole report as one HTML document of at most three million bytes.

    Traces of findings are shortened, and the page says so, where the file would grow beyond that.

    Args:
        comparison: the result; a scenario without a founding report, or one with a day of
            knowledge in the past, gives a report without the parts it has nothing for.
    """
    text = ""
    for steps in _TRACE_STEPS:
        text = _document(comparison, steps)
        if len(text.encode("utf-8")) <= SIZE_LIMIT:
            break
    return text


def _document(comparison: Comparison, steps: int) -> str:
    opened = _Opened()
    duty_board = board(comparison, steps)
    page = (
        environment()
        .get_template("report.html.j2")
        .render(
            c=comparison,
            run=comparison.run,
            names=words.letters(comparison),
            actors=actor_names(comparison),
            documents=source_names(comparison),
            sections=_sections(comparison, duty_board),
            charts=sorted(all_charts(comparison, "page")),
            board=duty_board,
            opened=opened,
            walk=[_sentence(comparison, row) for row in comparison.report],
            claims=[_claim(comparison, claim) for claim in comparison.claims],
            pages=briefs(comparison),
            pictures={key: option_picture(comparison, key) for key in comparison.options},
            turning=[_turning(comparison, t) for t in _pairs(comparison)],
            switched=turned(comparison),
            conditions=[_condition(row) for row in comparison.conditions],
            cited=citations(comparison),
            alts={
                name: spec["description"] for name, spec in all_charts(comparison, "page").items()
            },
            policy=content_policy(),
            style=inline(STYLE),
            scripts=[inline(name) for name in SCRIPTS],
            specs=embedded_json(all_charts(comparison, "page")),
            record=embedded_json(_record(comparison)),
            tested=tables.tested_against_promised(comparison),
            reasons=reasons_tables(comparison),
            joining=joining_sentence(comparison),
            **_tables(comparison),
        )
    )
    return page


def _record(comparison: Comparison) -> dict[str, Any]:
    """The comparison as data, without findings and curves, which the page prints and draws.

    Both would take a third of the file; ``servanda compare --json`` has them.
    """
    curves = {"__all__": {"found": {"__all__": {"curve"}}}}
    return comparison.model_dump(mode="json", exclude={"duties": True, "break_evens": curves})


@dataclass
class _Opened:
    """Numbers that can be opened: each gets an identifier of ours, and its trace is kept."""

    traces: list[NumberTrace]
    places: dict[str, int]

    def __init__(self) -> None:
        self.traces = []
        self.places = {}

    def number(self, trace: NumberTrace) -> int:
        if trace.key not in self.places:
            self.places[trace.key] = len(self.traces)
            self.traces.append(trace)
        return self.places[trace.key]


@cache
def environment() -> Environment:
    """Return the template engine with the filters of our pages; it escapes every text."""
    made = Environment(
        loader=PackageLoader("servanda.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "percent": words.percent,
        "years": words.years,
        "plain": words.plain,
        "number": words.number_text,
        "plural": words.plural,
        "signed": words.signed,
        "span": words.span,
        "web": _web_address,
    }
    made.globals |= {"finding_words": words.FINDING_WORDS}
    return made


def _web_address(address: str | None) -> str | None:
    """Pass a web address on; anything else is shown as text, never as a link."""
    text = (address or "").strip()
    plain_start = text.lower().startswith(("https://", "http://"))
    return text if plain_start and not any(c.isspace() or ord(c) < 32 for c in text) else None


def _tables(comparison: Comparison) -> dict[str, Table | dict[str, Table | None] | None]:
    def measured(caption: str, *keys: str) -> Table:
        return tables.measures_table(comparison, keys, caption)

    return {
        "glance": tables.measures_table(
            comparison,
            GLANCE,
            "Every option side by side: mean over the draws, and 90% of the draws below it",
            traced=True,
        ),
        "t": {
            "survival": tables.survival_table(comparison),
            "peace_years": measured("Years of peace", "peace_years", "peace_years_reached"),
            "honoured": measured(
                "Three different numbers", "promised", "honoured_if_tested", "deterred"
            ),
            "risks": measured(
                "Risks within 10 years", "attack_10y", "before_entry_10y", "escalation_10y"
            ),
            "shares": tables.shares_table(comparison),
            "kinds": tables.by_kind_table(
                comparison, "attack_by_kind_10y", "Attack within 10 years, by kind"
            ),
            "causes": tables.by_kind_table(
                comparison, "causes_10y", "How peace ends within 10 years, by cause"
            ),
            "cost": measured("Cost to the guarantors in a year", "cost_musd_year"),
            "outlasts5": tables.matrix_table(comparison, "5"),
            "outlasts10": tables.matrix_table(comparison, "10", traced=True),
            "outlasts20": tables.matrix_table(comparison, "20"),
            "drivers": tables.drivers_table(comparison),
            "switches": switch_years_table(comparison),
            "switch_pairs": switch_pairs_table(comparison),
        },
    }


def _sections(comparison: Comparison, duty_board: Board | None) -> list[tuple[str, str]]:
    """The parts that this comparison has something for, in reading order."""
    kept = [
        ("walk", "The report, sentence by sentence", bool(comparison.report)),
        ("compared", "What was compared", True),
        ("survival", "Does peace still hold?", True),
        ("peace-years", "Years of peace", True),
        ("honoured", "Promised, honoured, deterred", True),
        ("risks", "Attack and wider war", True),
        ("cost", "Cost", True),
        ("outlasts", "What outlasts what", bool(comparison.outlasts)),
        ("duties", "Who owes what", duty_board is not None),
        ("open", "What the texts leave open", True),
        ("claim", "The claim, as quoted and as reported", bool(comparison.claims)),
        ("positions", "Where the actors stand", bool(comparison.positions)),
        ("turning", "Where the lead turns", bool(_pairs(comparison))),
        ("switches", "What each switch changes", any(not e.in_use for e in comparison.switches)),
        ("drivers", "What moves the results", bool(comparison.drivers)),
        ("questions", "The first questions to ask", bool(comparison.questions)),
        ("briefs", "A page for each option", True),
        ("ledger", "Assumptions and their sources", bool(comparison.ledger)),
        ("record", "The record of this run", True),
        ("limits", "Limits", True),
    ]
    return [(key, title) for key, title, shown in kept if shown]


def _sentence(comparison: Comparison, row: Mapping[str, Any]) -> dict[str, Any]:
    """One sentence of the founding report with the numbers that bear on it."""
    computes, numbers = row.get("computes"), row.get("numbers") or ()
    keys = [str(key) for key in numbers] if isinstance(numbers, (list, tuple)) else []
    trace = _maybe(comparison, str(computes)) if computes else None
    keyed = [found for key in keys if (found := _maybe(comparison, key))]
    return {
        "says": str(row.get("says") or ""),
        "computes": "" if trace else str(computes or ""),
        "traces": ([trace] if trace else []) + keyed,
        "table": tables.sentence_table(comparison, row.get("options") or ()),
        "open": str(row.get("open") or ""),
        "flags": [str(flag) for flag in row.get("flags") or ()],
        "values": {str(k): _loose(v) for k, v in numbers.items()}
        if isinstance(numbers, Mapping)
        else {},
    }


def _maybe(comparison: Comparison, key: str) -> NumberTrace | None:
    return explain(comparison, key) if key in known_keys(comparison) else None


def _loose(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return words.NOT_COMPUTED if value is None else str(value).lower()
    return words.number_text(float(value)) if isinstance(value, (int, float)) else str(value)


def _claim(comparison: Comparison, claim: ClaimVerdict) -> dict[str, Any]:
    """A verdict with one row for each option it is compared with."""
    heads = sorted({k for found in claim.against.values() for k in found}, key=_horizon)
    names = words.letters(comparison)

    def title(key: str) -> tuple[str, str]:
        option = comparison.options.get(key)
        return names.get(key, ""), option.title if option else words.plain(key)

    return {
        "claim": claim,
        "heads": [f"by year {h}" if h.isdigit() else words.plain(h) for h in heads],
        "rows": [
            (*title(key), [_verdict(h, found.get(h)) for h in heads])
            for key, found in claim.against.items()
        ],
        "reached": [(*title(key), words.percent(v)) for key, v in claim.reached.items()],
    }


def _pairs(comparison: Comparison) -> list[Turning]:
    """The pairs that are looked at for a claim or as the best; the others have their pages."""
    return [t for t in comparison.break_evens if t.second and set(t.why) != {"reference"}]


def _turning(comparison: Comparison, turning: Turning) -> dict[str, Any]:
    """A pair with the curve of each assumption that moves its difference."""
    names, keys = letters(comparison), (turning.first, turning.second or "")
    first, second = (names.get(key, "") for key in keys)
    titles = [comparison.options[key].title if key in comparison.options else key for key in keys]
    claims = [why.removeprefix("claim ") for why in turning.why if why.startswith("claim ")]
    best = ["among the options with most peace years"] if "top" in turning.why else []
    named = [f"named by the claim {', '.join(map(words.plain, claims))}"] if claims else []
    return {
        "turning": turning,
        "first": first,
        "second": second,
        "first_title": titles[0],
        "second_title": titles[1],
        "why": "; ".join([*named, *best]),
        "found": [(found, curve_picture(found, first, second)) for found in turning.found],
    }


def _horizon(head: str) -> tuple[bool, float, str]:
    return (not head.isdigit(), float(head) if head.isdigit() else 0.0, head)


def _verdict(head: str, value: float | None) -> Cell:
    if value is None:
        return Cell(words.DASH)
    return Cell(f"{words.signed(value, 1)} years" if "difference" in head else words.percent(value))


def _condition(row: Mapping[str, Any]) -> dict[str, Any]:
    """A condition in plain words, however it was found, with how well the box fits."""
    text = next((str(row[key]) for key in ("says", "text", "words") if row.get(key)), "")
    shares = {
        key: words.percent(row[key])
        for key in ("coverage", "density")
        if isinstance(row.get(key), (int, float))
    }
    return {
        "text": text,
        "claim": str(row.get("claim") or ""),
        "shares": shares,
        "reason": str(row.get("reason") or ""),
    }
