"""Write what the documentation derives from the code.

These are the JSON Schemas, the page of problem codes, the second half of the glossary, and the
files of the worked example.

python -m tools.write_formats            write them
python -m tools.write_formats --check    say which of them are out of date, change nothing
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tools import glossary, worked_example

from servanda.domain.codes import CODES, Code
from servanda.games.gamefile import GameText
from servanda.scenario.schema import SCHEMA_KINDS, json_schema, schema_of

DOCS = Path(__file__).parents[1] / "docs"

_GROUPS = {
    "1": "Text and the limits of YAML",
    "2": "Structure and values",
    "3": "Cross-references",
    "4": "Assumptions and numbers",
    "5": "Tables",
    "6": "Cannot compute",
    "7": "The store",
    "8": "Obligations and games",
    "9": "Evidence, agreement, truces, estimation and the workbench",
}
_OPENING = """\
# Problem codes

Every complaint about a file or request has a code that keeps its meaning for good.
`servanda explain CODE` prints the entry below; `servanda check PATH` lists all problems of a file
or folder at once, each with file, line, column, the line itself and what to do.
"""


def problems_page() -> str:
    """Return the page of problem codes as Markdown."""
    parts = [_OPENING]
    group = ""
    for code in CODES.values():
        if code.code[2] != group:
            group = code.code[2]
            parts.append(f"## {_GROUPS[group]}\n")
        parts.append(_entry(code))
    return "\n".join(parts)


def _entry(code: Code) -> str:
    text = f"### {code.code} {code.title}\n\n{code.explanation}\n\n**Remedy.** {code.remedy}\n"
    if code.bad is None or code.good is None:
        return text
    language = "csv" if code.file in ("incidents", "positions") else "yaml"
    bad, good = (f"```{language}\n{snippet}```\n" for snippet in (code.bad, code.good))
    return f"{text}\nNot so:\n\n{bad}\nBut so:\n\n{good}"


def pages() -> dict[Path, str]:
    """Return every derived file with its content."""
    made = {
        DOCS / "schemas" / f"{kind}.json": json.dumps(json_schema(kind), indent=1) + "\n"
        for kind in SCHEMA_KINDS
    }
    game = schema_of(GameText, "game")
    made[DOCS / "schemas" / "game.json"] = json.dumps(game, indent=1) + "\n"
    made[DOCS / "formats" / "problems.md"] = problems_page()
    made[glossary.PAGE] = glossary.glossary_page()
    for name, text in worked_example.files().items():
        made[worked_example.PAGE.parent / "coding" / name] = text
    return made


def main(arguments: list[str]) -> int:
    """Write the files, or with ``--check`` name those that differ."""
    stale = [
        path
        for path, text in pages().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        print(path.relative_to(DOCS.parent))
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages()[path], encoding="utf-8")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
