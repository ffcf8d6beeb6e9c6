"""What a record consists of: its class, and its fields – of any make that names its fields.

Dataclasses, named tuples, enums, attrs and pydantic models, and subclasses of the built-in
types.  An object of any other class has no declared content.
"""

from __future__ import annotations

import collections
import dataclasses
import enum
from collections.abc import Callable, Sequence
from typing import Any, Final

from .parts import Parts

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


def record_parts(value: object) -> Parts | None:
    """Say what a record consists of; None for an object that declares no fields."""
    cls = type(value)
    if isinstance(value, enum.Enum):
        return _member(value)
    names = _field_names(cls)
    if names is not None:
        return _named("record", value, names)
    if isinstance(value, tuple) and isinstance(getattr(cls, "_fields", None), tuple):
        labels = tuple(f".{name}" for name in cls._fields)  # type: ignore[attr-defined]  # checked
        return Parts("named tuple", (labels, *tuple.__iter__(value)), ("", *labels), cls)
    if hasattr(cls, "__pydantic_fields__"):
        return _model(value)
    return _subclass(value)


def _field_names(cls: type) -> Sequence[str] | None:
    if dataclasses.is_dataclass(cls):
        return [field.name for field in dataclasses.fields(cls)]
    attributes = getattr(cls, "__attrs_attrs__", None)
    return None if attributes is None else [attribute.name for attribute in attributes]


def _named(kind: str, value: object, names: Sequence[str]) -> Parts:
    """Describe a record by its fields; one that was never set is left out."""
    there = [name for name in names if hasattr(value, name)]
    labels = tuple(f".{name}" for name in there)
    values = [getattr(value, name) for name in there]
    return Parts(kind, (tuple(there), *values), ("", *labels), type(value))


def _member(value: enum.Enum) -> Parts:
    """Describe an enum's member; the name of a combination of flags differs between Pythons."""
    name = None if isinstance(value, enum.Flag) else value.name
    return Parts("member", (name, value._value_), ("", ".value"), type(value))


def _model(value: Any) -> Parts:
    held = {name: vars(value)[name] for name in type(value).__pydantic_fields__}
    more = (value.__pydantic_extra__, value.__pydantic_private__)
    return Parts("model", (held, *more), ("", "", ""), type(value))


def _subclass(value: object) -> Parts | None:
    """Describe an object of a class made from a built-in type: what that type holds, and more.

    None where the class keeps state in slots of its own, which cannot be told from descriptors.
    """
    cls = type(value)
    for base, plain in _BASES:
        if isinstance(value, base):
            if any(base_class.__dict__.get("__slots__") for base_class in cls.__mro__):
                return None
            return Parts(f"kind of {base.__name__}", (plain(value), _state(value)), ("", ""), cls)
    return None


def _state(value: object) -> dict[str, Any] | None:
    return getattr(value, "__dict__", None)
