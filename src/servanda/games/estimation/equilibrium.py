"""Trees in which somebody moves without knowing an earlier move: logit equilibrium, row by row.

Beliefs make the choice probabilities a fixed point. The principal branch of agent logit equilibria
(McKelvey and Palfrey 1998) is followed, and its slopes come from the implicit function theorem.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.games.batch import solve_batch
from servanda.games.derivatives import along
from servanda.games.estimation.likelihood import Point, Rows, grouped, of_outcomes
from servanda.games.estimation.play import Wiring

__all__ = ["EquilibriumFamily"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class EquilibriumFamily:
    """A tree with information sets and the outcome of each observation.

    Attributes:
        wiring: the tree and where indices enter.
        outcome: int64[row].
        groups: for each outcome the ends that count as it.
        ways: for each end the actions on the way and the logarithm of nature's part.
    """

    wiring: Wiring
    outcome: Rows
    groups: tuple[tuple[int, ...], ...]
    ways: tuple[tuple[tuple[int, ...], float], ...] = field(repr=False)

    @classmethod
    def of(
        cls, wiring: Wiring, outcome: Rows, groups: tuple[tuple[int, ...], ...]
    ) -> EquilibriumFamily:
        """Make the family.

        Raises:
            ModelError: errors or a link for which there is no such equilibrium here (SV969).
        """
        if wiring.errors != "agent" or wiring.link != "logit":
            raise ModelError(
                f"in '{wiring.shape.name}' somebody moves without knowing an earlier move; such "
                "trees are estimated with --errors agent --link logit",
                "SV969",
            )
        return cls(wiring, outcome, groups, _ways(wiring))

    @property
    def indices(self) -> int:
        """How many indices there are."""
        return self.wiring.indices

    @property
    def in_shocks(self) -> bool:
        """Utilities are."""
        return True

    def take(self, rows: Rows) -> EquilibriumFamily:
        """Return the model for some observations."""
        return EquilibriumFamily(self.wiring, self.outcome[rows], self.groups, self.ways)

    def probabilities(self, eta: Floats) -> tuple[Floats, Floats]:
        """Return probability [outcome, row] and its slopes [outcome, index, row]."""
        logs, slopes = self._outcomes(eta)
        p = np.exp(logs)
        return p, p[:, None, :] * slopes

    def at(self, eta: Floats, *, information: bool = False) -> Point:
        """Return the likelihood at indices [index, row]."""
        logs, slopes = self._outcomes(eta)
        return of_outcomes(logs, slopes, self.outcome, information)

    def _outcomes(self, eta: Floats) -> tuple[Floats, Floats]:
        return grouped(*self._ends(eta), self.groups)

    def _ends(self, eta: Floats) -> tuple[Floats, Floats]:
        wiring, rows = self.wiring, eta.shape[1]
        shape = wiring.shape
        assert shape.tree is not None  # noqa: S101 - only declared games have information sets
        players, ends = len(shape.players), len(shape.ends)
        pay = np.tile(np.array(shape.fixed).T, (rows, 1, 1))
        pay_along = np.zeros((wiring.indices, ends, players))
        for (player, end), indices in wiring.utility.items():
            for index in indices:
                pay[:, end, player] += eta[index]
                pay_along[index, end, player] += 1.0
        precision = np.full((rows, players), np.sqrt(0.5))
        slope = np.zeros((rows, wiring.indices, players))
        for player, index in wiring.scale.items():
            precision[:, player] *= np.exp(-eta[index])
            slope[:, index, player] = -precision[:, player]
        behaviour = solve_batch(shape.tree, pay, precision)
        moved = along(behaviour, payoffs=pay_along, precision=slope)
        with np.errstate(divide="ignore"):
            log_action = np.log(behaviour.action)
        logs, slopes = np.empty((ends, rows)), np.empty((ends, wiring.indices, rows))
        for end, (actions, nature) in enumerate(self.ways):
            logs[end] = log_action[:, list(actions)].sum(axis=1) + nature
            relative = moved.action[:, :, list(actions)] / behaviour.action[:, None, list(actions)]
            slopes[end] = relative.sum(axis=2).T
        return logs, slopes


def _ways(wiring: Wiring) -> tuple[tuple[tuple[int, ...], float], ...]:
    tree = wiring.shape.tree
    assert tree is not None  # noqa: S101 - only declared games have information sets
    found = []
    for path in wiring.shape.paths():
        actions, nature = [], 0.0
        for node, action in path:
            move = wiring.shape.moves[node]
            if move.player >= 0:
                actions.append(int(tree.move[tree.first[node] + action]))
            else:
                with np.errstate(divide="ignore"):
                    nature += float(np.log(move.chances[action]))
        found.append((tuple(actions), nature))
    return tuple(found)
