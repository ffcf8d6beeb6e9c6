"""What a value is in the language: its type, its text, its JSON."""

from __future__ import annotations

import datetime
import decimal
import enum
import json
import numbers
import pathlib
import uuid
from collections.abc import Mapping
from typing import Any, Final

from ..settings import LIMITS

_TEXTUAL: Final = (
    numbers.Number, datetime.date, datetime.time, datetime.timedelta, decimal.Decimal,
    pathlib.PurePath, uuid.UUID,
)  # fmt: skip
"""Types beyond JSON whose `str` says all that they are, the same in every process."""


class NoText(Exception):
    """A value that has no text or JSON form; the argument says why, to follow its name."""


def json_type(value: object) -> str:
    """Name a value's type as JSON Schema does; a type beyond JSON by its Python name."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    for kind, name in (
        (str, "string"), (numbers.Integral, "integer"), (numbers.Real, "number"),
        (Mapping, "object"), (list | tuple, "array"),
    ):  # fmt: skip
        if isinstance(value, kind):
            return name
    return type(value).__name__


def text_of(value: Any) -> str:
    """Give the text that a value becomes inside other text.

    None is empty, numbers and booleans are as Python prints them, lists and mappings are JSON.
    Raises NoText for what has no form that says it all (bytes, a data frame).
    """
    if isinstance(value, enum.Enum):
        return text_of(value.value)
    if isinstance(value, str):
        return str(value)
    if value is None:
        return ""
    if isinstance(value, Mapping | list | tuple):
        return json_text(value)
    if not isinstance(value, _TEXTUAL):
        raise NoText(f"is {json_type(value)}, which has no text form; make it text in the node")
    try:
        return str(value)
    except ValueError:
        raise NoText("is a number of more digits than Python prints") from None


def json_text(value: Any, *, strict: bool = False) -> str:
    """Write a value as JSON with ``, `` and ``: ``, non-ASCII kept.  Raises NoText.

    Where it is not `strict`, NaN and infinity are written as Python's JSON writes them.
    """
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=not strict, default=_beyond_json)
    except RecursionError:
        raise NoText("is nested too deep for JSON, or in a circle") from None
    except (TypeError, ValueError) as error:
        raise NoText(f"cannot be written as JSON: {error}") from None


def read_json(text: str) -> Any:
    """Read strict JSON text, up to the limit on size.  Raises ValueError."""
    over = len(text) > LIMITS.parsed_text_bytes
    if over or len(text.encode("utf-8", "replace")) > LIMITS.parsed_text_bytes:
        raise ValueError(f"it is larger than {LIMITS.parsed_text_bytes // 1_000_000} MB")
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _beyond_json(value: Any) -> Any:
    """Give JSON a form of what it does not know; raises TypeError where there is none."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    try:
        return text_of(value)
    except NoText as error:
        raise TypeError(f"a value in it {error}") from None
