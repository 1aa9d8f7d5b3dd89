"""What a strategic model is to the estimator: indices in, log likelihood and its slopes out.

Every model here depends on its coefficients through a few indices per observation, each linear in
covariates: the utilities, and the logarithms of scales. So first derivatives are needed in the
indices only, and second derivatives are differences of those, a handful of directions however
many coefficients there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from servanda.games.estimation.play import Play, Wiring, play

__all__ = [
    "Design",
    "Family",
    "Point",
    "Rows",
    "TreeFamily",
    "curvature",
    "grouped",
    "of_outcomes",
]

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

# The cube root of the rounding of a double: least total error of a central difference.
STEP = 6e-6


@dataclass(slots=True, eq=False)
class Point:
    """The likelihood at given indices.

    Attributes:
        log: float64[row], log likelihood of each observation.
        score: float64[index, row], its derivatives.
        information: float64[index, index, row], expected information; None where the model does
            not offer it.
    """

    log: Floats
    score: Floats
    information: Floats | None = None


class Family(Protocol):
    """A model with its outcomes; everything but the coefficients."""

    @property
    def indices(self) -> int:
        """How many indices there are."""
        ...

    @property
    def in_shocks(self) -> bool:
        """Whether the indices are in standard deviations of the shocks."""
        ...

    def at(self, eta: Floats, *, information: bool = False) -> Point:
        """Return the likelihood at indices [index, row]."""
        ...

    def take(self, rows: Rows) -> Family:
        """Return the model for some observations, which may repeat."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """The covariates of all indices, and which coefficients are free.

    Attributes:
        blocks: float64[row, coefficient] for each index.
        names: of all coefficients, block by block.
        free: bool[coefficient].
        fixed: float64[coefficient], the values of those not free, 0 elsewhere.
        offset: float64[index, row], what is added to the indices.
        weights: float64[row], how much each observation counts.
        units: float64[coefficient], the root mean square of its covariate, 1 for an empty one.
        spreads: float64[coefficient], its standard deviation.
    """

    blocks: tuple[Floats, ...]
    names: tuple[str, ...]
    free: NDArray[np.bool_]
    fixed: Floats
    offset: Floats
    weights: Floats
    units: Floats
    spreads: Floats

    @property
    def rows(self) -> int:
        """How many observations there are."""
        return len(self.weights)

    def slices(self) -> list[slice]:
        """Return where the coefficients of each index stand."""
        ends = np.cumsum([block.shape[1] for block in self.blocks])
        return [slice(int(e) - b.shape[1], int(e)) for e, b in zip(ends, self.blocks, strict=True)]

    def eta(self, beta: Floats) -> Floats:
        """Return the indices [index, row] for all coefficients."""
        found = self.offset.copy()
        for k, (block, part) in enumerate(zip(self.blocks, self.slices(), strict=True)):
            if block.shape[1]:
                found[k] += block @ beta[part]
        return found

    def scores(self, score: Floats) -> Floats:
        """Return the derivative of each observation in each coefficient, [row, coefficient]."""
        return np.hstack([b * score[k][:, None] for k, b in enumerate(self.blocks)])

    def gradient(self, score: Floats) -> Floats:
        """Return the weighted sum of the scores, [coefficient]."""
        return np.concatenate([b.T @ (self.weights * score[k]) for k, b in enumerate(self.blocks)])

    def matrix(self, inner: Floats) -> Floats:
        """Return the weighted sum over observations of x' inner x.

        Args:
            inner: float64[index, index, row], symmetric in the first two.

        Returns:
            float64[coefficient, coefficient].
        """
        parts = self.slices()
        found = np.zeros((len(self.names), len(self.names)))
        for k, left in enumerate(self.blocks):
            if not left.shape[1]:
                continue
            for m in range(k, len(self.blocks)):
                if not self.blocks[m].shape[1]:
                    continue
                piece = left.T @ (self.blocks[m] * (self.weights * inner[k, m])[:, None])
                found[parts[k], parts[m]] = piece
                if m > k:
                    found[parts[m], parts[k]] = piece.T
        return found

    def take(self, rows: Rows) -> Design:
        """Return the design of some observations, which may repeat."""
        return Design(
            tuple(block[rows] for block in self.blocks), self.names, self.free, self.fixed,
            self.offset[:, rows], self.weights[rows], self.units, self.spreads,
        )  # fmt: skip


def curvature(family: Family, eta: Floats, blocks: Sequence[int]) -> Floats:
    """Return minus the second derivatives of the log likelihood in the indices.

    Central differences of the exact scores.

    Args:
        family: the model.
        eta: float64[index, row].
        blocks: the indices that have coefficients; the others stay zero.

    Returns:
        float64[index, index, row], symmetric.
    """
    count, rows = eta.shape
    found = np.zeros((count, count, rows))
    for k in blocks:
        step = STEP * np.maximum(1.0, np.abs(eta[k]))
        moved = eta.copy()
        moved[k] = eta[k] + step
        above = family.at(moved).score
        width = moved[k].copy()
        moved[k] = eta[k] - step
        width -= moved[k]
        found[k] = -(above - family.at(moved).score) / width
    return 0.5 * (found + found.transpose(1, 0, 2))


def of_outcomes(logs: Floats, slopes: Floats, outcome: Rows, information: bool) -> Point:
    """Return the likelihood of the outcomes seen.

    Args:
        logs: float64[outcome, row], log probabilities.
        slopes: float64[outcome, index, row], their derivatives.
        outcome: int64[row], the outcome of each row.
        information: whether to work out the expected information, too.
    """
    rows = np.arange(logs.shape[1])
    point = Point(logs[outcome, rows], slopes[outcome, :, rows].T)
    if information:
        weighted = np.exp(logs)[:, None, :] * slopes
        point.information = np.einsum("ekn,emn->kmn", weighted, slopes)
    return point


def grouped(
    logs: Floats, slopes: Floats, groups: tuple[tuple[int, ...], ...]
) -> tuple[Floats, Floats]:
    """Add the probabilities of ends that count as one outcome.

    Args:
        logs: float64[end, row].
        slopes: float64[end, index, row].
        groups: for each outcome its ends.

    Returns:
        log probabilities [outcome, row] and slopes [outcome, index, row].
    """
    if all(len(group) == 1 for group in groups):
        order = [group[0] for group in groups]
        whole = order == list(range(len(logs)))
        return (logs, slopes) if whole else (logs[order], slopes[order])
    found, found_slopes = [], []
    for group in groups:
        part = logs[list(group)]
        total = np.logaddexp.reduce(part, axis=0)
        share = np.exp(part - total)
        found.append(total)
        found_slopes.append((share[:, None, :] * slopes[list(group)]).sum(axis=0))
    return np.stack(found), np.stack(found_slopes)


@dataclass(frozen=True, slots=True, eq=False)
class TreeFamily:
    """A tree with the outcome of each observation.

    Attributes:
        wiring: the tree and where indices enter.
        outcome: int64[row], the observed outcome.
        groups: for each outcome the ends that count as it.
        stage: the nodes whose moves alone count, or None for all: the likelihood of one mover's
            choices where it came to them, for starting values.
    """

    wiring: Wiring
    outcome: Rows
    groups: tuple[tuple[int, ...], ...]
    stage: frozenset[int] | None = None

    @property
    def indices(self) -> int:
        """How many indices there are."""
        return self.wiring.indices

    @property
    def in_shocks(self) -> bool:
        """Utilities are."""
        return True

    def take(self, rows: Rows) -> TreeFamily:
        """Return the model for some observations."""
        return TreeFamily(self.wiring, self.outcome[rows], self.groups, self.stage)

    def probabilities(self, eta: Floats) -> tuple[Floats, Floats]:
        """Return probability [outcome, row] and its slopes [outcome, index, row]."""
        logs, slopes = self._outcomes(eta)
        p = np.exp(logs)
        return p, p[:, None, :] * slopes

    def at(self, eta: Floats, *, information: bool = False) -> Point:
        """Return the likelihood at indices [index, row]."""
        if self.stage is not None:
            return self._partial(eta, information)
        logs, slopes = self._outcomes(eta)
        return of_outcomes(logs, slopes, self.outcome, information)

    def _outcomes(self, eta: Floats) -> tuple[Floats, Floats]:
        found = play(self.wiring, eta)
        return grouped(found.log_ends, found.slopes, self.groups)

    def _partial(self, eta: Floats, information: bool) -> Point:
        """Return the likelihood of the moves of the stage, with its expected information."""
        assert self.stage is not None  # noqa: S101 - asked by `at`
        found = play(self.wiring, eta)
        count, rows = eta.shape
        point = Point(np.zeros(rows), np.zeros((count, rows)))
        if information:
            point.information = np.zeros((count, count, rows))
        paths = self.wiring.shape.paths()
        for group in range(len(self.groups)):
            here = np.flatnonzero(self.outcome == group)
            # Where several ends are one outcome, the path is not observed.
            if len(self.groups[group]) != 1 or not len(here):
                continue
            for node, action in paths[self.groups[group][0]]:
                if node in self.stage:
                    self._one(point, found, node, action, here)
        return point

    def _one(self, point: Point, found: Play, node: int, action: int, here: Rows) -> None:
        point.log[here] += found.log_action[node, action][here]
        point.score[:, here] += found.action_slopes[node, action][:, here]
        if point.information is None:
            return
        for other in range(len(self.wiring.shape.moves[node].children)):
            slope = found.action_slopes[node, other][:, here]
            p = np.exp(found.log_action[node, other][here])
            point.information[:, :, here] += p * slope[:, None] * slope[None]
