"""Write a new version of a text into a scenario: its list, its options, its day of knowledge.

The scenario file is changed in place, so that comments and layout stay. An option that used the
former version is left standing and marked as superseded; a copy of it after the old one has the new
version from its date on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from servanda.domain.errors import ModelError
from servanda.domain.moment import Moment
from servanda.domain.option import Option
from servanda.scenario.parsing import Path
from servanda.scenario.reading import Parsed, parse
from servanda.scenario.writing import edited

__all__ = ["extended", "uses"]

_DATED = re.compile(r"[-_.]?\d{4}-\d\d-\d\d(-\d+)?$")
_MARK = ", after the reply of "
_HEAD = "options:\n"
_FIRST: Path = ("options", 0)


def uses(options: Sequence[Option], name: str, day: Moment) -> tuple[Option, ...]:
    """Return the options that nothing has replaced by a day and that have a text.

    First those whose own phases name it, then those that include one of the others, in order.
    """
    current = [
        o for o in options if o.superseded_from is None or not o.superseded_from.not_after(day)
    ]
    found = [o for o in current if any(name in p.instruments for p in o.phases)]
    names = {o.id for o in found}
    more = [o for o in current if set(o.includes) & names and o.id not in names]
    while more:
        found += more
        names |= {o.id for o in more}
        more = [o for o in current if set(o.includes) & names and o.id not in names]
    return tuple(found)


def extended(
    text: str,
    name: str,
    options: Sequence[Option],
    *,
    former: str,
    version: str,
    date: str,
    source: str,
    as_of: Moment,
) -> tuple[str, dict[str, str]]:
    """Return the text of a scenario file with a new version of an instrument in it.

    Args:
        text: the scenario file.
        name: its name, for problems.
        options: those that used the former version, as `uses` gives them.
        former: identifier of the version answered.
        version: identifier of the new one.
        date: from when it is known.
        source: where the reply can be read, as an option cites it.
        as_of: the scenario's day of knowledge; it moves to the date where that is later.

    Returns:
        The new text, and for each option copied the identifier of its copy.

    Raises:
        ModelError: the options are written in a way that cannot be extended in place (SV212).
    """
    if as_of.before(Moment(date)):
        text = edited(text, ("as_of",), date, name=name)
    text = _listed(text, name, former, version)
    taken = set(_option_ids(parse(text, name)))
    copies: dict[str, str] = {}
    for option in options:
        copy = _free(f"{_DATED.sub('', option.id)}-{date}", taken)
        taken.add(copy)
        copies[option.id] = copy
        renamed = {former: version, **{o: c for o, c in copies.items() if o in option.includes}}
        text = _copied(text, name, option, copy, date, source, renamed)
    return text, copies


def _free(name: str, taken: set[str]) -> str:
    number, found = 2, name
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    return found


def _option_ids(parsed: Parsed) -> list[str]:
    rows = parsed.data.get("options") or [] if isinstance(parsed.data, dict) else []
    return [str(row.get("id")) for row in rows]


def _listed(text: str, name: str, former: str, version: str) -> str:
    """Add the version to the scenario's list of instruments, after the former one."""
    parsed = parse(text, name)
    node = parsed.root.child("instruments") if parsed.root else None
    items = node.value if node is not None and isinstance(node.value, list) else []
    for item in items:
        if item.value == former and node is not None:
            at = parsed.page.offset(*item.end)
            if node.style == "flow":
                return f"{text[:at]}, {version}{text[at:]}"
            end = _line_end(text, at)
            indent = " " * (node.start[1] - 1)
            return f"{text[:end]}\n{indent}- {version}{text[end:]}"
    return text


def _copied(
    text: str,
    name: str,
    option: Option,
    copy: str,
    date: str,
    source: str,
    renamed: Mapping[str, str],
) -> str:
    """Put a dated copy after an option, with other names in it, and mark the option as superseded.

    Both are edited as small texts of their own, so that the whole file is read only once.
    """
    parsed = parse(text, name)
    start, end = _lines(parsed, _option_ids(parsed).index(option.id))
    old = new = f"{_HEAD}{text[start:end]}"
    changes = {
        "id": copy,
        "title": f"{option.title.partition(_MARK)[0]}{_MARK}{date}",
        "known_from": date,
        "source": source,
    }
    for key, value in changes.items():
        new = _with(new, name, key, value)
    lists: list[tuple[Path, tuple[str, ...]]] = [((*_FIRST, "includes"), option.includes)]
    for i, phase in enumerate(option.phases):
        lists.append(((*_FIRST, "phases", i, "instruments"), phase.instruments))
    for path, used in lists:
        for j, item in enumerate(used):
            if item in renamed:
                at = (*path, j) if _is_list(new, name, path) else path
                new = edited(new, at, renamed[item], name=name)
    old = _with(old, name, "superseded_from", date)
    body = "\n\n".join(t.removeprefix(_HEAD).rstrip("\n") for t in (old, new))
    return f"{text[:start]}{body}{text[end:]}"


def _is_list(text: str, name: str, path: Path) -> bool:
    node = parse(text, name).root
    for step in path:
        node = node.child(step) if node is not None else None
    return node is not None and isinstance(node.value, list)


def _lines(parsed: Parsed, place: int) -> tuple[int, int]:
    """Return where the lines of one option begin and end."""
    text = parsed.page.text
    node = parsed.root.child("options") if parsed.root else None
    item = node.child(place) if node is not None else None
    if node is None or item is None or node.style == "flow":
        raise ModelError(
            "the options are written in [brackets]; write them as a list of lines, or add the new "
            "version by hand",
            code="SV212",
        )
    start = text.rfind("\n", 0, parsed.page.offset(*item.start)) + 1
    lead = text[start : parsed.page.offset(*item.start)]
    if not re.fullmatch(r"\s*-\s+", lead):
        raise ModelError("an option must begin on the line of its dash", code="SV212")
    return start, _line_end(text, len(text[: parsed.page.offset(*item.end)].rstrip()))


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _with(text: str, name: str, key: str, value: str) -> str:
    """Set a key of the first option; a new date goes beside the other dates, not to the end."""
    parsed = parse(text, name)
    rows = parsed.root.child("options") if parsed.root else None
    option = rows.child(0) if rows is not None else None
    dated = key in ("superseded_from", "known_from")  # written without quotes
    if dated and option is not None and option.style == "block" and option.child(key) is None:
        for beside in ("version_of", "known_from", "id"):
            node = option.child(beside)
            if node is not None and node.start[0] == node.end[0]:
                end = _line_end(text, parsed.page.offset(*node.end))
                indent = " " * (option.start[1] - 1)
                return f"{text[:end]}\n{indent}{key}: {value}{text[end:]}"
    return edited(text, (*_FIRST, key), value, name=name)
