"""Who owes what: incidents by options, each cell a summary of its findings, each with its trace.

The same provision in the same incident is traced once, however many options contain it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from servanda.report.names import actor_names
from servanda.report.words import FINDING_WORDS, finding_word, letters, plain, plural
from servanda.study.result import Comparison, DutyCell

__all__ = ["Board", "BoardCell", "Line", "Step", "board", "trace_step"]

_ORDER = {finding: rank for rank, finding in enumerate(FINDING_WORDS)}
_ASKS = {
    klass: "act" for klass in ("binding", "discretionary", "political", "mandate", "permitted")
} | {"consult": "consult"}
_QUIET = {"not_triggered", "not_in_force", "lapsed"}
_TRUTH = {
    "true": ("✓", "yes"),
    "false": ("✗", "no"),
    "unknown": ("?", "not known"),
    "contested": ("≠", "contested"),
    "open": ("…", "left open by the text"),
}


@dataclass(frozen=True)
class Line:
    """One finding in a cell, in words, with the number of its trace where there is one."""

    phase: str
    where: str
    mark: str
    word: str
    klass: str
    says: str
    bearers: str
    due: str
    missing: str
    why: str
    quiet: bool
    trace: int | None


@dataclass(frozen=True)
class BoardCell:
    """What one option asks for in one incident: a line for each phase, and the findings."""

    number: int
    title: str
    summary: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # phase, (mark, words)
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Step:
    """One step of a trace as it is printed."""

    depth: int
    mark: str
    truth: str
    label: str
    clause: str
    facts: str
    root: str
    missing: str
    note: str
    children: tuple[Step, ...] = ()


@dataclass
class Board:
    """The matrix: columns are options, rows incidents; traces are numbered."""

    columns: tuple[tuple[str, str], ...]
    rows: list[tuple[str, str, tuple[BoardCell | None, ...]]] = field(default_factory=list)
    traces: list[tuple[str, Step]] = field(default_factory=list)
    shortened: bool = False


def board(comparison: Comparison, steps: int) -> Board | None:
    """Arrange the findings of all options over all incidents.

    Args:
        comparison: the result.
        steps: how many steps of reasoning may be printed in all; inner steps are left out, and
            the board says so, where there are more.
    """
    if not comparison.duties:
        return None
    names = letters(comparison)
    made = Board(tuple((mark, comparison.options[key].title) for key, mark in names.items()))
    numbers = _number_traces(comparison.duties, made, steps)
    actors = actor_names(comparison)
    count = 0
    for incident, title in _incidents(comparison):
        cells: list[BoardCell | None] = []
        for key, mark in names.items():
            found = [d for d in comparison.duties if d.option == key and d.incident == incident]
            if not found:
                cells.append(None)
                continue
            head = f"{mark} {comparison.options[key].title}: {title}"
            cells.append(_cell(count, head, found, numbers, actors))
            count += 1
        made.rows.append((title, _facts(comparison, incident), tuple(cells)))
    return made


def _incidents(comparison: Comparison) -> list[tuple[str, str]]:
    titles = {str(row.get("id")): str(row.get("title") or "") for row in comparison.incidents}
    seen = dict.fromkeys(duty.incident for duty in comparison.duties)
    order = [key for key in titles if key in seen] + [key for key in seen if key not in titles]
    return [(key, titles.get(key) or plain(key)) for key in order]


def _facts(comparison: Comparison, incident: str) -> str:
    for row in comparison.incidents:
        if row.get("id") == incident:
            parts = ["supposed" if row.get("hypothetical") else "", str(row.get("date") or "")[:10]]
            parts.append(plain(str(row["crisis"])) if row.get("crisis") else "")
            return ", ".join(part for part in parts if part)
    return ""


def _cell(
    number: int,
    title: str,
    found: Sequence[DutyCell],
    numbers: dict[tuple[str, ...], int],
    actors: dict[str, str],
) -> BoardCell:
    phases: dict[str, list[DutyCell]] = {}
    for duty in found:
        phases.setdefault(duty.phase, []).append(duty)
    summary = _summary({phase: _by_ask(duties) for phase, duties in phases.items()})
    lines = sorted((_line(duty, numbers, actors) for duty in found), key=lambda line: line.quiet)
    return BoardCell(number, title, summary, tuple(lines))


def _summary(
    phases: dict[str, tuple[tuple[str, str], ...]],
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Name the phases only where they differ."""
    if len(set(phases.values())) == 1:
        return (("", next(iter(phases.values()))),)
    return tuple(phases.items())


def _by_ask(duties: Sequence[DutyCell]) -> tuple[tuple[str, str], ...]:
    """The strongest finding on acting, on consulting and on the rest, quiet ones only if alone."""
    asks: dict[str, list[DutyCell]] = {}
    for duty in duties:
        asks.setdefault(_ASKS.get(duty.klass, ""), []).append(duty)
    tops = {ask: min(asks[ask], key=_rank) for ask in ("act", "consult", "") if ask in asks}
    loud = {ask: duty for ask, duty in tops.items() if duty.finding not in _QUIET}
    kept = loud or dict([min(tops.items(), key=lambda item: _rank(item[1]))])
    lines = []
    for ask, top in kept.items():
        mark, word, _ = finding_word(top.finding)
        if ask and ask in loud:
            short_word = word.removeprefix("duty").lstrip(", ")
            word = f"{ask}, {short_word}" if short_word else ask
        bearers = len(set(top.bearers)) if top.finding not in _QUIET else 0
        lines.append((mark, word + (f" ({bearers})" if bearers else "")))
    return tuple(lines)


def _rank(duty: DutyCell) -> tuple[int, int]:
    """The strongest finding first; a duty to act outranks a duty to consult."""
    weight = {"binding": 0, "discretionary": 1, "political": 2, "mandate": 2, "consult": 3}
    return _ORDER.get(duty.finding, 50), weight.get(duty.klass, 4)


def _line(duty: DutyCell, numbers: dict[tuple[str, ...], int], actors: dict[str, str]) -> Line:
    mark, word, _ = finding_word(duty.finding)
    bearers = ", ".join(actors.get(actor, actor) for actor in duty.bearers[:8])
    if len(duty.bearers) > 8:
        bearers += f" and {plural(len(duty.bearers) - 8, 'other')}"
    return Line(
        phase=duty.phase,
        where=f"{duty.instrument}, {plain(duty.provision)}",
        mark=mark,
        word=word,
        klass=plain(duty.klass),
        says=duty.says,
        bearers=bearers,
        due=duty.due or "",
        missing=", ".join(plain(token) for token in duty.missing),
        why=", ".join(plain(token) for token in duty.why),
        quiet=duty.finding in _QUIET,
        trace=numbers.get(_same(duty)),
    )


def _same(duty: DutyCell) -> tuple[str, ...]:
    return duty.incident, duty.instrument, duty.provision, duty.finding


def _number_traces(
    duties: Iterable[DutyCell], made: Board, steps: int
) -> dict[tuple[str, ...], int]:
    """Number each distinct trace and cut all of them at the depth that keeps to ``steps``."""
    kept: dict[tuple[str, ...], DutyCell] = {}
    for duty in duties:
        if duty.trace and _same(duty) not in kept:
            kept[_same(duty)] = duty
    depth = next(
        (d for d in (12, 6, 4, 3, 2, 1) if sum(_size(x.trace, d) for x in kept.values()) <= steps),
        0,
    )
    made.shortened = depth < 12 and any(
        _size(x.trace, 12) > _size(x.trace, depth) for x in kept.values()
    )
    if depth == 0:
        return {}
    numbers = {}
    for same, duty in kept.items():
        title = f"{duty.instrument}, {plain(duty.provision)}: {finding_word(duty.finding)[1]}"
        numbers[same] = len(made.traces)
        made.traces.append((title, _step(duty.trace or {}, 0, depth)))
    return numbers


def _children(node: dict[str, Any]) -> list[dict[str, Any]]:
    found = node.get("children") or ()
    return [child for child in found if isinstance(child, dict)]


def _size(node: dict[str, Any] | None, depth: int) -> int:
    if not node or depth == 0:
        return 0
    return 1 + sum(_size(child, depth - 1) for child in _children(node))


def trace_step(trace: dict[str, Any], depth: int = 12) -> Step:
    """Return a published trace in the words of the report, down to a depth."""
    return _step(trace, 0, depth)


def _step(node: dict[str, Any], level: int, depth: int) -> Step:
    mark, truth = _TRUTH.get(str(node.get("truth")), ("·", plain(str(node.get("truth") or ""))))
    facts = node.get("facts") or {}
    inner = _children(node) if level + 1 < depth else []
    return Step(
        depth=level,
        mark=mark,
        truth=truth,
        label=str(node.get("label") or ""),
        clause=str(node.get("clause") or ""),
        facts="; ".join(f"{plain(str(k))}: {_fact(v)}" for k, v in facts.items()),
        root=", ".join(plain(str(root)) for root in node.get("roots") or ()),
        missing=", ".join(plain(str(token)) for token in node.get("missing") or ()),
        note=str(node.get("note") or ""),
        children=tuple(_step(child, level + 1, depth) for child in inner),
    )


def _fact(value: Any) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(_fact(item) for item in value)
    return plain(str(value))
