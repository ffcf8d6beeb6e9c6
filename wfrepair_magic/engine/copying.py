"""Copies of nested values, so that no node can change what another one sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ir.shell import Program
from .frames import copied


class TooDeep(Exception):
    """A value is nested too deep to be copied, or contains itself."""


def _same(text: str) -> str:
    return text


def fresh(value: Any, leaf: Callable[[str], Any] = _same) -> Any:
    """Copy the containers of a nested value and put each text through `leaf`.

    Lists, tuples, sets, dicts with their keys, and shell programs are rebuilt; bytes go through
    `leaf` as text; arrays and frames, also of a subclass, are copied; every other object is
    handed on as it is.  Raises TooDeep where Python's own stack would end.
    """
    try:
        return _rebuilt(value, leaf)
    except RecursionError:
        raise TooDeep("it is nested too deep, or contains itself") from None


def _rebuilt(value: Any, leaf: Callable[[str], Any]) -> Any:
    kind = type(value)
    if kind is str:
        return leaf(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        return {_rebuilt(key, leaf): _rebuilt(item, leaf) for key, item in value.items()}
    if kind in _ROWS:
        return kind(_rebuilt(item, leaf) for item in value)
    if kind is bytearray or kind is bytes:
        return value if kind is bytes and leaf is _same else kind(_through(value, leaf))
    if kind is Program:
        return Program(leaf(value.text), _rebuilt(dict(value.values), leaf))
    copy = copied(value)
    return value if copy is None else copy


_PLAIN = frozenset({int, float, bool, type(None)})
_ROWS = (list, tuple, set, frozenset)


def _through(value: bytes | bytearray, leaf: Callable[[str], Any]) -> bytes:
    text = value.decode("utf-8", "surrogateescape")
    changed = leaf(text)
    return changed.encode("utf-8", "surrogateescape") if type(changed) is str else bytes(value)
