"""A battery of cases in a terminal and as JUnit XML."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import Any

from servanda.report.terminal import Ink, clean
from servanda.report.words import percent, plain, plural
from servanda.study.agreement import Difference, Held, Tally, uncompared
from servanda.study.battery import Battery, CaseOutcome

__all__ = ["battery_text", "junit_xml"]

_WORDS = {
    "why": "reason",
    "missing": "missing",
    "bearers": "who is bound",
    "bearer_count": "how many are bound",
    "due": "due",
    "due_soft": "due (no clock in the text)",
    "by": "by whom",
    "holder": "who may act",
    "by_version": "by each side's account",
}


def battery_text(
    battery: Battery, width: int = 80, colour: bool = False, *, every: bool = False
) -> str:
    """Draw a battery as ``servanda test`` prints it: cases, what differed, the counts.

    Args:
        battery: what was run.
        width: columns of the terminal.
        colour: whether escape codes may be used.
        every: also list the cases that passed; else only those that did not.
    """
    ink = Ink(width, colour)
    lines: list[str] = []
    for tested in battery.cases:
        if every or not tested.passed:
            lines += _case(tested, ink)
    if lines:
        lines.append("")
    return "\n".join([*lines, *_summary(battery, ink)])


def _case(tested: CaseOutcome, ink: Ink) -> list[str]:
    mark = "pass" if tested.passed else "FAIL"
    head = f"{mark}  {tested.case.id}: {tested.case.title}"
    shown = ink.paragraph(head, "", "      ")
    lines = shown if tested.passed else [ink.bold(line) for line in shown]
    if not tested.passed:
        lines += [ink.dim(part) for part in ink.paragraph(tested.file, "      ")]
    if tested.trouble:
        lines += ink.paragraph(f"{tested.trouble}: the case lists no finding", "      - ")
    for item in tested.held:
        lines += _held(item, ink)
    return lines


def _held(item: Held, ink: Ink) -> list[str]:
    where = f"{item.expected.instrument}, {plain(item.expected.provision)}"
    if item.expected.as_of:
        where += f", as known on {item.expected.as_of}"
    if item.trouble:
        return ink.paragraph(f"{where}: {item.trouble}", "      - ", "        ")
    lines: list[str] = []
    if item.differences:
        lines += ink.paragraph(f"{where}:", "      - ", "        ")
    for difference in item.differences:
        lines += ink.paragraph(_words(difference), "        ", "          ")
    if item.further:
        also = ", ".join(plain(word) for word in item.further)
        text = f"{where}: the engine gives a further reason ({also})"
        lines += [ink.dim(part) for part in ink.paragraph(text, "      - ", "        ")]
    return lines


def _words(difference: Difference) -> str:
    found, expected = _value(difference.found), _value(difference.expected)
    what = _WORDS.get(difference.what, difference.what)
    return f"{what}: found {found}, expected {expected}"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{plain(k)}: {plain(str(v))}" for k, v in value.items()) or "nothing"
    if isinstance(value, list):
        return ", ".join(value) or "nothing"
    return "nothing" if value is None else str(value)


def _summary(battery: Battery, ink: Ink) -> list[str]:
    items = [h for c in battery.cases for h in c.held]
    passed = sum(c.passed for c in battery.cases)
    met = sum(h.agrees for h in items)
    head = (
        f"cases passed: {passed} of {len(battery.cases)}; expectations met: {met} of {len(items)}."
    )
    lines = [ink.bold(head)] if battery.cases else [ink.bold("No case could be read.")]
    for line in _counts(battery.tally):
        lines += ink.paragraph(line, "  ")
    remarks = Counter(name for h in items for name in uncompared(h.expected))
    if remarks:
        named = ", ".join(f"{plain(k.rstrip('_'))} ({n})" for k, n in sorted(remarks.items()))
        lines += ink.paragraph(f"stated but not compared: {named}", "  ", "    ")
    if battery.errors:
        lines += ink.paragraph(f"{plural(len(battery.errors), 'error')} in the files", "  ")
    return lines


def _counts(tally: Tally) -> list[str]:
    share = percent(tally.exact / tally.items) if tally.items else "no finding expected"
    lines = [f"findings exact: {tally.exact} of {tally.items} ({share})"]
    if tally.rooted:
        lines.append(f"a root reason right: {tally.right_roots} of {tally.rooted} with one stated")
    if tally.overlap is not None:
        lines.append(f"mean overlap of what is missing (Jaccard): {tally.overlap:.2f}")
    lines.append(f"too sure (expected contested or undetermined): {_list(tally.too_sure)}")
    lines.append(f"false alarms (a duty or breach where none is expected): "
                 f"{_list(tally.false_alarms)}")  # fmt: skip
    return lines


def _list(names: tuple[str, ...]) -> str:
    return f"{len(names)}" + (f": {'; '.join(names)}" if names else "")


def junit_xml(battery: Battery) -> str:
    """Write a battery as JUnit XML: a suite with one test case for each expectation.

    A case that expects nothing is a failure; files that could not be read are errors of the suite.
    """
    items = [(c, h) for c in battery.cases for h in c.held]
    empty = [c for c in battery.cases if c.trouble]
    failures = sum(not h.agrees for _, h in items) + len(empty)
    counts = (
        f'tests="{len(items) + len(empty) + len(battery.errors)}" failures="{failures}" '
        f'errors="{len(battery.errors)}"'
    )
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {counts}>",
        f'<testsuite name="servanda test" {counts}>',
    ]
    for tested, item in items:
        lines += _junit_case(tested, item)
    for tested in empty:
        head = (
            f"<testcase classname={_quoted(tested.case.id)} name={_quoted(tested.case.title)} "
            f"file={_quoted(tested.file)}>"
        )
        lines += [head, f"<failure message={_quoted(str(tested.trouble))}/>", "</testcase>"]
    for problem in battery.errors:
        head = f"<testcase classname={_quoted(problem.code)} name={_quoted(problem.place)}>"
        lines += [head, f"<error message={_quoted(problem.message)}/>", "</testcase>"]
    return "\n".join([*lines, "</testsuite>", "</testsuites>", ""])


def _junit_case(tested: CaseOutcome, item: Held) -> list[str]:
    name = item.name.removeprefix(f"{item.case} ")
    head = (
        f"<testcase classname={_quoted(tested.case.id)} name={_quoted(name)} "
        f"file={_quoted(tested.file)}"
    )
    if item.agrees:
        return [f"{head}/>"]
    said = item.trouble or "; ".join(_words(d) for d in item.differences)
    return [f"{head}>", f"<failure message={_quoted(said)}/>", "</testcase>"]


def _quoted(text: str) -> str:
    return f'"{escape(clean(text))}"'
