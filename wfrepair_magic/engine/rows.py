"""Rows that carry a seal, so that a changed, mixed or swapped one is found when it is read.

The seal is the digest of the table's name, the row's number and every column.  It guards
against damage, not against an enemy: whoever can write the file can write the seal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .faults import corrupt
from .sqlite_file import SqliteFile

Row = dict[str, Any]
"""A row by column name, with its number under ``id``."""


@dataclass(frozen=True)
class Table:
    """A table of sealed rows; `columns` besides ``id`` and ``seal``, `indexes` by columns."""

    name: str
    columns: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()

    def schema(self) -> tuple[str, ...]:
        """Give the statements that make the table; sqlite keeps them word for word."""
        columns = ", ".join(["id INTEGER PRIMARY KEY", *self.columns, "seal TEXT NOT NULL"])
        return (
            f"CREATE TABLE {self.name} ({columns})",
            *(self._index("UNIQUE INDEX", names) for names in self.unique),
            *(self._index("INDEX", names) for names in self.indexes),
        )

    def _index(self, kind: str, names: Sequence[str]) -> str:
        return f"CREATE {kind} {self.name}_{'_'.join(names)} ON {self.name} ({', '.join(names)})"


def select(file: SqliteFile, table: Table, rest: str, values: Iterable[Any] = ()) -> list[Row]:
    """Give the rows that ``SELECT … FROM table {rest}`` finds, each checked against its seal.

    Raises StoreError (CORRUPT) for a row that is not as it was written.
    """
    names = ("id", *table.columns)
    found = file.run(f"SELECT {', '.join(names)}, seal FROM {table.name} {rest}", tuple(values))
    return [_checked(file, table, names, line) for line in found]


def insert(file: SqliteFile, table: Table, row: Mapping[str, Any]) -> int:
    """Add a row inside a transaction, and give its number: one more than any before."""
    ((id,),) = file.run(f"SELECT coalesce(max(id), 0) + 1 FROM {table.name}")
    places = ", ".join("?" * (len(table.columns) + 2))
    file.run(f"INSERT INTO {table.name} VALUES ({places})", _sealed(table, id, row))
    return int(id)


def update(file: SqliteFile, table: Table, row: Mapping[str, Any]) -> None:
    """Write a whole row in the place of the one with its ``id``, inside a transaction."""
    places = ", ".join(f"{name} = ?" for name in (*table.columns, "seal"))
    values = _sealed(table, row["id"], row)
    file.run(f"UPDATE {table.name} SET {places} WHERE id = ?", (*values[1:], row["id"]))


def storable(text: str) -> str:
    """Give text that sqlite can hold: half of a surrogate pair becomes its escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _sealed(table: Table, id: int, row: Mapping[str, Any]) -> tuple[Any, ...]:
    values = (id, *(row[name] for name in table.columns))
    return (*values, _seal(table, values))


def _checked(file: SqliteFile, table: Table, names: Sequence[str], line: tuple[Any, ...]) -> Row:
    *values, seal = line
    if any(isinstance(value, bytes) for value in values) or seal != _seal(table, values):
        raise corrupt(file.path, f"row {values[0]} of {table.name} is not as it was written")
    return dict(zip(names, values, strict=True))


def _seal(table: Table, values: Sequence[Any]) -> str:
    text = json.dumps([table.name, *values])
    return hashlib.sha256(text.encode("ascii")).hexdigest()
