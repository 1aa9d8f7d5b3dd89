"""The nouns of servanda: frozen models, standard library and pydantic only.

One word, one meaning: see each class. Everything an engine takes or returns is made of these.
"""

from servanda.domain.actor import Actor, Membership, Office
from servanda.domain.assumption import Assumption, Distribution, Rival
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
    "Expectation",
    "Finding",
    "Gap",
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
