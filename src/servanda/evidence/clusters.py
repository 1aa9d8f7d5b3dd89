"""One utterance carried by many reports counts once: near-equal articles and near-equal claims."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from servanda.evidence.names import folded
from servanda.evidence.records import Claim, Flag, Reading

__all__ = ["Utterance", "article_clusters", "source_flags", "utterances"]

_NEAR_ARTICLE = 0.5
_NEAR_CLAIM = 0.5
_HASHES = 48


@dataclass(frozen=True, slots=True)
class Utterance:
    """A claim with every report of it: ``members`` are (index of reading, index of claim).

    ``sources`` counts reports that are not copies of each other.
    """

    claim: Claim
    members: tuple[tuple[int, int], ...]
    sources: int


def _shingles(text: str, size: int) -> frozenset[int]:
    tokens = re.findall(r"\w+", folded(text))
    return frozenset(
        int.from_bytes(
            hashlib.blake2b(" ".join(tokens[i : i + size]).encode(), digest_size=8).digest(), "big"
        )
        for i in range(max(1, len(tokens) - size + 1))
    )


def _share(first: frozenset[int], second: frozenset[int]) -> float:
    return len(first & second) / max(1, min(len(first), len(second)))


def article_clusters(readings: Sequence[Reading]) -> list[int]:
    """Return for each reading the number of its cluster of near-equal texts.

    Texts of which half of the runs of five words agree are one article in several places. The
    smallest hashes of a text choose its candidates, so that a thousand texts take seconds.
    """
    sets = [_shingles(r.text, 5) for r in readings]
    by_hash: dict[int, list[int]] = {}
    cluster = list(range(len(readings)))
    for index, shingles in enumerate(sets):
        low = sorted(shingles)[:_HASHES]
        for candidate in sorted({c for h in low for c in by_hash.get(h, [])}):
            if _share(shingles, sets[candidate]) >= _NEAR_ARTICLE:
                cluster[index] = cluster[candidate]
                break
        for value in low:
            by_hash.setdefault(value, []).append(index)
    return cluster


def utterances(readings: Sequence[Reading]) -> list[Utterance]:
    """Group the claims of many readings: same speaker, proposal, day within one, near words."""
    articles = article_clusters(readings)
    groups: dict[tuple[str, str | None], list[list[tuple[int, int]]]] = {}
    words: dict[tuple[int, int], frozenset[int]] = {}
    for i, reading in enumerate(readings):
        for j, claim in enumerate(reading.claims):
            key = (i, j)
            words[key] = _shingles(claim.span.of(reading.text), 2)
            rows = groups.setdefault((claim.speaker, claim.proposal), [])
            row = next((r for r in rows if _same(readings, r[0], key, words, articles)), None)
            if row is None:
                rows.append([key])
            else:
                row.append(key)
    found = []
    for rows in groups.values():
        for row in rows:
            best = max(row, key=lambda k: (readings[k[0]].claims[k[1]].certainty, -k[0], -k[1]))
            sources = len({articles[i] for i, _ in row})
            found.append(Utterance(readings[best[0]].claims[best[1]], tuple(row), sources))
    return found


def _same(
    readings: Sequence[Reading], first: tuple[int, int], second: tuple[int, int],
    words: dict[tuple[int, int], frozenset[int]], articles: list[int],
) -> bool:  # fmt: skip
    if first[0] == second[0]:
        return False
    one, two = readings[first[0]].claims[first[1]], readings[second[0]].claims[second[1]]
    share = _share(words[first], words[second])
    if articles[first[0]] == articles[second[0]]:
        return share >= 0.8
    return share >= _NEAR_CLAIM and _days_apart(one.date, two.date) <= 1


def _days_apart(first: str | None, second: str | None) -> int:
    try:
        a, b = (date.fromisoformat((d or "")[-10:]) for d in (first, second))
    except ValueError:
        return 0 if first == second else 99
    return abs((a - b).days)


def source_flags(readings: Sequence[Reading]) -> list[list[Flag]]:
    """Return the flags that only several sources show: copies, and quotes that differ.

    ``syndicated``: the text is nearly that of an earlier one. ``quote-variant``: the same remark of
    the same speaker stands with other words in another source.
    """
    clusters = article_clusters(readings)
    found: list[list[Flag]] = [[] for _ in readings]
    for i, reading in enumerate(readings):
        if clusters[i] != i:
            span = reading.claims[0].span if reading.claims else None
            if span is not None:
                found[i].append(
                    Flag("syndicated", span, f"nearly the text of source {clusters[i] + 1}")
                )
    seen: dict[str, list[tuple[int, str, frozenset[int]]]] = {}
    for i, reading in enumerate(readings):
        for claim in reading.claims:
            for quote in claim.quotes:
                text = re.sub(r"\W+", " ", folded(quote.of(reading.text))).strip()
                grams = _shingles(text, 1)
                for j, other, theirs in seen.get(claim.speaker, []):
                    if (
                        j != i
                        and other != text
                        and len(grams) >= 4
                        and _share(grams, theirs) >= 0.6
                        and len(grams ^ theirs) <= 4
                    ):
                        found[i].append(
                            Flag(
                                "quote-variant",
                                quote,
                                f"source {j + 1} has other words for this remark",
                            )
                        )
                        break
                seen.setdefault(claim.speaker, []).append((i, text, grams))
    return found
