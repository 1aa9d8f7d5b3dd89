"""A finding in a paragraph a minister can read."""

from __future__ import annotations

from collections.abc import Mapping

from servanda.domain.actor import Actor
from servanda.domain.finding import Finding

__all__ = ["explain"]

MEANING = {
    "triggered": "The duty is owed",
    "triggered_if": "Nothing speaks against the duty, but it hangs on facts that are not known",
    "not_triggered": "The duty does not arise",
    "contested": "The text can be read both ways",
    "undetermined": "The text is too thin to say",
    "available": "It may be called for or used; nobody has to",
    "permitted": "It is allowed, not owed",
    "breach": "The undertaking was broken",
    "limits": "This clause cuts down what others can demand",
    "not_in_force": "The text does not bind on that day, or never did",
    "lapsed": "The text no longer binds",
}


def explain(finding: Finding, *, actors: Mapping[str, Actor] | None = None) -> str:
    """Put a finding into plain words.

    Examples:
        >>> explain(Finding(incident="i", instrument="p", provision="a", finding="triggered_if",
        ...     missing=["deliberate"]))
        'Nothing speaks against the duty, but it hangs on facts that are not known: deliberate.'
    """
    known = actors if actors is not None else {}

    def name(actor: str) -> str:
        return known[actor].name if actor in known else actor.replace("_", " ")

    text = _owed(finding) if finding.finding == "triggered" else _said(finding)
    if finding.finding == "breach" and finding.by:
        text += f" by {_list([name(a) for a in finding.by])}"
    if finding.finding == "triggered" and finding.bearers:
        text += f" by {_list([name(a) for a in finding.bearers])}"
    if finding.finding == "triggered" and finding.standing:
        text += ", apart from this incident"
    if finding.why:
        text += f"; what decides: {_list([w.replace('_', ' ') for w in finding.why])}"
    if finding.missing:
        text += f": {_list([m.replace('_', ' ') for m in finding.missing])}"
    return text + _afterwards(finding) + "."


def _afterwards(finding: Finding) -> str:
    """Say what is still to come, what was taken for granted, and by when."""
    text = ""
    if finding.finding == "triggered" and finding.decision.get("state") == "pending":
        organs = [str(o).replace("_", " ") for o in finding.decision.get("organ", ())]
        text += f"; what follows waits for {_list(organs)}" if organs else ""
    if finding.presumed:
        taken = _list([name.replace("_", " ") for name in finding.presumed])
        text += f"; taken for granted, because nobody recorded it: {taken}"
    if finding.due:
        text += f"; due {finding.due}"
    elif finding.due_soft:
        text += f"; due {finding.due_soft} where possible"
    return text


def _said(finding: Finding) -> str:
    return MEANING.get(finding.finding, finding.finding)


def _owed(finding: Finding) -> str:
    """Say that something is owed, promised, announced or merely proposed."""
    modality, force = finding.modality or "", finding.force or ""
    if modality.startswith("proposed") or "proposed" in force or force == "not_in_force":
        return "It would be owed if the proposal were adopted"
    if "intention" in modality or modality == "declaration":
        return "It is announced, not promised"
    if modality == "duty_soft" or "political" in force or modality == "declaration_to_act":
        binding = force in ("binding", "binding_secret")
        return MEANING["triggered"] if binding else "It is promised politically"
    return MEANING["triggered"]


def _list(words: list[str]) -> str:
    if len(words) > 6:
        return ", ".join(words[:5]) + f" and {len(words) - 5} others"
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
