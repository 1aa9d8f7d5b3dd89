"""What the durability engine takes and gives: crises per state, rates, plans, and the projection.

Shapes use the words of the glossary: ``draw`` (one set of uncertain numbers), ``option``, ``cell``
(one distinct exposure: what the texts oblige whom to do), and the levels of the state
``posture`` (capability of the challenger, drifts up), ``credibility`` (rises when a probe is
answered), ``forces`` (0 present, 1 gone) and ``alignment`` of the pivotal guarantor (0 full).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from servanda.domain.errors import ModelError
from servanda.durability.checks import floats, within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "CAUSES",
    "CHANCES",
    "MAX_PHASES",
    "MAX_STATES",
    "OK",
    "PROTEGES",
    "SEVERAL",
    "UNCONVERGED",
    "CrisisInputs",
    "Plan",
    "PlanPhase",
    "Provoked",
    "Start",
    "Tempo",
]

MAX_PHASES = 3
MAX_STATES = 500
LARGEST = 1e3  # payoffs are in units of the prize; anything larger is a mistake of unit

CAUSES = (
    "attack_held",
    "attack_failed",
    "capitulation",
    "escalation",
    "provocation",
    "guarantor_turned",
)
"""How peace ends, in the order of the cause axis: an attack resisted whose defence holds, an
attack resisted whose defence fails, an attack that meets no resistance, a probe that escalates, a
war begun by the protege, an attack by a challenger that had given its own word in the text."""

PROTEGES = ("chooses", "mechanical")
"""How the protege uses its chances: as a player that weighs what follows, or by a fixed chance."""

OK, SEVERAL, UNCONVERGED = 0, 1, 2
"""Status of a draw: one solution found; several found (principal branch shown); none found."""

CHANCES = ("mean", "log_sum")
"""What a chance to act is worth: the mean of what is then chosen (agent quantal response), or the
log-sum value, which charges a party for departing from its reference weights, and so a challenger
for staying at every chance that it lets pass."""


_UNSAID: Floats = np.zeros(0)


@dataclass(frozen=True, slots=True)
class Provoked:
    """What an attack holds that answers a provocation by the protege: less of the word counts.

    Every array float64 over the axes of ``CrisisInputs``; entries of probe kinds are read only
    where there is no attack kind.

    Args:
        attack_value: the challenger's lump, without the opprobrium that a provocation takes away.
        resist: probability that the protege resists.
        direct_war: probability of a direct challenger-guarantor war, given resistance.
        protege_value: the protege's lump, as in ``CrisisInputs``.
    """

    attack_value: Floats
    resist: Floats
    direct_war: Floats
    protege_value: Floats


@dataclass(frozen=True, slots=True)
class CrisisInputs:
    """What one chance to act holds at every state, for every incident kind.

    Args:
        kinds: names of the incident kinds.
        probe: bool[kind]; True for the class probe, False for the class attack.
        size: float64[kind]; size of the kind against a full ground attack (kept for the record).
        attack_value: float64[draw, cell, posture, credibility, forces, alignment, kind];
            the challenger's lump value of attacking, in units of its prize. For a probe kind: of
            the fight into which that probe may escalate.
        resist: same axes; probability that the protege resists the attack.
        answered: same axes; probability that a probe is answered (unused for attacks).
        honoured: same axes; probability that helpers do what the clause promises.
        defence: same axes; probability that the defence holds, given resistance.
        direct_war: same axes; probability of a direct challenger-guarantor war, given resistance.
        weight: float64[kind] or None; reference weight of a kind within its class, any scale.
            None splits each class evenly. Splitting a kind into parts whose weights add up to the
            old one changes nothing.
        protege_value: same axes as ``attack_value`` or None; the protege's lump when attacked (for
            a probe kind: in the fight into which it may escalate), in units of the prize, all of
            which it holds in peace. Needed where the protege chooses.
        provoked: crises that answer a provocation; None where it changes nothing but opprobrium.

    Raises:
        ModelError: an array has the wrong shape, is not finite, or a probability is outside [0, 1].
    """

    kinds: tuple[str, ...]
    probe: NDArray[np.bool_]
    size: Floats
    attack_value: Floats
    resist: Floats
    answered: Floats
    honoured: Floats
    defence: Floats
    direct_war: Floats
    weight: Floats | None = None
    protege_value: Floats | None = None
    provoked: Provoked | None = None

    def __post_init__(self) -> None:
        """Check shapes and ranges once, so that the kernels need not."""
        n_kinds = len(self.kinds)
        if n_kinds == 0:
            raise ModelError("a crisis needs at least one incident kind")
        set_ = object.__setattr__
        set_(self, "probe", np.ascontiguousarray(self.probe, dtype=np.bool_))
        set_(self, "size", floats("size", self.size, 1))
        weight = np.ones(n_kinds) if self.weight is None else self.weight
        set_(self, "weight", floats("weight", weight, 1))
        for name in ("attack_value", "resist", "answered", "honoured", "defence", "direct_war"):
            set_(self, name, floats(name, getattr(self, name), 7))
            shape = getattr(self, name).shape
            if shape != self.attack_value.shape:
                raise ModelError(f"{name} has shape {shape}, not {self.attack_value.shape}")
            low, high = (-LARGEST, LARGEST) if name == "attack_value" else (0.0, 1.0)
            within(name, getattr(self, name), low, high)
        self._check_protege()
        for name in ("probe", "size", "weight"):
            if getattr(self, name).shape != (n_kinds,):
                raise ModelError(f"{name} needs one entry for each of the {n_kinds} kinds")
        if self.attack_value.shape[-1] != n_kinds:
            raise ModelError(
                f"attack_value holds {self.attack_value.shape[-1]} kinds, not {n_kinds}"
            )
        if 0 in self.attack_value.shape:
            raise ModelError(f"attack_value has an empty axis: {self.attack_value.shape}")
        if not (self.weight_of_kinds > 0).all():
            raise ModelError(
                "every incident kind needs a weight above 0; leave the kind out instead"
            )

    def _check_protege(self) -> None:
        shape, set_ = self.attack_value.shape, object.__setattr__
        held: list[tuple[object, str, str]] = []
        if self.protege_value is not None:
            held.append((self, "protege_value", "protege_value"))
        if self.provoked is not None:
            held += [(self.provoked, n, f"provoked {n}") for n in Provoked.__slots__]
        for owner, name, shown in held:
            set_(owner, name, floats(shown, getattr(owner, name), 7))
            array = getattr(owner, name)
            if array.shape != shape:
                raise ModelError(f"{shown} has shape {array.shape}, not {shape}")
            chance = name in ("resist", "direct_war")
            within(shown, array, 0.0 if chance else -LARGEST, 1.0 if chance else LARGEST)

    @property
    def weight_of_kinds(self) -> Floats:
        """float64[kind]: weights within the class as given (even where none was given)."""
        return np.ones(len(self.kinds)) if self.weight is None else self.weight

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.attack_value.shape[0])

    @property
    def levels(self) -> tuple[int, int, int, int]:
        """Levels of posture, credibility, forces and alignment."""
        _, _, posture, credibility, forces, alignment, _ = self.attack_value.shape
        return posture, credibility, forces, alignment

    def reply(self) -> Floats:
        """float64[1 + kind]: how a provoked mover without a motive answers: lets it pass first.

        Let pass 1/2, the rest shared out among the attacks by their weights (among all kinds where
        none is an attack).
        """
        among = self.weight_of_kinds * (self.probe.all() | ~self.probe)
        return np.concatenate(([0.5], 0.5 * among / among.sum()))

    def reference(self) -> Floats:
        """float64[1 + kind]: how a mover without a motive chooses: stay first, then the kinds.

        Stay 1/2, probes 1/4, attacks 1/4; 1/2 for the only class where the other is absent; each
        class is shared out by the weights of its kinds.
        """
        weight, share = self.weight_of_kinds, np.zeros(len(self.kinds))
        both = bool(self.probe.any() and (~self.probe).any())
        for member in (self.probe, ~self.probe):
            if member.any():
                total = 0.25 if both else 0.5
                share[member] = total * weight[member] / weight[member].sum()
        return np.concatenate(([0.5], share))


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast things happen and how they are valued; every field float64[draw], rates per year.

    Args:
        lambda_c: precision of the challenger (0 = chooses by the reference weights).
        lambda_p: precision of the protege (the mechanical protege ignores it).
        omega_c: rate of the challenger's chances to act.
        omega_p: rate of the protege's chances to act.
        rho: discount rate of the challenger; above 0.
        s_q: its flow value of the status quo, as the value of keeping it for ever.
        g_b: its gain from a probe that goes unanswered.
        x_b: its loss from a probe that is answered.
        eps: probability that a probe escalates to a fight.
        c_o: opprobrium it pays for an unprovoked attack (not paid when the protege began).
        mu_drift: rate at which its posture rises by a level.
        mu_leave: rate at which the forces leave.
        mu_election: rate of elections in the pivotal guarantor; each moves alignment one level up
            or down with equal chance, and not at all where there is no such level.
        mu_settle: rate of a settled peace.
        mu_fray: rate at which a truce frays without the challenger's doing.
        mu_mend: rate at which a frayed truce mends.
        p_prov: probability that a protege without a motive uses a chance to act to provoke: what a
            mechanical protege does, and the reference weight of provoking for one that chooses.
        g_p: what a provocation gains the protege, at the challenger's expense.
        s_p: the protege's flow value of peace, as the value of keeping it for ever (1 unless said:
            it holds the whole prize).
        c_truce: what the challenger pays besides for an act that a truce still kept forbids.
        mu_collapse: rate at which a frayed truce collapses for good; it then leads no further.

    Raises:
        ModelError: a field is not finite, negative where that means nothing, or of another length.
    """

    lambda_c: Floats
    lambda_p: Floats
    omega_c: Floats
    omega_p: Floats
    rho: Floats
    s_q: Floats
    g_b: Floats
    x_b: Floats
    eps: Floats
    c_o: Floats
    mu_drift: Floats
    mu_leave: Floats
    mu_election: Floats
    mu_settle: Floats
    mu_fray: Floats
    mu_mend: Floats
    p_prov: Floats
    g_p: Floats
    s_p: Floats = field(default_factory=lambda: _UNSAID)
    c_truce: Floats = field(default_factory=lambda: _UNSAID)
    mu_collapse: Floats = field(default_factory=lambda: _UNSAID)

    def __post_init__(self) -> None:
        """Check lengths and ranges."""
        for name, usual in (("s_p", 1.0), ("c_truce", 0.0), ("mu_collapse", 0.0)):
            if getattr(self, name) is _UNSAID:
                object.__setattr__(self, name, np.full(np.shape(self.lambda_c), usual))
        for item in dataclasses.fields(self):
            name = item.name
            array = floats(name, getattr(self, name), 1)
            object.__setattr__(self, name, array)
            if array.shape != self.lambda_c.shape:
                raise ModelError(
                    f"{name} has {array.size} draws, lambda_c has {self.lambda_c.size}"
                )
            if name in ("eps", "p_prov"):
                within(name, array, 0.0, 1.0)
            elif name.startswith(("lambda_", "omega_", "mu_", "rho")):
                within(name, array, 0.0)
            else:
                within(name, array, -LARGEST, LARGEST)
        if not (self.rho > 0).all():
            raise ModelError("rho must be above 0 in every draw: undiscounted values do not exist")

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.lambda_c.size)


@dataclass(frozen=True, slots=True)
class PlanPhase:
    """One phase of an option as the chain sees it.

    Args:
        cell: which exposure holds in this phase.
        eta: float64[draw]; hazard per year of passing to the next phase, 0 for the last phase.
        truce: the phase has a truce that can fray; a frayed truce holds up passing on.
        collapse: the truce, once frayed, can collapse for good and close the way to what follows.
        covered: bool[kind] or None; acts that the truce forbids: they cost ``c_truce`` while kept.
        own_word: bool[kind] or None; acts by which the challenger breaks its own word in the text:
            attacks of these kinds end peace as ``guarantor_turned``.
        forces: there are forces that can leave.
        alignment: the pivotal guarantor's alignment matters.
        credibility: answered and unanswered probes matter for what is believed.
    """

    cell: int
    eta: Floats
    truce: bool = False
    forces: bool = True
    alignment: bool = True
    credibility: bool = True
    collapse: bool = False
    covered: NDArray[np.bool_] | None = None
    own_word: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        """Check the hazard."""
        object.__setattr__(self, "eta", floats("eta", self.eta, 1))
        within("eta", self.eta, 0.0)
        for name in ("covered", "own_word"):
            if getattr(self, name) is not None:
                flags = np.atleast_1d(np.asarray(getattr(self, name), dtype=np.bool_))
                object.__setattr__(self, name, flags)


@dataclass(frozen=True, slots=True)
class Plan:
    """One option: its identifier and its phases in order.

    Raises:
        ModelError: no phase, more than three, or a last phase that passes on to nowhere.
    """

    option: str
    phases: tuple[PlanPhase, ...]

    def __post_init__(self) -> None:
        """Check the number of phases and the last hazard."""
        object.__setattr__(self, "phases", tuple(self.phases))
        if not 1 <= len(self.phases) <= MAX_PHASES:
            raise ModelError(
                f"option {self.option!r} has {len(self.phases)} phases; 1 to {MAX_PHASES} can be "
                "computed: join phases that differ little"
            )
        if self.phases[-1].eta.any():
            raise ModelError(f"the last phase of option {self.option!r} must have eta = 0")


@dataclass(frozen=True, slots=True)
class Start:
    """The state in which the clock starts, and the level at which a collapsed dimension is held.

    The default is the reference state of a crisis: lowest posture, full credibility, forces
    present, pivotal guarantor fully aligned; a truce starts kept.
    """

    posture: int = 0
    credibility: int = 2
    forces: int = 0
    alignment: int = 0
