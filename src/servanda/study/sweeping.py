"""One game at many values of a parameter: which equilibria exist where, and what is played."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.games.board import Board, board_of
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
    "kinds_of",
    "sweep",
    "sweep_range",
]

MOST_POINTS = 2_000
_REFINED = 10  # halvings of a step in which a class appears or ends
_SURE = 1e-6

Floats = NDArray[np.float64]
Moves = list[tuple[str, ...]]
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

    ``path`` holds what is played wherever play gets to, as action and probability: equilibria
    that agree in it differ off the path only.
    """

    name: str
    path: tuple[tuple[int, float], ...] = ()

    def plays_like(self, other: Kind) -> bool:
        """Tell whether two equilibria of one game differ off the path only, if at all.

        Examples:
            >>> Kind("a", ((0, 1.0),)).plays_like(Kind("b", ((0, 1.0),)))
            True
        """
        return len(self.path) == len(other.path) and all(
            one == two and abs(p - q) < _SURE
            for (one, p), (two, q) in zip(self.path, other.path, strict=True)
        )


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


def kinds_of(
    solution: Solution,
    named: Mapping[str, Pattern] | None = None,
    values: Mapping[str, float] | None = None,
) -> tuple[Kind, ...]:
    """Say of every equilibrium of a solution what sort it is.

    A name fits where all moves that it gives are made; if none does, where all are made that can
    be made at all: at an end of a range chance may rule a type out. An equilibrium that is still
    without a name and is played like one with a name takes it, for the two differ off the path
    only. Names stay apart from one another, since the file tells them apart on purpose. In a logit
    equilibrium every action is taken, so these are told apart by their branch alone.

    Args:
        solution: the equilibria of one game.
        named: sorts that the game's file names: player to information set to the action taken
            for sure, or ``mixed``. The first that fits gives the name.
        values: parameters, to tell what is reached.
    """
    tree, points = solution.tree, solution.equilibria
    if solution.concept == "qre":
        return _branches(solution)
    board = board_of(tree, values)
    possible = _reached(tree, board, _anything(tree), 0.0)
    paths = [_path(tree, board, point) for point in points]
    names = [_given_name(tree, _moves(tree, point), named or {}, possible) for point in points]
    known = [Kind(name, path) for name, path in zip(names, paths, strict=True) if name]
    kinds = []
    for point, name, path in zip(points, names, paths, strict=True):
        alike = (kind.name for kind in known if kind.plays_like(Kind("", path)))
        kinds.append(Kind(name or next(alike, "") or _in_words(tree, point, path), path))
    return tuple(kinds)


def _branches(solution: Solution) -> tuple[Kind, ...]:
    lost = solution.status == "found" and "could not be followed" in solution.note
    names = ["another branch"] * len(solution.equilibria)
    names[:1] = ["a branch" if lost else "principal branch"][: len(names)]
    return tuple(
        Kind(name, tuple(enumerate(point.behaviour.tolist())))
        for name, point in zip(names, solution.equilibria, strict=True)
    )


def _anything(tree: Tree) -> Floats:
    """Behaviour in which every action is taken, to tell what chance rules out."""
    return np.repeat(1.0 / tree.actions, tree.actions)


def _reached(tree: Tree, board: Board, behaviour: Floats, least: float) -> frozenset[int]:
    """The information sets of which a node is reached with more than the least probability."""
    reach = board.reach(behaviour[:, None])[:, 0]
    nodes = zip(tree.infoset, reach, strict=True)
    return frozenset(int(h) for h, share in nodes if h >= 0 and share > least)


def _path(tree: Tree, board: Board, point: Equilibrium) -> tuple[tuple[int, float], ...]:
    return tuple(
        (a, float(point.behaviour[a]))
        for h in sorted(_reached(tree, board, point.behaviour, _SURE))
        for a in range(int(tree.action0[h]), int(tree.action0[h] + tree.actions[h]))
    )


def _given_name(
    tree: Tree, moves: Moves, named: Mapping[str, Pattern], possible: frozenset[int]
) -> str:
    """The first name of the file that fits, wholly or else as far as it can; empty if none does."""
    for sets in (range(tree.n_infosets), sorted(possible)):
        for name, pattern in named.items():
            if _fits(tree, moves, pattern, sets):
                return name
    return ""


def _in_words(tree: Tree, point: Equilibrium, path: tuple[tuple[int, float], ...]) -> str:
    moves, on_path = _moves(tree, point), {a for a, _ in path}
    parts = [
        f"{called(tree, h)} {' or '.join(taken)}"
        for h, taken in enumerate(moves)
        if int(tree.action0[h]) in on_path
    ]
    return "; ".join(parts) or "nobody moves"


def _moves(tree: Tree, point: Equilibrium) -> Moves:
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


def _fits(tree: Tree, moves: Moves, pattern: Pattern, sets: Sequence[int]) -> bool:
    """Whether the moves are those of a pattern, in what it says about some information sets."""
    said = False
    for h in sets:
        asked = pattern.get(tree.players[int(tree.owner[h])], {}).get(tree.infoset_key(h))
        if asked is None:
            continue
        said = True
        if (len(moves[h]) < 2) if asked == "mixed" else (moves[h] != (asked,)):
            return False
    return said


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
    settled = _settled(points, regions)
    return Sweep(
        tree,
        concept,
        over,
        settled,
        tuple(region for region in regions if _holds(region, settled)),
        notes=tuple(dict.fromkeys(filter(None, notes))),
        values=fixed,
    )


def _settled(points: Sequence[Point], regions: Sequence[Region]) -> tuple[Point, ...]:
    """Give what is found at single values alone the name of a sort that lasts and is played alike.

    Where a type has probability 0, what sets two sorts apart may never be seen.
    """
    wide = {region.name for region in regions if region.high > region.low}
    settled = []
    for point in points:
        lasting = [kind for kind in point.kinds if kind.name in wide]
        kinds = [
            kind
            if kind.name in wide
            else next((other for other in lasting if kind.plays_like(other)), kind)
            for kind in point.kinds
        ]
        settled.append(replace(point, kinds=tuple(kinds)))
    return tuple(settled)


def _holds(region: Region, points: Sequence[Point]) -> bool:
    """Whether one of the values in a region still has its sort."""
    inside = (point for point in points if region.low <= point.value <= region.high)
    return any(kind.name == region.name for point in inside for kind in point.kinds)


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
