"""Mends one segment of a path: its name, its index, its notation."""

from __future__ import annotations

import re
from typing import Final

from ...ir.names import nearest
from ...ir.templates import BadIndex, Unresolved
from ...problem import path_text
from ..fix import Level
from .base import PLANTED, UNMEASURED, Abstain, Case
from .matching import listing, meant
from .steps import Step, applied, next_miss

_KEY: Final = re.compile(r"[\w-]+")


def mend(case: Case, miss: Unresolved, text: str) -> Step | Abstain:
    """Say what the segment at which a path ends must be, or why that is not sure."""
    if miss.kind == "absent":
        return _rename(miss, text)
    if miss.kind == "bad_index":
        return _as_index(miss, text)
    if miss.kind == "key_on_list":
        return _only_item(case, miss, text)
    if miss.kind == "index_on_object":
        return _without_index(case, miss, text)
    if miss.kind == "index_range":
        return _out_of_range(miss)
    return Abstain(miss.message)


def _rename(miss: Unresolved, text: str) -> Step | Abstain:
    """Take the one key that the written one stands for."""
    start, end = miss.segment_span
    written = text[start:end]
    found = meant(written, miss.known, f"keys of {miss.reached}")
    if found is None:
        close = nearest(written, miss.known)
        lacks = f"no field near `{written}`"
        if close is not None:
            lacks = f"no `{written}`, and it is not sure that `{close}` is meant"
        return Abstain(
            f"{miss.reached} has {lacks}; it has {listing(miss.known)}"
            " – say where it should come from"
        )
    if not _KEY.fullmatch(found.name):
        return Abstain(f"{miss.reached} has {found.name!r}, a name that no template can write")
    level = Level.SAFE if found.folded else Level.ASK
    return Step(start, end, found.name, level, found.confidence, found.fact)


def _as_index(miss: Unresolved, text: str) -> Step | Abstain:
    """Write an index as the language does; nothing is chosen, so nothing can be chosen wrong."""
    start, end = miss.segment_span
    written, segment = text[start:end], miss.rest[0]
    if isinstance(segment, BadIndex):
        if not segment.form:
            return Abstain(miss.message)
        fact = f"a key is written `{segment.form}`, not `{written}`"
        return Step(start, end, segment.form, Level.SAFE, PLANTED, fact)
    number = int(written) if written.isdecimal() else None
    if number is None or miss.length is None or number >= miss.length:
        return Abstain(f"{miss.message} – say which item is meant")
    items = "1 item" if miss.length == 1 else f"{miss.length} items"
    fact = f"{miss.reached} is a list of {items}, and an item of a list is written `[{number}]`"
    return Step(start - 1, end, f"[{number}]", Level.SAFE, PLANTED, fact)


def _only_item(case: Case, miss: Unresolved, text: str) -> Step | Abstain:
    """Name the one item of a list; of several nobody knows which is meant."""
    start, end = miss.segment_span
    written = text[start:end]
    if miss.length != 1:
        items = f"a list of {miss.length} items" if miss.length else "an empty list"
        return Abstain(f"{miss.reached} is {items} – say which item's `{written}` is meant")
    fact = f"{miss.reached} is a list of 1 item, and that item has `{written}`"
    step = Step(start - 1, end, f"[0].{written}", Level.ASK, UNMEASURED, fact)
    if next_miss(case, applied(text, [step]), step) is not None:
        return Abstain(f"{miss.reached} is a list of 1 item, which has no `{written}`")
    return step


def _without_index(case: Case, miss: Unresolved, text: str) -> Step | Abstain:
    """Leave an index out where an object stands in the place of the list."""
    start, end = miss.segment_span
    rest = path_text(tuple(part for part in miss.rest[1:] if isinstance(part, str | int)))
    has = f"and it has `{rest}`" if rest else "and has no indexes"
    fact = f"{miss.reached} is one object, not a list, {has}"
    step = Step(start, end, "", Level.ASK, UNMEASURED, fact)
    if next_miss(case, applied(text, [step]), step) is not None:
        return Abstain(f"{miss.message} – say which field is meant")
    return step


def _out_of_range(miss: Unresolved) -> Abstain:
    length = miss.length or 0
    has = f"[0] to [{length - 1}]" if length > 1 else "only [0]" if length else "no item"
    return Abstain(f"{miss.message}; there is {has} – say which item is meant")
