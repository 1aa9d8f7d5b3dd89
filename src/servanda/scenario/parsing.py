"""YAML events to plain data with a place for every key and value, within limits.

The parser is libyaml, driven event by event so that each limit is counted while reading. Scalars
stay text: ``NO`` is Norway and ``010`` is not eight.
"""

from __future__ import annotations

import difflib
import re
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from servanda.domain.problem import Problem, Span
from servanda.scenario.text import MAX_PROBLEMS, Page, suspect

__all__ = ["MAX_DEPTH", "MAX_NODES", "MAX_SCALAR", "Node", "Path", "build", "closest"]

MAX_DEPTH = 64
MAX_NODES = 100_000
MAX_SCALAR = 10_000
_MAX_KEY = 200

Path = tuple[str | int, ...]
Mark = tuple[int, int]

_EMPTY = ("", "~", "null")
_DIRECTIVE = re.compile(r"(?:\A|[\n\r\x85\u2028\u2029])(%)")

# What libyaml says, and what that means to somebody who writes a scenario.
_SYNTAX = (
    (
        "mapping values are not allowed",
        "a colon where no key can be; quote a text with ': '",
    ),
    ("cannot start any token", "no value can begin with this character; quote the text"),
    ("tab character", "a tab is used for indentation; use spaces"),
    ("could not find expected ':'", "a key without its colon, or a text with its indentation lost"),
    (
        "did not find expected key",
        "the indentation does not fit the lines above, or a quote",
    ),
    ("did not find expected '-'", "the list item is not indented like the others"),
    ("expected ',' or ']'", "a list [...] is not closed, or a comma is missing"),
    ("expected ',' or '}'", "a mapping {...} is not closed, or a comma is missing"),
    ("unexpected end of stream", "a quoted text is not closed"),
    ("unexpected document indicator", "a quoted text is not closed before the line ---"),
    ("unknown escape", 'a backslash in "double quotes" starts an escape; use single quotes'),
    ("hexdecimal", "an escape in double quotes needs hexadecimal digits"),
    ("block entries are not allowed", "a list item '- ' stands where a value has begun already"),
    ("block mapping", "the indentation does not fit the lines above"),
    ("did not find expected node content", "a value is missing, or a bracket too many"),
    ("document start", "something stands after the end of the content"),
    ("anchor", "a text that begins with & or * must be quoted"),
    ("alias", "a text that begins with & or * must be quoted"),
    ("tag", "a text that begins with ! must be quoted"),
)


class Node:
    """One value with its place: text, None, a list of nodes or a dict of nodes.

    Places count lines and columns from 1 in code points, ends exclusive. ``key`` is the place of
    the key that the value stands under.
    """

    __slots__ = ("end", "key", "key_end", "start", "style", "value")

    def __init__(
        self, value: Any, start: tuple[int, int], end: tuple[int, int], style: str
    ) -> None:
        """Keep the value and where it stands."""
        self.value = value
        self.start = start
        self.end = end
        self.style = style
        self.key: Mark | None = None
        self.key_end: Mark | None = None

    def data(self) -> Any:
        """Return the value as plain text, None, lists and dicts."""
        if isinstance(self.value, dict):
            return {key: child.data() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.data() for child in self.value]
        return self.value

    def child(self, step: str | int) -> Node | None:
        """Return the node under a key or at an index, or None."""
        if isinstance(self.value, dict):
            return self.value.get(step)
        if isinstance(self.value, list) and isinstance(step, int):
            return self.value[step] if 0 <= step < len(self.value) else None
        return None


class StoppedError(Exception):
    """The rest of the text is not read: a limit is passed or the syntax is broken."""

    def __init__(self, problem: Problem) -> None:
        """Keep the problem."""
        super().__init__(problem.message)
        self.problem = problem


def closest(word: str, known: Any) -> str | None:
    """Return the known word nearest in spelling, if one is near.

    Examples:
        >>> closest("Itally", ["Italy", "Malta"])
        'Italy'
        >>> closest("Peru", ["Italy", "Malta"]) is None
        True
    """
    if len(word) > 80:
        return None
    pool = {str(name).lower(): str(name) for name in known}
    near = difflib.get_close_matches(word.lower(), pool, n=1, cutoff=0.65)
    return pool[near[0]] if near else None


def build(page: Page) -> tuple[Node | None, list[Problem]]:
    """Parse a page into nodes and the problems of its text (SV101, SV105, SV107 to SV117)."""
    builder = _Builder(page)
    try:
        node = builder.document()
    except StoppedError as stop:
        return None, [*builder.problems, stop.problem]
    return node, builder.problems


class _Builder:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[Problem] = []
        self.nodes = 0
        self.loader = yaml.CLoader(page.text)

    def document(self) -> Node:
        directive = _DIRECTIVE.search(self.page.text)
        if directive:
            # libyaml's bookkeeping of directives is quadratic: refuse before it sees them.
            line = self.page.place(directive.start(1))[0]
            self.stop("SV116", "a line begins with %", self.page.span(line, 1))
        event = self.next()
        while not isinstance(event, (DocumentStartEvent, StreamEndEvent)):
            event = self.next()
        if isinstance(event, StreamEndEvent):
            self.stop("SV101", "the file holds no content", self.page.span(1, 1))
        first = self.next()
        empty = isinstance(first, ScalarEvent) and not first.value and not first.style
        node = self.node(first, 0)
        self.end()
        if empty:
            self.stop("SV101", "the file holds no content", self.page.span(1, 1))
        return node

    def end(self) -> None:
        event = self.next()
        while isinstance(event, DocumentEndEvent):
            event = self.next()
        if not isinstance(event, StreamEndEvent):
            self.stop("SV115", "a second document begins here", self.span(event))

    def next(self) -> Event:
        try:
            event: Event = self.loader.get_event()  # type: ignore[assignment]
            return event
        except yaml.MarkedYAMLError as error:
            raise self.broken(error) from None
        except yaml.YAMLError as error:
            problem = self.page.problem("SV105", f"this is not YAML: {error}")
            raise StoppedError(problem) from None

    def node(self, event: Event, depth: int) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.stop("SV108", f"more than {MAX_NODES:,} values", self.span(event))
        if depth > MAX_DEPTH:
            self.stop("SV107", f"nested more than {MAX_DEPTH} levels deep", self.span(event))
        self.decorations(event)
        if isinstance(event, ScalarEvent):
            return self.scalar(event)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(event, depth)
        if isinstance(event, MappingStartEvent):
            return self.mapping(event, depth)
        return Node(None, _start(event), _end(event), "")

    def decorations(self, event: Event) -> None:
        """Report what YAML offers and scenarios do without: alias, anchor, tag."""
        if isinstance(event, AliasEvent):
            self.note("SV110", f"*{_short(event.anchor or '')} is an alias", event)
            return
        anchor: str | None = getattr(event, "anchor", None)
        tag: str | None = getattr(event, "tag", None)
        if anchor is not None:
            self.note("SV111", f"&{_short(anchor)} is an anchor", event)
        if tag is not None:
            shown = tag.replace("tag:yaml.org,2002:", "!!")
            self.note("SV112", f"{_short(shown)} is a tag", event)

    def scalar(self, event: ScalarEvent) -> Node:
        text: str | None = event.value
        if len(event.value) > MAX_SCALAR:
            self.note("SV109", f"this text has {len(event.value):,} characters", event)
        if event.style == '"' and suspect(event.value):
            self.note("SV103", "an escape stands for a control or direction character", event)
        if not event.style and text in _EMPTY:
            text = None
        return Node(text, _start(event), _end(event), event.style or "")

    def sequence(self, start: SequenceStartEvent, depth: int) -> Node:
        items: list[Node] = []
        while True:
            event = self.next()
            if isinstance(event, CollectionEndEvent):
                return self.closed(items, start, event, items[-1] if items else None)
            items.append(self.node(event, depth + 1))

    def mapping(self, start: MappingStartEvent, depth: int) -> Node:
        entries: dict[str, Node] = {}
        last: Node | None = None
        while True:
            event = self.next()
            if isinstance(event, CollectionEndEvent):
                return self.closed(entries, start, event, last)
            key = self.key(event, depth, entries)
            last = self.node(self.next(), depth + 1)
            last.key, last.key_end = _start(event), _end(event)
            if key is not None and key not in entries:
                entries[key] = last

    def key(self, event: Event, depth: int, entries: dict[str, Node]) -> str | None:
        if not isinstance(event, ScalarEvent):
            self.node(event, depth + 1)
            self.note("SV117", "a key must be a single word or text", event)
            return None
        self.decorations(event)
        self.nodes += 1
        text: str = event.value
        if not event.style and text in _EMPTY:
            self.note("SV117", "a key is empty", event)
            return None
        if not event.style and text == "<<":
            self.note("SV113", "<< merges another mapping in", event)
            return None
        if len(text) > _MAX_KEY:
            self.note("SV109", f"this key has {len(text):,} characters", event)
            return None
        if text in entries:
            place = entries[text].key
            line = f" (first at line {place[0]})" if place else ""
            self.note("SV114", f"'{_short(text)}' stands twice in this mapping{line}", event)
        return text

    def closed(
        self, value: Any, start: CollectionStartEvent, stop: Event, last: Node | None
    ) -> Node:
        """Make a collection; a block one ends where its last item ends, not at the next token."""
        flow = bool(start.flow_style)
        end = _end(stop) if flow or last is None else last.end
        return Node(value, _start(start), end, "flow" if flow else "block")

    def span(self, event: Event) -> Span:
        line, column = _start(event)
        end_line, end_column = _end(event)
        return self.page.span(line, column, end_line, max(end_column, column + 1))

    def note(self, code: str, message: str, event: Event) -> None:
        if len(self.problems) <= MAX_PROBLEMS:
            self.problems.append(self.page.problem(code, message, self.span(event)))
        else:
            self.stop("SV219", "too many problems to go on reading", self.span(event))

    def stop(self, code: str, message: str, span: Span) -> None:
        raise StoppedError(self.page.problem(code, message, span))

    def broken(self, error: yaml.MarkedYAMLError) -> StoppedError:
        said = f"{error.context or ''} {error.problem or ''}"
        plain = next((text for sign, text in _SYNTAX if sign in said), error.problem)
        span = _marked(self.page, error.problem_mark)
        if self.page.line(span.line)[span.column - 1 :].startswith("\t"):
            plain = "a tab is used for indentation; use spaces"
        if error.context_mark and ("end of stream" in said or not self.page.line(span.line)):
            span = _marked(self.page, error.context_mark)
        return StoppedError(self.page.problem("SV105", f"this is not YAML: {plain}", span))


def _marked(page: Page, mark: Any) -> Span:
    return page.span(mark.line + 1, mark.column + 1) if mark else page.span(1, 1)


def _start(event: Event) -> Mark:
    mark: Any = event.start_mark
    return mark.line + 1, mark.column + 1


def _end(event: Event) -> Mark:
    mark: Any = event.end_mark
    return mark.line + 1, mark.column + 1


def _short(text: str, width: int = 40) -> str:
    return text if len(text) <= width else text[: width - 1] + "\u2026"
