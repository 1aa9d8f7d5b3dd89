"""The linter for instruments with everything it asks for: registry, own actors, checklist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from servanda.domain.actor import Actor
from servanda.domain.instrument import Instrument
from servanda.scenario import shelf
from servanda.scenario.folder import example_names, example_path
from servanda.scenario.reading import read

__all__ = ["Linting"]


class Linting:
    """Lints the instruments that stand at a place; everything else is passed over.

    The engine is imported, and the library read, when the first instrument comes by.

    Args:
        source: what is checked; the actors that a scenario there declares are known to the linter.
    """

    def __init__(self, source: str | Path) -> None:
        """Keep the place."""
        self.source = str(source)

    def __call__(self, noun: Any) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
        """Yield code, message and path of each thing worth a look."""
        if isinstance(noun, Instrument):
            from servanda.obligations.lint import lint

            slots = shelf.slots() if noun.unspecified else ()  # asked only about open slots
            yield from lint(noun, actors=_actors(self.source), slots=slots)


@cache
def _actors(source: str) -> Mapping[str, Actor]:
    """Return the registry with the own actors of the scenario, as far as they can be read."""
    folder = example_path(source) if source in example_names() else Path(source)
    scenario = folder if folder.name == "scenario.yaml" else folder / "scenario.yaml"
    if not scenario.is_file() or scenario.is_symlink():
        return shelf.actors()
    own = read(scenario, tuple[Actor, ...], key="own_actors").value or ()
    return {**shelf.actors(), **{actor.id: actor for actor in own}}
