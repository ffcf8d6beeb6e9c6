"""Makes edits in the author's text: each way to write one is tried and read again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..errors import BadWorkflow
from ..problem import path_text
from .changes import Change, rewritten
from .codec import read
from .edits import Edit, Insert, Remove, RenameKey, SetValue, alike, changed, same, value_at
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
    return _edited(source, edits).text


def read_changed(source: Source, way: Iterable[Change], wanted: Any) -> Source | None:
    """Give the changed text if it says what is wanted."""
    text = rewritten(source.text, way)
    try:
        made = read(text, source.first_line) if text is not None else None
    except BadWorkflow:
        return None
    return made if made is not None and same(made.data, wanted) else None


def _edited(source: Source, edits: Sequence[Edit]) -> Source:
    """Make edits at once if their places in the text are apart, else one half after the other."""
    wanted, parts = source.data, list[Edit]()
    for edit in edits:
        parts += _leaves(wanted, edit)
        wanted = changed(wanted, edit)
    made = _at_once(source, parts, wanted) if parts else source
    if made is not None:
        return made
    if len(edits) == 1:
        return _with_one(source, edits[0], wanted)
    middle = len(edits) // 2
    return _edited(_edited(source, edits[:middle]), edits[middle:])


def _at_once(source: Source, edits: Iterable[Edit], wanted: Any) -> Source | None:
    """Make each edit in the way nearest to the author's, all in one pass."""
    changes: list[Change] = []
    try:
        for edit in edits:
            changed(source.data, edit)  # else the edit stands on what another makes
            changes += next(_ways(source, edit), ())
    except BadWorkflow:
        return None
    return read_changed(source, changes, wanted)


def _with_one(source: Source, edit: Edit, wanted: Any) -> Source:
    parts = _differences(source.data, edit)
    if parts:
        try:
            return _edited(source, parts)
        except BadWorkflow:
            pass  # the container is written anew instead
    for way in _ways(source, edit):
        made = read_changed(source, way, wanted)
        if made is not None:
            return made
    where = path_text(edit.slot) or "the workflow"
    raise BadWorkflow(f"the text around {where} leaves no place for this change")


def _ways(source: Source, edit: Edit) -> Iterator[Sequence[Change]]:
    """Give the changes that may make the edit, those nearest to the author's text first."""
    if isinstance(edit, SetValue):
        yield from spellings(source, edit.slot, edit.new)
    elif isinstance(edit, RenameKey):
        yield from renamings(source, edit.slot, edit.new)
    elif isinstance(edit, Remove):
        yield from removals(source, edit.slot)
    else:
        yield from insertions(source, edit.slot, edit.new)
        seal = _seal(source)
        yield from ([*seal, *way] for way in insertions(source, edit.slot, edit.new))


def _leaves(data: Any, edit: Edit) -> list[Edit]:
    """Part an edit of a container into the edits of what differs in it, however deep."""
    if isinstance(edit, SetValue) and same(value_at(data, edit.slot), edit.new):
        return []
    parts = _differences(data, edit)
    return [leaf for part in parts for leaf in _leaves(data, part)] if parts else [edit]


def _differences(data: Any, edit: Edit) -> list[Edit]:
    """Say where a container differs, so that its comments and its layout stay; none if too much."""
    if not isinstance(edit, SetValue):
        return []
    old, new, slot = value_at(data, edit.slot), edit.new, edit.slot
    parts: list[Edit] = []
    if isinstance(old, dict) and isinstance(new, dict):
        kept = (key for key in old if key in new and not same(old[key], new[key]))
        parts += (SetValue((*slot, key), new[key]) for key in kept)
        parts += (Insert((*slot, key), new[key]) for key in new if key not in old)
        parts += (Remove((*slot, key)) for key in old if key not in new)
    elif isinstance(old, list) and isinstance(new, list):
        head, tail = alike(old, new)
        paired = range(head, min(len(old), len(new)) - tail)
        differing = (at for at in paired if not same(old[at], new[at]))
        parts += (SetValue((*slot, at), new[at]) for at in differing)
        parts += (Insert((*slot, at), new[at]) for at in range(paired.stop, len(new) - tail))
        parts += (Remove((*slot, at)) for at in reversed(range(paired.stop, len(old) - tail)))
    return parts if len(parts) <= _MOST_PARTS else []


def _seal(source: Source) -> list[Change]:
    """Say of a block text that ends the file without a line break that it ends without one.

    Else a line put behind it would give it one.
    """
    last = max(source.marks.values(), key=lambda mark: mark.start)
    at = last.start + 1
    if last.style not in ("literal", "folded") or last.end < len(source.text.rstrip()):
        return []
    return [] if source.text[at : at + 1] in ("-", "+") else [(at, at, "-")]
