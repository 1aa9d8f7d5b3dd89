"""A plausible made-up comparison of six options, and a way to put hostile text into every field."""

# ruff: noqa: E501 - rows of made-up records read better on one line
from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from servanda.study.result import Comparison

HORIZON = 20.0
KINDS = ("ground", "air", "sea")
BASE = {  # id: title, yearly hazard, chance to come about, promised, honoured, cost
    "no-guarantee": ("No guarantee", 0.080, 0.86, 0.0, 0.04, 0.0),
    "bilateral": ("Bilateral agreements with 24-hour consultation", 0.062, 0.80, 0.24, 0.15, 150.0),
    "cover-march": (
        "Article 5 cover without membership (18-20 March)",
        0.041,
        0.61,
        0.47,
        0.33,
        90.0,
    ),
    "membership": ("Full membership", 0.018, 0.18, 0.72, 0.61, 640.0),
    "force-offer": ("European force, the size on offer", 0.030, 0.35, 0.55, 0.48, 4200.0),
    "cover-6-march": ("Article 5 cover, as first said on 6 March", 0.045, 0.60, 0.40, 0.29, 90.0),
}


def estimate(
    mean: float | None, spread: float = 0.25, top: float = math.inf, reason: str | None = None
) -> dict[str, Any]:
    if mean is None:
        return {"reason": reason or "needs the negotiation engine"}
    return {
        "mean": mean,
        "p05": mean * (1 - 1.6 * spread),
        "p50": mean * 0.99,
        "p95": min(top, mean * (1 + 1.8 * spread)),
    }


def survival(hazard: float) -> tuple[list[Any], list[Any]]:
    rows, means = [], []
    for step in range(41):
        year = step / 2
        low, mid, high = (math.exp(-hazard * f * year) for f in (1.9, 1.0, 0.45))
        rows.append((year, low, mid, high))
        means.append((year, (low + 2 * mid + high) / 4))
    return rows, means


def option(key: str) -> dict[str, Any]:
    title, hazard, reached, promised, honoured, cost = BASE[key]
    rows, means = survival(hazard)
    peace = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(means))
    attack = 1 - math.exp(-10 * hazard)
    return {
        "id": key,
        "title": title,
        "summary": f"{title}: what the texts of this option say, in one sentence of our own.",
        "reference": key == "no-guarantee",
        "superseded": key == "cover-6-march",
        "version_of": "cover" if key.startswith("cover") else None,
        "known_from": "2025-03-06" if key.startswith("cover") else "2025-02-17",
        "reached": estimate(reached, 0.12, 1.0),
        "peace_years": estimate(peace, 0.2, HORIZON),
        "peace_years_reached": estimate(peace * reached, 0.3, HORIZON),
        "survival": rows,
        "survival_mean": means,
        "attack_10y": estimate(attack, 0.3, 1.0),
        "attack_by_kind_10y": {
            k: estimate(attack * s, 0.4, 1.0) for k, s in zip(KINDS, (0.5, 0.35, 0.15), strict=True)
        },
        "causes_10y": {
            "attack": estimate(attack, 0.3, 1.0),
            "war begun by the protege": estimate(0.02),
        },
        "before_entry_10y": estimate(0.11) if key == "membership" else None,
        "promised": estimate(promised, 0.15, 1.0),
        "honoured_if_tested": estimate(honoured, 0.35, 1.0),
        "deterred": estimate(1 - hazard * 1.9, 0.05, 1.0),
        "escalation_10y": estimate(0.004 + promised * 0.05, 0.5, 1.0),
        "cost_musd_year": estimate(cost, 0.3)
        if key != "bilateral"
        else estimate(None, reason="no unit cost is given for training missions"),
        "frayed_years": None,
        "acceptable_to": {"RUS": None if key == "membership" else reached, "UKR": 0.7},
        "acceptable_reason": "needs the negotiation engine",
        "guarantors": [
            {
                "actor": a,
                "name": n,
                "klass": "discretionary",
                "commitment": promised,
                "honours": estimate(min(1.0, honoured * f), 0.3, 1.0),
                "capability": 0.1 * f,
                "troops": 0.0 if key != "force-offer" else 5000 * f,
                "terms": {"defence": 0.21 * f, "default cost": 0.4, "nuclear risk": -0.3},
                "says": "such action as each deems necessary",
            }
            for a, n, f in (
                ("USA", "United States", 1.1),
                ("FRA", "France", 1.0),
                ("GBR", "United Kingdom", 1.0),
                ("ITA", "Italy", 0.6),
            )
        ],
        "open_slots": ["who is bound", "trigger threshold", "what happens at hour 25"]
        if key.startswith("cover")
        else [],
        "half_hearted_share": 0.03,
        "unconverged_share": 0.0005,
        "undetermined_share": 0.2 if key.startswith("cover") else 0.0,
    }


def trace(depth: int = 3) -> dict[str, Any]:
    node: dict[str, Any] = {
        "label": "an armed attack on a party within the area",
        "truth": "unknown",
        "roots": ["area"],
        "clause": "an attack against one or more of them in Europe or North America",
        "facts": {"place": "Odesa", "kind": "armed_attack"},
        "missing": ["scale"],
        "note": None,
        "children": [],
    }
    if depth:
        node["children"] = [trace(depth - 1), trace(depth - 1)]
    return node


def duties() -> list[dict[str, Any]]:
    cells = []
    found = {"no-guarantee": "not_in_force", "bilateral": "triggered", "membership": "triggered"}
    for key in BASE:
        for incident in ("renewed-attack", "energy-strike", "border-probe"):
            for provision, klass in (("consult", "consult"), ("assist", "discretionary")):
                cells.append(
                    {
                        "option": key,
                        "phase": "cover",
                        "incident": incident,
                        "instrument": f"text-of-{key}",
                        "provision": provision,
                        "finding": found.get(
                            key, "undetermined" if provision == "assist" else "triggered_if"
                        ),
                        "klass": klass,
                        "bearers": ["USA", "FRA", "GBR", "ITA"],
                        "why": ["area"],
                        "missing": ["who_is_bound", "scale"],
                        "due": "2027-03-02T09:00:00+00:00" if provision == "consult" else None,
                        "says": "the parties consult within a day",
                        "trace": trace(),
                    }
                )
    return cells


def outlasts() -> dict[str, Any]:
    keys = list(BASE)
    pairs = {}
    for i, a in enumerate(keys):
        for b in keys[i + 1 :]:
            edge = BASE[b][1] - BASE[a][1]
            share = 1 / (1 + math.exp(-60 * edge))
            pairs[f"{a}>{b}"] = {
                "by_horizon": {"5": 0.5 + (share - 0.5) * 0.7, "10": share, "20": share},
                "ties": {"5": 0.2, "10": 0.05, "20": 0.02},
                "mean_difference": {"5": 10 * edge, "10": 30 * edge, "20": 70 * edge},
                "lived_once": {"5": 0.5, "10": 0.5 + edge, "20": 0.5 + 2 * edge},
            }
    return pairs


def ledger() -> list[dict[str, Any]]:
    rows = [
        ("omega_c", "Challenger's chances to act", "per year", 0.45, "judgement", False),
        (
            "a1",
            "Cost of breaking a binding promise",
            "utility",
            1.25,
            "Berkemeier & Fuhrmann 2018, Research & Politics 5(2), doi:10.1177/2053168018779697",
            True,
        ),
        (
            "a2",
            "Effect of forces in place",
            "utility",
            0.8,
            "Reiter & Poast 2021, Texas National Security Review 4(3):33-53",
            True,
        ),
        ("s_q", "Value of the status quo to the challenger", "utility", 0.4, "judgement", False),
        ("tau0", "Hours to reinforce", "hours", 720.0, "judgement", False),
    ]
    return [
        {
            "id": i,
            "label": label,
            "unit": unit,
            "distribution": f"lognormal, median {mid:g}, log-sd 0.5",
            "p05": mid * 0.44,
            "p50": mid,
            "p95": mid * 2.27,
            "source": source,
            "verified": ok,
            "symbol": i,
            "note": "abstract read" if ok else None,
            "used_by": ["deterrence", "durability"],
        }
        for i, label, unit, mid, source, ok in rows
    ]


def drivers() -> list[dict[str, Any]]:
    rows = [("omega_c", -0.62), ("s_q", 0.41), ("a1", 0.22), ("tau0", -0.12), ("a2", 0.05)]
    labels = {row["id"]: row["label"] for row in ledger()}
    return [
        {
            "assumption": a,
            "label": labels[a],
            "correlation": r * f,
            "interval": (r * f - 0.06, r * f + 0.06),
            "on": on,
        }
        for on, f in (("peace_years:cover-march", 1.0), ("peace_years:force-offer", 0.8))
        for a, r in rows
    ]


def switches() -> list[dict[str, Any]]:
    keys = list(BASE)
    usual = {key: 12.0 - 0.5 * i for i, key in enumerate(keys)}
    rows = [
        (
            "rival",
            "a2",
            "strong",
            "Do forces in place deter?",
            "strongly",
            "Reiter & Poast 2021",
            True,
            True,
            0,
        ),
        (
            "rival",
            "a2",
            "near_zero",
            "Do forces in place deter?",
            "hardly (Musgrave and Ward)",
            "Musgrave & Ward 2023",
            False,
            False,
            1,
        ),
        (
            "posterior",
            "posterior",
            "durability",
            "Where the calibrated assumptions come from",
            "the fit to history",
            "casebook",
            False,
            True,
            0,
        ),
        (
            "posterior",
            "posterior",
            "prior",
            "Where the calibrated assumptions come from",
            "the priors, without any fit to history",
            "judgement",
            False,
            False,
            0,
        ),
        (
            "protege",
            "protege",
            "chooses",
            "How the protege uses its chances",
            "a player",
            "judgement",
            False,
            True,
            0,
        ),
        (
            "protege",
            "protege",
            "mechanical",
            "How the protege uses its chances",
            "a mechanism",
            "judgement",
            False,
            False,
            0,
        ),
    ]
    found = []
    for kind, switch, setting, label, words, source, ok, used, swap in rows:
        years = dict(usual)
        if swap:
            years["cover-march"], years["membership"] = usual["membership"], usual["cover-march"]
        order = sorted(years, key=lambda key: -years[key])
        found.append(
            {
                "kind": kind, "switch": switch, "setting": setting, "label": label,
                "setting_label": words, "source": source, "verified": ok, "in_use": used,
                "draws": 100, "peace_years": years, "order": order, "changes_order": bool(swap),
                "swaps": {"cover-march>membership": (0.5, -0.5)} if swap else {},
                "outlasts": {
                    "cover-march>force-offer": {"5": 0.4, "10": 0.38 + 0.2 * swap, "20": 0.36},
                    "cover-march>no-guarantee": {"5": 0.6, "10": 0.7, "20": 0.75},
                },
            }
        )  # fmt: skip
    return found


def break_evens() -> list[dict[str, Any]]:
    def along(name: str, label: str, slope: float, verdict: str, ok: bool) -> dict[str, Any]:
        curve = [
            (0.1 * i, slope * (i - 6), slope * (i - 6) - 0.3, slope * (i - 6) + 0.3)
            for i in range(11)
        ]
        return {
            "assumption": name, "label": label, "unit": "per year", "source": "judgement",
            "verified": ok, "share": 0.42, "verdict": verdict, "between": (0.0, 1.0), "curve": curve,
            "crossings": [{"at": 0.6, "low": 0.5, "high": 0.7, "above": slope > 0}]
            if verdict == "crosses" else [],
            "says": f"In this model peace lasts longer only where '{label}' is above 0.6 (0.5 to 0.7).",
        }  # fmt: skip

    crossing = along("omega_c", "Challenger's chances to act", 0.4, "crosses", False)
    flat = along("a1", "Cost of breaking a binding promise", 0.0, "nowhere", True)
    base = {"draws": 2000, "margin": 0.2, "mean_difference": -1.2, "p05": -3.0, "p95": 0.4}
    return [
        {
            **base,
            "first": "cover-march",
            "second": "force-offer",
            "why": ["claim as-quoted"],
            "found": [crossing, flat],
            "says": crossing["says"],
        },
        {
            **base,
            "first": "membership",
            "second": "force-offer",
            "why": ["top"],
            "found": [],
            "says": "No single assumption explains the difference.",
        },
        *(
            {
                **base,
                "first": key,
                "second": "no-guarantee",
                "why": ["reference"],
                "found": [crossing, flat],
                "says": crossing["says"],
            }
            for key in BASE
            if key != "no-guarantee"
        ),
        {
            **base,
            "first": "no-guarantee",
            "second": None,
            "why": ["reference"],
            "found": [crossing],
            "says": crossing["says"],
        },
    ]


def report() -> list[dict[str, Any]]:
    return [
        {
            "id": "s1",
            "says": "Kyiv asks Rome what its proposal would contain.",
            "options": ["cover-march"],
            "computes": "The open details, ranked by how many findings they change.",
            "open": "Who is bound, and by what threshold.",
            "flags": [],
        },
        {
            "id": "s2",
            "says": "The cover would be more sustainable than troops or membership.",
            "options": ["cover-march", "force-offer", "membership"],
            "computes": "options.cover-march.peace_years",
            "open": "The size of the force.",
            "flags": [
                "The quoted speech compares with sending troops; the comparison with membership is the report's."
            ],
        },
        {
            "id": "s3",
            "says": "Moscow rejects troops; Washington thinks it might accept them.",
            "options": ["force-offer"],
            "computes": "options.force-offer.reached",
            "open": None,
            "flags": ["One actor's position is reported by another."],
        },
    ]


def claims() -> list[dict[str, Any]]:
    keep = {"5": 0.41, "10": 0.38, "20": 0.36, "mean_difference": -1.9}
    return [
        {
            "id": "as-quoted",
            "says": "Extending the cover is more sustainable than sending troops.",
            "by": "ITA",
            "date": "2025-03-20",
            "certainty": "asserted",
            "source": "a wire report of the remarks",
            "against": {"force-offer": keep},
            "reached": {"cover-march": 0.61, "force-offer": 0.35},
            "conditions": ["the tripwire effect is near zero"],
            "answer": "In this model the force keeps peace longer in most draws, given a cessation; times the chance that it comes about, the cover is ahead.",
            "reason": None,
        },
        {
            "id": "as-reported",
            "says": "The cover is more sustainable than troops or full membership.",
            "by": "ITA",
            "date": "2025-03-20",
            "certainty": "reported",
            "source": "the report",
            "against": {"force-offer": keep, "membership": {"5": 0.3, "10": 0.22, "20": 0.2}},
            "reached": {"membership": 0.18},
            "conditions": [],
            "answer": "",
            "reason": "the conditions need more draws than this run has",
        },
    ]


def build() -> Comparison:
    """A comparison with every field filled."""
    keys = list(BASE)
    return Comparison.model_validate(
        {
            "title": "Cover without membership, March 2025",
            "summary": "Italy's prime minister proposes to extend mutual defence to Ukraine without membership. Six options side by side.",
            "protege": "UKR",
            "challenger": "RUS",
            "horizon_years": HORIZON,
            "options": {key: option(key) for key in keys},
            "outlasts": outlasts(),
            "rank_probabilities": {key: tuple(1 / len(keys) for _ in keys) for key in keys},
            "regret": {key: 1.0 + i / 3 for i, key in enumerate(keys)},
            "questions": [
                {
                    "slot": f"slot-{i}",
                    "question": q,
                    "ask": f"Would Rome state {q.lower()}?",
                    "addressee": "ITA",
                    "value": 12.0 - i,
                    "value_kind": "findings_flipped",
                    "interval": None,
                    "changes": ["assist: undetermined becomes duty"],
                    "instrument": "text-of-cover-march",
                    "reason": None,
                }
                for i, q in enumerate(
                    (
                        "Who is bound",
                        "What starts the duty",
                        "What happens at hour 25",
                        "Which area is covered",
                        "What is the least response",
                        "How is it decided",
                    )
                )
            ],
            "drivers": drivers(),
            "conditions": [
                {
                    "claim": "as-quoted",
                    "says": "the cover lasts longer where forces in place count for little (a2 below 0.3)",
                    "coverage": 0.62,
                    "density": 0.81,
                }
            ],
            "duties": duties(),
            "claims": claims(),
            "rivals": [
                {
                    "assumption": "a2",
                    "label": "Do forces in place deter?",
                    "rival": "near_zero",
                    "rival_label": "hardly (Musgrave and Ward)",
                    "source": "Musgrave & Ward 2023",
                    "verified": False,
                    "peace_years": {key: 6.0 + 1.5 * i for i, key in enumerate(keys)},
                    "order": list(reversed(keys)),
                    "changes_order": True,
                },
                {
                    "assumption": "provocation_term",
                    "label": "Do new pacts provoke?",
                    "rival": "kenwick_vasquez",
                    "rival_label": "they do (Kenwick, Vasquez and Powers)",
                    "source": "Kenwick, Vasquez & Powers 2015, JOP 77(4):943-954, doi:10.1086/681958",
                    "verified": True,
                    "peace_years": {key: 9.0 + i / 2 for i, key in enumerate(keys)},
                    "order": keys,
                    "changes_order": False,
                },
            ],
            "switches": switches(),
            "break_evens": break_evens(),
            "ledger": ledger(),
            "report": report(),
            "positions": [
                {
                    "actor": "RUS",
                    "option": "force-offer",
                    "date": "2025-03-06",
                    "stance": -1.0,
                    "firmness": 0.9,
                    "gist": "no troops of alliance states",
                    "reported_by": None,
                    "source": "foreign ministry briefing",
                    "quote": "no room for compromise",
                },
                {
                    "actor": "RUS",
                    "option": "force-offer",
                    "date": "2025-02-24",
                    "stance": 0.3,
                    "firmness": 0.2,
                    "gist": "might accept European troops",
                    "reported_by": "USA",
                    "source": "press remarks",
                    "quote": None,
                },
            ],
            "sources": [
                {
                    "id": "src-1",
                    "title": "Report of the summit remarks",
                    "publisher": "A news agency",
                    "date": "2025-03-20",
                    "url": "https://example.org/a?b=1&c=2",
                    "sha256": "ab" * 32,
                    "seen": True,
                    "kind": "report",
                },
                {
                    "id": "src-2",
                    "title": "Foreign ministry briefing",
                    "publisher": None,
                    "date": "2025-03-06",
                    "url": None,
                    "sha256": None,
                    "seen": False,
                    "kind": "memory",
                },
            ],
            "incidents": [
                {
                    "id": "renewed-attack",
                    "title": "A renewed ground attack",
                    "date": "2027-03-01",
                    "hypothetical": True,
                    "crisis": "attack",
                    "facts": {"kind": "armed_attack"},
                    "note": None,
                },
                {
                    "id": "energy-strike",
                    "title": "A strike on the energy system",
                    "date": "2027-06-01",
                    "hypothetical": True,
                    "crisis": "attack",
                    "facts": {},
                    "note": None,
                },
                {
                    "id": "border-probe",
                    "title": "A probe across the line",
                    "date": "2027-09-01",
                    "hypothetical": True,
                    "crisis": "probe",
                    "facts": {},
                    "note": None,
                },
            ],
            "limits": [
                "One theatre, one challenger.",
                "Domestic politics enter only as a rate of change of the leading guarantor's alignment.",
            ],
            "reasons": {"acceptable_to": "needs the negotiation engine"},
            "run": {
                "hash": "0f3a9c5d7e21b846",
                "scenario": "ukraine-2025",
                "scenario_hash": "9d2e",
                "seed": 1,
                "draws": 2000,
                "as_of": "2025-03-31",
                "version": "0.1.0",
                "unconverged_share": 0.0005,
                "several_share": 0.001,
                "undetermined_share": 0.1,
                "rivals": {"a2": "strong"},
                "options": keys,
                "platform": "Linux x86_64, Python 3.11",
                "folder": None,
                "seconds": 12.5,
            },
        }
    )


def with_text(comparison: Comparison, change: Callable[[str], str]) -> Comparison:
    """The same comparison with every text changed, identifiers consistently.

    ``change`` must give the same answer for the same text. Keys of horizons stay as they are.
    """
    return Comparison.model_validate(_changed(comparison.model_dump(mode="json"), change))


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_changed(item, change) for item in value]
    if isinstance(value, dict):
        chosen = {"verdict"} | ({"kind"} if "setting" in value else set())
        return {
            _key(key, change): item if key in chosen else _changed(item, change)
            for key, item in value.items()
        }
    return value


FIELDS: set[str] = set()


def _key(key: str, change: Callable[[str], str]) -> str:
    if key in _names() or key.isdigit():
        return key
    if ">" in key:
        return ">".join(change(part) for part in key.split(">"))
    return change(key)


def _names() -> set[str]:
    """Field names of the result and of the free records: structure, not text."""
    if not FIELDS:
        from servanda.study import result

        for model in vars(result).values():
            FIELDS.update(getattr(model, "model_fields", {}))
        for rows in (
            report(),
            [trace(0)],
            build().positions,
            build().sources,
            build().incidents,
            build().conditions,
        ):
            for row in rows:
                FIELDS.update(row)
        FIELDS.add("mean_difference")
    return FIELDS
