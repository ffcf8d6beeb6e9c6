"""Any value as plain JSON: nothing but null, booleans, finite numbers, text, lists and objects."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import date, time
from functools import lru_cache
from pathlib import PurePath
from typing import Any

DEPTH = 100


def plain(value: Any, depth: int = DEPTH) -> Any:
    """Give the plain JSON form of a value.

    What JSON has no form for becomes a short text that names its type (``<DataFrame>``), numbers
    that are not finite, paths and dates become text, keys become text, dataclasses become objects,
    and nesting ends after `depth` levels.
    Never raises for a value that can be walked.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(value)
    if isinstance(value, PurePath | date | time):
        return str(value) if isinstance(value, PurePath) else value.isoformat()
    return _tree(value, depth - 1) if depth > 0 else "<nested too deep>"


def _tree(value: Any, depth: int) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name), depth) for name in _fields(type(value))}
    if isinstance(value, Mapping):
        return {_key(key): plain(item, depth) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=repr) if isinstance(value, set | frozenset) else value
        return [plain(item, depth) for item in items]
    return sketch(value)


@lru_cache(64)
def _fields(kind: type[Any]) -> tuple[str, ...]:
    """Name the fields of a dataclass: every event of a run asks for them."""
    return tuple(item.name for item in dataclasses.fields(kind))


def _key(key: Any) -> str:
    return key if isinstance(key, str) else str(plain(key, 1))


def sketch(value: Any) -> str:
    """Name a value that JSON has no form for by its type and size, without showing it."""
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple):
        return f"<{type(value).__name__} {'×'.join(map(str, shape))}>"
    if isinstance(value, bytes | bytearray):
        return f"<{len(value)} bytes>"
    return f"<{type(value).__name__}>"
