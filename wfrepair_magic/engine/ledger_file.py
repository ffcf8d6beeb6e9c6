"""The ledger's database: made once, recognised or refused, each commit on disk when it returns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import StoreError
from .faults import PATIENCE, corrupt, said
from .folder import StoreFolder, make_file
from .receipts import RECEIPTS
from .rows import Table
from .sqlite_file import SqliteFile
from .witness import Witness

FORMAT = 1

SESSIONS = Table(
    "sessions", ("name", "workflow", "opened", "state"), (("name",),), (("workflow",),)
)
LEASES = Table("leases", ("session", "owner", "since"), (("session",),))
RUNS = Table(
    "runs",
    ("name", "workflow", "session", "digest", "inputs", "options", "owner", "started", "ended",
     "state"),
    (("name",),),
    (("workflow",),),
)  # fmt: skip
TEXTS = Table("texts", ("digest", "text", "parent", "patch", "origin", "at"), (("digest",),))

_META = "CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID"
_PAYLOADS = "CREATE TABLE payloads (id INTEGER PRIMARY KEY, raw BLOB NOT NULL)"
_SCHEMA = (
    _META,
    _PAYLOADS,
    *(line for table in (RECEIPTS, SESSIONS, LEASES, RUNS, TEXTS) for line in table.schema()),
)
_LOOKED_UP = ("meta", RECEIPTS.name, SESSIONS.name)  # a row missing here would repeat an effect


class LedgerFile:
    """The open database of a store folder, for one thread.

    Opening checks that this is the folder's own ledger, that no commit is missing and that no
    row can hide; it raises StoreError with a sentence where that is not so.
    """

    def __init__(self, folder: StoreFolder, patience: float = PATIENCE) -> None:
        path = folder.path / "ledger.db"
        self.witness = Witness(folder.path / "ledger.seq")
        seen = self.witness.read()  # before the database: so it can never be ahead by itself
        with said(path):
            make_file(path)
        self.sqlite = SqliteFile(path, patience)
        try:
            self._prepare(folder, seen)
        except BaseException:
            self.close()
            raise

    def _prepare(self, folder: StoreFolder, seen: int) -> None:
        self.sqlite.run("PRAGMA journal_mode=WAL")
        self.sqlite.run("PRAGMA synchronous=FULL")
        if not self._schema() and not seen:
            self._make(folder)
        self._recognise(folder, seen)

    def _make(self, folder: StoreFolder) -> None:
        with self.sqlite.transaction():
            if self._schema():
                return  # another process was first
            for statement in _SCHEMA:
                self.sqlite.run(statement)
            for name, value in (("format", FORMAT), ("store", folder.id), ("commits", 0)):
                self.sqlite.run("INSERT INTO meta VALUES (?, ?)", (name, value))

    def _recognise(self, folder: StoreFolder, seen: int) -> None:
        path = self.sqlite.path
        schema = self._schema()
        meta = dict(self.sqlite.run("SELECT name, value FROM meta")) if _META in schema else {}
        if meta.get("format", FORMAT) != FORMAT:
            raise StoreError(
                f"{path} is of format {meta['format']}, and this version of wfrepair_magic uses "
                f"format {FORMAT}; install the version that wrote it"
            )
        if schema and schema != frozenset(_SCHEMA):
            raise corrupt(path, "its tables are not those of a ledger")
        if meta.get("store", folder.id) != folder.id:
            raise StoreError(f"{path} belongs to another store; put this store's own ledger back")
        commits = meta.get("commits")
        if not isinstance(commits, int) or commits < seen:
            raise corrupt(
                path, _LOST.format(seen=seen, commits=commits or 0, seq=self.witness.path)
            )
        self.sqlite.verify(*_LOOKED_UP)

    def _schema(self) -> frozenset[str]:
        """Give the statements that made what is in the file; empty for a new one."""
        found = self.sqlite.run("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
        return frozenset(str(sql) for (sql,) in found)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what the block writes one step, on disk when this returns."""
        with self.sqlite.transaction():
            yield
            self.sqlite.run("UPDATE meta SET value = value + 1 WHERE name = 'commits'")
            ((commit,),) = self.sqlite.run("SELECT value FROM meta WHERE name = 'commits'")
        self.witness.note(commit)

    @contextmanager
    def brief(self) -> Iterator[None]:
        """Make what the block writes one step that may be lost, with the power, before the next.

        The death of a process loses nothing of it.  The witness does not count it, or a loss
        without harm would be taken for a loss of receipts.
        """
        self.sqlite.run("PRAGMA synchronous=NORMAL")
        try:
            with self.sqlite.transaction():
                yield
        finally:
            self.sqlite.run("PRAGMA synchronous=FULL")

    def close(self) -> None:
        """Close the database and its witness; twice is harmless."""
        self.sqlite.close()
        self.witness.close()


_LOST = (
    "{seen} commits were made and {commits} are there, so receipts of effects are missing. Put "
    "the file (and its -wal, if there was one) back. Only if effects may be done again: remove "
    "the ledger and {seq}"
)
