"""Findings in a terminal: who must, may or must not do what, by when, why, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable

from servanda.domain.finding import Finding, Trace
from servanda.report.terminal import Ink, clean
from servanda.report.words import finding_word, plain, plural

__all__ = ["findings_table"]

_TRUTH = {"true": "yes", "false": "no", "unknown": "not known", "open": "left open"}
_MANY = 8


def findings_table(
    findings: Iterable[Finding],
    width: int = 80,
    colour: bool = False,
    *,
    trace: bool = False,
    title: str | None = None,
) -> str:
    """Draw findings as ``servanda assess`` prints them, grouped by incident.

    Args:
        findings: what the obligations engine said.
        width: columns of the terminal.
        colour: whether escape codes may be used.
        trace: also print the reasoning, indented.
        title: a heading, for example the incident in words.
    """
    ink = Ink(width, colour)
    lines = [ink.bold(clean(title))] if title else []
    groups: dict[tuple[str, str | None], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.incident, finding.as_of), []).append(finding)
    for (incident, as_of), found in groups.items():
        when = f", as known on {as_of}" if as_of else ""
        lines += ["", ink.bold(clean(f"{incident}{when}: {plural(len(found), 'finding')}"))]
        for finding in found:
            lines += _one(finding, ink, trace)
    if not groups:
        lines.append("No provision of these texts speaks to this incident.")
    return "\n".join(lines).lstrip("\n")


def _one(finding: Finding, ink: Ink, trace: bool) -> list[str]:
    mark, word, meaning = finding_word(finding.finding)
    head = f"{mark} {word:<12} {finding.instrument}, {plain(finding.provision)}"
    lines = [ink.bold(part) for part in ink.paragraph(head, "", "    ")]
    lines += [ink.dim(part) for part in ink.paragraph(meaning, "    ")]
    for label, text in _facts(finding):
        lines += ink.paragraph(text, f"    {label:<9} ", " " * 14)
    if trace and finding.trace is not None:
        lines += _trace(finding.trace, ink, 2)
    return lines


def _facts(finding: Finding) -> list[tuple[str, str]]:
    due = f"{finding.due} (stated)" if finding.due else ""
    soft = f"{finding.due_soft} (no clock in the text)" if finding.due_soft else ""
    act = ", ".join(plain(token) for token in finding.act)
    facts = [
        ("bound", _named(finding.bearers)),
        ("may act", _named(finding.holder)),
        ("to do", act + (f", {plain(finding.force)}" if finding.force else "")),
        ("by", due or soft),
        ("because", ", ".join(plain(token) for token in finding.why)),
        ("missing", ", ".join(plain(token) for token in finding.missing)),
    ]
    for reading in finding.readings:
        by = f" ({reading.by})" if reading.by else ""
        note = f"; {reading.note}" if reading.note else ""
        word = finding_word(reading.finding)[1]
        facts.append(("reading", f"{plain(reading.reading)}{by}: {word}{note}"))
    for version, found in finding.by_version.items():
        facts.append(("version", f"{plain(version)}: {finding_word(found)[1]}"))
    return [(label, text) for label, text in facts if text]


def _named(actors: tuple[str, ...]) -> str:
    if len(actors) <= _MANY:
        return ", ".join(actors)
    return f"{', '.join(actors[:_MANY])} and {plural(len(actors) - _MANY, 'other')}"


def _trace(node: Trace, ink: Ink, level: int) -> list[str]:
    indent = "  " * level
    answer = _TRUTH.get(node.truth, node.truth)
    text = f"{node.label}: {answer}"
    if node.root:
        text += f" [{plain(node.root)}]"
    if node.missing:
        text += f"; missing {', '.join(plain(token) for token in node.missing)}"
    lines = ink.paragraph(text, f"{indent}- ", f"{indent}  ")
    if node.clause:
        lines += [ink.dim(part) for part in ink.paragraph(f"text: {node.clause}", f"{indent}  ")]
    if node.facts:
        facts = "; ".join(
            f"{plain(k)} = {'not known' if v is None else v}" for k, v in node.facts.items()
        )
        lines += [ink.dim(part) for part in ink.paragraph(facts, f"{indent}  ")]
    if node.note:
        lines += [ink.dim(part) for part in ink.paragraph(node.note, f"{indent}  ")]
    for child in node.children:
        lines += _trace(child, ink, level + 1)
    return lines
