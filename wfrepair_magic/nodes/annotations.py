"""Reads Python annotations as the types of params and outputs."""

from __future__ import annotations

import collections.abc
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .base import Context

ANY = "any"
"""The type name of an output of which nothing is known."""

_NAMES: Mapping[object, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    list: "array",
    tuple: "array",
    dict: "object",
    None: "null",
    type(None): "null",
    collections.abc.Sequence: "array",
    collections.abc.MutableSequence: "array",
    collections.abc.Mapping: "object",
    collections.abc.MutableMapping: "object",
}


@dataclass(frozen=True)
class Kind:
    """What an annotation allows: JSON Schema type names (none: any value), or an `enum`.

    `description` is the first text in an ``Annotated[…]``; `context` says that it asks for the
    node's Context.
    """

    types: tuple[str, ...] = ()
    enum: tuple[Any, ...] = ()
    description: str = ""
    context: bool = False


def annotations_of(function: Callable[..., Any]) -> dict[str, Any]:
    """Give the annotations of a function, each evaluated where it can be, else left out.

    A name that exists for type checkers only must not keep a function from being a node.
    """
    try:
        return typing.get_type_hints(function, include_extras=True)
    except Exception:  # whatever evaluating somebody's annotations may raise: take them singly
        return _one_by_one(function)


def _one_by_one(function: Callable[..., Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, written in getattr(function, "__annotations__", {}).items():
        alone = types.SimpleNamespace(__annotations__={name: written})
        scope = getattr(function, "__globals__", {})
        try:
            found |= typing.get_type_hints(alone, globalns=scope, include_extras=True)
        except Exception:  # as above; this one stays without a type
            continue
    return found


def kind_of(annotation: Any) -> Kind:
    """Say what values an annotation allows; what has no counterpart in JSON allows any."""
    if annotation is Context:
        return Kind(context=True)
    if typing.is_typeddict(annotation):
        return Kind(("object",))
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _annotated(annotation)
    if origin is typing.Literal:
        return _literal(typing.get_args(annotation))
    if origin in (typing.Union, types.UnionType):
        return _union([kind_of(member) for member in typing.get_args(annotation)])
    if isinstance(annotation, typing.NewType):
        return kind_of(annotation.__supertype__)
    name = _NAMES.get(origin or annotation) if _is_plain(origin or annotation) else None
    return Kind((name,)) if name else Kind()


def fields_of(annotation: Any) -> dict[str, str] | None:
    """Give the fields of a TypedDict and their type names; None for every other annotation."""
    if not typing.is_typeddict(annotation):
        return None
    return {name: type_name(kind) for name, kind in _typed_fields(annotation).items()}


def type_name(kind: Kind) -> str:
    """Name the one type that a kind stands for, or `any`; null beside a type is left out."""
    names = [name for name in kind.types if name != "null"]
    return names[0] if len(names) == 1 else ANY


def _typed_fields(annotation: Any) -> dict[str, Kind]:
    try:
        hints = typing.get_type_hints(annotation, include_extras=True)
    except Exception:  # a name for type checkers only: the field names still hold
        return {name: Kind() for name in annotation.__annotations__}
    return {name: kind_of(_unqualified(hint)) for name, hint in hints.items()}


def _unqualified(hint: Any) -> Any:
    """Take ``Required[…]`` and ``NotRequired[…]`` off."""
    if typing.get_origin(hint) in (typing.Required, typing.NotRequired):
        return typing.get_args(hint)[0]
    return hint


def _is_plain(annotation: object) -> bool:
    """Tell whether an annotation can be looked up: some that people write have no hash."""
    return annotation is None or isinstance(annotation, type)


def _annotated(annotation: Any) -> Kind:
    inner, *extras = typing.get_args(annotation)
    kind = kind_of(inner)
    description = next((extra for extra in extras if isinstance(extra, str)), kind.description)
    return Kind(kind.types, kind.enum, description, kind.context)


def _literal(values: tuple[Any, ...]) -> Kind:
    names = [_NAMES.get(type(value)) for value in values]
    if None in names:  # an enum member or bytes: nothing that a text could say
        return Kind()
    return Kind(tuple(dict.fromkeys(name for name in names if name)), values)


def _union(members: list[Kind]) -> Kind:
    """Join kinds: any with something is any, and an enum holds only if every member has one."""
    if any(member.context for member in members):
        return Kind(context=True)
    if any(not member.types for member in members):
        return Kind()
    names = tuple(dict.fromkeys(name for member in members for name in member.types))
    if all(member.enum or member.types == ("null",) for member in members):
        enum = [value for member in members for value in member.enum or (None,)]
        return Kind(names, tuple(dict.fromkeys(enum)))
    return Kind(names)
