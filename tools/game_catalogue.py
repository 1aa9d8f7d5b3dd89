"""Write the page of the catalogue of games from its files.

python -m tools.game_catalogue            write docs/data/games.md
python -m tools.game_catalogue --check    say whether it is out of date, change nothing
"""

from __future__ import annotations

import sys
from pathlib import Path

from servanda.games.catalogue import entry, names
from servanda.games.gamefile import GameText, ParameterText, ResultText

PAGE = Path(__file__).parents[1] / "docs" / "data" / "games.md"
OPENING = """\
# Games

The catalogue holds crisis games that others have published, or that serve to explain one thing,
as files with a tree, payoffs as formulas of named parameters, sources, and results. `servanda
solve --list` prints it, `servanda solve NAME` solves one, `servanda.games.catalogue.entry(name)`
gives it in Python.

**What is claimed is recomputed.** Every line under *Results* below is computed anew from the tree
by the project's tests: the equilibria named exist, their probabilities and payoffs are those of
the formula in the file, and where a threshold is named, the region ends there. Nothing else about
a game is claimed. The citations say where an idea or a tree comes from; they were given from
memory and not compared with the publications, and the numbers are ours unless the file says
otherwise.

**Not a tree.** The sanctions game of Lewis and Schultz (2003) has normal private information, a
continuum of types, and cannot be held as a finite tree.
`servanda.games.catalogue.lewis_schultz.equilibria` finds its equilibria as the roots of one
equation, all that a fine grid separates; a test lets drawn types choose best against each of
them. Fearon's (1997) games have continuous types, too; `tying-hands` and `sunk-cost-signal` are
versions with a few types.

**Solved as they stand.** `egame12`, `egame122`, `egame123` and `ultimatum` are the trees of
strategic estimation; here they are solved, not fitted to data.
"""


def page() -> str:
    """Return the page as Markdown."""
    parts = [OPENING, _table()]
    parts += [_game(name) for name in names()]
    return "\n".join(parts)


def _table() -> str:
    lines = [
        "| game | players | ends | information sets | about |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name in names():
        tree, text = entry(name).tree, _text(name)
        about = ", ".join(tag.replace("_", " ") for tag in text.tags)
        lines.append(
            f"| [{name}](#{name}) | {', '.join(tree.players)} | {tree.n_terminals} "
            f"| {tree.n_infosets} | {about} |"
        )
    return "\n".join(lines) + "\n"


def _text(name: str) -> GameText:
    text = entry(name).text
    if text is None:
        raise ValueError(f"{name} is not in servanda's own format")
    return text


def _game(name: str) -> str:
    text = _text(name)
    lines = [f"## {name}", "", f"**{text.title}.** {text.note}", ""]
    if text.parameters:
        lines += ["| parameter | default | meaning |", "| --- | --- | --- |"]
        lines += [_parameter(key, given) for key, given in text.parameters.items()]
        lines.append("")
    lines += ["Results:", "", *[_result(result) for result in text.results], ""]
    if text.sources:
        lines += ["Sources:", ""]
        for source in text.sources:
            place = f", {source.place}" if source.place else ""
            note = f" {source.note}" if source.note else ""
            lines.append(f"- {source.citation.rstrip('.')}{place}.{note}")
        lines.append("")
    return "\n".join(lines)


def _parameter(key: str, given: ParameterText | float) -> str:
    if not isinstance(given, ParameterText):
        return f"| `{key}` | {given:g} | |"
    return f"| `{key}` | {given.value:g} | {given.note or ''} |"


def _result(result: ResultText) -> str:
    at = ", ".join(f"{name} = {value:g}" for name, value in result.at.items())
    how = (
        f"{result.concept}, precision {result.precision:g}" if result.precision else result.concept
    )
    return f"- {result.says} ({how}{'; ' + at if at else ''})"


def main(arguments: list[str]) -> int:
    """Write the page, or with ``--check`` say whether it is current."""
    text = page()
    if "--check" in arguments:
        current = PAGE.exists() and PAGE.read_text("utf-8") == text
        print("" if current else f"out of date: {PAGE.name}")
        return 0 if current else 1
    PAGE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
