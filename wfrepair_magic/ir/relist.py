"""Gives the ways to put an item into a mapping or list of the text, or to take one away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..problem import Slot
from . import scalars
from .edits import value_at
from .layout import (
    begins_line,
    children,
    indicator,
    line_before,
    line_break,
    line_end,
    line_start,
    margin,
    mark_at,
    next_line,
)
from .respell import Way, spellings
from .source import Source
from .writer import checked, entry_lines, flow, to_json

_COMMA = re.compile(r"\s*,\s*")
_GAP = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r)\s*")
_BLANK_LINES = re.compile(r"(?:(?:\r\n|\n|\r)[ \t]*(?=[\r\n]|\Z))*")
_TO_NEXT_LINE = re.compile(r"[ \t]*,[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r)")


def removals(source: Source, slot: Slot) -> Iterator[Way]:
    """Give the ways to take the item at `slot` away, those nearest to the author's text first."""
    text, mark, outer = source.text, mark_at(source, slot), mark_at(source, slot[:-1])
    siblings = children(source, slot[:-1])
    if len(siblings) == 1:
        yield from spellings(source, slot[:-1], type(value_at(source.data, slot[:-1]))())
        return
    at = siblings.index(slot)
    start = indicator(source, slot)
    following = indicator(source, siblings[at + 1]) if at + 1 < len(siblings) else None
    if outer.style == "block":
        yield from _without_lines(text, start, mark.end, following)
        return
    comma = _TO_NEXT_LINE.match(text, mark.end)
    if begins_line(text, start) and comma is not None:
        yield [(line_start(text, start), comma.end(), "")]
    if at > 0:
        yield [(source.marks[siblings[at - 1]].end, mark.end, "")]
    elif following is not None:
        yield [(start, following, "")]


def insertions(source: Source, slot: Slot, new: Any) -> Iterator[Way]:
    """Give the ways to put `new` at `slot`, those nearest to the author's text first."""
    checked({"": new}, json_only=source.dialect == "json")
    outer, siblings = mark_at(source, slot[:-1]), children(source, slot[:-1])
    part = slot[-1]
    if not siblings:
        yield from spellings(source, slot[:-1], {part: new} if isinstance(part, str) else [new])
    elif outer.style == "block":
        yield from _with_lines(source, slot, new, siblings)
    else:
        yield _with_comma(source, slot, new, siblings)


def _without_lines(text: str, start: int, end: int, following: int | None) -> Iterator[Way]:
    """Take an item of a block container away with its lines and the comment on them."""
    after = line_end(text, end)
    begin = line_start(text, start)
    if begins_line(text, start) or text[begin:start].strip() == "?":
        if begin > 0:
            before, blank = line_before(text, start), _BLANK_LINES.match(text, after)
            yield [(before, after, "")]
            # Behind a `|+` text the blank lines that follow would become part of it.
            yield [(before, blank.end() if blank else after, "")]
        yield [(begin, next_line(text, end), "")]
        return
    # The item stands on the line of the dash around it, which stays.
    if following is not None and _GAP.fullmatch(text, end, following):
        yield [(start, following, "")]
    yield [(len(text[:start].rstrip(" ")), after, "")]


def _with_lines(source: Source, slot: Slot, new: Any, siblings: list[Slot]) -> Iterator[Way]:
    """Put an item into a block container as lines of its own."""
    text, ends, part = source.text, line_break(source.text), slot[-1]
    indent = margin(source, slot[:-1])
    before = siblings[part - 1 if isinstance(part, int) else -1] if part != 0 else None
    written = [entry_lines(part, new, indent, short) for short in (False, True)]
    if isinstance(part, int):
        like = source.marks[siblings[min(part, len(siblings) - 1)]]
        if like.style == "flow" and isinstance(new, (dict, list)):
            written.reverse()
    for lines in map(ends.join, written):
        if before is not None:
            at = line_end(text, source.marks[before].end)
            yield [(at, at, ends + lines)]
        if before is None or isinstance(part, str):
            at = indicator(source, siblings[0])
            yield [(at, at, lines[len(indent) :] + ends + indent)]


def _with_comma(source: Source, slot: Slot, new: Any, siblings: list[Slot]) -> Way:
    """Put an item between brackets, parted from its neighbours as they are from each other."""
    part, as_json = slot[-1], source.dialect == "json"
    written = flow(new, True, as_json)
    if isinstance(part, str):
        name = to_json(part) if as_json else scalars.key(part, flow=True)
        written = f"{name}{_colon(source, siblings)}{written}"
    comma = _comma(source, siblings)
    if part == 0:
        at = indicator(source, siblings[0])
        return [(at, at, written + comma)]
    before = siblings[part - 1] if isinstance(part, int) else siblings[-1]
    at = source.marks[before].end
    return [(at, at, comma + written)]


def _colon(source: Source, siblings: list[Slot]) -> str:
    mark = source.marks[siblings[-1]]
    between = source.text[mark.key_end : mark.start]
    return between if source.dialect == "json" and between.strip() == ":" else ": "


def _comma(source: Source, siblings: list[Slot]) -> str:
    """Give what parts the items: what parts the first two, else what the bracket is followed by."""
    text, first = source.text, siblings[0]
    if len(siblings) > 1:
        between = text[source.marks[first].end : indicator(source, siblings[1])]
        if _COMMA.fullmatch(between):
            return between
    lead = text[source.marks[first[:-1]].start + 1 : indicator(source, first)]
    if not lead.strip() and ("\n" in lead or "\r" in lead):
        return "," + lead
    return "," if _colon(source, siblings) == ":" else ", "
