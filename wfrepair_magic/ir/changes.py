"""A change says which span of a text becomes what; several are made in one go."""

from __future__ import annotations

from collections.abc import Iterable

Change = tuple[int, int, str]
"""Where the span begins and ends, and what stands there instead."""


def rewritten(text: str, changes: Iterable[Change]) -> str | None:
    """Give the text with all changes made, each at its place in `text`; None where two overlap.

    Of what is put in at one and the same place the first given comes first.
    """
    pieces, at = [], 0
    for start, end, new in sorted(changes, key=lambda change: change[:2]):
        if start < at:
            return None
        pieces += [text[at:start], new]
        at = end
    return "".join([*pieces, text[at:]])


def difference(old: str, new: str) -> Change:
    """Give the one change, as short as can be, that turns a text into another."""
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    return head, len(old) - tail, new[head : len(new) - tail]


def _shared(one: str, other: str) -> int:
    """Count the characters that two texts have in common at their beginning."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        if one.startswith(other[least:middle], least):
            least = middle
        else:
            most = middle - 1
    return least
