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

    Lists, tuples, sets, dicts with their keys, and shell programs are rebuilt; bytes that are
    text go through `leaf` as text; every other object is handed on as it is.
    """
    kind = type(value)
    if kind is str:
        return leaf(value)
    if kind is dict:
        return {rebuild(key, leaf): rebuild(item, leaf) for key, item in value.items()}
    if kind in _ROWS:
        return kind(rebuild(item, leaf) for item in value)
    if kind is bytes or kind is bytearray:
        return kind(_through(value, leaf))
    if kind is Program:
        return Program(leaf(value.text), rebuild(dict(value.values), leaf))
    return value


_ROWS = (list, tuple, set, frozenset)


def _through(value: bytes | bytearray, leaf: Callable[[str], Any]) -> bytes:
    text = value.decode("utf-8", "surrogateescape")
    changed = leaf(text)
    return changed.encode("utf-8", "surrogateescape") if type(changed) is str else bytes(value)
