"""episode -> engines: what an episode of the casebook puts at stake, draw by draw.

One cell and one phase. The rules, each a judgement that the documentation lists:

- The class of the episode's text gives the commitment, the type what the text says of military
  means. Every incident kind is covered alike.
- At most four guarantors count; further signatories bring no army. A challenger that is itself a
  guarantor does not count, nor does its share of a common force.
- Only forces whose mission is to fight count as forces, as in a comparison; their number is the
  coded one, or the type's typical one.
- Forces leave at the rate at which such forces left in the casebook (``force_leave``).
- The coded ratio of national capabilities enters the theatre with the weight of
  ``capratio_weight``, drawn between the lowest and highest of the coded ratios. It holds at entry,
  so the challenger's rise from the start of the peace to the entry is taken out again.
- Its coded change over five years moves the rate at which the challenger's posture rises, with the
  same weight: a fall of the ratio speeds it up, a rise slows it down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.deterrence.model import CLASSES, Exposure, Levels, Stakes
from servanda.domain.episode import Episode, GuaranteeType
from servanda.durability.model import Plan, PlanPhase, Start, Tempo
from servanda.study.calibration.nuisances import Nuisances
from servanda.study.draws import quantile

__all__ = ["KINDS", "Case", "Parameters", "case_of"]

Floats = NDArray[np.float64]
Parameters = dict[str, Floats]

MOST_GUARANTORS = 4
#: Incident kinds of an episode: assumption of the size, and whether it is a probe.
KINDS = (("size_ground", False), ("size_limited", False), ("size_sabotage", True))
POSTURES = ("posture_start", "posture_recovered", "posture_enlarged", "posture_peak")
CREDIBILITIES = ("credibility_low", "credibility_middle", "credibility_full")
KAPPA = {
    "permitted": "kappa_permitted",
    "mandate": "kappa_mandate",
    "consult": "kappa_consult",
    "discretionary": "kappa_discretionary",
    "political": "kappa_political",
}
CEILING = {
    "none": "share_unbound",
    "unspecified": "share_unspecified",
    "materiel": "share_materiel",
    "optional": "share_optional",
    "included": "share_included",
}
#: Traits of a challenger: one draw for all episodes of its cluster.
OF_CHALLENGER = ("lambda_c", "g", "tau0", "n0", "c_w", "c_o", "c_g", "c_n", "g_b", "x_b", "eps")
OF_EPISODE = ("lambda_g", "lambda_p", "phi_f", "c_p", "a3", "zeta", "x_prov", "d0", "d_f", "d_n")
FIVE_YEARS = 5.0


@dataclass(frozen=True, slots=True)
class Case:
    """One episode as the engines read it."""

    exposure: Exposure
    stakes: Stakes
    levels: Levels
    tempo: Tempo
    plan: Plan
    start: Start


def case_of(
    episode: Episode, kind: GuaranteeType, parameters: Parameters, nuisances: Nuisances
) -> Case:
    """Turn an episode into inputs of the engines.

    Args:
        episode: a row of the casebook.
        kind: its guarantee type.
        parameters: omega_c, a1, a2 and s_q, float64[draw] each.
        nuisances: everything else, as many draws.

    Returns:
        Case with one cell, one option of one phase and three incident kinds.
    """
    chain = _Challenger(episode, nuisances)
    filled, capability = _exposure(episode, kind, nuisances)
    manned = bool(filled.troops.any())
    promised = bool(filled.commitment.any())
    levels = Levels(
        posture=chain.postures,
        credibility=tuple(_fixed(nuisances, n) for n in CREDIBILITIES) if promised else (1.0,),
        forces=(1.0, 0.0) if manned else (1.0,),
        alignment=(1.0,),
    )
    calm = np.zeros(nuisances.size)
    phase = PlanPhase(
        cell=0, eta=calm, forces=manned, alignment=False, credibility=promised, truce=False
    )
    return Case(
        exposure=filled,
        stakes=_stakes(episode, parameters, nuisances, chain, capability),
        levels=levels,
        tempo=_tempo(parameters, nuisances, chain, episode),
        plan=Plan(option="episode", phases=(phase,)),
        start=Start(posture=0, credibility=len(levels.credibility) - 1, forces=0, alignment=0),
    )


def _fixed(nuisances: Nuisances, name: str) -> float:
    """Value of an assumption that is a plain number: the middle of its distribution."""
    middle = quantile(nuisances.assumptions[name].used(), np.array([0.5]))
    return float(middle[0])


class _Challenger:
    """The challenger of an episode: relative capability at the start of the peace, and its rise."""

    def __init__(self, episode: Episode, nuisances: Nuisances) -> None:
        self.postures = tuple(_fixed(nuisances, name) for name in POSTURES)
        weight = nuisances.of(episode.cluster, "capratio_weight")
        self.drift = self._drift(episode, nuisances, weight)
        usual = nuisances.of(episode.id, "m_p")
        if episode.capratio_entry is None:
            self.m_p = usual
            return
        ratio = _between(episode, nuisances.level(episode.id, "capratio"))
        risen = self._risen(episode.age_at_entry)
        self.m_p = (ratio * risen) ** weight * usual ** (1.0 - weight)

    def _drift(self, episode: Episode, nuisances: Nuisances, weight: Floats) -> Floats:
        usual = nuisances.of(episode.cluster, "mu_drift")
        if episode.capratio_5y_change is None:
            return usual
        step = np.log(self.postures[1] / self.postures[0])
        implied = -np.log1p(episode.capratio_5y_change) / (step * FIVE_YEARS)
        drift: Floats = np.maximum(usual + weight * implied, 0.0)
        return drift

    def _risen(self, age: float) -> Floats:
        """Posture multiplier to expect at an age: steps at the drift rate, up to the top."""
        steps = np.minimum(self.drift * age, len(self.postures) - 1.0)
        risen: Floats = np.interp(steps, np.arange(len(self.postures)), self.postures)
        return risen


def _between(episode: Episode, u: Floats) -> Floats:
    """Draw the national ratio: triangular on the log scale between the coded extremes."""
    middle = np.log(episode.capratio_entry or 1.0)
    low = np.log(episode.capratio_low or episode.capratio_entry or 1.0)
    high = np.log(episode.capratio_high or episode.capratio_entry or 1.0)
    width = high - low
    if width <= 0.0:
        return np.full_like(u, np.exp(middle))
    turn = (middle - low) / width
    left = low + np.sqrt(u * width * (middle - low))
    right = high - np.sqrt((1.0 - u) * width * (high - middle))
    drawn: Floats = np.exp(np.where(u < turn, left, right))
    return drawn


def _counted(episode: Episode) -> tuple[int, float]:
    """How many guarantors count, and which share of a common force is theirs."""
    bound = episode.n_guarantors
    willing = bound - 1 if episode.challenger_is_guarantor and bound else bound
    return min(willing, MOST_GUARANTORS), willing / bound if bound else 0.0


def _exposure(
    episode: Episode, kind: GuaranteeType, nuisances: Nuisances
) -> tuple[Exposure, Floats]:
    """What the text and the forces put at stake, and the guarantors' capability."""
    draws, kinds = nuisances.size, len(KINDS)
    counted, own_share = _counted(episode)
    bystander = counted == 0  # the engine wants somebody: without capability it changes nothing
    seats = range(max(counted, 1))
    names = tuple(f"{episode.id}:{seat}" for seat in seats)

    def per_seat(make: Callable[[str], Floats]) -> Floats:
        return np.stack([make(name) for name in names], axis=1)

    capability = per_seat(lambda name: nuisances.of(name, kind.capability))
    if bystander:
        capability = np.zeros_like(capability)
    troops = np.zeros((draws, 1, len(names)))
    if kind.forces.mission == "combat" and not bystander:
        coded = float(episode.force_size_approx) or kind.forces.typical
        troops += coded * own_share / len(names)
    army = nuisances.of(episode.cluster, "challenger_army")
    needed = np.maximum(capability * army[:, None], 1.0)
    klass = 0 if bystander else CLASSES.index(episode.klass)
    commitment = per_seat(
        lambda name: _commitment(episode, klass, bool(troops.any()), name, nuisances)
    )
    ceiling = nuisances.of(episode.id, CEILING[kind.military if klass else "none"])
    floor = np.zeros(draws)
    if klass and kind.floor == "stated":
        floor = np.minimum(nuisances.of(episode.id, "share_floor_stated"), ceiling)
    level = per_seat(lambda name: nuisances.level(name, "share"))
    share = floor[:, None] + (ceiling - floor)[:, None] * level
    delay = nuisances.of(episode.id, "decide_body" if kind.body else "decide_each")
    shape = (draws, 1, len(names), kinds)

    def wide(values: Floats) -> Floats:
        column = values[:, None] if values.ndim == 1 else values
        return np.broadcast_to(column[:, None, :, None], shape)

    exposure = Exposure(
        options=("episode",),
        guarantors=names,
        kinds=tuple(name for name, _ in KINDS),
        bodies=(),
        cell_of=np.zeros((1, 1), np.int16),
        klass=np.full(shape, klass, np.int8),
        floor=wide(floor),
        ceiling=wide(ceiling),
        share=wide(share),
        delay_hours=wide(delay),
        commitment=wide(commitment),
        body=np.full(shape, -1, np.int16),
        pool=np.full(shape, 0 if klass and len(names) > 1 else -1, np.int16),
        troops=troops,
        forward=np.minimum(troops / needed[:, None, :], 1.0),
    )
    return exposure, capability


def _commitment(
    episode: Episode, klass: int, manned: bool, name: str, nuisances: Nuisances
) -> Floats:
    word = CLASSES[klass]
    if word == "none":
        return np.zeros(nuisances.size)
    if word == "binding":
        row = "kappa_binding" if manned else "kappa_binding_without_forces"
    else:
        row = KAPPA[word]
    return quantile(nuisances.assumptions[row].used(), nuisances.level(name, "kappa"))


def _stakes(
    episode: Episode,
    parameters: Parameters,
    nuisances: Nuisances,
    chain: _Challenger,
    capability: Floats,
) -> Stakes:
    names = [f"{episode.id}:{seat}" for seat in range(capability.shape[1])]

    def each(name: str) -> Floats:
        return np.stack([nuisances.of(seat, name) for seat in names], axis=1)

    columns = {name: nuisances.of(episode.cluster, name) for name in OF_CHALLENGER}
    columns |= {name: nuisances.of(episode.id, name) for name in OF_EPISODE}
    if not (episode.nuclear_guarantor and episode.nuclear_challenger):
        columns["d_n"] = np.zeros(nuisances.size)
    nuclear = np.zeros(len(names), np.bool_)
    nuclear[0] = episode.nuclear_guarantor
    sizes = [np.full(nuisances.size, _fixed(nuisances, name)) for name, _ in KINDS]
    return Stakes(
        **columns,
        s_q=parameters["s_q"],
        a1=parameters["a1"],
        a2=parameters["a2"],
        m_p=chain.m_p,
        m=capability,
        b=each("stake"),
        nu=each("nuclear_cost") * float(episode.nuclear_challenger),
        a0=each("a0"),
        t_move=each("move_hours"),
        nuclear=nuclear,
        pivotal=np.zeros(len(names), np.bool_),
        size=np.stack(sizes, axis=1),
        probe=np.array([probe for _, probe in KINDS], np.bool_),
    )


def _tempo(
    parameters: Parameters, nuisances: Nuisances, chain: _Challenger, episode: Episode
) -> Tempo:
    """Rates of the chain.

    A settled peace is worth the status quo for ever, so its rate may be added to the discount rate
    and left out of the chain: the values are the same, and survival has the one cause that is
    counted. A war begun by the protected side censors, so it never happens here.
    """
    never = np.zeros(nuisances.size)
    own = {name: nuisances.of(episode.cluster, name) for name in ("lambda_c", "g_b", "x_b", "eps")}
    return Tempo(
        **own,
        lambda_p=nuisances.of(episode.id, "lambda_p"),
        omega_c=parameters["omega_c"],
        omega_p=never,
        rho=nuisances.of(episode.cluster, "rho") + nuisances.of(episode.id, "mu_settle"),
        s_q=parameters["s_q"],
        c_o=nuisances.of(episode.cluster, "c_o"),
        mu_drift=chain.drift,
        mu_leave=nuisances.of(episode.id, "force_leave"),
        mu_election=never,
        mu_settle=never,
        mu_fray=never,
        mu_mend=never,
        p_prov=never,
        g_p=never,
    )
