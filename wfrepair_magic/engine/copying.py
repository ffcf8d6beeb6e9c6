"""Copies of nested values, so that no node can change what another one sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ir.shell import Program


class TooDeep(Exception):
    """A value is nested too deep to be copied, or contains itself."""


def fresh(value: Any, leaf: Callable[[str], Any] = lambda text: text) -> Any:
    """Do as `rebuild`; raises TooDeep, where Python's own stack would end, instead."""
    try:
        return rebuild(value, leaf)
    except RecursionError:
        raise TooDeep("it is nested too deep, or contains itself") from None


def rebuild(value: Any, leaf: Callable[[str], Any] = lambda text: text) -> Any:
    """Copy the containers of a nested value and put each text through `leaf`.

    Lists, tuples, dicts and shell programs are rebuilt; every other object is handed on as it
    is.  Mapping keys are kept.
    """
    kind = type(value)
    if kind is str:
        return leaf(value)
    if kind is dict:
        return {key: rebuild(item, leaf) for key, item in value.items()}
    if kind is list:
        return [rebuild(item, leaf) for item in value]
    if kind is tuple:
        return tuple(rebuild(item, leaf) for item in value)
    if kind is set:
        return set(value)
    if kind is Program:
        return Program(leaf(value.text), rebuild(dict(value.values), leaf))
    return value
