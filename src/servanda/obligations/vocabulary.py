"""The words of incidents and triggers that have a meaning here, and how they are read.

Keys are closed, words are open. A word of an incident is sorted by its parts
(``drone_strike`` is a strike), a word of a trigger is taken apart: ``future_russian_armed_attack``
asks for an armed attack, by Russia, after a cessation. Parts that nobody has given a meaning are
kept as strange: they neither satisfy nor fail, and are named in ``missing``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from servanda.obligations.places import REGIONS

__all__ = ["HOSTILE", "SORTS", "Meaning", "family_of", "meaning_of", "mentions", "sort_of", "stems"]

#: Sorts of incident by the words that name them; the first sort with a matching word counts, so
#: a threat of attack is a threat and a cyber attack is hybrid.
SORTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("political", ("end_of", "talks", "exchange", "anniversary", "prisoner", "workers", "hunger",
                   "labour", "general_strike", "peace")),
    ("natural", ("heart_attack", "meteor", "forest", "wildfire", "asteroid")),
    ("below", ("attempted", "averted", "foiled", "thwarted", "failed", "prevented")),
    ("other_side", ("self_defence_of_other_side",)),
    ("support", ("arms_supply", "arms_delivery", "arms_shipment", "financing", "training")),
    ("exercise", ("exercise", "drill", "manoeuvre", "maneuver", "parade", "patrol")),
    ("presence", ("deployment", "stationing", "presence", "basing", "garrisoning")),
    ("threat", ("threat", "ultimatum", "mobilis", "mobiliz", "massing", "build_up", "buildup",
                "blackmail", "intimidation", "warning", "menace", "sabre")),
    ("hybrid", ("cyber", "terror", "sabotage", "hybrid", "poison", "assassin", "disinformation",
                "instrumentalis", "jamming", "spoofing", "cable", "arson", "hack", "malware",
                "ransomware")),
    ("natural", ("earthquake", "flood", "disaster", "pandemic", "epidemic", "wildfire", "storm",
                 "hurricane", "drought", "eruption", "tsunami")),
    ("subversion", ("subversion", "agitation")),
    ("internal", ("insurgen", "insurrection", "unrest", "riot", "civil_war", "rebellion", "revolt",
                  "uprising", "mutiny", "secession", "protest", "internal")),
    ("coup", ("coup", "putsch", "overthrow")),
    ("coercion", ("blockade", "embargo", "boycott", "sanction", "quarantine", "closure",
                  "economic_pressure", "economic_coercion", "tariff", "trade_ban", "obstruction")),
    ("impact", ("impact", "crash", "debris", "stray", "wreckage", "drift", "misfire", "accident",
                "collision")),
    ("violation", ("airspace_violation", "border_violation", "intrusion", "overflight",
                   "violation", "trespass", "incursion_by_drone", "drone_incursion")),
    ("below", ("incursion", "coercion", "ramming", "water_cannon", "boarding", "harass",
               "detention", "seizure_of_vessel", "laser", "interception", "grey_zone", "hostage",
               "abduction", "kidnap", "infiltration", "bladed")),
    ("attack", ("armed_attack", "war", "invasion", "invades", "aggression", "bombardment",
                "offensive", "annexation", "occupation", "full_scale", "large_scale", "armed_raid",
                "assault", "conquest", "missile_barrage", "attack")),
    ("force", ("use_of_force", "shelling", "strike", "clash", "skirmish", "fire", "firing", "raid",
               "shooting", "shootdown", "shot_down", "mortar", "bombing", "force",
               "sinking", "mining", "minelaying", "explosion", "killing")),
    ("political", ("declaration", "statement", "referendum", "recognition", "election", "treaty",
                   "withdrawal", "denunciation", "accession", "negotiation", "violation_of_treaty",
                   "territorial_claim", "cession", "annexation_vote")),
)  # fmt: skip

_EXACT: dict[str, str] = {
    "war": "attack",
    "armed_attack": "attack",
    "deployment_threat": "threat",
    "use_of_force": "force",
    "coup": "coup",
    "impact": "impact",
    "action_clearly_threatening_independence": "independence",
    "civil_war": "internal",
    "cold_war": "threat",
    "war_games": "exercise",
    "declaration_of_war": "attack",
    "border_war": "attack",
}

#: Sorts of incident that break an undertaking not to use force.
HOSTILE = frozenset({"attack", "force", "below", "violation", "impact", "coup"})


def mentions(token: str, words: tuple[str, ...]) -> bool:
    """Say whether a token has one of the words; a short word must stand alone in it.

    Examples:
        >>> mentions("move_warships", ("war",)), mentions("declaration_of_war", ("war",))
        (False, True)
    """
    padded = f"_{token}_"
    return any((f"_{w}_" if len(w) <= 5 else f"_{w}") in padded for w in words)


@lru_cache(maxsize=4096)
def sort_of(kind: str) -> str | None:
    """Return the sort of incident a word names, or None for a word without meaning here.

    Examples:
        >>> sort_of("full_scale_invasion"), sort_of("drone_strike"), sort_of("cyber_attack")
        ('attack', 'force', 'hybrid')
        >>> sort_of("solar_eclipse") is None
        True
    """
    if kind in _EXACT:
        return _EXACT[kind]
    return next((sort for sort, words in SORTS if mentions(kind, words)), None)


#: Trigger families by the words of the token, first match wins.
FAMILIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("conduct", ("forced",)),
    ("nuclear", ("nuclear", "wmd")),
    ("neutrality", ("neutrality",)),
    ("independence", ("independence",)),
    ("internal", ("subversion", "insurrection", "insurgency", "rebellion", "internal", "coup",
                  "unrest", "civil_war")),
    ("peaceable", ("endangering", "aggression_not", "conflict", "question", "concerning",
                   "dispute", "situation", "crisis")),
    ("hybrid", ("cyber", "terror", "sabotage", "hybrid")),
    ("attack", ("attack", "aggression", "hostilities", "invades", "invasion", "invade", "arms",
                "operation", "missile", "recourse", "war", "aggressive")),
    ("force", ("use_of_force", "force", "strike", "shelling", "hostile", "incursion", "violence",
               "belligeren")),
    ("breach", ("breach", "violation", "violate")),
    ("coercion", ("boycott", "embargo", "blockade", "peaceful", "coercion")),
    ("disaster", ("disaster",)),
    ("threat", ("threat", "danger", "encroachment", "menace", "pressure", "challenge")),
)  # fmt: skip

#: Parts of trigger words that bind, join or colour without asking for anything of their own.
_PLAIN = frozenset(
    """
    a actual against all an and another any arising armed army arms as at attack attacks
    aggression aggressive act acts action active an aimed be being breaks broken by by_force
    carried cause challenge coercion common concerning conduct conflict conflicts consequence
    consequences country cyber cyberattack danger dangerous dangers deliberate direct directed
    directly dispute disputes disaster during either encroachment endangering engaged engages
    event external exposed fact facts flagrant follows for force forced forces forcible
    foreign from great grave group groups grow hostile hostilities hybrid if illegal imminent
    in incident incursion independence indirect influence instigated intended internal
    international into invades invade invaded invasion involved is its large levels man means
    menace menacing military missile new non not of on one open operation operations or order
    other others out outside own part party parties peace peaceful people power powers
    pressure proper provocation provoked question recourse resort resulting rebellion sabotage
    security serious situation situations stability state states strike strikes subversion
    such supported sustained system territory terrorism terrorist terror the their threat
    threaten threatened threatening threatens threats to toward under undertakings unilateral
    unjustified unprovoked use uses victim violate violated violates violation violations war
    when where which with without wmd nuclear weapons boycott embargo blockade made natural
    member members integrity sovereignty constitutional border borders territorial political
    unity commitments treaty agreement breach ceasefire truce armistice insurrection
    insurgency unrest coup crisis shelling continental extra intra between who over
    undertaking neutrality third critical conventional change_of status quo engineered
    demonstrated established proven violence belligerency side sides two both balance
    """.split()
)
_BASELINE = frozenset({"future", "renewed", "resumed", "again"})
_DOMAINS = {
    "sea": "sea", "naval": "sea", "maritime": "sea", "seaborne": "sea", "air": "air",
    "aerial": "air", "airborne": "air", "land": "land", "ground": "land", "space": "space",
    "drone": "drone", "drones": "drone",
}  # fmt: skip
_SCALE = frozenset({"large", "massive", "major", "full", "scale", "substantial", "significant"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a trigger word asks for.

    ``family`` is None for a word without meaning here; ``actor`` and ``victim`` are actors that
    the word names; ``strange`` are its parts that nobody has given a meaning.
    """

    token: str
    family: str | None
    actor: str | None = None
    victim: str | None = None
    baseline: bool = False
    unprovoked: bool = False
    large: bool = False
    war_state: bool = False
    any_force: bool = False
    from_outside: bool = False
    domains: tuple[str, ...] = ()
    sorts: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()


#: Families of trigger words that name a sort of incident.
_BY_SORT = {
    "attack": "attack", "force": "force", "coercion": "coercion", "threat": "threat",
    "internal": "internal", "hybrid": "hybrid", "natural": "disaster", "exercise": "threat",
    "below": "force", "violation": "breach", "impact": "alike", "support": "alike",
    "political": "alike", "presence": "alike",
}  # fmt: skip
#: Families whose words have to be understood one by one: they say which attack is meant.
_EXACTING = frozenset({"attack", "force", "hybrid", "breach", "internal"})


def family_of(token: str) -> str | None:
    """Return the family a trigger kind belongs to, or None for a word without meaning here.

    Examples:
        >>> family_of("future_russian_armed_attack"), family_of("solar_eclipse")
        ('attack', None)
    """
    if token.startswith("threat"):
        return "threat"
    for family, words in FAMILIES:
        if any((w in token) if len(w) > 3 else (f"_{w}_" in f"_{token}_") for w in words):
            return family
    return _BY_SORT.get(sort_of(token) or "")


def meaning_of(token: str, words: Mapping[str, str]) -> Meaning:
    """Take a trigger word apart.

    Args:
        token: the word of the text.
        words: actor by its code as written, and by its names and adjectives in small letters.

    Examples:
        >>> found = meaning_of("renewed_ruritanian_attack", {"ruritanian": "RUR"})
        >>> found.family, found.actor, found.baseline, found.strange
        ('attack', 'RUR', True, ())
        >>> meaning_of("attack_by_sea_monster", {}).strange
        ('monster',)
    """
    parts = token.split("_")
    found = [(p, words.get(p) or words.get(p.lower())) for p in parts]
    actor, victim = _sides(found)
    rest = [p for p, named in found if named is None]
    family = family_of(token)
    hybrid = family == "hybrid"
    exacting = family in _EXACTING
    strange = tuple(p for p in rest if exacting and not _understood(p, token))
    return Meaning(
        token=token,
        family=family,
        actor=actor if family in ("attack", "force", "threat", "hybrid") else None,
        victim=victim if family in ("attack", "force") else None,
        baseline=bool(_BASELINE & set(parts)),
        unprovoked=_asks_unprovoked(token),
        large="large_scale" in token or "full_scale" in token or "massive" in parts,
        war_state="state_of_war" in token,
        from_outside=any(w in parts for w in ("outside", "abroad", "external", "foreign")),
        any_force=token.startswith("any_") and ("armed" in token or "military" in token),
        domains=() if hybrid else tuple(dict.fromkeys(_DOMAINS[p] for p in rest if p in _DOMAINS)),
        sorts=tuple(w for w in ("cyber", "terror", "sabotage") if w in token) if hybrid else (),
        strange=strange,
    )


def _sides(found: list[tuple[str, str | None]]) -> tuple[str | None, str | None]:
    """Tell the actor from the victim by where they stand: ``attack_by_A_on_B``, ``A_invades_B``."""
    actor: str | None = None
    victim: str | None = None
    if any(part == "between" for part, _ in found):
        return None, None
    deed_named = False
    before = ""
    for part, named in found:
        if named is None:
            deed_named = deed_named or part in _DEEDS
        elif before in ("on", "against", "to", "of", "in") or (deed_named and before != "by"):
            victim = victim or named
        else:
            actor = actor or named
        before = part
    return actor, victim


_DEEDS = frozenset(
    """
    attack attacks aggression invades invasion invaded threat threatens hostilities war
    missile
    """.split()
)


def _asks_unprovoked(token: str) -> bool:
    return "unprovoked" in token or "without_provocation" in token or "without_direct_prov" in token


def _understood(part: str, token: str) -> bool:
    known = part in _PLAIN or part in _BASELINE or part in _DOMAINS or part in _SCALE
    return (
        known
        or part in REGIONS
        or part[:1].isdigit()
        or part.startswith("art")
        or any(part in region.split("_") and region in token for region in REGIONS)
    )


def stems(token: str) -> set[str]:
    """Cut the words of a token to their stems, so that ``plants`` meets ``plant``."""
    noise = {"and", "or", "of", "the", "infrastructure", "facility", "facilities", "systems"}
    return {
        w[:8].rstrip("sy").removesuffix("ie") for w in token.lower().split("_") if w not in noise
    }
