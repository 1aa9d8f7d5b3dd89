"""Numbers and tokens as an analyst reads them: shares, years, money, findings.

A missing number is written "not computed", never 0. A share is rounded to whole per cents, with
"under 1%" and "over 99%" where rounding would claim certainty.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from textwrap import wrap

from servanda.study.result import Comparison, Estimate, Headline

__all__ = [
    "CAUSE_WORDS",
    "DASH",
    "FINDING_WORDS",
    "MINUS",
    "NOT_COMPUTED",
    "cause_word",
    "finding_word",
    "headline_text",
    "interval_text",
    "letters",
    "money",
    "number_text",
    "percent",
    "plain",
    "plural",
    "short",
    "signed",
    "span",
    "value_text",
    "wrapped",
    "years",
]

NOT_COMPUTED = "not computed"
DASH, MINUS = "\u2013", "\u2212"

# finding -> (mark, short words, what it means); the mark tells them apart without colour
FINDING_WORDS: dict[str, tuple[str, str, str]] = {
    "triggered": ("●", "duty", "the text requires the bearers to act"),
    "breach": ("✕", "breach", "the incident itself breaks a prohibition of the text"),
    "triggered_if": ("◐", "duty, if", "a duty arises if a fact that is not known holds"),
    "contested": ("≠", "contested", "defensible readings of the text differ"),
    "undetermined": ("?", "open", "the text is too thin to say; the open details are listed"),
    "available": ("○", "may invoke", "a power or procedure can be used, nobody is bound to act"),
    "permitted": ("△", "permitted", "acting is allowed, nothing requires it"),
    "limits": ("▬", "limits", "the text narrows what may be done"),
    "not_triggered": (DASH, "none", "the trigger is not met on these facts"),
    "not_in_force": ("∅", "not in force", "the text did not bind at the time"),
    "lapsed": ("∅", "lapsed", "the text had ended at the time"),
}


#: How peace ends, in the words of a table: the causes of the durability engine.
CAUSE_WORDS: dict[str, str] = {
    "attack_held": "attack, defence holds",
    "attack_failed": "attack, defence fails",
    "capitulation": "attack without resistance",
    "escalation": "a probe escalates",
    "provocation": "war begun by the protected state",
    "guarantor_turned": "a guarantor turned attacker",
}


def cause_word(cause: str) -> str:
    """Write a cause in words; an unknown one as it is.

    Examples:
        >>> cause_word("guarantor_turned"), cause_word("sudden_peace")
        ('a guarantor turned attacker', 'sudden peace')
    """
    return CAUSE_WORDS.get(cause, plain(cause))


def plain(token: str) -> str:
    """Write an identifier in words.

    Examples:
        >>> plain("not_in_force")
        'not in force'
    """
    return token.replace("_", " ")


def plural(count: int, noun: str, many: str | None = None) -> str:
    """Count a noun.

    Examples:
        >>> plural(1, "option"), plural(2, "option")
        ('1 option', '2 options')
    """
    return f"{count:,} {noun if count == 1 else (many or noun + 's')}"


def _missing(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def percent(value: float | None) -> str:
    """Write a share as whole per cents without claiming certainty by rounding.

    Examples:
        >>> percent(0.434), percent(0.002), percent(0.9991), percent(0.0), percent(None)
        ('43%', 'under 1%', 'over 99%', '0%', 'not computed')
    """
    if value is None or _missing(value):
        return NOT_COMPUTED
    if 0 < value < 0.005:
        return "under 1%"
    if 0.995 < value < 1:
        return "over 99%"
    return f"{100 * value:.0f}%"


def years(value: float | None) -> str:
    """Write a number of years to one decimal.

    Examples:
        >>> years(11.24)
        '11.2'
    """
    return NOT_COMPUTED if value is None or _missing(value) else f"{value:.1f}"


def money(value: float | None) -> str:
    """Write millions of US dollars a year.

    Examples:
        >>> money(0.0), money(340.4), money(1240.0)
        ('$0', '$340 m', '$1.2 bn')
    """
    if value is None or _missing(value):
        return NOT_COMPUTED
    size = abs(value)
    sign = MINUS if value < 0 else ""
    if size >= 10_000:
        return f"{sign}${size / 1000:,.0f} bn"
    if size >= 1000:
        return f"{sign}${size / 1000:.1f} bn"
    if size == 0:
        return "$0"
    return f"{sign}${size:.0f} m" if size >= 1 else "under $1 m"


def value_text(value: float | None, kind: str) -> str:
    """Write one value of a kind: ``share``, ``years``, ``money`` or ``number``.

    Examples:
        >>> value_text(0.5, "share"), value_text(3.14159, "number")
        ('50%', '3.14')
    """
    if kind == "share":
        return percent(value)
    if kind == "years":
        return years(value)
    if kind == "money":
        return money(value)
    return number_text(value)


def number_text(value: float | None) -> str:
    """Write any number to three significant digits.

    Examples:
        >>> number_text(10400.0), number_text(0.0123), number_text(0.0)
        ('10,400', '0.0123', '0')
    """
    if value is None or _missing(value):
        return NOT_COMPUTED
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        digits = 3 - len(str(int(abs(value))))
        return f"{round(value, digits):,.0f}"
    return f"{value:.3g}"


def interval_text(estimate: Estimate | None, kind: str) -> str:
    """Write the 90% interval over the draws, or nothing where there is none.

    Examples:
        >>> interval_text(Estimate(mean=0.4, p05=0.2, p50=0.4, p95=0.65), "share")
        '20 to 65%'
    """
    if estimate is None or estimate.p05 is None or estimate.p95 is None:
        return ""
    return span(estimate.p05, estimate.p95, kind)


def headline_text(estimate: Estimate | None, kind: str) -> str:
    """Write the mean; as an interval where enough draws have several solutions or none.

    Examples:
        >>> headline_text(Headline(mean=13.0, low=12.5, high=13.5, ranged=True), "years")
        '12.5 to 13.5'
        >>> headline_text(Headline(mean=13.0, low=12.5, high=13.5), "years")
        '13.0'
    """
    if isinstance(estimate, Headline) and estimate.ranged:
        low, high = estimate.low, estimate.high
        if low is not None and high is not None:
            return span(low, high, kind)
    return value_text(None if estimate is None else estimate.mean, kind)


def span(low: float, high: float, kind: str) -> str:
    """Write two values of a kind as a span, the unit once where both have the same.

    Examples:
        >>> span(0.001, 0.9999, "share"), span(47.0, 132.0, "money"), span(1.0, 2.25, "years")
        ('<1 to >99%', '$47 to 132 m', '1.0 to 2.2')
    """
    first, second = (short(value_text(value, kind)) for value in (low, high))
    if first == second:
        return first
    if kind == "share":
        first = first.removesuffix("%")
    if kind == "money" and first[-2:] == second[-2:] and second.startswith("$"):
        return f"{first[:-2].rstrip()} to {second[1:]}"
    return f"{first} to {second}"


def short(text: str) -> str:
    """Shorten "under" and "over" to signs, for narrow cells.

    Examples:
        >>> short("under 1%")
        '<1%'
    """
    return text.replace("under ", "<").replace("over ", ">")


def signed(value: float | None, digits: int = 2) -> str:
    """Write a number with its sign, minus as a minus sign.

    Examples:
        >>> signed(0.5, 1), signed(0.25), signed(-0.04, 1)
        ('+0.5', '+0.25', '0.0')
    """
    if value is None or _missing(value):
        return NOT_COMPUTED
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0.0 else text.replace("-", MINUS)


def finding_word(finding: str) -> tuple[str, str, str]:
    """Look up mark, short words and meaning of a finding; an unknown one is written as it is.

    Examples:
        >>> finding_word("triggered")[1]
        'duty'
    """
    return FINDING_WORDS.get(finding, ("·", plain(finding), plain(finding)))


def letters(comparison: Comparison) -> dict[str, str]:
    """Give each option the letter it carries through table, charts and matrices.

    Versions that a later one replaced come last. After Z follow AA, AB and so on.
    """
    ordered = sorted(comparison.options, key=lambda key: comparison.options[key].superseded)
    return {key: _letter(index) for index, key in enumerate(ordered)}


def _letter(index: int) -> str:
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def wrapped(text: str, width: int, lines: int = 3) -> str:
    r"""Break a label into lines; what does not fit ends in an ellipsis.

    Examples:
        >>> wrapped("Article 5 cover without membership", 18)
        'Article 5 cover\nwithout membership'
    """
    parts: Iterable[str] = wrap(text, width) or [""]
    kept = list(parts)
    if len(kept) > lines:
        kept = [*kept[: lines - 1], kept[lines - 1][: width - 1].rstrip() + "…"]
    return "\n".join(kept)
