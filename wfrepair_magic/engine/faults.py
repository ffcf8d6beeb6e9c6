"""What sqlite and the file system report about the store, said as StoreError sentences."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import StoreError

PATIENCE = 8.0
"""How long, in seconds, a call waits for another process that is writing."""

_PRIMARY = 0xFF  # sqlite's extended codes carry the primary one in the low byte

_SENTENCES = {
    sqlite3.SQLITE_BUSY: "is being written by another process that does not come to an end",
    sqlite3.SQLITE_FULL: "cannot be written: the disk is full",
    sqlite3.SQLITE_READONLY: "cannot be written: it is read-only",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check its permissions and the limit of open files",
    sqlite3.SQLITE_PERM: "cannot be used: permission denied",
    sqlite3.SQLITE_IOERR: "cannot be used: the disk reports an error",
    sqlite3.SQLITE_NOMEM: "cannot be used: no memory is left",
}


def corrupt(path: Path | str, what: str) -> StoreError:
    """Make the error that says that the store was damaged, and where; never a miss."""
    return StoreError(f"CORRUPT: {path}: {what}")


def locked(path: Path) -> StoreError:
    """Make the error that says that another process has been writing for too long."""
    return StoreError(f"{path} {_SENTENCES[sqlite3.SQLITE_BUSY]}")


def is_busy(error: sqlite3.Error) -> bool:
    """Say whether another connection only has to finish first."""
    return _code(error) == sqlite3.SQLITE_BUSY


@contextmanager
def said(path: Path) -> Iterator[None]:
    """Turn whatever sqlite or the system reports inside the block into a StoreError.

    A use from the wrong thread stays what it is: a mistake of ours, not of the store.
    """
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.Error as error:
        raise _of_sqlite(path, error) from error
    except UnicodeDecodeError as error:  # sqlite's own message, which quotes what is damaged
        raise corrupt(path, str(error.object, "utf-8", "replace")) from error
    except OSError as error:
        raise StoreError(f"{path} cannot be used: {error.strerror or error}") from error


def _of_sqlite(path: Path, error: sqlite3.Error) -> StoreError:
    sentence = _SENTENCES.get(_code(error))
    if sentence is None:  # malformed, not a database, no such table, text that is no text …
        return corrupt(path, str(error))
    return StoreError(f"{path} {sentence} ({error})")


def _code(error: sqlite3.Error) -> int:
    """Give sqlite's primary code; 0 where the error comes from reading what sqlite gave."""
    return int(getattr(error, "sqlite_errorcode", None) or 0) & _PRIMARY
