"""JSON Schemas of the file formats, for editors and for programs in other languages."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from servanda.scenario.kinds import KINDS

__all__ = ["SCHEMA_KINDS", "json_schema", "schema_of"]

SCHEMA_KINDS = ("scenario", "instrument", "case", "actors", "assumptions", "slots", "priors")

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema of a kind of file.

    It describes the values as the models hold them. In YAML files a number or flag is read from its
    text, and a single value may stand where a list is meant; both are in the schema. What needs
    other files, such as whether an actor exists, no schema can say: that is for ``servanda check``.

    Args:
        kind: one of ``SCHEMA_KINDS``.

    Raises:
        KeyError: there is no such kind.

    Examples:
        >>> json_schema("instrument")["required"]
        ['id', 'title', 'kind']
    """
    if kind not in SCHEMA_KINDS:
        raise KeyError(kind)
    entry = KINDS[kind]
    return schema_of(entry.model, kind, entry.key)


def schema_of(model: Any, kind: str, key: str | None = None) -> dict[str, Any]:
    """Return the JSON Schema of files that hold a model, or a list of it under a key.

    Args:
        model: the type of what is read, such as a noun.
        kind: the kind of file, for the title.
        key: the key of the list; None where the file is the noun itself.
    """
    made = TypeAdapter(model).json_schema(by_alias=True)
    title = f"servanda {kind} file, format 1"
    if key is None:
        return {"$schema": _DIALECT, **_lists_of_one(made), "title": title}
    definitions = made.pop("$defs", {})
    return {
        "$schema": _DIALECT,
        "title": title,
        "type": "object",
        "properties": {"format": {"const": "1", "type": "string"}, key: made},
        "required": [key],
        "$defs": _lists_of_one(definitions),
    }


def _lists_of_one(part: Any) -> Any:
    """Let a list of texts be written as one text, as the reader does."""
    if isinstance(part, list):
        return [_lists_of_one(item) for item in part]
    if not isinstance(part, dict):
        return part
    made = {key: _lists_of_one(value) for key, value in part.items()}
    if made.get("type") == "array" and made.get("items") == {"type": "string"}:
        rest = {key: made.pop(key) for key in ("default", "title") if key in made}
        return {**rest, "anyOf": [made, {"type": "string"}]}
    return made
