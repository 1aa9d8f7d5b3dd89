"""Writing games in Gambit's formats, so that Gambit and others read what is solved here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Context, Decimal, localcontext
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.games.drafting import told_apart
from servanda.games.form import Form
from servanda.games.tree import CHANCE, TERMINAL, Tree

__all__ = ["write_efg", "write_nfg"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SIMPLE = 1000  # the largest denominator of a chance that is written as a fraction
_SHORT = 8  # the longest decimal that is easier to read than a fraction
_DIGITS = 1200  # enough for the smallest and largest floats in one sum


def write_efg(tree: Tree, values: Mapping[str, float] | None = None) -> str:
    """Write a tree as ``.efg`` text, its formulas computed for one set of parameters.

    Numbers keep every digit of a float; chances are written so that they sum to exactly one, as
    Gambit demands.

    Args:
        tree: the game.
        values: parameters that differ from their default.

    Raises:
        ModelError: the values do not fit the parameters (see `Tree.payoffs`).

    Examples:
        >>> from servanda.games import read_efg
        >>> print(write_efg(read_efg('EFG 2 R "g" { "A" } p "" 1 1 "" { "x" "y" } 0 '
        ...     't "" 1 "one" { 1 } t "" 2 "" { 1/3 }')), end="")
        EFG 2 R "g" { "A" }
        ""
        <BLANKLINE>
        p "" 1 1 "" { "x" "y" } 0
        t "" 1 "one" { 1 }
        t "" 2 "" { 0.3333333333333333 }
    """
    payoffs = tree.payoffs(values)
    chances = tree.chance(values)
    if len(payoffs) != 1 or len(chances) != 1:
        raise ModelError("a file holds one game; give one value for each parameter", "SV854")
    outcomes = _outcomes(tree, payoffs[0])
    lines = _heading("EFG 2", tree.title, tree.players, tree.note)
    lines.append("")
    numbers = _numbers(tree)
    names = tree.node_names or ("",) * tree.n_nodes
    lotteries = 0
    for node in range(tree.n_nodes):
        label = _quoted(names[node])
        if tree.kind[node] == TERMINAL:
            lines.append(f"t {label} {outcomes[tree.terminal[node]]}")
        elif tree.kind[node] == CHANCE:
            # Every node of nature has a number of its own: nobody learns from a shared one.
            lotteries += 1
            lines.append(f'c {label} {lotteries} "" {_lottery(tree, node, chances[0])} 0')
        else:
            h = int(tree.infoset[node])
            key, number = tree.infoset_names[h], numbers[h]
            name = "" if key == str(number) else key
            listed = " ".join(_quoted(tree.action_names[m]) for m in _moves(tree, node))
            owner = tree.owner[h] + 1
            lines.append(f"p {label} {owner} {number} {_quoted(name)} {{ {listed} }} 0")
    return "\n".join([*lines, ""])


def write_nfg(form: Form) -> str:
    """Write a strategic form as ``.nfg`` text, in the variant that lists payoffs.

    Examples:
        >>> from servanda.games import read_nfg
        >>> print(write_nfg(read_nfg('NFG 1 R "g" { "A" "B" } { 1 2 } 1 1 2 2')), end="")
        NFG 1 R "g" { "A" "B" }
        { { "1" } { "1" "2" } }
        ""
        <BLANKLINE>
        1 1 2 2
    """
    heading, note = _heading("NFG 1", form.title, form.players, form.note)
    listed = " ".join("{ " + " ".join(map(_quoted, own)) + " }" for own in form.strategies)
    n = form.n_players
    rows = form.payoffs.transpose((*reversed(range(n)), n)).reshape(-1, n)
    numbers = " ".join(_number(x) for x in rows.ravel().tolist())
    return "\n".join([heading, f"{{ {listed} }}", note, "", numbers, ""])


def _heading(kind: str, title: str, players: tuple[str, ...], note: str) -> list[str]:
    names = " ".join(map(_quoted, players))
    return [f"{kind} R {_quoted(title)} {{ {names} }}", _quoted(note)]


def _numbers(tree: Tree) -> list[int]:
    """Number the information sets of each player from 1."""
    used = [0] * tree.n_players
    found: list[int] = []
    for player in tree.owner.tolist():
        used[player] += 1
        found.append(used[player])
    return found


def _outcomes(tree: Tree, payoffs: NDArray[np.float64]) -> list[str]:
    """Write the outcome of every payoff row; ends with the same name and payoffs share one."""
    seen: dict[tuple[str, tuple[float, ...]], int] = {}
    found: list[str] = []
    for row, name in enumerate(tree.outcome_names):
        values = tuple(payoffs[row].tolist())
        number = seen.get((name, values)) if name else None
        if number is None:
            number = row + 1
            seen[name, values] = number
        found.append(f"{number} {_quoted(name)} {{ {' '.join(map(_number, values))} }}")
    return found


def _moves(tree: Tree, node: int) -> list[int]:
    found: list[int] = tree.move[tree.first[node] : tree.first[node] + tree.count[node]].tolist()
    return found


def _lottery(tree: Tree, node: int, chances: NDArray[np.float64]) -> str:
    moves = _moves(tree, node)
    names = told_apart([tree.chance_names[m] if tree.chance_names else "" for m in moves])
    shares = _exact([float(chances[m]) for m in moves])
    pairs = zip(names, shares, strict=True)
    return "{ " + " ".join(f"{_quoted(name)} {share}" for name, share in pairs) + " }"


def _quoted(text: str) -> str:
    """Write a text as Gambit takes it: no control characters, no backslash, single blanks."""
    plain = " ".join(_CONTROL.sub(" ", text).replace("\\", "/").split())
    return '"' + plain.replace('"', '\\"') + '"'


def _number(value: float) -> str:
    """Write a float with all its digits, without an exponent, which old readers do not know."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return np.format_float_positional(value, trim="-")


def _exact(chances: list[float]) -> list[str]:
    """Write chances that sum to exactly one: as plain fractions if they are, else as decimals.

    Where the decimals miss one, the last digits of the largest chance make it up.
    """
    simple = [Fraction(p).limit_denominator(_SIMPLE) for p in chances]
    if sum(simple) == 1 and all(float(f) == p for f, p in zip(simple, chances, strict=True)):
        return [
            _number(p) if len(_number(p)) <= _SHORT else str(f)
            for f, p in zip(simple, chances, strict=True)
        ]
    with localcontext(Context(prec=_DIGITS)):
        parts = [Decimal(_number(p)) for p in chances]
        largest = max(range(len(parts)), key=parts.__getitem__)
        parts[largest] += 1 - sum(parts)
        return [f"{part:f}" for part in parts]
