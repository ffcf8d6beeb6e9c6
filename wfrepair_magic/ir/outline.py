"""Reads the outline of a text that may be half written: what stands in what, and at one offset.

The reader of `codec` refuses a text at its first fault, and a text that somebody is typing has
one most of the time.  This one never refuses: it follows indentation and brackets, takes a quote
without its partner to end with its line and a bracket without one to end where indentation says
so, and passes over what it does not understand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from ..problem import Slot
from .brackets import QUOTED, Brackets, Here, Place, bare

_BLOCK_KEY: Final = re.compile(
    rf"(?P<key>{QUOTED}|(?![&*!|>%@`\"'{{}}\[\],#?])(?:(?! #)(?:[^\n:]|:(?=\S)))+?)[ \t]*:(?=\s|$)"
)
_PLAIN: Final = re.compile(rf"{QUOTED}|(?:(?!\s#)[^\n])*")
_HEADER: Final = re.compile(r"[|>][-+0-9]*\s*(?:#.*)?$")


@dataclass(frozen=True)
class Outline:
    """What was read: the plain tree, its scalars as text, and what stands at the offset."""

    data: Any
    here: Here | None


@dataclass
class _Frame:
    """A block mapping or list that is open, and the column in which its entries begin."""

    column: int
    slot: Slot
    holds: Any
    last: Any = None

    @property
    def is_list(self) -> bool:
        return isinstance(self.holds, list)

    @property
    def inner(self) -> Slot:
        return (*self.slot, self.last)

    @property
    def pending(self) -> bool:
        """Whether the last entry has no value yet."""
        return self.last is not None and self.holds[self.last] is None


def outline(text: str, offset: int) -> Outline:
    """Read a text's outline; `offset` is that of the cursor.  Never raises."""
    reader = _Reader(text, offset)
    reader.read()
    return Outline(reader.data, reader.here)


class _Reader(Brackets):
    """One pass over one text: brackets as in flow style, and indentation."""

    def __init__(self, text: str, offset: int) -> None:
        super().__init__(text, offset)
        self.data: Any = None
        self.frames: list[_Frame] = []

    def read(self) -> None:
        if self.json:
            self.data, _ = self.flow(self.text.index("{"), (), -1)
            return
        at = 0
        while at < len(self.text):
            at = self._line(at)
        if self.offset == len(self.text) and (not self.text or self.text.endswith("\n")):
            self._begin(self.offset, 0)

    def _line(self, start: int) -> int:
        """Read what begins on a line; gives the start of the line to go on with."""
        end = self.line_end(start)
        at = self.blanks(start, end)
        if at >= end or self.text[at] == "#":
            if start <= self.offset <= at:
                self._begin(self.offset, self.offset - start)
            return end + 1
        return self._entry(at, at - start, end)

    def _begin(self, at: int, column: int) -> None:
        """Note what would begin in a column of an empty line."""
        place = self._opened(column)
        if place is not None:
            self.find(*place, at, at)

    def _opened(self, column: int) -> tuple[Place, Slot] | None:
        """Say what a word that begins in a column is a part of."""
        around = [frame for frame in self.frames if frame.column <= column]
        while around and around[-1].is_list and around[-1].column == column:
            around.pop()
        if not around:
            return "key", ()
        frame = around[-1]
        if frame.is_list:
            return ("item", frame.inner) if frame.pending else None
        if frame.column == column:
            return "key", frame.slot
        return ("key", frame.inner) if frame.pending else None

    def _entry(self, at: int, column: int, end: int) -> int:
        while self.text[at] == "-" and self.text[at + 1 : at + 2] in ("", " ", "\t", "\r", "\n"):
            frame = self._open(column, [])
            frame.holds.append(None)
            frame.last = len(frame.holds) - 1
            begin = self.blanks(at + 1, end)
            if begin >= end or self.text[begin] == "#":
                self.gap("item", frame.inner, at + 2, begin)
                return end + 1
            column += begin - at
            at = begin
        if self.text[at] in "{[":
            return self._lone_flow(at, column)
        found = _BLOCK_KEY.match(self.text, at, end)
        if found is None:
            return self._word(at, column, end)
        frame = self._open(column, {})
        frame.last = bare(found["key"])
        frame.holds[frame.last] = None
        self.find("key", frame.slot, at, found.end("key"))
        return self._value(found.end(), end, frame)

    def _lone_flow(self, at: int, column: int) -> int:
        while self.frames and self.frames[-1].column >= column:
            self.frames.pop()
        frame = self.frames[-1] if self.frames else _Frame(-1, (), [None], 0)
        value, after = self.flow(at, frame.inner, frame.column)
        if frame.pending:
            frame.holds[frame.last] = value
        return self.line_end(after) + 1

    def _word(self, at: int, column: int, end: int) -> int:
        """Read a word without a colon: an item of a list, or the beginning of a key."""
        found = _PLAIN.match(self.text, at, end)
        after = found.end() if found else end
        place = self._opened(column)
        if place is not None:
            self.find(*place, at, after)
            frame = self.frames[-1] if self.frames else None
            if place[0] == "item" and frame is not None and frame.inner == place[1]:
                frame.holds[frame.last] = bare(self.text[at:after])
        return end + 1

    def _open(self, column: int, holds: dict[str, Any] | list[Any]) -> _Frame:
        """Give the mapping or list whose entries begin in a column; where none is, open `holds`."""
        wants_list = isinstance(holds, list)
        while self.frames:
            frame = self.frames[-1]
            if frame.column < column or (frame.column == column and wants_list >= frame.is_list):
                break
            self.frames.pop()
        if self.frames and frame.column == column and wants_list == frame.is_list:
            return frame
        return self._push(column, holds)

    def _push(self, column: int, holds: Any) -> _Frame:
        """Open a container as the value that is waited for; where none is, it belongs nowhere."""
        slot: Slot = ()
        if self.frames:
            around = self.frames[-1]
            slot = around.inner
            if around.pending:
                around.holds[around.last] = holds
        elif type(self.data) is type(holds):
            holds = self.data
        elif self.data is None:
            self.data = holds
        frame = _Frame(column, slot, holds)
        self.frames.append(frame)
        return frame

    def _value(self, at: int, end: int, frame: _Frame) -> int:
        begin = self.blanks(at, end)
        if begin >= end or self.text[begin] == "#":
            self.gap("value", frame.inner, at + 1, begin)
            return end + 1
        if _HEADER.match(self.text, begin, end):
            return self._block(end + 1, frame)
        if self.text[begin] in "{[":
            frame.holds[frame.last], after = self.flow(begin, frame.inner, frame.column)
            return self.line_end(after) + 1
        found = _PLAIN.match(self.text, begin, end)
        after = found.end() if found else end
        frame.holds[frame.last] = bare(self.text[begin:after])
        self.find("value", frame.inner, begin, after)
        return end + 1

    def _block(self, start: int, frame: _Frame) -> int:
        """Read the lines of a block scalar: all that are indented more than its key."""
        at = start
        while at < len(self.text):
            end = self.line_end(at)
            begin = self.blanks(at, end)
            if begin < end and begin - at <= frame.column:
                break
            if self.offset - at > frame.column:
                self.find("value", frame.inner, begin, end)
            elif at <= self.offset <= end:
                self._begin(self.offset, self.offset - at)
            at = end + 1
        frame.holds[frame.last] = self.text[start:at]
        return at
