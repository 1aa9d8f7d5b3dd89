"""Clauses that say less than they seem: nobody bound, nobody helped, no floor, rule or clock."""

from __future__ import annotations

from collections.abc import Iterator

from servanda.domain.instrument import Provision
from servanda.obligations.binding import FORCE_WORDS
from servanda.obligations.lint.text import Path, Remark, Text, helps, named, owed, talks

__all__ = ["fullness_remarks"]

OPEN = frozenset({"", "unspecified", "none", "unknown", "contested", "undecided"})


def fullness_remarks(text: Text) -> Iterator[Remark]:
    """Report what a clause lacks unless the text lists it as open (SV802 to SV808, SV813)."""
    for provision, path in text.each():
        yield from _bearer(text, provision, path)
        yield from _beneficiary(text, provision, path)
        yield from _exception(text, provision, path)
        yield from _rule(text, provision, path)
        yield from _clock(text, provision, path)
    yield from _floors(text)
    yield from _means(text)


def _bearer(text: Text, provision: Provision, path: Path) -> Iterator[Remark]:
    tokens = [t for t in provision.bearer if isinstance(t, str)]
    if not owed(provision) or len(tokens) < len(provision.bearer) or not tokens:
        return  # pairs name states; a clause without any bearer is SV216
    if text.admits("guarantors") or text.roll.bearers(provision):
        return
    message = f"nobody bears '{provision.id}': {named(tokens)} stands for no party of the text"
    if tokens == ["unspecified"]:
        message = f"nobody bears '{provision.id}', and the text does not list that as open"
    yield "SV802", message, (*path, "bearer")


def _beneficiary(text: Text, provision: Provision, path: Path) -> Iterator[Remark]:
    if not owed(provision) or not helps(provision) or provision.trigger is None:
        return
    if text.admits("guarantors"):
        return  # those who come in may be the ones protected
    trigger = provision.trigger
    words = (*trigger.of, *trigger.object, *provision.toward)
    pool = {w for w in words if text.is_actor(w)}
    pool |= set() if pool else {*text.roll.members, *text.roll.beneficiaries}
    bearers = set(text.roll.bearers(provision))
    alone = len(bearers) == 1 and pool <= bearers
    if "beneficiary" in words and not text.roll.beneficiaries:
        message = f"'{provision.id}' protects the beneficiary, and the text names none"
        yield "SV803", message, path
    elif not pool or alone:
        message = f"'{provision.id}' protects nobody but the one who owes it"
        yield "SV803", message if pool else f"'{provision.id}' protects nobody", path


def _exception(text: Text, provision: Provision, path: Path) -> Iterator[Remark]:
    others = [p for p in text.instrument.provisions if p.id != provision.id]
    articles = {p.id for p in others} | {f"art{p.art}" for p in others if p.art}
    for place, token in enumerate(provision.exceptions):
        if token.startswith("art") and token[3:4].isdigit() and token not in articles:
            message = f"'{provision.id}' excepts '{token}', which the text does not have"
            yield "SV805", message, (*path, "exceptions", place)
    ids = {p.id for p in others}
    for place, name in enumerate(provision.excepts):
        if name not in ids:
            what = "itself" if name == provision.id else f"'{name}', which the text does not have"
            yield "SV805", f"'{provision.id}' excepts {what}", (*path, "excepts", place)
    if provision.modality != "exception" or provision.excepts:
        return
    working = [p for p in others if owed(p) or "prohibition" in p.modality or p.modality == "power"]
    if not working:
        yield (
            "SV805",
            f"the exception '{provision.id}' excepts nothing: the text owes nothing",
            path,
        )
        return
    bearers = set(text.roll.bearers(provision)) if provision.bearer else set()
    bound = [set(text.roll.bearers(p)) for p in working]
    if bearers and all(bound) and not any(bearers & b for b in bound):
        message = (
            f"the exception '{provision.id}' is for {named(sorted(bearers))}, bound to nothing"
        )
        yield "SV805", message, (*path, "bearer")


def _floors(text: Text) -> Iterator[Remark]:
    """Report help without a floor, all clauses in one line."""
    found = [(p, path) for p, path in text.each() if owed(p) and helps(p) and not _floor(p)]
    if found and not text.admits("minimum"):
        ids = named(p.id for p, _ in found)
        message = f"the help of {ids} has no floor: anything would do"
        provision, path = found[0]
        yield "SV806", message, (*path, "response") if provision.response else path


def _floor(provision: Provision) -> bool:
    response = provision.response
    if response is None:
        return False
    return response.floor_share is not None or (response.minimum or "") not in OPEN


def _means(text: Text) -> Iterator[Remark]:
    """Report help that leaves out whether military means are included, in one line."""
    found = [(p, path) for p, path in text.each() if owed(p) and helps(p) and _silent(p)]
    if found and not text.admits("response_kind"):
        ids = named(p.id for p, _ in found)
        message = f"the help of {ids} leaves out whether it includes military means"
        yield "SV813", message, (*found[0][1], "response")


def _silent(provision: Provision) -> bool:
    response = provision.response
    if response is None or response.military is not None:
        return False
    return not any(word in token for token in response.content for word in FORCE_WORDS)


def _rule(text: Text, provision: Provision, path: Path) -> Iterator[Remark]:
    decision = provision.decision
    organs = [o for o in (decision.organ if decision else ()) if o != "none"]
    if decision is None or not organs or decision.rule or text.admits("rule"):
        return
    if any(p.modality == "decision_rule" for p in text.instrument.provisions):
        return
    message = f"'{provision.id}' leaves the decision to {named(organs)} and names no rule"
    yield "SV807", message, (*path, "decision")


def _clock(text: Text, provision: Provision, path: Path) -> Iterator[Remark]:
    clock = provision.deadline
    if clock is None:
        return
    here = (*path, "deadline")
    for key, moment in (("at", clock.at), ("by", clock.by)):
        if moment is not None and moment.precision == "instant" and not moment.zoned:
            yield "SV808", f"the hour of '{provision.id}' has no zone: {moment}", (*here, key)
    length = (clock.hours and f"{clock.hours:g} hours") or (clock.days and f"{clock.days:g} days")
    if not length:
        return
    if len(provision.act) > 1 and not clock.counts and not clock.for_:
        message = f"'{provision.id}' does not say what must have been done within {length}"
        yield "SV808", message, here
    asked = any("request" in c for c in provision.conditions)
    open_ = text.admits(
        "consult_deadline" if talks(provision) else "act_deadline", "consult_deadline"
    )
    if not clock.counts_from and not asked and not open_:
        message = f"'{provision.id}' does not say from when its {length} run"
        yield "SV808", message, here
