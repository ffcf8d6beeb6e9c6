"""Results on disk by content: whatever is kept is found as it was, or its damage is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

from ..errors import StoreError
from . import blobs, codecs, envelope
from . import folder as store_folder
from .envelope import Kept
from .faults import PATIENCE, corrupt
from .open_stores import leave, writer_of
from .results import DATABASE, Results
from .writer import Pieces

_DOCUMENT = "document"  # the codec of key documents

T = TypeVar("T")


class Store:
    """The open results of one store folder, for use from any thread.

    Keys are digests of 64 hex digits.  Every method raises StoreError where the store cannot be
    read or written, or was damaged: CORRUPT is never a miss.
    """

    def __init__(self, folder: Path, patience: float, behind: bool) -> None:
        self.folder = folder
        self._path = folder / "results"
        self._behind = behind
        self._failures: list[Exception] = []
        database = self._path / DATABASE
        files = (self._path, database, database.with_name(f"{database.name}-wal"))
        self._writer = writer_of(folder, files, lambda: Results.open(self._path, patience), self)
        self._writer.set_patience(patience)

    @classmethod
    def open(cls, folder: Path, patience: float = PATIENCE, *, behind: bool = False) -> Self:
        """Open the results of a store folder; both are made where they are not there yet.

        `patience` is how many seconds a call waits for another process that writes.  With
        `behind`, what is put is on disk a moment later, or after `flush`; a write that fails then
        is said by the next call.
        """
        return cls(store_folder.make(folder).path, patience, behind)

    def get(self, key: str) -> Kept | None:
        """Give the result that is kept under a key; None where there is none."""
        raw = self._writer.get(key)
        return None if raw is None else envelope.unpack(raw, key)

    def put(self, key: str, kept: Kept) -> bool:
        """Keep a result under its key, in the place of an older one.  False: it has no codec."""
        pieces = envelope.pack_pieces(kept, key)
        if pieces is not None:
            self._write(key, pieces)
        return pieces is not None

    def note(self, key: str, document: Any) -> bool:
        """Keep the readable document of a key, a moment later.  False: it has no codec."""
        payload = codecs.encode(document)
        if payload is not None:
            raw = envelope.wrap(_DOCUMENT, key, payload)
            with self._told():
                self._writer.put(_about(key), raw, self._failures, last=False)
        return payload is not None

    def about(self, key: str) -> Any:
        """Give the document that was noted for a key; None where there is none."""
        raw = self._writer.get(_about(key))
        if raw is None:
            return None
        codec, payload = envelope.unwrap(raw, key)
        if codec != _DOCUMENT:
            raise corrupt(self._path, f"what is noted for {key} is not a document")
        return envelope.read_document(payload, key)

    def ask(self, work: Callable[[Results], T]) -> T:
        """Have the store's own thread do something with all that is kept."""
        with self._told():
            return self._writer.use(work)

    def flush(self) -> None:
        """Have all results that were put on disk when this returns, also after a power cut."""
        with self._told():
            self._writer.flush()

    def close(self) -> None:
        """Close the store; twice is harmless."""
        with self._told():
            leave(self._writer, self)

    def _write(self, name: str, pieces: Pieces) -> None:
        with self._told():
            if self._behind and sum(map(len, pieces)) < blobs.SMALLEST:
                self._writer.put(name, b"".join(pieces), self._failures)
            else:
                self._writer.write({name: pieces})

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say once where something that was put earlier could not be written."""
        try:
            yield
        except StoreError:
            self._failures.clear()
            raise
        if self._failures:
            error = self._failures[0]
            self._failures.clear()
            raise error


def _about(key: str) -> str:
    return f"about-{key}"
