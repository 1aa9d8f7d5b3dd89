"""Apply typed changes to an instrument: a completed proposal is the proposal plus patches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from servanda.domain.errors import ModelError
from servanda.domain.instrument import Instrument, Patch

__all__ = ["misfit", "patched"]


def patched(
    instrument: Instrument,
    patches: Iterable[Patch],
    *,
    settles: Iterable[str] = (),
    overwrite: bool = True,
) -> Instrument:
    """Return the instrument with every patch applied and the settled slots no longer open.

    Args:
        instrument: the text to complete; it is not changed.
        patches: field paths and values, applied in order; see `Patch` for the path language.
        settles: names to take off the ``unspecified`` list.
        overwrite: whether a field that the text has filled may change. False completes: only what
            is empty, unspecified, proposed or contested takes the value.

    Raises:
        ModelError: a path does not exist in the format, or a value does not fit its field (SV604).

    Examples:
        >>> text = Instrument(id="x", title="X", kind="draft", unspecified=["form"])
        >>> patch = Patch(path="legal_force", value="binding")
        >>> patched(text, [patch], settles=["form"]).legal_force
        'binding'
    """
    data = instrument.model_dump(by_alias=True, exclude_unset=True)
    for patch in patches:
        try:
            for target in _targets(data, patch):
                _assign(target, patch, overwrite)
        except (LookupError, ValueError, TypeError, AttributeError):
            message = f"the path {patch.path!r} names no field of an instrument"
            raise ModelError(message, code="SV604") from None
    gone = set(settles)
    if gone:
        data["unspecified"] = [name for name in data.get("unspecified", ()) if name not in gone]
    try:
        return Instrument.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise ModelError(f"{where}: {first['msg']}", code="SV604") from None


def misfit(instrument: Instrument, patch: Patch) -> str | None:
    """Say why a change does not fit a text; None where it does.

    Examples:
        >>> text = Instrument(id="x", title="X", kind="draft")
        >>> misfit(text, Patch(path="provisions.a1.act", value="assist"))
        "there is no provision 'a1'"
    """
    parts = patch.path.split(".")
    named = parts[1] if parts[0] == "provisions" and len(parts) > 1 else "*"
    if named != "*" and named not in {p.id for p in instrument.provisions}:
        return f"there is no provision {named!r}"
    try:
        patched(instrument, [patch])
    except ModelError as error:
        return str(error)
    return None


def _targets(data: dict[str, Any], patch: Patch) -> list[dict[str, Any]]:
    parts = patch.path.split(".")
    if parts[0] != "provisions":
        return [data]
    found = []
    data["provisions"] = [dict(p) for p in data.get("provisions", ())]
    for provision in data["provisions"]:
        words = {provision.get("modality"), *_tokens(provision.get("act"))}
        wanted = not patch.where or words & set(patch.where)
        if parts[1] == provision["id"] or (parts[1] == "*" and wanted):
            found.append(provision)
    return found


def _tokens(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def _assign(target: dict[str, Any], patch: Patch, overwrite: bool) -> None:
    parts = patch.path.split(".")
    if parts[0] == "provisions":
        parts = parts[2:]
    if not parts:
        raise ModelError(f"the patch path {patch.path!r} names no field", code="SV604")
    for key in parts[:-1]:
        inner = target.get(key)
        if isinstance(inner, str):
            inner = {"text": inner}
        target[key] = dict(inner or {})
        target = target[key]
    if not overwrite and not _is_open(target.get(parts[-1])):
        return
    if patch.value is None:
        target.pop(parts[-1], None)
    else:
        target[parts[-1]] = patch.value


OPEN_WORDS = ("unspecified", "proposed", "contested", "conditional", "undecided", "announcing")


def _is_open(value: Any) -> bool:
    """Say whether a field is still to be settled: empty, or a word that says so."""
    if isinstance(value, str):
        return value in ("none", "") or any(word in value for word in OPEN_WORDS)
    if isinstance(value, (list, tuple)):
        return all(_is_open(item) for item in value)
    return value is None or value == {}
