"""The rows and files of results; the only module that knows diskcache, on one thread.

diskcache is made for values that may go away at any time and for any Python object; here nothing
goes away by itself, and only bytes pass.  Its own codec is pickle, which would run whatever
somebody planted in the file, so `BytesOnly` refuses it in both directions.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import diskcache

from ..errors import EngineBug, StoreError
from . import blobs
from . import folder as store_folder
from .faults import corrupt, locked, said
from .sqlite_file import SqliteFile
from .writer import Pieces

DATABASE: str = diskcache.core.DBNAME

_VERIFIED = 32_000_000  # bytes of a database that is checked as a whole when it is opened
_TURN = 1.0  # seconds that one try waits for another writer
_SETTINGS = {
    "eviction_policy": "none",
    "cull_limit": 0,
    "size_limit": 2**62,
    "statistics": 0,
    "tag_index": 0,
    "disk_min_file_size": blobs.SMALLEST,
    "sqlite_auto_vacuum": 0,
    "sqlite_journal_mode": "wal",
    "sqlite_mmap_size": 0,  # a mapped file that is cut short kills the process
}

T = TypeVar("T")


@dataclass(frozen=True)
class _Filed:
    """A large value that lies in a file already: its name in the store, and its bytes."""

    name: str
    size: int


@dataclass(frozen=True)
class Entry:
    """A name under which something is kept since `at` (unix seconds), and how many bytes."""

    name: str
    at: float
    size: int
    file: str | None


class BytesOnly(diskcache.Disk):  # type: ignore[misc]  # diskcache ships no types
    """Puts bytes into rows and files, and refuses all that diskcache would pickle."""

    def __init__(self, directory: str, **settings: Any) -> None:
        super().__init__(directory, settings.get("min_file_size", blobs.SMALLEST))
        self._folder = Path(directory)
        self.replaced: list[str] = []

    def put(self, key: Any) -> tuple[str, bool]:
        """Give a key as diskcache keeps it; only ASCII text is a key."""
        if type(key) is not str or not key.isascii():
            raise EngineBug(f"a key of the store must be ASCII text, not {key!r}")
        return key, True

    def get(self, key: Any, raw: bool) -> str:
        """Give back a key that `put` gave; anything else was planted or damaged."""
        if not raw or type(key) is not str:
            raise corrupt(self._folder, "it holds a key that is not text")
        return key

    def store(self, value: Any, read: bool, key: Any = None) -> tuple[int, int, Any, Any]:
        """Give (size, mode, file name, row value) of a value; only bytes are values."""
        if type(value) is _Filed:
            return value.size, diskcache.core.MODE_BINARY, value.name, None
        if type(value) is not bytes or read:
            raise EngineBug("a value of the store must be bytes")
        return 0, diskcache.core.MODE_RAW, None, sqlite3.Binary(value)

    def fetch(self, mode: int, filename: Any, value: Any, read: bool) -> bytes:
        """Give back the bytes that `store` took.

        What the system cannot read becomes a StoreError here: diskcache takes an OSError for a
        miss.
        """
        if mode == diskcache.core.MODE_RAW and type(value) is bytes:
            return value
        if mode == diskcache.core.MODE_BINARY and type(filename) is str:
            with said(self._folder / filename):
                return blobs.read(self._folder, filename)
        raise corrupt(self._folder, "it holds a value that is not bytes")

    def remove(self, file_path: str) -> None:
        """Note that the file of a value was replaced.

        diskcache asks for this before the transaction ends; a kill in between would leave a row
        without its file.
        """
        self.replaced.append(file_path)


class Results:
    """The open diskcache of a store, used by the store's own thread only."""

    def __init__(self, cache: diskcache.Cache, path: Path, patience: float) -> None:
        self._cache = cache
        self._path = path
        self.patience = patience

    @classmethod
    def open(cls, path: Path, patience: float) -> Self:
        """Open the results in a folder; they are made where they are not there yet."""
        with said(path):
            store_folder.make_subfolder(path)
            store_folder.make_file(path / DATABASE)
        _look_over(path / DATABASE, patience)
        with _diskcache(path):
            cache = diskcache.Cache(str(path), timeout=_TURN, disk=BytesOnly, **_SETTINGS)
        return cls(cache, path, patience)

    def read(self, name: str) -> bytes | None:
        """Give what lies under a name; None where nothing does."""

        def look() -> bytes | None:
            found: bytes | None = self._cache.get(name)
            return found

        try:
            return self._patiently(look)
        except StoreError:  # a file goes when its result is replaced: then the row has another
            return self._patiently(look)

    def write(self, items: Mapping[str, Pieces]) -> None:
        """Put some items under their names in one transaction: all of them or none."""
        values = {name: self._value(pieces) for name, pieces in items.items()}
        self._cache.disk.replaced.clear()

        def set_all() -> None:
            with self._cache.transact():
                for name, value in values.items():
                    self._cache.set(name, value)

        try:
            self._patiently(set_all)
        except BaseException:
            self._undo()
            self._remove(value.name for value in values.values() if isinstance(value, _Filed))
            raise
        self._remove(self._cache.disk.replaced)

    def _undo(self) -> None:
        """End a transaction that diskcache left open, as it does where it is cut off."""
        connection = self._cache._con
        if connection.in_transaction:
            with _diskcache(self._path):
                connection.execute("ROLLBACK")
        self._cache._txn_id = None

    def _value(self, pieces: Pieces) -> bytes | _Filed:
        """Put a large value into its file, before the transaction that names it."""
        size = sum(map(len, pieces))
        if size < blobs.SMALLEST:
            return b"".join(pieces)
        with said(self._path):
            return _Filed(blobs.write(self._path, *pieces), size)

    def _remove(self, files: Iterable[str]) -> None:
        for name in files:
            with said(self._path):
                blobs.remove(self._path, name)

    def entries(self) -> list[Entry]:
        """List what is kept, oldest first."""

        def look() -> list[Entry]:
            size = "coalesce(length(value), size)"
            found = f"SELECT key, store_time, {size}, filename FROM Cache ORDER BY store_time"
            return [Entry(*line) for line in self._cache._sql(found).fetchall()]

        return self._patiently(look)

    def forget(self, names: Iterable[str], unnamed: Callable[[Container[str]], list[str]]) -> None:
        """Remove what lies under some names, and then the files that `unnamed` picks.

        It is asked while nobody can write, with the files that rows name.
        """

        def remove_all() -> list[str]:
            with self._cache.transact():
                for name in names:
                    self._cache.delete(name)
                return unnamed({entry.file for entry in self.entries() if entry.file is not None})

        self._cache.disk.replaced.clear()
        try:
            files = self._patiently(remove_all)
        except BaseException:
            self._undo()
            raise
        self._remove([*self._cache.disk.replaced, *files])
        with _diskcache(self._path), suppress(sqlite3.OperationalError):  # it can wait
            self._cache._sql("VACUUM")

    def sync(self) -> None:
        """Make what was written last through a power cut."""
        log = self._path / f"{DATABASE}-wal"
        with said(log), suppress(FileNotFoundError):
            handle = os.open(log, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def rest(self) -> None:
        """Bring all of the log into the database, unless another process is in the way."""
        with _diskcache(self._path):
            # diskcache has no word for this; a checkpoint that cannot be had now is not waited for
            self._cache._sql("PRAGMA busy_timeout = 0")
            self._cache._sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._cache._sql(f"PRAGMA busy_timeout = {int(1000 * _TURN)}")

    def close(self) -> None:
        """Close the connection; twice is harmless."""
        with _diskcache(self._path):
            self._cache.close()

    def _patiently(self, act: Callable[[], T]) -> T:
        """Do what may have to wait for another writer, for as long as our patience lasts."""
        deadline = time.monotonic() + self.patience
        while True:
            try:
                with _diskcache(self._path):
                    return act()
            except diskcache.Timeout as error:
                if time.monotonic() > deadline:
                    raise locked(self._path) from error


def _look_over(path: Path, patience: float) -> None:
    """Meet a locked or damaged database before diskcache does, which would wait a minute.

    An index that lost an entry would be a miss.  In a large database that is not looked for: the
    worst that can come of it is that a result without effects is made again.
    """
    database = SqliteFile(path, patience)
    try:
        database.run("PRAGMA journal_mode=WAL")
        with database.transaction():
            pass
        if path.stat().st_size <= _VERIFIED:
            database.verify()
    finally:
        database.close()


@contextmanager
def _diskcache(path: Path) -> Iterator[None]:
    """Say in our words what diskcache meets; it does not expect a damaged row or setting."""
    with said(path):
        try:
            yield
        except (TypeError, ValueError, KeyError, AttributeError, AssertionError) as error:
            raise corrupt(path, f"diskcache cannot read it ({error!r})") from error
