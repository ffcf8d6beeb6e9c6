"""Gives the ways to write another value, or another key, where one stands in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..problem import Slot
from . import scalars
from .edits import value_at
from .layout import (
    after_indicator,
    begins_line,
    in_flow,
    line_break,
    line_start,
    margin,
    mark_at,
    next_line,
)
from .pieces import block_indent, respelt
from .source import Mark, Source
from .writer import checked, flow, item_lines, json_text, literal, to_yaml, value_lines

_ONE_LINE = 60  # a small container goes on one line up to this length
_HEADER = re.compile(r"[|>][-+1-9]*")

Written = tuple[str, list[str]]
"""A value as text: what goes on the line of its key or dash, then the lines below, if any."""


class Frame(NamedTuple):
    """Where a value stands: its span on the line of its key, and its whole lines below."""

    start: int
    end: int
    below: int
    after: int


def spellings(source: Source, slot: Slot, new: Any) -> Iterator[str]:
    """Give texts in which `new` may stand at `slot`, those nearest to the author's first."""
    checked(new, json_only=source.dialect == "json")
    mark, text = mark_at(source, slot), source.text
    old = value_at(source.data, slot)
    if isinstance(new, str) and isinstance(old, str):
        piece = respelt(text, mark, old, new)
        if piece is not None:
            start, end, spelt = piece
            yield text[:start] + spelt + text[end:]
    frame = _frame(source, slot, mark)
    if in_flow(source, slot):
        yield from (_put(text, frame, (way, [])) for way in _on_one_line(source, mark, new))
    else:
        yield from (_put(text, frame, way) for way in _anywhere(source, slot, mark, new))
    if not slot:
        yield to_yaml(new)


def renamings(source: Source, slot: Slot, new: str) -> Iterator[str]:
    """Give texts in which the key of `slot` may be called `new`."""
    mark, text = mark_at(source, slot), source.text
    scalars.check(new)
    if mark.key_start is None or mark.key_end is None:
        return
    for written in _quoted(text[mark.key_start], new, source.dialect == "json"):
        yield text[: mark.key_start] + written + text[mark.key_end :]
    if source.dialect == "yaml":
        for written in (scalars.key(new, in_flow(source, slot)), scalars.double(new)):
            yield text[: mark.key_start] + written + text[mark.key_end :]


def _quoted(quote: str, new: str, as_json: bool) -> Iterator[str]:
    """Write text in the quotes that stand there already."""
    if as_json:
        yield json_text(new)
    elif quote == "'" and new.isprintable():
        yield scalars.single(new)
    elif quote == '"':
        yield scalars.double(new)


def _on_one_line(source: Source, mark: Mark, new: Any, inside: bool = True) -> Iterator[str]:
    as_json = source.dialect == "json"
    if isinstance(new, str):
        yield from _quoted(source.text[mark.start : mark.start + 1], new, as_json)
    yield flow(new, inside, as_json)
    if isinstance(new, str) and not as_json:
        yield scalars.double(new)


def _anywhere(source: Source, slot: Slot, mark: Mark, new: Any) -> Iterator[Written]:
    """Write a value that stands in block context: on its line, or with lines below."""
    if isinstance(new, str) and "\n" in new:
        known = block_indent(source.text, mark, value_at(source.data, slot))
        block = literal(new, " " * known if known else _margin(source, slot) + "  ")
        if block is not None:
            yield block[0], block[1:]
    if not isinstance(new, (dict, list)) or not new or (mark.style != "block" and _small(new)):
        yield from ((way, []) for way in _on_one_line(source, mark, new, inside=False))
        return
    if not slot:
        first, *rest = to_yaml(new).splitlines()
    elif isinstance(slot[-1], int):
        first, *rest = item_lines(new, _margin(source, slot))
        first = first.lstrip(" ")[1:]
    else:
        first, *rest = value_lines(new, _margin(source, slot))
    yield first, rest
    yield flow(new), []


def _small(new: dict[str, Any] | list[Any]) -> bool:
    """Whether a container reads well on one line."""
    parts = new.values() if isinstance(new, dict) else new
    flat = all(not isinstance(part, (dict, list)) for part in parts)
    return flat and len(flow(new)) <= _ONE_LINE


def _margin(source: Source, slot: Slot) -> str:
    return margin(source, slot[:-1]) if slot else ""


def _frame(source: Source, slot: Slot, mark: Mark) -> Frame:
    text, below = source.text, next_line(source.text, mark.end)
    if mark.style in ("literal", "folded"):
        header = _HEADER.match(text, mark.start)
        end = header.end() if header else mark.start
        return Frame(mark.start, end, next_line(text, mark.start), below)
    if mark.style == "block" and slot and begins_line(text, mark.start):
        at = after_indicator(source, slot)
        return Frame(at, at, line_start(text, mark.start), below)
    return Frame(mark.start, mark.end, below, below)


def _put(text: str, frame: Frame, written: Written) -> str:
    """Put a value where another stands; what is beside and between its lines stays."""
    first, rest = written
    before, between, after = text[: frame.start], text[frame.end : frame.below], text[frame.after :]
    first = first.lstrip(" ")
    if first and frame.start == frame.end and before[-1:] in (":", "-", "?"):
        first = " " + first
    elif not first:
        before = before.rstrip(" ")
    ends = line_break(text)
    lines = "".join(line + ends for line in rest)
    if not after and not text.endswith(("\n", "\r")):
        # The author's last line has no break, and so has the new one.
        if rest and not between.endswith(("\n", "\r")):
            between += ends
        if rest:
            lines = lines[: -len(ends)]
        elif frame.below < frame.after:
            between = re.sub(r"(?:\r\n|\n|\r)\Z", "", between)
    return before + first + between + lines + after
