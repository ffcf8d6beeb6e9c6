"""The typed edits of a workflow, and what each does to its data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ..errors import BadWorkflow
from ..problem import Slot, path_text
from .model import MISSING


@dataclass(frozen=True)
class SetValue:
    """Put another value at a slot; where `old` is given, that value must stand there."""

    slot: Slot
    new: Any
    old: Any = MISSING


@dataclass(frozen=True)
class RenameKey:
    """Give the key at the end of a slot another name; its value and its place stay."""

    slot: Slot
    new: str


@dataclass(frozen=True)
class Remove:
    """Take a key with its value, or a list item, away."""

    slot: Slot


@dataclass(frozen=True)
class Insert:
    """Put a new value where the slot says: a new key of a mapping, or an index of a list.

    A new key stands last in its mapping; items from the index on move back by one.
    """

    slot: Slot
    new: Any


Edit = SetValue | RenameKey | Remove | Insert


def value_at(data: Any, slot: Slot) -> Any:
    """Give the value at a slot.  Raises BadWorkflow where there is none."""
    for depth, part in enumerate(slot):
        if not _holds(data, part):
            raise BadWorkflow(f"there is nothing at {path_text(slot[: depth + 1])}")
        data = data[part]
    return data


def changed(data: Any, edit: Edit) -> Any:
    """Give the data as the edit leaves it; `data` itself stays as it is.

    Raises BadWorkflow where the edit does not fit the data.
    """
    found = None if isinstance(edit, Insert) else value_at(data, edit.slot)
    if isinstance(edit, SetValue):
        if edit.old is not MISSING and not same(found, edit.old):
            message = "does not hold what the edit was made for"
            raise BadWorkflow(f"{path_text(edit.slot) or 'the workflow'} {message}")
        return _replaced(data, edit.slot, edit.new)
    if not edit.slot:
        raise BadWorkflow("the whole workflow has no key; it is not inserted or removed")
    parent = value_at(data, edit.slot[:-1])
    if isinstance(edit, Insert):
        return _replaced(data, edit.slot[:-1], _with_item(parent, edit))
    if isinstance(edit, RenameKey):
        return _replaced(data, edit.slot[:-1], _renamed(parent, edit))
    rest: Any = parent.copy()
    del rest[edit.slot[-1]]
    return _replaced(data, edit.slot[:-1], rest)


def undone(data: Any, edit: Edit) -> Edit:
    """Give the edit that turns ``changed(data, edit)`` back into `data`."""
    if isinstance(edit, Insert):
        return Remove(edit.slot)
    old = value_at(data, edit.slot)
    if isinstance(edit, SetValue):
        return SetValue(edit.slot, old, edit.new)
    if isinstance(edit, RenameKey):
        return RenameKey((*edit.slot[:-1], edit.new), str(edit.slot[-1]))
    return Insert(edit.slot, old)


def same(one: Any, other: Any) -> bool:
    """Say whether two trees hold the same values of the same types; keys may be in any order."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and one == other == 0:
        return math.copysign(1, one) == math.copysign(1, other)
    return bool(one == other) or (one != one and other != other)


def alike(old: list[Any], new: list[Any]) -> tuple[int, int]:
    """Count the items that two lists share at their beginning and, of the others, at their end."""
    most = min(len(old), len(new))
    head = 0
    while head < most and same(old[head], new[head]):
        head += 1
    tail = 0
    while tail < most - head and same(old[-1 - tail], new[-1 - tail]):
        tail += 1
    return head, tail


def _holds(data: Any, part: str | int) -> bool:
    if isinstance(part, int):
        return isinstance(data, list) and 0 <= part < len(data)
    return isinstance(data, dict) and part in data


def _replaced(data: Any, slot: Slot, new: Any) -> Any:
    if not slot:
        return new
    copy = data.copy()
    copy[slot[0]] = _replaced(data[slot[0]], slot[1:], new)
    return copy


def _with_item(parent: Any, edit: Insert) -> Any:
    part, place = edit.slot[-1], path_text(edit.slot)
    where = path_text(edit.slot[:-1]) or "the workflow"
    if isinstance(part, str) and isinstance(parent, dict):
        if part in parent:
            raise BadWorkflow(f"{place} is there already")
        return {**parent, part: edit.new}
    if isinstance(part, int) and isinstance(parent, list):
        if not 0 <= part <= len(parent):
            raise BadWorkflow(f"{where} has {len(parent)} items; there is no place {part} in it")
        return [*parent[:part], edit.new, *parent[part:]]
    kind = "a list" if isinstance(part, int) else "a mapping"
    raise BadWorkflow(f"{where} is not {kind}, so nothing can be inserted at {place}")


def _renamed(parent: Any, edit: RenameKey) -> dict[str, Any]:
    old = edit.slot[-1]
    if not isinstance(parent, dict):
        raise BadWorkflow(f"{path_text(edit.slot)} is an item of a list and has no key")
    if edit.new != old and edit.new in parent:
        raise BadWorkflow(f"{path_text((*edit.slot[:-1], edit.new))} is there already")
    return {edit.new if key == old else key: value for key, value in parent.items()}
