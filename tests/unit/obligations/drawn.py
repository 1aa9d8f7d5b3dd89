"""Rows of facts drawn at random from what the shipped cases and a few more words hold."""

import numpy as np

from servanda.obligations.rows import Varied
from servanda.scenario import shelf

INCIDENTS = tuple(case.incident for case in shelf.cases().values())
TEXTS = tuple(shelf.instruments().values())

VALUES = {
    "kind": (
        *("armed_attack", "strike", "cyber", "threat", "airspace_violation", "terror", "impact"),
        *("blockade", "internal_unrest", "earthquake", "sabotage", "incursion", "unheard_of", None),
    ),
    "target": ("UKR", "POL", "GBR", "JPN", "RUS", "EST", "USA", ["FRA", "DEU"], "QAT", None),
    "actor": ("RUS", "CHN", "unknown", "al_qaeda", ["RUS", "BLR"], "GBR", "PRK", None),
    "actor_type": ("state", "non_state", None),
    "attribution": ("disputed", {"at": "2025-01-01", "status": "public"}, "unknown", None, None),
    "deliberate": (True, False, "unknown", None),
    "requested": (True, False, "consultation_only", {"by": "UKR", "at": "2022-03-01"}, None),
    "provoked": (False, "contested", {"by": "UKR", "first_use": "2022-01-01"}, None),
    "ceasefire_in_force_before": (True, False, None),
    "scale": ("small", "mass_casualty", {"drones": "20", "shots": "0"}, None),
    "object": ("territory", "warship", "electricity_infrastructure", "gas_production_field", None),
    "domain": (["land"], ["air"], ["sea"], ["cyber"], None),
    "place": (
        {"name": "Ukraine", "region": ["europe"]},
        {"name": "off the coast", "region": ["north_sea"]},
        {"name": "Senkaku", "sovereign": "disputed", "administered_by": "JPN"},
        {"name": "Hawaii", "sovereign": "USA", "island": "true", "region": ["pacific"]},
        "somewhere",
        None,
    ),
    "directed_from_abroad": (True, False, None),
    "nuclear": (True, False, "contested", None),
    "extended": (True, False, "unknown", None),
    "armed_attack_threshold": (True, False, None, None),
    "council_decided": (True, False, None, None),
    "vetoed_by": (["RUS"], None, None),
}


def drawn(rows: int, seed: int) -> Varied:
    """Draw rows: an incident each, and for a few facts another value."""
    rng = np.random.default_rng(seed)
    chosen = rng.choice(sorted(VALUES), size=7, replace=False)
    facts = {
        str(name): (VALUES[str(name)], rng.integers(0, len(VALUES[str(name)]), rows))
        for name in chosen
    }
    return Varied(rng.integers(0, len(INCIDENTS), rows), facts)
