"""Reads strict JSON: a plain tree with the place of every value."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from ..problem import Slot
from ..settings import LIMITS
from .json_slips import A_KEY, slip
from .scalars import MOST_DIGITS
from .source import BYTE_ORDER_MARK, Fault, Reading, Unreadable, too_deep, too_long

_BLANK = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(\.[0-9]++)?([eE][-+]?[0-9]++)?(?![0-9A-Za-z_.])")
_WORD = re.compile(r"(true|false|null)(?![0-9A-Za-z_])")
_WORDS = {"true": True, "false": False, "null": None}
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_json(text: str, reading: Reading) -> Any:
    """Give what the text says; places and lesser faults go into `reading`.

    Raises Unreadable at a fault after which nothing more can be read.
    """
    half = _SURROGATE.search(text)
    if half is not None:
        message = f"the character U+{ord(half.group()):04X} cannot stand in a workflow's text"
        raise Unreadable(Fault("SRC03", half.start(), message, "remove it"))
    return _Scanner(text, reading).document()


class _Scanner:
    """One pass over one JSON text."""

    def __init__(self, text: str, reading: Reading) -> None:
        self._text = text
        self._reading = reading
        self._at = 1 if text.startswith(BYTE_ORDER_MARK) else 0

    def document(self) -> Any:
        data = self._value((), (-1, -1))
        if self._next():
            raise Unreadable(slip(self._text, self._at, (), "the end of the text"))
        return data

    def _next(self) -> str:
        """Step over white space and give the character that follows, or nothing at the end."""
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._text[self._at : self._at + 1]

    def _take(self, char: str, slot: Slot, wanted: str) -> None:
        if self._next() != char:
            raise Unreadable(slip(self._text, self._at, slot, wanted))
        self._at += 1

    def _value(self, slot: Slot, key: tuple[int, int]) -> Any:
        char = self._next()
        start = self._at
        self._reading.spots[slot] = (start, start, "json", *key)
        if char in ("{", "["):
            if len(slot) >= LIMITS.depth:
                raise Unreadable(too_deep(start, LIMITS.depth))
            data: Any = self._object(slot) if char == "{" else self._array(slot)
        else:
            data = self._string(slot) if char == '"' else self._bare(slot)
        self._reading.spots[slot] = (start, self._at, "json", *key)
        return data

    def _object(self, slot: Slot) -> dict[str, Any]:
        self._at += 1
        items: dict[str, Any] = {}
        begun: dict[str, int] = {}
        more = self._next() != "}"
        while more:
            if self._next() != '"':
                raise Unreadable(slip(self._text, self._at, slot, A_KEY))
            start = self._at
            name = self._string(slot)
            place, span = (*slot, name), (start, self._at)
            self._reading.key(name, place, start, begun)
            self._take(":", place, "a `:`")
            items[name] = self._value(place, span)
            more = self._another(slot, "}")
        self._take("}", slot, "a `}`")
        return items

    def _array(self, slot: Slot) -> list[Any]:
        self._at += 1
        items: list[Any] = []
        more = self._next() != "]"
        while more:
            items.append(self._value((*slot, len(items)), (-1, -1)))
            more = self._another(slot, "]")
        self._take("]", slot, "a `]`")
        return items

    def _another(self, slot: Slot, closing: str) -> bool:
        """Step over the comma after an item, or stay before the bracket that ends the items."""
        if self._next() == closing:
            return False
        comma = self._at
        self._take(",", slot, f"a `,` or `{closing}`")
        if self._next() in ("]", "}"):
            raise Unreadable(slip(self._text, comma, slot, "another value"))
        return True

    def _string(self, slot: Slot) -> str:
        found = _STRING.match(self._text, self._at)
        if found is None:
            raise Unreadable(slip(self._text, self._at, slot, "a string"))
        written = found.group()
        value: str = json.loads(written) if "\\" in written else written[1:-1]
        if "\\u" in written and _SURROGATE.search(value):
            message = "half a character stands here: one of a pair of `\\u` escapes is missing"
            raise Unreadable(Fault("SRC03", self._at, message, slot=slot))
        self._at = found.end()
        return value

    def _bare(self, slot: Slot) -> bool | int | float | None:
        word = _WORD.match(self._text, self._at)
        if word is not None:
            self._at = word.end()
            return _WORDS[word.group()]
        found = _NUMBER.match(self._text, self._at)
        if found is None:
            raise Unreadable(slip(self._text, self._at, slot, "a value"))
        return self._number(found, slot)

    def _number(self, found: re.Match[str], slot: Slot) -> int | float:
        written, start = found.group(), self._at
        self._at = found.end()
        if len(written.lstrip("-")) > MOST_DIGITS:
            self._reading.note(too_long(start, slot, MOST_DIGITS))
            return 0
        if found.group(1) is None and found.group(2) is None:
            return int(written)
        value = float(written)
        if math.isinf(value):
            message = "this number is larger than a number can be"
            self._reading.note(Fault("SRC03", start, message, "put it in quotes", slot))
        return value
