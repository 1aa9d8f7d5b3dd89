"""The nouns of servanda: frozen models, standard library and pydantic only.

One word, one meaning: see each class. Everything an engine takes or returns is made of these. They
load when they are first named, so that asking for help stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servanda.domain.actor import Actor, Membership, Office
    from servanda.domain.assumption import Assumption, Distribution, Rival
    from servanda.domain.episode import Episode, GuaranteeType
    from servanda.domain.errors import ModelError, ScenarioError, ServandaError, StoreError
    from servanda.domain.evidence import Claim, Quote, Source
    from servanda.domain.finding import Finding, Gap, Question, Trace, VariantReading
    from servanda.domain.incident import Case, Expectation, Incident
    from servanda.domain.instrument import Instrument, Patch, Provision
    from servanda.domain.moment import Moment
    from servanda.domain.option import Deployment, Guarantor, Option, Phase, Position
    from servanda.domain.problem import Problem, Span
    from servanda.domain.scenario import Resolved, Scenario
    from servanda.domain.slot import PracticeOption, Slot
    from servanda.domain.study import Study

__all__ = [
    "Actor",
    "Assumption",
    "Case",
    "Claim",
    "Deployment",
    "Distribution",
    "Episode",
    "Expectation",
    "Finding",
    "Gap",
    "GuaranteeType",
    "Guarantor",
    "Incident",
    "Instrument",
    "Membership",
    "ModelError",
    "Moment",
    "Office",
    "Option",
    "Patch",
    "Phase",
    "Position",
    "PracticeOption",
    "Problem",
    "Provision",
    "Question",
    "Quote",
    "Resolved",
    "Rival",
    "Scenario",
    "ScenarioError",
    "ServandaError",
    "Slot",
    "Source",
    "Span",
    "StoreError",
    "Study",
    "Trace",
    "VariantReading",
]

_HOMES = {
    "Actor": "actor",
    "Assumption": "assumption",
    "Case": "incident",
    "Claim": "evidence",
    "Deployment": "option",
    "Distribution": "assumption",
    "Episode": "episode",
    "Expectation": "incident",
    "Finding": "finding",
    "Gap": "finding",
    "GuaranteeType": "episode",
    "Guarantor": "option",
    "Incident": "incident",
    "Instrument": "instrument",
    "Membership": "actor",
    "ModelError": "errors",
    "Moment": "moment",
    "Office": "actor",
    "Option": "option",
    "Patch": "instrument",
    "Phase": "option",
    "Position": "option",
    "PracticeOption": "slot",
    "Problem": "problem",
    "Provision": "instrument",
    "Question": "finding",
    "Quote": "evidence",
    "Resolved": "scenario",
    "Rival": "assumption",
    "Scenario": "scenario",
    "ScenarioError": "errors",
    "ServandaError": "errors",
    "Slot": "slot",
    "Source": "evidence",
    "Span": "problem",
    "StoreError": "errors",
    "Study": "study",
    "Trace": "finding",
    "VariantReading": "finding",
}


def __getattr__(name: str) -> Any:
    """Import a noun when it is first named."""
    if name in _HOMES:
        return getattr(import_module(f"servanda.domain.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'servanda.domain' has no attribute {name!r}")
