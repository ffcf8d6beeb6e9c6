"""Several independent edits made one: they stand or fall together."""

from __future__ import annotations

from ..ir.patch import Edit, Insert, Patch, Remove, RenameKey, SetValue
from ..problem import Slot


def with_edits(patch: Patch, other: Patch) -> Patch | None:
    """Add the edits of another patch; None where the two want different things.

    Two edits of one text join if they change different pieces of it.
    """
    if patch.splices or other.splices:
        return None  # a text that cannot be read is mended as a whole
    edits = list(patch.edits)
    for edit in other.edits:
        if edit in edits:
            continue
        rival = next((index for index, one in enumerate(edits) if _meet(one, edit)), None)
        merged = edit if rival is None else _merged(edits[rival], edit)
        if merged is None:
            return None
        if rival is None:
            edits.append(merged)
        else:
            edits[rival] = merged
    return Patch(tuple(edits))


def _meet(one: Edit, other: Edit) -> bool:
    """Whether one edit stands at, or inside, the place of the other, or moves it in its list."""
    shorter = min(len(one.slot), len(other.slot))
    return one.slot[:shorter] == other.slot[:shorter] or _moves(one, other) or _moves(other, one)


def _moves(edit: Edit, other: Edit) -> bool:
    """Whether an edit may shift the items of a list in which the other one stands."""
    if not isinstance(edit, Insert | Remove) or not isinstance(edit.slot[-1], int):
        return False
    return other.slot[: len(edit.slot) - 1] == edit.slot[:-1]


def _merged(one: Edit, other: Edit) -> Edit | None:
    if not (isinstance(one, SetValue) and isinstance(other, SetValue) and one.slot == other.slot):
        return None
    texts = (one.old, one.new, other.new)
    if one.old != other.old or not all(isinstance(text, str) for text in texts):
        return None
    merged = _merge(*texts)
    return None if merged is None else SetValue(one.slot, merged, one.old)


def _merge(old: str, one: str, other: str) -> str | None:
    first, second = sorted([_change(old, one), _change(old, other)])
    (start, end, new), (later, last, newer) = first, second
    if end > later or start == later:
        return None
    return old[:start] + new + old[end:later] + newer + old[last:]


def _change(old: str, new: str) -> tuple[int, int, str]:
    """Give the piece of `old` that `new` changes: its start, its end, what stands there now."""
    most = min(len(old), len(new))
    start = next((at for at in range(most) if old[at] != new[at]), most)
    tail = 0
    while tail < most - start and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return start, len(old) - tail, new[start : len(new) - tail]


def touched(patch: Patch) -> tuple[Slot, ...]:
    """Give the slots at which the patch's edits stand in the repaired workflow."""
    return tuple(moved(edit.slot, patch) for edit in patch.edits)


def moved(slot: Slot, patch: Patch) -> Slot:
    """Say where a slot of the workflow lies after the patch has renamed its keys."""
    for edit in patch.edits:
        length = len(edit.slot)
        if isinstance(edit, RenameKey) and slot[:length] == edit.slot:
            slot = (*slot[: length - 1], edit.new, *slot[length:])
    return slot
