"""What the value types of the standard library consist of."""

from __future__ import annotations

import collections
import datetime
import decimal
import fractions
import pathlib
import re
import types
import uuid
import zoneinfo
from array import array
from collections.abc import Callable, Mapping
from typing import Any, Final

from .origins import origin_of_class
from .parts import Parts, type_name

_DATE = ("year", "month", "day")
_TIME = ("hour", "minute", "second", "microsecond", "fold")


def standard_parts(value: object) -> Parts | None:
    """Say what a value of the standard library consists of; None for any other object."""
    describe = _EXACT.get(type(value))
    if describe is not None:
        return describe(value)
    if isinstance(value, datetime.tzinfo):
        return _zone(value)
    return _class(value) if isinstance(value, type) else None


def _fields(kind: str, *names: str) -> Callable[[Any], Parts]:
    """Describe a type by attributes that are its whole content."""
    labels = tuple(f".{name}" for name in names)
    return lambda value: Parts(kind, [getattr(value, name) for name in names], labels)


def _decimal(value: decimal.Decimal) -> Parts:
    sign, digits, exponent = value.as_tuple()
    return Parts("decimal", (sign, bytes(digits), exponent))


def _moment(kind: str, *names: str) -> Callable[[Any], Parts]:
    """Describe a time; an aware one by its zone, and by its offset, which zone data may change."""

    aware = (*(f".{name}" for name in names), ".tzinfo", ".utcoffset()", ".tzname()")

    def describe(value: Any) -> Parts:
        written = [getattr(value, name) for name in names]
        if value.tzinfo is None:
            return Parts(kind, written)
        zone = (value.tzinfo, value.utcoffset(), value.tzname())
        return Parts(f"aware {kind}", [*written, *zone], aware)

    return describe


def _zone(value: datetime.tzinfo) -> Parts | None:
    """Describe a time zone; None for one of unknown make, whose rules cannot be read."""
    if type(value) is datetime.timezone:
        return Parts("offset", (value.utcoffset(None), value.tzname(None)))
    if type(value) is zoneinfo.ZoneInfo and value.key is not None:
        return Parts("zone", (value.key,))
    name = getattr(value, "zone", None)  # pytz
    if isinstance(name, str):
        return Parts("zone of a library", (type_name(type(value)).split(".")[0], name))
    return None


def _class(value: type) -> Parts | None:
    """Name a class that ships with Python; any other is code."""
    return Parts("type", (type_name(value),)) if origin_of_class(value) == "python" else None


def _path(value: pathlib.PurePath) -> Parts:
    return Parts("path", (type(value).__name__, str(value)))


def _view(value: memoryview) -> Parts:
    return Parts("memoryview", (value.format, value.shape, value.tobytes()))


def _range(value: range) -> Parts:
    """Describe a range by its numbers: those of equal content are equal."""
    return Parts("range", (len(value), value.start, value.step) if value else (0, 0, 0))


_EXACT: Final[Mapping[type, Callable[[Any], Parts | None]]] = {
    datetime.datetime: _moment("datetime", *_DATE, *_TIME),
    datetime.date: _fields("date", *_DATE),
    datetime.time: _moment("time", *_TIME),
    datetime.timedelta: _fields("timedelta", "days", "seconds", "microseconds"),
    decimal.Decimal: _decimal,
    fractions.Fraction: _fields("fraction", "numerator", "denominator"),
    uuid.UUID: _fields("uuid", "bytes"),
    range: _range,
    slice: _fields("slice", "start", "stop", "step"),
    memoryview: _view,
    array: lambda value: Parts("array", (value.typecode, value.tolist())),
    re.Pattern: _fields("pattern", "pattern", "flags"),
    types.MappingProxyType: lambda value: Parts("mapping view", (dict(value),), ("",)),
    types.SimpleNamespace: lambda value: Parts("namespace", (vars(value),), ("",)),
    type(NotImplemented): lambda _: Parts("NotImplemented", ()),
    collections.OrderedDict: lambda value: Parts(
        "ordered dict", (list(value), list(value.values())), ("<keys>", "")
    ),
    collections.defaultdict: lambda value: Parts(
        "defaultdict", (value.default_factory, dict(value)), (".default_factory", "")
    ),
    collections.Counter: lambda value: Parts("counter", (dict(value),), ("",)),
    collections.deque: lambda value: Parts("deque", (value.maxlen, list(value)), (".maxlen", "")),
    **dict.fromkeys(
        (
            pathlib.PosixPath,
            pathlib.WindowsPath,
            pathlib.PurePosixPath,
            pathlib.PureWindowsPath,
        ),
        _path,
    ),
}
