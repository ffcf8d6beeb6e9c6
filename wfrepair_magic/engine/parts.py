"""Parts say what an object consists of: its kind, and the plainer values in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Parts:
    """What an object consists of.

    `labels` name the values in a path (``.left``), one for each value, or none where they need no
    name; `cls` is given where the class belongs to the content and may be a user's own.
    """

    kind: str
    values: Sequence[object]
    labels: Sequence[str] = ()
    cls: type | None = None


@dataclass(frozen=True, slots=True)
class Buffer:
    """Contiguous memory that is handed to the hash as it lies there."""

    data: Any


def type_name(cls: type) -> str:
    """Give the qualified name of a type, the same in every version of Python.

    Private modules within a package (``pathlib._local``) are left out: they move.
    """
    first, *rest = str(cls.__module__).split(".")
    public = [name for name in rest if not name.startswith("_")]
    return ".".join([first, *public, cls.__qualname__])
