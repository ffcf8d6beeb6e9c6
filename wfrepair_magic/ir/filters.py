"""The filters of templates: what `| json`, `| int` and the others make of a value."""

from __future__ import annotations

import math
import numbers
import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any, Final

from .values import NoText, json_text, json_type, read_json, text_of

_WHOLE: Final = re.compile(r"\s*[+-]?[0-9]+\s*")
_DECIMAL: Final = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*")


class CannotFilter(Exception):
    """A value that a filter cannot take; the argument says why."""


def apply_filters(filters: tuple[str, ...], value: Any) -> Any:
    """Put a value through filters in their order.  Raises CannotFilter."""
    for name in filters:
        try:
            value = FILTERS[name](value)
        except NoText as error:
            raise CannotFilter(f"`| {name}`: the value {error}") from None
    return value


def _parse_json(value: Any) -> Any:
    if isinstance(value, Mapping | list | tuple):
        return value
    if not isinstance(value, str):
        raise CannotFilter(f"`| json` reads text, and the value is {json_type(value)}")
    try:
        return read_json(value)
    except ValueError as error:
        raise CannotFilter(f"`| json`: the text is not JSON: {error}") from None


def _integer(value: Any) -> int:
    """Make an integer where nothing is lost by it."""
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        try:
            return int(value)
        except ValueError:
            raise CannotFilter("`| int`: the number has too many digits") from None
    raise CannotFilter(f"`| int`: the value ({json_type(value)}) is not a whole number")


def _number(value: Any) -> float:
    number = isinstance(value, numbers.Real)
    if number or (isinstance(value, str) and _DECIMAL.fullmatch(value)):
        try:
            result = float(value)
        except OverflowError:
            result = math.inf
        if math.isfinite(result):
            return result
    raise CannotFilter(f"`| float`: the value ({json_type(value)}) is not a number")


def _quote(value: Any) -> str:
    return shlex.quote(text_of(value))


def _same(value: Any) -> Any:
    return value


def _strict_json(value: Any) -> str:
    return json_text(value, strict=True)


FILTERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "json": _parse_json,
    "tojson": _strict_json,
    "int": _integer,
    "float": _number,
    "str": text_of,
    "sh": _quote,
    "raw": _same,
}
"""Every filter by name.  Outside a shell program `raw` changes nothing."""
