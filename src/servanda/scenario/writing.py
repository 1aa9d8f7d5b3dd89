"""From nouns back to YAML: whole files, or one value changed in place."""

from __future__ import annotations

import re
from typing import Any

import yaml
from pydantic import BaseModel

from servanda.domain.errors import ScenarioError
from servanda.scenario.parsing import Node, Path
from servanda.scenario.reading import Parsed, parse

__all__ = ["appended", "edited", "write"]

_WIDTH = 100
# Text that is written without quotes: it begins with a letter or digit and nothing in it can be
# taken for syntax in a list, a mapping or a comment.
_PLAIN = re.compile(r"\w[\w./+-]*(?: [\w./+()-]+)*")
# Words that other YAML readers take for a flag or nothing.
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def write(model: BaseModel) -> str:
    """Write a noun as YAML that reads back to an equal noun.

    Fields that were never set are left out. Text keeps every character; words that other programs
    might take for something else, such as ``NO``, are quoted.

    Args:
        model: a scenario, instrument, case or any other noun.

    Raises:
        ScenarioError: the noun holds what no file may hold, such as a control character.

    Examples:
        >>> from servanda.domain import Actor
        >>> print(write(Actor(id="NOR", name="Norway", names=("Norge",))), end="")
        id: NOR
        name: Norway
        names: [Norge]
    """
    data = model.model_dump(mode="json", by_alias=True, exclude_unset=True)
    text: str = yaml.dump(
        _ready(data),
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=_WIDTH,
        default_flow_style=None,
    )
    _sound(text)
    return text


def edited(text: str, path: Path, value: Any, *, name: str = "<text>") -> str:
    r"""Change one value in YAML text and keep every comment and all layout around it.

    Args:
        text: the YAML text.
        path: keys and indices, such as ``("provisions", 0, "bearer")``. The last key may be new in
            a mapping that exists.
        value: text, number, flag, None, list or mapping.
        name: the file name for problems.

    Raises:
        ScenarioError: the text has problems, or the path leads nowhere.

    Examples:
        >>> edited("a: 1  # one\nb: [x, y]\n", ("b", 1), "z")
        'a: 1  # one\nb: [x, z]\n'
        >>> edited("a: 1  # one\n", ("b",), "two words")
        'a: 1  # one\nb: two words\n'
    """
    parsed = _sound(text, name)
    node = _root(parsed)
    for depth, step in enumerate(path):
        child = node.child(step)
        if child is None:
            last = depth == len(path) - 1 and isinstance(step, str)
            if not last or not isinstance(node.value, dict):
                problem = parsed.problem("SV202", f"there is no '{step}' here", path[:depth])
                raise ScenarioError([problem])
            return _checked(_with_key(parsed, node, str(step), value), path, value, name)
        node = child
    return _checked(_with_value(parsed, node, value), path, value, name)


def appended(text: str, path: Path, value: Any, *, name: str = "<text>") -> str:
    r"""Add one item to the end of a list in YAML text; comments and layout stay as they are.

    Args:
        text: the YAML text.
        path: keys and indices of the list. The last key may be new in a mapping that exists.
        value: the item.
        name: the file name for problems.

    Raises:
        ScenarioError: the text has problems, or there is no list at the path.

    Examples:
        >>> appended("a:\n  - x  # first\nb: 1\n", ("a",), "z")
        'a:\n  - x  # first\n  - z\nb: 1\n'
        >>> appended("a: [x]  # short\n", ("a",), "z")
        'a: [x, z]  # short\n'
    """
    parsed = _sound(text, name)
    node: Node | None = _root(parsed)
    for step in path:
        node = node.child(step) if node is not None else None
    if node is None or node.value is None or node.value == []:
        return edited(text, path, [value], name=name)
    if not isinstance(node.value, list):
        raise ScenarioError([parsed.problem("SV202", "there is no list here", path)])
    last = node.value[-1]
    at = parsed.page.offset(*last.end)
    if node.style == "flow":
        made = f"{text[:at]}, {_inline(value)}{text[at:]}"
    else:
        at = len(text[:at].rstrip())
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        made = f"{text[:end]}\n{' ' * (node.start[1] - 1)}- {_inline(value)}{text[end:] or chr(10)}"
    return _checked(made, (*path, len(node.value)), value, name)


def _with_value(parsed: Parsed, node: Node, value: Any) -> str:
    """Put another value in the place of a node."""
    body, made = parsed.page.text, _inline(value)
    start, end = parsed.page.offset(*node.start), parsed.page.offset(*node.end)
    if node.style in ("|", ">"):
        end = start + len(body[start:end].rstrip())  # its last line break stays
    if node.style == "block" and node.key and node.key_end and node.start[1] <= node.key[1]:
        start = body.index(":", parsed.page.offset(*node.key_end)) + 1
    glued = start > 0 and not body[start - 1].isspace() and body[start - 1] not in "[{,("
    return body[:start] + (" " if glued else "") + made + body[end:]


def _with_key(parsed: Parsed, node: Node, key: str, value: Any) -> str:
    """Add a key after the last entry of a mapping."""
    body = parsed.page.text
    entry = f"{_inline(key)}: {_inline(value)}"
    last = next(reversed(node.value.values()), None)
    at = parsed.page.offset(*(last.end if last else node.start))
    if node.style == "flow":
        if last is None:
            return f"{body[: at + 1]}{entry}{body[at + 1 :]}"
        return f"{body[:at]}, {entry}{body[at:]}"
    if at and body[at - 1] == "\n":
        at -= 1  # a block text ends at the start of the next line
    line_end = body.find("\n", at)
    line_end = len(body) if line_end < 0 else line_end
    indent = " " * (node.start[1] - 1)
    return f"{body[:line_end]}\n{indent}{entry}{body[line_end:] or chr(10)}"


def _checked(text: str, path: Path, value: Any, name: str) -> str:
    """Return the text after making sure that it now says what was asked."""
    parsed = _sound(text, name)
    found = parsed.data
    for step in path:
        found = found[step]
    if found != _plain(value):
        message = "this place cannot be changed without changing what stands around it"
        raise ScenarioError([parsed.problem("SV212", message, path)])
    return text


def _sound(text: str, name: str = "<text>") -> Parsed:
    parsed = parse(text, name)
    if parsed.problems:
        raise ScenarioError(parsed.problems)
    return parsed


def _root(parsed: Parsed) -> Node:
    if parsed.root is None:
        raise ScenarioError(parsed.problems)
    return parsed.root


def _plain(value: Any) -> Any:
    """Return the value as reading gives it: text, None, lists and dicts."""
    ready = _ready(value)
    if isinstance(ready, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(ready, list):
        return [_plain(inner) for inner in value]
    return None if value is None else str(ready)


def _inline(value: Any) -> str:
    """Write a value on one line, in flow style."""
    text: str = yaml.dump(
        _ready(value),
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=float("inf"),
        default_flow_style=True,
    )
    return text.removesuffix("\n").removesuffix("\n...")


def _ready(value: Any) -> Any:
    """Turn flags and numbers into the text they are read from."""
    if isinstance(value, bool):
        return _Bare("true" if value else "false")
    if isinstance(value, (int, float)):
        return _Bare(_number(value))
    if isinstance(value, dict):
        return {str(key): _ready(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_ready(inner) for inner in value]
    return _Bare("null") if value is None else str(value)


def _number(value: float) -> str:
    if abs(value) < 1e15 and value == int(value):
        return str(int(value))
    return repr(value)


class _Bare(str):
    """Text that is written without quotes because it stands for a number or flag."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Writes text so that it reads back as the same text; never an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    style = None if plain else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _bare(dumper: _Dumper, text: _Bare) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style=None)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Bare, _bare)
_Dumper.yaml_implicit_resolvers = {}
