"""Gives the ways to write another value, or another key, where one stands in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..problem import Slot
from . import scalars
from .changes import Change
from .edits import value_at
from .layout import (
    after_indicator,
    begins_line,
    in_flow,
    line_before,
    line_break,
    line_end,
    margin,
    mark_at,
)
from .pieces import respelt
from .source import Mark, Source
from .spots import block_indent
from .writer import checked, flow, literal, to_json, to_yaml, value_lines

_ONE_LINE = 60  # a small container goes on one line up to this length
_HEADER = re.compile(r"[|>][-+1-9]*")

Way = list[Change]
"""Changes that belong together."""


def spellings(source: Source, slot: Slot, new: Any) -> Iterator[Way]:
    """Give the ways to put `new` at `slot`, those nearest to the author's text first."""
    checked(new, json_only=source.dialect == "json")
    mark, old = mark_at(source, slot), value_at(source.data, slot)
    if isinstance(new, str) and isinstance(old, str):
        piece = respelt(source.text, mark, old, new)
        if piece is not None:
            yield [piece]
    if in_flow(source, slot):
        yield from (_placed(source, slot, [one]) for one in _on_one_line(source, mark, new))
    else:
        yield from (_placed(source, slot, lines) for lines in _anywhere(source, slot, mark, new))
    if not slot:
        yield [(0, len(source.text), to_yaml(new))]


def renamings(source: Source, slot: Slot, new: str) -> Iterator[Way]:
    """Give the ways to call the key of `slot` `new`."""
    mark = mark_at(source, slot)
    scalars.check(new)
    if mark.key_start is None or mark.key_end is None:
        return
    quoted = _quoted(source, mark.key_start, new)
    others = (scalars.key(new, in_flow(source, slot)), scalars.double(new))
    for written in (*quoted, *(others if source.dialect == "yaml" else ())):
        yield [(mark.key_start, mark.key_end, written)]


def _quoted(source: Source, at: int, new: str) -> list[str]:
    """Write text in the quotes that stand there already."""
    quote = source.text[at : at + 1]
    if source.dialect == "json":
        return [to_json(new)]
    if quote == "'" and new.isprintable():
        return [scalars.single(new)]
    return [scalars.double(new)] if quote == '"' else []


def _on_one_line(source: Source, mark: Mark, new: Any, inside: bool = True) -> Iterator[str]:
    if isinstance(new, str):
        yield from _quoted(source, mark.start, new)
    yield flow(new, inside, source.dialect == "json")
    if isinstance(new, str) and source.dialect == "yaml":
        yield scalars.double(new)


def _anywhere(source: Source, slot: Slot, mark: Mark, new: Any) -> Iterator[list[str]]:
    """Write a value that stands in block context: on its line, or with lines below."""
    outer = margin(source, slot[:-1]) if slot else ""
    if isinstance(new, str) and "\n" in new:
        known = block_indent(source.text, mark, value_at(source.data, slot))
        block = literal(new, " " * known if known else outer + "  ")
        if block is not None:
            yield block
    if not isinstance(new, (dict, list)) or not new or (mark.style != "block" and _small(new)):
        yield from ([one] for one in _on_one_line(source, mark, new, inside=False))
        return
    yield value_lines(slot[-1], new, outer) if slot else to_yaml(new).splitlines()
    yield [flow(new)]


def _small(new: dict[str, Any] | list[Any]) -> bool:
    """Whether a container reads well on one line."""
    parts = new.values() if isinstance(new, dict) else new
    flat = all(not isinstance(part, (dict, list)) for part in parts)
    return flat and len(flow(new)) <= _ONE_LINE


def _placed(source: Source, slot: Slot, lines: list[str]) -> Way:
    """Put a value where another stands; what is beside and between its lines stays."""
    text, mark = source.text, source.marks[slot]
    after = line_end(text, mark.end)
    start, end, below = mark.start, mark.end, after
    if mark.style in ("literal", "folded"):
        header = _HEADER.match(text, start)
        end, below = header.end() if header else start, line_end(text, start)
    elif mark.style == "block" and slot and begins_line(text, start):
        below = line_before(text, start)
        start = end = after_indicator(source, slot)
    first, *rest = lines
    first = first.lstrip(" ")
    if first and start == end and text[start - 1 : start] in (":", "-", "?"):
        first = " " + first
    elif not first:
        start = len(text[:start].rstrip(" "))
    written = "".join(line_break(text) + line for line in rest)
    return [(start, end, first), (below, after, written)]
