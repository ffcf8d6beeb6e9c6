"""Where the things lie that code names, or changes: each under a name in what holds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any, Final

from .origins import origin_of_module

Spot = tuple[int, str]
"""A name in a namespace, in a class or in a cell, by the identity of what holds it."""

UNBOUND: Final = object()
"""Stands for what a name means that nothing is bound to."""


def followed(
    namespace: Mapping[str, Any], chain: tuple[str, ...]
) -> Iterator[tuple[str, Spot, Any, bool]]:
    """Follow a dotted name through modules and functions of the user's, as far as it leads there.

    Gives for each part of it the name so far, where that is bound, what it means now (`UNBOUND`
    for what a module does not have), and whether it is a module that only lends the next part.
    """
    value: Any = None
    for at, part in enumerate(chain, 1):
        name, spot = ".".join(chain[:at]), (id(namespace), part)
        if part not in namespace:
            if isinstance(value, ModuleType):
                yield name, spot, UNBOUND, False
            return
        value = namespace[part]
        users = _is_users_module(value)
        yield name, spot, value, users and at < len(chain)
        if not (users or isinstance(value, FunctionType)):
            return
        namespace = vars(value)


def changed_by(function: FunctionType, changed: Iterable[tuple[str, ...]]) -> Iterator[Spot]:
    """Say where the things lie that a function changes, as far as they outlive its call."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    for head, *attributes in changed:
        if head in cells:
            yield (id(cells[head]), "")
        elif head in function.__globals__:
            spot, value = (id(function.__globals__), head), function.__globals__[head]
            for attribute in attributes:
                if not is_code(value):
                    break
                holder = value if isinstance(value, type) else vars(value)
                spot, value = (id(holder), attribute), getattr(value, attribute, None)
            yield spot


def is_code(value: object) -> bool:
    """Say whether something is code itself, which is keyed by what it says."""
    return isinstance(value, ModuleType | FunctionType | type)


def _is_users_module(value: object) -> bool:
    return isinstance(value, ModuleType) and origin_of_module(value.__name__) == "user"
