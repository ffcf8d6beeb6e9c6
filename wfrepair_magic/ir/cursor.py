"""Finds what is being written at a cursor in a workflow's text, however unfinished the text is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ..problem import Slot
from .outline import outline

Role = Literal["key", "item", "value", "template"]


@dataclass(frozen=True)
class Cursor:
    """What a person is about to write.

    `data` is what could be read of the whole text: mappings, lists, and scalars as text (None
    where nothing stands yet).  `slot` is that of the mapping whose `key` is written, or of the
    `value` or list `item`; of a `template` it is that of the value around it, () where that is
    not known.  `fragment` is what is written of it before the cursor, without its quote; of a
    template, all of it after ``${``.  `word` goes on behind the cursor.  `bare` says that a text
    must be put in quotes here (in JSON, outside of quotes).
    """

    data: Any
    slot: Slot
    role: Role
    fragment: str = ""
    word: str = ""
    bare: bool = False


def find_cursor(text: str, offset: int) -> Cursor | None:
    """Find what is written at an offset of a text; None where nothing of the language can stand.

    Never raises: what cannot be read is passed over.
    """
    read = outline(text, offset)
    expression = _open_template(text, offset)
    if expression is not None:
        slot = read.here.slot if read.here else ()
        return Cursor(read.data, slot, "template", expression)
    if read.here is None:
        return None
    here = read.here
    written = text[here.start : offset]
    quoted = written[:1] in ('"', "'")
    json = text.lstrip().startswith("{")
    word = text[here.start : max(here.end, offset)].strip().strip("\"'")
    return Cursor(read.data, here.slot, here.role, written[quoted:], word, bare=json and not quoted)


def _open_template(text: str, offset: int) -> str | None:
    """Give what stands between the last ``${`` of the line and the offset, if it is still open.

    In a run of dollars each pair stands for one dollar; only an odd one out opens a template.
    """
    begin = text.rfind("\n", 0, offset) + 1
    mark = text.rfind("${", begin, offset)
    if mark < 0 or "}" in text[mark:offset]:
        return None
    dollars = text[begin : mark + 1]
    if (len(dollars) - len(dollars.rstrip("$"))) % 2 == 0:
        return None
    return text[mark + 2 : offset]
