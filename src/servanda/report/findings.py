"""Findings in a terminal: who must, may or must not do what, by when, why, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from servanda.domain.actor import Actor
from servanda.domain.finding import Finding, Trace
from servanda.obligations import explain
from servanda.obligations.changes import Change
from servanda.obligations.flips import Flip
from servanda.report.terminal import Ink, clean
from servanda.report.words import finding_word, plain, plural

__all__ = ["fact_text", "findings_table", "flip_text", "named"]

_TRUTH = {"true": "yes", "false": "no", "unknown": "not known", "open": "left open"}
_NEEDS = {
    "reading": "no fact settles it; an agreed reading would: ",
    "slot": "no fact settles it; the text would have to say: ",
    "text": "no fact settles it; the text never bound: ",
}
_MANY = 8
Actors = Mapping[str, Actor]


def findings_table(
    findings: Iterable[Finding],
    width: int = 80,
    colour: bool = False,
    *,
    trace: bool = False,
    title: str | None = None,
    flips: Sequence[Sequence[Flip]] = (),
    actors: Actors | None = None,
    titles: Mapping[str, str] | None = None,
) -> str:
    """Draw findings as ``servanda assess`` prints them, grouped by incident.

    Args:
        findings: what the obligations engine said.
        width: columns of the terminal.
        colour: whether escape codes may be used.
        trace: also print the reasoning, indented.
        title: a heading, for example the incident in words.
        flips: finding by finding, the smallest changes of facts that change it.
        actors: registry, to write actors by name.
        titles: titles of incidents by identifier.
    """
    ink = Ink(width, colour)
    known = actors or {}
    lines = [ink.bold(clean(title))] if title else []
    groups: dict[tuple[str, str | None], list[tuple[Finding, Sequence[Flip]]]] = {}
    turned = list(flips)
    for number, finding in enumerate(findings):
        more = turned[number] if number < len(turned) else ()
        groups.setdefault((finding.incident, finding.as_of), []).append((finding, more))
    for (incident, as_of), found in groups.items():
        when = f", as known on {as_of}" if as_of else ""
        head = f"{incident}{when}: {plural(len(found), 'finding')}"
        lines += ["", *(ink.bold(part) for part in ink.paragraph(head))]
        if (titles or {}).get(incident):
            lines += ink.paragraph((titles or {})[incident])
        for finding, more in found:
            lines += _one(finding, ink, known)
            told = [flip_text(f, known) for f in more]
            if turned and not more:
                told = ["none of the changes tried, of up to three facts, changes it"]
            lines += [s for text in told for s in ink.paragraph(text, _FLIPS, _HANG)]
            if trace and finding.trace is not None:
                lines += _trace(finding.trace, ink, 2, known)
    if not groups:
        lines.append("No provision of these texts speaks to this incident.")
    return "\n".join(lines).lstrip("\n")


_FLIPS, _HANG = "    flips     ", " " * 14


def _one(finding: Finding, ink: Ink, actors: Actors) -> list[str]:
    mark, word, _ = finding_word(finding.finding)
    head = f"{mark} {word:<12} {finding.instrument}, {plain(finding.provision)}"
    lines = [ink.bold(part) for part in ink.paragraph(head, "", "    ")]
    said = explain(finding, actors=actors)
    lines += [ink.dim(part) for part in ink.paragraph(said, "    ")]
    for label, text in _facts(finding, actors):
        lines += ink.paragraph(text, f"    {label:<9} ", _HANG)
    return lines


def _facts(finding: Finding, actors: Actors) -> list[tuple[str, str]]:
    due = f"{finding.due} (stated)" if finding.due else ""
    soft = f"{finding.due_soft} (where possible)" if finding.due_soft else ""
    act = ", ".join(plain(token) for token in finding.act)
    facts = [
        ("bound", named(finding.bearers, actors)),
        ("may act", named(finding.holder, actors)),
        ("not to" if finding.mode == "restraint" else "to do", act + _force(act, finding)),
        ("by", due or soft),
        ("decides", _decides(finding)),
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


def _force(act: str, finding: Finding) -> str:
    return f", {plain(finding.force)}" if act and finding.force else ""


def _decides(finding: Finding) -> str:
    """Write who decides what follows, by which rule, and how far that has come."""
    decision = finding.decision
    state = decision.get("state")
    if state is None or finding.finding in ("not_triggered", "not_in_force", "lapsed"):
        return ""
    organs = ", ".join(plain(str(organ)) for organ in decision.get("organ", ()))
    rule = f" by {plain(str(decision['rule']))}" if decision.get("rule") else ""
    return f"{organs}{rule}: {state}"


def named(names: Sequence[str], actors: Actors, most: int = _MANY) -> str:
    """Write actors by name, the first few of many.

    Examples:
        >>> named(["AAA", "BBB", "CCC"], {"AAA": Actor(id="AAA", name="Aland")}, most=2)
        'Aland, BBB and 1 other'
    """
    shown = [actors[name].name if name in actors else name for name in names]
    if len(shown) <= most:
        return ", ".join(shown)
    return f"{', '.join(shown[:most])} and {plural(len(shown) - most, 'other')}"


def flip_text(flip: Flip, actors: Actors) -> str:
    """Say a smallest change of facts in words, or why none helps.

    Examples:
        >>> one = Flip("not_triggered", "triggered", (Change("target", "SWE", "FIN"),))
        >>> flip_text(one, {})
        'to duty, if the target were FIN instead of SWE'
    """
    if flip.needs != "facts":
        return _NEEDS[flip.needs] + ", ".join(plain(name) for name in flip.settled_by)
    parts = [_change(change, actors) for change in flip.changes]
    word = "no duty" if flip.after == "not_triggered" else finding_word(flip.after or "")[1]
    return f"to {word}, if {' and '.join(parts)}"


def _change(change: Change, actors: Actors) -> str:
    name = plain(change.fact)
    new = fact_text(change.new, actors)
    old = fact_text(change.old, actors)
    if new in ("yes", "no"):
        return f"{name} were {new} (now {old})"
    if isinstance(change.old, Mapping) or change.old is None:
        return f"the {name} were {new} (now {old})"
    return f"the {name} were {new} instead of {old}"


def fact_text(value: Any, actors: Actors | None = None) -> str:
    """Write the value of a fact in words: lists and groups spelt out, actors by name.

    Examples:
        >>> fact_text({"sovereign": "disputed", "region": ["south_atlantic"]}), fact_text(True)
        ('sovereign disputed, region south atlantic', 'yes')
    """
    known = actors or {}
    if value in (None, "unknown"):
        return "not known"
    if value in (True, "true"):
        return "yes"
    if value in (False, "false"):
        return "no"
    if isinstance(value, Mapping):
        return _group_text(value, known)
    if isinstance(value, (list, tuple)):
        return ", ".join(fact_text(item, known) for item in value) or "nothing"
    text = str(value)
    if isinstance(value, float) and value.is_integer():
        text = str(int(value))
    return known[text].name if text in known else plain(text)


def _group_text(value: Mapping[str, Any], actors: Actors) -> str:
    """Write a group of facts: what it is first, then its keys; one owner and holder once."""
    rest = {str(k): v for k, v in value.items() if v not in (None, (), [])}
    head = ""
    for key in ("what", "name"):
        if key in rest:
            head = fact_text(rest.pop(key), actors)
            break
    if "sovereign" in rest and rest.get("administered_by") == rest["sovereign"]:
        owner = fact_text(rest.pop("administered_by"), actors)
        rest = {"on land of": owner} | {k: v for k, v in rest.items() if k != "sovereign"}
    told = [f"{plain(k)} {fact_text(v, actors)}" for k, v in rest.items()]
    return ", ".join([head, *told] if head else told)


def _trace(node: Trace, ink: Ink, level: int, actors: Actors) -> list[str]:
    """Write a node and what stands under it: the question and its answer, then text and facts."""
    indent = "  " * level
    answer = _TRUTH.get(node.truth, node.truth)
    text = f"{plain(node.label)}: {answer}"
    if node.roots and node.truth != "true" and not node.children:
        text += f" [{plain(', '.join(node.roots))}]"
    if node.missing and node.truth in ("unknown", "open"):
        text += f"; missing {', '.join(plain(token) for token in node.missing)}"
    lines = ink.paragraph(text, f"{indent}- ", f"{indent}  ")
    told = [f"{plain(k)} = {fact_text(v, actors)}" for k, v in node.facts.items() if v != ""]
    if node.clause:
        told.insert(0, f"text: {node.clause}")
    if told:
        lines += [ink.dim(part) for part in ink.paragraph("; ".join(told), f"{indent}  ")]
    if node.note:
        lines += [ink.dim(part) for part in ink.paragraph(node.note, f"{indent}  ")]
    for child in node.children:
        lines += _trace(child, ink, level + 1, actors)
    return lines
