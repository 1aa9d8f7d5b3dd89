"""One game at many values of a parameter: which equilibria exist where, and what is played."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from servanda.domain.errors import ModelError
from servanda.games.board import board_of
from servanda.games.equilibria import solve
from servanda.games.form import Form
from servanda.games.outcomes import outcome_shares
from servanda.games.solution import Concept, Equilibrium, Solution
from servanda.games.tree import Tree

__all__ = [
    "MOST_POINTS",
    "Kind",
    "Point",
    "Region",
    "Sweep",
    "SweepRange",
    "called",
    "kind_of",
    "kinds_of",
    "sweep",
    "sweep_range",
]

MOST_POINTS = 2_000
_REFINED = 10  # halvings of a step in which a class appears or ends
_SURE = 1e-6

Progress = Callable[[int, int, float], None]
Pattern = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class SweepRange:
    """A parameter and the values that it runs through."""

    name: str
    low: float
    high: float
    count: int

    @property
    def values(self) -> tuple[float, ...]:
        """The values, evenly spaced, ends included."""
        return tuple(float(v) for v in np.linspace(self.low, self.high, self.count))


def sweep_range(text: str) -> SweepRange:
    """Read ``NAME=LOW:HIGH`` or ``NAME=LOW:HIGH:COUNT``.

    Raises:
        ModelError: it is not of that shape, or the range or the count makes no sense (SV894).

    Examples:
        >>> sweep_range("q=0:1:5").values
        (0.0, 0.25, 0.5, 0.75, 1.0)
    """
    name, _, ends = text.partition("=")
    parts = ends.split(":")
    try:
        low, high = float(parts[0]), float(parts[1])
        count = int(parts[2]) if len(parts) > 2 else 51
    except (ValueError, IndexError):
        raise _no_sweep(text, "write NAME=LOW:HIGH:COUNT, for example q=0:1:50") from None
    if not name or len(parts) > 3 or not np.isfinite([low, high]).all() or low >= high:
        raise _no_sweep(text, "the lower end comes first and both ends are finite numbers")
    if not 2 <= count <= MOST_POINTS:
        raise _no_sweep(text, f"between 2 and {MOST_POINTS:,} values")
    return SweepRange(name.strip(), low, high, count)


def _no_sweep(text: str, remedy: str) -> ModelError:
    return ModelError(f"'{text}' is no sweep: {remedy}.", code="SV894")


@dataclass(frozen=True, slots=True)
class Kind:
    """What sort of equilibrium it is: a name from the game's file, or the moves in words.

    ``key`` is what tells sorts apart: the name, or the actions taken with positive probability at
    every information set that is reached.
    """

    name: str
    key: tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """One value of the parameter with its equilibria, their sorts and how the game ends."""

    value: float
    status: str
    equilibria: tuple[Equilibrium, ...]
    kinds: tuple[Kind, ...]
    outcomes: tuple[Mapping[str, float], ...]


@dataclass(frozen=True, slots=True)
class Region:
    """Where on the range a sort of equilibrium exists.

    Its ends are found to a thousandth of a step; ``from_edge`` and ``to_edge`` say that the
    region reaches the end of the range asked for and may go on beyond.
    """

    name: str
    low: float
    high: float
    from_edge: bool
    to_edge: bool


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """A game solved at many values of one parameter."""

    tree: Tree
    concept: Concept
    over: SweepRange
    points: tuple[Point, ...]
    regions: tuple[Region, ...]
    strategic: bool = False
    notes: tuple[str, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The sorts of equilibria, in the order in which they appear."""
        return tuple(dict.fromkeys(kind.name for point in self.points for kind in point.kinds))

    def published(self) -> dict[str, Any]:
        """Return the keys that a sweep adds to the JSON of ``servanda solve``."""
        return {
            "swept": {"parameter": self.over.name, "low": self.over.low, "high": self.over.high},
            "sweep": [self._point(point) for point in self.points],
            "regions": [
                {
                    "kind": region.name,
                    "from": region.low,
                    "to": region.high,
                    "from_edge": region.from_edge,
                    "to_edge": region.to_edge,
                }
                for region in self.regions
            ],
        }

    def _point(self, point: Point) -> dict[str, Any]:
        solution = Solution(
            self.concept, None, point.equilibria, "found", self.tree, self.strategic
        )
        shown = solution.published()["equilibria"]
        for one, kind, outcomes in zip(shown, point.kinds, point.outcomes, strict=True):
            one["kind"], one["outcomes"] = kind.name, dict(outcomes)
        return {"value": point.value, "status": point.status, "equilibria": shown}


def kind_of(
    tree: Tree,
    point: Equilibrium,
    named: Mapping[str, Pattern] | None = None,
    values: Mapping[str, float] | None = None,
) -> Kind:
    """Say what sort of equilibrium this is.

    Args:
        tree: the game.
        point: one of its equilibria.
        named: sorts that the game's file names: player to information set to the action taken
            for sure, or ``mixed``. The first that fits gives the name.
        values: parameters, to tell what is reached.
    """
    moves = _moves(tree, point)
    for name, pattern in (named or {}).items():
        if _fits(tree, moves, pattern):
            return Kind(name, (name,))
    reach = board_of(tree, values).reach(point.behaviour[:, None])[:, 0]
    on_path = {
        int(h) for h, share in zip(tree.infoset, reach, strict=True) if h >= 0 and share > _SURE
    }
    parts = [
        f"{called(tree, h)} {' or '.join(taken)}" for h, taken in enumerate(moves) if h in on_path
    ]
    return Kind("; ".join(parts) or "nobody moves", tuple((h, moves[h]) for h in sorted(on_path)))


def kinds_of(
    solution: Solution,
    named: Mapping[str, Pattern] | None = None,
    values: Mapping[str, float] | None = None,
) -> tuple[Kind, ...]:
    """Say of every equilibrium of a solution what sort it is; arguments as for `kind_of`.

    In a logit equilibrium every action is taken, so these are told apart by their branch alone.
    """
    if solution.concept == "qre":
        lost = solution.status == "found" and "could not be followed" in solution.note
        names = ["another branch"] * len(solution.equilibria)
        names[:1] = ["a branch" if lost else "principal branch"][: len(names)]
        return tuple(Kind(name, (name,)) for name in names)
    return tuple(kind_of(solution.tree, e, named, values) for e in solution.equilibria)


def _moves(tree: Tree, point: Equilibrium) -> list[tuple[str, ...]]:
    moves = []
    for h in range(tree.n_infosets):
        start, count = int(tree.action0[h]), int(tree.actions[h])
        taken = [a for a in range(start, start + count) if point.behaviour[a] > _SURE]
        moves.append(tuple(tree.action_names[a] for a in taken))
    return moves


def called(tree: Tree, h: int) -> str:
    """Name an information set for people: by its own name, its player's, or both.

    Examples:
        >>> from servanda.games.catalogue import entry
        >>> [called(entry("beer-quiche").tree, h) for h in range(3)]
        ['strong sender', 'Receiver: after beer', 'Receiver: after quiche']
    """
    player, name = tree.players[int(tree.owner[h])], tree.infoset_key(h)
    if sum(int(owner) == int(tree.owner[h]) for owner in tree.owner) == 1:
        return player
    return name if player.casefold() in name.casefold() else f"{player}: {name}"


def _fits(tree: Tree, moves: Sequence[tuple[str, ...]], pattern: Pattern) -> bool:
    for h, taken in enumerate(moves):
        asked = pattern.get(tree.players[int(tree.owner[h])], {}).get(tree.infoset_key(h))
        if asked is None:
            continue
        if asked == "mixed":
            if len(taken) < 2:
                return False
        elif taken != (asked,):
            return False
    return True


def sweep(
    game: Tree | Form,
    over: SweepRange,
    concept: Concept,
    *,
    precision: float = 4.0,
    values: Mapping[str, float] | None = None,
    named: Mapping[str, Pattern] | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Solve a game at every value of a range and find where each sort of equilibrium exists.

    Args:
        game: a tree with the parameter.
        over: the parameter and its values.
        concept: ``qre``, ``spe``, ``pbe`` or ``nash``.
        precision: logit precision, for ``qre``.
        values: the other parameters, where they differ from their defaults.
        named: sorts of equilibria that the game's file names.
        progress: called with done, total, seconds.

    Raises:
        ModelError: there is no such parameter (SV861), the game has none because it is in
            strategic form (SV894), or as `servanda.games.solve`.
    """
    if isinstance(game, Form):
        raise ModelError(
            "a game in strategic form has no parameters to sweep; write it as a tree.", "SV894"
        )
    fixed = dict(values or {})
    fixed.pop(over.name, None)
    tree = game

    known: dict[float, Point] = {}

    def at(value: float) -> Point:
        if value not in known:
            given = {**fixed, over.name: value}
            found = solve(tree, concept, precision=precision, values=given)
            kinds = kinds_of(found, named, given)
            ends = tuple(outcome_shares(tree, e.behaviour, given) for e in found.equilibria)
            notes.append(found.note)
            known[value] = Point(value, found.status, found.equilibria, kinds, ends)
        return known[value]

    notes: list[str] = []
    points, started = [], time.monotonic()
    for done, value in enumerate(over.values, start=1):
        points.append(at(value))
        if progress is not None:
            progress(done, over.count, time.monotonic() - started)

    def kinds_at(value: float) -> set[str]:
        return {kind.name for kind in at(value).kinds}

    refine = concept != "qre"
    regions = _regions(points, kinds_at if refine else None)
    return Sweep(
        tree,
        concept,
        over,
        tuple(points),
        regions,
        notes=tuple(dict.fromkeys(filter(None, notes))),
        values=fixed,
    )


def _regions(
    points: Sequence[Point], kinds_at: Callable[[float], set[str]] | None
) -> tuple[Region, ...]:
    """Join neighbouring values at which a sort exists, and sharpen the ends by halving."""
    names = dict.fromkeys(kind.name for point in points for kind in point.kinds)
    found = []
    for name in names:
        here = [any(kind.name == name for kind in point.kinds) for point in points]
        for start, end in _runs(here):
            low, high = points[start].value, points[end].value
            if kinds_at is not None and start > 0:
                low = _edge(kinds_at, name, points[start].value, points[start - 1].value)
            if kinds_at is not None and end + 1 < len(points):
                high = _edge(kinds_at, name, points[end].value, points[end + 1].value)
            found.append(Region(name, low, high, start == 0, end + 1 == len(points)))
    return tuple(found)


def _runs(flags: Sequence[bool]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for index, flag in enumerate(flags):
        if not flag:
            continue
        if runs and runs[-1][1] == index - 1:
            runs[-1] = (runs[-1][0], index)
        else:
            runs.append((index, index))
    return runs


def _edge(kinds_at: Callable[[float], set[str]], name: str, inside: float, outside: float) -> float:
    """Find where a sort ends between a value at which it exists and one at which it does not."""
    for _ in range(_REFINED):
        middle = (inside + outside) / 2
        if name in kinds_at(middle):
            inside = middle
        else:
            outside = middle
    return inside
