"""Draw the pictures of the tutorial on games anew; the charts need the extra ``static``.

python -m tools.game_pictures            draw all of them
python -m tools.game_pictures --trees    only the trees, which need nothing more
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from servanda.games.reading import read_game
from servanda.report.games import solved_picture, write_chart
from servanda.study.solving import Solved, solved

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "concepts" / "games.md"
WIDE, NARROW = 1200, 360


def block(language: str, number: int = 0) -> str:
    """Return a block of the tutorial by its language and number, counted from 0."""
    found = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return str(found[number])


def promise() -> Solved:
    """Solve the game that the tutorial begins with."""
    return solved(read_game(block("yaml").encode("utf-8"), "half-a-promise.yaml"), "spe")


def bluff() -> tuple[Solved, int]:
    """Solve the game with private types; the number is that of its bluffing equilibrium."""
    found = solved("unilateral-deterrence", "pbe", values={"pC": 0.3, "pD": 0.2})
    return found, 1 + [kind.name for kind in found.kinds].index("bluff")


def trees() -> dict[str, str]:
    """Return every picture of a tree by the name of its file."""
    first, (second, number) = promise(), bluff()
    return {
        "game-promise.svg": solved_picture(first, width=WIDE),
        "game-promise-narrow.svg": solved_picture(first, width=NARROW),
        "game-bluff.svg": solved_picture(second, number=number, width=WIDE),
        "game-bluff-narrow.svg": solved_picture(second, number=number, width=NARROW),
    }


def main(arguments: list[str]) -> int:
    """Write the pictures to docs/images."""
    images = DOCS / "images"
    for name, text in trees().items():
        (images / name).write_text(text, "utf-8")
    if "--trees" in arguments:
        return 0
    swept = solved("unilateral-deterrence", "pbe", values={"pC": 0.3}, over="pD=0:1:51")
    write_chart(swept, images / "game-regions.svg")
    import vl_convert

    known: dict[str, object] = {}
    code = "\n".join(block("python", i) for i in (0, 1)).replace('chart.save("war.json")', "")
    exec(compile(code, "games.md", "exec"), known)  # noqa: S102 - our own page
    spec = known["chart"].to_dict()  # type: ignore[attr-defined]
    (images / "game-war.svg").write_text(vl_convert.vegalite_to_svg(spec), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
