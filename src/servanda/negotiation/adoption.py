"""Would an option come about under its own rule, who stands in the way, what would turn it.

Every actor asked compares the option with what it has without it. It consents with a logistic
chance of the difference, so that near-indifference is near a coin toss; where a parliament must
ratify, it is asked too. The rule says how consents add up. The adversary has no vote: see
``negotiation.acquiescence``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.negotiation.model import Payoffs, Rule
from servanda.numerics.tipping import at_least

__all__ = ["Adopted", "Blocker", "Package", "Settlement", "adopt", "chance_adopted", "settle_slots"]

Floats = NDArray[np.float64]

#: An option flips where its chance passes this.
EVEN = 0.5
#: Of up to this many actors that can help all sets are tried, beyond it sets of up to ``_FEW``.
EXHAUSTIVE, _FEW = 8, 3
_STEPS = 40
#: Payments are searched up to this many times the largest value at stake.
_MOST_PAID = 16.0


@dataclass(frozen=True, slots=True)
class Blocker:
    """An actor whose consent is missing.

    Attributes:
        actor: who.
        refuses: mean chance that it, or its parliament, does not consent.
        worth: by how much the chance of the option would rise if it were sure to consent.
    """

    actor: str
    refuses: float
    worth: float


@dataclass(frozen=True, slots=True)
class Package:
    """A change that takes the chance of an option past one half.

    Attributes:
        kind: ``payment`` (each is given as much), ``position`` (each comes over: at 1 what it lost
            on average it gains), or ``salience`` (each cares so much less for what it loses).
        actors: who.
        size: payment in units of value to each, or the share.
        total: payments together; for a share the value moved together, on average.
        chance: the chance of the option with the change made.
        exhaustive: whether every set of those who can help was tried.
    """

    kind: str
    actors: tuple[str, ...]
    size: float
    total: float
    chance: float
    exhaustive: bool


@dataclass(frozen=True, slots=True)
class Adopted:
    """What an option's rule makes of the consents.

    Attributes:
        option: which.
        rule: its rule.
        draws: float64[draw], chance in each draw; unknown consents count as refused.
        chance: mean of ``draws``.
        high: the same mean where unknown consents count as given.
        unknown: actors of the rule whose values are not known.
        consent: by actor the mean chance of consent, ratification included.
        blockers: the weightiest first.
        packages: by kind the smallest that takes the chance past one half, cheapest first; empty
            where it is there already.
    """

    option: str
    rule: str
    draws: Floats
    chance: float
    high: float
    unknown: tuple[str, ...]
    consent: Mapping[str, float]
    blockers: tuple[Blocker, ...]
    packages: tuple[Package, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one filling of an open slot does to the chance of an option.

    Attributes:
        slot: the open slot.
        filling: the practice option it is filled with.
        chance: of the option in the draws with that filling.
        draws: how many these are.
        flips: whether it lies on the other side of one half than the option as it stands.
    """

    slot: str
    filling: str
    chance: float
    draws: int
    flips: bool


def adopt(payoffs: Payoffs, rules: Mapping[str, Rule]) -> dict[str, Adopted]:
    """Give the chance of every option, its blockers, and the smallest packages that turn it.

    The search for packages tries sets of actors on all draws; ``Payoffs.thinned`` makes it quicker
    where there are thousands.

    Args:
        payoffs: what each actor has of each option over no deal, draw by draw.
        rules: by option its rule.

    Raises:
        ModelError: a rule names an actor without payoffs, or its arrays do not fit (SV935).

    Examples:
        >>> value = np.array([[[1.0, -0.5]]])
        >>> payoffs = Payoffs(("cover",), ("ITA", "USA"), value, precision=4.0)
        >>> found = adopt(payoffs, {"cover": Rule("bilateral", ("ITA", "USA"))})["cover"]
        >>> round(found.chance, 3), found.blockers[0].actor, found.packages[0].actors
        (0.117, 'USA', ('USA',))
    """
    found = {}
    for option, rule in rules.items():
        if option not in payoffs.options:
            raise ModelError(f"there are no payoffs of the option '{option}'", "SV935")
        _check(payoffs, rule)
        found[option] = _adopted(payoffs, option, rule)
    return found


def chance_adopted(payoffs: Payoffs, option: str, rule: Rule, *, unknown: float = 0.0) -> Floats:
    """Return the chance of an option in every draw.

    Args:
        payoffs: see ``adopt``.
        option: which.
        rule: its rule.
        unknown: chance of consent where a value is not known.

    Returns:
        float64[draw].
    """
    consent = _consent(payoffs, option, rule, unknown)
    return _together(rule, consent)


def settle_slots(
    adopted: Adopted, fillings: Mapping[str, tuple[str, ...]]
) -> tuple[Settlement, ...]:
    """Say what each filling of each open slot does to the chance of an option.

    Slots are filled anew in every draw, so that no run has to be made: the draws with a filling
    are compared with all of them.

    Args:
        adopted: the option.
        fillings: by slot the filling of each draw.

    Returns:
        Those that flip the option first, then by how far they move it.

    Raises:
        ModelError: a slot does not have one filling for each draw (SV935).
    """
    told = []
    for slot, names in fillings.items():
        if len(names) != adopted.draws.size:
            raise ModelError(
                f"the slot '{slot}' has {len(names)} fillings for {adopted.draws.size} draws",
                "SV935",
            )
        named = np.array(names)
        for filling in dict.fromkeys(names):
            there = named == filling
            chance = float(adopted.draws[there].mean())
            flips = (chance > EVEN) != (adopted.chance > EVEN)
            told.append(Settlement(slot, filling, chance, int(there.sum()), flips))
    return tuple(sorted(told, key=lambda s: (not s.flips, -abs(s.chance - adopted.chance))))


def _check(payoffs: Payoffs, rule: Rule) -> None:
    strange = [a for a in rule.asked if a not in payoffs.actors]
    if strange:
        raise ModelError(f"the rule asks {', '.join(strange)}, who have no payoffs", "SV935")
    if rule.kind == "coalition" and rule.minimum > 0.0:
        absent = [a for a in rule.asked if a not in rule.force]
        if absent and not any(a in rule.force for a in rule.asked):
            raise ModelError("a minimum force needs the forces of those asked", "SV935")


def _consent(payoffs: Payoffs, option: str, rule: Rule, unknown: float) -> dict[str, Floats]:
    """Chance in each draw that government and, where asked, parliament consent."""
    found = {}
    for actor in rule.asked:
        chance = payoffs.consent(option, actor, unknown)
        if actor in rule.ratification:
            ratified = payoffs.ratified(option, actor, unknown)
            chance = chance * ratified if actor in rule.consent else ratified
        found[actor] = chance
    return found


def _together(rule: Rule, consent: Mapping[str, Floats]) -> Floats:
    """Join the consents as the rule says."""
    draws = next(iter(consent.values())).size if consent else 1
    whole = np.ones(draws)
    if rule.kind == "none" or not consent:
        return whole
    if rule.kind == "executive":
        # one office decides; whoever else is named is consulted and not asked
        return consent[rule.consent[0] if rule.consent else rule.ratification[0]]
    free = rule.free
    for actor, chance in consent.items():
        if actor not in free:
            whole = whole * chance
    if not free:
        return whole
    force = np.array([rule.force.get(actor, 0.0) for actor in free])
    given = sum(rule.force.get(actor, 0.0) for actor in consent if actor not in free)
    wanted = max(0.0, rule.minimum - given)
    enough = at_least(np.stack([consent[a] for a in free], axis=1), force, wanted)
    return np.asarray(whole * enough)


def _adopted(payoffs: Payoffs, option: str, rule: Rule) -> Adopted:
    consent = _consent(payoffs, option, rule, 0.0)
    draws = np.broadcast_to(_together(rule, consent), (payoffs.draws,)).copy()
    high = _together(rule, _consent(payoffs, option, rule, 1.0))
    chance = float(draws.mean())
    blockers = []
    for actor, share in consent.items():
        sure = dict(consent) | {actor: np.ones_like(share)}
        worth = float(_together(rule, sure).mean()) - chance
        blockers.append(Blocker(actor, 1.0 - float(share.mean()), worth))
    blockers.sort(key=lambda b: (-b.worth, -b.refuses))
    return Adopted(
        option=option,
        rule=rule.kind,
        draws=draws,
        chance=chance,
        high=float(np.mean(high)),
        unknown=tuple(a for a in rule.asked if payoffs.unknown(option, a)),
        consent={actor: float(share.mean()) for actor, share in consent.items()},
        blockers=tuple(b for b in blockers if b.worth > 1e-12),
        packages=_packages(payoffs, option, rule, chance),
    )


# --- packages ---


def _packages(payoffs: Payoffs, option: str, rule: Rule, chance: float) -> tuple[Package, ...]:
    if chance > EVEN or rule.kind == "none":
        return ()
    able = [a for a in rule.asked if not payoffs.unknown(option, a)]
    complete = len(able) <= EXHAUSTIVE
    most = len(able) if complete else _FEW
    sets = [c for size in range(1, most + 1) for c in combinations(able, size)]
    found: list[Package] = []
    for kind in ("payment", "position", "salience"):
        best: Package | None = None
        for members in sets:
            cap = None if best is None else best.total * (1.0 - 1e-9)
            best = _smallest(payoffs, option, rule, (kind, members), cap) or best
        if best is not None:
            found.append(replace(best, exhaustive=complete))
    return tuple(found)


def _changed(
    payoffs: Payoffs, option: str, kind: str, members: tuple[str, ...], size: float
) -> Payoffs:
    """Return the payoffs with a change of this size made for some actors."""
    value = payoffs.value.copy()
    o = payoffs.options.index(option)
    for actor in members:
        a = payoffs.actors.index(actor)
        own = value[:, o, a]
        if kind == "payment":
            value[:, o, a] = own + size
        elif kind == "position":
            value[:, o, a] = own + size * max(0.0, -float(np.nan_to_num(own).mean())) * 2.0
        else:
            value[:, o, a] = np.where(own < 0.0, own * (1.0 - size), own)
    return replace(payoffs, value=value)


def _smallest(
    payoffs: Payoffs,
    option: str,
    rule: Rule,
    who: tuple[str, tuple[str, ...]],
    cap: float | None,
) -> Package | None:
    """Find the smallest change of some actors that takes the chance past one half.

    Args:
        payoffs: the payoffs.
        option: which option.
        rule: its rule.
        who: the kind of change, and the actors.
        cap: a total that has been reached already; None is returned where it takes more.
    """
    kind, members = who
    o = payoffs.options.index(option)

    def chance(size: float) -> float:
        changed = _changed(payoffs, option, kind, members, size)
        return float(np.mean(chance_adopted(changed, option, rule)))

    # totals grow in proportion to the size of the change
    whole = _changed(payoffs, option, kind, members, 1.0).value[:, o, :] - payoffs.value[:, o, :]
    unit = float(np.nan_to_num(whole).mean(axis=0).sum())
    if not unit > 0.0:
        return None
    scale = float(np.abs(np.nan_to_num(payoffs.value[:, o, :])).max()) or 1.0
    high = _MOST_PAID * scale if kind == "payment" else 1.0
    high = high if cap is None else min(high, cap / unit)
    if chance(high) <= EVEN:
        return None
    low = 0.0
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if chance(middle) > EVEN else (middle, high)
    return Package(kind, members, high, high * unit, chance(high), True)
