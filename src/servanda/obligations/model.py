"""What the engine works on: the nouns `Instrument`, `Incident` and `Actor`, and the vocabulary.

The inputs are the nouns themselves, so there is nothing to hand over. This module names the parts
of the vocabulary that other packages may ask for.
"""

from __future__ import annotations

from servanda.domain.incident import FINDINGS
from servanda.obligations.vocabulary import family_of

__all__ = ["FINDINGS", "family_of"]
