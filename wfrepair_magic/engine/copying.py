"""Copies of nested values, so that no node can change what another one sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ir.shell import Program


class TooDeep(Exception):
    """A value is nested too deep to be copied, or contains itself."""


def fresh(value: Any, leaf: Callable[[str], Any] = lambda text: text) -> Any:
    """Copy the containers of a nested value and put each text through `leaf`.

    Lists, tuples, dicts, sets and shell programs are rebuilt; every other object is handed on as
    it is.  Mapping keys are kept.  Raises TooDeep where Python's own stack would end.
    """
    try:
        return _rebuilt(value, leaf)
    except RecursionError:
        raise TooDeep("it is nested too deep, or contains itself") from None


def _rebuilt(value: Any, leaf: Callable[[str], Any]) -> Any:
    kind = type(value)
    if kind is str:
        return leaf(value)
    if kind is dict:
        return {key: _rebuilt(item, leaf) for key, item in value.items()}
    if kind is list:
        return [_rebuilt(item, leaf) for item in value]
    if kind is tuple:
        return tuple(_rebuilt(item, leaf) for item in value)
    if kind is set:
        return set(value)
    if kind is Program:
        return Program(leaf(value.text), _rebuilt(dict(value.values), leaf))
    return value
