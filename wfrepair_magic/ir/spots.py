"""Where in the author's text a character of a text value stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any, Final, NamedTuple

from ..problem import Slot
from .source import Mark, Source

_LINE_END: Final = re.compile(r"\r\n|\n|\r")


class _Row(NamedTuple):
    """A line of a value: the offset at which it begins, and where that stands in the text."""

    at: int
    line: int
    column: int


class Spots:
    """Looks up places in one source; how a value is laid out there is found out once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._rows: dict[Slot, list[_Row]] = {}

    def place(self, slot: Slot, at: int) -> tuple[int, int]:
        """Give line and column of character `at` of the text value at `slot`.

        Where the author folded or escaped the text, it is the place at which the value begins.
        """
        if slot not in self._rows:
            self._rows[slot] = self._layout(slot)
        rows = self._rows[slot]
        if not rows:
            return self._source.place(slot)
        row = rows[bisect_right(rows, at, key=lambda row: row.at) - 1]
        return row.line, row.column + at - row.at

    def _layout(self, slot: Slot) -> list[_Row]:
        """Give the lines of a value whose characters all stand for themselves; else nothing."""
        mark = self._source.marks.get(slot)
        value = _value(self._source.data, slot)
        if mark is None or not isinstance(value, str):
            return []
        written = self._source.text[mark.start : mark.end]
        if mark.style == "literal":
            return _block(written, value, mark)
        quote = 0 if mark.style == "plain" else 1
        if written[quote : len(written) - quote] != value or "\n" in value or "\r" in value:
            return []
        return [_Row(0, mark.line, mark.column + quote)]


def _block(written: str, value: str, mark: Mark) -> list[_Row]:
    """Lay out a literal block: below its header each line stands as it is, indented."""
    rows = []
    at = 0
    pairs = zip(value.split("\n"), _LINE_END.split(written)[1:], strict=False)
    for number, (line, whole) in enumerate(pairs, 1):
        if not whole.endswith(line):
            break
        rows.append(_Row(at, mark.line + number, len(whole) - len(line) + 1))
        at += len(line) + 1
    return rows


def _value(data: Any, slot: Slot) -> Any:
    for part in slot:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data
