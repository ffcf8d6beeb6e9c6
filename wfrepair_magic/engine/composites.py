"""What callables and types are made of that are neither functions nor classes."""

from __future__ import annotations

import functools
import logging
import operator
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any, Final

from .parts import type_name

_FIELDS: Final[Mapping[type, tuple[str, Sequence[str]]]] = {
    functools.partial: ("partial", ("func", "args", "keywords")),
    functools.partialmethod: ("partial method", ("func", "args", "keywords")),
    functools.cached_property: ("cached property", ("func",)),
    functools.singledispatchmethod: ("single dispatch", ("func", "dispatcher")),
    type(functools.lru_cache(len)): ("lru_cache", ("__wrapped__",)),
    types.MethodType: ("method", ("__func__", "__self__")),
    staticmethod: ("static method", ("__func__",)),
    classmethod: ("class method", ("__func__",)),
    property: ("property", ("fget", "fset", "fdel")),
    logging.Logger: ("logger", ("name",)),
    logging.RootLogger: ("logger", ("name",)),
    typing.ForwardRef: ("forward", ("__forward_arg__",)),
    typing.TypeVar: ("type variable", ("__name__",)),
    typing.ParamSpec: ("type variable", ("__name__",)),
    typing.TypeVarTuple: ("type variable", ("__name__",)),
    typing.NewType: ("new type", ("__name__", "__supertype__")),
}

_OPERATORS = (operator.itemgetter, operator.attrgetter, operator.methodcaller)

_NAMED = (
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
)


def composite(value: object) -> tuple[object, ...] | None:
    """Say what a callable or a type expression is made of; None for any other object."""
    known = _FIELDS.get(type(value))
    if known is not None:
        kind, names = known
        return (kind, *(getattr(value, name) for name in names))
    if isinstance(value, _OPERATORS):
        made_by: Any = value.__reduce__()
        return (type(value).__name__, made_by[1:])
    if isinstance(value, types.BuiltinMethodType | types.MethodWrapperType):
        return _bound(value)
    if isinstance(value, _NAMED):
        return ("descriptor", type_name(value.__objclass__), value.__name__)
    return _type_expression(value)


def _bound(value: Any) -> tuple[object, ...]:
    owner = value.__self__
    if owner is None or isinstance(owner, types.ModuleType):
        module = getattr(value, "__module__", None) or getattr(owner, "__name__", "")
        return ("built-in", f"{module}.{value.__qualname__}")
    return ("bound", owner, value.__name__)


def _type_expression(value: Any) -> tuple[object, ...] | None:
    if isinstance(value, types.UnionType) or typing.get_origin(value) is typing.Union:
        return ("union", *typing.get_args(value))
    if typing.get_origin(value) is typing.Annotated:  # a class or not, by version
        return ("annotated", *typing.get_args(value))
    if typing.get_origin(value) is not None and not isinstance(value, type):
        return ("generic", typing.get_origin(value), *typing.get_args(value))
    if type(value).__module__ == "typing" and isinstance(getattr(value, "_name", None), str):
        return ("typing", value._name)
    return None


def registry_of(function: types.FunctionType) -> Mapping[Any, Any] | None:
    """Give what a function of `functools.singledispatch` dispatches to; None for any other."""
    registry = getattr(function, "registry", None)
    made_there = function.__code__.co_qualname.startswith("singledispatch.<locals>")
    return registry if made_there and isinstance(registry, types.MappingProxyType) else None
