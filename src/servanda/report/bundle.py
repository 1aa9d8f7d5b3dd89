"""Everything of a run in one zip: scenario, results, report, citation, licence."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from servanda.report.cite import citations
from servanda.report.figures import FIGURES, csv_text
from servanda.report.html import render
from servanda.study.published import published
from servanda.study.result import Comparison

__all__ = ["bundle"]

_SUFFIXES = (".yaml", ".yml", ".csv", ".md")
_DAY = (1980, 1, 1, 0, 0, 0)

README = """This bundle was made by servanda {version} from run {run}.

scenario/      the scenario's files as they stood
results.json   the comparison, as `servanda compare --json` prints it
figures/       every figure's numbers as CSV
report.html    the report, one file, opens without a network
citation.txt, citation.bib   what to cite
LICENCE.txt    what may be done with which part

The same numbers again: install servanda {version}, then
    servanda compare scenario/ --draws {draws} --seed {seed} --as-of {as_of}
"""
LICENCE = """The report, the numbers and the program are Apache-2.0, the library CC0-1.0. The
scenario's own files are under whatever terms their author has set. Sources that it cites belong
to their publishers; none of their text is in this bundle beyond what the scenario quotes.
"""


def bundle(comparison: Comparison, folder: Path) -> bytes:
    """Write the bundle; the same run gives the same bytes.

    Args:
        comparison: the result.
        folder: the scenario's folder; links and hidden files are left out.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _parts(comparison, folder):
            archive.writestr(zipfile.ZipInfo(name, _DAY), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _parts(comparison: Comparison, folder: Path) -> Iterator[tuple[str, bytes]]:
    run, cited = comparison.run, citations(comparison)
    texts: Mapping[str, str] = {
        "README.txt": README.format(
            version=run.version, run=run.hash, draws=run.draws, seed=run.seed, as_of=run.as_of
        ),
        "LICENCE.txt": LICENCE,
        "citation.txt": cited.plain(),
        "citation.bib": cited.bibtex(),
        "report.html": render(comparison),
        "results.json": json.dumps(published(comparison), ensure_ascii=False, indent=1),
        **{
            f"figures/{name}.csv": csv_text(figure.rows(comparison), comparison)
            for name, figure in FIGURES.items()
        },
    }
    for name, text in texts.items():
        yield name, text.encode("utf-8")
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if path.is_file() and not path.is_symlink() and not hidden and path.suffix in _SUFFIXES:
            yield f"scenario/{inside.as_posix()}", path.read_bytes()
