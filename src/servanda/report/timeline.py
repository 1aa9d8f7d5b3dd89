"""A timeline of duties in a terminal: one row a duty, columns of time, deadlines marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from servanda.domain.finding import Finding
from servanda.domain.moment import Moment
from servanda.obligations.lifecycle import Duty
from servanda.report.findings import Actors, named
from servanda.report.terminal import Ink, fit
from servanda.report.words import finding_word, plain, plural
from servanda.study.stream import Stream

__all__ = ["stream_text", "timeline"]

_LABEL = 30
_MOST = 40
_LINE = {"live": "─", "due": "═", "standing": "·"}
_MARKS = {
    "live": "├",
    "due": "◆",
    "met": "✓",
    "exercised": "✓",
    "breached": "✕",
    "released": "○",
    "lapsed": "∅",
    "standing": "·",
    "dormant": "╌",
}
#: What a reader looks for first.
_RANK = ("due", "breached", "live", "lapsed", "released", "met", "exercised", "standing", "dormant")
KEY = "├─ live   ◆═ due   ◇ deadline ahead   ✓ met or used   ✕ breached   ○ released   ∅ lapsed"


def stream_text(
    stream: Stream,
    width: int = 80,
    colour: bool = False,
    *,
    actors: Actors | None = None,
    most: int = _MOST,
) -> str:
    """Draw what ``servanda assess incidents.csv`` prints: counts, the timeline, what is left over.

    Args:
        stream: what came of the stream.
        width: columns of the terminal.
        colour: whether escape codes may be used.
        actors: registry, to write actors by name.
        most: how many duties the timeline shows.
    """
    ink = Ink(width, colour)
    lines = _counts(stream.findings, ink)
    lines += ["", timeline(stream.duties, stream.until, width, colour, actors=actors, most=most)]
    changed = _changes(stream.findings)
    if changed:
        lines += ["", ink.bold("Findings that changed as more became known")]
        lines += [s for text in changed[:most] for s in ink.paragraph(text, "  ", "    ")]
        lines += [f"  and {len(changed) - most:,} more"] if len(changed) > most else []
    if stream.untouched:
        lines += ["", ink.bold("Records that changed nothing")]
        told = [f"{name}: {why}" for name, why in stream.untouched]
        lines += [s for text in told[:most] for s in ink.paragraph(text, "  ", "    ")]
        lines += [f"  and {len(told) - most:,} more"] if len(told) > most else []
    return "\n".join(lines)


def _counts(findings: Sequence[Finding], ink: Ink) -> list[str]:
    """Count the findings of each text by their word."""
    counted: dict[str, Counter[str]] = {}
    for finding in findings:
        counted.setdefault(finding.instrument, Counter())[finding.finding] += 1
    head = f"{plural(len({f.incident for f in findings}), 'incident')}, "
    head += plural(len(findings), "finding")
    lines = [ink.bold(head)]
    for name, words in counted.items():
        told = ", ".join(f"{finding_word(w)[1]} {n:,}" for w, n in words.most_common())
        lines += ink.paragraph(f"{name}: {told}", "  ", "    ")
    return lines


def _changes(findings: Iterable[Finding]) -> list[str]:
    """Write each finding that later knowledge turned into another."""
    told: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        told.setdefault((finding.incident, finding.instrument, finding.provision), []).append(
            finding
        )
    return [
        f"{incident}, {text} {plain(provision)}: "
        + ", ".join(f"{finding_word(f.finding)[1]}{_known(f)}" for f in versions)
        for (incident, text, provision), versions in told.items()
        if len({f.finding for f in versions}) > 1
    ]


def _known(finding: Finding) -> str:
    return f" ({finding.as_of})" if finding.as_of else ""


def timeline(
    duties: Iterable[Duty],
    until: Moment | None,
    width: int = 80,
    colour: bool = False,
    *,
    actors: Actors | None = None,
    most: int = _MOST,
) -> str:
    """Draw the lives of duties over time, the ones that call for something first.

    Args:
        duties: lives, as `servanda.study.stream.stream` returns them.
        until: the day to which time has passed.
        width: columns of the terminal.
        colour: whether escape codes may be used.
        actors: registry, to write actors by name.
        most: how many duties are drawn; the rest is counted.
    """
    ink = Ink(width, colour)
    lived = [d for d in duties if any(t.state not in ("dormant", "standing") for t in d.history)]
    lived.sort(key=lambda d: _RANK.index(d.state))
    if not lived:
        return "No duty came alive."
    shown = lived[:most]
    first, last = _span(shown, until)
    room = max(20, width - _LABEL - 2)
    lines = [ink.bold(f"Duties from {_day(first)} to {_day(last)}")]
    lines += [ink.dim(part) for part in ink.paragraph(KEY)]
    lines.append(fit("", _LABEL) + "  " + _axis(first, last, room))
    for duty in shown:
        name = f"{duty.instrument} {plain(duty.provision)}"
        lines.append(f"{fit(name, _LABEL)}  {_bar(duty, first, last, until, room)}".rstrip())
        lines += [ink.dim(part) for part in ink.paragraph(_story(duty, actors or {}), "    ")]
    if len(lived) > most:
        more = Counter(d.state for d in lived[most:])
        told = ", ".join(f"{state} {count:,}" for state, count in more.most_common())
        lines += ink.paragraph(f"and {len(lived) - most:,} more ({told}); --json has them all")
    return "\n".join(lines)


def _story(duty: Duty, actors: Actors) -> str:
    last = next(turn for turn in reversed(duty.history) if turn.record not in duty.aside)
    when = f" since {duty.since}" if duty.since else ""
    who = named(duty.bearers, actors, most=3)
    text = f"{duty.incident}; {who}: {duty.state}{when}, {last.because}"
    if duty.state == "live" and (duty.due or duty.due_soft):
        soft = "" if duty.due else " where possible"
        text += f"; deadline {duty.due or duty.due_soft}{soft}"
    return text


def _span(duties: Sequence[Duty], until: Moment | None) -> tuple[datetime, datetime]:
    """Return the stretch of time to draw: all turns, deadlines ahead, and the present."""
    points = [_at(t.at) for d in duties for t in d.history if t.at]
    points += [_at(text) for d in duties for text in (d.due, d.due_soft) if text]
    if until is not None:
        points.append(until.latest)
    first = min(points, default=datetime(1970, 1, 1, tzinfo=UTC))
    last = max(points, default=first)
    return first, max(last, first + timedelta(hours=1))


def _at(text: str | None) -> datetime:
    return datetime.min.replace(tzinfo=UTC) if text is None else Moment(text).earliest


def _column(when: datetime, first: datetime, last: datetime, room: int) -> int:
    share = (when - first) / (last - first)
    return min(room - 1, max(0, int(share * (room - 1))))


def _bar(duty: Duty, first: datetime, last: datetime, until: Moment | None, room: int) -> str:
    cells = [" "] * room
    now = last if until is None else until.latest
    ends = [*(_at(t.at) for t in duty.history[1:]), now]
    for turn, end in zip(duty.history, ends, strict=True):
        line = _LINE.get(turn.state)
        start = _column(_at(turn.at), first, last, room)
        if line is not None:
            for place in range(start, _column(end, first, last, room) + 1):
                cells[place] = line
    previous = ""
    for turn in duty.history:
        if turn.state != previous:
            cells[_column(_at(turn.at), first, last, room)] = _MARKS.get(turn.state, "?")
        previous = turn.state
    ahead = duty.due or duty.due_soft
    if duty.state == "live" and ahead:
        cells[_column(_at(ahead), first, last, room)] = "◇"
    return "".join(cells)


def _axis(first: datetime, last: datetime, room: int) -> str:
    """Write days under which the bars stand, as many as fit."""
    cells = [" "] * room
    hours = last - first <= timedelta(days=2)
    size = 18 if hours else 12
    for number in range(max(2, room // size)):
        place = number * (room - 1) // max(1, room // size)
        when = first + (last - first) * (place / (room - 1))
        text = when.strftime("%m-%d %H:%M") if hours else when.strftime("%Y-%m-%d")
        if place + len(text) <= room:
            cells[place : place + len(text)] = text
    return "".join(cells).rstrip()


def _day(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M")
