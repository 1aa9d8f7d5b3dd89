"""What a model says of data, put into places, codes and plain words."""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from servanda.domain.problem import Problem, Severity, Span
from servanda.scenario.parsing import Node, Path, closest
from servanda.scenario.text import MAX_PROBLEMS, Page

__all__ = ["Complaint", "complaints", "known_keys", "span_of", "worded"]

_SHAPES = {
    "string_type": "text",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "float_type": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
}
_NUMBERS = {"float_parsing", "int_parsing", "int_parsing_size", "int_from_float", "finite_number"}
_BOUNDS = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("at most", "le"),
}
# The wording of our own validators, and the code it stands for.
_OWN = (
    ("expected a date", "SV205"),
    ("finite number", "SV206"),
    ("expected a number", "SV206"),
    ("true or false", "SV208"),
    ("an identifier has", "SV209"),
    ("is above high", "SV401"),
    ("low <= mode", "SV401"),
    ("the range runs", "SV401"),
    ("exactly one of fixed", "SV404"),
    ("has no number", "SV404"),
    ("either a distribution or rivals", "SV405"),
    ("shown must name", "SV405"),
)
_DATE = re.compile(r"\d{4}-\d\d")


@dataclass(frozen=True)
class Complaint:
    """One error of a model: the path in the data, the kind, and what it was about.

    ``label`` is the branch of a union the error belongs to and ``fork`` the path of that union.
    """

    path: Path
    kind: str
    missing: str | int | None
    context: dict[str, Any]
    said: str
    label: str | None
    fork: Path | None


def complaints(error: ValidationError, root: Node) -> list[Complaint]:
    """Read a validation error into complaints, one branch per union, at most a few hundred."""
    raw = error.errors(include_url=False, include_input=False)
    found = [_complaint(entry, root) for entry in islice(raw, 4 * MAX_PROBLEMS)]
    return list(_decided(found, root))


def worded(found: Iterable[Complaint], root: Node, page: Page, model: Any) -> Iterator[Problem]:
    """Put complaints into coded problems with a place."""
    for item in found:
        yield _word(item, root, page, model)


def span_of(root: Node, path: Path, page: Page, *, key: bool = False) -> Span:
    """Return the place of the value at a path, or of its key; of the nearest parent if absent."""
    node = root
    for step in path:
        child = node.child(step)
        if child is None:
            key = False
            break
        node = child
    if node.key and node.key_end and (key or node.value is None):
        return page.span(*node.key, *node.key_end)
    end = node.end
    if isinstance(node.value, (dict, list)) and node.end[0] != node.start[0]:
        end = (node.start[0], len(page.line(node.start[0])) + 1)
    if end <= node.start:
        end = (node.start[0], node.start[1] + 1)
    return page.span(*node.start, *end)


def known_keys(model: Any, path: Path) -> tuple[str, ...]:
    """Return the keys that the format knows at a path, in the order of the format."""
    kinds = [model]
    for step in path:
        kinds = [inner for kind in kinds for inner in _inner(kind, step)]
    keys: dict[str, None] = {}
    for kind in kinds:
        for part in _models(kind):
            for name, field in part.model_fields.items():
                keys[field.alias or name] = None
    return tuple(keys)


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that a value of this type can be, itself or as the only item of a list."""
    for part in _parts(kind):
        if get_origin(part) in (tuple, list) and get_args(part):
            yield from _models(get_args(part)[0])
        elif isinstance(part, type) and issubclass(part, BaseModel):
            yield part


def _parts(kind: Any) -> Iterator[Any]:
    """Open annotations and unions."""
    origin = get_origin(kind)
    if origin is Annotated:
        yield from _parts(get_args(kind)[0])
    elif origin in (Union, types.UnionType):
        for arm in get_args(kind):
            yield from _parts(arm)
    else:
        yield kind


def _inner(kind: Any, step: str | int) -> Iterator[Any]:
    for part in _parts(kind):
        origin, args = get_origin(part), get_args(part)
        if origin in (tuple, list) and args:
            yield args[0]
            if isinstance(step, str):  # one value where a list is meant
                yield from _inner(args[0], step)
        elif origin is dict and args:
            yield args[1]
        elif isinstance(part, type) and issubclass(part, BaseModel):
            for name, field in part.model_fields.items():
                if step in (name, field.alias):
                    yield field.annotation


def _complaint(entry: Any, root: Node) -> Complaint:
    loc = list(entry["loc"])
    missing = loc.pop() if entry["type"] == "missing" and loc else None
    node: Node | None = root
    path: list[str | int] = []
    label: str | None = None
    fork: Path | None = None
    for step in loc:
        child = node.child(step) if node else None
        if child is not None:
            node = child
            path.append(step)
        elif isinstance(step, str) and label is None and step != "[key]":
            label, fork = step, tuple(path)
    context = entry.get("ctx", {})
    return Complaint(tuple(path), entry["type"], missing, context, entry["msg"], label, fork)


def _decided(found: list[Complaint], root: Node) -> Iterator[Complaint]:
    """Of the branches of a union keep the one that the author most likely meant."""
    groups: dict[Path, dict[str, list[Complaint]]] = {}
    for item in found:
        if item.fork is not None and item.label is not None:
            groups.setdefault(item.fork, {}).setdefault(item.label, []).append(item)
    done: set[Path] = set()
    for item in found:
        if item.fork is None or item.label is None:
            yield item
        elif item.fork not in done:
            done.add(item.fork)
            yield from _branch(item.fork, groups[item.fork])


def _branch(fork: Path, labels: dict[str, list[Complaint]]) -> list[Complaint]:
    meant = [
        items
        for items in labels.values()
        if not any(item.path == fork and item.kind in _SHAPES for item in items)
    ]
    if meant:
        return min(meant, key=len)
    firsts = [items[0] for items in labels.values()]
    shapes = dict.fromkeys(_SHAPES.get(item.kind, "text") for item in firsts)
    return [Complaint(fork, "union", None, {"shapes": list(shapes)}, "", None, None)]


def _word(item: Complaint, root: Node, page: Page, model: Any) -> Problem:
    if item.kind == "extra_forbidden":
        return _unknown_key(item, root, page, model)
    if item.kind == "missing":
        return _missing(item, root, page)
    if item.kind == "literal_error":
        return _literal(item, root, page)
    code, text = _plain(item, _at(root, item.path))
    remedy = None
    if code == "SV203" and _at(root, item.path) is None:
        remedy = "Give it a value, or leave the key out."
    return page.problem(
        code, f"{_named(item.path)}{text}", span_of(root, item.path, page), remedy=remedy
    )


def _unknown_key(item: Complaint, root: Node, page: Page, model: Any) -> Problem:
    key = str(item.path[-1])
    known = known_keys(model, item.path[:-1])
    near = closest(key, known)
    remedy = None if near or not known else f"Keys known here: {', '.join(known)}."
    span = span_of(root, item.path, page, key=True)
    hint = f"did you mean '{near}'?" if near else ""
    place = _inside(item.path[:-1])
    return page.problem("SV201", f"unknown key '{key}'{place}", span, hint=hint, remedy=remedy)


def _missing(item: Complaint, root: Node, page: Page) -> Problem:
    span = span_of(root, item.path, page, key=True)
    if isinstance(item.missing, int):
        message = f"{_named(item.path)}item {item.missing + 1} is missing"
        return page.problem("SV213", message, span)
    return page.problem("SV202", f"the key '{item.missing}' is missing{_inside(item.path)}", span)


def _literal(item: Complaint, root: Node, page: Page) -> Problem:
    value = _at(root, item.path)
    expected = re.findall(r"'([^']*)'", str(item.context.get("expected", "")))
    near = closest(str(value), expected)
    hint = f"did you mean '{near}'?" if near else ""
    span = span_of(root, item.path, page)
    name = str(item.path[-1]) if item.path else ""
    code = "SV218" if name == "format" else "SV204"
    what = _shown(value)
    message = f"{_named(item.path)}{what} is not one of {', '.join(expected)}"
    return page.problem(code, message, span, hint=hint)


def _plain(item: Complaint, value: Any) -> tuple[str, str]:
    if item.kind == "union":
        return "SV203", f"expected {' or '.join(item.context['shapes'])}, not {_shown(value)}"
    if item.kind in _NUMBERS:
        wanted = "a whole number" if item.kind.startswith("int") else "a number"
        return "SV206", f"expected {wanted}, not {_shown(value)}"
    if item.kind in _SHAPES:
        return "SV203", f"expected {_SHAPES[item.kind]}, not {_shown(value)}"
    if item.kind in _BOUNDS:
        word, key = _BOUNDS[item.kind]
        return "SV207", f"{_shown(value)} must be {word} {item.context[key]:g}"
    if item.kind == "string_too_long":
        return "SV210", f"the text is longer than {item.context['max_length']} characters"
    if item.kind in ("too_long", "too_short"):
        return "SV213", "the list has the wrong number of items"
    if item.kind == "value_error":
        return _own(str(item.context.get("error", item.said)), value)
    return "SV212", f"{_shown(value)} does not fit here"


def _own(text: str, value: Any) -> tuple[str, str]:
    for sign, code in _OWN:
        if sign in text:
            return code, text
    if isinstance(value, str) and _DATE.match(value):
        return "SV205", f"{value!r} is not a date: {text}"
    return "SV212", text


def _at(root: Node, path: Path) -> Any:
    node: Node | None = root
    for step in path:
        node = node.child(step) if node else None
    return node.value if node else None


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    return repr(text if len(text) <= 40 else text[:39] + "\u2026")


def _named(path: Path) -> str:
    """Name a path by its last key, with the numbers of list items behind it."""
    depth = len(path)
    while depth and isinstance(path[depth - 1], int):
        depth -= 1
    items = ".".join(str(int(step) + 1) for step in path[depth:])
    words = [f"'{path[depth - 1]}'"] if depth else []
    return " ".join([*words, *([f"item {items}"] if items else []), ""]).rstrip() + ": " * bool(
        path
    )


def _inside(path: Path) -> str:
    name = _named(path).removesuffix(": ")
    return f" in {name}" if name else ""


def foreign(problem: Problem, severity: Severity = "warning") -> Problem:
    """Return the problem as a warning: a foreign file may say more than the format knows."""
    return problem.model_copy(update={"severity": severity})
