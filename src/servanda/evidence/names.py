"""Names as people write them: folded, related to a country, told near from far."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["FEMALE", "MALE", "distance", "folded", "gender_of", "kin", "near"]

MALE, FEMALE = "m", "f"
_FEMALE_NAMES = frozenset(
    """claire ruth ilse helen karen alice rachel yvette annalena mette margrethe elisabeth
    elizabeth jane anne ann mary sarah susan catherine katherine kate liz ingrid astrid solveig
    esther miriam roberta judith edith agnes beatrice florence grace irene joan louise rose
    sophie valerie yael iryna olha kaja ursula giorgia karoline christine madeleine 
    nicole""".split()
)
_MALE_A = frozenset(
    """luca andrea nikita sasha ilya mustafa joshua kostya mykola mykyta danila misha noah ezra
    barnaba elia juha pekka jukka esa kola fedya petra-m dima kuzma foma luka""".split()
)
_ENDINGS = ("ians", "ian", "ans", "an", "ish", "ese", "ais", "ois", "ien", "ic", "i", "ch", "ois")


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """Lower the case and drop accents, so that spellings can be compared.

    Examples:
        >>> folded("Élisabeth")
        'elisabeth'
    """
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(c for c in plain if not unicodedata.combining(c)).lower()


def distance(first: str, second: str, most: int = 3) -> int:
    """Count the letters to insert, delete or change between two words; stop at ``most`` + 1.

    Examples:
        >>> distance("volodyr", "volodymyr"), distance("kesim", "kessim")
        (2, 1)
    """
    if abs(len(first) - len(second)) > most:
        return most + 1
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        new = [i]
        for j, b in enumerate(second, 1):
            new.append(min(row[j] + 1, new[-1] + 1, row[j - 1] + (a != b)))
        row = new
        if min(row) > most:
            return most + 1
    return row[-1]


def near(first: str, second: str) -> bool:
    """Say whether two words are spellings of one name: a fifth of the letters may differ.

    Examples:
        >>> near("Zelenskiy", "Zelensky"), near("Macron", "Meloni")
        (True, False)
    """
    a, b = folded(first), folded(second)
    if min(len(a), len(b)) < 5 or a[0] != b[0]:
        return a == b
    allowed = max(1, (max(len(a), len(b)) + 1) // 4)
    return distance(a, b, allowed) <= allowed


def kin(word: str, country: str) -> bool:
    """Say whether a word looks like the adjective of a country's name.

    Only for countries that the registry knows without their adjectives.

    Examples:
        >>> kin("Vellish", "Velland"), kin("Tarnian", "Tarnia"), kin("Marennais", "Marenne")
        (True, True, True)
        >>> kin("Military", "Mali")
        False
    """
    a, b = folded(word), folded(country.split()[-1])
    if a == b or not a.endswith(_ENDINGS):
        return False
    shared = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), None)
    if shared is None:
        shared = min(len(a), len(b))
    return shared >= 4 and len(b) - shared <= 3 and len(a) - shared <= 4


def gender_of(name: str) -> str | None:
    """Guess the gender of a person from the first name, None where nothing speaks for either.

    A guess only chooses between persons a pronoun may mean; it is not stored or shown.

    Examples:
        >>> gender_of("Olha Stefanishyna"), gender_of("Luca Rossi"), gender_of("Kim")
        ('f', None, None)
    """
    parts = re.findall(r"[^\W\d_]+", folded(name))
    if len(parts) < 2:
        return None
    first = parts[0]
    if first in _FEMALE_NAMES:
        return FEMALE
    if first in _MALE_A:
        return None
    return FEMALE if first.endswith("a") else MALE
