"""What an object consists of, by its kind: the table of the types that have a key.

Types of the standard library stand in the table; arrays and frames are asked for in their own
files; what is left may be a record of any make that names its fields (a dataclass, a named tuple,
an enum's member, an attrs or pydantic model) or a subclass of a built-in type.  An object of any
other class has no declared content.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import pathlib
import re
import types
import uuid
import zoneinfo
from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from .frames import table_parts
from .origins import origin_of_class
from .parts import Parts, type_name

Describe = Callable[[Any], Parts | None]


def parts_of(value: object) -> Parts | None:
    """Say what an object consists of; None for one that has no declared content."""
    for describe in (_EXACT.get(type(value), _shipped), table_parts, _record):
        found = describe(value)
        if found is not None:
            return found
    return None


# --- the standard library -----------------------------------------------------------------------


def _fields(kind: str, *names: str) -> Describe:
    """Describe a type by attributes that are its whole content."""
    labels = tuple(f".{name}" for name in names)
    return lambda value: Parts(kind, [getattr(value, name) for name in names], labels)


def _moment(kind: str, *names: str) -> Describe:
    """Describe a time; an aware one by its zone, and by its offset, which zone data may change."""

    def describe(value: Any) -> Parts:
        written = [getattr(value, name) for name in names]
        if value.tzinfo is None:
            return Parts(kind, written)
        labels = (*(f".{name}" for name in names), ".tzinfo", ".utcoffset()", ".tzname()")
        zone = (value.tzinfo, value.utcoffset(), value.tzname())
        return Parts(f"aware {kind}", [*written, *zone], labels)

    return describe


def _decimal(value: decimal.Decimal) -> Parts:
    sign, digits, exponent = value.as_tuple()
    return Parts("decimal", (sign, bytes(digits), exponent))


def _shipped(value: object) -> Parts | None:
    """Describe a time zone, or a class that ships with Python; any other class is code."""
    if isinstance(value, datetime.tzinfo):
        return _zone(value)
    if isinstance(value, type) and origin_of_class(value) == "python":
        return Parts("type", (type_name(value),))
    return None


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


_DATE = ("year", "month", "day")
_TIME = ("hour", "minute", "second", "microsecond", "fold")
_PATHS = (
    pathlib.PosixPath, pathlib.WindowsPath, pathlib.PurePosixPath, pathlib.PureWindowsPath,
)  # fmt: skip

_EXACT: Final[Mapping[type, Describe]] = {
    datetime.datetime: _moment("datetime", *_DATE, *_TIME),
    datetime.date: _fields("date", *_DATE),
    datetime.time: _moment("time", *_TIME),
    datetime.timedelta: _fields("timedelta", "days", "seconds", "microseconds"),
    decimal.Decimal: _decimal,
    fractions.Fraction: _fields("fraction", "numerator", "denominator"),
    uuid.UUID: _fields("uuid", "bytes"),
    # Ranges of equal numbers are equal.
    range: lambda it: Parts("range", (len(it), it.start, it.step) if it else (0, 0, 0)),
    slice: _fields("slice", "start", "stop", "step"),
    memoryview: lambda it: Parts("memoryview", (it.format, it.shape, it.tobytes())),
    array: lambda it: Parts("array", (it.typecode, it.tolist())),
    re.Pattern: _fields("pattern", "pattern", "flags"),
    types.MappingProxyType: lambda it: Parts("mapping view", (dict(it),)),
    types.SimpleNamespace: lambda it: Parts("namespace", (vars(it),)),
    type(NotImplemented): lambda _: Parts("NotImplemented", ()),
    collections.OrderedDict: lambda it: Parts(
        "ordered dict", (list(it), list(it.values())), ("<keys>", "")
    ),
    collections.defaultdict: lambda it: Parts(
        "defaultdict", (it.default_factory, dict(it)), (".default_factory", "")
    ),
    collections.Counter: lambda it: Parts("counter", (dict(it),)),
    collections.deque: lambda it: Parts("deque", (it.maxlen, list(it)), (".maxlen", "")),
    **{kind: lambda it: Parts("path", (type(it).__name__, str(it))) for kind in _PATHS},
}
"""How values of exactly these types are described; subclasses are records, if anything."""


# --- records ------------------------------------------------------------------------------------


def _record(value: object) -> Parts | None:
    """Describe a record; None for an object that declares no fields."""
    cls = type(value)
    if isinstance(value, enum.Enum):
        # The name of a combination of flags differs between Pythons.
        name = None if isinstance(value, enum.Flag) else value.name
        return Parts("member", (name, value._value_), ("", ".value"), cls)
    names = _field_names(cls)
    if names is not None:
        there = tuple(name for name in names if hasattr(value, name))  # one was never set
        values = (there, *(getattr(value, name) for name in there))
        return Parts("record", values, ("", *(f".{name}" for name in there)), cls)
    fields = getattr(cls, "_fields", None)
    if isinstance(value, tuple) and isinstance(fields, tuple):
        labels = tuple(f".{name}" for name in fields)
        return Parts("named tuple", (labels, *tuple.__iter__(value)), ("", *labels), cls)
    if hasattr(cls, "__pydantic_fields__"):
        return _model(value)
    return _subclass(value)


def _field_names(cls: type) -> Sequence[str] | None:
    if dataclasses.is_dataclass(cls):
        return [field.name for field in dataclasses.fields(cls)]
    attributes = getattr(cls, "__attrs_attrs__", None)
    return None if attributes is None else [attribute.name for attribute in attributes]


def _model(value: Any) -> Parts:
    held = {name: vars(value)[name] for name in type(value).__pydantic_fields__}
    return Parts(
        "model", (held, value.__pydantic_extra__, value.__pydantic_private__), cls=type(value)
    )


def _subclass(value: object) -> Parts | None:
    """Describe an object of a class made from a built-in type: what that type holds, and more.

    None where the class keeps state in slots of its own, which cannot be told from descriptors.
    """
    cls = type(value)
    for base, plain in _BASES:
        if isinstance(value, base):
            if any(base_class.__dict__.get("__slots__") for base_class in cls.__mro__):
                return None
            held = (plain(value), getattr(value, "__dict__", None))
            return Parts(f"kind of {base.__name__}", held, cls=cls)
    return None


_BASES: Final[Sequence[tuple[type, Callable[[Any], object]]]] = (
    (collections.OrderedDict, lambda value: list(dict.items(value))),
    (str, str.__str__),
    (bytes, lambda value: bytes(memoryview(value))),
    (bytearray, lambda value: bytearray(memoryview(value))),
    (int, int.__int__),
    (float, float.__float__),
    (complex, complex.__complex__),
    (tuple, lambda value: tuple(tuple.__iter__(value))),
    (list, lambda value: list(list.__iter__(value))),
    (dict, lambda value: dict(dict.items(value))),
    (frozenset, lambda value: frozenset(frozenset.__iter__(value))),
    (set, lambda value: set(set.__iter__(value))),
)
"""What a built-in type holds, whatever its subclass says; the first that fits counts."""
