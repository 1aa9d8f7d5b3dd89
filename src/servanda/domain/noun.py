"""What every noun of servanda has in common: frozen, closed, comparable by value."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

__all__ = ["Flag", "Identifier", "Noun", "Number", "Tokens", "as_tuple"]

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


class Noun(BaseModel):
    """A frozen record with closed keys: an unknown key is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def as_tuple(value: Any) -> Any:
    """Accept one value where a list is meant.

    Examples:
        >>> as_tuple("USA"), as_tuple(["USA", "GBR"])
        (('USA',), ('USA', 'GBR'))
    """
    if value is None:
        return ()
    if isinstance(value, (list, tuple)):
        return tuple(value)
    return (value,)


def _identifier(value: str) -> str:
    if not _IDENTIFIER.fullmatch(value):
        msg = "an identifier has letters, digits, '.', '_' and '-', starts with a letter or digit"
        raise ValueError(msg)
    return value


def _flag(value: Any) -> Any:
    if isinstance(value, str):
        if value == "true":
            return True
        if value == "false":
            return False
        msg = f"expected true or false, not {value!r}"
        raise ValueError(msg)
    return value


def _number(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", value):
        msg = f"expected a number, not {value!r}"
        raise ValueError(msg)
    return value


def _finite(value: float) -> float:
    if value != value or value in (float("inf"), float("-inf")):
        msg = "expected a finite number"
        raise ValueError(msg)
    return value


Identifier = Annotated[str, AfterValidator(_identifier)]
Tokens = Annotated[tuple[str, ...], BeforeValidator(as_tuple)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Number = Annotated[float, BeforeValidator(_number), AfterValidator(_finite)]
