"""The default alliance mix: typical sets of guarantors and how often each occurs.

Judgement, in the proportions of the alliance data sets: most defence pacts of the last two
centuries are bilateral and without forces in place, many leave the response to each member, few
have troops stationed or a body that decides. The protege has the default capability.
"""

from dataclasses import dataclass

import numpy as np
from tests.unit.deterrence.cases import lognormal, stakes

from servanda.deterrence import Exposure


@dataclass(frozen=True)
class Alliance:
    """One type of guarantee.

    weight: how often it occurs. able: median capability of each guarantor over the challenger's.
    klass: code of the class; word: Beta parameters of the commitment. share: of capability
    engaged. troops: stationed by the first guarantor.
    """

    name: str
    weight: float
    able: tuple[float, ...]
    klass: int
    word: tuple[float, float]
    share: float
    floor: float = 0.0
    troops: float = 0.0
    body: bool = False


MIX = (
    Alliance("great-power pact, no forces", 0.30, (0.9,), 6, (7, 3), 0.5),
    Alliance("pact of two middle powers", 0.25, (0.35, 0.35), 6, (7, 3), 0.5),
    Alliance("entente, response left open", 0.20, (0.8, 0.4), 4, (4, 4), 0.4),
    Alliance("assurance", 0.15, (0.9,), 5, (3.5, 6.5), 0.3),
    Alliance("stationed pact", 0.10, (1.0, 0.3, 0.3), 6, (8, 2), 0.6, troops=10_000.0, body=True),
)


def mix(draws, *, seed=0):
    """Give exposure, stakes and weights; the last cell, of weight 0, promises nothing."""
    players = max(len(a.able) for a in MIX)
    cells, kinds = len(MIX) + 1, ("ground", "limited", "air", "sea", "sabotage")
    rng = np.random.default_rng([seed, 7])
    shape = (draws, cells, players, len(kinds))
    klass, body = np.zeros(shape, np.int8), np.full(shape, -1)
    share, floor, commitment = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    troops, scale = np.zeros(shape[:3]), np.zeros((cells, players))
    quantile = rng.random((draws, players))
    for c, kind in enumerate(MIX):
        n = len(kind.able)
        scale[c, :n] = kind.able
        klass[:, c, :n], share[:, c, :n], floor[:, c, :n] = kind.klass, kind.share, kind.floor
        word = np.sort(rng.beta(*kind.word, 4001))
        commitment[:, c, :n] = word[(quantile[:, :n] * 4000).astype(int)][..., None]
        troops[:, c, 0] = kind.troops
        body[:, c, :n] = 0 if kind.body else -1
    # One capability per guarantor and draw: what differs between the types goes into the share.
    top = scale.max(axis=0)
    share *= (scale / top)[:, :, None]
    exposure = Exposure(
        options=(*(a.name for a in MIX), "none"),
        guarantors=tuple(f"ally{i}" for i in range(players)),
        kinds=kinds,
        bodies=("council",),
        cell_of=np.arange(cells)[:, None],
        klass=klass,
        floor=floor,
        ceiling=np.ones(shape),
        share=share,
        delay_hours=np.broadcast_to(lognormal(rng, 48, 0.5, draws)[:, None, None, None], shape),
        commitment=commitment,
        body=body,
        pool=np.where(klass > 0, 0, -1),
        troops=troops,
        forward=np.where(troops > 0.0, 0.1, 0.0),
    )
    size = np.tile([1.0, 0.5, 0.4, 0.3, 0.1], (draws, 1))
    wants = stakes(
        draws, players, len(kinds), seed=seed, capability=top, size=size,
        probe=np.array([False, False, False, True, True]), pivotal=np.zeros(players, bool),
    )  # fmt: skip
    omega = lognormal(np.random.default_rng([seed, 8]), 0.45, 0.5, draws)
    return exposure, wants, omega, np.array([a.weight for a in MIX] + [0.0])
