"""What a game file in YAML says: the nouns of the format, as they are written.

Payoffs and chances are kept as text, a number or a formula of parameters; `servanda.games.reading`
makes a tree of them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Union

from pydantic import Discriminator, Field, Tag, WithJsonSchema

from servanda.domain.noun import Flag, Identifier, Noun, Number, Tokens

__all__ = ["BranchText", "GameText", "NodeText", "ParameterText", "ResultText", "SourceText"]

Concept = Literal["qre", "spe", "pbe", "nash"]


class ParameterText(Noun):
    """A parameter: its default value, the range that makes sense, unit and meaning."""

    value: Number
    range: tuple[Number, Number] | None = None
    unit: str | None = Field(default=None, max_length=100)
    note: str | None = Field(default=None, max_length=2000)


# Kept as text; in the file a plain number will do.
Formula = Annotated[str, WithJsonSchema({"type": ["string", "number"]})]

# Each form is known by its shape, so that a fault is one of the form that was meant.
Payoffs = Annotated[
    Annotated[dict[str, Formula], Tag("<names>")] | Annotated[tuple[Formula, ...], Tag("<list>")],
    Discriminator(lambda value: "<names>" if isinstance(value, dict) else "<list>"),
]
Given = Annotated[
    Annotated[ParameterText, Tag("<long>")] | Annotated[Number, Tag("<short>")],
    Discriminator(lambda value: "<long>" if isinstance(value, (dict, list)) else "<short>"),
]
Below = Annotated[
    Union[Annotated["NodeText", Tag("<node>")], Annotated[str, Tag("<name>")]],  # noqa: UP007
    Discriminator(lambda value: "<name>" if isinstance(value, str) else "<node>"),
]


class BranchText(Noun):
    """One thing that nature may do: how likely it is and what comes then."""

    probability: Formula
    then: Below


class NodeText(Noun):
    """A node: exactly one of ``actions`` (with ``player``), ``nature`` or an end.

    An end has ``payoffs``, or names an ``outcome`` of the table of outcomes. Payoffs of a node that
    is no end are added in every end below it. A text in the place of a node names an outcome or a
    node of the list.
    """

    player: str | None = None
    infoset: str | None = Field(default=None, max_length=200)
    actions: dict[str, Below] | None = None
    nature: dict[str, BranchText] | None = None
    payoffs: Payoffs | None = None
    outcome: str | None = Field(default=None, max_length=200)
    label: str | None = Field(default=None, max_length=200)
    note: str | None = Field(default=None, max_length=2000)


class SourceText(Noun):
    """Where a game is published."""

    citation: str = Field(max_length=1000)
    doi: str | None = Field(default=None, max_length=200)
    place: str | None = Field(default=None, max_length=200)
    verified: Flag = False
    note: str | None = Field(default=None, max_length=2000)


class ResultText(Noun):
    """Something known about a game, for given parameters, that a test can recompute.

    ``expect`` is a list of equilibria, each as behaviour (player, information set, action to
    probability), values (player to payoff) or beliefs (information set, node label to
    probability); every number may be a formula of the parameters.
    """

    id: Identifier
    says: str = Field(max_length=2000)
    concept: Concept
    at: dict[str, Number] = Field(default={})
    precision: Number | None = Field(default=None, gt=0)
    count: int | None = Field(default=None, ge=0)
    expect: tuple[dict[str, Any], ...] = ()
    when: str | None = Field(default=None, max_length=1000)
    source: str | None = Field(default=None, max_length=1000)
    note: str | None = Field(default=None, max_length=2000)


class GameText(Noun):
    """A game file as it is written: a ``tree``, or the ``cells`` of a strategic form."""

    format: Literal["1"] = "1"
    game: Identifier
    title: str = Field(max_length=300)
    note: str | None = Field(default=None, max_length=5000)
    sources: tuple[SourceText, ...] = ()
    tags: Tokens = ()
    players: tuple[str, ...] = Field(min_length=1, max_length=32)
    parameters: dict[str, Given] = Field(default={})
    outcomes: dict[str, Payoffs] = Field(default={})
    tree: Below | None = None
    cells: dict[str, Any] | None = None
    nodes: dict[str, NodeText] = Field(default={})
    results: tuple[ResultText, ...] = ()


for _model in (BranchText, NodeText, GameText):
    _model.model_rebuild()
