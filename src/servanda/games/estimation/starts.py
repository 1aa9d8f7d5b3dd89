"""Where climbs begin: last movers first, nothing at all, and at random around."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from servanda.games.estimation import ultimatum
from servanda.games.estimation.building import Built
from servanda.games.estimation.likelihood import Design, Family, TreeFamily
from servanda.games.estimation.maximise import Penalty, roughly
from servanda.games.estimation.shape import Shape

__all__ = ["further_starts", "random_start", "sequential_start"]

Floats = NDArray[np.float64]

# A slight pull to zero, so that a stage that separates its data still gives a start.
_PULL = Penalty("ridge", 0.1)
_STEPS = 3


def sequential_start(built: Built, family: Family) -> Floats:
    """Return a start by backward induction: the choices of last movers, then of those before.

    Each stage maximises the likelihood of one player's choices where it came to them, in its own
    coefficients alone, with later movers as estimated (statistical backward induction).
    """
    design = built.design
    if isinstance(family, ultimatum.UltimatumFamily):
        found = ultimatum.start(family, design.blocks[0], design.blocks[1])
        return np.where(design.free, found, design.fixed)
    beta = np.where(design.free, 0.0, design.fixed)
    if not isinstance(family, TreeFamily) or built.shape is None:
        return beta
    for player in _last_first(built.shape):
        own = _own(family, design, player)
        if not own.any():
            continue
        nodes = frozenset(
            node for node, move in enumerate(built.shape.moves) if move.player == player
        )
        staged = replace(family, stage=nodes)
        beta = roughly(staged, replace(design, free=own, fixed=beta), beta, _PULL, _STEPS)
    return beta


def random_start(design: Design, around: Floats, random: np.random.Generator) -> Floats:
    """Return a start a standard normal away in units of utility, free coefficients only."""
    moved = around + random.standard_normal(len(around)) / design.units
    return np.where(design.free, moved, design.fixed)


def further_starts(
    built: Built, family: Family, first: Floats, count: int, random: np.random.Generator
) -> list[Floats]:
    """Return the starts beside the sequential one: zero, ones that the model knows, and random."""
    design = built.design
    zero = np.where(design.free, 0.0, design.fixed)
    found = [] if (first == zero).all() else [zero]
    if isinstance(family, ultimatum.UltimatumFamily):
        place = len(design.names) - 1
        given = None if design.free[place] else float(np.exp(design.fixed[place]))
        known = ultimatum.more_starts(family, design.blocks[0], design.blocks[1], given)
        found = [np.where(design.free, one, design.fixed) for one in known]
    return found + [random_start(design, first, random) for _ in range(count)]


def _last_first(shape: Shape) -> list[int]:
    depth = {player: 0 for player in range(len(shape.players))}
    for path in shape.paths():
        for place, (node, _) in enumerate(path):
            player = shape.moves[node].player
            if player >= 0:
                depth[player] = max(depth[player], place + 1)
    return sorted(depth, key=lambda player: -depth[player])


def _own(family: TreeFamily, design: Design, player: int) -> NDArray[np.bool_]:
    """Return which free coefficients are of the utilities or the scale of a player alone."""
    mine = {k for (p, _), indices in family.wiring.utility.items() if p == player for k in indices}
    if list(family.wiring.scale.values()).count(family.wiring.scale.get(player, -1)) == 1:
        mine.add(family.wiring.scale[player])
    found = np.zeros(len(design.names), dtype=bool)
    for index, part in enumerate(design.slices()):
        found[part] = index in mine
    return found & design.free
