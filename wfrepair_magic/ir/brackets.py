"""Reads bracketed collections that may be half written: JSON, and the flow style of YAML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Literal

from ..problem import Slot
from ..settings import LIMITS

Place = Literal["key", "item", "value"]

QUOTED: Final = r'"(?:[^"\\\n]|\\.)*"?|' + r"'(?:[^'\n]|'')*'?"
"""A word in quotes; the closing one may be missing at the end of its line."""

_WORD: Final = re.compile(
    rf"{QUOTED}|(?:\$\{{[^}}\n]*\}}?|:(?=[^\s,\[\]{{}}\"'])|[^\s,\[\]{{}}:\"'#]"
    r"|(?<=[^\s,\[\]{}])[#'\"]|[ \t]+(?=[^\s,\[\]{}:#]))+"
)
_BLANKS: Final = re.compile(r"[ \t\r]*")
_GAP: Final = re.compile(r"(?:[ \t\r]+|(?<!\S)#[^\n]*)*")
_ENDS: Final = ("", ",", "]", "}")


@dataclass(frozen=True)
class Here:
    """The word at the offset: its role, its slot, and from where to where it stands."""

    role: Place
    slot: Slot
    start: int
    end: int


class Brackets:
    """One pass over one text that looks out for the word at one offset."""

    def __init__(self, text: str, offset: int) -> None:
        self.text = text
        self.offset = offset
        self.json = text.lstrip().startswith("{")
        self.here: Here | None = None

    def line_end(self, at: int) -> int:
        """Give the offset of the line break that ends the line at `at`."""
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end

    def blanks(self, at: int, end: int) -> int:
        """Give the offset behind the blanks at `at`."""
        found = _BLANKS.match(self.text, at, end)
        return found.end() if found else at

    def find(self, role: Place, slot: Slot, start: int, end: int) -> None:
        """Note the word at the offset; the first that claims it has it."""
        if self.here is None and start <= self.offset <= end:
            self.here = Here(role, slot, start, end)

    def gap(self, role: Place, slot: Slot, start: int, end: int) -> None:
        """Note that the offset is where a word may begin."""
        if start <= self.offset <= end:
            self.find(role, slot, self.offset, self.offset)

    def _next(self, at: int, column: int) -> tuple[int, bool]:
        """Find the next character that means something, and whether the collection broke off."""
        while True:
            gap = _GAP.match(self.text, at)
            at = gap.end() if gap else at
            if self.text[at : at + 1] != "\n":
                return at, False
            begin = self.blanks(at + 1, self.line_end(at + 1))
            char = self.text[begin : begin + 1]
            if char not in ("", "\n", "#", "]", "}") and begin - at - 1 <= column:
                return at, True
            at += 1

    def flow(self, at: int, slot: Slot, column: int) -> tuple[Any, int]:
        """Read a bracketed collection; gives it and the offset behind it.

        It breaks off at a line that is not indented more than `column`.
        """
        keyed = self.text[at] == "{"
        holds: Any = {} if keyed else []
        if len(slot) > LIMITS.depth:
            return holds, self.line_end(at)
        at, expected = at + 1, True
        while True:
            begin, over = self._next(at, column)
            char = self.text[begin : begin + 1]
            if over or char in _ENDS:
                if expected:
                    role: Place = "key" if keyed else "item"
                    self.gap(role, slot if keyed else (*slot, len(holds)), at, begin)
                if over or char != ",":
                    return holds, begin if over else begin + 1
                at, expected = begin + 1, True
                continue
            expected = False
            if keyed:
                at = self._flow_pair(holds, slot, begin, column)
            else:
                holds.append(None)
                at = self._flow_value(holds, len(holds) - 1, (*slot, len(holds) - 1), begin, column)

    def _flow_pair(self, holds: dict[str, Any], slot: Slot, at: int, column: int) -> int:
        found = _WORD.match(self.text, at)
        if found is None:
            return at + 1
        self.find("key", slot, at, found.end())
        colon, over = self._next(found.end(), column)
        if over or self.text[colon : colon + 1] != ":":
            return found.end()
        name = bare(found[0])
        holds[name] = None
        return self._flow_value(holds, name, (*slot, name), colon + 1, column)

    def _flow_value(self, holds: Any, key: Any, slot: Slot, at: int, column: int) -> int:
        begin, over = self._next(at, column)
        char = self.text[begin : begin + 1]
        role: Place = "value" if isinstance(key, str) else "item"
        if over or char in _ENDS:
            self.gap(role, slot, at if self.json else at + 1, begin)
            return begin
        if char in "{[":
            holds[key], after = self.flow(begin, slot, column)
            return after
        found = _WORD.match(self.text, begin)
        if found is None:
            return begin + 1
        holds[key] = bare(found[0])
        self.find(role, slot, begin, found.end())
        return found.end()


def bare(written: str) -> str:
    """Give a word without the blanks and quotes around it."""
    word = written.strip()
    if word[:1] in ('"', "'"):
        closed = len(word) > 1 and word[-1] == word[0]
        return word[1:-1] if closed else word[1:]
    return word
