"""Whatever is written reads back as the same noun, and an edit changes one value only."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from servanda.domain import (
    Assumption,
    Case,
    Deployment,
    Instrument,
    Moment,
    Option,
    Phase,
    Scenario,
    Slot,
)
from servanda.domain.assumption import Distribution, Rival
from servanda.domain.incident import FINDINGS, Expectation
from servanda.domain.instrument import (
    Area,
    AreaPredicate,
    Deadline,
    InForce,
    Parties,
    Patch,
    Provision,
    Response,
    SourceList,
    Trigger,
)
from servanda.domain.option import Adoption, Position
from servanda.scenario.reading import parse, read
from servanda.scenario.text import suspect
from servanda.scenario.writing import edited, write

names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,12}", fullmatch=True)
texts = st.text(st.characters(codec="utf-8"), max_size=40).filter(lambda t: not suspect(t))
awkward = st.sampled_from(
    (
        *("NO", "null", "~", "", " a", "a ", "- x", "a: b", "#c", "1e3", "yes", "%x", "&a", "*a"),
        *("!t", "'", '"', "\\", "|", "[", "{}", "---", "...", "?", "é", "@", "`", ">", "a:"),
        *("two\nlines", "\n", "tab\there", "\u2028", "trailing\n\n", " \n x"),
    )
)
words = texts | awkward
tokens = st.lists(words, max_size=3).map(tuple)
flags = st.booleans()
numbers = st.floats(-1e12, 1e12, allow_nan=False).map(lambda x: x + 0.0)
positive = st.floats(1e-6, 1e9)
shares = st.floats(0, 1)
open_values = st.recursive(
    words | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
open_maps = st.dictionaries(names, open_values, max_size=4)


def moment(year: int, month: int, day: int, hour: int, form: int) -> Moment:
    shapes = (
        f"{year:04}",
        f"{year:04}-{month:02}",
        f"{year:04}-{month:02}-{day:02}",
        f"{year:04}-{month:02}-{day:02}T{hour:02}:30+03:00",
        f"{year:04}-{month:02}-{day:02} {hour:02}:30Z",
    )
    return Moment(shapes[form])


moments = st.builds(
    moment,
    st.integers(1, 9998),
    st.integers(1, 12),
    st.integers(1, 28),
    st.integers(0, 23),
    st.integers(0, 4),
)


def some(model: type[BaseModel], needed: dict[str, Any], optional: dict[str, Any]) -> Any:
    """Make nouns with all that is needed and any part of the rest, by the names in files."""
    return st.fixed_dictionaries(needed, optional=optional).map(model.model_validate)


triggers = some(
    Trigger,
    {},
    {"kinds": tokens, "object": tokens, "threshold": words, "domains": tokens, "judged_by": tokens},
)
responses = some(Response, {}, {"content": tokens, "military": words, "floor_share": shares})
deadlines = some(
    Deadline, {}, {"text": words, "hours": positive, "for": words, "at": moments, "counts": tokens}
)
provisions = some(
    Provision,
    {"id": names, "modality": words},
    {
        "act": tokens,
        "bearer": st.lists(words | st.lists(words, max_size=2).map(tuple), max_size=2).map(tuple),
        "trigger": triggers,
        "response": responses,
        "deadline": deadlines,
        "distance_km": numbers,
        "lines": open_maps,
        "clause": words,
        "area": st.lists(words, min_size=1, max_size=2).map(tuple),
    },
)
predicates = some(
    AreaPredicate,
    {"what": words},
    {
        "who": tokens,
        "where": st.lists(words | st.dictionaries(names, tokens, max_size=2), max_size=2),
        "from": moments,
        "north_of_tropic_of_cancer": flags,
    },
)
areas = some(Area, {}, {"include": st.lists(words | predicates, max_size=3), "note": words})
instruments = some(
    Instrument,
    {"id": names, "title": words, "kind": words},
    {
        "signed": moments,
        "in_force": some(InForce, {"from": moments}, {"to": moments, "condition": tokens}),
        "parties": some(
            Parties,
            {},
            {
                "original": tokens,
                "acceded": st.lists(st.tuples(words, moments), max_size=2),
                "successor": st.dictionaries(names, words, max_size=2),
                "with": tokens,
            },
        ),
        "areas": st.dictionaries(names, areas, max_size=2),
        "provisions": st.lists(provisions, max_size=3),
        "unspecified": tokens,
        "amounts": st.lists(open_maps, max_size=2),
        "sources": some(SourceList, {}, {"seen": tokens, "cited": tokens}),
        "confidence": st.dictionaries(names, words, max_size=2),
    },
)
cases = some(
    Case,
    {"id": names, "title": words, "date": moments},
    {
        "hypothetical": flags,
        "facts": open_maps,
        "expect": st.lists(
            some(
                Expectation,
                {"instrument": words, "provision": words, "finding": st.sampled_from(FINDINGS)},
                {"why": tokens, "bearer_count": st.integers(0, 50), "due": moments, "if": words},
            ),
            max_size=2,
        ),
        "practice": open_maps,
    },
)
distributions = st.one_of(
    numbers.map(lambda x: {"fixed": x}),
    st.builds(lambda m, s: {"lognormal": {"median": m, "log_sd": s}}, positive, shares),
    st.builds(lambda m, s: {"normal": {"mean": m, "sd": s}}, numbers, shares),
    st.builds(lambda a, b: {"beta": {"a": a, "b": b}}, positive, positive),
    st.builds(lambda a, b: {"uniform": {"low": min(a, b), "high": max(a, b)}}, numbers, numbers),
).map(Distribution.model_validate)
plain_assumptions = some(
    Assumption,
    {"id": names, "label": words, "unit": words, "source": words, "distribution": distributions},
    {"symbol": words, "verified": flags, "note": words, "range": st.just((-1.5, 2.0))},
)
rivals = some(
    Rival, {"label": words, "distribution": distributions, "source": words}, {"verified": flags}
)
disputed_assumptions = st.builds(
    lambda one, two, name: Assumption(
        id=name, label="L", unit="u", source="s", rivals={"one": one, "two": two}, shown="two"
    ),
    rivals,
    rivals,
    names,
)
options = some(
    Option,
    {"id": names, "title": words, "summary": words},
    {
        "known_from": moments,
        "includes": tokens,
        "backers": tokens,
        "reference": flags,
        "phases": st.lists(
            some(
                Phase,
                {"id": names, "title": words},
                {"instruments": tokens, "deployments": tokens, "passes_on": names, "truce": flags},
            ),
            max_size=3,
        ),
        "adoption": some(Adoption, {"rule": st.just("agreement")}, {"consent": tokens}),
    },
)
scenarios = some(
    Scenario,
    {"id": names, "title": words, "summary": words, "as_of": moments}
    | {"protege": names, "challenger": names},
    {
        "horizon_years": st.floats(0.5, 100),
        "options": st.lists(options, max_size=2),
        "assumptions": st.lists(plain_assumptions, max_size=2),
        "deployments": st.lists(
            some(Deployment, {"id": names, "actor": names, "place": words, "troops": names}, {}),
            max_size=2,
        ),
        "positions": st.lists(
            some(
                Position,
                {"actor": names, "date": moments, "gist": words, "source": words}
                | {"stance": st.floats(-1, 1), "firmness": shares},
                {"option": names, "quote": words},
            ),
            max_size=2,
        ),
    },
)
slots = some(
    Slot,
    {"id": names, "group": words, "question": words, "path": words},
    {
        "ask": st.dictionaries(names, words, max_size=2),
        "options": st.lists(
            st.builds(
                lambda i, t, v: {"id": i, "text": t, "patches": [Patch(path="a.b", value=v)]},
                names,
                words,
                open_values,
            ),
            max_size=2,
        ),
    },
)


@pytest.mark.parametrize(
    ("model", "made"),
    [
        (Instrument, instruments),
        (Case, cases),
        (Assumption, plain_assumptions | disputed_assumptions),
        (Option, options),
        (Scenario, scenarios),
        (Slot, slots),
    ],
    ids=lambda part: getattr(part, "__name__", ""),
)
def test_what_is_written_reads_back_equal(model: type[BaseModel], made: Any):
    @given(made)
    def holds(value: BaseModel) -> None:
        got = read(write(value), model)
        assert got.problems == ()
        assert got.value == value

    holds()


LAYOUT = """\
# about this file
id: draft   # the identifier
parties:
  original: [NOR,   # the north
    DNK]
  note: |
    several
    lines
provisions:
- id: one # first
  act: [consult, assist]
- {id: two, deadline: {hours: 24}}   # second
empty:
last: 'quoted'
"""
PLACES = [
    ("id",),
    ("parties", "original", 0),
    ("parties", "original", 1),
    ("parties", "note"),
    ("parties", "group"),
    ("provisions", 0, "id"),
    ("provisions", 0, "act", 1),
    ("provisions", 0, "bearer"),
    ("provisions", 1, "deadline", "hours"),
    ("provisions", 1, "deadline", "text"),
    ("provisions", 1, "art"),
    ("empty",),
    ("last",),
    ("new",),
]


@given(st.sampled_from(PLACES), open_values)
def test_an_edit_changes_one_value_and_keeps_every_comment(path: tuple[Any, ...], value: Any):
    text = edited(LAYOUT, path, value)
    expected = parse(LAYOUT).data
    holder = expected
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    assert parse(text).data == expected
    for comment in ("# about this file", "# the identifier", "# the north", "# first", "# second"):
        assert comment in text
    kept = {line for line in LAYOUT.splitlines()} - set(text.splitlines())
    assert len(kept) <= 3


@given(st.lists(st.tuples(st.sampled_from(PLACES), words), max_size=5))
def test_edits_add_up(edits: list[tuple[tuple[Any, ...], str]]):
    text = LAYOUT
    for path, value in edits:
        text = edited(text, path, value)
    data = parse(text).data
    for path, value in dict(edits).items():
        found = data
        for step in path:
            found = found[step]
        assert found == value
