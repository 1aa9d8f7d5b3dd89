"""How a reading is scored against labels.

**Statements.** A gold statement with a content span and a claim match when the speaker is the same
and the spans share at least half of the characters of their union (`strict`), or, second figure,
at least half of the shorter span and a tenth of the union (`lenient`). Each is matched at most
once, the best overlap first. Statements without content (a party kept silent) are left out on
both sides. F1 = 2PR / (P + R), pooled over the reports.

**Quotes.** A gold quote span and a predicted one match when their overlap is at least 0.8 of the
union and the claims that carry them have the same speaker; each (span, speaker) counts once.

**Stance sign, proposal.** Over matched statements that carry a gold stance and proposal: the signs
agree (|stance| < 0.05 is zero, and zero agrees with |stance| <= 0.2); the proposals are equal.

**Incidents.** Matched by overlapping spans, one to one; an incident labelled part of another may
be matched or missing freely (``part_of``), and its prediction is no error.

**Third party.** A claim is booked wrongly as own when its span lies in a gold statement by somebody
else that carries ``reports_position_of`` this claim's speaker.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from servanda.evidence.records import Reading
from servanda.evidence.registry import parsed_registry
from servanda.evidence.solve import read_text

OWN = Path(__file__).parent / "reports"


@dataclass
class Score:
    """Counts pooled over reports."""

    statements: list[int] = field(default_factory=lambda: [0, 0, 0])  # hits, gold, predicted
    lenient: int = 0
    quotes: list[int] = field(default_factory=lambda: [0, 0, 0])
    incidents: list[int] = field(default_factory=lambda: [0, 0, 0, 0])  # found, gold, right, said
    signs: list[int] = field(default_factory=lambda: [0, 0])
    proposals: list[int] = field(default_factory=lambda: [0, 0])
    third_party: int = 0
    errors: list[int] = field(default_factory=lambda: [0, 0])

    def f1(self, counts: list[int]) -> float:
        """2 hits over gold and predicted."""
        return 2 * counts[0] / max(1, counts[1] + counts[2])

    def figures(self) -> dict[str, float]:
        """Return the figures by name."""
        i = self.incidents
        return {
            "statement_f1": self.f1(self.statements),
            "statement_f1_lenient": self.f1([self.lenient, *self.statements[1:]]),
            "statement_recall": self.statements[0] / max(1, self.statements[1]),
            "statement_precision": self.statements[0] / max(1, self.statements[2]),
            "quote_f1": self.f1(self.quotes),
            "stance_sign": self.signs[0] / max(1, self.signs[1]),
            "proposal": self.proposals[0] / max(1, self.proposals[1]),
            "incident_recall": i[0] / max(1, i[1]),
            "incident_precision": i[2] / max(1, i[3]),
            "third_party_as_own": float(self.third_party),
            "source_errors": self.errors[0] / max(1, self.errors[1]),
        }


def reports(folder: Path) -> list[dict[str, Any]]:
    """Return the labelled reports of a folder that have their text."""
    found = [json.loads(p.read_text("utf-8")) for p in sorted(folder.glob("*.json"))]
    return [d for d in found if isinstance(d, dict) and "text" in d and "statements" in d]


def read_report(report: Mapping[str, Any], text: str | None = None, **options: Any) -> Reading:
    """Read a labelled report with its own registry and day."""
    registry = parsed_registry({k: report[k] for k in ("actors", "proposals")})
    return read_text(text or report["text"], registry, published=report.get("published"), **options)


def union_share(a: tuple[int, int], b: tuple[int, int]) -> float:
    """Shared characters over those of the union."""
    shared = max(0, min(a[1], b[1]) - max(a[0], b[0]))
    return shared / max(1, max(a[1], b[1]) - min(a[0], b[0]))


def shorter_share(a: tuple[int, int], b: tuple[int, int]) -> float:
    """Shared characters over those of the shorter span."""
    shared = max(0, min(a[1], b[1]) - max(a[0], b[0]))
    return shared / max(1, min(a[1] - a[0], b[1] - b[0]))


def span(data: Mapping[str, Any]) -> tuple[int, int]:
    """Return a label's span as a pair."""
    return data["start"], data["end"]


def pairs(scored: Iterable[tuple[float, int, int]]) -> list[tuple[int, int]]:
    """Match one to one, the best first."""
    left: set[int] = set()
    right: set[int] = set()
    found = []
    for value, i, j in sorted(scored, key=lambda t: (-t[0], t[1], t[2])):
        if value > 0 and i not in left and j not in right:
            left.add(i)
            right.add(j)
            found.append((i, j))
    return found


def score_into(total: Score, report: Mapping[str, Any], reading: Reading) -> list[str]:
    """Add one report's counts and return what went wrong, in words."""
    talk: list[str] = []
    gold = [s for s in report["statements"] if s["content_span"]]
    matched = statements(total, gold, reading, talk)
    stances(total, gold, reading, matched, talk)
    quotes(total, gold, reading, talk)
    incidents(total, report, reading, talk)
    third_party(total, gold, reading, talk)
    errors(total, report, reading, talk)
    return talk


def statements(
    total: Score, gold: list[dict[str, Any]], reading: Reading, talk: list[str]
) -> list[tuple[int, int]]:
    """Count statements; a claim of silence that no label has counts on neither side."""
    scored, loose = [], []
    for i, s in enumerate(gold):
        for j, c in enumerate(reading.claims):
            share = union_share(span(s["content_span"]), c.span)
            if c.speaker != s["speaker"] or share == 0:
                continue
            if share >= 0.5:
                scored.append((share, i, j))
            if share >= 0.1 and shorter_share(span(s["content_span"]), c.span) >= 0.5:
                loose.append((share, i, j))
    matched = pairs(scored)
    hit_gold, hit_claim = {i for i, _ in matched}, {j for _, j in matched}
    counted = [j for j, c in enumerate(reading.claims) if c.rule != "silence" or j in hit_claim]
    total.statements[0] += len(matched)
    total.statements[1] += len(gold)
    total.statements[2] += len(counted)
    total.lenient += len(pairs(loose))
    for i, s in enumerate(gold):
        if i not in hit_gold:
            words = reading.text[slice(*span(s["content_span"]))]
            talk.append(f"MISSED {s['id']} {s['kind']} {s['speaker']}: {words!r}")
    for j in counted:
        if j not in hit_claim:
            c = reading.claims[j]
            talk.append(f"EXTRA [{c.rule}] {c.kind} {c.speaker}: {c.span.of(reading.text)!r}")
    return matched


def stances(
    total: Score,
    gold: list[dict[str, Any]],
    reading: Reading,
    matched: list[tuple[int, int]],
    talk: list[str],
) -> None:
    """Compare proposal and sign of what was matched."""
    for i, j in matched:
        s, c = gold[i], reading.claims[j]
        if s["proposal"] is None or s["stance"] is None:
            continue
        right = c.stance is not None and sign(s["stance"], c.stance)
        total.signs[0] += right
        total.signs[1] += 1
        total.proposals[0] += s["proposal"] == c.proposal
        total.proposals[1] += 1
        if not right or s["proposal"] != c.proposal:
            words = c.span.of(reading.text)[:70]
            labelled = f"{s['proposal']} {s['stance']}"
            talk.append(f"STANCE [{c.rule}] {words!r}: {c.proposal} {c.stance} gold {labelled}")


def third_party(
    total: Score, gold: list[dict[str, Any]], reading: Reading, talk: list[str]
) -> None:
    """Count claims booked as those of the actor somebody else speaks about."""
    for s in gold:
        about = s.get("reports_position_of")
        for c in reading.claims:
            if not about or c.speaker != about[0] or c.speaker == s["speaker"]:
                continue
            if shorter_share(span(s["content_span"]), c.span) > 0.5:
                total.third_party += 1
                talk.append(f"THIRD PARTY AS OWN {c.speaker}: {c.span.of(reading.text)!r}")


def errors(total: Score, report: Mapping[str, Any], reading: Reading, talk: list[str]) -> None:
    """Count labelled source errors that are flagged by kind at the place."""
    for e in report.get("source_errors", []):
        total.errors[1] += 1
        found = any(
            f.kind == e["kind"] and union_share(span(e["span"]), f.span) > 0.2
            for f in reading.flags
        )
        total.errors[0] += found
        if not found:
            talk.append(f"NOT FLAGGED {e['kind']}")


def sign(gold: float, said: float) -> bool:
    """Say whether two stances agree in sign."""
    if abs(gold) < 0.05:
        return abs(said) <= 0.2
    if abs(said) < 0.05:
        return abs(gold) <= 0.2
    return gold * said > 0


def quotes(total: Score, gold: list[dict[str, Any]], reading: Reading, talk: list[str]) -> None:
    """Count quotes with their speakers."""
    wanted = sorted({(q["start"], q["end"], s["speaker"]) for s in gold for q in s["quote_spans"]})
    said = sorted({(q.start, q.end, c.speaker) for c in reading.claims for q in c.quotes})
    matched = pairs(
        (union_share(w[:2], p[:2]), i, j)
        for i, w in enumerate(wanted)
        for j, p in enumerate(said)
        if w[2] == p[2] and union_share(w[:2], p[:2]) >= 0.8
    )
    total.quotes[0] += len(matched)
    total.quotes[1] += len(wanted)
    total.quotes[2] += len(said)
    for i, w in enumerate(wanted):
        if i not in {a for a, _ in matched}:
            talk.append(f"QUOTE MISSED {w[2]} {reading.text[w[0] : w[1]]!r}")
    for j, p in enumerate(said):
        if j not in {b for _, b in matched}:
            talk.append(f"QUOTE EXTRA {p[2]} {reading.text[p[0] : p[1]]!r}")


def incidents(total: Score, report: Mapping[str, Any], reading: Reading, talk: list[str]) -> None:
    """Count incidents by overlapping spans."""
    gold = report["incidents"]
    matched = pairs(
        (union_share(span(g["span"]), p.span), i, j)
        for i, g in enumerate(gold)
        for j, p in enumerate(reading.incidents)
    )
    found = {i for i, _ in matched}
    total.incidents[0] += len(matched)
    total.incidents[1] += sum(1 for i, g in enumerate(gold) if i in found or not g.get("part_of"))
    total.incidents[2] += len(matched)
    total.incidents[3] += len(reading.incidents)
    for i, g in enumerate(gold):
        if i not in found:
            talk.append(f"INCIDENT MISSED {reading.text[slice(*span(g['span']))]!r}")
    for j, p in enumerate(reading.incidents):
        if j not in {b for _, b in matched}:
            talk.append(f"INCIDENT EXTRA {p.kind} {p.span.of(reading.text)!r}")
