"""Makes edits in the author's text: each way to write one is tried and read again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..errors import BadWorkflow
from ..problem import path_text
from .codec import read
from .edits import Edit, Insert, Remove, RenameKey, SetValue, changed, same
from .relist import insertions, removals
from .respell import renamings, spellings
from .source import Source

_MOST_PARTS = 40  # beyond this many differences a container is written anew


def edit_text(source: Source, edits: Sequence[Edit]) -> str:
    """Give the author's text with the edits made, each on what the one before it left.

    What an edit does not mean stays byte for byte: comments, quotes, order, indentation, line
    breaks.  Raises BadWorkflow where an edit does not fit the data, or where the text has no
    place for it; then nothing is changed.
    """
    for edit in edits:
        source = _edited(source, edit)
    return source.text


def _edited(source: Source, edit: Edit) -> Source:
    wanted = changed(source.data, edit)
    if same(source.data, wanted) and not isinstance(edit, RenameKey):
        return source
    failure: BadWorkflow | None = None
    for text in _ways(source, edit):
        try:
            made = read(text, source.first_line)
        except BadWorkflow as error:
            failure = error
            continue
        if same(made.data, wanted):
            return made
    where = path_text(edit.slot) or "the workflow"
    raise BadWorkflow(f"the text around {where} leaves no place for this change") from failure


def _ways(source: Source, edit: Edit) -> Iterator[str]:
    """Give the texts that may be the edited one, those nearest to the author's first."""
    if isinstance(edit, SetValue):
        yield from _in_parts(source, edit)
        yield from spellings(source, edit.slot, edit.new)
    elif isinstance(edit, RenameKey):
        yield from renamings(source, edit.slot, edit.new)
    elif isinstance(edit, Remove):
        yield from removals(source, edit.slot)
    else:
        yield from insertions(source, edit.slot, edit.new)
        yield from insertions(_sealed(source), edit.slot, edit.new)


def _in_parts(source: Source, edit: SetValue) -> Iterator[str]:
    """Change a container where it differs, so that its comments and its layout stay."""
    old: Any = source.data
    for part in edit.slot:
        old = old[part]
    parts = list(_differences(edit, old))
    if not parts or len(parts) > _MOST_PARTS:
        return
    try:
        yield edit_text(source, parts)
    except BadWorkflow:
        return  # the container is written anew instead


def _differences(edit: SetValue, old: Any) -> Iterator[Edit]:
    new, slot = edit.new, edit.slot
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old:
            if key in new and not same(old[key], new[key]):
                yield SetValue((*slot, key), new[key])
        yield from (Insert((*slot, key), new[key]) for key in new if key not in old)
        yield from (Remove((*slot, key)) for key in old if key not in new)
    elif isinstance(old, list) and isinstance(new, list):
        head, tail = _alike(old, new)
        paired = range(head, min(len(old), len(new)) - tail)
        yield from (SetValue((*slot, at), new[at]) for at in paired if not same(old[at], new[at]))
        for at in range(paired.stop, len(new) - tail):
            yield Insert((*slot, at), new[at])
        for at in reversed(range(paired.stop, len(old) - tail)):
            yield Remove((*slot, at))


def _alike(old: list[Any], new: list[Any]) -> tuple[int, int]:
    """Count the items that two lists share at their beginning and at their end."""
    most = min(len(old), len(new))
    head = 0
    while head < most and same(old[head], new[head]):
        head += 1
    tail = 0
    while tail < most - head and same(old[-1 - tail], new[-1 - tail]):
        tail += 1
    return head, tail


def _sealed(source: Source) -> Source:
    """Say of a block text that ends the file without a line break that it ends without one.

    Else a line put behind it would give it one.
    """
    last = max(source.marks.values(), key=lambda mark: mark.start)
    header = source.text[last.start : last.start + 2]
    if last.style not in ("literal", "folded") or last.end < len(source.text.rstrip()):
        return source
    if header[1:] in ("-", "+"):
        return source
    at = last.start + 1
    return read(source.text[:at] + "-" + source.text[at:], source.first_line)
