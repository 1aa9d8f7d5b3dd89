"""The marks of a game's picture: nodes, branches, dashed sets and texts, put together as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from servanda.report.charts.style import palette
from servanda.report.game_labels import Labels, text_width, xml

__all__ = ["Canvas", "Lanes", "lanes_of"]

_FONT = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
_TONES = ("one", "two", "three")
_NAMES = ("ink", "soft", "grid", "paper", *_TONES)
_LOOK = """\
text{font:12px FONT;fill:var(--ink)}
.head{font-size:15px;font-weight:600}
.num{font-weight:700}
.soft,.soft text,text.soft{fill:var(--soft)}
.one{fill:var(--one)}.two{fill:var(--two)}.three{fill:var(--three)}
.branch{fill:none;stroke:var(--ink);stroke-linejoin:round}
.never{stroke:var(--soft);stroke-dasharray:1 4}
.lead{stroke:var(--grid);stroke-width:1}
.guide{stroke:var(--soft);stroke-width:1}
.set{fill:none;stroke-width:1.5;stroke-dasharray:5 3}
.set.one{stroke:var(--one);fill:none}.set.two{stroke:var(--two);fill:none}
.set.three{stroke:var(--three);fill:none}.set.ink{stroke:var(--ink);fill:none}
.square{fill:var(--paper);stroke:var(--ink);stroke-width:1.5}
.end{fill:var(--soft)}"""


@dataclass(frozen=True, slots=True)
class Lanes:
    """Which lane each shared information set takes, and how many there are at each depth."""

    lane: dict[int, int]
    count: list[int]


def lanes_of(labels: Labels, *, by_depth: bool) -> Lanes:
    """Give each shared information set a lane of its own among those it would overlap.

    Args:
        labels: the tree.
        by_depth: lanes are counted anew in every column; otherwise over the whole picture.
    """
    taken: dict[int, list[int]] = {}
    lane: dict[int, int] = {}
    count = [0] * (max(labels.depth) + 1)
    sets = labels.shared_sets()
    for infoset in sorted(sets, key=lambda h: sets[h][0]):
        nodes = sets[infoset]
        column = min(labels.depth[node] for node in nodes) if by_depth else 0
        free = taken.setdefault(column, [])
        for index, last in enumerate(free):
            if last < nodes[0]:
                lane[infoset], free[index] = index, nodes[-1]
                break
        else:
            lane[infoset] = len(free)
            free.append(nodes[-1])
        count[column] = len(free)
    return Lanes(lane, count)


class Canvas:
    """An SVG document in the making.

    Args:
        labels: what the picture says, for its title and its colours.
        size: width and height in pixels.
        theme: ``light``, ``dark`` or ``auto``.
        subtitle: a line under the title.
    """

    def __init__(
        self, labels: Labels, size: tuple[float, float], theme: str, subtitle: str = ""
    ) -> None:
        """Write title and subtitle."""
        self.labels = labels
        self.width, self.height = max(size[0], 200.0), size[1]
        self.theme = theme
        self.parts: list[str] = []
        self.head = self._headings(labels.title, subtitle)

    def _headings(self, title: str, subtitle: str) -> float:
        y = 24.0
        for line in _lines(title, self.width - 28, 17):
            self.parts.append(f'<text class="head" x="14" y="{y:g}">{xml(line)}</text>')
            y += 19
        for line in _lines(subtitle, self.width - 28, 12):
            self.text(14, y, line, "soft")
            y += 16
        return y

    def tone(self, player: int) -> str:
        """Name the colour of a player; chance and a fourth player are written in ink."""
        return _TONES[player] if 0 <= player < len(_TONES) else "ink"

    def text(self, x: float, y: float, text: str, tone: str, *, anchor: str = "start") -> None:
        """Write a text; nothing where it is empty."""
        if text:
            where = f' text-anchor="{anchor}"' if anchor != "start" else ""
            self.parts.append(
                f'<text class="{tone}" x="{x:.1f}" y="{y:.1f}"{where}>{xml(text)}</text>'
            )

    def branch_text(self, x: float, y: float, name: str, number: str) -> None:
        """Write what a branch is called, and its probability in bold."""
        bold = f'<tspan class="num" dx="{6 if name else 0}">{xml(number)}</tspan>' if number else ""
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}">{xml(name)}{bold}</text>')

    def branch(self, points: Sequence[tuple[float, float]], share: float | None) -> None:
        """Draw a branch, thicker the likelier it is, dotted where it is never taken."""
        never = share is not None and share < 1e-9
        thick = 1.25 if share is None or never else 1.0 + 3.0 * share
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        kind = "branch never" if never else "branch"
        self.parts.append(f'<polyline class="{kind}" points="{line}" stroke-width="{thick:.2f}"/>')

    def lead(self, x0: float, x1: float, y: float) -> None:
        """Lead from an end of the game to its row of payoffs."""
        self.parts.append(f'<path class="lead" d="M{x0:.1f} {y:.1f}H{x1:.1f}"/>')

    def guide(self, x: float, y0: float, y1: float) -> None:
        """Lead down from a node to the branches that leave it."""
        self.parts.append(f'<path class="guide" d="M{x:.1f} {y0:.1f}V{y1:.1f}"/>')

    def infoset(self, places: Sequence[tuple[float, float]], lane: float, tone: str) -> None:
        """Join nodes that a player cannot tell apart."""
        ys = [y for _, y in places]
        stubs = "".join(f"M{x:.1f} {y:.1f}H{lane:.1f}" for x, y in places)
        path = f"M{lane:.1f} {min(ys):.1f}V{max(ys):.1f}{stubs}"
        self.parts.append(f'<path class="set {tone}" d="{path}"/>')

    def node(self, labels: Labels, node: int, x: float, y: float) -> None:
        """Draw a node: dot for a decision, square for chance, small dot for an end."""
        if not labels.children[node]:
            self.parts.append(f'<circle class="end" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>')
        elif labels.infoset[node] < 0:
            self.parts.append(
                f'<rect class="square" x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10"/>'
            )
        else:
            tone = self.tone(labels.player[node])
            self.parts.append(f'<circle class="{tone}" cx="{x:.1f}" cy="{y:.1f}" r="5.5"/>')

    def legend(self, y: float) -> None:
        """Explain the marks in one or more lines."""
        says = "Dot: decision. "
        if any(
            below and h < 0
            for below, h in zip(self.labels.children, self.labels.infoset, strict=True)
        ):
            says += "Square: chance. "
        if self.labels.shared_sets():
            says += "Dashed: cannot be told apart"
            told = any(b is not None for b in self.labels.belief)
            says += ", belief in brackets. " if told else ". "
        if any(s is not None for s in self.labels.share):
            says += "Bold: probability in this model."
        for line in _lines(says.strip(), self.width - 28, 12):
            self.text(14, y, line, "soft")
            y += 15
        self.height = max(self.height, y)

    def document(self) -> str:
        """Return the SVG document."""
        labels = self.labels
        about = f"Game tree with {len(labels.leaves)} ends. Players: {', '.join(labels.players)}."
        width, height = f"{self.width:.0f}", f"{self.height:.0f}"
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" '
                f'height="{height}" viewBox="0 0 {width} {height}">',
                f"<title>{xml(labels.title)}</title>",
                f"<desc>{xml(about)}</desc>",
                f"<style>{_style(self.theme)}</style>",
                f'<rect width="{width}" height="{height}" style="fill:var(--paper)"/>',
                *self.parts,
                "</svg>\n",
            ]
        )


def _style(theme: str) -> str:
    look = _LOOK.replace("FONT", _FONT)
    if theme == "auto":
        light, dark = _variables("light"), _variables("dark")
        return f"svg{{{light}}}\n@media (prefers-color-scheme: dark){{svg{{{dark}}}}}\n{look}"
    return f"svg{{{_variables(theme)}}}\n{look}"


def _variables(theme: str) -> str:
    colour = palette(theme)
    return ";".join(f"--{name}:{colour[name]}" for name in _NAMES)


def _lines(text: str, width: float, size: float) -> list[str]:
    """Break a text into lines that fit."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
