"""What a template says, as values that know their exact places."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..errors import BadWorkflow


class TemplateError(BadWorkflow):
    """A template that cannot be read.  `position` is the offset in the text where it goes wrong.

    `kind` is one of "unclosed", "empty", "space", "name", "path", "literal", "filter", "nested",
    "dialect"; `hint` says what would be right.
    """

    def __init__(self, message: str, position: int, hint: str, kind: str) -> None:
        super().__init__(message)
        self.position = position
        self.hint = hint
        self.kind = kind

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.position, self.hint, self.kind)


@dataclass(frozen=True, slots=True)
class BadIndex:
    """What stands in brackets and never resolves: ``[-1]``, ``["k"]``.

    `text` is it as written, with its brackets; `form` the right form (``.k``), or "" where none
    is known.
    """

    text: str
    form: str = ""


@dataclass(frozen=True, slots=True)
class Ref:
    """A path to a value: ``a.b[0].c``.

    A path segment is a key (str), an index (int), the Ref of a nested index (``[${i}]``) or a
    `BadIndex`.  All positions are offsets in the text that the template stands in.  `spans`
    holds that of the head and then that of each segment: a key's without its dot, an index's
    with its brackets.
    """

    head: str
    path: tuple[str | int | Ref | BadIndex, ...]
    spans: tuple[tuple[int, int], ...]
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that is written out in a ``??`` chain."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Expression:
    """One template.  `start` and `end` enclose its braces and dollar; `text` is what is there."""

    alternatives: tuple[Ref | Literal, ...]
    filters: tuple[str, ...]
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Template:
    """A text and its parts in order: plain text (``$${`` already read as ``${``), expressions."""

    text: str
    segments: tuple[str | Expression, ...]

    @cached_property
    def whole(self) -> Expression | None:
        """Give the expression where the text is exactly one template, else None."""
        if len(self.segments) == 1 and isinstance(self.segments[0], Expression):
            return self.segments[0]
        return None

    @cached_property
    def expressions(self) -> tuple[Expression, ...]:
        """Give the expressions in the order of the text."""
        return tuple(part for part in self.segments if isinstance(part, Expression))
