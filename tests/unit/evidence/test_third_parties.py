"""What one actor says of another is never booked as that other's own position."""

import pytest
from tests.scoring import OWN, reports

from servanda.evidence import grammar
from servanda.evidence.registry import parsed_registry
from servanda.evidence.solve import read_text

OF_ALL = reports(OWN)
REGISTRY = parsed_registry(
    {
        "actors": list({a["id"]: a for d in OF_ALL for a in d["actors"]}.values()),
        "proposals": list({p["id"]: p for d in OF_ALL for p in d["proposals"]}.values()),
    }
)
# Each tells what Kessim or Dornik says of Malenk, and nothing that Malenk said.
TOLD = [
    "Kessim believes Malenk will accept peacekeepers.",
    "According to Kessim, Malenk would accept peacekeepers.",
    "Malenk would accept peacekeepers, Kessim said.",
    "Malenk, Kessim said, would accept peacekeepers.",
    "Kessim claimed Malenk supports the stabilisation force.",
    "In Kessim's view, Malenk wants a stabilisation force.",
    "Kessim quoted Malenk as saying that he accepted peacekeepers.",
    "Malenk told Kessim that he would accept peacekeepers, the Kestrian president said.",
    "Kessim: Malenk is ready for a stabilisation force.",
    "Kessim expects Malenk to accept a stabilisation force.",
    "“Malenk wants a stabilisation force,” Kessim said.",
    "Kessim is convinced that Malenk wants peacekeepers.",
    "Malenk is open to peacekeepers, if Kessim is to be believed.",
    "Kessim's claim that Malenk accepts peacekeepers was rejected by Orsava.",
    "Dornik warned that Malenk rejects a stabilisation force.",
    "Malenk was said by Kessim to accept peacekeepers.",
    "Asked whether Malenk would accept peacekeepers, Kessim said yes.",
    "There were signs that Malenk would accept peacekeepers, Kessim told reporters.",
    "Kessim said he had spoken with Malenk, who accepts the peacekeepers.",
    (
        "Kessim predicted that Malenk would back the stabilisation force and that Malenk "
        "would oppose neutrality."
    ),
    "Kessim thinks Malenk, who opposes neutrality, would accept a stabilisation force.",
    "Kessim has suggested that Malenk's support for a stabilisation force is growing.",
    "Kessim repeated Malenk's demand for neutrality.",
    "Kessim said Malenk had told him: “I accept the peacekeepers.”",
    (
        "Malenk is ready to accept a stabilisation force, Kessim insisted on Friday, adding "
        "that Malenk supports foreign troops."
    ),
    "Kessim is sure Malenk wants a deal. “He accepts the peacekeepers,” he said. “He told me so.”",
    "For Kessim, Malenk is willing to accept a stabilisation force.",
    "Kessim told Radio Pelsk that Malenk backs the stabilisation force and opposes neutrality.",
    "Kessim reiterated his belief that Malenk would accept peacekeepers.",
    "Malenk supports a stabilisation force, in the words of Kessim.",
    "Kessim says Malenk “would love” the peacekeepers.",
]
OWN_WORDS = [
    "Malenk rejected a stabilisation force.",
    "Malenk said that he would accept peacekeepers.",
    "“I accept the peacekeepers,” Malenk said.",
    "Malenk is opposed to peacekeepers.",
    "Kessim proposed a stabilisation force; Malenk opposes the force.",
]
LEVELS = [0, pytest.param(1, marks=pytest.mark.skipif(not grammar.available(), reason="no parser"))]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("text", TOLD)
def test_told_of_another(text: str, level: int):
    claims = read_text(text, REGISTRY, published="2031-05-06", level=level).claims
    assert not [c for c in claims if c.speaker == "malenk"], claims


@pytest.mark.parametrize("text", OWN_WORDS)
@pytest.mark.skipif(not grammar.available(), reason="no parser")
def test_own_words_are_still_booked(text: str):
    claims = read_text(text, REGISTRY, published="2031-05-06").claims
    assert [c for c in claims if c.speaker == "malenk"]
