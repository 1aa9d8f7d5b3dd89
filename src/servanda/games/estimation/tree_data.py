"""A tree with data: which equation is whose utility, and how each observation ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from servanda.domain.codes import problem
from servanda.domain.errors import ModelError
from servanda.domain.problem import Problem
from servanda.games.estimation.building import Built, Place, Request, design_of, used_rows
from servanda.games.estimation.formula import Equation, Formula, parse_formula
from servanda.games.estimation.likelihood import Family, TreeFamily
from servanda.games.estimation.play import Wiring, refuse_unplayable
from servanda.games.estimation.shape import Shape, Slot
from servanda.games.estimation.table import Table
from servanda.scenario.reading import closest

__all__ = ["PUBLISHED_ORDERS", "outcome_codes", "tree_data"]

Codes = NDArray[np.int64]

#: Orders of outcomes that published data sets carry in their factor and a CSV file loses.
PUBLISHED_ORDERS = (("no attack", "devaluation", "defense"),)  # Leblang 2003

_TITLE = re.compile(r"(?P<player>[^()]+?)\s*\((?P<ends>.*)\)")


def tree_data(request: Request, formula: Formula, shape: Shape, table: Table) -> Built:
    """Make the likelihood of a tree.

    Raises:
        ModelError: see `servanda.games.estimation.building.build`.
    """
    _refuse_equations(formula.equations, shape)
    scales = parse_formula(request.scale).equations if request.scale else ()
    if len(scales) not in (0, 1, len(shape.players)):
        raise ModelError(
            f"--scale takes one equation, or one for each of {len(shape.players)} players", "SV961"
        )
    used = used_rows(request, formula, table, [*formula.equations, *scales])
    shape, outcome, notes = _outcome(request, formula, shape, used.table)
    labels = tuple(dict.fromkeys(shape.ends))
    groups = tuple(
        tuple(e for e, label in enumerate(shape.ends) if label == name) for name in labels
    )
    slots = _slots(formula.equations, shape)
    places = [
        Place(equation.label or _title(shape, slot), equation)
        for slot, equation in zip(slots, formula.equations, strict=True)
    ]
    _no_title_twice(places)
    word = "sigma" if request.link == "probit" else "lambda"
    for number, equation in enumerate(scales, start=1):
        title = f"log({word}{number if len(scales) > 1 else ''})"
        places.append(Place(title, equation))
    wiring = _wiring(request, shape, slots, len(scales))
    design, levels = design_of(request, places, used)
    family: Family
    if shape.perfect:
        refuse_unplayable(wiring)
        family = TreeFamily(wiring, outcome, groups)
    else:
        from servanda.games.estimation.equilibrium import EquilibriumFamily

        family = EquilibriumFamily.of(wiring, outcome, groups)
    return Built(
        request, family, design, tuple(places), levels, used.table, used.rows, used.dropped,
        used.weightless, labels, shape, (*used.notes, *notes),
    )  # fmt: skip


def outcome_codes(built: Built, table: Table) -> Codes:
    """Return the outcomes, int64[row], of a table with the outcome columns of a fit."""
    names = parse_formula(built.request.formula).outcome
    assert built.shape is not None  # noqa: S101 - asked of trees
    if len(names) > 1:
        return _indicated(names, built.shape, table)[1]
    place = {label: code for code, label in enumerate(built.outcomes)}
    return np.array([place[value] for value in _values(table, names[0])], dtype=np.int64)


def _wiring(request: Request, shape: Shape, slots: Sequence[Slot], scales: int) -> Wiring:
    utility: dict[tuple[int, int], tuple[int, ...]] = {}
    for index, slot in enumerate(slots):
        for end in slot.ends:
            utility[slot.player, end] = (*utility.get((slot.player, end), ()), index)
    first = len(slots)
    scale = {p: first + (p if scales > 1 else 0) for p in range(len(shape.players))}
    return Wiring(
        shape, request.link, request.errors, utility, scale if scales else {}, first + scales
    )


def _title(shape: Shape, slot: Slot) -> str:
    player = shape.players[slot.player]
    name = f"u{player}" if shape.tree is None else player
    return f"{name}({', '.join(dict.fromkeys(shape.ends[end] for end in slot.ends))})"


def _no_title_twice(places: Sequence[Place]) -> None:
    titles = [place.title for place in places]
    for title in titles:
        if titles.count(title) > 1:
            raise ModelError(f"two equations are called '{title}'; add their terms in one", "SV961")


def _refuse_equations(equations: Sequence[Equation], shape: Shape) -> None:
    """Refuse equations that do not say, by name or by number, whose utility they are."""
    named = [bool(equation.label) for equation in equations]
    if all(named):
        return
    if any(named):
        raise ModelError("either every equation has a name in front of '=', or none", "SV961")
    if not shape.slots:
        example = f"{shape.players[0]}({shape.ends[-1]}) = x1 + x2"
        raise ModelError(
            f"say whose utility each equation is, at which outcome: '{example}'; "
            "payoffs without an equation keep the numbers of the game",
            "SV961",
        )
    if len(equations) != len(shape.slots):
        wanted = " | ".join(f"u{slot.player + 1} at end {slot.ends[0] + 1}" for slot in shape.slots)
        raise ModelError(
            f"{shape.name} takes {len(shape.slots)} equations ({wanted}), not {len(equations)}",
            "SV961",
        )


def _slots(equations: Sequence[Equation], shape: Shape) -> list[Slot]:
    if equations[0].label:
        return [_slot(equation.label, shape) for equation in equations]
    return list(shape.slots)


def _slot(title: str, shape: Shape) -> Slot:
    parts = _TITLE.fullmatch(title.strip())
    if not parts:
        raise ModelError(f"'{title}' is no utility; write PLAYER(OUTCOME) = ...", "SV961")
    who = parts["player"].strip()
    names = {name: place for place, name in enumerate(shape.players)}
    names |= {f"u{place + 1}": place for place in range(len(shape.players))}
    if who not in names:
        near = closest(who, names) or ", ".join(shape.players)
        raise ModelError(f"there is no player '{who}'; did you mean {near}?", "SV971")
    whole = parts["ends"].strip()
    wanted = [whole] if whole in shape.ends else [one.strip() for one in whole.split(",")]
    ends = []
    for one in wanted:
        if one not in shape.ends:
            meant = closest(one, shape.ends)
            hint = f"did you mean '{meant}'?" if meant else f"there are {', '.join(shape.ends)}"
            raise ModelError(f"'{shape.name}' has no outcome '{one}'; {hint}", "SV971")
        ends += [end for end, label in enumerate(shape.ends) if label == one]
    return Slot(names[who], tuple(dict.fromkeys(ends)))


def _outcome(
    request: Request, formula: Formula, shape: Shape, table: Table
) -> tuple[Shape, Codes, list[Problem]]:
    if len(formula.outcome) > 1:
        if request.outcomes:
            raise ModelError("outcome labels go with one outcome column, not several", "SV971")
        return (*_indicated(formula.outcome, shape, table), [])
    values = _values(table, formula.outcome[0])
    present = list(dict.fromkeys(values))
    if shape.tree is not None and not request.outcomes:
        labels = list(dict.fromkeys(shape.ends))
        for value in present:
            if value not in labels:
                near = closest(value, labels)
                hint = f"did you mean '{near}'?" if near else f"its outcomes: {', '.join(labels)}"
                raise ModelError(
                    f"'{formula.outcome[0]}' is '{value}' in a row, an outcome that "
                    f"'{shape.name}' does not have; {hint}",
                    "SV971",
                )
        place = {label: code for code, label in enumerate(labels)}
        return shape, np.array([place[value] for value in values], dtype=np.int64), []
    return _ordered(request, formula.outcome[0], shape, table, values, present)


def _ordered(
    request: Request,
    column: str,
    shape: Shape,
    table: Table,
    values: list[str],
    present: list[str],
) -> tuple[Shape, Codes, list[Problem]]:
    count = len(shape.ends)
    order = list(request.outcomes)
    notes = []
    if not order:
        order, guessed = _order(table, column, present)
        if len(order) != count:
            shown = ", ".join(f"'{value}'" for value in order[:12])
            raise ModelError(
                f"'{column}' has {len(order)} values ({shown}), and {shape.name} ends in "
                f"{count} ways; name all of them in the order of the tree with --outcomes",
                "SV971",
            )
        if guessed:
            text = f"the outcomes of '{column}' were taken in dictionary order: {', '.join(order)}"
            notes.append(problem("SV971", text, severity="warning"))
    if len(order) != count or len(set(order)) != count:
        raise ModelError(f"--outcomes must name {count} different outcomes", "SV971")
    strange = [value for value in present if value not in order]
    if strange:
        raise ModelError(
            f"'{column}' is '{strange[0]}' in a row, which is none of {', '.join(order)}", "SV971"
        )
    place = {label: code for code, label in enumerate(order)}
    codes = np.array([place[value] for value in values], dtype=np.int64)
    return replace(shape, ends=tuple(order)), codes, notes


def _order(table: Table, column: str, present: list[str]) -> tuple[list[str], bool]:
    """Return outcomes in the order of the tree's ends, and whether that is a guess."""
    if table.column(column).numbers is not None:
        return sorted(present, key=float), False
    for published in PUBLISHED_ORDERS:
        if set(published) == set(present):
            return list(published), False
    ordered = sorted(present, key=lambda word: (word.casefold(), word))
    # Names of moves, as LL, LR, RL, RR, stand in the order of a dictionary by design.
    coded = all(set(word) <= set("LR") for word in ordered)
    return ordered, not coded


def _values(table: Table, name: str) -> list[str]:
    column = table.column(name)
    if column.numbers is not None:
        return [f"{value:.15g}" for value in column.numbers.tolist()]
    assert column.codes is not None  # noqa: S101 - a column is numbers or words
    return [column.levels[code] for code in column.codes.tolist()]


def _indicated(names: Sequence[str], shape: Shape, table: Table) -> tuple[Shape, Codes]:
    if not shape.indicators or len(names) != len(shape.indicators[0]):
        wanted = len(shape.indicators[0]) if shape.indicators else 0
        hint = f"one column, or {wanted} of 0 and 1" if wanted else "one column of outcome labels"
        raise ModelError(f"{shape.name} takes {hint}, not {len(names)} columns", "SV971")
    moves = np.stack([table.numbers(name) for name in names])
    for name, values in zip(names, moves, strict=True):
        if not np.isin(values, (0.0, 1.0)).all():
            raise ModelError(f"'{name}' must be 0 or 1 in every row", "SV971")
    codes = np.full(table.rows, -1, dtype=np.int64)
    labels = []
    for end, wanted_moves in enumerate(shape.indicators):
        fits = np.ones(table.rows, dtype=bool)
        words = []
        for name, values, wanted_move in zip(names, moves, wanted_moves, strict=True):
            if wanted_move is not None:
                fits &= values == wanted_move
                words.append(name if wanted_move else f"~{name}")
        codes[fits] = end
        labels.append(",".join(words))
    return replace(shape, ends=tuple(labels)), codes
