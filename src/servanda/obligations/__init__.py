"""Engine 1: who must, may or must not do what, by when, why; and what the text leaves open."""

from servanda.obligations.binding import Binding, bind
from servanda.obligations.explain import explain
from servanda.obligations.gaps import gaps, questions
from servanda.obligations.solve import assess

__all__ = ["Binding", "assess", "bind", "explain", "gaps", "questions"]
