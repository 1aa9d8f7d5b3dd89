"""Texts and cases with damaged structure and unheard words: refused with a code, or read with care.

The instruments and cases of the library are damaged at random (seeded) as data and as YAML text.
What still loads goes through every verb of the engine. That a key has no place where it stands is
found out from the annotations of the formats alone, not by asking the reader.
"""

import json
import random
import re
import time
import types
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from servanda.domain.codes import CODES
from servanda.domain.finding import Finding
from servanda.domain.incident import FINDINGS, Case, Incident
from servanda.domain.instrument import Instrument
from servanda.domain.moment import Moment
from servanda.obligations import assess, assess_many, bind, explain, fill, flip, gaps
from servanda.obligations.atop import to_atop
from servanda.obligations.bulk import ROOTS
from servanda.obligations.kleene import AND_ORDER
from servanda.obligations.lint import lint
from servanda.scenario import shelf
from servanda.scenario.reading import Read, parse, read

SHORT = 600
DEEP = 20_000
SECONDS = 20.0  # a guard against what never ends, no measurement
NONSENSE = (
    *("brillig", "slithy_toves", "gyre_and_gimble", "wabe", "mimsy_borogoves", "mome_raths"),
    *("outgrabe", "jubjub_bird", "frumious_bandersnatch", "vorpal_blade", "tulgey_wood"),
    *("uffish_thought", "galumphing", "frabjous_day", "callooh", "manxome_foe", "burbled"),
)
ODD = (
    *("", " ", "0", "-1", "1e999", "nan", ".inf", "0x10", "010", "1_000", "null", "~", "true"),
    *("NO", "2025-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "9999-12-31T23:59-23:59"),
    *("2024-02-29T24:00", "2025-W03", "yesterday", "2025", "1949-08-24T00:00+14:00", "2025-1-1"),
    *("\u0000", "\u202euntitled", "e\u0301", "ﬁ", "Ⅳ", "𝔘𝔎𝔯", "مادة", "第五条", "\ud7ff", "a\tb"),
    *("_", "__", "_by_", "not_", "no_no_no_x", "after_", "after_99999_years", "excludes_"),
    *("attack_by_", "_other_than_", "x_other_than_", "any_", "none", "unspecified", "all", "each"),
    *("UKR_", "A", "AAA_BBB", "*", "provisions.*", "~1:a", "vote,veto", "x" * 300, "a_" * 400),
)
KEYS = (
    *("brillig", "why", "missing", "modality", "facts", "kinds", "Kinds", "kind ", "from", "from_"),
    *("in_force", "provisions", "where", "of", "id", "format", "$ref", "__class__", "x-note", "0"),
    *("trigger", "expect", "excepts", "parties", "with", "with_", "for", "if", "note", "area"),
)


# --- the formats, read from their annotations ---------------------------------------------------


def arms(kind: Any) -> Iterator[Any]:
    """Open annotations and unions."""
    origin = get_origin(kind)
    if origin is Annotated:
        yield from arms(get_args(kind)[0])
    elif origin in (Union, types.UnionType):
        for arm in get_args(kind):
            yield from arms(arm)
    else:
        yield kind


@cache
def keys_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the type behind each key that a format has."""
    return {
        name: field.annotation
        for key, field in model.model_fields.items()
        for name in (key, field.alias)
        if name
    }


def misplaced(data: Any, kind: Any) -> Iterator[str]:
    """Yield every key for which there is no place where it stands."""
    if isinstance(data, list):
        for arm in arms(kind):
            if get_origin(arm) is tuple:
                for place, item in enumerate(data):
                    yield from misplaced(item, _item(get_args(arm), place))
    elif isinstance(data, dict):
        for arm in arms(kind):
            yield from _misplaced_in(data, arm)


def _item(kinds: tuple[Any, ...], place: int) -> Any:
    """Return the type of an item of a list, or of one of the two of a pair."""
    return kinds[min(place, len(kinds) - 1)] if kinds[-1] is not Ellipsis else kinds[0]


def _misplaced_in(data: dict[str, Any], arm: Any) -> Iterator[str]:
    if get_origin(arm) is dict:
        for value in data.values():
            yield from misplaced(value, get_args(arm)[1])
    elif get_origin(arm) is tuple:  # one value where a list is meant
        yield from misplaced(data, get_args(arm)[0])
    elif isinstance(arm, type) and issubclass(arm, BaseModel):
        for key, value in data.items():
            if key in keys_of(arm):
                yield from misplaced(value, keys_of(arm)[key])
            else:
                yield str(key)


# --- damage --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sound:
    """A file of the library before the damage."""

    name: str
    text: str
    data: Any
    model: type[BaseModel]


@cache
def corpus() -> tuple[Sound, ...]:
    root = files("servanda").joinpath("library")
    found = []
    for folder, model in (("instruments", Instrument), ("cases", Case)):
        for entry in sorted(root.joinpath(folder).iterdir(), key=lambda e: e.name):
            if entry.name.endswith(".yaml"):
                text = entry.read_text(encoding="utf-8")
                found.append(Sound(entry.name, text, parse(text).data, model))
    return tuple(found)


@cache
def incidents() -> tuple[Incident, ...]:
    return tuple(case.incident for case in shelf.cases().values())


@cache
def texts() -> tuple[Instrument, ...]:
    return tuple(shelf.instruments().values())


@cache
def words() -> tuple[str, ...]:
    """Return every word and key of the library, each once."""
    seen: dict[str, None] = {}
    for sound in corpus():
        for _, node in spots(sound.data):
            if isinstance(node, dict):
                seen.update(dict.fromkeys(node))
            elif isinstance(node, str) and len(node) < 60:
                seen[node] = None
    return tuple(seen)


def spots(data: Any) -> Iterator[tuple[tuple[Any, Any], Any]]:
    """Walk every value with its holder and its place there."""
    pairs = data.items() if isinstance(data, dict) else enumerate(data)
    for place, value in list(pairs):
        yield (data, place), value
        if isinstance(value, (dict, list)):
            yield from spots(value)


def _deep(chance: random.Random) -> Any:
    node: Any = chance.choice(["x", [], {}, None])
    for _ in range(chance.choice((3, 20, 58, 70))):
        node = [node] if chance.random() < 0.5 else {chance.choice(KEYS): node}
    return node


def _other(chance: random.Random) -> Any:
    """Return a value, or a part of a file, that belongs elsewhere."""
    sound = chance.choice(corpus())
    return deepcopy(chance.choice(list(spots(sound.data)))[1])


def _value(chance: random.Random) -> Any:
    return chance.choice(
        (
            lambda: chance.choice(NONSENSE),
            lambda: chance.choice(ODD),
            lambda: chance.choice(words()),
            lambda: [],
            lambda: {},
            lambda: None,
            lambda: [chance.choice(words()), chance.choice(NONSENSE)],
            lambda: {chance.choice(KEYS): chance.choice(words())},
            lambda: "long " * chance.choice((50, 399, 401, 1999, 2001)),
            lambda: str(chance.randrange(-3, 4000)),
            lambda: _deep(chance),
            lambda: _other(chance),
        )
    )()


def drop(holder: Any, place: Any, chance: random.Random) -> None:
    del holder[place]


def double(holder: Any, place: Any, chance: random.Random) -> None:
    if isinstance(holder, list):
        holder[place:place] = [deepcopy(holder[place])] * chance.choice((1, 2, 40))
    else:
        holder[chance.choice(KEYS)] = deepcopy(holder[place])


def rename(holder: Any, place: Any, chance: random.Random) -> None:
    if isinstance(holder, dict):
        name = chance.choice((chance.choice(KEYS), chance.choice(words()), f"{place}s", "n" * 999))
        holder[name] = holder.pop(place)


def replace(holder: Any, place: Any, chance: random.Random) -> None:
    holder[place] = _value(chance)


def turn(holder: Any, place: Any, chance: random.Random) -> None:
    """Make a list of a value, a value of a list, a mapping of a word."""
    value = holder[place]
    if isinstance(value, list):
        holder[place] = value[0] if value else "none"
    elif isinstance(value, dict):
        holder[place] = [list(value), list(value.values())]
    else:
        holder[place] = [value] if chance.random() < 0.5 else {str(value): value}


def strange(holder: Any, place: Any, chance: random.Random) -> None:
    """Put a word that nobody has heard into a word, or in its place."""
    value = holder[place]
    word = chance.choice(NONSENSE)
    plain = isinstance(value, str) and " " not in value
    holder[place] = f"{value}_{word}" if plain and chance.random() < 0.5 else word


def add(holder: Any, place: Any, chance: random.Random) -> None:
    if isinstance(holder, list):
        holder.insert(place, _value(chance))
    else:
        holder[chance.choice((chance.choice(KEYS), chance.choice(words())))] = _value(chance)


DAMAGE: tuple[Callable[[Any, Any, random.Random], None], ...] = (
    drop,
    double,
    rename,
    replace,
    replace,
    turn,
    strange,
    strange,
    add,
)


def damaged(data: Any, chance: random.Random) -> Any:
    data = deepcopy(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        (holder, place), _ = chance.choice(list(spots(data)) or [(({}, None), None)])
        if place is not None:
            chance.choice(DAMAGE)(holder, place, chance)
    return data


def unheard(data: Any, chance: random.Random) -> Any:
    """Put unheard words in the place of many, and leave the structure as it is."""
    data = deepcopy(data)
    for (holder, place), value in list(spots(data)):
        if isinstance(value, str) and place not in ("format", "id") and chance.random() < 0.4:
            strange(holder, place, chance)
    return data


def rewritten(text: str, chance: random.Random) -> str:
    """Damage the lines of a YAML text."""
    lines = text.splitlines()
    at = chance.randrange(len(lines))
    margin = " " * (len(lines[at]) - len(lines[at].lstrip()))
    chance.choice(
        (
            lambda: lines.insert(at, lines[at]),
            lambda: lines.pop(at),
            lambda: lines.insert(at, f"{margin}{chance.choice(KEYS)}: {chance.choice(words())}"),
            lambda: lines.insert(at, f"{margin}{chance.choice(KEYS)}: [{{a: [[]]}}, ~]"),
            lambda: lines.__setitem__(at, re.sub(r"\w+$", chance.choice(NONSENSE), lines[at])),
            lambda: lines.__setitem__(at, re.sub(r":.*", ": []", lines[at])),
            lambda: lines.__setitem__(at, re.sub(r"\d+", "20", lines[at])),
            lambda: lines.__setitem__(at, lines[at].replace(" [", " ").replace("]", "")),
        )
    )()
    return "\n".join(lines) + "\n"


def mutant(sound: Sound, chance: random.Random) -> tuple[str, Any]:
    """Return a damaged file as text, and as data where it was made as data."""
    how = chance.random()
    if how < 0.25:
        return rewritten(sound.text, chance), None
    data = (unheard if how < 0.35 else damaged)(sound.data, chance)
    if chance.random() < 0.5:
        return json.dumps(data, ensure_ascii=False), data
    return yaml.dump(data, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper)), data


# --- what has to hold ----------------------------------------------------------------------------


#: Leaves that say all they have to say in their label.
BARE = ("kind: the text names none",)


def honest(finding: Finding, where: str) -> None:
    """Assert that a finding uses known words and shows where each of its reasons comes from."""
    assert finding.finding in FINDINGS, where
    assert set(finding.why) <= set(ROOTS), (where, finding.why)
    assert finding.trace is not None, where
    for leaf in finding.trace.leaves():
        assert leaf.truth in AND_ORDER, (where, leaf)
        assert leaf.clause, (where, leaf)
        assert leaf.facts or leaf.missing or leaf.note or leaf.label in BARE, (where, leaf)
        assert set(leaf.roots) <= set(ROOTS), (where, leaf)
    assert explain(finding, actors=shelf.actors()).endswith("."), where


def put_through(
    text: Instrument, incident: Incident, chance: random.Random, where: str
) -> tuple[Finding, ...]:
    """Run every verb of the engine over a text and an incident."""
    actors = shelf.actors()
    as_of = None if chance.random() < 0.7 else Moment(chance.choice(("1980", "2025-04", "2026")))
    found = assess([text], incident, actors=actors, as_of=as_of)
    for finding in found:
        honest(finding, where)
    if chance.random() < 0.3:
        rows = [incident, chance.choice(incidents())]
        ledger = assess_many([text], rows, actors=actors, as_of=as_of, threads=1)
        bare = text.model_copy(update={"official_readings": ()})
        again = assess([bare], incident, actors=actors, as_of=as_of, trace=False)
        told = [ledger.word(line, 0) for line in range(len(ledger.provisions))]
        assert told == [f.finding for f in again], where
    for provision in text.provisions[:3]:
        bind(text, provision, actors=actors, on=incident.date)
    if text.provisions and chance.random() < 0.3:
        name = chance.choice(text.provisions).id
        for one in flip(text, name, incident, actors=actors, as_of=as_of):
            assert json.dumps(one.published(), default=str), where
    fill(text, shelf.slots())
    gaps(text, shelf.slots())
    assert all(r[0] in CODES for r in lint(text, actors=actors, slots=shelf.slots())), where
    assert to_atop(text, actors=actors, on=incident.date), where
    return found


def coded(got: Read[Any], where: str) -> None:
    """Assert that a file was read, or refused with known codes and a place."""
    assert (got.value is None) == bool(got.errors), where
    for problem in got.problems:
        assert problem.code in CODES, (where, problem)
        assert problem.message, where
        assert problem.span is not None, where
        assert problem.span.line >= 1, where


def no_key_unseen(own: Read[Any], other: Read[Any], model: type[BaseModel], where: str) -> bool:
    """Assert that every key without a place is an error, or in foreign files a warning by name."""
    data = own.parsed.data
    if data is None or own.parsed.problems:
        return False
    odd = list(misplaced(data, model))
    if not odd:
        return False
    assert own.value is None, (where, odd)
    told = [p.message for p in other.problems if p.code == "SV201"]
    if other.value is not None and len(other.problems) < 100:
        for key in odd:
            assert any(f"'{key}'" in message for message in told), (where, key, told)
        assert len(told) >= len(odd), where
    return True


def as_data(data: Any, model: type[BaseModel], chance: random.Random) -> Any:
    """Build the noun from data that never was a file, with numbers and truth values in it."""
    for (holder, place), value in list(spots(data)):
        if isinstance(value, str) and chance.random() < 0.02:
            holder[place] = chance.choice((7, -0.5, True, False, None, float("inf"), [value]))
    try:
        return model.model_validate(data)
    except ValidationError:
        return None


def survive(count: int, seed: int) -> dict[str, int]:
    """Damage that many files and follow each; return how many went which way."""
    assess_many(texts()[:1], incidents()[:1], actors=shelf.actors())  # compiled before the clock
    chance = random.Random(seed)
    ways = dict.fromkeys(("loaded", "foreign", "refused", "odd keys", "as data", "findings"), 0)
    for number in range(count):
        sound = chance.choice(corpus())
        where = f"seed {seed}, mutant {number} of {sound.name}"
        text, data = mutant(sound, chance)
        begun = time.process_time()
        own = read(text, sound.model, name="mutant.yaml")
        other = read(text, sound.model, name="mutant.yaml", foreign=True)
        coded(own, where)
        coded(other, where)
        ways["odd keys"] += no_key_unseen(own, other, sound.model, where)
        made = None if data is None else as_data(data, sound.model, chance)
        ways["loaded"] += own.value is not None
        ways["foreign"] += other.value is not None and own.value is None
        ways["refused"] += other.value is None
        ways["as data"] += made is not None
        for value in (other.value, made):
            if isinstance(value, Instrument):
                incident = chance.choice(incidents())
                ways["findings"] += len(put_through(value, incident, chance, where))
            elif isinstance(value, Case):
                text_ = chance.choice(texts())
                ways["findings"] += len(put_through(text_, value.incident, chance, where))
        spent = time.process_time() - begun
        assert spent < SECONDS, (where, spent)
    return ways


def test_damaged_texts_and_cases_are_refused_or_read_with_care():
    ways = survive(SHORT, 11)
    assert ways["loaded"] > SHORT // 10, ways
    assert ways["foreign"] > SHORT // 30, ways
    assert ways["refused"] > SHORT // 10, ways
    assert ways["odd keys"] > SHORT // 20, ways
    assert ways["findings"] > SHORT, ways


@pytest.mark.deep
def test_many_damaged_texts_and_cases_are_refused_or_read_with_care():
    ways = survive(DEEP, 12)
    assert ways["loaded"] > DEEP // 10, ways
    assert ways["foreign"] > DEEP // 30, ways
    assert ways["odd keys"] > DEEP // 20, ways


# --- texts in words that nobody has heard --------------------------------------------------------

SYLLABLES = ("bri", "slo", "vorp", "gim", "tul", "wab", "mim", "jub", "frab", "snic", "gyr", "zor")
parts = st.lists(st.sampled_from(SYLLABLES), min_size=2, max_size=3).map("".join)
unheard_words = st.lists(parts, min_size=2, max_size=3).map("_".join)
some = st.lists(unheard_words, min_size=1, max_size=3, unique=True)
unheard_triggers = st.fixed_dictionaries(
    {"kinds": some},
    optional={
        "of": some,
        "object": some,
        "actor": some,
        "qualifier": some,
        "judged_by": some,
        "where": some,
        "threshold": unheard_words,
        "baseline": unheard_words,
        "attribution": unheard_words,
        "min_attackers": unheard_words,
        "logic": unheard_words,
    },
)
unheard_provisions = st.fixed_dictionaries(
    {"id": st.just("a1"), "modality": unheard_words, "trigger": unheard_triggers},
    optional={
        "act": some,
        "bearer": some,
        "toward": some,
        "area": some,
        "area_excluded": some,
        "conditions": some,
        "exceptions": some,
        "discretion": unheard_words,
        "effect": unheard_words,
        "decision": st.fixed_dictionaries(
            {}, optional={"organ": some, "rule": unheard_words, "determined_by": some}
        ),
        "response": st.fixed_dictionaries({}, optional={"content": some, "minimum": unheard_words}),
    },
)
unheard_texts = st.fixed_dictionaries(
    {
        "id": st.just("n1"),
        "title": st.just("In other words"),
        "kind": unheard_words,
        "provisions": st.lists(unheard_provisions, min_size=1, max_size=1),
        "parties": st.just({"original": ["LIS", "OST"]}),
    },
    optional={"legal_force": unheard_words, "unspecified": some},
)
ATTACK: Mapping[str, Any] = {
    "actor": "DOR",
    "target": "LIS",
    "kind": "armed_attack",
    "object": "power_plant",
    "domain": "land",
    "scale": "large",
    "deliberate": True,
    "requested": True,
    "provoked": False,
    "place": {"name": "Harbour", "sovereign": "LIS", "region": ["europe"]},
}


def attacked(**facts: Any) -> Incident:
    return Incident(id="raid", title="Raid", date=Moment("2020-01-01"), facts={**ATTACK, **facts})


@given(unheard_texts)
def test_a_text_in_unheard_words_is_read_with_warnings_and_decides_nothing(data):
    got = read(json.dumps(data), Instrument, name="n1.yaml")
    assert got.value is not None, got.problems
    assert list(lint(got.value, actors=shelf.actors(), slots=shelf.slots()))
    (found,) = assess([got.value], attacked(), actors=shelf.actors())
    assert found.finding in ("triggered_if", "undetermined"), (found.finding, found.why)
    honest(found, str(data))
    if found.finding == "triggered_if":
        provision = got.value.provisions[0]
        assert set(provision.trigger.kinds) & set(found.missing), found.missing
        assert set(provision.conditions) <= set(found.missing), found.missing


PLAIN: Mapping[str, Any] = {
    "id": "a1",
    "modality": "duty",
    "act": "assist",
    "bearer": "each_party",
    "trigger": {"kinds": ["armed_attack"]},
}


def within_pact(word: str, path: str, base: Mapping[str, Any] = PLAIN) -> Instrument:
    """Return a plain pact with one unheard word at one place."""
    provision = deepcopy(dict(base))
    rest: dict[str, Any] = {}
    *steps, last = path.split(".")
    node = rest if path.startswith(("areas", "in_force")) else provision
    for step in steps:
        node = node.setdefault(step, {})
    node[last] = word
    if "areas" in rest:
        provision["area"] = "zone"
        rest["areas"] = {"zone": {"include": [rest["areas"]["zone"]]}}
    if "in_force" in rest:
        rest["in_force"]["from"] = "conditional"
    return Instrument.model_validate(
        {
            "id": "p1",
            "title": "Pact",
            "kind": "treaty",
            "parties": {"original": ["LIS", "OST"]},
            "provisions": [provision],
            **rest,
        }
    )


@pytest.mark.parametrize(
    "path",
    [
        *("trigger.kinds", "trigger.actor", "trigger.actor_secret", "trigger.min_attackers"),
        *("trigger.attribution", "trigger.qualifier", "conditions", "area", "in_force.condition"),
        *("areas.zone.what", "trigger.object", "trigger.of"),
    ],
)
def test_one_unheard_word_in_a_plain_text_leaves_its_question_open_and_is_named(path: str):
    (found,) = assess([within_pact("mome_raths", path)], attacked(), actors=shelf.actors())
    assert found.finding == "triggered_if"
    named = any("mome_raths" in word for word in found.missing)
    assert named or (path == "areas.zone.what" and found.missing == ("place",))


@pytest.mark.parametrize(
    ("path", "word"),
    [
        *(("trigger.threshold", "mome_raths"), ("trigger.baseline", "mome_raths")),
        *(("trigger.where", "mome_raths"), ("trigger.judged_by", "mome_raths")),
        *(("trigger.domains", "mome_raths"), ("domain", "mome_raths")),
        ("decision.determined_by", "mome_raths"),
    ],
)
def test_one_unheard_word_elsewhere_leaves_its_question_open_and_is_named(path: str, word: str):
    (found,) = assess([within_pact(word, path)], attacked(), actors=shelf.actors())
    assert found.finding in ("triggered_if", "undetermined"), found.finding
    assert any(word in name for name in found.missing), found.missing


def test_an_unheard_modality_owes_nothing_for_sure():
    text = within_pact("slithy_toves", "modality")
    (found,) = assess([text], attacked(), actors=shelf.actors())
    assert found.finding in ("triggered_if", "undetermined"), found.finding


def test_an_unheard_word_for_the_protected_makes_no_breach():
    calm = {"id": "a1", "modality": "prohibition", "act": "use_force", "bearer": "OST"}
    text = within_pact("wabe", "toward", calm)
    (found,) = assess([text], attacked(actor="OST"), actors=shelf.actors())
    assert found.finding != "breach"
