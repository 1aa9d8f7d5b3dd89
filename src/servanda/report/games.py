"""A solved game for people: equilibria in plain words, the catalogue, the picture, the charts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from servanda.domain.errors import ModelError
from servanda.games.solution import Equilibrium, Solution, node_labels
from servanda.report.charts.sweep import series_of, whole
from servanda.report.charts.vector import svg_of
from servanda.report.game_labels import payoff_text, share_text
from servanda.report.game_tree import tree_picture
from servanda.report.terminal import Ink, fit
from servanda.report.words import plural
from servanda.study.solving import Listed, Solved
from servanda.study.sweeping import Region, Sweep, called

__all__ = ["catalogue_text", "solved_picture", "solved_text", "write_chart"]

CONCEPTS = {
    "qre": "logit equilibrium",
    "spe": "subgame perfect equilibrium",
    "pbe": "perfect Bayesian equilibrium",
    "nash": "Nash equilibrium",
}
STATUS = {
    "complete": "These are all of them.",
    "found": "A search found these; there may be more.",
    "principal": "The principal branch alone; there may be more.",
    "truncated": "There are more than these.",
}
EXTREME = "Of a continuum, all ends are listed; mixtures of ends that share a part count, too."
_MOST_NODES = 4
_SAMPLES = 6


def solved_text(found: Solved, width: int = 80, colour: bool = False) -> str:
    """Write what ``servanda solve`` prints: every equilibrium, then the sweep if there is one.

    Args:
        found: the game solved.
        width: columns of the terminal.
        colour: whether escape codes may be used.
    """
    ink = Ink(width, colour)
    solution = found.solution
    count = len(solution.equilibria)
    many = f"{CONCEPTS[solution.concept][:-11]}equilibria" if count != 1 else None
    head = plural(count, CONCEPTS[solution.concept], many)
    if solution.precision is not None:
        head += f" at precision {solution.precision:g}"
    ends = any("extreme point" in point.note for point in solution.equilibria)
    all_ends = ends and solution.status == "complete"
    told = f"{head}. {EXTREME if all_ends else STATUS[solution.status]}"
    if solution.note:
        told += f" {solution.note[0].upper()}{solution.note[1:].rstrip('.')}."
    lines = [*(ink.bold(part) for part in ink.paragraph(found.tree.title)), *ink.paragraph(told)]
    if found.parameters:
        values = ", ".join(f"{name} = {value:g}" for name, value in found.parameters.items())
        lines += [ink.dim(part) for part in ink.paragraph(f"With {values}.")]
    for number in range(1, count + 1):
        lines += ["", *_equilibrium(found, number, ink)]
    if found.sweep is not None:
        lines += ["", *_sweep(found.sweep, ink)]
    return "\n".join(line.rstrip() for line in lines)


def _equilibrium(found: Solved, number: int, ink: Ink) -> list[str]:
    point = found.solution.equilibria[number - 1]
    lines = [
        ink.bold(part)
        for part in ink.paragraph(found.kinds[number - 1].name, f"{number:>2}  ", "    ")
    ]
    for h in range(found.tree.n_infosets):
        lines += _move(found.solution, point, h, ink)
    ends = {name: share for name, share in found.outcomes[number - 1].items() if share > 1e-9}
    values = dict(zip(found.tree.players, point.values.tolist(), strict=True))
    lines += _row("it ends in", ", ".join(f"{n} {share_text(s)}" for n, s in ends.items()), ink)
    lines += _row("expected", ", ".join(f"{n} {payoff_text(v)}" for n, v in values.items()), ink)
    if (like := _played_before(found, number)) is not None:
        lines += _row("played like", f"{like}; it differs off the path only", ink)
    for text in _free(found.solution, point):
        lines += _row("may vary", text, ink)
    if point.note:
        lines += _row("note", point.note, ink)
    if point.residual > 1e-8:
        lines += _row("misses by", f"{point.residual:.2g}, payoffs scaled to a range of 1", ink)
    return lines


def _played_before(found: Solved, number: int) -> int | None:
    """The first equilibrium of the list, if any before this one, that is the same on the path."""
    mine, before = found.kinds[number - 1], found.kinds[: number - 1]
    return next((n for n, kind in enumerate(before, start=1) if mine.plays_like(kind)), None)


def _row(label: str, text: str, ink: Ink) -> list[str]:
    return ink.paragraph(text, "    " + fit(label, 24) + "  ", " " * 30)


def _move(solution: Solution, point: Equilibrium, h: int, ink: Ink) -> list[str]:
    tree = solution.tree
    start, count = int(tree.action0[h]), int(tree.actions[h])
    shares = [
        (tree.action_names[a], float(point.behaviour[a])) for a in range(start, start + count)
    ]
    sure = [name for name, share in shares if share > 1 - 1e-9]
    text = sure[0] if sure else ", ".join(f"{n} {share_text(s)}" for n, s in shares)
    believed = "" if solution.strategic else _beliefs(solution, point, h)
    return _row(called(tree, h), f"{text}{believed}", ink)


def _beliefs(solution: Solution, point: Equilibrium, h: int) -> str:
    nodes = [int(n) for n in np.flatnonzero(np.asarray(solution.tree.infoset) == h)]
    known = [n for n in nodes if np.isfinite(point.beliefs[n])]
    if len(nodes) < 2 or not known:
        return ""
    labels = _histories(solution, nodes)
    ranked = sorted(known, key=lambda n: -point.beliefs[n])[:_MOST_NODES]
    told = ", ".join(f"{labels[n]} {share_text(float(point.beliefs[n]))}" for n in ranked)
    return f"; believes {told}"


def _histories(solution: Solution, nodes: Sequence[int]) -> dict[int, str]:
    """Name the nodes of a set by the moves that lead there, without those at the end they share."""
    labels = node_labels(solution.tree)
    paths = {node: labels[node].split("/") for node in nodes}
    while all(len(path) > 1 for path in paths.values()) and (
        len({path[-1] for path in paths.values()}) == 1
    ):
        paths = {node: path[:-1] for node, path in paths.items()}
    return {node: " > ".join(path) for node, path in paths.items()}


def _free(solution: Solution, point: Equilibrium) -> list[str]:
    """Say what may vary; of two probabilities that sum to one, the first."""
    told, said = [], set()
    tree = solution.tree
    for part in point.free:
        nodes = [int(n) for n in np.flatnonzero(np.asarray(tree.infoset) == part.infoset)]
        belief = part.kind == "belief"
        two = (len(nodes) if belief else int(tree.actions[part.infoset])) == 2
        if two and (part.kind, part.infoset) in said:
            continue
        said.add((part.kind, part.infoset))
        what = _histories(solution, nodes)[part.place] if belief else tree.action_names[part.place]
        kind = "belief in" if belief else "probability of"
        span = f"{share_text(part.low)} to {share_text(part.high)}"
        told.append(f"{kind} {what} at {called(tree, part.infoset)}: {span}")
    return told


def _sweep(sweep: Sweep, ink: Ink) -> list[str]:
    over = sweep.over
    title = f"Over {over.name} from {over.low:g} to {over.high:g}, {over.count} values"
    lines = [ink.bold(part) for part in ink.paragraph(title)]
    width = min(44, max(24, ink.width - 36))
    for row in sweep.regions:
        lines += ink.paragraph(_span(row), f"  {fit(row.name, width)}  ", " " * (width + 4))
    lines += ["", *_ends(sweep, ink)]
    for note in sweep.notes:
        lines += ink.paragraph(note)
    return lines


def _span(region: Region) -> str:
    if region.low == region.high:
        return f"only at {region.low:.4g}"
    at = [
        word for word, reached in (("start", region.from_edge), ("end", region.to_edge)) if reached
    ]
    edges = f" ({' and '.join(at)} of the range)" if at else ""
    return f"{region.low:.4g} to {region.high:.4g}{edges}"


def _ends(sweep: Sweep, ink: Ink) -> list[str]:
    """A few values of the range with how the game ends under each sort of equilibrium."""
    places = np.unique(np.linspace(0, len(sweep.points) - 1, _SAMPLES).round().astype(int))
    lines = [f"  {fit(sweep.over.name, 9)}{fit('sort', 30)}  how it ends"]
    lines.append("  " + "─" * (ink.width - 4))
    for place in places:
        point = sweep.points[int(place)]
        first = f"{point.value:.4g}"
        for name, _, ends in series_of(point):
            told = ", ".join(f"{n} {share_text(s)}" for n, s in ends.items() if s > 5e-3)
            lines += ink.paragraph(told, f"  {fit(first, 9)}{fit(name, 30)}  ", " " * 43)
            first = ""
        if first:
            lines.append(f"  {fit(first, 9)}none found")
    return lines


def catalogue_text(lines: Sequence[Listed], width: int = 80, colour: bool = False) -> str:
    """Write the catalogue as a list: name, title, size, parameters, sources."""
    ink = Ink(width, colour)
    told: list[str] = []
    for line in lines:
        told += [ink.bold(line.name)]
        size = f"{plural(len(line.players), 'player')}, {plural(line.ends, 'end')}"
        told += ink.paragraph(f"{line.title} ({size})", "  ")
        if line.parameters:
            told += ink.paragraph(", ".join(f"{n}={v:g}" for n, v in line.parameters.items()), "  ")
        told += [ink.dim(part) for source in line.sources for part in ink.paragraph(source, "  ")]
        told.append("")
    return "\n".join(told).rstrip()


def solved_picture(
    found: Solved, *, number: int = 1, width: int = 1200, theme: str = "auto"
) -> str:
    """Draw the tree of a solved game with the probabilities of one of its equilibria.

    Args:
        found: the game solved.
        number: which equilibrium, counted from 1; without any the bare tree is drawn.
        width: pixels at hand.
        theme: ``light``, ``dark`` or ``auto``.

    Raises:
        ModelError: there is no equilibrium of that number (SV896), or the tree is too large for a
            picture (SV893).
    """
    values: Mapping[str, float] = found.values
    if not found.solution.equilibria:
        return tree_picture(found.tree, values=values, width=width, theme=theme)
    point = found.shown(number)
    name = CONCEPTS[found.solution.concept]
    if found.solution.precision is not None:
        name += f" at precision {found.solution.precision:g}"
    kind = found.kinds[number - 1].name
    subtitle = f"{name[0].upper()}{name[1:]}: {kind}" if len(kind) < 80 else name
    return tree_picture(
        found.tree,
        action=point.behaviour,
        belief=point.beliefs,
        values=values,
        width=width,
        theme=theme,
        subtitle=subtitle,
    )


def write_chart(found: Solved, file: Path, theme: str = "auto") -> None:
    """Write the charts of a sweep: a page, a picture, or the Vega-Lite spec as JSON.

    Args:
        found: a game solved over a range.
        file: its suffix says what is written, ``.html``, ``.svg`` or ``.json``.
        theme: ``light`` or ``dark``; ``auto`` is light for a picture, and a page follows the
            reader's setting.

    Raises:
        ModelError: there is no sweep, the suffix is none of these, or a picture is asked for and
            the package that draws it is not installed (SV895).
    """
    if found.sweep is None:
        raise ModelError("a chart shows a sweep: ask for a range of a parameter.", "SV895")
    suffix = file.suffix.lower()
    if suffix == ".html":
        from servanda.report.game_page import game_page

        text = game_page(found)
    elif suffix in (".svg", ".json"):
        spec = whole(found.sweep, "light" if theme == "auto" else theme)
        text = (
            json.dumps(spec, allow_nan=False) + "\n" if suffix == ".json" else svg_of(spec, "SV895")
        )
    else:
        raise ModelError(
            f"'{file.name}': a chart is a page (.html), a picture (.svg) or data (.json).", "SV895"
        )
    file.write_text(text, encoding="utf-8")
