"""YAML text to typed nouns, with a place for every key and all problems at once.

Two layers: `parse` gives plain data (text, None, lists, dicts) with places, `read` a model made of
it. Neither raises for what a stranger wrote: what is wrong is in ``problems``.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from pydantic import TypeAdapter, ValidationError

from servanda.domain.codes import problem as problem_
from servanda.domain.problem import Problem, Severity, Span
from servanda.scenario.parsing import Node, Path, build, closest
from servanda.scenario.rows import csv_rows
from servanda.scenario.text import (
    MAX_BYTES,
    Page,
    bounded,
    decoded,
    load_bytes,
    screened,
    too_large,
)
from servanda.scenario.wording import Complaint, complaints, foreign, span_of, worded

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    Origin = FilePath | Traversable | str | bytes

__all__ = [
    "Page",
    "Parsed",
    "Read",
    "bounded",
    "closest",
    "csv_rows",
    "opened",
    "parse",
    "read",
    "typed",
]

T = TypeVar("T")
_ROUNDS = 5


@dataclass(frozen=True)
class Parsed:
    """A parsed text: plain data, the places of its parts, and the problems found.

    ``data`` is made of text, None, lists and dicts; it is None when there is an error that leaves
    nothing to go on with (then ``root`` is None too).
    """

    page: Page
    root: Node | None
    problems: tuple[Problem, ...]
    data: Any = None

    def span(self, path: Path = (), *, key: bool = False) -> Span:
        r"""Return the place of the value at a path, or of its key; of its parent if absent.

        Examples:
            >>> str(parse("a: 1\nb: [x, y]\n", "t.yaml").span(("b", 1)))
            't.yaml:2:8'
        """
        if self.root is None:
            return Span(file=self.page.name)
        return span_of(self.root, path, self.page, key=key)

    def problem(
        self,
        code: str,
        message: str,
        path: Path = (),
        *,
        key: bool = False,
        hint: str = "",
        remedy: str | None = None,
        severity: Severity = "error",
    ) -> Problem:
        """Make a problem that points at a path and quotes the text there."""
        span = self.span(path, key=key)
        return self.page.problem(code, message, span, hint=hint, remedy=remedy, severity=severity)


@dataclass(frozen=True)
class Read(Generic[T]):
    """A text read into a model: ``value`` is None where there was an error."""

    value: T | None
    problems: tuple[Problem, ...]
    parsed: Parsed

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that are not mere warnings."""
        return tuple(p for p in self.problems if p.severity == "error")

    def span(self, path: Path = (), *, key: bool = False) -> Span:
        """Return the place of the value (or key) at a path such as ``("provisions", 0, "art")``."""
        return self.parsed.span(path, key=key)


def parse(origin: Origin, name: str | None = None) -> Parsed:
    r"""Parse YAML into plain data with places, within the limits of the format.

    Refused, each with a code: aliases, anchors, tags, merge keys, duplicate keys, more than 64
    levels, 1 MB, 100,000 values or 10,000 characters in one, several documents, empty files, text
    that is not UTF-8. Scalars stay text; a plain ``null``, ``~`` or nothing is None.

    Args:
        origin: a path object or package resource (read from disk), or the text itself.
        name: the file name that problems show.

    Examples:
        >>> parse("party: NO\nshare: 010\nnote:\n").data
        {'party': 'NO', 'share': '010', 'note': None}
        >>> [str(p.span) for p in parse("a: 1\na: 2\n", "t.yaml").problems]
        ['t.yaml:2:1']
    """
    page = opened(origin, name)
    if isinstance(page, Problem):
        span = page.span or Span(file=name or "-")
        return Parsed(Page(span.file, ""), None, (page,))
    root, problems = build(page)
    if root is None:
        return Parsed(page, None, bounded(problems, page.name))
    return Parsed(page, root, bounded(problems, page.name), root.data())


@overload
def read(
    origin: Origin,
    model: type[T],
    *,
    name: str | None = ...,
    foreign: bool = ...,
    key: str | None = ...,
) -> Read[T]: ...
@overload
def read(
    origin: Origin,
    model: Any,
    *,
    name: str | None = ...,
    foreign: bool = ...,
    key: str | None = ...,
) -> Read[Any]: ...
def read(
    origin: Origin,
    model: Any,
    *,
    name: str | None = None,
    foreign: bool = False,
    key: str | None = None,
) -> Read[Any]:
    """Read YAML into a model and report every problem with its place.

    Args:
        origin: a path object or package resource (read from disk), or the text itself.
        model: a noun, or a type made of nouns such as ``tuple[Actor, ...]``.
        name: the file name that problems show.
        foreign: unknown keys become warnings and are dropped, for files made by somebody else.
        key: read only what stands under this key of the file.

    Examples:
        >>> from servanda.domain import Actor
        >>> read("{id: NOR, name: Norway, kind: stat}", Actor, name="a.yaml").problems[0].message
        "'kind': 'stat' is not one of state, organisation, armed_group, person, former_state"
    """
    parsed = parse(origin, name)
    if key is not None and parsed.root is not None:
        child = parsed.root.child(key)
        if child is None:
            problem = parsed.problem("SV202", f"the key '{key}' is missing")
            return Read(None, (*parsed.problems, problem), parsed)
        parsed = Parsed(parsed.page, child, parsed.problems, child.data())
    return typed(parsed, model, foreign=foreign)


def typed(parsed: Parsed, model: Any, *, foreign: bool = False) -> Read[Any]:
    """Make a model of data that is parsed already; see `read`."""
    if parsed.root is None:
        return Read(None, parsed.problems, parsed)
    value, problems = _validated(parsed, model, dropping=foreign)
    everything = bounded((*parsed.problems, *problems), parsed.page.name)
    if any(p.severity == "error" for p in everything):
        value = None
    return Read(value, everything, parsed)


def opened(origin: Origin, name: str | None = None) -> Page | Problem:
    """Return the text of a file of any format, or why it cannot be shown (SV100 to SV106)."""
    if isinstance(origin, str):
        name = name or "<text>"
        if len(origin) > MAX_BYTES or len(origin.encode("utf-8", "replace")) > MAX_BYTES:
            return too_large(name)
        return screened(Page(name, origin.removeprefix("\ufeff")))
    if isinstance(origin, bytes):
        name = name or "<text>"
        return decoded(origin, name) if len(origin) <= MAX_BYTES else too_large(name)
    name = name or str(origin)
    data = load_bytes(origin, name)
    return data if isinstance(data, Problem) else decoded(data, name)


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def _validated(parsed: Parsed, model: Any, *, dropping: bool) -> tuple[Any, list[Problem]]:
    root, data = parsed.root, parsed.data
    problems: list[Problem] = []
    if root is None:
        return None, problems
    for _ in range(_ROUNDS):
        try:
            return _adapter(model).validate_python(data), problems
        except ValidationError as error:
            found = complaints(error, root)
        except RecursionError:
            return None, [problem_("SV107", "nested too deep", parsed.span())]
        extra = [item for item in found if item.kind == "extra_forbidden"]
        if not dropping or len(extra) < len(found) or not extra:
            new = list(worded(found, root, parsed.page, model))
            return None, problems + _softened(found, new, dropping)
        problems += [foreign(p) for p in worded(extra, root, parsed.page, model)]
        data = _without(data, extra)
    return None, problems


def _softened(found: list[Complaint], new: list[Problem], dropping: bool) -> list[Problem]:
    if not dropping:
        return new
    pairs = zip(found, new, strict=True)
    return [foreign(p) if item.kind == "extra_forbidden" else p for item, p in pairs]


def _without(data: Any, extra: list[Complaint]) -> Any:
    data = deepcopy(data)
    for item in extra:
        holder = data
        for step in item.path[:-1]:
            holder = holder[step]
        holder.pop(item.path[-1], None)
    return data
