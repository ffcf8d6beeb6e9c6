"""What a code object says and asks for, read at first sight and kept as long as it lives."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from types import CodeType
from typing import Any

from .keys import digest
from .references import References, references_of
from .sources import SHAPE, said_by


@dataclass(frozen=True)
class Known:
    """`says` is ["source", DIGEST] or, without a true source, ["bytecode", PYTHON, DIGEST]."""

    says: list[str]
    references: References


_seen: dict[int, tuple[weakref.ref[CodeType], Known]] = {}


def known(code: CodeType, namespace: Mapping[str, Any]) -> Known:
    """Give what a code object says and asks for; `namespace` is its function's globals.

    Kept by identity, because equal code may come from functions that say different things.
    """
    found = _seen.get(id(code))
    if found is not None and found[0]() is code:
        return found[1]
    says = said_by(code, namespace)
    read = Known(
        ["source", says] if says is not None else _by_instructions(code), references_of(code)
    )
    key = id(code)
    _seen[key] = (weakref.ref(code, lambda _: _seen.pop(key, None)), read)
    return read


def _by_instructions(code: CodeType) -> list[str]:
    python = f"{sys.implementation.name} {sys.version_info.major}.{sys.version_info.minor}"
    return ["bytecode", python, digest(code, _Instructions())]


class _Instructions:
    """Writes code objects by what they do, without their place."""

    def instead(self, value: object) -> object:
        """Give the fields of a code object that decide what it does."""
        if not isinstance(value, CodeType):
            return NotImplemented
        return ([getattr(value, name) for name in SHAPE], list(value.co_consts))

    def kind(self, cls: type) -> object:
        """Refuse: instructions hold no records."""
        return NotImplemented
