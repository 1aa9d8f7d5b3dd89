"""Ranked questions in a terminal: what to ask whom, what hangs on it, how other texts say it."""

from __future__ import annotations

from servanda.domain.finding import Question
from servanda.obligations.open_slots import Move
from servanda.report.terminal import Ink, clean
from servanda.report.words import finding_word, plain, plural
from servanda.study.questioning import Asked, Questions

__all__ = ["questions_text"]

_WHAT = {
    "finding": "whether the case arises",
    "missing": "what it waits for",
    "strength": "how strongly it binds",
    "who": "who is bound",
    "means": "with what means",
    "clock": "by when",
    "rule": "who decides, and how",
}
_SHOWN_INCIDENTS = 4
_FEW = 4


def questions_text(
    asked: Questions, width: int = 80, colour: bool = False, *, top: int | None = None
) -> str:
    """Draw questions as ``servanda questions`` prints them.

    Args:
        asked: the ranked questions.
        width: columns of the terminal.
        colour: whether escape codes may be used.
        top: only the first of them.
    """
    ink = Ink(width, colour)
    titles = {i.id: i.title for i in asked.bank.incidents}
    lines = _head(asked, ink)
    shown = asked.asked[:top]
    silent = False
    for item in shown:
        if item.status == "silent" and not silent:
            silent = True
            lines += ["", ink.bold("The text is silent on these; it does not list them as open:")]
        lines += ["", *_one(item, ink, titles, several=len(asked.instruments) > 1)]
    if not asked.asked:
        lines.append("Nothing is listed as left open.")
    left = len(asked.asked) - len(shown)
    if left:
        lines += ["", ink.dim(f"{plural(left, 'further question')}; --top or --all shows them.")]
    return "\n".join(lines)


def _head(asked: Questions, ink: Ink) -> list[str]:
    to = f" for {asked.addressee}" if asked.addressee else ""
    names = ", ".join(asked.instruments) or "no text"
    lines = ink.paragraph(f"Questions{to} on {names}")
    lines = [ink.bold(line) for line in lines]
    counted = (
        "The worth counts what changes with the answer (whether the case arises, what it waits "
        "for, who is bound, by when), over "
        f"{plural(len(asked.bank.incidents), 'incident')} of {asked.bank.source}."
    )
    return [*lines, *(ink.dim(part) for part in ink.paragraph(counted))]


def _one(item: Asked, ink: Ink, titles: dict[str, str], *, several: bool) -> list[str]:
    question, slot = item.weighed.question, item.weighed.slot
    rank = "-" if item.rank is None else str(item.rank)
    head = f"{rank:>3}. {question.ask}"
    lines = [ink.bold(part) for part in ink.paragraph(head, "", "     ")]
    about = plain(question.slot)
    if item.weighed.names and item.weighed.names != (question.slot,):
        about += f" (listed as {', '.join(plain(n) for n in item.weighed.names)})"
    if several:
        about += f", of {question.instrument}"
    lines += ink.paragraph(about, "     slot    ")
    lines += ink.paragraph(_value(item, question), "     worth   ")
    for line in _moves(item.weighed.moves, titles) or _echo(item.weighed.echoes):
        lines += [ink.dim(part) for part in ink.paragraph(line, " " * 13, " " * 15)]
    for option in slot.options if slot else ():
        seen = f" ({', '.join(option.seen)})" if option.seen else ""
        lines += ink.paragraph(f"{option.id}: {option.text}{seen}", "     - ", "       ")
    return lines


def _value(item: Asked, question: Question) -> str:
    if question.value is None:
        return question.reason or "not counted"
    noun = "change" if question.value == 1 else "changes"
    text = f"{question.value:g} {noun} in findings" if question.value else str(question.reason)
    if item.weighed.echo_count:
        echoes = f"{item.weighed.echo_count:g} findings"
        said = f"; besides, the clause itself reads otherwise in {echoes}"
        text += said if question.value else f" (in {echoes})"
    if item.tied_with:
        few = ", ".join(plain(s) for s in item.tied_with)
        many = plural(len(item.tied_with), "other")
        text += f"; tied with {few if len(item.tied_with) <= _FEW else many}"
    return text


def _moves(moves: tuple[Move, ...], titles: dict[str, str]) -> list[str]:
    """Say per incident what moves, and give the first finding that flips in full."""
    by_incident: dict[str, dict[str, None]] = {}
    for move in moves:
        by_incident.setdefault(move.incident, {}).setdefault(move.what)
    lines = []
    for incident, whats in list(by_incident.items())[:_SHOWN_INCIDENTS]:
        what = ", ".join(_WHAT.get(w, w) for w in whats)
        lines.append(f"{clean(titles.get(incident, incident))}: {what}")
    left = len(by_incident) - _SHOWN_INCIDENTS
    if left > 0:
        lines.append(f"and {plural(left, 'further incident')}")
    first = next((m for m in moves if m.what == "finding"), moves[0] if moves else None)
    if first is not None:
        lines.append(f"for example {_example(first)}")
    return lines


def _echo(echoes: tuple[Move, ...]) -> list[str]:
    """Show how the clause itself reads where nothing else differs."""
    return [f"in the clause: {_example(echoes[0])}"] if echoes else []


def _example(move: Move) -> str:
    groups: dict[str, list[str]] = {}
    for option, outcome in move.outcomes:
        groups.setdefault(outcome, []).append(plain(option))
    said = "; ".join(
        f"{_outcome(move.what, word)} under {', '.join(options)}"
        for word, options in groups.items()
    )
    return f"{_WHAT.get(move.what, move.what)}, {plain(move.provision)} in {move.incident}: {said}"


def _outcome(what: str, word: str) -> str:
    if what == "finding":
        return finding_word(word)[1]
    many = word.count(", ") + 1
    return plural(many, "actor") if what == "who" and many > _FEW else plain(word)
