"""Recognises templates as other tools write them: ``{{x.y}}``, ``$x.y``, ``${{x.y}}``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, Final, NamedTuple

from ..problem import Slot

_PATH: Final = r"(?P<path>[A-Za-z_][\w-]*(?:\.[\w-]+|\[[0-9]+\])*)"
_DOTTED: Final = r"(?P<path>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[[0-9]+\])+)"
_BRACES: Final = re.compile(r"\$?\{\{[ \t]*" + _PATH + r"[ \t]*\}\}")
_DOLLAR: Final = re.compile(r"(?<![\w$\\])\$" + _DOTTED)
_DOUBLED: Final = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_MARKS: Final = re.compile(r"\{[{%#]")
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


def end_of_text(text: str, at: int) -> int:
    """Give the end of the ``${{ … }}`` at a place of a text, which is text; 0 where it is none.

    Only a text that is nothing but ``${{a.b}}`` can be meant for us, and is no text.
    """
    found = _DOUBLED.match(text, at)
    return found.end() if found and not _BRACES.fullmatch(text) else 0


def holds_more(text: str, found: Collection[Foreign]) -> bool:
    """Whether a text has marks of Jinja and its kin around more than the plain paths `found`."""
    plain = {one.start + one.text.find("{") for one in found}
    return any(mark.start() not in plain for mark in _MARKS.finditer(text))


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
