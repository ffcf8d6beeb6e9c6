"""What a value looks like, without saying what it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..ir.shell import Program

MOST_KEYS = 8

_PLAIN = ((type(None), "null"), (bool, "boolean"), (int, "integer"), (float, "number"))
"""What is named by its type alone; a bool is an int, too, so it comes first."""


def shape(value: Any, depth: int = 2) -> str:
    """Sketch a value in a few words: ``{id: integer, rows: list(20) of {name, …}}``.

    Only types, lengths and mapping keys are shown, down to `depth` levels.
    """
    for kind, name in _PLAIN:
        if isinstance(value, kind):
            return name
    if isinstance(value, str | Program):
        return f"text({len(value if isinstance(value, str) else value.text)})"
    if isinstance(value, bytes):
        return f"bytes({len(value)})"
    if isinstance(value, Mapping):
        return _mapping(value, depth)
    if isinstance(value, list | tuple):
        inner = f" of {shape(value[0], depth - 1)}" if value and depth > 0 else ""
        return f"list({len(value)}){inner}"
    return type(value).__name__


def _mapping(value: Mapping[Any, Any], depth: int) -> str:
    if depth <= 0:
        return f"object({len(value)})"
    shown = [f"{key}: {shape(item, depth - 1)}" for key, item in list(value.items())[:MOST_KEYS]]
    if len(value) > MOST_KEYS:
        shown.append(f"… {len(value) - MOST_KEYS} more")
    return "{" + ", ".join(shown) + "}"
