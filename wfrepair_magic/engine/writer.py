"""One thread for each open store: it owns the connection, and others ask it and wait.

A KeyboardInterrupt reaches the main thread alone, so what it cuts off is a wait, and never a
transaction: one that was left open would lock every other process out.

Writes may be grouped: they wait a moment on a list, can be read from there, and go to disk in one
transaction.
"""

from __future__ import annotations

import os
import queue
import threading
import time
import weakref
from _thread import start_new_thread
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from ..errors import EngineBug, StoreError
from .faults import said
from .folder import identity_of
from .thread import LOOK

LINGER = 0.05
"""Seconds that a grouped write waits for others: so much can be lost by a kill, and is redone."""

GROUP = 256
"""So many writes at most wait for each other."""

GROUP_BYTES = 8_000_000

IDLE = 5.0
"""Seconds after which a connection that nobody uses is closed."""

Pieces = Sequence[bytes | memoryview]
"""The bytes of one value, in pieces that need not lie together."""

T = TypeVar("T")


class Rows(Protocol):
    """An open store as its thread uses it; each method raises StoreError.

    `patience` is how many seconds it waits for another process that writes.
    """

    patience: float

    def read(self, name: str) -> bytes | None:
        """Give what lies under a name; None where nothing does."""

    def write(self, items: Mapping[str, Pieces]) -> None:
        """Put some items under their names in one transaction: all of them or none."""

    def sync(self) -> None:
        """Make what was written last through a power cut."""

    def rest(self) -> None:
        """Leave the files as if the connection were closed, while it stays open."""

    def close(self) -> None:
        """Close the connection; twice is harmless."""


@dataclass(frozen=True)
class _Waiting:
    """A write that waits for its group, and the list on which its failure is put.

    What need not `last` through a power cut is not waited for by a `flush`.
    """

    raw: bytes
    last: bool
    failures: list[Exception]


class Writer:
    """The thread of one store in this process; `users` are the handles that may ask it.

    `unused` is called on the thread, which then may `close`, when nobody has come for a while.
    """

    def __init__(
        self,
        files: tuple[Path, ...],
        open_rows: Callable[[], Rows],
        unused: Callable[[Writer], None],
    ) -> None:
        self.users: weakref.WeakSet[Any] = weakref.WeakSet()
        self._files = files
        self._unused = unused
        self._orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._waiting: dict[str, _Waiting] = {}
        self._bytes = 0
        self._due = 0.0  # when what waits is written unasked, on the monotonic clock
        self._unsynced = False
        self._rows: list[Rows] = []
        self._open = True
        self._over = False  # once the thread has ended, and answers nothing more
        self._pid = os.getpid()
        self.left = time.monotonic()
        self._stamp: tuple[object, ...] | None = None
        self._served: dict[str, object] = {}
        try:
            self.ask(lambda: self._rows.append(open_rows()))
        except StoreError:
            self._open = False
            self._orders.put(_wake)
            raise
        self._identity = _look(files, times=False)

    def ask(self, work: Callable[[], T]) -> T:
        """Have the thread do something, and give what it gives or raise what it raises.

        An interrupt ends the wait, not the work.  Raises EngineBug once the store was closed.
        """
        if self._pid != os.getpid():
            raise StoreError("a store that was opened before a fork cannot be used after it")
        answers: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()

        def order() -> None:
            try:
                answers.put((True, work()))
            except BaseException as error:  # raised again where it was asked
                answers.put((False, error))

        self._orders.put(order)
        while True:
            if not self._served:  # see `on_own_thread`
                start_new_thread(self._serve, ())
            try:
                well, answer = answers.get(timeout=LOOK)
            except queue.Empty:  # a signal that came right before the wait is heard now
                if self._over and answers.empty():
                    raise EngineBug("this store was closed, and cannot be asked") from None
                continue
            if not well:
                raise answer
            found: T = answer
            return found

    def get(self, name: str) -> bytes | None:
        """Give what lies under a name, or waits to be written there."""
        waiting = self._waiting.get(name)
        return waiting.raw if waiting is not None else self.ask(lambda: self._rows[0].read(name))

    def put(self, name: str, raw: bytes, failures: list[Exception], *, last: bool = True) -> None:
        """Have something written with the next group; `failures` hears where that goes wrong.

        Where it need not `last` through a power cut, `flush` does not wait for it.
        """
        with self._guard:
            self._waiting[name] = _Waiting(raw, last, failures)
            self._bytes += len(raw)
            self._unsynced = self._unsynced or last
            count, full = len(self._waiting), self._bytes > GROUP_BYTES
            if count == 1:
                self._due = time.monotonic() + LINGER
        if full or count >= GROUP:
            self.write()
        elif count == 1:
            self._orders.put(_wake)

    def write(self, items: Mapping[str, Pieces] | None = None) -> None:
        """Have the group that waits, and then some `items`, written when this returns."""

        def then(rows: Rows) -> None:
            if items:
                self._unsynced = True
                rows.write(items)

        self.use(then)

    def flush(self) -> None:
        """Have all that anybody put to last on disk when this returns."""
        if self._unsynced:
            self.ask(self._settle)

    def use(self, work: Callable[[Any], T]) -> T:
        """Write what waits, and have the thread do something with the rows."""

        def both() -> T:
            self._write()
            return work(self._rows[0])

        return self.ask(both)

    def set_patience(self, seconds: float) -> None:
        """Say how long calls wait for another process that writes."""
        self._rows[0].patience = seconds

    def rest(self) -> None:
        """Write what waits and leave the files in order, for nobody uses this store now."""
        self._stamp = None
        self.left = time.monotonic()
        self.ask(self._settle)
        self.ask(self._rows[0].rest)
        self._stamp = _look(self._files, times=True)

    def end(self) -> None:
        """Write what waits, and close the connection for good."""
        if self._open:
            try:
                self.ask(self._settle)
            finally:
                self.ask(self.close)

    def fits(self) -> bool:
        """Say whether this is the store that lies at its place, untouched since it was left."""
        if not self._open:
            return False
        if self.users:
            return self._identity == _look(self._files, times=False)
        return self._stamp is not None and self._stamp == _look(self._files, times=True)

    # --- on the thread ----------------------------------------------------------------------

    def close(self) -> None:
        """Close the connection and end the thread; on the thread only."""
        self._open = False
        for rows in self._rows:
            rows.close()

    def _serve(self) -> None:
        me = object()
        if self._served.setdefault("", me) is not me:
            return
        try:
            self._answer()
        finally:
            self._over = not self._open
            self._served.clear()  # whatever ended this thread, the next who asks starts another

    def _answer(self) -> None:
        while self._open:
            pause = self._due - time.monotonic() if self._waiting else IDLE
            if pause <= 0:
                with suppress(Exception):  # those whose results they are hear of it
                    self._write()
                continue
            with suppress(queue.Empty):
                self._orders.get(timeout=pause)()
                continue
            if not self.users and time.monotonic() - self.left > IDLE:
                self._unused(self)

    def _write(self) -> None:
        """Write the group that waits; where that fails, all who put something into it hear."""
        with self._guard:
            group, self._bytes = dict(self._waiting), 0
        try:
            if group:
                self._rows[0].write({name: (item.raw,) for name, item in group.items()})
        except Exception as error:
            for failures in {id(item.failures): item.failures for item in group.values()}.values():
                failures.append(error)
            self._strike_off(group)
            raise
        self._strike_off(group)

    def _strike_off(self, group: Mapping[str, _Waiting]) -> None:
        with self._guard:
            for name, item in group.items():
                if self._waiting.get(name) is item:
                    del self._waiting[name]
            self._due = time.monotonic() + LINGER

    def _settle(self) -> None:
        self._write()
        if self._unsynced:
            self._rows[0].sync()
            with self._guard:
                self._unsynced = any(item.last for item in self._waiting.values())


def _wake() -> None:
    """Do nothing: the thread then looks at what waits."""


def _look(files: tuple[Path, ...], times: bool) -> tuple[object, ...]:
    """Give what tells whether files are the same ones, and with `times` whether they changed."""
    found: list[object] = []
    for file in files:
        with said(file):
            found.append(identity_of(file, times))
    return tuple(found)
