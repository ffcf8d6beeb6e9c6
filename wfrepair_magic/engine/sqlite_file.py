"""One connection to one sqlite file: patient with other writers, clear about what went wrong."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import StoreError
from .faults import PATIENCE, corrupt, is_busy, said
from .folder import identity_of

_NAP = 0.05  # sqlite's own pauses grow to 100 ms; asking anew keeps them short and fair


class SqliteFile:
    """An open connection, used by the one thread that opened it.

    Every method raises StoreError for what sqlite or the system reports.
    """

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        self.path = path
        self.patience = patience
        with said(path):
            self._connection = sqlite3.connect(path, timeout=_NAP, isolation_level=None)
            self._file = identity_of(path)

    def run(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Execute a statement and give all of its rows; waits for another writer to finish."""
        with said(self.path):
            return self._patiently(statement, values)

    def _patiently(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return self._connection.execute(statement, values).fetchall()
            except sqlite3.OperationalError as error:
                if not is_busy(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.002)  # some statements are refused at once, without sqlite's pause

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what the block writes one step: all of it on disk afterwards, or nothing.

        Raises StoreError where the file was removed or replaced since it was opened: what is
        written to it then, nobody would ever read.
        """
        self._undo()
        self.run("BEGIN IMMEDIATE")
        try:
            if identity_of(self.path) != self._file:
                raise StoreError(f"{self.path} was removed or replaced while it was in use")
            yield
            self.run("COMMIT")
        except BaseException:
            self._undo()
            raise

    def _undo(self) -> None:
        with said(self.path):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def verify(self, *tables: str) -> None:
        """Check that the pages and indexes of some tables agree (all of the file: no names).

        Raises StoreError (CORRUPT) where they do not: a row could hide from a look-up.
        """
        for argument in [f"({table})" for table in tables] or [""]:
            findings = [str(row[0]) for row in self.run(f"PRAGMA integrity_check{argument}")]
            if findings != ["ok"]:
                raise corrupt(self.path, "; ".join(findings[:3]))

    def close(self) -> None:
        """Close the connection; twice is harmless."""
        with said(self.path):
            self._connection.close()
