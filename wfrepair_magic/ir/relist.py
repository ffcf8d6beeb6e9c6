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
    line_break,
    line_end,
    line_start,
    margin,
    mark_at,
    next_line,
)
from .respell import spellings
from .source import Source
from .writer import checked, entry_lines, flow, item_lines, json_text

_COMMA = re.compile(r"\s*,\s*")
_GAP = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r)\s*")
_BLANK_LINES = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))*")
_TO_NEXT_LINE = re.compile(r"[ \t]*,[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r)")


def removals(source: Source, slot: Slot) -> Iterator[str]:
    """Give texts without the item at `slot`, those nearest to the author's first."""
    mark, outer = mark_at(source, slot), mark_at(source, slot[:-1])
    siblings = children(source, slot[:-1])
    if len(siblings) == 1:
        yield from spellings(source, slot[:-1], type(value_at(source.data, slot[:-1]))())
        return
    at = siblings.index(slot)
    start = indicator(source, slot)
    following = indicator(source, siblings[at + 1]) if at + 1 < len(siblings) else None
    if outer.style == "block":
        yield from _without_lines(source.text, start, mark.end, following)
        return
    yield from _without_own_line(source.text, start, mark.end)
    if at > 0:
        before = source.marks[siblings[at - 1]].end
        yield source.text[:before] + source.text[mark.end :]
    elif following is not None:
        yield source.text[:start] + source.text[following:]


def insertions(source: Source, slot: Slot, new: Any) -> Iterator[str]:
    """Give texts with `new` at `slot`, those nearest to the author's first."""
    checked({"": new}, json_only=source.dialect == "json")
    outer, siblings = mark_at(source, slot[:-1]), children(source, slot[:-1])
    part = slot[-1]
    if not siblings:
        yield from spellings(source, slot[:-1], {part: new} if isinstance(part, str) else [new])
    elif outer.style == "block":
        yield from _with_lines(source, slot, new, siblings)
    else:
        yield from _with_comma(source, slot, new, siblings)


def _without_lines(text: str, start: int, end: int, following: int | None) -> Iterator[str]:
    """Take an item of a block container away with its lines and the comment on them."""
    after = next_line(text, end)
    if begins_line(text, start) or text[line_start(text, start) : start].strip() == "?":
        begin = line_start(text, start)
        if after == len(text) and not text.endswith(("\n", "\r")):
            yield re.sub(r"(?:\r\n|\n|\r)\Z", "", text[:begin])
        yield text[:begin] + text[after:]
        # Behind a `|+` text the blank lines that follow would become part of it.
        blank = _BLANK_LINES.match(text, after)
        yield text[:begin] + text[blank.end() if blank else after :]
        return
    # The item stands on the line of the dash around it, which stays.
    if following is not None and _GAP.fullmatch(text, end, following):
        yield text[:start] + text[following:]
    yield text[:start].rstrip(" ") + text[line_end(text, end) :]


def _without_own_line(text: str, start: int, end: int) -> Iterator[str]:
    """Take an item that has its lines for itself out of brackets, with its comma."""
    comma = _TO_NEXT_LINE.match(text, end)
    if begins_line(text, start) and comma is not None:
        yield text[: line_start(text, start)] + text[comma.end() :]


def _with_lines(source: Source, slot: Slot, new: Any, siblings: list[Slot]) -> Iterator[str]:
    """Put an item into a block container as lines of its own."""
    text, ends, part = source.text, line_break(source.text), slot[-1]
    indent = margin(source, slot[:-1])
    before = siblings[part - 1 if isinstance(part, int) else -1] if part != 0 else None
    for written in _own_lines(source, part, new, indent, siblings):
        lines = ends.join(written)
        if before is not None:
            at = line_end(text, source.marks[before].end)
            yield text[:at] + ends + lines + text[at:]
        if before is None or isinstance(part, str):
            at = indicator(source, siblings[0])
            yield text[:at] + lines[len(indent) :] + ends + indent + text[at:]


def _own_lines(
    source: Source, part: str | int, new: Any, indent: str, siblings: list[Slot]
) -> Iterator[list[str]]:
    """Write a key with its value, or a list item, in lines like those of its neighbours."""
    head = f"{indent}-" if isinstance(part, int) else f"{indent}{scalars.key(part)}:"
    on_one_line = [f"{head} {flow(new, inside=False)}"]
    if isinstance(part, str):
        yield entry_lines(part, new, indent)
    else:
        like = source.marks[siblings[min(part, len(siblings) - 1)]]
        if like.style == "flow" and isinstance(new, (dict, list)):
            yield on_one_line
        yield item_lines(new, indent)
    yield on_one_line


def _with_comma(source: Source, slot: Slot, new: Any, siblings: list[Slot]) -> Iterator[str]:
    """Put an item between brackets, parted from its neighbours as they are from each other."""
    text, part = source.text, slot[-1]
    as_json = source.dialect == "json"
    written = flow(new, True, as_json)
    if isinstance(part, str):
        name = json_text(part) if as_json else scalars.key(part, flow=True)
        written = f"{name}{_colon(source, siblings)}{written}"
    comma = _comma(source, siblings)
    if part == 0:
        at = indicator(source, siblings[0])
        yield text[:at] + written + comma + text[at:]
        return
    before = siblings[part - 1] if isinstance(part, int) else siblings[-1]
    at = source.marks[before].end
    yield text[:at] + comma + written + text[at:]


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
