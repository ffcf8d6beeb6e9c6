"""The raw results of receipts: small ones in the ledger's own database, large ones as files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import blobs, envelope
from .envelope import Kept
from .faults import corrupt, said
from .rows import Row
from .sqlite_file import SqliteFile


@dataclass(frozen=True)
class Staged:
    """A result on its way to a receipt.  `columns` are what the receipt's row says of it."""

    columns: dict[str, Any]
    raw: bytes | None = None


def stage(folder: Path, raw: bytes | None) -> Staged:
    """Make a packed result ready for a row: a large one is on disk when this returns."""
    if raw is None:
        return Staged({"codec": None, "digest": None, "file": None})
    columns = {"codec": envelope.codec_of(raw), "digest": _digest(raw), "file": None}
    if len(raw) < blobs.SMALLEST:
        return Staged(columns, raw)
    with said(folder):
        return Staged({**columns, "file": blobs.write(folder, raw)})


def attach(sqlite: SqliteFile, id: int, staged: Staged) -> None:
    """Put a staged result under a receipt's number, inside the transaction of its row."""
    sqlite.run("DELETE FROM payloads WHERE id = ?", (id,))
    if staged.raw is not None:
        sqlite.run("INSERT INTO payloads VALUES (?, ?)", (id, staged.raw))


def load(sqlite: SqliteFile, folder: Path, row: Row) -> Kept | None:
    """Give the result that a receipt's row names; None where it names none.

    Raises StoreError (CORRUPT) where it is gone or is not the one that was written.
    """
    if row["digest"] is None:
        return None
    raw = _file(folder, row["file"]) if row["file"] else _inline(sqlite, row["id"])
    if raw is None or _digest(raw) != row["digest"]:
        lost = "is gone" if raw is None else "is not the one that was written"
        raise corrupt(sqlite.path, f"the result of receipt {row['id']} ({row['slot']}) {lost}")
    return envelope.unpack(raw, row["key"])


def discard(folder: Path, file: str | None) -> None:
    """Remove the file of a result that no row names (any more)."""
    if file is not None:
        with said(folder):
            blobs.remove(folder, file)


def _file(folder: Path, name: str) -> bytes:
    with said(folder):
        return blobs.read(folder, name)


def _inline(sqlite: SqliteFile, id: int) -> bytes | None:
    found = sqlite.run("SELECT raw FROM payloads WHERE id = ?", (id,))
    return bytes(found[0][0]) if found and isinstance(found[0][0], bytes) else None


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
