"""Small invented texts, states and incidents for the obligations tests."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from servanda.domain.actor import Actor
from servanda.domain.finding import Finding, Trace
from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument
from servanda.domain.moment import Moment
from servanda.obligations import assess

LEAGUE = [{"of": "league", "from": "2000-01-01"}]
LATE = [{"of": "league", "from": "2010-01-01", "to": "2020-12-31"}]

ACTORS: Mapping[str, Actor] = MappingProxyType(
    {
        a.id: a
        for a in (
            Actor(id="LIS", name="Lissia", adjectives=["Lissian"]),
            Actor(id="OST", name="Ostmere", adjectives=["Ostmeran"], memberships=LEAGUE),
            Actor(id="SUN", name="Sundhall", adjectives=["Sundhallic"], memberships=LATE),
            Actor(id="DOR", name="Dorvane", adjectives=["Dorvanian"]),
            Actor(id="brand", name="The Brand", kind="armed_group"),
            Actor(id="league", name="League of the Coast", kind="organisation"),
        )
    }
)


def pact(*provisions: dict, **rest) -> Instrument:
    """Return a treaty between Lissia, Ostmere and Sundhall, in force since 2005."""
    base = {
        "id": "coast",
        "title": "Coast Treaty",
        "kind": "treaty",
        "legal_force": "binding",
        "signed": "2004-06-01",
        "in_force": {"from": "2005-01-01"},
        "parties": {"original": ["LIS", "OST", "SUN"]},
        "provisions": list(provisions) or [duty()],
    }
    return Instrument.model_validate(base | rest)


def duty(**rest) -> dict:
    """Return a plain duty to assist a party after an armed attack."""
    base = {
        "id": "a1",
        "art": "1",
        "modality": "duty",
        "act": "assist",
        "bearer": "each_party",
        "trigger": {"kinds": ["armed_attack"], "object": "party"},
    }
    return base | rest


def raid(date: str | None = "2015-05-05T04:00+02:00", **facts) -> Incident:
    """Return Dorvane's attack on Lissia; a fact given as None is left out."""
    base = {"actor": "DOR", "actor_type": "state", "target": "LIS", "kind": "armed_attack"}
    kept = {k: v for k, v in (base | facts).items() if v is not None}
    return Incident(id="raid", title="Raid", date=date and Moment(date), facts=kept)


def one(text: Instrument, incident: Incident, *, as_of: str | None = None, actors=ACTORS):
    """Return the finding on the text's first provision."""
    day = Moment(as_of) if as_of else None
    return assess([text], incident, actors=actors, as_of=day)[0]


def found(text: Instrument, incident: Incident, **rest) -> str:
    """Return the word of the finding on the text's first provision."""
    return one(text, incident, **rest).finding


def leaves(trace: Trace | None) -> Iterator[Trace]:
    """Walk the nodes of a trace that have no children."""
    assert trace is not None
    if not trace.children:
        yield trace
    for child in trace.children:
        yield from leaves(child)


def well_traced(finding: Finding) -> None:
    """Assert that every leaf cites a clause and that every no has a root that a leaf shows."""
    seen = list(leaves(finding.trace))
    assert seen
    assert all(leaf.clause for leaf in seen), finding.trace
    if finding.finding == "not_triggered":
        assert finding.why
        roots = {r for leaf in seen if leaf.truth == "false" for r in leaf.roots}
        assert roots & set(finding.why), finding.trace
