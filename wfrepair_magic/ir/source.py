"""A Source is a workflow's text, what was read from it, and where each value stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Final, Literal

from ..problem import Problem, Slot, path_text

Dialect = Literal["yaml", "json"]

Style = Literal["plain", "single", "double", "literal", "folded", "block", "flow", "json"]
"""How a value is written.  `block` and `flow` are mappings and lists of YAML."""

BYTE_ORDER_MARK = "\ufeff"

Spot = tuple[int, int, Style, int, int]
"""A Mark before lines are counted: start, end, style, key start, key end (-1: no key)."""

LINE_BREAK: Final = re.compile(r"\r\n|\n|\r")
"""What ends a line, as YAML 1.2 says."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a value stands: ``text[start:end]`` is exactly how its author wrote it.

    Offsets count characters of the text from 0; lines and columns count from 1, lines with the
    source's `first_line`.  The key positions are None for list items and for the whole.  An
    empty value has `start == end`; a block container ends where its last value ends; a block
    scalar starts at its `|` or `>` and ends with its last line, without that line's break.
    """

    start: int
    end: int
    line: int
    column: int
    style: Style
    key_start: int | None = None
    key_end: int | None = None


class Lines:
    """The lines of one text, found once."""

    def __init__(self, text: str, first_line: int = 1) -> None:
        self.first_line = first_line
        self._starts = [0, *(found.end() for found in LINE_BREAK.finditer(text))]
        if text.startswith(BYTE_ORDER_MARK):
            self._starts[0] = 1

    def place(self, offset: int) -> tuple[int, int]:
        """Give the line and the column of a character of the text."""
        row = max(0, bisect_right(self._starts, offset) - 1)
        return row + self.first_line, max(0, offset - self._starts[row]) + 1


class Marks(Mapping[Slot, Mark]):
    """The marks of all values by slot, in the order of the text; a Mark is made when asked for."""

    def __init__(self, spots: Mapping[Slot, Spot], lines: Lines) -> None:
        self._spots = spots
        self._lines = lines

    def __getitem__(self, slot: Slot) -> Mark:
        start, end, style, *key = self._spots[slot]
        line, column = self._lines.place(start)
        return Mark(start, end, line, column, style, *(key if key[0] >= 0 else ()))

    def __iter__(self) -> Iterator[Slot]:
        return iter(self._spots)

    def __len__(self) -> int:
        return len(self._spots)


@dataclass(frozen=True)
class Source:
    """The author's text and what it says.

    `data` is a plain tree: dict with text keys, list, str, int, float, bool, None.  `marks` has
    a Mark for every value of it.  `first_line` is the line of the cell or file on which the
    text begins.
    """

    text: str
    dialect: Dialect
    data: Any
    marks: Mapping[Slot, Mark] = field(compare=False, repr=False)
    first_line: int = 1

    @cached_property
    def lines(self) -> Lines:
        """The lines of the text."""
        return Lines(self.text, self.first_line)

    def place(self, slot: Slot) -> tuple[int, int]:
        """Give line and column of the value at `slot`, else of the nearest one around it."""
        mark = self._nearest(slot)
        return mark.line, mark.column

    def key_place(self, slot: Slot) -> tuple[int, int]:
        """Give line and column of the key of `slot`, else of the nearest value around it."""
        mark = self._nearest(slot)
        return self.lines.place(mark.start if mark.key_start is None else mark.key_start)

    def _nearest(self, slot: Slot) -> Mark:
        while slot and slot not in self.marks:
            slot = slot[:-1]
        return self.marks[slot]


@dataclass(frozen=True)
class Fault:
    """What is wrong at one offset of a text, before its line is counted."""

    code: str
    at: int
    message: str
    hint: str = ""
    slot: Slot = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def problem(self, lines: Lines) -> Problem:
        """Give the fault as a Problem with its line and column."""
        line, column = lines.place(self.at)
        path = path_text(self.slot)
        return Problem(
            "error", self.code, path, line, column, self.message, self.hint, None,
            self.slot, {"offset": self.at, **self.facts},
        )  # fmt: skip


class Unreadable(Exception):
    """A reader met a fault after which the rest of the text means nothing."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


@dataclass
class Reading:
    """What a reader gathers on its way through a text."""

    lines: Lines
    spots: dict[Slot, Spot] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    MOST_FAULTS: ClassVar = 20

    def note(self, fault: Fault) -> None:
        """Keep a fault and read on; with too many of them, stop."""
        if len(self.faults) >= self.MOST_FAULTS:
            raise Unreadable(fault)
        self.faults.append(fault)

    def key(self, name: str, slot: Slot, at: int, begun: dict[str, int]) -> None:
        """Keep where a key of a mapping begins; that it has `begun` there already is a fault."""
        if begun.setdefault(name, at) == at:
            return
        line, _ = self.lines.place(begun[name])
        message = f"the key {shown(name)} stands twice in one mapping; the first is on line {line}"
        hint = "remove or rename one of the two"
        self.note(Fault("SRC04", at, message, hint, slot, {"key": name}))


def too_deep(at: int, depth: int) -> Fault:
    """Say that values are nested beyond the limit."""
    message = f"mappings and lists are nested more than {depth} deep"
    hint = "make a workflow of this depth with Workflow.build"
    return Fault("SRC06", at, message, hint, facts={"limit": depth})


def too_long(at: int, slot: Slot, digits: int) -> Fault:
    """Say that a number has more digits than the limit."""
    message = f"a number has more than {digits} digits"
    return Fault("SRC06", at, message, "put it in quotes if it is text", slot, {"limit": digits})


def shown(text: str, most: int = 40) -> str:
    """Quote a piece of the author's text for a message, shortened and on one line."""
    plain = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text[:most])
    return f"`{plain}…`" if len(text) > most else f"`{plain}`"
