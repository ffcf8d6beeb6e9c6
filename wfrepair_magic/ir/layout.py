"""Finds lines, indicators and margins around the values of a Source."""

from __future__ import annotations

import re

from ..errors import BadWorkflow
from ..problem import Slot
from .edits import value_at
from .source import LINE_BREAK, Mark, Source

_LINE = re.compile(r"[^\r\n]*")
_COLON = re.compile(r"[ \t\r\n]*:")


def line_break(text: str) -> str:
    """Give the line break that the text uses first; LF where it has none."""
    found = LINE_BREAK.search(text)
    return found.group() if found else "\n"


def line_start(text: str, at: int) -> int:
    """Give the offset at which the line of `at` begins."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def line_end(text: str, at: int) -> int:
    """Give the offset at which the line of `at` ends, before its break."""
    found = _LINE.match(text, at)
    return found.end() if found else at


def line_before(text: str, at: int) -> int:
    """Give the offset at which the line before that of `at` ends; 0 where there is none."""
    start = line_start(text, at)
    return start - 1 - text.endswith("\r\n", 0, start) if start else 0


def next_line(text: str, at: int) -> int:
    """Give the offset at which the line after that of `at` begins."""
    end = line_end(text, at)
    found = LINE_BREAK.match(text, end)
    return found.end() if found else end


def begins_line(text: str, at: int) -> bool:
    """Say whether only blanks stand before `at` on its line."""
    return not text[line_start(text, at) : at].strip(" \t\ufeff")


def mark_at(source: Source, slot: Slot) -> Mark:
    """Give the mark of a slot.  Raises BadWorkflow where the text has no such value."""
    value_at(source.data, slot)
    return source.marks[slot]


def children(source: Source, slot: Slot) -> list[Slot]:
    """Give the slots of a container's values, in the order of the text."""
    data = value_at(source.data, slot)
    if isinstance(data, dict):
        return [(*slot, key) for key in data]
    return [(*slot, index) for index in range(len(data))] if isinstance(data, list) else []


def in_flow(source: Source, slot: Slot) -> bool:
    """Say whether a value stands within brackets: in a flow container or in JSON."""
    return source.dialect == "json" or bool(slot and source.marks[slot[:-1]].style == "flow")


def margin(source: Source, slot: Slot) -> str:
    """Give the blanks before the keys or dashes of a block container."""
    return " " * (source.marks[slot].column - 1)


def indicator(source: Source, slot: Slot) -> int:
    """Give where a value's key or dash begins; in a flow list, where the value itself does."""
    mark, outer = source.marks[slot], source.marks[slot[:-1]]
    if mark.key_start is not None:
        return mark.key_start
    if outer.style != "block":
        return mark.start
    if slot[-1] == 0:
        return outer.start
    # Only blank lines and comments can stand between a dash and its value.
    at = mark.start
    while (line := line_start(source.text, at)) > outer.start:
        dash = line + outer.column - 1
        if source.text[dash : dash + 1] == "-" and not source.text[line:dash].strip(" "):
            return dash
        at = line_before(source.text, at)
    raise BadWorkflow("the dash of a list item was not found in the text")


def after_indicator(source: Source, slot: Slot) -> int:
    """Give where a value's `:` or dash ends."""
    mark = source.marks[slot]
    if mark.key_end is None:
        return indicator(source, slot) + 1
    found = _COLON.match(source.text, mark.key_end)
    return found.end() if found else mark.key_end
