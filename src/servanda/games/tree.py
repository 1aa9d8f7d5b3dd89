"""An extensive game as arrays: who moves where, knowing what, with which payoffs.

Nodes stand in preorder, a parent before its children, as they do in a file. Payoffs and chances are
numbers or formulas of named parameters; `Tree.payoffs` and `Tree.chance` give them for one or many
draws of the parameters. Make a tree with the readers of this package or with `assemble`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from servanda.domain.errors import ModelError
from servanda.games.expression import Expression, NoValueError
from servanda.scenario.reading import closest

if TYPE_CHECKING:
    from servanda.games.form import Form

__all__ = ["CHANCE", "DECISION", "TERMINAL", "Tree", "draws_of"]

TERMINAL, DECISION, CHANCE = 0, 1, 2

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Kinds = NDArray[np.int8]

# Chances may miss 1 by what decimals with nine digits leave over.
CHANCE_TOLERANCE = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """An extensive game: topology as arrays, payoffs and chance as numbers or formulas.

    Attributes:
        title: what the game is called.
        players: their names.
        parameters: name and default value of every parameter.
        kind: int8[node], one of TERMINAL, DECISION, CHANCE.
        infoset: int32[node], the information set of a decision node, -1 elsewhere.
        terminal: int32[node], the payoff row of a terminal node, -1 elsewhere.
        first, count: int32[node]; the children of n are ``child[first[n]:first[n] + count[n]]``.
        child: int32[edge], the node reached.
        move: int32[edge], the action (decision) or the place among the chances (chance).
        owner: int32[infoset], the player who moves there.
        action0, actions: int32[infoset]; the actions of h are ``action0[h]`` and those after it,
            ``actions[h]`` in number.
        infoset_names: the name of each set, or its number; unique for a player.
        action_names: a label per action, unique in its information set.
        outcome_names: a label per payoff row, empty where there is none.
        payoff: float64[terminal, player] at the default values.
        probability: float64[chance edge] at the default values.
        payoff_formulas: (terminal, player, formula) where a payoff is no plain number.
        probability_formulas: (chance edge, formula) where a chance is no plain number.
        chance_names: a label per chance edge.
        node_names: a label per node, empty where there is none.
        ranges: lowest and highest value of parameters, where given.
        note: what the file says about itself.

    Examples:
        >>> from servanda.games import read_efg
        >>> tree = read_efg('''EFG 2 R "entry" { "firm" "rival" }
        ... p "" 1 1 "" { "stay out" "enter" } 0
        ... t "" 1 "" { 0 2 }
        ... p "" 2 1 "" { "fight" "share" } 0
        ... t "" 2 "" { -1 0 }
        ... t "" 3 "" { 1 1 }''')
        >>> tree.n_terminals, tree.n_actions, tree.action_names
        (3, 4, ('stay out', 'enter', 'fight', 'share'))
        >>> tree.payoffs()[0, 2]
        array([1., 1.])
    """

    title: str
    players: tuple[str, ...]
    parameters: Mapping[str, float]
    kind: Kinds
    infoset: Ints
    terminal: Ints
    first: Ints
    count: Ints
    child: Ints
    move: Ints
    owner: Ints
    action0: Ints
    actions: Ints
    infoset_names: tuple[str, ...]
    action_names: tuple[str, ...]
    outcome_names: tuple[str, ...]
    payoff: Floats
    probability: Floats
    payoff_formulas: tuple[tuple[int, int, Expression], ...] = ()
    probability_formulas: tuple[tuple[int, Expression], ...] = ()
    chance_names: tuple[str, ...] = ()
    node_names: tuple[str, ...] = ()
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    note: str = ""

    @property
    def n_nodes(self) -> int:
        """The number of nodes."""
        return len(self.kind)

    @property
    def n_players(self) -> int:
        """The number of players, nature not counted."""
        return len(self.players)

    @property
    def n_terminals(self) -> int:
        """The number of payoff rows, one for every terminal node, in preorder."""
        return len(self.payoff)

    @property
    def n_infosets(self) -> int:
        """The number of information sets of all players."""
        return len(self.owner)

    @property
    def n_actions(self) -> int:
        """The number of actions of all information sets together."""
        return len(self.action_names)

    @property
    def n_chance(self) -> int:
        """The number of branches that nature may take."""
        return len(self.probability)

    def infoset_key(self, h: int) -> str:
        """Return the name under which results show information set h of its player."""
        return self.infoset_names[h]

    def parents(self) -> Ints:
        """Return int32[node], the node before each node; -1 for the root."""
        found = np.full(self.n_nodes, -1, dtype=np.int32)
        found[self.child] = np.repeat(np.arange(self.n_nodes, dtype=np.int32), self.count)
        return found

    def depth(self) -> int:
        """Return the number of moves on the longest path."""
        parent = self.parents().tolist()
        deep = [0] * self.n_nodes
        for node in range(1, self.n_nodes):
            deep[node] = deep[parent[node]] + 1
        return max(deep)

    def payoffs(self, values: Mapping[str, ArrayLike] | None = None) -> Floats:
        """Return the payoffs for draws of the parameters.

        Args:
            values: parameter to number or array [draw]; the others keep their default.

        Returns:
            float64[draw, terminal, player]; one draw where every value is a single number.

        Raises:
            ModelError: an unknown parameter (SV861), arrays of different length (SV854) or a
                formula without finite value (SV862).
        """
        given, draws = draws_of(self.parameters, values)
        found = np.repeat(self.payoff[None], draws, axis=0)
        for row, player, formula in self.payoff_formulas:
            found[:, row, player] = _computed(formula.value, given, formula.text)
        return found

    def chance(self, values: Mapping[str, ArrayLike] | None = None) -> Floats:
        """Return the probability of every chance edge for draws of the parameters.

        Args:
            values: as in `payoffs`.

        Returns:
            float64[draw, chance edge].

        Raises:
            ModelError: as in `payoffs`; also where chances are negative or do not sum to one
                (SV856).
        """
        given, draws = draws_of(self.parameters, values)
        found = np.repeat(self.probability[None], draws, axis=0)
        for edge, formula in self.probability_formulas:
            found[:, edge] = _computed(formula.value, given, formula.text)
        if self.probability_formulas:
            self._proper(found)
        return found

    def payoff_partials(self, name: str, values: Mapping[str, ArrayLike] | None = None) -> Floats:
        """Return the derivatives of the payoffs in one parameter, float64[draw, terminal, player].

        Raises:
            ModelError: as in `payoffs`.
        """
        given, draws = draws_of(self.parameters, values)
        _known(name, self.parameters)
        found = np.zeros((draws, *self.payoff.shape))
        for row, player, formula in self.payoff_formulas:
            if name in formula.names:
                slope = partial(formula.partial, name=name)
                found[:, row, player] = _computed(slope, given, formula.text)
        return found

    def chance_partials(self, name: str, values: Mapping[str, ArrayLike] | None = None) -> Floats:
        """Return the derivatives of the chances in one parameter, float64[draw, chance edge].

        Raises:
            ModelError: as in `payoffs`.
        """
        given, draws = draws_of(self.parameters, values)
        _known(name, self.parameters)
        found = np.zeros((draws, self.n_chance))
        for edge, formula in self.probability_formulas:
            if name in formula.names:
                slope = partial(formula.partial, name=name)
                found[:, edge] = _computed(slope, given, formula.text)
        return found

    def form(self, values: Mapping[str, float] | None = None) -> Form:
        """Return the strategic form over pure strategies, reduced.

        Strategies that differ only where an own earlier move rules them out are one, as in the
        reduced normal form.

        Raises:
            ModelError: it has more than a million cells (SV859), or as in `payoffs`.
        """
        from servanda.games.form import form_of

        return form_of(self, values)

    def _proper(self, chances: Floats) -> None:
        for node in np.flatnonzero(self.kind == CHANCE):
            edges = self.move[self.first[node] : self.first[node] + self.count[node]]
            part = chances[:, edges]
            bad = (part < 0).any(axis=1) | (abs(part.sum(axis=1) - 1) > CHANCE_TOLERANCE)
            if bad.any():
                draw = int(np.argmax(bad))
                shown = " + ".join(f"{p:g}" for p in part[draw])
                where = f" in draw {draw}" if len(chances) > 1 else ""
                raise ModelError(
                    f"the chances {shown}{where} are negative or do not sum to 1; "
                    "give values that make them probabilities",
                    "SV856",
                )


def draws_of(
    parameters: Mapping[str, float], values: Mapping[str, ArrayLike] | None
) -> tuple[dict[str, Floats], int]:
    """Put given values in the place of defaults and say how many draws there are.

    Args:
        parameters: every parameter with its default.
        values: parameter to number or array [draw].

    Returns:
        Every parameter with a number or an array [draw], and the number of draws.

    Raises:
        ModelError: an unknown parameter or a value that is no number (SV861), or arrays of
            different length (SV854).

    Examples:
        >>> draws_of({"q": 0.5}, {"q": [0.1, 0.2]})[1]
        2
    """
    found = {name: np.asarray(value, dtype=np.float64) for name, value in parameters.items()}
    draws: int | None = None
    for name, value in (values or {}).items():
        _known(name, parameters)
        array = np.asarray(value, dtype=np.float64)
        if array.ndim > 1 or not np.isfinite(array).all():
            raise ModelError(f"'{name}' must be finite numbers, one for each draw", "SV861")
        if array.ndim == 1:
            if draws is not None and len(array) != draws:
                raise ModelError(f"'{name}' has {len(array)} draws, others {draws}", "SV854")
            draws = len(array)
        found[name] = array
    return found, 1 if draws is None else draws


def _known(name: str, parameters: Mapping[str, float]) -> None:
    if name not in parameters:
        near = closest(name, parameters)
        listed = ", ".join(parameters) or "none"
        known = f"did you mean '{near}'?" if near else f"there are: {listed}"
        raise ModelError(f"the game has no parameter '{name}'; {known}", "SV861")


def _computed(
    function: Callable[[Mapping[str, Floats]], Floats], given: Mapping[str, Floats], text: str
) -> Floats:
    try:
        return function(given)
    except NoValueError as fault:
        raise ModelError(
            f"'{text}' cannot be computed: {fault.reason} in draw {fault.draw}; "
            "keep the parameters where the formula is defined",
            "SV862",
        ) from None
