"""No fabricated quotation is accepted, and every true one is found at its own characters."""

import random
import re
import unicodedata

import pytest
from tests.conftest import DEEP
from tests.scoring import OWN, reports

from servanda.evidence.verbatim import locate

TEXTS = [d["text"] for d in reports(OWN)]
WORDS = sorted({w for t in TEXTS for w in re.findall(r"\w+", t)})
COUNT = 10_000 if DEEP else 600


def plain(text: str) -> str:
    """Reduce a text to what no tier may change: letters, digits and other marks in their order."""
    text = re.sub(r"[“”„«»\"]", '"', re.sub(r"[‘’‚']", "'", re.sub(r"[–—‑−-]", "-", text)))
    return re.sub(r"\s+", " ", text).strip()


def quote(rng: random.Random) -> tuple[str, str]:
    text = rng.choice(TEXTS)
    words = [m.span() for m in re.finditer(r"\S+", text)]
    first = rng.randrange(len(words) - 6)
    last = min(len(words) - 1, first + rng.randrange(3, 12))
    return text, text[words[first][0] : words[last][1]].strip('“”"«»„')


def mutated(rng: random.Random, words: list[str]) -> list[str]:
    at = rng.randrange(len(words))
    kind = rng.randrange(7)
    if kind == 0:
        return [*words[:at], rng.choice(WORDS), *words[at + 1 :]]
    if kind == 1:
        return [*words[:at], *words[at + 1 :]]
    if kind == 2:
        return [*words[:at], rng.choice(WORDS), *words[at:]]
    if kind == 3:
        other = rng.randrange(len(words))
        words[at], words[other] = words[other], words[at]
        return words
    if kind == 4:
        return [*words[:at], words[at].swapcase(), *words[at + 1 :]]
    if kind == 5:
        return [*words[:at], "not", *words[at:]]
    letter = rng.choice("aeioustrn")
    place = rng.randrange(len(words[at]) + 1)
    return [*words[:at], words[at][:place] + letter + words[at][place:], *words[at + 1 :]]


def test_mutated_quotes_are_refused():
    rng = random.Random(20250307)
    refused = 0
    for _ in range(COUNT):
        text, true = quote(rng)
        false = " ".join(mutated(rng, true.split()))
        if plain(false.strip('“”"«»„')) in plain(text):
            continue  # the mutation happens to be another true quotation
        found = locate(false, text)
        assert found is None, (false, found)
        refused += 1
    assert refused > 0.8 * COUNT


@pytest.mark.parametrize("change", ["none", "blanks", "marks", "wrapped"])
def test_true_quotes_are_found_at_their_characters(change: str):
    rng = random.Random(7)
    for _ in range(COUNT // 4):
        text, true = quote(rng)
        given = {
            "none": true,
            "blanks": true.replace(" ", "   "),
            "marks": true.replace("’", "'").replace("—", "-"),
            "wrapped": true.replace(" ", "\n", 1),
        }[change]
        found = locate(given, text)
        assert found is not None, given
        assert plain(found.span.of(text)) == plain(true)


@pytest.mark.parametrize(
    "text",
    [
        "Er sagte: «Nein, só não.» Ende",
        "\r\nHe said:\r\n“No room\r\nfor that.”\r\n",
        "😀😀 “Ça va” 😀",
        "combining: " + unicodedata.normalize("NFD", "“Même très tôt”"),
    ],
)
def test_offsets_hold_on_other_scripts_and_line_ends(text: str):
    inner = re.search(r"[“«](.*?)[”»]", text, re.S)
    assert inner is not None
    found = locate(inner.group(1), text)
    assert found is not None
    assert found.span.of(text) == inner.group(1)


def test_a_quotation_ends_with_its_word():
    assert locate("no room", "there is no roommate") is None
    assert locate("We see", "Awe seen") is None


def test_an_ellipsis_needs_both_parts_in_order():
    text = "We want peace now. We need planes before any talks begin."
    assert locate("We want peace ... before any talks", text) is not None
    assert locate("before any talks ... We want peace", text) is None
    assert locate("We want war ... before any talks", text) is None
