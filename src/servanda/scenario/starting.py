"""Start a scenario folder: from five answers or from a shipped example; never overwrite."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from servanda.domain.errors import ModelError
from servanda.library import path as library_path
from servanda.scenario import shelf
from servanda.scenario.folder import example_path

__all__ = ["Answers", "copy_example", "start"]


@dataclass(frozen=True, slots=True)
class Answers:
    """The five answers a first scenario needs; actors are codes of the registry."""

    title: str
    protege: str
    challenger: str
    guarantors: tuple[str, ...]
    duty: str


def _free(folder: Path) -> Path:
    if folder.exists():
        raise ModelError(f"{folder} exists already; choose another name", code="SV612")
    return folder


def copy_example(name: str, folder: Path) -> Path:
    """Copy a shipped example into a new folder and return it.

    Raises:
        ModelError: there is no such example, or the folder exists.
    """
    source = example_path(name)
    shutil.copytree(source, _free(folder), ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def start(folder: Path, answers: Answers, *, today: date | None = None) -> Path:
    """Write a first scenario from five answers and return its folder.

    Raises:
        ModelError: an actor is not in the registry, or the folder exists.
    """
    _known(answers)
    day = today or datetime.now(UTC).date()
    identifier = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-") or "case"
    first = answers.guarantors[0]
    consent = ", ".join([*answers.guarantors, answers.protege])
    words = {
        "@guarantor_list": ", ".join(answers.guarantors),
        "@guarantors": "".join(
            f"  - {{actor: {g}, capability: capability_{g.lower()}, source: judgement}}\n"
            for g in answers.guarantors
        ),
        "@capabilities": "\n".join(_capability(g) for g in answers.guarantors),
        "@actors": f"{answers.protege}, {answers.challenger}, {', '.join(answers.guarantors)}",
        "@challenger": answers.challenger,
        "@protege": answers.protege,
        "@consent": consent,
        "@nextyear": str(day.year + 1),
        "@today": day.isoformat(),
        "@title": '"' + answers.title.replace("\\", " ").replace('"', "'") + '"',
        "@first": first,
        "@duty": answers.duty,
        "@id": identifier,
    }
    _free(folder)
    (folder / "instruments").mkdir(parents=True)
    _fill("starter-scenario.txt", folder / "scenario.yaml", words)
    pact = folder / "instruments" / f"{identifier}-pact.yaml"
    _fill("starter-instrument.txt", pact, words)
    return folder


def _known(answers: Answers) -> None:
    actors = shelf.actors()
    wanted = (answers.protege, answers.challenger, *answers.guarantors)
    unknown = [a for a in wanted if a not in actors]
    if unknown:
        raise ModelError(
            f"not in the actor registry: {', '.join(unknown)}; use codes such as UKR, RUS, FRA",
            code="SV301",
        )
    if len(set(wanted)) != len(wanted):
        raise ModelError("protected state, adversary and guarantors must differ", code="SV301")


def _capability(guarantor: str) -> str:
    return (
        f"  - {{id: capability_{guarantor.lower()}, label: Theatre capability of {guarantor} "
        "relative to the challenger, unit: ratio, "
        "distribution: {lognormal: {median: 0.2, log_sd: 0.5}}, range: [0, 2], source: judgement}"
    )


def _fill(template: str, target: Path, words: dict[str, str]) -> None:
    text = library_path(template).read_text("utf-8")
    for mark in sorted(words, key=len, reverse=True):
        text = text.replace(mark, words[mark])
    target.write_text(text, "utf-8")
