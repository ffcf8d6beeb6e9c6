"""Results on disk by content; the only file that knows diskcache.

diskcache is made for values that may go away at any time and for any Python object; here nothing
goes away by itself, and only bytes in an envelope pass.  Its own codec is pickle, which would
run whatever somebody planted in the file, so `_BytesOnly` refuses it in both directions.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

import diskcache

from ..errors import EngineBug, StoreError
from . import blobs, codecs, envelope
from . import folder as store_folder
from .envelope import Kept
from .faults import PATIENCE, corrupt, locked, said
from .sqlite_file import SqliteFile

_DOCUMENT = "document"  # the codec of key documents
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


class _BytesOnly(diskcache.Disk):  # type: ignore[misc]  # diskcache ships no types
    """Puts bytes into rows and files, and refuses all that diskcache would pickle."""

    def __init__(self, directory: str, **settings: Any) -> None:
        super().__init__(directory, settings.get("min_file_size", blobs.SMALLEST))
        self._folder = Path(directory)

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
        if type(value) is not bytes or read:
            raise EngineBug("a value of the store must be bytes")
        if len(value) < self.min_file_size:
            return 0, diskcache.core.MODE_RAW, None, sqlite3.Binary(value)
        return len(value), diskcache.core.MODE_BINARY, blobs.write(self._folder, value), None

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
        """Remove the file of a value that was replaced."""
        blobs.remove(self._folder, file_path)


class Store:
    """The open results of one store folder, used by one thread: the run's own, never the main.

    (An interrupt that reaches diskcache inside a transaction leaves it open, and everybody else
    locked out.)  Keys are digests of 64 hex digits.  Every method raises StoreError where the
    store cannot be read or written, or was damaged: CORRUPT is never a miss.
    """

    def __init__(self, cache: diskcache.Cache, folder: Path, patience: float) -> None:
        self.folder = folder
        self._cache = cache
        self._path = folder / "results"
        self._patience = patience

    @classmethod
    def open(cls, folder: Path, patience: float = PATIENCE) -> Self:
        """Open the results of a store folder; both are made where they are not there yet.

        `patience` is how many seconds a call waits for another process that writes.
        """
        store = store_folder.make(folder)
        path = store.path / "results"
        with said(path):
            store_folder.make_subfolder(path)
            store_folder.make_file(path / diskcache.core.DBNAME)
        _look_over(path / diskcache.core.DBNAME, patience)
        with _diskcache(path):
            cache = diskcache.Cache(str(path), timeout=_TURN, disk=_BytesOnly, **_SETTINGS)
        return cls(cache, store.path, patience)

    def get(self, key: str) -> Kept | None:
        """Give the result that is kept under a key; None where there is none."""
        raw = self._read(key)
        return None if raw is None else envelope.unpack(raw, key)

    def put(self, key: str, kept: Kept) -> bool:
        """Keep a result under its key, in the place of an older one.  False: it has no codec."""
        raw = envelope.pack(kept, key)
        if raw is not None:
            self._write(key, raw)
        return raw is not None

    def note(self, key: str, document: Any) -> bool:
        """Keep the readable document of a key beside its result.  False: it has no codec."""
        payload = codecs.encode(document)
        if payload is not None:
            self._write(_about(key), envelope.wrap(_DOCUMENT, key, payload))
        return payload is not None

    def about(self, key: str) -> Any:
        """Give the document that was noted for a key; None where there is none."""
        raw = self._read(_about(key))
        if raw is None:
            return None
        codec, payload = envelope.unwrap(raw, key)
        if codec != _DOCUMENT:
            raise corrupt(self._path, f"what is noted for {key} is not a document")
        return envelope.read_document(payload, key)

    def close(self) -> None:
        """Close the store; twice is harmless."""
        with _diskcache(self._path):
            self._cache.close()

    def _read(self, name: str) -> bytes | None:
        def look() -> bytes | None:
            found: bytes | None = self._cache.get(name)
            return found

        try:
            return self._patiently(look)
        except StoreError:  # a file goes when its result is replaced: then the row has another
            return self._patiently(look)

    def _write(self, name: str, raw: bytes) -> None:
        self._patiently(lambda: self._cache.set(name, raw))

    def _patiently(self, act: Callable[[], T]) -> T:
        """Do what may have to wait for another writer, for as long as our patience lasts."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                with _diskcache(self._path):
                    return act()
            except diskcache.Timeout as error:
                if time.monotonic() > deadline:
                    raise locked(self._path) from error


def _about(key: str) -> str:
    return f"about-{key}"


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
