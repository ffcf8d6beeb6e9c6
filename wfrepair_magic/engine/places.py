"""Finds the receipt that counts for a node among those of its session: a multiset by key."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..ir.names import nearest
from .faults import corrupt
from .receipts import OPEN, RECEIPTS, Place, State, is_lost, standing, state_in
from .rows import Row, select, update
from .sqlite_file import SqliteFile


def rows(file: SqliteFile, rest: str, *values: Any) -> list[Row]:
    """Give the rows of receipts that ``WHERE …`` finds."""
    return select(file, RECEIPTS, rest, values)


def row_of(file: SqliteFile, id: int) -> Row:
    """Give a receipt's row.  Raises StoreError (CORRUPT) where it is gone."""
    found = rows(file, "WHERE id = ?", id)
    if not found:
        raise corrupt(file.path, f"receipt {id} is gone")
    return found[0]


def place_of(row: Row) -> Place:
    """Give the place that a row is a receipt of."""
    return Place(row["workflow"], row["session"], row["key"], row["slot"])


def newest(file: SqliteFile, place: Place) -> Row | None:
    """Give the last generation of a place; None where nothing was begun there."""
    found = rows(file, f"{_AT} ORDER BY generation DESC LIMIT 1", *_values(place))
    return found[0] if found else None


def holders(file: SqliteFile, place: Place) -> list[str]:
    """Name the other slots that hold receipts of this key; none where the place has its own."""
    found = file.run(
        "SELECT DISTINCT slot FROM receipts WHERE session = ? AND key = ?",
        (place.session, place.key),
    )
    slots = [str(slot) for (slot,) in found]
    return [] if place.slot in slots else slots


def left_behind(file: SqliteFile, place: Place, slots: Collection[str]) -> Row | None:
    """Find a receipt of this key whose slot has left the workflow: the best known, oldest."""
    left = [slot for slot in holders(file, place) if slot not in slots]
    last = [newest(file, Place(place.workflow, place.session, place.key, slot)) for slot in left]
    usable = [row for row in last if row is not None and row["state"] != State.SUPERSEDED]
    return min(usable, key=standing, default=None)


def move(file: SqliteFile, row: Row, place: Place) -> Row | None:
    """Give all generations of a receipt to another slot, unless somebody was faster.

    To be called inside a transaction; gives the newest row of the slot.
    """
    taken = newest(file, place)
    if taken is not None:
        return taken
    for old in rows(file, _AT, *_values(place_of(row))):
        update(file, RECEIPTS, {**old, "slot": place.slot, "workflow": place.workflow})
    return newest(file, place)


def questions(file: SqliteFile, session: str) -> list[Row]:
    """Give the rows that a person must answer for: in doubt, or begun by an owner that is gone."""
    found = rows(file, f"WHERE session = ? AND {state_in(OPEN)} ORDER BY id", session, *OPEN)
    return [row for row in found if is_lost(row)]


def known_doubts(file: SqliteFile, session: str, slot: str) -> str:
    """Say to whom no effect in doubt was found in `slot` what is in doubt, with the nearest."""
    names = list(dict.fromkeys(str(row["slot"]) for row in questions(file, session)))
    if not names:
        return "nothing is in doubt here"
    close = nearest(slot, names)
    hint = f"; did you mean `{close}`?" if close else ""
    return f"in doubt here: {', '.join(f'`{name}`' for name in names)}{hint}"


def follows_a_doubt(file: SqliteFile, row: Row) -> bool:
    """Whether a row's effect was in doubt when it was begun, and so was sent again."""
    before = rows(file, f"{_AT} AND generation = ?", *_values(place_of(row)), row["generation"] - 1)
    return bool(before) and before[0]["state"] == State.RESENT


_AT = "WHERE session = ? AND key = ? AND slot = ?"


def _values(place: Place) -> tuple[str, str, str]:
    return place.session, place.key, place.slot
