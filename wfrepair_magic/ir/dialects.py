"""Recognises templates as other tools write them: ``{{x.y}}``, ``$x.y``, ``${{x.y}}``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from ..problem import Slot

_PATH: Final = r"(?P<path>[A-Za-z_][\w-]*(?:\.[\w-]+|\[[0-9]+\])*)"
_DOTTED: Final = r"(?P<path>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[[0-9]+\])+)"
_BRACES: Final = re.compile(r"\$?\{\{[ \t]*" + _PATH + r"[ \t]*\}\}")
_DOLLAR: Final = re.compile(r"(?<![\w$\\])\$" + _DOTTED)
_HEAD: Final = re.compile(r"[\w-]+")


class Foreign(NamedTuple):
    """One template in another dialect: where it stands, as written, and the path that it names."""

    start: int
    end: int
    text: str
    path: str

    @property
    def head(self) -> str:
        """The name that the path begins with."""
        found = _HEAD.match(self.path)
        return found[0] if found else ""

    @property
    def ours(self) -> str:
        """The same as a template of the language."""
        return f"${{{self.path}}}"


def foreign(text: str) -> Iterator[Foreign]:
    """Give the templates of a text that are written in another dialect, in their order."""
    found = [*_BRACES.finditer(text), *_DOLLAR.finditer(text)]
    for match in sorted(found, key=lambda one: one.start()):
        yield Foreign(match.start(), match.end(), match.group(), match["path"])


def texts(value: Any, slot: Slot) -> Iterator[tuple[Slot, str]]:
    """Give every text in a value with its place; keys are not looked at."""
    if isinstance(value, str):
        yield slot, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(item, (*slot, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts(item, (*slot, index))
