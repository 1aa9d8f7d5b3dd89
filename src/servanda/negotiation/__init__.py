r"""Engine 4: who would agree to an option, who blocks it and what would move them.

>>> from servanda.negotiation import forecast, read_table
>>> text = "issue,actor,position,salience,capability\nsize,A,0,50,1\nsize,B,100,50,1\n"
>>> found = forecast(read_table(text).table)
>>> found.issues[0].models["combined"].point
50.0
"""

from __future__ import annotations

from servanda.negotiation.model import Distribution, Issue, Settings, Table
from servanda.negotiation.reading import read_table
from servanda.negotiation.solve import MODELS, Forecast, IssueForecast, forecast

__all__ = [
    "MODELS",
    "Distribution",
    "Forecast",
    "Issue",
    "IssueForecast",
    "Settings",
    "Table",
    "forecast",
    "read_table",
]
