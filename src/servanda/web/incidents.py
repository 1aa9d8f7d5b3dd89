"""An incident from a form: chosen from the bank, then changed fact by fact.

A field that is left empty is a fact that is not known: it is left out of the incident, and never
taken for false.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from servanda.domain.errors import ModelError
from servanda.domain.incident import Incident
from servanda.domain.moment import Moment
from servanda.domain.scenario import Resolved
from servanda.web.forms import Form

__all__ = ["FIELDS", "Field", "Shown", "base_of", "fields_of", "incident_of"]

_TOKEN = re.compile(r"[\w.-]{1,60}")
_UNKNOWN = ""
OWN = "own"


@dataclass(frozen=True, slots=True)
class Field:
    """One fact that the form asks for.

    ``kind`` is ``actor``, ``actors`` (several, by comma), ``word``, ``words``, ``flag``, ``time``
    or ``text``; ``path`` leads to the fact.
    """

    path: tuple[str, ...]
    label: str
    kind: str
    known: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the form's field."""
        return "f." + ".".join(self.path)


FIELDS = (
    Field(("actor",), "Who acts", "actor"),
    Field(("actor_type",), "What the actor is", "word", ("state", "armed_group", "unknown_group")),
    Field(("target",), "Against whom", "actors"),
    Field(
        ("object",),
        "What is hit",
        "word",
        ("territory", "electricity_infrastructure", "port", "merchant_ship", "forces", "railway",
         "nuclear_power_plant", "aircraft", "city", "independence"),
    ),
    Field(
        ("kind",),
        "What happens",
        "word",
        ("armed_attack", "strike", "shelling", "sabotage", "cyber_attack", "blockade", "incursion",
         "airspace_violation", "impact", "threat_of_attack", "military_exercise"),
    ),
    Field(("scale",), "How large", "word", ("single", "limited", "mass", "full_scale")),
    Field(("domain",), "By what means", "words",
          ("land", "sea", "air", "missile", "drone", "cyber")),
    Field(("place", "name"), "Where", "text"),
    Field(("place", "sovereign"), "Whose territory", "actor"),
    Field(("place", "administered_by"), "Who holds it", "actor"),
    Field(("place", "region"), "In which region", "words",
          ("europe", "black_sea", "north_atlantic")),
    Field(("requested", "by"), "Who asks for help", "actors"),
    Field(("requested", "at"), "When help is asked for", "time"),
    Field(("deliberate",), "Deliberate", "flag"),
    Field(("provoked",), "Provoked by the victim", "flag"),
    Field(("ceasefire_in_force_before",), "A ceasefire was in force", "flag"),
    Field(("directed_from_abroad",), "Directed from abroad", "flag"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A field with what stands in it."""

    field: Field
    value: str


def base_of(resolved: Resolved, name: str) -> Incident:
    """Return the incident of the bank that a form starts from; without a name the first.

    Raises:
        ModelError: the bank has none of this name (SV981), or is empty.
    """
    bank = resolved.scenario.incidents
    if not bank:
        raise ModelError("the scenario has no incident; add one under `incidents:`", code="SV981")
    for incident in bank:
        if name in ("", incident.id):
            return incident
    raise ModelError(f"no incident {name[:60]!r} in the scenario", code="SV981")


def incident_of(resolved: Resolved, form: Form) -> Incident:
    """Return the incident that a form describes.

    Raises:
        ModelError: a field does not fit (SV983).
    """
    base = base_of(resolved, form.text("incident", 120))
    if not form.text("built"):
        return base
    facts: dict[str, Any] = {k: v for k, v in base.facts.items() if not _asked(k)}
    for field in FIELDS:
        value = _value(field, form)
        if value is not None:
            _put(facts, field.path, value)
    date = form.text("date", 40)
    title = form.text("title", 200) or base.title
    return base.model_copy(
        update={
            "id": base.id if form.text("same") else OWN,
            "title": title,
            "date": _moment("date", date) if date else None,
            "facts": facts,
            "hypothetical": True,
        }
    )


def _asked(fact: str) -> bool:
    return any(field.path[0] == fact for field in FIELDS)


def _put(facts: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for step in path[:-1]:
        facts = facts.setdefault(step, {})
    facts[path[-1]] = value


def _value(field: Field, form: Form) -> Any:
    if field.kind in ("words", "actors"):
        every = [w.strip() for text in form.every(field.name, 400) for w in text.split(",")]
        found = [_token(field, w) for w in dict.fromkeys(every) if w]
        return None if not found else found[0] if len(found) == 1 else found
    text = form.text(field.name, 200)
    if not text:
        return None
    if field.kind == "flag":
        if text not in ("true", "false"):
            raise ModelError(f"{field.label}: yes, no or not known", code="SV983")
        return text
    if field.kind == "time":
        return str(_moment(field.label, text))
    return text if field.kind == "text" else _token(field, text)


def _token(field: Field, text: str) -> str:
    word = re.sub(r"\s+", "_", text.strip())
    if not _TOKEN.fullmatch(word):
        raise ModelError(
            f"{field.label}: a word of letters, digits and _, not {text[:40]!r}", "SV983"
        )
    return word


def _moment(label: str, text: str) -> Moment:
    try:
        return Moment(text)
    except ValueError as error:
        raise ModelError(f"{label}: {error}", code="SV983") from None


def fields_of(incident: Incident) -> list[Shown]:
    """Return the fields of the form with what the incident says."""
    return [Shown(field, _text(incident.facts, field.path)) for field in FIELDS]


def _text(facts: Mapping[str, Any], path: tuple[str, ...]) -> str:
    value: Any = facts
    for step in path:
        if not isinstance(value, Mapping):
            return str(value) if step == "by" and value is not None else _UNKNOWN
        value = value.get(step)
    if value in (None, "unknown"):
        return _UNKNOWN
    if isinstance(value, (list, tuple)):
        return ", ".join(str(v) for v in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return _UNKNOWN if isinstance(value, Mapping) else str(value)
