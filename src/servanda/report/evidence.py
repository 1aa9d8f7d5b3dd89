"""What was read, in a terminal: claims with their words, flags, positions, traces, the queue."""

from __future__ import annotations

from collections.abc import Sequence

from servanda.evidence.explain import ClaimTrace, PositionTrace
from servanda.evidence.positions import Point
from servanda.evidence.records import Claim, Reading
from servanda.evidence.review import Item
from servanda.evidence.store import claim_id
from servanda.report.terminal import Ink, fit
from servanda.report.words import plural
from servanda.study.scenario_evidence import Traced

__all__ = ["coded_text", "item_text", "positions_text", "reading_text", "trace_text"]

_CONTEXT = 90
_BAR = 21


def reading_text(name: str, reading: Reading, width: int = 80, colour: bool = False) -> str:
    """Write one text's claims, incidents and flags."""
    ink = Ink(width, colour)
    lines = [ink.bold(f"{fit(name, min(width, 60)).rstrip()}"), *_facts(reading, ink), ""]
    for claim in reading.claims:
        lines += _claim_lines(reading, claim, ink)
    for incident in reading.incidents:
        facts = (
            incident.place,
            incident.date,
            incident.perpetrator and f"by {incident.perpetrator}",
            incident.attributed_to and f"says {incident.attributed_to}",
        )
        said = ", ".join(str(f) for f in facts if f)
        lines += ink.paragraph(
            f"{incident.kind} [{said or 'nothing more known'}]: {incident.span.of(reading.text)}",
            "  ! ",
        )
    if reading.flags:
        lines += ["", ink.bold("Before relying on it")]
        for flag in reading.flags:
            words = flag.span.of(reading.text)
            shown = words if len(words) < 60 else words[:57] + "..."
            lines += ink.paragraph(f'{flag.kind}: "{shown}" {flag.says}', "  - ")
    if reading.unresolved:
        names = sorted({u.name for u in reading.unresolved if u.name})
        lines += [
            "",
            *ink.paragraph(
                "Not in the registry, so no claim was booked: " + "; ".join(names[:12]), "  "
            ),
        ]
    lines += [ink.dim(line) for note in reading.notes for line in ink.paragraph(note, "  ")]
    return "\n".join([*lines, ""])


def _facts(reading: Reading, ink: Ink) -> list[str]:
    level = {0: "rules of the standard library", 1: "rules on the small parser"}.get(
        reading.level, "rules and a language model"
    )
    day = reading.published_on or "no day of publication"
    about = (
        f"{plural(len(reading.claims), 'claim')}, {plural(len(reading.incidents), 'incident')}, "
        f"{plural(len(reading.flags), 'flag')}; {day}; {level}; sha256 {reading.sha256[:12]}"
    )
    return [ink.dim(line) for line in ink.paragraph(about)]


def _stance(value: float | None) -> str:
    return "  --  " if value is None else f"{value:+.2f} "


def _claim_lines(reading: Reading, claim: Claim, ink: Ink) -> list[str]:
    head = (
        f"{_stance(claim.stance)}{fit(claim.speaker, 16)} "
        f"{fit(claim.proposal or '(no proposal)', 26)} {claim.kind}"
    )
    more = []
    if claim.reports_position_of:
        more.append(f"about {claim.reports_position_of[0]}, not that actor's own")
    if claim.via:
        more.append(f"via {claim.via}")
    if claim.conditional:
        more.append("conditional")
    tail = f" ({'; '.join(more)})" if more else ""
    id_ = ink.dim(claim_id(reading.sha256, claim))
    return [f"{id_}  {head.rstrip()}{tail}", *ink.paragraph(claim.span.of(reading.text), " " * 6)]


def positions_text(points: Sequence[Point], width: int = 80, colour: bool = False) -> str:
    """Write where everybody stands, with a bar from -1 to 1 and its standard error."""
    ink = Ink(width, colour)
    if not points:
        return "No claim with a stance was found; no evidence is not a neutral position."
    lines = []
    latest = None
    for point in sorted(points, key=lambda p: (p.proposal, -p.position, p.actor)):
        if point.proposal != latest:
            lines += ["", ink.bold(point.proposal)]
            latest = point.proposal
        mark = "  reversal" if point.reversal else ""
        lines.append(
            f"  {fit(point.actor, 18)} {_bar(point)} {point.position:+.2f} se "
            f"{point.standard_error:.2f}"
            f"  {plural(len(point.claims), 'claim')}{mark}"
        )
    lines += [
        "",
        *[
            ink.dim(x)
            for x in ink.paragraph("-1 against, 1 for. Open one with --trace ACTOR:PROPOSAL.")
        ],
    ]
    return "\n".join(lines[1:])


def _bar(point: Point) -> str:
    def at(value: float) -> int:
        return round((max(-1.0, min(1.0, value)) + 1) / 2 * (_BAR - 1))

    cells = ["."] * _BAR
    for i in range(
        at(point.position - point.standard_error), at(point.position + point.standard_error) + 1
    ):
        cells[i] = "-"
    cells[_BAR // 2] = "|" if cells[_BAR // 2] == "." else "+"
    cells[at(point.position)] = "o"
    return "".join(cells)


def trace_text(trace: PositionTrace | ClaimTrace, width: int = 80, colour: bool = False) -> str:
    """Write a position or claim down to quote, source, hash and reviewer."""
    ink = Ink(width, colour)
    if isinstance(trace, ClaimTrace):
        return "\n".join(_trace_lines(trace, ink))
    lines = [
        ink.bold(
            f"{trace.actor} on {trace.proposal}: {trace.position:+.2f}, standard error "
            f"{trace.standard_error:.2f}"
        ),
        *ink.paragraph(trace.formula, "  = "),
    ]
    for claim in trace.claims:
        lines += ["", *_trace_lines(claim, ink)]
    return "\n".join(lines)


def _trace_lines(claim: ClaimTrace, ink: Ink) -> list[str]:
    stance = "none" if claim.stance is None else f"{claim.stance:+.2f}"
    reviewer = (
        f"{claim.decision} by {claim.reviewer}, {claim.when}" if claim.reviewer else "not reviewed"
    )
    return [
        f"{ink.bold(claim.claim)}  {claim.speaker}, stance {stance}, certainty "
        f"{claim.certainty:.2f}",
        *ink.paragraph(claim.words, "    words     "),
        *ink.paragraph("; ".join(claim.quotes) or "none", "    quotes    "),
        *ink.paragraph(
            f"{claim.source}{' ' + claim.url if claim.url else ''}, code points {claim.start} to "
            f"{claim.end}",
            "    source    ",
        ),
        f"    sha256    {claim.source_sha256}",
        *ink.paragraph(f"{reviewer}; found by the rule {claim.rule}", "    reviewer  "),
    ]


def coded_text(found: Sequence[Traced], width: int = 80, colour: bool = False) -> str:
    """Write coded positions of a scenario with quote, source, hash and reviewer."""
    ink = Ink(width, colour)
    lines: list[str] = []
    for one in found:
        said = one.position
        about = said.option or said.issue
        by = f", as told by {said.reported_by}" if said.reported_by else ""
        seen = (
            f"{one.decision} by {one.reviewer}, {one.when}" if one.reviewer else "not reviewed yet"
        )
        lines += [
            f"{ink.bold(one.id)}  {said.actor} on {about}, {said.date}: {said.stance:+.2f}{by}",
            *ink.paragraph(said.gist, "    says      "),
            *ink.paragraph(said.quote or "none kept", "    quote     "),
            *ink.paragraph(
                f"{one.source.get('title', one.source['id'])} {one.source.get('url', '')}".strip(),
                "    source    ",
            ),
            *ink.paragraph(one.sha256 or f"none: {one.reason}", "    sha256    "),
            f"    coding    sha256 {one.coding_sha256}",
            *ink.paragraph(seen, "    reviewer  "),
            "",
        ]
    return "\n".join(lines)


def item_text(item: Item, width: int = 80, colour: bool = False) -> str:
    """Write one claim of the queue with the text around it."""
    ink = Ink(width, colour)
    text, span = item.reading.text, item.claim.span
    start, end = max(0, span.start - _CONTEXT), min(len(text), span.end + _CONTEXT)
    around = f"{text[start : span.start]}>>{span.of(text)}<<{text[span.end : end]}"
    without = "" if item.without is None else f"; without it the position is {item.without:+.2f}"
    return "\n".join(
        [
            "",
            ink.bold(f"{item.id}  effect {item.effect:.3f}{without}"),
            *_claim_lines(item.reading, item.claim, ink)[:1],
            *ink.paragraph(around, "    "),
        ]
    )
