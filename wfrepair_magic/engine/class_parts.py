"""What a class of the user's consists of, as it is in memory.

A class is read from memory and not from its source: then methods that were patched in, changed
constants and edited files cannot deceive.  Left out is what Python or a library makes by itself
from what the author wrote, which differs between versions.
"""

from __future__ import annotations

import abc
import dataclasses
import enum
import functools
import inspect
import types
from collections.abc import Iterator, Mapping
from typing import Any

from .composites import composite
from .origins import origin_of_code
from .parts import type_name
from .plain import SCALARS

_MADE = frozenset({
    "__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__firstlineno__",
    "__annotations__", "__static_attributes__", "__annotate__", "__annotate_func__",
    "__annotations_cache__", "__match_args__", "__dataclass_fields__", "__dataclass_params__",
    "__attrs_attrs__", "__attrs_own_setattr__", "__attrs_props__", "__orig_bases__",
    "__parameters__", "__type_params__", "__abstractmethods__", "_abc_impl", "_is_protocol",
    "_is_runtime_protocol", "__protocol_attrs__", "__non_callable_proto_members__",
    "__classdictcell__", "__conditional_annotations__",
})  # fmt: skip
_DESCRIPTORS = (types.MemberDescriptorType, types.GetSetDescriptorType)
_METHODS = (
    types.FunctionType, staticmethod, classmethod, property, functools.cached_property,
)  # fmt: skip
"""What Python and libraries make methods of by themselves; other makes are the author's."""
_FLAGS = ("init", "repr", "eq", "order", "unsafe_hash", "frozen")
_FIELD = ("name", "default", "default_factory", "init", "compare", "kw_only")
_MODEL_FIELD = ("annotation", "default", "default_factory", "alias", "frozen", "metadata")
_DATA = frozenset({*SCALARS, bytes, tuple, list, dict, set, frozenset})


def class_members(cls: type) -> Iterator[tuple[str, object]]:
    """Give what makes up a class, by name: methods and constants, and how it was made.

    The values hold code and data as they are; the caller refers to them.
    """
    for name, value in sorted(vars(cls).items()):
        if _written(cls, name, value):
            yield name, value
    yield "<annotations>", _annotations(cls)
    if dataclasses.is_dataclass(cls):
        yield "<dataclass>", _dataclass(cls)
    if isinstance(cls, enum.EnumType):
        members: Mapping[str, Any] = cls.__members__
        yield "<members>", [(name, member._value_) for name, member in members.items()]
    defaults = vars(cls).get("_field_defaults")
    if isinstance(defaults, Mapping):
        yield "<defaults>", dict(defaults)
    fields = vars(cls).get("__pydantic_fields__")
    if isinstance(fields, Mapping):
        yield "<fields>", {name: _model_field(field) for name, field in fields.items()}


def _written(cls: type, name: str, value: object) -> bool:
    """Tell whether the author wrote a member, or something made it from what he wrote."""
    if name in _MADE or isinstance(value, _DESCRIPTORS):
        return False
    if name == "__hash__" and value is None:  # follows from __eq__
        return False
    function = _function_in(value)
    if isinstance(value, _METHODS) and function is not None and _generated(cls, name, function):
        return False
    if not _is_made(cls):
        return True
    if isinstance(cls, enum.EnumType) and name in cls.__members__:
        return False
    return function is not None or (not name.startswith("_") and type(value) in _DATA)


def _generated(cls: type, name: str, function: types.FunctionType) -> bool:
    code = function.__code__
    if code.co_qualname.startswith("__create_fn__") or code.co_filename.startswith("<attrs "):
        return True
    if name == "__new__" and "_field_defaults" in vars(cls):  # a named tuple
        return True
    made = name.startswith("_") and (dataclasses.is_dataclass(cls) or _is_made(cls))
    return made and origin_of_code(code, function.__globals__) != "user"


def _is_made(cls: type) -> bool:
    """Tell whether more than the class statement itself had a hand in a class."""
    return type(cls) not in (type, abc.ABCMeta) or "_field_defaults" in vars(cls)


def _function_in(value: object) -> types.FunctionType | None:
    """Give the function that a method of any make, or a partial, calls; None for anything else."""
    while (made_of := composite(value)) is not None:
        value = made_of[1]
    return value if isinstance(value, types.FunctionType) else None


def _annotations(cls: type) -> list[object]:
    """Give the annotations in their order: the fields of a record follow it."""
    try:
        return list(inspect.get_annotations(cls).items())
    except NameError:  # evaluated late, and a name in one is not defined
        return list(getattr(cls, "__dataclass_fields__", ()))


def _dataclass(cls: Any) -> object:
    flags = [getattr(cls.__dataclass_params__, name) for name in _FLAGS]
    fields = [
        [_given(getattr(field, name)) for name in _FIELD] for field in dataclasses.fields(cls)
    ]
    return flags, fields


def _model_field(field: object) -> object:
    return [_given(getattr(field, name, None)) for name in _MODEL_FIELD]


def _given(value: object) -> object:
    """Give a field's setting; an empty tuple stands for a default that was not given."""
    if value is dataclasses.MISSING or type(value).__name__ == "PydanticUndefinedType":
        return ()
    if isinstance(value, list):  # constraints; some are objects of plain attributes
        return [_constraint(each) for each in value]
    return value


def _constraint(value: object) -> object:
    if dataclasses.is_dataclass(value) or not hasattr(value, "__dict__"):
        return value
    return (type_name(type(value)), dict(vars(value)))
